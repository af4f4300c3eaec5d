"""ombudctl audit has three answers: the books balance (0), they do not (1), it is not known yet (4), with what it waits for.

Whatever cannot be read yet is not lost: an open transaction, a daemon behind or away, a shard that a person must decide about, a topic, the
broker or the database away.
"""
import json

from broker import Publisher
from ombud import NOT_KNOWN, Ombud, check, check_equal, complaint_filed, order_recorded, section

BROKERS = ("kafka",)
WHY = "the mock shows everybody what transactions have not committed"
ALONE = "kills a database"
INBOX = "ombud.inbox.v1"


def ask(o, code, waits_for="", **how):
    """The audit answers so, and waits for that; nothing is wrong unless it says so."""
    done = o.ctl("audit", "-o", "json", "--workdir", o.folder, ok=(code,), **how)
    books = json.loads(done.stdout)
    check_equal(books["answer"], {0: "holds", 1: "does_not_hold", NOT_KNOWN: "not_known_yet"}[code], "the answer")
    check(not waits_for or any(waits_for in text for text in books["waits_for"]), f"waits for {waits_for!r}: {books['waits_for']}")
    if code == NOT_KNOWN and "checks" in books:
        wrong = [row for row in books["checks"] if any(row[fault] for fault in ("lost", "doubled", "phantom", "illegal", "due_unfired"))]
        check(not wrong, f"not known, and yet wrong: {wrong}")
    check(code != 0 or not books.get("waits_for"), f"it holds, and waits for {books.get('waits_for')}")
    return books


def transactions(o):
    with section("an open transaction: acknowledged records behind it are not lost"), Publisher(o.brokers, "shop") as publisher:
        publisher.begin()
        publisher.put(INBOX, 0, "ans-tx", json.dumps(order_recorded("ans-tx")).encode())
        orders = [json.dumps(order_recorded(f"ans-led-{n}")) for n in range(40)]
        o.ctl("publish", "-", "--ledger", f"{o.folder}/ledger.ndjson", input="\n".join(orders) + "\n")
        ask(o, NOT_KNOWN, f"a transaction on {INBOX}/0, open before offset")
        text = o.ctl("audit", "--workdir", o.folder, ok=(NOT_KNOWN,)).stdout
        check("waits for  a transaction on" in text and "is not known yet" in text, f"the table: {text[-800:]}")
        publisher.abort()
    o.wait_quiet()
    ask(o, 0)


def behind(o):
    with section("a daemon away: what it has not taken is waited for"):
        o.kill("triage")
        o.publish(order_recorded("ans-1"), complaint_filed("ans-1"))
        o.wait_stage("ans-1", "filed")
        ask(o, NOT_KNOWN, "triage: to take")
        o.kill("intake")
        o.publish(order_recorded("ans-2"), complaint_filed("ans-2"))
        ask(o, NOT_KNOWN, f"intake: to take 2 of {INBOX}")
        o.sql("insert into triage.timer select shard, now() - interval '1 hour', gen_random_uuid(), 1, 0 from intake.complaint where order_id = 'ans-1'")
        ask(o, NOT_KNOWN, "triage: to take")
        o.sql("delete from triage.timer where due < now() - interval '50 minutes'")
        o.start("intake", "triage")
        o.wait_stage("ans-2", "negotiating")
        o.wait_quiet()
        ask(o, 0)


def stopped(o):
    with section("a shard that a person must decide about"):
        o.kill("triage")
        o.publish(complaint_filed("ans-2", text="另一个问题", type="COMPLAINT_TYPE_DEFECTIVE"))
        o.wait_stage("ans-2", "filed")
        o.sql("update triage.ownership set stopped = '{\"why\": \"gap\"}' where shard = (select shard from intake.complaint where order_id = 'ans-2' limit 1)")
        ask(o, NOT_KNOWN, "of triage has stopped (gap)")
        o.sql("update triage.ownership set stopped = null")
        o.start("triage")
        o.wait_stage("ans-2", "negotiating")
        o.wait_quiet()
        ask(o, 0)


def wrong(o):
    with section("what is lost stays lost, whatever else is waited for"):
        o.kill("triage")
        o.publish(complaint_filed("ans-1", text="又一个问题", type="COMPLAINT_TYPE_DEFECTIVE"))
        o.wait_stage("ans-1", "filed")
        with open(f"{o.folder}/ledger.ndjson", "a", encoding="utf-8") as ledger:
            ledger.write('{"partition": 0, "offset": 100000, "outcome": "ok"}\n')
        check_equal(ask(o, 1, "triage: to take")["lost"], 1, "acknowledged and not there")


def away(o):
    with section("the broker away, the database away"):
        with o.broker_hanging():
            ask(o, NOT_KNOWN, timeout=180)
        o.kill_store("postgres")
        done = o.ctl("audit", "--workdir", o.folder, ok=(NOT_KNOWN,))
        check("database cannot be reached" in done.stderr, f"the message: {done.stderr[-300:]}")


def run(broker):
    with Ombud(broker) as o:
        o.prepare()
        o.start()
        transactions(o)
        behind(o)
        stopped(o)
        wrong(o)
        away(o)
