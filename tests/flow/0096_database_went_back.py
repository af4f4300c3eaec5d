"""A database that went back stops the shards that have forgotten something; restated, the books balance and say what is former.

A base backup restored under daemons that are started on it, and an asynchronous standby promoted, seconds behind, under running ones.
F17 in its short form: one run of tests/lib/went_back.py each.
"""
import went_back
from day import seed_of_run

BROKERS = ("kafka",)
WHY = "the daemons are started again, and a session there is waited out each time"
ALONE = "the database goes back"


def run(broker):
    rng = seed_of_run()
    went_back.play(broker, rng, running=False, way=went_back.Restored)
    went_back.play(broker, rng, running=True, way=went_back.Promoted)
