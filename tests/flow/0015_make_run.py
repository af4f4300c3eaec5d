"""make run plays and balances, again too, and make up stays; README's lines work on both; each goes on only with what is its own."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager

from ombud import TOP, check, check_equal, section, wait_for
from ombud import run as program

BROKERS = ("kafka", "mock")
WHY = ""

# Three orders as Olist tells them, one of them with a complaint.
OLIST = {
    "orders": ["order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,"
               "order_delivered_customer_date,order_estimated_delivery_date"] +
              [f"o{n},c{n},delivered,2017-09-1{n} 14:31:30,2017-09-1{n} 15:04:09,2017-10-06 17:50:03,2017-10-09 22:23:46,2017-09-28 00:00:00"
               for n in range(3)],
    "items": ["order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value"] +
             [f"o{n},1,p{n},s{n},2017-09-23 04:04:09,20.00,5.00" for n in range(3)],
    "payments": ["order_id,payment_sequential,payment_type,payment_installments,payment_value"] + [f"o{n},1,credit_card,1,25.00" for n in range(3)],
    "reviews": ["review_id,order_id,review_score,review_comment_title,review_comment_message,review_creation_date,review_answer_timestamp"] +
               [f"r{n},o{n},{score},,{words},2017-10-10 00:00:00,2017-10-11 10:00:00" for n, score, words in
                ((0, 5, "bom"), (1, 1, "veio com defeito"), (2, 4, ""))],
}


def play(folder, broker, *more, ok=(0,)):
    done = program(os.path.join(TOP, "deploy/local/run"), "--once", "--broker", broker, "--dir", folder, *more, ok=ok, timeout=400)
    return done.stdout, done.stderr


@contextmanager
def staying(folder, *more):
    """make run or make up, until Ctrl-C; yields a function that says what it has said so far."""
    path = os.path.join(folder, "said.txt")
    with open(path, "wb") as out:
        process = subprocess.Popen([os.path.join(TOP, "deploy/local/run"), "--dir", folder, *more], stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def said():
        with open(path, encoding="utf-8") as f:
            return f.read()

    def up():
        check(process.poll() is None, f"ended: {said()[-2000:]}")
        return "until Ctrl-C" in said()
    try:
        wait_for("it to stay", up, 400, 0.2)
        yield said
        process.send_signal(signal.SIGINT)
        check_equal(process.wait(180), 0, f"Ctrl-C ({said()[-1000:]})")
    finally:
        process.terminate()  # it ends what it has started
        process.wait(60)


def readme(folder):
    """The lines of README.md, as they stand there; returns what they print."""
    with open(os.path.join(TOP, "README.md"), encoding="utf-8") as f:
        lines = "".join(re.findall(r"^```sh\n(.*?)^```$", f.read(), re.S | re.M))
    check(". .ombud/env.sh" in lines and "DecisionMade" in lines, f"README's lines: {lines[:400]}")
    return program("bash", "-uo", "pipefail", "-c", f"cd {TOP}\n" + lines.replace(".ombud/", folder + "/"), ok=None, timeout=300).stdout


def answers(said):
    return re.findall(r'"status":"(\w+)"', said)


def on_readme(folder):
    said = readme(folder)
    check(len(answers(said)) == 5 and set(answers(said)) <= {"accepted", "pending"}, f"what README's lines are answered: {said[:3000]}")
    check(re.search(r'^"stage": ?"remedy_under_way"$', said, re.M), f"README's last stage: {said[:3000]}")
    check( "for complainant" in said, f"README's lines: {said[:3000]}")
    again(folder)


def again(folder):
    """Repeats, and books that balance as soon as everybody has read everything."""
    said = wait_for("books that balance", lambda: (said := readme(folder)) and "the books balance" in said and said, 60)
    check_equal(answers(said), ["repeat"] * 5, "README's lines again")


def ledger(folder):
    with open(os.path.join(folder, "ledger.ndjson"), encoding="utf-8") as f:
        return f.read()


def as_written(broker, said):
    check("every row came out as written" in said[0] and "the books balance" in said[0], f"{broker}: {said[0][-3000:]}{said[1][-1000:]}")


def refusals(folder):
    with section("what cannot be is told before anything starts"):
        said = play(folder, "mock", "--data", "/nowhere", ok=(1,))
        check("cannot read /nowhere/orders.csv" in said[1], f"no data: {said}")
        check("run [--broker" in play(folder, "rabbit", ok=(2,))[1], "a broker that there is not")
        check_equal(os.listdir(folder), [], "files made")
        with open(os.path.join(folder, "precious"), "w", encoding="utf-8") as f:
            f.write("x")
        said = program(os.path.join(TOP, "deploy/local/run"), "--forget", "--dir", folder, ok=(1,))
        check("no working folder of ours" in said.stderr, f"somebody's folder: {said.stderr}")
        check_equal(os.listdir(folder), ["precious"], "files left in somebody's folder")
        program(os.path.join(TOP, "deploy/local/run"), "--forget", "--dir", os.path.join(folder, "none"))
        check(not os.path.exists(os.path.join(folder, "none")), "a folder is made to be forgotten")
        os.unlink(os.path.join(folder, "precious"))


def up(folder):
    with section("make up, on the real clock: README's lines; a daemon under another program's hands; who runs it then"):
        with staying(folder, "--up", "--broker", "mock") as said:
            check("on the real clock" in said(), said())
            on_readme(folder)
            log = os.path.join(folder, "traced.txt")
            with open(log, "wb") as out:
                traced = subprocess.Popen([os.path.join(TOP, "deploy/local/daemon"), "--dir", folder, "intake", "env", "OMBUD_LOG__LEVEL=debug"],
                                          stdout=out, stderr=out)
            wait_for("its shards", lambda: open(log, encoding="utf-8").read().count('"msg":"shard taken over"') == 8)
            again(folder)
        check_equal(traced.wait(60), 0, "it ends with the stack")
        done = program(os.path.join(TOP, "deploy/local/daemon"), "--dir", folder, "intake", ok=(1,))
        check("nothing is up" in done.stderr, done.stderr)


def on_mock(folder, data):
    up(folder)
    with section("the mock broker keeps nothing, so each run starts anew"):
        as_written("mock", play(folder, "mock"))
        said = play(folder, "mock")
        as_written("mock again", said)
        check("starting anew" in said[1], f"that it starts anew is told: {said[1]}")
        said = play(folder, "mock", "--data", data)
        check("3 orders" in said[0] or "1 complaints" in said[0], f"Olist's orders alone: {said[0][-3000:]}")


def on_kafka(folder, data):
    with section("Kafka keeps it: a second run says nothing again"):
        as_written("kafka", play(folder, "kafka"))
        before = ledger(folder)
    with section("make run stays, on a clock that it calls virtual: README's lines"):
        with staying(folder) as said:
            check("virtual clock" in said() and "The clock is virtual: it stands at 2026-03-" in said(), said()[-3000:])
            on_readme(folder)
        as_written("kafka again", play(folder, "kafka"))
        check_equal(ledger(folder), before, "the ledger")
    with section("another play and another broker are refused, and harm nothing"):
        said = play(folder, "kafka", "--data", data, ok=(2,))
        check("holds another play; make clean-run forgets it" in said[1] and said[0] == "", f"another play: {said}")
        said = program(os.path.join(TOP, "deploy/local/run"), "--up", "--dir", folder, ok=(1,)).stderr
        check("the virtual clock, and the real one cannot" in said and "make clean-run" in said, f"another clock: {said}")
        said = play(folder, "mock", ok=(1,))
        check("keeps what was said on Kafka" in said[1] and "make clean-run" in said[1], f"another broker: {said}")
        check_equal(ledger(folder), before, "the ledger")


def run(broker):
    folder, data = (tempfile.mkdtemp(prefix="ombud-flow-", dir="/var/tmp") for _ in range(2))
    os.chmod(folder, 0o755)
    for name, lines in OLIST.items():
        with open(os.path.join(data, f"{name}.csv"), "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
    try:
        refusals(folder)
        {"mock": on_mock, "kafka": on_kafka}[broker](folder, data)
        with section("make clean-run forgets"):
            program(os.path.join(TOP, "deploy/local/run"), "--forget", "--dir", folder)
            check(not os.path.exists(folder), f"{folder} is still there")
    finally:
        program(os.path.join(TOP, "deploy/local/env"), "down", "--dir", folder, ok=None)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)
