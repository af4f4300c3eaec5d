"""Daemons stopped past their session while another copy takes over, and woken again: they change nothing and block nobody.

Each daemon has two copies in the bundled day. First copy 1 of each is stopped wherever it is (SIGSTOP), then each stops itself
between the flush of a transaction and its sync, holding its locks (OMBUD_FAIL=sync.before:n:stop).
"""
import signal
import time

from day import Day, check_same_state, clean_state, seed_of_run
from ombud import DAEMONS, check, check_equal, wait_for

BROKERS = ("kafka",)
WHY = "its groups form only when a session is nearly over, so a copy that joins stops the day for seconds each time"
ALONE = "counts on what a session lasts"
PACE_MS = 120  # 500 steps: the day lasts a minute at least
TAKEOVER_SECONDS_MAX = 25  # a session is 6 s; the group then waits for nobody


def is_stopped(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as f:
        return f.read().rsplit(")", 1)[1].split()[0] == "T"


def owners(day, name):
    return {row[0] for row in day.sql(f"select distinct owner from {name}.ownership")}


def open_transactions(day, name):
    return int(day.value("select count(*) from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'transactionid' "
                         f"and l.mode = 'ExclusiveLock' and a.application_name like 'ombud-{name}-{name}-1-%'"))


def steps(day):
    """How far the day is: it goes on only when every daemon has done its part."""
    return day.value("select extract(epoch from now) from ombud.virtual_clock")


def wait_taken_over(day, before):
    """The second copies have every shard, and the day goes on while the first ones are still stopped."""
    began = time.monotonic()
    for name in DAEMONS:
        wait_for(f"{name}-2 to own every shard", lambda name=name: owners(day, name) == {f"{name}-2"}, TAKEOVER_SECONDS_MAX)
        check(is_stopped(day.process(name)), f"{name} does not stand still any more")
    wait_for("the day to go on without the zombies", lambda: steps(day) != before, 15)
    return time.monotonic() - began


def wait_shared(day):
    """Both copies of each daemon own shards, and know it: one that was given shards may have given them back."""
    for name in DAEMONS:
        wait_for(f"both copies of {name} to own shards", lambda name=name: len(owners(day, name)) == 2, 40)
        for copy in ("1", "2"):
            day.wait_ready(name, copy)


def wake(day, sizes):
    """The zombies go on where they stopped; each must find out for itself that it owns nothing, and must not die of it."""
    for name in DAEMONS:
        day.process(name).send_signal(signal.SIGCONT)
    for name in DAEMONS:
        wait_for(f"{name} to learn that it lost its shards", lambda name=name: any(
            word in day.log_since(name, sizes[name]) for word in ('"revoked"', '"fenced"', '"cannot take shards over"', '"assigned"')), 30)
        check_equal(day.process(name).poll(), None, f"{name} after SIGCONT: exit code")
    wait_shared(day)


def stop_anywhere(day, rng):
    for name in DAEMONS:
        time.sleep(rng.uniform(0, 0.3))
        day.process(name).send_signal(signal.SIGSTOP)


def stop_before_sync(day, rng):
    """New first copies that stop themselves with their statements flushed and their locks held."""
    for name in DAEMONS:
        day.kill(name)
        day.spawn(name, instance=f"{name}-1", fail=f"sync.before:{rng.randint(3, 8)}:stop")
    held, until = {}, time.monotonic() + 60
    while len(held) < len(DAEMONS):
        check(time.monotonic() < until, f"only {sorted(held)} have stopped themselves before a sync")
        for name in [n for n in DAEMONS if n not in held and is_stopped(day.process(n))]:
            check("failpoint sync.before: stop" in day.log_since(name, 0), f"{name}: no failpoint in its log")
            # A transaction that would stay open for good if nobody ended its backend.
            wait_for(f"the open transaction of {name}", lambda name=name: open_transactions(day, name) > 0, 3, 0.02)
            held[name] = True
        time.sleep(0.02)


def run(broker):
    want = clean_state(broker)
    rng = seed_of_run()
    with Day(broker) as day:
        day.begin(pace_ms=PACE_MS, **{name: {"instance": f"{name}-1"} for name in DAEMONS})
        for name in DAEMONS:
            day.spawn(name, copy="2", instance=f"{name}-2")
        wait_shared(day)

        sizes = {name: day.log_size(name) for name in DAEMONS}
        stop_anywhere(day, rng)
        took = wait_taken_over(day, steps(day))
        wake(day, sizes)
        print(f"  four copies stopped anywhere: taken over after {took:.1f} s, woken without harm", flush=True)

        sizes = {name: day.log_size(name) for name in DAEMONS}
        stop_before_sync(day, rng)
        took = wait_taken_over(day, steps(day))
        check(day.playing(), "the day was over before the zombies woke")
        wake(day, sizes)
        print(f"  four copies stopped between flush and sync, their transactions open: taken over after {took:.1f} s", flush=True)

        got = day.end()
        check_same_state(want, got)
