"""A database restored to an earlier hour stops the shards that have forgotten something; restated, the books balance and say what is former.

Under running daemons, and under daemons that are started on it. PROOF F17 in its short form: one run of tests/lib/went_back.py each.
"""
import went_back
from day import seed_of_run

BROKERS = ("kafka",)
WHY = "the daemons are started again, and a session there is waited out each time"
ALONE = "the database goes back"


def run(broker):
    rng = seed_of_run()
    for running in (True, False):
        went_back.play(broker, rng, running)
