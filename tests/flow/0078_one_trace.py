"""One trace from the publisher to the webhook: all that four daemons say and log of a complaint is in it, each with a span of its own whose parent is what was read; said again after a kill, it is the same."""
import http.server
import json
import os
import signal
import threading

from ombud import DAEMONS, Ombud, check, check_equal, complaint_filed, event, order_recorded, section, wait_for

BROKERS = ("kafka", "mock")
WHY = ""
NOON = "2026-03-02T04:00:00Z"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FACTS = ("ombud.complaint.v1", "ombud.triage.v1", "ombud.escalation.v1", "ombud.notification.v1", "ombud.remedy.v1")


def traceparent(number):
    return f"00-{number:032x}-{number + 1:016x}-01"


def trace_of(text):
    return text.split("-")[1]


def span_of(text):
    return text.split("-")[2]


class Receiver(http.server.ThreadingHTTPServer):
    """Of webhooks: 503 at the first try of each, 204 then."""

    def __init__(self):
        seen = self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                tries = sum(row["id"] == self.headers["webhook-id"] for row in seen)
                seen.append({"id": self.headers["webhook-id"], "complaint": body["data"]["complaint_id"], "trace": self.headers["traceparent"]})
                self.send_response(204 if tries else 503)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Scene:
    def __init__(self, o):
        self.o = o

    def headers(self, record):
        names = record.get("headers", [])
        return dict(zip(names[::2], names[1::2]))

    def said(self, complaint):
        """What the daemons said about it: headers, with topic, partition and offset."""
        rows = []
        for topic in FACTS:
            for record in self.o.records(topic):
                headers = self.headers(record)
                if headers["ce_subject"] == complaint:
                    rows.append({**headers, "topic": topic, "partition": record["partition"], "offset": record["offset"]})
        return rows

    def lines(self):
        """Of the daemons' logs, by (service, event id)."""
        rows = {}
        for name in DAEMONS:
            with open(os.path.join(self.o.folder, f"{name}-1.log"), encoding="utf-8") as f:
                for line in f:
                    row = json.loads(line)
                    if "event_id" in row:
                        rows.setdefault((f"/ombud/{row['service']}", row["event_id"]), []).append(row)
        return rows

    def complaint(self, order):
        return wait_for(f"the complaint of {order}", lambda: self.o.value(f"select complaint_id from intake.complaint where order_id = '{order}'"))

    def step(self, until):
        """From timer to timer, until it is so."""
        for _ in range(200):
            busy, due = wait_for("quiet", lambda: [row for row in self.o.sql("select coalesce(busy, ''), next_due from ombud.quiet('{}')") if row[0] == ""], 60)[0]
            if until():
                return
            self.o.sql(f"select ombud.step_clock('{due}')")
        raise AssertionError("200 timers, and it is not so")


def in_one_trace(scene, order, trace, parents=()):
    """All that is said of the order's complaint: its trace, its spans, each line and each parent. parents: spans that nobody of ours said."""
    complaint = scene.complaint(order)
    trace = trace or complaint.replace("-", "")
    said, lines = scene.said(complaint), scene.lines()
    check(set(DAEMONS) <= {row["ce_source"].rsplit("/", 1)[1] for row in said}, f"{order}: somebody said nothing: {said}")
    check_equal({trace_of(row["traceparent"]) for row in said}, {trace}, f"{order}: traces")
    check_equal(len({span_of(row["traceparent"]) for row in said}), len(said), f"{order}: spans of {len(said)} facts")
    places = {(row["topic"], row["partition"], row["offset"]): span_of(row["traceparent"]) for row in said}
    hooks = {span_of(row["trace"]) for row in scene.receiver.requests if row["complaint"] == complaint}
    timed = 0
    for row in said:
        line, = lines[(row["ce_source"], row["ce_id"])]
        check_equal((line["complaint_id"], line["order_id"], line["trace_id"], line["span_id"], line["topic"]),
                    (complaint, order, trace, span_of(row["traceparent"]), row["topic"]), f"{order}: the line of {row['ce_id']}")
        place = (line.get("input_topic"), line["shard"], line.get("input_offset"))
        parent = line.get("parent_id")
        if place in places:
            if row["ce_type"].endswith(("NoticeDelivered", "NoticeFailed")):  # what was held is told by a later fact, in its own trace
                check(parent in places.values(), f"{order}: parent of {line}")
            else:
                check_equal(parent, places[place], f"{order}: parent of {line}")
        elif "input_topic" in line:
            check(parent in parents if parents else parent is None, f"{order}: parent of {line}: {parents}")
        else:
            timed += 1
            check(parent in hooks or parent in places.values() or (row["ce_source"] == "/ombud/intake" and parent in parents), f"{order}: parent of {line}")
    return said, timed


def webhooks(scene, order, trace):
    complaint = scene.complaint(order)
    requests = [row for row in scene.receiver.requests if row["complaint"] == complaint]
    check_equal({trace_of(row["trace"]) for row in requests}, {trace or complaint.replace("-", "")}, f"{order}: traces of webhooks")
    check(max(sum(row["id"] == other["id"] for other in requests) for row in requests) >= 2, f"{order}: nothing was tried twice: {requests}")
    check_equal(len({row["trace"] for row in requests}), len(requests), f"{order}: spans of {len(requests)} attempts")
    delivered = [line for rows in scene.lines().values() for line in rows
                 if line["service"] == "notification" and line.get("complaint_id") == complaint and line.get("parent_id") in {span_of(row["trace"]) for row in requests}]
    check(delivered, f"{order}: no outcome follows from an attempt")


def said_again(scene, order, trace):
    """Intake dies when the broker has its facts and it does not know."""
    scene.o.kill("intake", signal.SIGTERM)
    scene.o.spawn("intake", fail="delivered.before:1:kill", log__level="debug")
    scene.o.wait_ready("intake")
    scene.o.publish({**complaint_filed(order), "time": NOON, "traceparent": trace})
    wait_for("intake to die", lambda: scene.o.process("intake").poll() is not None)
    scene.o.kill("intake")
    scene.o.start("intake", log__level="debug")
    complaint = scene.complaint(order)
    twice = {}
    wait_for("the facts to be said again", lambda: any(len(rows) > 1 for rows in by_number(scene, complaint, twice).values()))
    for rows in twice.values():
        for row in rows[1:]:
            check_equal({**row, "offset": 0}, {**rows[0], "offset": 0}, "a fact that is said again")


def by_number(scene, complaint, rows):
    rows.clear()
    for row in scene.said(complaint):
        if row["topic"] == "ombud.complaint.v1":
            rows.setdefault((row["partition"], row["ce_shardsequence"]), []).append(row)
    return rows


def not_too_many(scene, count, most):
    """At info a burst is told in part, and what is left out is counted."""
    o = scene.o
    o.kill("intake", signal.SIGTERM)
    log = os.path.join(o.folder, "intake-1.log")
    behind = os.path.getsize(log)
    o.start("intake", log__effects=most)

    def lines():
        with open(log, encoding="utf-8") as f:
            f.seek(behind)
            return [json.loads(line) for line in f]

    orders = [f"many-{n}" for n in range(count)]
    o.publish(*({**order_recorded(order), "time": NOON} for order in orders), *({**complaint_filed(order), "time": NOON} for order in orders))
    moved = "select count(*) from intake.steps join intake.complaint using (complaint_id) where order_id like 'many-%'"
    wait_for("them to be negotiated", lambda: o.value("select count(*) from intake.complaint where order_id like 'many-%' and stage = 5") == str(count), 40)

    def told():
        written = [line for line in lines() if "event_id" in line]
        return written, sum(line["effects"] for line in lines() if "effects" in line)
    wait_for("the rest to be counted", lambda: len(told()[0]) + told()[1] == int(o.value(moved)))
    written, left_out = told()
    check_equal({line["msg"] for line in written} - {"complaint filed", "complaint moved"}, set(), "what is said at info")
    seconds = {line["ts"][:19] for line in written}
    check(len(written) <= most * (len(seconds) + 2) and left_out > 0, f"{len(written)} lines in {len(seconds)} s, {left_out} left out")
    print(f"  {len(written)} of {len(written) + left_out} steps have a line, in {len(seconds)} s", flush=True)


def play(o, receiver):
    scene = Scene(o)
    scene.receiver = receiver
    with section("three complaints: in a trace that came by HTTP, in one that came by Kafka, and in none"):
        orders = [f"trace-{n}" for n in range(4)]
        o.publish(*({**order_recorded(order), "time": NOON} for order in orders))
        wait_for("the orders", lambda: o.value("select count(*) from intake.orders") == "4")
        status, body = o.post(o.url("intake", "/v1/events"), json.dumps({**complaint_filed("trace-0"), "time": NOON}), "application/cloudevents+json",
                              {"traceparent": traceparent(0xA0)})
        check(status in (200, 202), f"POST: {status} {body}")
        o.publish({**complaint_filed("trace-1"), "time": NOON, "traceparent": traceparent(0xB0)}, {**complaint_filed("trace-2"), "time": NOON})
    with section("a message before its complaint keeps its own trace while it waits"):
        waiting = {**event("MessagePosted", "trace-3", {"complaintId": "019cadc6-9a80-73b1-975d-c3c51dd1c931", "text": "in a hurry"}, actor=("COMPLAINANT", "b-1")),
                   "time": NOON, "traceparent": traceparent(0xC0)}
        o.publish(waiting)
        wait_for("it to wait", lambda: o.value("select count(*) from intake.waiting") == "1")
        o.publish({**complaint_filed("trace-3", complaintId="019cadc6-9a80-73b1-975d-c3c51dd1c931"), "time": NOON, "traceparent": traceparent(0xD0)})
        wait_for("it to be taken up", lambda: o.value("select count(*) from intake.waiting") == "0")
    with section("from timer to timer, until deadlines have been broken and webhooks tried again"):
        scene.step(lambda: int(o.value("select count(*) from escalation.clock where breached_at is not null")) >= 4)
        o.wait_quiet()
    with section("one trace each"):
        for order, trace, parents in (("trace-0", trace_of(traceparent(0xA0)), {span_of(traceparent(0xA0))}),
                                      ("trace-1", trace_of(traceparent(0xB0)), {span_of(traceparent(0xB0))}), ("trace-2", None, ())):
            said, timed = in_one_trace(scene, order, trace, parents)
            webhooks(scene, order, trace)
            check(timed > 2 and any(row["ce_type"].endswith("ClockBreached") for row in said), f"{order}: no timer fired")
            print(f"  {order}: {len(said)} facts, {timed} of them by timers and answers, one trace, a span each", flush=True)
        traces = {trace_of(row["traceparent"]) for row in scene.said("019cadc6-9a80-73b1-975d-c3c51dd1c931")}
        check_equal(traces, {trace_of(traceparent(0xC0)), trace_of(traceparent(0xD0))}, "traces of the complaint for which a message waited")
    with section("said again after a kill: the same to the byte"):
        o.publish({**order_recorded("trace-5"), "time": NOON})
        said_again(scene, "trace-5", traceparent(0xE0))
    with section("a burst is told in part, and what is left out is counted"):
        not_too_many(scene, 40, 5)


def run(broker):
    with Ombud(broker, clock="virtual") as o, Receiver() as receiver:
        o.prepare()
        o.apply_platform("shop", {"endpoints.yaml": f"endpoints:\n  - id: hook\n    url: http://127.0.0.1:{receiver.server_port}/hook\n"
                                  f"    secret_file: {o.secret_file(SECRET)}\n    allow_private: true\n"})
        o.sql(f"select ombud.step_clock('{NOON}')")
        o.start("intake", "triage", "escalation", log__level="debug")
        o.start("notification", log__level="debug")
        play(o, receiver)
        receiver.shutdown()
