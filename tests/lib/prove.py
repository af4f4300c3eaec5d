"""The random supervisor: waves of complaints and their deadlines play while daemons, PostgreSQL and the broker are killed with kill -9.

A wave is filed while the virtual clock stands still, then the clock is stepped from one due timer to the next. Nobody ever answers, so
all complaints of a wave must go the same way: whatever is lost, doubled or out of order makes one of them differ from the others. At
the end the books must balance (ombudctl audit), and enough must have moved, or the outcome is unknown.
"""
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass

from ombud import DAEMONS, EXIT_RESTART, Failure, Ombud, check, complaint_filed, order_recorded, wait_for

BEGIN = "2026-03-02T01:00:00Z"
WAVE_DAYS = 2  # of the clock after each wave: first answers and merchants' answers run out, the platform steps in
END_S = 25     # what quiet and the audit take at the end
WAY_MIN = 4    # steps of each complaint of the first wave, or it went no way at all

SIGNATURES = """
with clocks as (
    select complaint_id, string_agg(concat_ws(' ', clock, cycle, state, due_at, warned, level), ',' order by clock, cycle) as text
      from escalation.clock group by 1),
notices as (
    select complaint, string_agg(concat_ws(' ', recipient, event, channel, state, times), ',' order by recipient, event, channel, state) as text
      from (select complaint, recipient, event, channel, state, count(*) as times from notification.notice group by 1, 2, 3, 4, 5) n
     group by 1),
steps as (
    select complaint_id, count(*) as steps, string_agg(concat_ws(' ', cause, stage, at), ',' order by sequence) as text from intake.steps group by 1),
ways as (
    select complaint_id, received_at, repeats, s.steps, concat_ws('|', stage, told, ordered, c.text, n.text, s.text) as way
      from intake.complaint left join clocks c using (complaint_id) left join notices n on n.complaint = complaint_id left join steps s using (complaint_id))
select received_at, count(*), count(distinct way), min(steps), max(steps), sum(repeats), md5(min(way)) from ways group by 1 order by 1
"""


@dataclass
class Gate:
    kills: int             # so much at least, or the outcome is unknown
    events: int
    timers: int
    minutes: float         # at most, from the first start to the audit
    wave_orders: int       # a wave's orders ...
    wave_complaints: int   # ... and how many of them are complained about
    mean_s: float          # between two kills
    postgres_every: int    # each so manieth kill is the postmaster's
    broker_every: int
    whole: bool = False    # goes on for all of its minutes, not only until it is enough


# What four minutes can do (flow/0105), 200 kills (make prove --quick), the full one.
SHORT = Gate(kills=30, events=2_000, timers=500, minutes=4, wave_orders=1_000, wave_complaints=150, mean_s=0.7, postgres_every=50,
             broker_every=80, whole=True)
QUICK = Gate(kills=200, events=8_000, timers=4_000, minutes=8, wave_orders=1_000, wave_complaints=150, mean_s=0.7, postgres_every=80,
             broker_every=150)
FULL = Gate(kills=1_000, events=500_000, timers=100_000, minutes=45, wave_orders=30_000, wave_complaints=400, mean_s=0.65,
            postgres_every=100, broker_every=110)


class Killer(threading.Thread):
    """Kills one after the other, at random moments, and starts it again at once."""

    def __init__(self, o, gate, rng):
        super().__init__(daemon=True)
        self.o, self.gate, self.rng = o, gate, rng
        self.killed, self.error = Counter(), None
        self.stopping = threading.Event()

    def run(self):
        try:
            while not self.stopping.wait(min(self.rng.expovariate(1 / self.gate.mean_s), 5 * self.gate.mean_s)):
                self.kill_one(sum(self.killed.values()) + 1)
        except Exception as error:  # told by the main thread
            self.error = error

    def kill_one(self, number):
        if number % self.gate.broker_every == 0:
            self.kill_store("broker", "kafka")
        elif number % self.gate.postgres_every == 0:
            self.kill_store("PostgreSQL", "postgres")
        else:
            name = self.rng.choice(DAEMONS)
            code = self.o.kill(name)
            check(code in (-signal.SIGKILL, EXIT_RESTART), f"{name} had ended by itself: {code}")
            self.o.spawn(name)
            self.killed[name] += 1

    def kill_store(self, name, store):
        self.o.kill_store(store)
        self.o.bring_up()
        self.killed[name] += 1


class Run:
    def __init__(self, o, gate, rng, began):
        self.o, self.gate, self.rng, self.began = o, gate, rng, began
        self.orders = self.events = self.complaints = self.waves = self.steps = 0
        self.killer = Killer(o, gate, rng)
        self.until = began + gate.minutes * 60 - END_S

    def patiently(self, what, look, seconds=120):
        """While the database is being killed a look may fail; then it is taken again."""
        def once():
            check(not self.killer.error, f"the killer: {self.killer.error!r}")
            try:
                return look()
            except Failure:
                return None
        return wait_for(what, once, seconds, 0.1)

    def value(self, query):
        return self.patiently("the database", lambda: self.o.sql(query))[0][0]

    def timers(self):
        return int(self.value("select (select count(*) from escalation.log where input_topic is null) + "
                              "(select count(*) from notification.log where input_topic is null)"))

    # ---- a wave ----

    def wave(self):
        """Orders, some of them complained about at once; one complaint in twenty is sent twice."""
        events, now = [], self.value("select to_char(now at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from ombud.virtual_clock")
        for n in range(self.gate.wave_orders):
            order = f"p-{self.waves}-{n}"
            who = {"buyer": f"b-{order}", "merchant": f"m-{n % 503}"}
            events.append(order_recorded(order, **who))
            if n < self.gate.wave_complaints:
                events += [complaint_filed(order, buyer=who["buyer"])] * (2 if n % 20 == 0 else 1)
                self.complaints += 1
        self.waves += 1
        for event in events:
            event["time"] = now
        for part in range(0, len(events), 2_000):
            self.patiently("a broker that takes events", lambda part=part: self.o.publish(*events[part:part + 2_000]), 180)
            self.events += len(events[part:part + 2_000])
        self.patiently("the inbox to be read", self.all_read, 300)

    def all_read(self):
        return all(int(row["lag"]) == 0 for row in lag_rows(self.o) if "inbox" in row["topic"])

    def step(self, until):
        """To the next due timer when all is quiet. False: there is none before `until`."""
        def quiet():
            rows = self.o.sql("select coalesce(busy, ''), coalesce(next_due <= '%s', false), next_due from ombud.quiet('{}')" % until)
            return rows[0] if rows and rows[0][0] == "" else None
        _, due, instant = self.patiently("quiet", quiet, 300)
        if due != "t":
            return False
        self.value(f"select 1 from ombud.step_clock('{instant}')")
        self.steps += 1
        return True

    def play(self):
        until, took, play_began = None, 0, time.monotonic()
        while (self.gate.whole or not self.enough()) and time.monotonic() + (took if self.gate.whole else 0) < self.until:
            self.wave()
            until = self.value(f"select now + interval '{WAVE_DAYS} days' from ombud.virtual_clock")
            while self.step(until):
                pass
            self.value(f"select 1 from ombud.step_clock('{until}')")
            took = (time.monotonic() - play_began) / self.waves
            print(f"  wave {self.waves}: {self.events} events, {self.timers()} timers, {sum(self.killer.killed.values())} kills, "
                  f"{time.monotonic() - self.began:.0f} s", flush=True)

    def enough(self):
        return (sum(self.killer.killed.values()) >= self.gate.kills and self.events >= self.gate.events
                and self.timers() >= self.gate.timers)

    # ---- judgement ----

    def judge_ways(self):
        rows = self.o.sql(SIGNATURES)
        check(sum(int(row[1]) for row in rows) == self.complaints, f"{self.complaints} complaints were filed: {rows}")
        check(len(rows) == self.waves, f"{self.waves} waves, complaints were received at {len(rows)} instants")
        for number, (at, count, ways, least, most, repeats, _) in enumerate(rows, 1):
            check(ways == "1", f"wave {number} ({at}): its {count} complaints went {ways} different ways ({least} to {most} steps)")
            check(repeats == "0", f"wave {number}: a repeated event was taken for another complaint {repeats} times")
        check(int(rows[0][3]) >= WAY_MIN, f"the first wave's complaints went {rows[0][3]} steps only")


def lag_rows(o):
    lag = o.ctl_json("lag")
    return lag["rows"] if isinstance(lag, dict) else lag


def prove(broker, gate, seed):
    """Plays and judges; raises Failure where something is wrong. Returns (verdict, table): verdict is "green" or "unknown"."""
    rng = random.Random(seed)
    began = time.monotonic()
    with Ombud(broker, clock="virtual") as o:
        o.prepare()
        o.sql(f"select ombud.step_clock('{BEGIN}')")
        o.start()
        run = Run(o, gate, rng, began)
        run.killer.start()
        try:
            run.play()
        finally:
            run.killer.stopping.set()
            run.killer.join()
        check(not run.killer.error, f"the killer: {run.killer.error!r}")
        for name in DAEMONS:
            o.wait_ready(name)
        o.wait_quiet(120)
        run.patiently("quiet at the end", lambda: o.value("select busy is null from ombud.quiet('{}')") == "t")
        audit = o.audit(60, timeout=600)
        run.judge_ways()
        kills = run.killer.killed
        table = [
            ("seed", seed), ("kill -9", sum(kills.values())), *[(f"... {name}", kills[name]) for name in (*DAEMONS, "PostgreSQL", "broker")],
            ("inbox events", run.events), ("complaints", run.complaints), ("facts told and taken", sum(
                row["checked"] for row in audit["checks"] if row["id"] == "S3")), ("timers fired", run.timers()),
            ("steps of the clock", run.steps), ("lost", audit["lost"]), ("doubled", audit["doubled"]), ("phantom", audit["phantom"]),
            ("illegal", audit["illegal"]), ("due and unfired", audit["due_unfired"]), ("minutes", f"{(time.monotonic() - began) / 60:.1f}")]
        return "green" if run.enough() else "unknown", table


def print_table(verdict, table):
    print(f"  | {'what':<24} | {'':>10} |\n  |{'-' * 26}|{'-' * 11}:|")
    for name, number in table:
        print(f"  | {name:<24} | {number:>10} |")
    print(f"  {verdict}", flush=True)
