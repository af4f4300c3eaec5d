"""What daemons promise is what `ombudctl due` says, and `clock explain` shows the same days: over skipped and repeated hours, nights and holidays of many zones."""
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from ombud import TOP, Ombud, check, check_equal, complaint_filed, order_recorded, section, wait_for
from ombud import run as program

BROKERS = ("mock",)
WHY = "the broker has no part in it; runs once"

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Platform, zone, windows of every day, and when a complaint is filed: before an edge, in the order of the virtual clock.
CASES = [
    ("gap-york", "America/New_York", ["01:30-02:30", "22:00-23:30"], "2026-03-07T22:00:00Z"),    # 02:00 to 03:00 is skipped
    ("gap-night", "Europe/Berlin", ["22:00-06:00"], "2026-03-28T20:00:00Z"),                     # within a night's window
    ("half-hour", "Australia/Lord_Howe", ["01:15-01:45", "09:00-12:00"], "2026-04-04T10:00:00Z"),  # half an hour twice
    ("gap-midnight", "Africa/Cairo", ["23:00-00:30"], "2026-04-23T15:00:00Z"),                   # midnight itself is skipped
    ("no-switch", "Asia/Kathmandu", ["09:00-12:00", "13:00-17:30"], "2026-06-05T10:07:00Z"),
    ("china", None, None, "2026-09-30T07:00:00Z"),                                               # the calendar that is shipped, before a holiday
    ("twice-night", "Europe/Berlin", ["02:15-02:45"], "2026-10-24T20:00:00Z"),                   # open twice on one day
    ("twice-york", "America/New_York", ["00:30-01:30"], "2026-10-31T20:00:00Z"),
    ("beyond", "UTC", ["00:00-24:00"], "2026-12-24T12:00:00.123456Z"),                           # beyond the cover: provisional
]
TARGETS = {"first_response": ("{target: 95m, unit: business_time, ladder: backend}", "95 business minutes"),
           "merchant_answer": ("{target: 1, unit: business_days}", "1 business day"), "end_to_end": ("{target: 9, unit: business_days, ladder: overall}", "9 business days"),
           "answer_to_offer": ("{target: 72h, unit: elapsed}", "72 hours")}


def calendar_text(zone, windows):
    """Two days are otherwise, a holiday by its notice."""
    return json.dumps({"id": "edge", "version": 4, "zone": zone, "covered_from": "2026-01-01", "covered_until": "2026-12-25", "week": {day: windows for day in DAYS},
                       "notices": {"n": {"number": "No. 7", "date": "2025-11-04", "address": "https://example.org/7"}},
                       "overrides": [{"day": day, "kind": "off", "name": "feast", "notice": "n"} for day in ("2026-03-10", "2026-03-31", "2026-04-06", "2026-04-26", "2026-10-27")]})


def policies(calendar):
    def edited(text):
        for clock, (target, _) in TARGETS.items():
            lines = [line for line in text.split("\n") if line.startswith(f"  {clock}: ")]
            check_equal(len(lines), 1, f"lines of the clock {clock}")
            text = text.replace(lines[0], f"  {clock}: {target}")
        return text.replace("calendar: cn\n", f"calendar: {calendar}\n")
    return edited


def apply(o, name, zone, windows):
    """The calendar as a file of its own, for ombudctl due."""
    if zone is None:
        o.apply_platform(name, {"policies.yaml": policies("cn")})
        return os.path.join(TOP, "deploy/platforms/default/calendars/cn.yaml")
    text, path = calendar_text(zone, windows), os.path.join(o.folder, f"{name}.yaml")
    o.apply_platform(name, {"policies.yaml": policies("edge"), "calendars/edge.yaml": text})
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def file(o, name, instant):
    o.sql(f"select ombud.step_clock('{instant}')")
    events = [order_recorded(f"o-{name}"), complaint_filed(f"o-{name}", at=instant)]
    for said in events:
        said["data"]["meta"]["platformId"], said["time"] = name, instant
    o.publish(*events)


def clocks_of(o, name):
    """{clock: (started, due, provisional, unit)} as the daemons stored them."""
    rows = o.sql("select k.clock, to_char(k.started_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), extract(epoch from k.due_at)::numeric, k.provisional"
                 f" from escalation.complaint c join escalation.clock k using (shard, complaint_id) where c.order_id = 'o-{name}' and k.cycle = 1")
    return {clock: (started, float(due), provisional == "t") for clock, started, due, provisional in rows}


def instant_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def due(started, target, calendar):
    return json.loads(program(os.path.join(TOP, "build/bin/ombudctl"), "due", "--from", started, "--target", target, "--calendar", calendar, "-o", "json").stdout)


def compare(o, name, calendar, instant):
    clocks = clocks_of(o, name)
    check({"first_response", "merchant_answer", "end_to_end"} <= set(clocks), f"{name}: clocks {sorted(clocks)}")
    explained = {row["clock"]: row for row in o.ctl_json("clock", "explain", f"o-{name}")}
    for clock, (started, stored, provisional) in clocks.items():
        if clock not in TARGETS:
            continue
        what, want, shown = f"{name} {clock} from {started}", due(started, TARGETS[clock][1], calendar), explained[clock]
        check_equal(instant_of(started), instant_of(instant), f"{what}: filed when the clock says")
        check_equal(stored, instant_of(want["due"]), f"{what}: what escalation stored, and ombudctl due")
        check_equal(provisional, want["provisional"], f"{what}: provisional")
        check_equal((shown["due_at"], shown["trace"], shown["calendar"], shown["zone"]), (want["due_local"], want["trace"], want["calendar"], want["zone"]), f"{what}: the explanation")
        check("computed_due_at" not in shown, f"{what}: computed as it is stored")
    return explained


def says_why(o, explained):
    with section("the explanation names the day, its notice with number and date, both windows of a day, and versions"):
        days = {row["day"]: row for row in explained["gap-york"]["end_to_end"]["trace"]}
        check_equal((days["2026-03-10"]["why"], days["2026-03-10"]["counted"], days["2026-03-10"]["notice"]["number"], days["2026-03-10"]["notice"]["date"]),
                    ("holiday", False, "No. 7", "2025-11-04"), "the holiday")
        check_equal([window["from"] for window in days["2026-03-09"]["windows"]], ["2026-03-09T01:30:00-04:00", "2026-03-09T22:00:00-04:00"], "two windows")
        check_equal([window["from"] for window in days["2026-03-08"]["windows"]], ["2026-03-08T01:30:00-05:00", "2026-03-08T22:00:00-04:00"], "an edge in the hour that is skipped")
        started = explained["gap-york"]["end_to_end"]["steps"][0]
        check_equal((started["what"], started["at"], started["due_at"]), ("clock_started", "2026-03-07T17:00:00-05:00", explained["gap-york"]["end_to_end"]["due_at"]), "what has happened to it")
        check_equal(explained["gap-york"]["end_to_end"]["policy"], "standard@1", "the policy")
        shown = o.ctl("clock", "explain", "o-china", "end_to_end").stdout
        for text in ("国庆节", "国办发明电〔2025〕7号 (2025-11-04)", "Asia/Shanghai", "cn@1 v", "2026-10-10", "standard@1 v", "clock_started", "+08:00"):
            check(text in shown, f"clock explain has no {text}:\n{shown}")


def says_otherwise(o, explained):
    with section("a due instant that is stored otherwise than it is computed is shown beside what it should be"):
        o.sql("update escalation.clock set due_at = due_at + interval '1 hour' where clock = 'end_to_end'")
        shown = o.ctl_json("clock", "explain", "o-china", "end_to_end")[0]
        check_equal(shown["computed_due_at"], explained["china"]["end_to_end"]["due_at"], "as it is computed")
        check(shown["due_at"] != shown["computed_due_at"], "as it is stored")
        o.sql("update escalation.clock set due_at = due_at - interval '1 hour' where clock = 'end_to_end'")


def day_by_day(o, calendars):
    explained = {}
    with section(f"{len(CASES)} complaints under {len(TARGETS) - 1} clocks each, filed before edges of {len({case[1] for case in CASES})} zones: due as ombudctl due says"):
        for name, _, _, instant in CASES:
            file(o, name, instant)
            wait_for(f"the clocks of {name}", lambda name=name: len(clocks_of(o, name)) >= 3, 30)
        for name, _, _, instant in CASES:
            explained[name] = compare(o, name, calendars[name], instant)
    return explained


def run(broker):
    with Ombud(broker, clock="virtual") as o:
        o.prepare()
        with ThreadPoolExecutor(2) as pool:
            paths = list(pool.map(lambda case: apply(o, *case[:3]), CASES))
        o.sql("select ombud.step_clock('2026-03-01T00:00:00Z')")
        o.start()
        explained = day_by_day(o, {case[0]: path for case, path in zip(CASES, paths)})
        says_why(o, explained)
        says_otherwise(o, explained)
        o.wait_quiet()
        o.audit()
