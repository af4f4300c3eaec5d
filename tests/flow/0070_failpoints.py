"""kill -9 at every failpoint of every daemon, before and after, all in one played day: the final state is that of a clean run.

Each daemon goes through its points one by one while the day goes on: it kills itself at the nth passing, is started again at once and
has the next point armed. A point that did not fire is a failure; NEVER names those that cannot, with the reason.
"""
import os
import signal
import subprocess
import threading
import time

from day import HTTP_ORDERS, Day, check_same_state, clean_state, seed_of_run
from ombud import DAEMONS, check

BROKERS = ("kafka",)
WHY = "a member that comes back waits out a whole session there, a hundred and fifty times"
NTH_MAX = 3
FIRE_SECONDS_MAX = 60
NEVER = {("triage", "claim.before"): "triage arms no timers", ("triage", "claim.after"): "triage arms no timers"}
RARE = {("intake", "claim.before"), ("intake", "claim.after")}  # once a day: armed beside the others until they have fired


def points_of(day, name):
    """Every point of the table of common/base/fail.c that this daemon passes."""
    listed = subprocess.run([os.path.join(day.bin, f"ombud-{name}")], env={"OMBUD_FAIL": "list"}, capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [point for point, who in rows if who in ("all", name)]


class Chain(threading.Thread):
    """One daemon's way through its points."""

    def __init__(self, day, name, points, rng):
        super().__init__(daemon=True)
        self.day, self.name = day, name
        self.rare = [point for point in points if (name, point) in RARE]
        self.points = [(point, 1 if point.startswith(("revoke", "http", "takeover", "look")) else rng.randint(1, NTH_MAX))
                       for point in points if point not in self.rare]
        rng.shuffle(self.points)
        self.orders = list(HTTP_ORDERS)
        self.fired, self.missed, self.error = [], [], None

    def run(self):
        try:
            self.day.kill(self.name)
            for point, nth in self.points:
                while not self.go_through(point, nth):
                    pass
            while self.rare and self.day.playing() and not self.missed:
                self.go_through(*self.points[-1], wanted=False)
            self.missed += [f"{self.name} {point}" for point in self.rare]
            self.day.spawn(self.name)
        except Exception as error:  # told by the main thread
            self.error = error

    def go_through(self, point, nth, wanted=True):
        """One life of the daemon. False: it ended at another of its points; this one is still to come."""
        day, name = self.day, self.name
        size = day.log_size(name)
        armed = [f"{rare}:1:kill" for rare in self.rare] + ([f"{point}:{nth}:kill"] if wanted else [])
        day.spawn(name, fail=",".join(armed))
        process = day.process(name)
        if wanted and point.startswith("http"):
            threading.Thread(target=self.post, args=(self.orders[-1],), daemon=True).start()
        until = time.monotonic() + FIRE_SECONDS_MAX
        while process.poll() is None and time.monotonic() < until and day.playing():
            if wanted and point.startswith("revoke") and '"shard taken over"' in day.log_since(name, size):
                process.send_signal(signal.SIGTERM)  # it leaves the group
                process.wait(15)
            time.sleep(0.02)
        code = process.poll()
        day.kill(name)
        said = day.log_since(name, size)
        for rare in [p for p in self.rare if code == -signal.SIGKILL and f"failpoint {p}: kill" in said]:
            self.rare.remove(rare)
            self.fired.append(rare)
            return False
        if code == -signal.SIGKILL and f"failpoint {point}: kill" in said:
            self.fired.append(point)
            if point.startswith("http"):
                self.orders.pop()
        elif wanted:
            self.missed.append(f"{name} {point}:{nth} (exit {code}, the day {'goes on' if day.playing() else 'is over'})")
        return True

    def post(self, order):
        try:
            self.day.post_order(order)
        except Exception:  # the day's end posts it again, and fails where that fails
            pass


def run(broker):
    want = clean_state(broker)
    rng = seed_of_run()
    with Day(broker) as day:
        day.begin(pace_ms=40)  # without which its last hours could be over before the last kills
        day.wait_all_ready()
        chains = [Chain(day, name, [p for p in points_of(day, name) if (name, p) not in NEVER], rng) for name in DAEMONS]
        for chain in chains:
            chain.start()
        for chain in chains:
            chain.join()
        for chain in chains:
            check(not chain.error, f"{chain.name}: {chain.error!r}")
        in_day = day.playing()
        got = day.end()
        for chain in chains:
            print(f"  {chain.name}: killed at {len(chain.fired)} points", flush=True)
        print(f"  the day took {day.seconds:.0f} s, and {'outlasted the kills' if in_day else 'was over before them'}", flush=True)
        missed = [text for chain in chains for text in chain.missed]
        check(not missed, f"points that did not fire: {', '.join(missed)}")
        check(all(chain.fired for chain in chains), "a daemon without points")
        check_same_state(want, got)
