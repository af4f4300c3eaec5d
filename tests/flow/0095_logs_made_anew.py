"""A topic made anew, or a broker that lost its tail, stops the shard aloud; after ombudctl shard restart exactly what was chosen is read.

Made anew while assigned, while the daemon is away, while the shard is paused; with fewer, as many and more records than were read, of
the same keys, sizes and timestamps. F18 in its short form: one run of tests/lib/anew.py, of which make prove has twenty. Beside it
partitions that are added to all topics.
"""
import anew
from day import seed_of_run

BROKERS = ("kafka",)
WHY = "the mock cannot delete a topic, nor forget its tail"
ALONE = "stops the broker, and waits for what is told of it"


def run(broker):
    anew.play(broker, seed_of_run(), added=True)
