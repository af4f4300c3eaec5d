"""Each event sent ten times, shuffled, by several producers: one complaint, one remedy, everything else recorded as a repeat. Orders that
number their events alike have complaints of their own, whose ids their publisher knows at once (proto/TERMS.md)."""
import json
import os
import random
import re

from ombud import DAEMONS, TOP, Ombud, check_equal, complaint_filed, order_recorded, wait_for

BROKERS = ("kafka", "mock")
WHY = ""


def recipe():
    """complaint_id() as proto/TERMS.md has it."""
    lines = {}
    with open(os.path.join(TOP, "proto/TERMS.md"), encoding="utf-8") as page:
        exec(re.search(r"^```python\n(.*?)^```$", page.read(), re.S | re.M).group(1), lines)  # pylint: disable=exec-used
    return lines["complaint_id"]


def same_event_id_of_two_orders(o):
    complaint_id = recipe()
    orders = ("twin-1", "twin-2")
    o.publish(*[order_recorded(order) for order in orders])
    untimed = [complaint_filed(order, event_id="e-1", source="/shop") for order in orders]
    for event in untimed:
        del event["time"]
    o.publish(*untimed)
    for order in orders:
        o.wait_stage(order, "negotiating")
    for order in orders:
        check_equal(o.value(f"select complaint_id from intake.complaint_stages where order_id = '{order}'"),
                    str(complaint_id("shop", order, "/shop", "e-1")), f"the id of the complaint about {order}")
    o.publish(complaint_filed("twin-1", event_id="e-2", source="/shop", at="2026-01-06T01:00:00Z", itemId="1"))
    known = complaint_id("shop", "twin-1", "/shop", "e-2", 1767661200000)
    wait_for("the complaint whose event says its time", lambda: o.value(f"select count(*) from intake.complaint where complaint_id = '{known}'") == "1")


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
        same_event_id_of_two_orders(o)
        o.wait_quiet()
        o.audit()
