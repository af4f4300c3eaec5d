"""An ordinary hand-over is no trouble: copies come and go by SIGTERM under load, and neither copy logs a warning."""
import json
import os
import signal
import threading
import time

from ombud import Ombud, check, complaint_filed, order_recorded, wait_for

BROKERS = ("kafka",)
WHY = "the mock lets a group form only when a session is nearly over"
ALONE = "wants no warning in a log, and a machine that is busy is warned of"
SERVICES = ("intake", "notification")
ROUNDS = 3


def shards_of(o, name):
    """By owner."""
    return dict(o.sql(f"select owner, count(*) from {name}.ownership group by owner"))


def lines(o, name, copy):
    with open(os.path.join(o.folder, f"{name}-{copy}.log"), encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def prove_quiet(o, name):
    for copy in ("1", "2"):
        loud = [line for line in lines(o, name, copy) if line["level"] in ("warn", "error")]
        check(not loud, f"{name}, copy {copy}: {len(loud)} lines of an ordinary hand-over: {loud[:3]}")


def publish_on(o, stop, count):
    while not stop.is_set():
        batch = range(count[0], count[0] + 20)
        o.publish(*[e for n in batch for e in (order_recorded(f"hand-{n}"), complaint_filed(f"hand-{n}"))])
        count[0] += 20


def run(broker):
    with Ombud(broker, static_members=False) as o:
        o.prepare()
        o.start()
        stop, count = threading.Event(), [0]
        publisher = threading.Thread(target=publish_on, args=(o, stop, count))
        publisher.start()
        try:
            for _ in range(ROUNDS):
                for name in SERVICES:
                    o.spawn(name, copy="2")
                for name in SERVICES:
                    wait_for(f"both copies of {name} to own shards", lambda name=name: len(shards_of(o, name)) == 2, 40)
                time.sleep(1)
                for name in SERVICES:
                    check(o.kill((name, "2"), signal.SIGTERM) == 0, f"{name}: exit code of the copy that goes")
                for name in SERVICES:
                    wait_for(f"one copy of {name} to own all shards", lambda name=name: len(shards_of(o, name)) == 1, 40)
        finally:
            stop.set()
            publisher.join()
        o.wait_quiet()
        for name in SERVICES:
            prove_quiet(o, name)
        print(f"  {ROUNDS} hand-overs there and back under load: no warning in either copy's log", flush=True)
        o.audit()
