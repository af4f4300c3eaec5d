"""One noisy complaint floods everything that can be flooded: counts and bytes stay bounded, each record has one outcome, the others' letters come."""
import os
import random

from noisy import SHORT, story
from ombud import Ombud

BROKERS = ("kafka",)
WHY = "the mock keeps 5 MiB a partition"
ALONE = "measures others' letters"


def run(broker):
    seed = int(os.environ.get("OMBUD_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"  OMBUD_SEED={seed}", flush=True)
    with Ombud(broker) as o:
        o.prepare()
        story(o, SHORT, random.Random(seed))
