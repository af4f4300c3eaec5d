"""A missing or lost database or broker is waited out, told by /readyz, and costs nothing; any start order works; SIGTERM drains."""
import json
import signal
import time

from ombud import DAEMONS, Ombud, check, check_equal, complaint_filed, order_recorded, wait_for

BROKERS = ("kafka",)
WHY = "the mock cannot be stopped and started again on its port"
ALONE = "stops the database and the broker, and measures what is told of it"


def readiness(o, name):
    status, text = o.get(o.url(name, "/readyz?verbose"))
    return status, text


def prove_outage(o, part, word, order):
    o.environment("stop", part)
    for name in DAEMONS:
        wait_for(f"{name} not ready without {part}", lambda name=name: readiness(o, name)[0] == 503, 15)
        check(word in readiness(o, name)[1], f"{name}: /readyz?verbose does not name {word}: {readiness(o, name)[1]}")
        check_equal(o.get(o.url(name, "/livez"))[0], 200, f"{name} /livez without {part}")
    if part == "kafka":
        status, body = o.post(o.url("intake", "/v1/events"), json.dumps(complaint_filed(order)), "application/cloudevents+json")
        check(status in (503, 202), f"POST without a broker: {status} {body[:200]}")
    o.bring_up()
    o.wait_all_ready(seconds=60)
    o.publish(order_recorded(order), complaint_filed(order))
    o.wait_stage(order, "negotiating", 30)
    print(f"  {part} lost and found again", flush=True)


def prove_hang(o):
    """The broker stands still, its connections open: told within 5 s, over when it goes on."""
    with o.broker_hanging():
        began = time.monotonic()
        for name in DAEMONS:
            left = began + 5 - time.monotonic()
            wait_for(f"{name} to say that the broker hangs", lambda name=name: "[-]kafka" in readiness(o, name)[1], max(left, 0))
        took = time.monotonic() - began
        time.sleep(15 - took)  # longer than a session and librdkafka's time-out
        for name in DAEMONS:
            check_equal(readiness(o, name)[0], 503, f"{name}: /readyz while the broker hangs")
    o.wait_all_ready(seconds=60)
    o.publish(order_recorded("out-3"), complaint_filed("out-3"))
    o.wait_stage("out-3", "negotiating", 30)
    print(f"  a hanging broker told after {took:.1f} s, and found again", flush=True)


def prove_signals(o):
    for name in DAEMONS:
        before = o.value(f"select sum(epoch) from {name}.ownership")
        check_equal(o.kill(name, signal.SIGTERM, wait=10), 0, f"{name}: exit code after SIGTERM")
        o.start(name)
        wait_for(f"{name} to own its shards anew", lambda name=name, before=before: o.value(f"select sum(epoch) from {name}.ownership") != before, 30)
    o.publish(order_recorded("after-term"), complaint_filed("after-term"))
    o.wait_stage("after-term", "negotiating", 30)
    print("  SIGTERM drains, exit code 0", flush=True)


def prove_reload(o):
    o.process("triage").send_signal(signal.SIGHUP)
    wait_for("the reload gauge", lambda: "ombud_config_last_reload_successful 1" in o.get(o.url("triage", "/metrics"))[1])
    print("  SIGHUP reloads", flush=True)


def run(broker):
    with Ombud(broker, static_members=False) as o:  # nobody here starts them again: none may end
        o.environment("stop", "postgres")
        for name in DAEMONS:
            o.spawn(name)
        o.bring_up()
        o.prepare()
        o.wait_all_ready(seconds=60)
        print("  daemons started before their database, schema and topics", flush=True)
        prove_outage(o, "postgres", "[-]db", "out-1")
        prove_outage(o, "kafka", "[-]kafka", "out-2")
        prove_hang(o)
        prove_signals(o)
        prove_reload(o)
        o.wait_quiet()
        o.audit()
