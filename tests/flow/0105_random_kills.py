"""Two hundred kill -9 at random moments under load, PostgreSQL and the broker among them: nothing lost, nothing doubled, nothing late.

The quick gate of tests/prove; `make prove` runs the full one.
"""
import os

from ombud import check
from prove import QUICK, print_table, prove

BROKERS = ("kafka",)
WHY = "a daemon that is killed comes back after a session there, and the mock itself forgets its log when it is killed"
ALONE = "kills a database"


def run(broker):
    seed = int(os.environ.get("OMBUD_SEED") or int.from_bytes(os.urandom(4), "big"))
    print(f"  OMBUD_SEED={seed}", flush=True)
    verdict, table = prove(broker, QUICK, seed)
    print_table(verdict, table)
    check(verdict == "green", "too little moved: the outcome is unknown")
