"""Binary mode over HTTP says the same event as the structured one, as the CloudEvents HTTP binding reads its headers; what is broken is told."""
import http.client
import json

from ombud import Ombud, check, check_equal, event, order_recorded, section, wait_for

BROKERS = ("mock",)
WHY = "asks nothing of the broker; runs once"


def ask(o, headers, body):
    """headers: a list, for one may stand twice."""
    connection = http.client.HTTPConnection("127.0.0.1", o.port("intake"), timeout=15)
    connection.putrequest("POST", "/v1/events")
    data = json.dumps(body).encode()
    for name, value in [*headers, ("Content-Length", str(len(data)))]:
        connection.putheader(name, value)
    connection.endheaders(data)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def attributes(told, **other):
    escaped = {"id": "%E8%AE%A2%E5%8D%95%201%25", "source": told["source"], "type": told["type"], "specversion": "1.0", "time": told["time"], **other}
    return [(f"CE-{name.title()}", value) for name, value in escaped.items()]


def run(broker):
    with Ombud(broker) as o:
        o.prepare()
        o.start("intake")
        told = {**order_recorded("b-1"), "id": "订单 1%"}
        first = wait_for("a first answer", lambda: (lambda got: got if got[0] in (200, 201) else None)(
            ask(o, [("Content-Type", "application/cloudevents+json")], told)), 30, 0.5)
        check(first[1]["event_id"] == "订单 1%", first)
        json_type = ("Content-Type", "application/json")
        with section("percent-escapes, quotes, any case: the same event, so a repeat"):
            for other in ({}, {"id": '"%E8%AE%A2%E5%8D%95 1%25"'}, {"id": "%e8%ae%a2%e5%8d%95%201%25"}, {"datacontenttype": "text/nonsense"}):
                status, answer = ask(o, [json_type, *attributes(told, **other)], told["data"])
                check_equal((status, answer.get("event_id"), answer.get("location")), (200, "订单 1%", first[1]["location"]), f"with {other}: {answer}")
        with section("the content type tells the mode: ce- headers beside a whole event only repeat it"):
            status, answer = ask(o, [("Content-Type", "application/cloudevents+json; charset=utf-8"), *attributes(told, id="other")], told)
            check_equal((status, answer.get("event_id")), (200, "订单 1%"), answer)
            status, answer = ask(o, [("Content-Type", "application/cloudevents+avro"), *attributes(told)], told)
            check_equal((status, answer["code"]), (415, "unknown_media_type"), answer)
        with section("the trace of the request goes with a whole event, too"):
            trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            status, answer = ask(o, [("Content-Type", "application/cloudevents+json"), ("Traceparent", trace)], {**told, "id": "traced"})
            check_equal(status, 200, answer)
            check_equal(o.value(f"select count(*) from intake.log where trace = '{trace}'"), "1", "rows of that trace")
        with section("broken escapes, quotes and UTF-8, controls, a header twice: 400, and nothing is taken"):
            for id in ("50%", "%zz", '"open', "%FF", "a%00", "a%0Ab"):
                status, answer = ask(o, [json_type, *attributes(told, id=id)], told["data"])
                check_equal((status, answer["code"]), (400, "bad_header"), f"{id}: {answer}")
                check("CE-Id" in answer["detail"], answer)
            status, answer = ask(o, [json_type, *attributes(told), ("ce-id", "more")], told["data"])
            check_equal((status, answer["code"]), (400, "bad_header"), answer)
        check_equal(o.value("select count(*) from intake.orders"), "1", "orders")
