"""Each event sent ten times, shuffled, by several producers: one complaint, one remedy, everything else recorded as a repeat."""
import json
import random

from ombud import DAEMONS, Ombud, check_equal, complaint_filed, order_recorded, wait_for

BROKERS = ("kafka", "mock")
WHY = ""


def run(broker):
    with Ombud(broker) as o:
        o.prepare()
        o.start(*DAEMONS)
        orders = [f"rep-{n}" for n in range(8)]
        events = [order_recorded(order) for order in orders] + [complaint_filed(order) for order in orders]
        copies = [e for e in events for _ in range(10)]
        random.Random(7).shuffle(copies)
        for part in range(4):
            o.publish(*copies[part::4])
        for order in orders:
            o.wait_stage(order, "negotiating")
        o.wait_quiet()
        check_equal(o.value("select count(*) from intake.complaint"), "8", "complaints")
        check_equal(o.value("select count(*) from intake.log where type = 'repeat'"), str(9 * 16), "recorded repeats")
        again = dict(events[-1], data={**events[-1]["data"], "statement": {"text": "something else"}})
        status, body = o.post(o.url("intake", "/v1/events"), json.dumps(again), "application/cloudevents+json")
        check_equal(json.loads(body).get("code"), "id_reused", f"the same id with another body ({status} {body[:200]})")
        joined = complaint_filed(orders[0])
        o.publish(joined)
        wait_for("the second filing to join", lambda: o.value(
            f"select (intake.complaint_json(complaint_id)->>'repeats')::int from intake.complaint_stages where order_id = '{orders[0]}'") == "1")
        check_equal(o.value("select count(*) from intake.complaint"), "8", "complaints after a second filing")
        o.wait_quiet()
        o.audit()
