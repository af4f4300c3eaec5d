"""HTTP before a token: 600 dripping connections and 512 bodies of 1 MiB shut nobody out, take no memory, and health answers."""
from before_token import SHORT, story
from ombud import Ombud

BROKERS = ("mock",)
WHY = "asks nothing of the broker; runs once"


def run(broker):
    with Ombud(broker) as o:
        o.prepare()
        story(o, SHORT)
