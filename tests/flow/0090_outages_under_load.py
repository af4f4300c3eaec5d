"""In the bundled day PostgreSQL and the broker are killed with kill -9, the groups rebalance every two seconds, a daemon is away for long.

Three played days, each compared with a clean one; poison lies between the good messages all the while.
"""
import signal
import threading
import time

from day import Day, check_same_state, clean_state, seed_of_run
from ombud import DAEMONS, check, check_equal, wait_for

BROKERS = ("kafka",)
WHY = "the mock forgets its log when it ends, and a rebalance there takes longer than the two seconds between them"
ALONE = "kills a database"
POISON_EVERY_S = 1.0
JOIN_EVERY_S = 2.0
PACE_MS = 60  # 500 steps: the day lasts half a minute at least
COMPLAINTS_LATE_MIN = 10
GOES_ON_S = 15  # a daemon that has missed a word of the clock looks at it once a minute: that would be too late


def poison(day, n):
    """No protobuf, no JSON, on any partition."""
    day.kcat("ombud.inbox.v1", b"\xff\xff poison %d" % n, key=f"p-{n}", headers=[("content-type", "application/protobuf")], partition=n % 8)


class Poisoner(threading.Thread):
    def __init__(self, day):
        super().__init__(daemon=True)
        self.day, self.count, self.stop = day, 0, threading.Event()

    def run(self):
        while not self.stop.wait(POISON_EVERY_S):
            try:
                poison(self.day, self.count)
                self.count += 1
            except Exception:  # the broker is away; kcat says so, and whatever was taken counts below
                pass

    def end(self):
        self.stop.set()
        self.join()
        for n in range(8):
            poison(self.day, n)


def compare(want, got):
    """But for the parked poison, which a clean run has once."""
    def rest(lines):
        return [line for line in lines if not line.startswith("parked intake ombud.inbox.v1")]
    check_same_state(rest(want), rest(got))
    parked = [int(line.rsplit(" ", 1)[1]) for line in got if line.startswith("parked intake ombud.inbox.v1")]
    check(sum(parked) >= 9, f"only {sum(parked)} records were parked")
    return sum(parked)


def goes_on(day, before):
    check(day.playing(), f"the player ended with {day.player.poll()}: {day.player_said()}")
    return day.value("select now from ombud.virtual_clock") != before


def killed_stores(broker, want, rng):
    """kill -9 of the postmaster and of the broker's JVM, twice each, in turn."""
    with Day(broker) as day:
        day.begin(pace_ms=PACE_MS)
        poisoner = Poisoner(day)
        poisoner.start()
        for what, store in (("PostgreSQL", "postgres"), ("the broker", "kafka")) * 2:
            time.sleep(rng.uniform(2, 4))
            check(day.playing(), f"the day was over before {what} was killed")
            day.kill_store(store)
            began = time.monotonic()
            day.bring_up()
            up = time.monotonic() - began
            before = day.value("select now from ombud.virtual_clock")
            wait_for("the day to go on", lambda before=before: goes_on(day, before), GOES_ON_S)
            print(f"  {what} killed: up again after {up:.1f} s, the day went on {time.monotonic() - began - up:.1f} s later", flush=True)
        poisoner.end()
        got = day.end()
        print(f"  {compare(want, got)} records parked; the day took {day.seconds:.0f} s", flush=True)


def epoch(day, name):
    return int(day.value(f"select sum(epoch) from {name}.ownership") or 0)


def rebalances(broker, want, rng):
    """A second copy of each daemon joins and leaves, in turn by SIGTERM and by kill -9, every two seconds."""
    with Day(broker) as day:
        day.begin(pace_ms=PACE_MS)
        day.wait_all_ready()
        epochs = {name: wait_for(f"{name} to own shards", lambda name=name: epoch(day, name)) for name in DAEMONS}
        count, copies = 0, []
        while day.playing() and count < 24:
            name = rng.choice(DAEMONS)
            day.spawn(name, copy=f"g{count}", kafka__group_instance_id=f"{name}-g{count}")
            copies.append((name, f"g{count}"))
            count += 1
            time.sleep(JOIN_EVERY_S / 2)
            if len(copies) > 2:
                day.kill(copies.pop(0), rng.choice((signal.SIGTERM, signal.SIGKILL)))
            time.sleep(JOIN_EVERY_S / 2)
        for copy in copies:
            day.kill(copy, signal.SIGTERM)
        moved = {name: epoch(day, name) - epochs[name] for name in DAEMONS}
        got = day.end()
        check(all(moved.values()), f"a daemon whose shards never moved: {moved}")
        print(f"  {count} copies joined and left; shards taken over: {moved}; the day took {day.seconds:.0f} s", flush=True)
        check_same_state(want, got)


def away(broker, want):
    """Escalation stops; the clock goes on a day without it; deadlines pass; what fell due fires on return, once, marked late."""
    with Day(broker) as day:
        day.begin()
        day.wait_all_ready()
        wait_for("clocks to run", lambda: int(day.value("select count(*) from escalation.timer")) > 40, 60)
        day.player.send_signal(signal.SIGSTOP)
        day.wait_quiet()
        day.kill("escalation")
        day.sql("select ombud.step_clock(now + interval '1 day') from ombud.virtual_clock")
        due = day.sql("select distinct t.subject from escalation.timer t, ombud.virtual_clock v where t.due <= v.now - interval '1 minute'")
        check(len(due) >= COMPLAINTS_LATE_MIN, f"the timers of only {len(due)} complaints fell due")
        before = late_steps(day)
        day.spawn("escalation")
        wait_for("everything that fell due to fire", lambda: not day.sql(
            "select 1 from escalation.timer, ombud.virtual_clock where due <= now limit 1"), 30)
        day.wait_ready("escalation")
        day.wait_quiet()
        late = [step for step in late_steps(day) if step not in before]
        missed = {row[0] for row in due} - {step[0] for step in late}
        check(not missed, f"fell due while escalation was away and not fired late: {missed}")
        told = day.sql("select complaint_id, clock, cycle, s ->> 'what', s ->> 'percent' from escalation.clock, jsonb_array_elements(steps) s "
                       "where s ->> 'what' in ('clock_warned', 'clock_breached') group by 1, 2, 3, 4, 5 having count(*) > 1")
        check_equal(told, [], "warned or broken twice")
        print(f"  escalation away for a day: {len(late)} steps of {len(due)} complaints' clocks fired on its return, once, marked late", flush=True)
        day.audit()
        day.player.kill()


def late_steps(day):
    return day.sql("select complaint_id, clock, cycle, s ->> 'what', s ->> 'percent', s ->> 'level' from escalation.clock, "
                   "jsonb_array_elements(steps) s where (s -> 'late')::bool")


def run(broker):
    want = clean_state(broker)
    rng = seed_of_run()
    killed_stores(broker, want, rng)
    rebalances(broker, want, rng)
    away(broker, want)
