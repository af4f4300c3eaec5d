"""When something is due: ombudctl due against an oracle of its own (zoneinfo, minute sets), in many zones, across every kind of edge; and what it refuses."""
import json
import os
import random
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from ombud import TOP, check, check_equal
from ombud import run as program

BROKERS = ("kafka",)
WHY = "needs no broker; runs once"

UTC = timezone.utc
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Zone, and days around which its clocks change: skipped and repeated hours, half an hour, at midnight, a whole day.
ZONES = [
    ("Asia/Shanghai", ["2026-02-14", "2026-09-28"]),
    ("Europe/Berlin", ["2026-03-29", "2026-10-25"]),
    ("America/New_York", ["2026-03-08", "2026-11-01"]),
    ("America/Sao_Paulo", ["2018-11-04", "2018-02-18"]),
    ("Australia/Lord_Howe", ["2026-04-05", "2026-10-04"]),
    ("Asia/Kathmandu", ["2026-05-01", "1985-12-31"]),
    ("Pacific/Apia", ["2011-12-29", "2012-01-02"]),
    ("Africa/Cairo", ["2026-04-24", "2026-10-30"]),
    ("America/St_Johns", ["2010-11-07", "2010-03-14"]),
    ("UTC", ["2038-01-19", "2099-12-31"]),
]
WINDOWS = [["09:00-18:00"], ["09:00-12:00", "13:00-17:30"], ["22:00-06:00"], ["00:00-24:00"], ["02:15-02:45"], ["01:30-03:30", "23:00-00:30"]]
CASES = 400
MINUTE = timedelta(minutes=1)


class Calendar:
    """A calendar's file and the same in memory."""

    def __init__(self, rng, zone, around):
        self.zone, self.around = ZoneInfo(zone), around
        self.covered_from, self.covered_until = around - timedelta(days=200), around + timedelta(days=rng.choice([5, 60]))
        open_days = rng.choice([DAYS[:5], DAYS, DAYS[:6], ("tue", "sat")])
        self.week = {day: rng.choice(WINDOWS) for day in open_days}
        self.week["mon"] = rng.choice(WINDOWS)
        self.overrides = {}
        for n in rng.sample(range(-10, 40), 8):
            self.overrides[around + timedelta(days=n)] = rng.choice([[], [], rng.choice(WINDOWS)])

    def write(self, path):
        said = {"id": "random", "version": 1, "zone": self.zone.key, "covered_from": str(self.covered_from), "covered_until": str(self.covered_until),
                "week": self.week, "overrides": [{"day": str(day), "kind": "work", "windows": windows} if windows else {"day": str(day), "kind": "off"}
                                                 for day, windows in sorted(self.overrides.items())]}
        with open(path, "w", encoding="utf-8") as f:
            json.dump(said, f)

    def windows(self, day):
        """As minutes from the day's local midnight."""
        said = self.overrides.get(day, self.week.get(DAYS[day.weekday()], []))
        out = []
        for window in said:
            opens, closes = (int(t[:2]) * 60 + int(t[3:]) for t in window.split("-"))
            out.append((opens, closes if closes > opens else closes + 1440))
        return out

    def local(self, instant):
        return instant.astimezone(self.zone).replace(tzinfo=None)

    def work_days(self, instant):
        """The local days whose windows the local time of an instant lies in: its own date, and the one before (a night shift)."""
        local = self.local(instant)
        for day in (local.date() - timedelta(days=1), local.date()):
            minutes = (local - datetime(day.year, day.month, day.day)) / MINUTE
            if any(opens <= minutes < closes for opens, closes in self.windows(day)):
                return day
        return None

    def minutes_from(self, start):
        """(minute, the day it is worked for or None), one after the other; zones here change at whole minutes."""
        at = start
        while True:
            yield at, self.work_days(at)
            at += MINUTE

    def first(self, day):
        """The first instant whose local time is a date's or later."""
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
        while self.local(at).date() < day:
            at += MINUTE
        return at

    def due(self, start, amount, unit):
        if unit == "hours":
            return start + timedelta(hours=amount)
        if unit == "business days":
            return self.due_days(start, amount)
        left = amount * (60 if unit == "business hours" else 1)
        for at, day in self.minutes_from(start):
            left -= day is not None
            if left == 0:
                return at + MINUTE

    def due_days(self, start, amount):
        """The end of the n-th working day after the day of receipt: of the minutes that are worked for it."""
        received, seen, last = self.local(start).date(), [], None
        for at, day in self.minutes_from(start):
            if day is not None and day > received and (not seen or day != seen[-1]):
                if len(seen) == amount:
                    return last
                seen.append(day)
            if day is not None and seen and day == seen[-1]:
                last = at + MINUTE
            if len(seen) == amount and at - last > timedelta(days=3):
                return last


def stamp(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def ctl(*words, ok=(0,)):
    return program(os.path.join(TOP, "build/bin/ombudctl"), "due", *words, ok=ok)


def ask(start, target, calendar, *more):
    return json.loads(ctl("--from", start, "--target", target, "--calendar", calendar, "-o", "json", *more).stdout)


def case(number, rng_seed, top):
    rng = random.Random(rng_seed)
    zone, around = rng.choice(ZONES)
    calendar = Calendar(rng, zone, date.fromisoformat(rng.choice(around)))
    path = os.path.join(top, f"{number}.json")
    calendar.write(path)
    start = datetime(calendar.around.year, calendar.around.month, calendar.around.day, tzinfo=UTC) + timedelta(minutes=rng.randint(-3 * 1440, 2 * 1440))
    unit = rng.choice(["hours", "business minutes", "business hours", "business days"])
    amount = rng.randint(1, 240) if unit == "business minutes" else rng.randint(1, 9)
    want, target = calendar.due(start, amount, unit), f"{amount} {unit}"
    got = ask(stamp(start), target, path)
    what = f"case {number}, seed {rng_seed}: {path} from {stamp(start)} {target}"
    check_equal(got["due"], stamp(want), what)
    check_equal(got["provisional"], unit != "hours" and want > calendar.first(calendar.covered_until), f"{what}: provisional")
    counted = [row for row in got["trace"] if row["counted"]]
    if unit == "business days":
        check_equal([row["business_day"] for row in counted], list(range(1, amount + 1)), f"{what}: the days counted")
    else:
        us = amount * {"hours": 3600, "business hours": 3600, "business minutes": 60}[unit] * 1000000
        check_equal(sum(row["time_us"] for row in counted), us, f"{what}: the time counted")


def against_oracle(top, seed):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: case(n, seed * 1000003 + n, top), range(CASES)))


SHANGHAI = {"id": "s", "version": 1, "zone": "Asia/Shanghai", "covered_from": "2026-01-01", "covered_until": "2027-01-01",
            "week": {day: ["09:00-18:00"] for day in DAYS[:5]}, "overrides": []}


def ten_minutes_before_closing(top):
    """Each unit means something else."""
    path = os.path.join(top, "shanghai.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(SHANGHAI, f)
    for target, due in [("24 hours", "2026-05-16T09:50:00Z"), ("9 business hours", "2026-05-18T09:50:00Z"), ("540 business minutes", "2026-05-18T09:50:00Z"),
                        ("1 business day", "2026-05-18T10:00:00Z"), ("10 business minutes", "2026-05-15T10:00:00Z"), ("1 hour", "2026-05-15T10:50:00Z")]:
        check_equal(ask("2026-05-15T17:50:00+08:00", target, path)["due"], due, target)
    far = ask("2099-12-30T10:00:00+08:00", "2 business days", path)
    check_equal((far["due"], far["provisional"]), ("2100-01-01T10:00:00Z", True), "2100")


# Seven business days from the day after receipt; without the weekend days that are worked all five would be later.
CHINA = [("2025-01-24", "2025-02-10"), ("2025-12-31", "2026-01-12"), ("2026-02-13", "2026-03-02"), ("2026-04-30", "2026-05-13"), ("2026-09-30", "2026-10-15")]


def china(top):
    """The calendar that is shipped: known dues, and every day of twelve years against the public data where they are."""
    for received, due in CHINA:
        got = ask(f"{received}T12:00:00+08:00", "7 business days", "cn")
        check_equal((got["due"], got["provisional"]), (f"{due}T10:00:00Z", False), f"received {received}")
    said = {row["day"]: (row["why"], row.get("name"), row.get("notice", {}).get("number")) for row in got["trace"]}
    check_equal((said["2026-10-07"], said["2026-10-10"]), (("holiday", "国庆节", "国办发明电〔2025〕7号"), ("make_up_day", "国庆节", "国办发明电〔2025〕7号")), "the trace")
    check(ask("2026-12-30T12:00:00+08:00", "2 business days", "cn")["provisional"], "beyond the last notice")
    folder = os.path.join(os.path.dirname(TOP), "shared/data/holiday-cn")
    if not os.path.isdir(folder):
        print("  no public data beside the checkout: the calendar's days are not compared", flush=True)
        return
    public = {}
    for year in range(2015, 2027):
        with open(os.path.join(folder, f"{year}.json"), encoding="utf-8") as f:
            public.update({day["date"]: day["isOffDay"] for day in json.load(f)["days"]})
    for year in range(2015, 2027):  # every day from New Year's Eve on, in one trace
        trace = ask(f"{year - 1}-12-31T12:00:00+08:00", f"300 business days", with_early_cover(top))["trace"]
        for row in trace[1:]:
            day = date.fromisoformat(row["day"])
            check_equal(row["counted"], not public.get(row["day"], day.weekday() > 4) if day.year < 2027 else row["counted"], row["day"])


def with_early_cover(top):
    """The same with a cover from 2014 on: the days before the first notice are nobody's concern here."""
    path = os.path.join(top, "cn.yaml")
    with open(os.path.join(TOP, "deploy/platforms/default/calendars/cn.yaml"), encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace("covered_from: 2015-01-01", "covered_from: 2014-01-01"))
    return path


def what_the_trace_shows(top):
    """The calendar with its version, the zone, instants in it; every window of a day; a notice as it was announced."""
    path = os.path.join(top, "two.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(dict(SHANGHAI, version=7, week={day: ["09:00-12:00", "13:30-18:00"] for day in DAYS[:5]}, notices={"2026": {"number": "No. 7", "date": "2025-11-04", "address": "https://e"}},
                       overrides=[{"day": "2026-05-18", "kind": "off", "name": "a feast", "notice": "2026"}]), f)
    got = ask("2026-05-15T11:00:00+08:00", "6 business hours", path)
    check_equal((got["calendar"], got["zone"], got["due"], got["due_local"]), ("s@7", "Asia/Shanghai", "2026-05-19T01:30:00Z", "2026-05-19T09:30:00+08:00"), "the calendar named")
    friday, _, _, monday, tuesday = got["trace"]
    check_equal(friday["windows"], [{"from": "2026-05-15T11:00:00+08:00", "until": "2026-05-15T12:00:00+08:00"},
                                    {"from": "2026-05-15T13:30:00+08:00", "until": "2026-05-15T18:00:00+08:00"}], "both windows")
    check_equal((monday["counted"], monday["notice"], monday["windows"]), (False, {"number": "No. 7", "date": "2025-11-04", "address": "https://e"}, []), "a holiday")
    check_equal(tuesday["windows"], [{"from": "2026-05-19T09:00:00+08:00", "until": "2026-05-19T09:30:00+08:00"}], "up to the due instant")
    shown = ctl("--from", "2026-05-15T11:00:00+08:00", "--target", "6 business hours", "--calendar", path).stdout
    for text in ("2026-05-19 09:30:00 +08:00 (Asia/Shanghai, s@7, 2026-05-19T01:30:00Z)", "11:00-12:00, 13:30-18:00", "No. 7 (2025-11-04)"):
        check(text in shown, f"no {text} in\n{shown}")


def told(words, code, text):
    answer = ctl(*words, ok=(code,))
    check(text in answer.stderr, f"{words}: want \"{text}\" in:\n{answer.stderr}")


def refusals(top):
    right = ["--from", "2026-05-15T17:50:00+08:00", "--target", "1 business day", "--calendar", os.path.join(top, "shanghai.json")]

    def but(flag, value):
        words = list(right)
        words[words.index(flag) + 1] = value
        return words

    told([], 2, "--from: must be given")
    told(but("--from", "2026-05-15T17:50:00"), 2, "is no instant")
    told(but("--target", "3"), 2, "a unit is missing")
    told(but("--target", "3 weeks"), 2, "unknown unit")
    told(but("--target", "0 business days"), 2, "must be at least 1")
    told(but("--target", "-1 business days"), 2, "want a whole number")
    told(but("--target", "99999999999999999999 hours"), 2, "must be at most ten years")
    told(but("--calendar", "cm"), 3, "did you mean 'cn'?")
    told(but("--calendar", os.path.join(top, "none.yaml")), 1, "none.yaml")
    path = os.path.join(top, "wrong.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(dict(SHANGHAI, zone="Asia/Shanghay", week={"mon": ["9-18"]}), f)
    told(but("--calendar", path), 1, f"{path}:1:")
    told(but("--calendar", path), 1, "no zone is called Asia/Shanghay")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(dict(SHANGHAI, notices={"2026": {"number": "7"}}, overrides=[{"day": "2026-01-05", "kind": "off", "notice": "2025"}]), f)
    told(but("--calendar", path), 1, "no notice is called 2025; did you mean 2026?")
    told(but("--calendar", path), 1, "address")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(dict(SHANGHAI, week={}, overrides=[{"day": "2026-01-05", "kind": "work", "windows": ["09:00-18:00"]}]), f)
    told(but("--calendar", path), 1, "no working time in the")
    check("周一" in ctl(*right, "--lang", "zh-CN").stdout, "a day in Chinese")


def run(broker):
    seed = int(os.environ.get("OMBUD_SEED") or random.randrange(1 << 30))
    print(f"  OMBUD_SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory() as top:
        ten_minutes_before_closing(top)
        china(top)
        what_the_trace_shows(top)
        refusals(top)
        print("  each unit, what is refused", flush=True)
        against_oracle(top, seed)
        print(f"  {CASES} random cases in {len(ZONES)} zones", flush=True)
