"""Signed webhooks reach a stock standardwebhooks receiver: once by id, in order, past retries, a kill -9 and endpoints that are gone or hang."""
import json
import os
import signal
import subprocess

from ombud import Ombud, TOP, check, check_equal, complaint_filed, order_recorded, wait_for
from ombud import run as program

BROKERS = ("kafka", "mock")
WHY = ""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
COMPLAINTS = 20


class Receiver:
    def __init__(self, folder):
        self.log = os.path.join(folder, "receiver.log")
        home = os.path.join(TOP, "tests/flow/webhooks")
        if not os.path.isdir(os.path.join(home, "node_modules")):
            program("npm", "ci", "--prefix", home, "--no-audit", "--no-fund", timeout=300)
        self.process = subprocess.Popen(["node", os.path.join(home, "receive.mjs"), SECRET], stdout=open(self.log, "wb"))
        self.port = wait_for("the receiver", lambda: open(self.log, encoding="utf-8").readline().strip())

    def requests(self, path=None):
        with open(self.log, encoding="utf-8") as f:
            rows = [json.loads(line) for line in f.read().splitlines()[1:] if line.endswith("}")]
        return [row for row in rows if path is None or row["path"] == path]


def apply_endpoints(o, port):
    rows = [("good", ""), ("flaky", "    parties: [merchant]\n"), ("away", "    events: [answer_asked]\n"),
            ("gone", "    events: [answer_asked]\n"), ("hanging", "    events: [answer_asked]\n")]
    secret = o.secret_file(SECRET)
    o.apply_platform("shop", {"endpoints.yaml": "endpoints:\n" + "".join(
        f"  - id: {name}\n    url: http://127.0.0.1:{port}/{name}\n    secret_file: {secret}\n    allow_private: true\n{more}" for name, more in rows)})


def count(o, endpoint, state):
    return int(o.value(f"select count(*) from notification.notice where endpoint = 'shop/{endpoint}' and state = '{state}'"))


def check_good(o, receiver):
    """The one that works is not delayed by the others, and nothing is missing, doubled or out of order."""
    told = o.sql("select id, complaint, place from notification.notice where endpoint = 'shop/good' order by complaint, place")
    wait_for("all of /good", lambda: count(o, "good", "delivered") == len(told))
    first = {}
    for at, row in enumerate(receiver.requests("/good")):
        first.setdefault(row["id"], at)
    check_equal(sorted(first), sorted(row[0] for row in told), "ids received")
    for complaint in {row[1] for row in told}:
        ids = [row[0] for row in told if row[1] == complaint]
        check_equal(sorted(ids, key=first.get), ids, f"order of notices about {complaint}")


def run(broker):
    with Ombud(broker) as o:
        receiver = Receiver(o.folder)
        try:
            o.prepare()
            apply_endpoints(o, receiver.port)
            o.start("intake", "triage", "escalation")
            o.start("notification")
            for n in range(COMPLAINTS):
                o.publish(order_recorded(f"hook-{n}", buyer=f"buyer-{n}"), complaint_filed(f"hook-{n}", buyer=f"buyer-{n}"))
                if n == COMPLAINTS // 2:
                    o.kill("notification", signal.SIGKILL)
                    o.start("notification")
            wait_for("every merchant asked", lambda: o.value("select count(distinct complaint) from notification.notice"
                     " where event = 'answer_asked' and channel = 1") == str(COMPLAINTS), 40)
            check_good(o, receiver)
            wait_for("/flaky at the second try", lambda: count(o, "flaky", "delivered") >= COMPLAINTS, 40)
            wait_for("/gone given up", lambda: count(o, "gone", "dead") == COMPLAINTS)
            check_equal(count(o, "away", "delivered"), 0, "redirects followed")
            check(all(row["path"] != "/good?followed" for row in receiver.requests()), "a redirect was followed")
            before = len(receiver.requests("/gone"))
            o.publish(order_recorded("hook-late"), complaint_filed("hook-late"))
            wait_for("/gone refused unasked", lambda: count(o, "gone", "dead") == COMPLAINTS + 1)
            check_equal(len(receiver.requests("/gone")), before, "requests to an endpoint that answered 410")
            for row in receiver.requests():
                check(row["verified"], f"does not verify: {row}")
                check_equal(row["members"], "data,timestamp,type", "members of the body")
                check(row["bytes"] < 20000, f"body of {row['bytes']} bytes")
            asked = [row for row in receiver.requests("/good") if row["type"] == "ombud.answer_asked"]
            check(all(row["due_at"] and "截止时间" in row["text"] and "北京时间" in row["text"] for row in asked),
                  f"answer_asked does not say by when: {asked[0] if asked else None}")
            said = [r for r in o.records("ombud.notification.v1")]
            check(len(said) >= 3 * COMPLAINTS, f"only {len(said)} events on ombud.notification.v1")
            status, body = o.get(o.url("notification", "/v1/inbox/buyer-3?platform=shop"))
            check_equal(status, 200, "GET the inbox")
            check_equal([letter["event"] for letter in json.loads(body)["letters"]][:2], ["complaint_filed", "merchant_asked"], "letters")
        finally:
            receiver.process.kill()
