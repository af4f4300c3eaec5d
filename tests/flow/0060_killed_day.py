"""Each daemon killed with kill -9 at three random moments of the bundled day: the books balance, the final state is a clean run's."""
import time

from day import Day, check_same_state, clean_state, seed_of_run
from ombud import DAEMONS, check

BROKERS = ("kafka",)
WHY = "a member that comes back waits out a whole session there, twelve times"
KILLS_EACH = 3
WINDOW_S = 25
PACE_MS = 60  # 500 steps: the day lasts longer than the window


def run(broker):
    want = clean_state(broker)
    rng = seed_of_run()
    moments = sorted((rng.uniform(1, WINDOW_S), name) for name in DAEMONS for _ in range(KILLS_EACH))
    with Day(broker) as day:
        day.begin(pace_ms=PACE_MS)
        day.wait_all_ready()
        began = time.monotonic()
        for at, name in moments:
            time.sleep(max(0, began + at - time.monotonic()))
            check(day.playing(), f"the day was over before the kill of {name} at {at:.1f} s")
            day.kill_and_restart(name)
        got = day.end()
        print(f"  {len(moments)} kills, {day.seconds:.0f} s", flush=True)
        check_same_state(want, got)
