"""kill -9 at random moments under load for four minutes, PostgreSQL and the broker among them: nothing lost, nothing doubled, nothing late.

How many there were is told. Two hundred are `make prove PROVE="--quick --only kills"`, a thousand `make prove`.
"""
import os

from ombud import check
from prove import SHORT, print_table, prove

BROKERS = ("kafka",)
WHY = "a daemon that is killed comes back after a session there, and the mock itself forgets its log when it is killed"
ALONE = "kills a database"


def run(broker):
    seed = int(os.environ.get("OMBUD_SEED") or int.from_bytes(os.urandom(4), "big"))
    print(f"  OMBUD_SEED={seed}", flush=True)
    verdict, table = prove(broker, SHORT, seed)
    print_table(verdict, table)
    seen = dict(table)
    print(f"  {seen['kill -9']} kills in {seen['minutes']} minutes", flush=True)
    check(verdict == "green", "too little moved: the outcome is unknown")
