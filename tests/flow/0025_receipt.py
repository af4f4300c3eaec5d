"""No time that a stranger says is later than its receipt, and a record that is sent on keeps its first receipt.

An older fact of an order never beats a newer one, in whatever partition, order and encoding the two come, replayed or not; facts of the year
2126 and Beijing time labelled Z freeze nothing; what is ignored is told as refused.
"""
import datetime
import itertools
import json
import os
import time

from ombud import DAEMONS, Ombud, check, check_equal, complaint_filed, event, order_recorded, section, wait_for

BROKERS = ("kafka",)
WHY = "partitions are chosen by hand here, and times are the point: one broker is enough"
STATUSES = {"1": "unpaid", "2": "to_ship", "3": "to_receive"}


def murmur2(data, partitions):
    """As the Java client and librdkafka's murmur2_random place a key."""
    mask, length = 0xffffffff, len(data)
    h = (0x9747b28c ^ length) & mask
    for i in range(0, length - length % 4, 4):
        k = int.from_bytes(data[i:i + 4], "little") * 0x5bd1e995 & mask
        k = (k ^ k >> 24) * 0x5bd1e995 & mask
        h = h * 0x5bd1e995 & mask ^ k
    rest = length - length % 4
    for place, shift in ((2, 16), (1, 8), (0, 0)):
        if length % 4 > place:
            h ^= data[rest + place] << shift
    if length % 4:
        h = h * 0x5bd1e995 & mask
    h = (h ^ h >> 13) * 0x5bd1e995 & mask
    return ((h ^ h >> 15) & 0x7fffffff) % partitions


def instant(seconds):
    return datetime.datetime.fromtimestamp(time.time() + seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def untimed(order, status):
    fact = order_recorded(order, status=status)
    del fact["time"]
    return fact


class Scene:
    def __init__(self, o):
        self.o = o
        self.partitions = o.ctl_json("topics", "check")[0]["partitions"]

    def put(self, fact, away, headers=(), binary=False):
        """One record; away: so many partitions from where it belongs."""
        order = fact["data"]["orderId"]
        partition = (murmur2(order.encode(), self.partitions) + away) % self.partitions
        value, headers = json.dumps(fact).encode(), list(headers)
        if binary:
            headers += [("ce_specversion", "1.0"), ("ce_id", fact["id"]), ("ce_source", fact["source"]), ("ce_type", fact["type"]),
                        ("content-type", "application/json")]
            value = json.dumps(fact["data"]).encode()
        self.o.kcat("ombud.inbox.v1", value, key=order, partition=partition, headers=headers)

    def post(self, fact):
        status, body = self.o.post(self.o.url("intake", "/v1/events"), json.dumps(fact), "application/cloudevents+json")
        check(status in (200, 202), f"POST: {status} {body[:200]}")
        return json.loads(body)

    def status(self, order):
        self.o.wait_quiet()
        return STATUSES.get(self.o.value(f"select status from intake.orders where order_id = '{order}'"))

    def with_receipt(self, order):
        return [r for r in self.o.records("ombud.inbox.v1") if r["key"] == order and "ombud-received" in r.get("headers", [])]

    def want(self, order, what):
        check_equal(self.status(order), "to_receive", f"{what}: the order as it is known")
        check_equal(self.post(complaint_filed(order))["status"], "accepted", f"{what}: the paid buyer's complaint")


def misplaced(scene):
    with section("an older fact without a time, misplaced, never beats the newer one"):
        for binary, (older, newer) in itertools.product((False, True), ((1, 0), (0, 1), (1, 2), (2, 1), (3, 3), (0, 0))):
            order = f"fwd-{binary:d}-{older}-{newer}"
            scene.put(untimed(order, "UNPAID"), older, binary=binary)
            scene.put(untimed(order, "TO_RECEIVE"), newer, binary=binary)
            scene.want(order, order)
    with section("... nor when it is sent on twice, or read again by a mirror with its headers"):
        order = "fwd-again"
        scene.put(untimed(order, "UNPAID"), 1)
        scene.o.wait_quiet()
        sent_on = scene.with_receipt(order)
        check_equal(len(sent_on), 1, "records sent on")
        receipt = sent_on[0]["headers"][sent_on[0]["headers"].index("ombud-received") + 1]
        scene.put(untimed(order, "TO_RECEIVE"), 0)
        again = json.loads(sent_on[0]["payload"])
        again["id"] += "-mirrored"
        scene.put(again, 2, headers=[("ombud-received", receipt)])
        scene.want(order, "sent on twice")
        twice = [r for r in scene.with_receipt(order) if again["id"] in r["payload"] and receipt in r["headers"]]
        check_equal(len(twice), 2, "records with the first receipt: the mirror's, and the one sent on again")


def strangers(scene):
    with section("a stranger's header makes nothing newer, and a wrong one is no reason to refuse"):
        order = "hdr-1"
        scene.post(order_recorded(order, status="TO_RECEIVE"))
        for value in ("2126-01-01T00:00:00Z 2126-01-01T00:00:00Z", "nonsense", "2126-01-01T00:00:00Z", ""):
            fact = order_recorded(order, status="UNPAID")
            fact["time"] = instant(-3600)
            scene.put(fact, 0, headers=[("ombud-received", value)])
        scene.want(order, "after a stranger's headers")
        check_equal(scene.o.value("select count(*) from intake.dead_letter"), "0", "dead letters")
        status, body = scene.o.post(scene.o.url("intake", "/v1/events"), json.dumps(order_recorded(order)), "application/cloudevents+json",
                                    {"ombud-received": "1971-01-01T00:00:00Z", "ce-ombud-received": "1971-01-01T00:00:00Z"})
        check(status in (200, 202, 400, 415), f"{status} {body[:100]}")
        many = [(f"x-{n}", "1") for n in range(64)]
        scene.put(untimed("hdr-2", "TO_RECEIVE"), 1, headers=many)
        scene.want("hdr-2", "a misplaced record with as many headers as there may be")


def nearly_right(scene):
    with section("a clock that is a second ahead: what was said an hour before is older all the same"):
        order = "near-1"
        paid = order_recorded(order, status="TO_RECEIVE")
        paid["time"] = instant(1.5)
        scene.post(paid)
        old = order_recorded(order, status="UNPAID")
        old["time"] = instant(-3600)
        answer = scene.post(old)
        check_equal((answer["status"], answer.get("code")), ("refused", "order_outdated"), "an hour old")
        scene.want(order, "after a clock that is ahead")


def future(scene):
    with section("a fact of the year 2126: later true ones are taken"):
        order = "fut-1"
        wrong = order_recorded(order, status="UNPAID")
        wrong["time"] = "2126-01-01T00:00:00Z"
        true = order_recorded(order)
        check_equal(scene.post(wrong)["status"], "accepted", "the fact of 2126")
        check_equal(scene.post(true)["status"], "accepted", "the true one, said before that")
        scene.want(order, "after 2126")
        check(scene.o.value(f"select recorded_at <= now() from intake.orders where order_id = '{order}'") == "t", "dated in the future")
    with section("Beijing time labelled Z: facts count in the order in which they come"):
        order = "fut-2"
        for status in ("UNPAID", "TO_SHIP", "TO_RECEIVE"):
            fact = order_recorded(order, status=status)
            fact["time"] = instant(8 * 3600)
            check_equal(scene.post(fact)["status"], "accepted", f"Beijing time, {status}")
        check_equal(scene.post(order_recorded(order))["status"], "accepted", "a true one after Beijing time")
        scene.want(order, "Beijing time")
    with section("what is ignored is told as refused: HTTP, log, topic"):
        old = order_recorded(order, status="UNPAID")
        old["time"] = instant(-3600)
        answer = scene.post(old)
        check_equal((answer["status"], answer.get("code")), ("refused", "order_outdated"), "an hour old")
        check_equal(scene.o.value(f"select note from intake.log where aggregateid = '{order}' and type like '%Refused'"), "order_outdated", "in the log")
        wait_for("the refusal on the topic", lambda: any("order_outdated" in r["payload"] for r in scene.o.records("ombud.complaint.v1") if r["key"] == order))
    with section("no other time lies after its receipt: found, happened, made, paid, shipped, delivered, confirmed"):
        order, ahead = "fut-3", "2126-01-01T00:00:00Z"
        scene.post(order_recorded(order, purchased=ahead, paidAt=ahead, shippedAt=ahead, deliveredAt=ahead, receiptConfirmedAt=ahead, promisedAt=ahead))
        filed = complaint_filed(order, faultFoundAt=ahead, statement={"text": "卡密无效", "happenedAt": ahead},
                                evidence=[{"evidenceId": "e1", "kind": "screenshot", "uri": "https://oss.example.com/1.png", "madeAt": ahead}])
        filed["time"] = ahead
        check_equal(scene.post(filed)["status"], "accepted", "a complaint from 2126")
        check_equal(scene.o.sql("""select c.complained_at <= c.received_at, c.fault_found_at <= c.received_at, c.happened_at <= c.received_at,
            e.made_at <= c.received_at from intake.complaint c join intake.evidence e using (complaint_id) where order_id = 'fut-3'"""),
                    [["t", "t", "t", "t"]], "what is stored")
        complaint = wait_for("the complaint's first fact", lambda: [r for r in scene.o.records("ombud.complaint.v1") if r["key"] == order])
        check(all("2126" not in json.dumps(r) for r in complaint), "a fact says 2126")
        status, text = scene.o.get(scene.o.url("intake", "/metrics"))
        check(status == 200 and "ombud_intake_times_later_total" in text, "the metric")


def dead_letters(scene):
    with section("a dead letter sent again counts as when it was first received"):
        o, order = scene.o, "dlt-1"
        o.kill("intake")
        fact = untimed(order, "UNPAID")
        scene.put(fact, 0)
        scene.o.sql("create function intake.no() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = '22000'; end $$;"
                    "create trigger no before insert on intake.orders for each row when (new.order_id = 'dlt-1') execute function intake.no()")
        o.start("intake")
        letter = wait_for("the dead letter", lambda: o.ctl_json("dlt", "list"))[0]["id"]
        o.sql("drop trigger no on intake.orders; drop function intake.no()")
        scene.post(untimed(order, "TO_RECEIVE"))
        o.ctl("dlt", "replay", letter, "--yes")
        scene.want(order, "after the replay")
        again = [r.get("headers", []).count("ombud-received") for r in o.records("ombud.inbox.v1") if r["key"] == order]
        check_equal(again, [0, 1, 1, 1], "the first receipt stands in what came by HTTP and in what was sent again")
        check_equal(o.value(f"select count(*) from intake.log where note = 'order_outdated' and aggregateid = '{order}'"), "1", "the replay's outcome")


def run(broker):
    with Ombud(broker) as o:
        o.prepare()
        o.start(*DAEMONS)
        scene = Scene(o)
        misplaced(scene)
        strangers(scene)
        nearly_right(scene)
        future(scene)
        dead_letters(scene)
        o.wait_quiet()
        o.audit()
