"""A stock kafkajs + cloudevents program, kcat and curl each publish a complaint and see it through to its end."""
import json
import os

from ombud import DAEMONS, Ombud, TOP, check, check_equal, complaint_filed, event, order_recorded, wait_for
from ombud import run as program

BROKERS = ("kafka", "mock")
WHY = ""


def with_kafkajs(o, e):
    folder = os.path.join(TOP, "tests/flow/kafkajs")
    if not os.path.isdir(os.path.join(folder, "node_modules")):
        program("npm", "ci", "--prefix", folder, "--no-audit", "--no-fund", timeout=300)
    program("node", os.path.join(folder, "publish.mjs"), o.brokers, "ombud.inbox.v1", input=json.dumps(e) + "\n")


def with_kcat(o, e):
    o.kcat("ombud.inbox.v1", json.dumps(e).encode(), key=e["data"]["orderId"], headers=[("content-type", "application/cloudevents+json")])


def with_curl(o, e):
    done = program("curl", "-sS", "-w", "\n%{http_code}", "-H", "content-type: application/cloudevents+json", "--data-binary", "@-",
               o.url("intake", "/v1/events"), input=json.dumps(e))
    body, _, code = done.stdout.rpartition("\n")
    check(code in ("200", "202"), f"POST /v1/events: {code} {body[:400]}")


def see_through(o, name, send):
    order, buyer, merchant = f"{name}-order", f"{name}-buyer", f"{name}-merchant"
    send(o, order_recorded(order, buyer=buyer, merchant=merchant))
    send(o, complaint_filed(order, buyer=buyer))
    o.wait_stage(order, "negotiating")
    complaint = o.value(f"select complaint_id from intake.complaint_stages where order_id = '{order}'")
    send(o, event("AnswerGiven", order, {"complaintId": complaint, "offer": {"text": "退款", "remedies": [
        {"kind": "REMEDY_KIND_REFUND", "amount": {"minorUnits": "5000", "currency": "CNY"}}]}}, actor=("MERCHANT_PERSON", merchant)))
    o.wait_stage(order, "merchant_answered")
    send(o, event("OfferAccepted", order, {"complaintId": complaint}, actor=("COMPLAINANT", buyer)))
    o.wait_stage(order, "remedy_under_way")
    orders = wait_for("the remedy's command", lambda: [r for r in o.records("ombud.remedy.v1") if r["key"] == order])
    check_equal(len(orders), 1, "remedy commands")
    remedy_key = o.value(f"select remedy_key from intake.remedy_states where complaint_id = '{complaint}'")
    send(o, event("RemedyReported", order, {"complaintId": complaint, "remedyKey": remedy_key, "remedyOutcome": "REMEDY_OUTCOME_DONE"}))
    o.wait_stage(order, "awaiting_confirmation")
    send(o, event("ResolutionConfirmed", order, {"complaintId": complaint, "rating": 5}, actor=("COMPLAINANT", buyer)))
    o.wait_stage(order, "closed")
    status, body = o.get(o.url("intake", f"/v1/complaints/{complaint}"))
    check_equal(status, 200, "GET the complaint")
    check_equal(json.loads(body)["stage"], "closed", "stage over HTTP")
    check(order in o.ctl("complaint", "show", complaint).stdout, "ombudctl complaint show names the order")


def run(broker):
    with Ombud(broker) as o:
        o.prepare()
        o.start(*DAEMONS)
        for name, send in (("kafkajs", with_kafkajs), ("kcat", with_kcat), ("curl", with_curl)):
            see_through(o, name, send)
            print(f"  {name}: filed and seen through", flush=True)


