"""Lag says 0 when all that can be read has been taken, and only then: ombudctl, the metrics, and what Kafka's own tools read.

Transactional publishers, aborted and open transactions, partitions that are empty or cut off, a place beyond the end.
"""
import json
import re
import time

from broker import Publisher, committed, cut, ends
from ombud import DAEMONS, Ombud, check, check_equal, order_recorded, section, wait_for

BROKERS = ("kafka",)
WHY = "the mock shows aborted transactions to everybody and has no DeleteRecords"
INBOX = "ombud.inbox.v1"


class Scene:
    def __init__(self, o):
        self.o = o
        self.read = sorted({(row["service"], row["topic"], row["partition"]) for row in o.ctl_json("lag") if row["topic"] != "*"})
        self.partitions = 1 + max(partition for _, _, partition in self.read)

    def lag(self, service=None, topic="*"):
        """The rows of one service and topic; without a service: all sums."""
        rows = [row for row in self.o.ctl_json("lag") if row["topic"] == topic and service in (None, row["service"])]
        check(all(row["lag"] >= 0 for row in rows), f"a negative lag: {rows}")
        return rows

    def wait_taken(self, what):
        wait_for(f"lag 0 after {what}", lambda: all(row["lag"] == 0 for row in self.lag()), 30, 0.3)
        check(all(row["oldest_unread_age_seconds"] is None for row in self.lag()), f"after {what} nothing waits, and has no age")
        self.wait_hints(what)
        for service in DAEMONS:
            wait_for(f"the metrics of {service} after {what}", lambda service=service: self.metric(service, "ombud_kafka_consumer_lag_sum") == 0
                     and self.metric(service, "ombud_oldest_unread_age_seconds") == 0, 10)

    def wait_hints(self, what):
        """What Kafka's tools subtract from each end is that end."""
        def away():
            found = []
            for service in DAEMONS:
                places = [(topic, partition) for name, topic, partition in self.read if name == service]
                hints, highs = committed(self.o.brokers, f"ombud-{service}", places), ends(self.o.brokers, places)
                found += [(service, place, hints[place], highs[place]) for place in places if hints[place] != highs[place][1]]
            return found
        wait_for(f"the offsets in Kafka to stand at the ends after {what}: {away()[:3]}", lambda: not away(), 15, 0.3)

    def metric(self, service, name):
        _, text = self.o.get(self.o.url(service, "/metrics"))
        found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
        check(found, f"{service} has no {name}")
        return float(found[1])

    def order(self, name):
        return json.dumps(order_recorded(name)).encode()


def transactions(scene, publisher):
    with section("a committed transaction, an aborted one at the end of the log, an empty one"):
        for partition in range(scene.partitions):
            publisher.begin()
            publisher.put(INBOX, partition, f"tx-{partition}", scene.order(f"tx-{partition}"))
            publisher.commit()
        scene.wait_taken("committed transactions")
        publisher.begin()
        for partition in range(scene.partitions):
            for n in range(3):
                publisher.put(INBOX, partition, "tx-no", scene.order(f"tx-no-{n}"))
        publisher.abort()
        scene.wait_taken("an aborted transaction")
        check_equal(scene.o.value("select count(*) from intake.orders"), str(scene.partitions), "orders")
    with section("an open transaction: what lies behind it cannot be read, so it is no lag; after its commit all is taken"):
        publisher.begin()
        publisher.put(INBOX, 0, "tx-open", scene.order("tx-open"))
        scene.o.kcat(INBOX, scene.order("tx-behind"), key="tx-behind", partition=0)
        time.sleep(2)
        check_equal([row["lag"] for row in scene.lag("intake")], [0], "lag behind an open transaction")
        check_equal(scene.metric("intake", "ombud_kafka_consumer_lag_sum"), 0, "the metric behind an open transaction")
        publisher.commit()
        scene.wait_taken("the open transaction's commit")
        check_equal(scene.o.value("select count(*) from intake.orders"), str(scene.partitions + 2), "orders")


def away(scene, publisher):
    with section("a daemon is away: what it has not taken is its lag, with an age; what nobody can read is not"):
        scene.o.kill("intake")
        publisher.begin()
        publisher.put(INBOX, 1, "tx-no", scene.order("tx-no"))
        publisher.abort()
        check_equal([row["lag"] for row in scene.lag("intake")], [0], "lag after an aborted transaction, the daemon away")
        for n in range(20):
            scene.o.kcat(INBOX, scene.order(f"away-{n}"), key=f"away-{n}", partition=n % scene.partitions)
        time.sleep(1)
        rows, total = scene.lag("intake", INBOX), scene.lag("intake")[0]
        check_equal(sum(row["lag"] for row in rows), 20, "lag of the inbox")
        check_equal(total["lag"], 20, "lag of intake")
        check(1 <= total["oldest_unread_age_seconds"] < 300, f"age of the oldest: {total}")
        text = scene.o.ctl("lag").stdout
        check(re.search(r"^intake +20 ", text, re.MULTILINE), f"the sums in the table: {text[-600:]}")
        scene.o.start("intake")
        scene.wait_taken("its return")


def beginnings(scene):
    with section("beginnings that are gone: only what is there is lag"):
        scene.o.kill("intake")
        for n in range(scene.partitions * 3):
            scene.o.kcat(INBOX, scene.order(f"cut-{n}"), key=f"cut-{n}", partition=n % scene.partitions)
        places = [(INBOX, partition) for partition in range(scene.partitions)]
        highs = {place: high for place, (_, high) in ends(scene.o.brokers, places).items()}
        cut(scene.o.brokers, {place: highs[place] - 1 for place in places})
        check_equal([row["lag"] for row in scene.lag("intake", INBOX)], [1] * scene.partitions, "lag where one is left")
        cut(scene.o.brokers, highs)
        check_equal([row["lag"] for row in scene.lag("intake", INBOX)], [0] * scene.partitions, "lag where nothing is left")
    with section("a place beyond the end: never negative, and said"):
        scene.o.kcat(INBOX, scene.order("cut-last"), key="cut-last", partition=0)
        scene.o.sql(f"update intake.ownership set next_offsets[array_position(topics, '{INBOX}')] = 100000")
        rows = {row["partition"]: row for row in scene.lag("intake", INBOX)}
        check_equal((rows[0]["lag"], rows[0]["state"]), (1, "beyond the end"), "a place beyond the end, with a record there")
        check_equal((rows[1]["lag"], rows[1]["state"]), (0, "beyond the end"), "a place beyond the end of nothing")


def run(broker):
    with Ombud(broker) as o:
        o.prepare()
        o.start()
        scene = Scene(o)
        with section("nothing yet: an offset is committed for every partition"):
            scene.wait_taken("the start")
        with Publisher(o.brokers, "shop") as publisher:
            transactions(scene, publisher)
            away(scene, publisher)
        beginnings(scene)
