"""A stored thing that cannot be read has one answer in all daemons: told, nothing guessed, what is about it put off, everything else goes on.

In each daemon's rows one complaint's message (or the version that it is pinned to) is spoilt. Whatever comes for it is parked with the code, the
process and its neighbours live on, and when the row has been mended the next event takes effect.
"""
import json
import os

from ombud import Ombud, check, check_equal, complaint_filed, event, order_recorded, wait_for

BROKERS = ("kafka", "mock")
WHY = ""
CODE = "stored_unreadable"

# daemon, order, where it lies (table, column, what it is known by), what it is spoilt to, what its metric calls it
SPOILT = [
    ("intake", "spoilt-intake", "intake.orders", "facts", "order_id", r"'\xff'", "intake.orders.facts"),
    ("triage", "spoilt-triage", "triage.complaint", "facts", "order_id", r"'\xff'", "triage.complaint.facts"),
    ("escalation", "spoilt-escalation", "escalation.complaint", "policy_version", "order_id", "999", "ombud.platform_file"),
    ("notification", "spoilt-waiting", "notification.complaint", "waiting", "order_id", r"'\x6f6d627564'", "notification.complaint.waiting"),
    ("notification", "spoilt-held", "notification.complaint", "held", "order_id", r"'\xff'", "notification.complaint.held"),
]


def metric(o, service, what):
    for line in o.get(o.url(service, "/metrics"))[1].splitlines():
        if line.startswith("ombud_stored_unreadable_total") and f'what="{what}"' in line:
            return float(line.rsplit(" ", 1)[1])
    return 0


def letters(o, service):
    return int(o.value(f"select count(*) from {service}.dead_letter where code = '{CODE}'"))


def complaint_of(o, order):
    return wait_for(f"the complaint of {order}", lambda: o.value(f"select complaint_id from intake.complaint where order_id = '{order}'"))


def amend(o, order, text):
    o.publish(event("ComplaintAmended", order, {"complaintId": complaint_of(o, order), "statement": {"text": text, "wanted": "退款"}},
                    actor=("COMPLAINANT", "b-1")))


def logged(o, service, what):
    with open(os.path.join(o.folder, f"{service}-1.log"), encoding="utf-8") as f:
        return [line for line in map(json.loads, f) if line.get("column") == what]


def prove_spoilt(o, service, order, table, column, key, spoilt, what):
    where = f"where {key} = '{order}'"
    was = o.value(f"select coalesce(quote_literal({column}), 'null') from {table} {where}")
    pid, before = o.process(service).pid, letters(o, service)
    o.sql(f"update {table} set {column} = {spoilt} {where}")
    amend(o, order, "spoilt")
    wait_for(f"{service}: {what} parked", lambda: letters(o, service) > before, 20)
    check(o.process(service).poll() is None and o.process(service).pid == pid, f"{service} died of {what}")
    check(metric(o, service, what) >= 1, f"{service}: no metric of {what}")
    lines = logged(o, service, what)
    check(lines and lines[0]["level"] == "error" and lines[0]["row"], f"{service}: the log does not say whose {what}: {lines[:1]}")
    spoilt_now = o.value(f"select quote_literal({column}) from {table} {where}")
    check_equal(spoilt_now, o.value(f"select quote_literal({spoilt}{'::bytea' if 'x' in spoilt else '::int'})"), f"{what} is left as it was")
    o.publish(order_recorded(f"{order}-next"), complaint_filed(f"{order}-next"))
    o.wait_stage(f"{order}-next", "negotiating")
    o.sql(f"update {table} set {column} = {was}{'::bytea' if was != 'null' and 'x' in was else ''} {where}")
    parked = letters(o, service)
    amend(o, order, "mended")
    wait_for(f"{order}: the amendment taken", lambda: o.value(f"select statement from intake.complaint {where.replace(key, 'order_id')}") == "mended")
    o.wait_quiet()
    check_equal(letters(o, service), parked, f"{service}: dead letters after {what} was mended")
    print(f"  {service}: {what} told and put off, mended, gone on", flush=True)


def prove_waiting(o):
    """An event that waits for its complaint, and cannot be read when that comes: it is kept."""
    complaint = "019cac10-fb40-71f7-9cce-00000000ab01"
    o.publish(order_recorded("spoilt-early"))
    o.publish(event("ComplaintUrged", "spoilt-early", {"complaintId": complaint}, actor=("COMPLAINANT", "b-1")))
    wait_for("the event to wait", lambda: o.value("select 1 from intake.waiting where order_id = 'spoilt-early'"))
    o.sql("update intake.waiting set event = '{}' where order_id = 'spoilt-early'")
    o.publish(complaint_filed("spoilt-early", complaintId=complaint))
    o.wait_stage("spoilt-early", "negotiating")
    check(metric(o, "intake", "intake.waiting.event") >= 1, "no metric of an event that waited")
    check_equal(o.value("select event from intake.waiting where order_id = 'spoilt-early'"), "{}", "what waited is kept")
    print("  intake: an event that waited told and kept", flush=True)


def run(broker):
    with Ombud(broker) as o:
        o.prepare()
        o.start()
        for _, order, *_ in SPOILT:
            o.publish(order_recorded(order), complaint_filed(order))
        for _, order, *_ in SPOILT:
            o.wait_stage(order, "negotiating")
        o.wait_quiet()
        for row in SPOILT:
            prove_spoilt(o, *row)
        prove_waiting(o)
        o.audit()
