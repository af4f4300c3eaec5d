"""make run plays and balances, again too; it goes on only with the broker and the play that the folder has, and forgets only its own."""
import os
import shutil
import tempfile

from ombud import TOP, check, check_equal, section
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


def on_mock(folder, data):
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
        as_written("kafka again", play(folder, "kafka"))
        check_equal(ledger(folder), before, "the ledger")
    with section("another play and another broker are refused, and harm nothing"):
        said = play(folder, "kafka", "--data", data, ok=(2,))
        check("holds another play; make clean-run forgets it" in said[1] and said[0] == "", f"another play: {said}")
        said = play(folder, "mock", ok=(1,))
        check("keeps what was played on Kafka" in said[1] and "make clean-run" in said[1], f"another broker: {said}")
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
