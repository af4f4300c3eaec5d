"""A second version with a shorter target and a corrected calendar is applied to what is open, owners are killed meanwhile: each complaint hears it exactly once, and is due as Moves say."""
import json

from ombud import Ombud, check, check_equal, complaint_filed, event, order_recorded, section, wait_for

BROKERS = ("mock", "kafka")
WHY = ""

OPEN = 300
FILED, LATER, APPLIED = "2026-09-30T07:00:00Z", "2026-09-30T09:20:00Z", "2026-09-30T09:30:00Z"
MOVES = "intake.log where note = 'policy_moved'"


def step(o, instant):
    o.sql(f"select ombud.step_clock('{instant}')")


def count(o, what):
    return int(o.value(f"select count(*) from {what}"))


def file(o, orders, platform="shop", at=FILED):
    events = [said for order in orders for said in (order_recorded(order), complaint_filed(order))]
    for said in events:
        said["data"]["meta"]["platformId"], said["time"] = platform, at
    o.publish(*events)


def wait_clocks(o, orders):
    names = ",".join(f"'{order}'" for order in orders)
    wait_for(f"the merchants' clocks of {len(orders)}", lambda: count(
        o, f"escalation.clock k join escalation.complaint c using (shard, complaint_id) where k.clock = 'merchant_answer' and c.order_id in ({names})") == len(orders), 120)


def shorter(text):
    """The merchant has 6 hours, not 24; the first response one, not two."""
    for was, now in (("merchant_answer: {target: 24h,", "merchant_answer: {target: 6h,"), ("first_response: {target: 2h,", "first_response: {target: 1h,")):
        check_equal(text.count(was), 1, f"places of {was}")
        text = text.replace(was, now)
    return text


def corrected(text):
    """The make-up day after the holiday is none after all."""
    line = '  - {day: 2026-10-10, kind: work, name: 国庆节, notice: "2026"}\n'
    check_equal(text.count(line), 1, "lines of the make-up day")
    return text.replace(line, "")


def clocks(o, order, clock):
    """(state, due, policy's version, calendar's version, target in hours or days, told breached)"""
    return o.sql("select k.state, to_char(k.due_at at time zone 'UTC', 'MM-DD HH24:MI'), k.policy_version, k.calendar_version, k.target, k.breached_at is not null"
                 f" from escalation.clock k join escalation.complaint c using (shard, complaint_id) where c.order_id = '{order}' and k.clock = '{clock}'")


def wait_campaign(o, number):
    wait_for(f"campaign {number} to be done", lambda: {row["id"]: row["state"] for row in o.ctl_json("campaign", "list")}.get(number) == "done", 120, 0.2)


def apply_to_open(o, early, late):
    with section(f"{OPEN} open complaints, first responses of most of them broken; applied while more are filed, intake and escalation killed"):
        file(o, early)
        wait_clocks(o, early)
        step(o, LATER)
        file(o, late, at=LATER)
        wait_clocks(o, late)
        step(o, APPLIED)
        o.wait_quiet()
        check_equal(count(o, "escalation.clock where clock = 'first_response' and state = 'breached'"), len(early), "broken first responses")
        check_equal(o.kill("intake", how=15), 0, "intake drains")
        o.spawn("intake", fail="walked.after:3:kill")
        o.wait_ready("intake")
        check_equal(o.apply_platform("default", {"policies.yaml": shorter, "calendars/cn.yaml": corrected}, "now", "--open", "move"), 2, "the second version")
        wait_for("intake to be killed", lambda: o.process("intake").poll() is not None, 60)
        o.kill("intake")
        moved = count(o, MOVES)
        check(0 < moved < OPEN, f"killed in the middle: {moved} of {OPEN} were moved")
        o.spawn("intake")
        wait_for("another page", lambda: count(o, MOVES) > moved, 60)
        o.kill("escalation")
        o.spawn("escalation")
        file(o, [f"new-{number}" for number in range(20)], at=APPLIED)
        wait_campaign(o, 1)
        o.wait_ready("escalation")
        o.wait_quiet()


def told_once(o):
    with section("one fact a complaint, under one number everywhere; what was filed afterwards has none"):
        check_equal(o.sql(f"select count(*), count(distinct subject) from {MOVES}"), [[str(OPEN), str(OPEN)]], "facts that move, and complaints")
        for table in ("intake.complaint", "escalation.complaint"):
            check_equal(o.sql(f"select distinct policy_version from {table}"), [["2"]], f"versions in {table}")
        check_equal(count(o, "intake.log l join intake.complaint c on c.complaint_id = l.subject where l.note = 'policy_moved' and c.order_id like 'new-%'"), 0, "moves of what is new")
        check_equal(o.sql("select walked >= reached, reached, failed from ombud.campaign_progress"), [["t", str(OPEN), "0"]], "what the campaign says")
        changed = o.sql("select count(*), count(distinct (subject, type)) from escalation.log where type = 'ombud.escalation.v1.DeadlineChanged'")
        check_equal(changed[0][0], str(2 * OPEN + 10), "deadlines that have changed: two of each, and the first response where it could still be met")


def due_as_moves_say(o, early, late):
    with section("a policy brings forward, a calendar puts off; what is broken stays as it was, with its ladder"):
        check_equal(clocks(o, early[0], "merchant_answer"), [["running", "09-30 13:00", "2", "2", str(6 * 3600 * 10**6), "f"]], "six hours from the start")
        check_equal(clocks(o, early[0], "end_to_end"), [["running", "10-16 10:00", "2", "2", "7", "f"]], "a day later: one that is worked less")
        check_equal(clocks(o, early[0], "first_response"), [["breached", "09-30 09:00", "1", "1", str(2 * 3600 * 10**6), "t"]], "a breach is a fact")
        check_equal(clocks(o, late[0], "first_response"), [["running", "09-30 10:20", "2", "2", str(3600 * 10**6), "f"]], "brought forward")
        check_equal(count(o, "escalation.clock where clock = 'merchant_answer' and state = 'running' and policy_version = 2"), OPEN + 20, "all of them")
        explained = {row["clock"]: row for row in o.ctl_json("clock", "explain", early[0])}
        moved = [one for one in explained["merchant_answer"]["steps"] if one["what"] == "deadline_changed"]
        check_equal(len(moved), 1, "moved once")
        check_equal((moved[0]["cause"], moved[0]["before"]["due_at"][:16], moved[0]["before"]["target"], moved[0]["before"]["policy_version"]),
                    ("policy_changed", "2026-10-01T15:00", 24 * 3600 * 10**6, 1), "what was before, in the zone of its calendar")
        check_equal([one["cause"] for one in explained["end_to_end"]["steps"] if one["what"] == "deadline_changed"], ["calendar_corrected"], "why end to end is later")
        check("computed_due_at" not in explained["merchant_answer"] and "computed_due_at" not in explained["end_to_end"], "computed as it is stored")
        step(o, "2026-09-30T13:00:01Z")
        wait_for("the merchants' silence", lambda: o.stage(early[0]) == "platform_review", 30)
        wait_for("the clock to have fired when it is due now", lambda: clocks(o, early[0], "merchant_answer")[0][0] == "ended")  # it hears of the stage last
        wait_for("the ladder of what was broken before", lambda: count(
            o, "escalation.clock where clock = 'first_response' and policy_version = 1 and level = 3") == len(early), 30)


def letters(o):
    """Of moved deadlines, by reader: how many he has of a complaint at the most, and how many complaints he has one of."""
    return o.sql("select recipient, max(n), count(*) from (select recipient, complaint, count(*) as n from notification.notice"
                 " where event = 'deadlines_moved' and channel = 1 group by 1, 2) as k group by 1 order by 1")


def told_together(o, late):
    with section("N6: one letter a complaint and reader and day, which tells all that has moved; what moves again that day is told on the next"):
        wait_for("the letters", lambda: letters(o) == [["1", "1", str(OPEN)], ["2", "1", str(OPEN)]], 60)
        check_equal(count(o, "notification.notice where event = 'deadline_changed'"), 0, "letters about one deadline of a mass move")
        body = o.value(f"select replace(n.body, chr(10), ' | ') from notification.notice n join intake.complaint c on c.complaint_id = n.complaint where c.order_id = '{late[0]}' and n.event = 'deadlines_moved' and n.recipient = 1 and n.channel = 1")
        check_equal(body.count("| - "), 3, f"deadlines in the buyer's letter: {body}")
        for words in ("平台规则变更", "工作日历更正"):
            check(words in body, f"{words} stands in: {body}")
        step(o, "2026-09-30T14:00:00Z")
        o.wait_quiet()
        before = count(o, "escalation.log where type = 'ombud.escalation.v1.DeadlineChanged'")
        campaigns = len(o.ctl_json("campaign", "list"))
        o.apply_platform("default", {"policies.yaml": shorter}, "now", "--open", "move")
        wait_campaign(o, campaigns + 1)
        o.wait_quiet()
        check(count(o, "escalation.log where type = 'ombud.escalation.v1.DeadlineChanged'") >= before + OPEN, "the make-up day is one again: each has moved")
        step(o, "2026-09-30T14:30:00Z")
        o.wait_quiet()
        check_equal([row[1] for row in letters(o)], ["1", "1"], "letters of that day")
        step(o, "2026-09-30T15:59:59Z")
        o.wait_quiet()
        check_equal([row[1] for row in letters(o)], ["1", "1"], "letters of that day, a second before it ends")
        step(o, "2026-09-30T16:00:03Z")
        wait_for("the next day's letters", lambda: [row[1] for row in letters(o)][:1] == ["2"], 30)
        o.wait_quiet()
        check_equal(count(o, "(select from notification.notice n join intake.complaint c on c.complaint_id = n.complaint where n.event = 'deadlines_moved' and n.channel = 1 and n.recipient = 1 and c.order_id ~ '^[ml]-' group by complaint having count(*) = 2) as k"), OPEN, "buyers with two, one a day")
        check_equal(count(o, "notification.complaint where moves is not null"), 0, "kept for later")


def retire(o):
    with section("retired: what goes by it is moved to what its platform goes by, or keeps it where that is said"):
        def heard():
            with open(f"{o.folder}/intake-1.log", encoding="utf-8") as log:
                return log.read().count("a version of a platform has been applied")
        before = heard()
        check_equal(o.apply_platform("shelf", {"policies.yaml": shorter}, "now"), 3, "a platform's own")
        check_equal(o.apply_platform("keeps", {"policies.yaml": shorter}, "now"), 4, "another's")
        wait_for("intake to have heard of both", lambda: heard() >= before + 2)
        for platform in ("shelf", "keeps"):
            file(o, [f"{platform}-1"], platform, "2026-09-30T13:00:01Z")
        wait_clocks(o, ["shelf-1", "keeps-1"])
        check("1 open complaints go by it" in o.ctl("platform", "retire", "3", ok=(2,)).stderr, "who retires one is told what hangs on it")
        o.ctl("platform", "retire", "3", "--yes")
        o.ctl("platform", "retire", "4", "--yes", "--open", "keep")
        wait_campaign(o, 2)
        o.wait_quiet()
        check_equal(o.sql("select order_id, policy_version from escalation.complaint where order_id in ('shelf-1', 'keeps-1') order by 1"), [["keeps-1", "4"], ["shelf-1", "2"]], "versions")
        check_equal(clocks(o, "shelf-1", "merchant_answer")[0][1:4], ["09-30 19:00", "2", "2"], "the same due instant, by what is in force")
        check_equal(len(o.ctl_json("campaign", "list")), 2, "campaigns")


def rebuilt(o):
    with section("P1: each clock anew from its facts, moved or not, is equal to the bit; what is otherwise by a microsecond is named"):
        all_of_it = o.rebuild()
        check_equal((all_of_it["complaints"], all_of_it["clocks"]), (count(o, "escalation.complaint"), count(o, "escalation.clock")), "all of them")
        complaint = o.value("select complaint_id from escalation.complaint where order_id = 'm-0'")
        row = f"escalation.clock set due_at = due_at %s interval '1 microsecond' where complaint_id = '{complaint}' and clock = 'end_to_end'"
        o.sql("update " + row % "+")
        for arguments in ((), (complaint,)):
            found = json.loads(o.ctl("clock", "rebuild", *arguments, "--check", "-o", "json", ok=(1,)).stdout)
            check_equal({one["complaint"] for one in found["differences"]}, {complaint}, "the complaint, and no other")
            check(("end_to_end", "due_at") in {(one["clock"], one["member"]) for one in found["differences"]}, f"what differs: {found}")
        check("end_to_end" in o.ctl("clock", "rebuild", "m-0", "--check", ok=(1,)).stdout, "in a table")
        check("--check: must be given" in o.ctl("clock", "rebuild", ok=(2,)).stderr, "it does nothing else")
        o.sql("update " + row % "-")
        o.ctl("clock", "rebuild", "m-0", "--check")


def led_on(o):
    with section("the audit: an open complaint whose clocks have nothing before them leads nowhere"):
        stage = o.stage("l-0")
        pending = o.sql("select clock, next_at from escalation.clock join escalation.complaint using (shard, complaint_id) where order_id = 'l-0' and next_at is not null")
        check(pending, f"l-0 has clocks in {stage}")
        pend = "update escalation.clock k set next_at = %s from escalation.complaint c where c.shard = k.shard and c.complaint_id = k.complaint_id and c.order_id = 'l-0'"
        o.sql(pend % "null" + " and next_at is not null")
        found = {row["what"]: row for row in json.loads(o.ctl("audit", "-o", "json", "--workdir", o.folder, ok=(1,)).stdout)["checks"] if row["illegal"]}
        check_equal([(row["id"], row["illegal"]) for row in found.values()], [("C2", 1)], "what does not hold")
        check("each open complaint has a clock that leads on" in found and stage in str(found), f"named: {found}")
        for clock, at in pending:
            o.sql(pend % f"'{at}'" + f" and clock = '{clock}' and ended_at is null")
        o.audit()


def run(broker):
    early, late = [f"m-{number}" for number in range(OPEN - 10)], [f"l-{number}" for number in range(10)]
    with Ombud(broker, clock="virtual") as o:
        o.prepare()
        step(o, FILED)
        o.start()
        apply_to_open(o, early, late)
        told_once(o)
        due_as_moves_say(o, early, late)
        retire(o)
        told_together(o, late)
        o.wait_quiet()
        o.audit()
        rebuilt(o)
        led_on(o)
