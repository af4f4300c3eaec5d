"""Platforms side by side, with other figures, words, zone and language: each complaint gets its own platform's dues, in its own zone; nothing of one is ever seen at another."""
import json
import os
import re
import time
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from ombud import DAEMONS, TOP, Ombud, check, check_equal, complaint_filed, event, order_recorded, section, wait_for

BROKERS = ("mock", "kafka")
WHY = ""

# What stands in deploy/platforms, written down once more. id: who files there; "shop" has no version of its own and goes by default's. figures:
# clock -> target, as `ombudctl due` takes it. ends: the local time at which a business day is over.
PLATFORMS = {
    "default": {"id": "shop", "language": "zh-CN", "zone": "Asia/Shanghai", "calendar": "cn", "ends": "18:00", "stage": "negotiating",
                "figures": {"first_response": "2 hours", "merchant_answer": "24 hours", "end_to_end": "7 business days"}},
    "cards": {"id": "cards", "language": "en", "zone": "Asia/Hong_Kong", "calendar": "everyday", "ends": "00:00", "stage": "manual_admission",
              "figures": {"first_response": "1 hour", "merchant_answer": "24 hours", "end_to_end": "7 business days"}},
    "weekdays": {"id": "weekdays", "language": "en", "zone": "Europe/Berlin", "calendar": "de", "ends": "17:00", "stage": "negotiating",
                 "figures": {"first_response": "4 business hours", "merchant_answer": "24 hours", "end_to_end": "7 business days"}},
}
TOPICS = ("ombud.complaint.v1", "ombud.triage.v1", "ombud.escalation.v1", "ombud.notification.v1", "ombud.remedy.v1")
RECEIVED_DAYS_AGO = 12  # past cards' window, within those of the others: "stage" above


def canaries(name):
    """What stands in that platform's files, and nowhere else: in its letters, its policies, its rules."""
    return {part: f"{name}-{part}-canary" for part in ("letter", "basis", "queue")}


def edits(name, more=()):
    """The shipped folder with its canaries; the member is there already, or it would be no platform's figure."""
    words, language = canaries(name), PLATFORMS[name]["language"]

    def policies(text):
        edited, count = re.subn(r"(?m)^(  first_response: {target: .*, ladder: response)}", rf"\1, basis: {words['basis']}}}", text)
        check_equal(count, 1, f"first responses for all policies of {name}")
        return edited

    def rules(text):
        return text.replace("rules:\n", f"rules:\n  - id: {name}_first\n    when: {{all: [{{platform: {{is: {PLATFORMS[name]['id']}}}}}]}}\n"
                                        f"    set: {{queue: {words['queue']}}}\n", 1)

    said = {f"templates/{language}/{template}.mustache": lambda text, word=word: text + word + "\n"
            for template, word in (("complaint_filed", words["letter"]), *more)}
    return {"policies.yaml": policies, "rules.yaml": rules, **said}


def order_of(name, number=1):
    return f"o-{name}-{number}"


def file(o, name, number=1, **facts):
    """A complaint that names no language, so everybody reads the platform's first one."""
    events = [order_recorded(order_of(name, number), buyer=f"b-{name}", merchant=f"m-{name}", **facts),
              complaint_filed(order_of(name, number), buyer=f"b-{name}", language="")]
    for said in events:
        said["data"]["meta"]["platformId"] = PLATFORMS[name]["id"]
    o.publish(*events)


def read_the_topic(o):
    """The buyers read their letters there, too: else their words stand in the inbox alone."""
    for name in PLATFORMS:
        chosen = event("PreferencesSet", "", {"personId": f"b-{name}", "noticeChannels": ["NOTICE_CHANNEL_INBOX", "NOTICE_CHANNEL_TOPIC"]}, platform=PLATFORMS[name]["id"],
                       actor=("COMPLAINANT", f"b-{name}"))
        del chosen["data"]["orderId"]
        o.publish(chosen)
    wait_for("what the buyers chose", lambda: o.value("select count(*) from notification.preference") == str(len(PLATFORMS)))


def complaint_of(o, name, number=1):
    return o.value(f"select complaint_id from intake.complaint where order_id = '{order_of(name, number)}'")


def letters(o, name, person="b"):
    status, text = o.get(o.url("notification", f"/v1/inbox/{person}-{name}?platform={PLATFORMS[name]['id']}&limit=200"))
    check_equal(status, 200, f"the inbox of {person}-{name}")
    return text


def letter(o, name, person, template):
    return next((said["text"] for said in json.loads(letters(o, name, person))["letters"] if said["event"] == template), None)


def clocks(o, name, number=1):
    """{clock: (start and due in microseconds, calendar, version)} of that complaint; a clock that stands still has no due."""
    rows = o.sql("select k.clock, (extract(epoch from k.started_at) * 1000000)::bigint, coalesce(extract(epoch from k.due_at) * 1000000, 0)::bigint, k.calendar, k.policy_version from escalation.clock k"
                 f" join escalation.complaint c using (shard, complaint_id) where c.order_id = '{order_of(name, number)}'")
    return {clock: (int(started), int(due), calendar, int(version)) for clock, started, due, calendar, version in rows}


def at(instant_us, zone=timezone.utc):
    return (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=instant_us)).astimezone(zone)


def written(name, instant_us):
    """An instant as that platform's letters write it."""
    local = at(instant_us, ZoneInfo(PLATFORMS[name]["zone"]))
    if PLATFORMS[name]["language"] == "zh-CN":
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}（北京时间）"
    return f"{local.day} {local:%B %Y, %H:%M} (UTC{local.isoformat()[-6:]})"


def begin(o):
    with section("three platforms as they are shipped: a complaint at each, in its own words and language"):
        o.prepare()
        versions = {name: o.apply_platform(name, edits(name)) for name in PLATFORMS}
        o.start()
        read_the_topic(o)
        for name in PLATFORMS:
            file(o, name)
        for name, platform in PLATFORMS.items():
            wait_for(f"the first letter at {name}", lambda name=name: canaries(name)["letter"] in letters(o, name))
            o.wait_stage(order_of(name), "negotiating")
            for person in "bm":
                told = wait_for(f"letters to {person}-{name}", lambda name=name, person=person: json.loads(letters(o, name, person))["letters"])
                check_equal({one["language"] for one in told}, {platform["language"]}, f"{name}: languages of {person}'s letters")
        return versions


def dues(o, versions):
    with section("each by its own figures and its own calendar, as ombudctl due counts them; its letters tell them in its own zone"):
        for name, platform in PLATFORMS.items():
            running = wait_for(f"the clocks at {name}", lambda name=name, platform=platform: (found := clocks(o, name)) and set(platform["figures"]) <= set(found) and found)
            for clock, target in platform["figures"].items():
                started, due, calendar, version = running[clock]
                check_equal((calendar, version), (platform["calendar"], versions[name]), f"{name}: what {clock} goes by")
                said = o.ctl_json("due", "--from", f"{at(started):%Y-%m-%dT%H:%M:%S.%fZ}", "--target", target, "--calendar", calendar,
                                  "--platform", os.path.join(TOP, "deploy/platforms", name))["due"]
                check_equal(at(due), datetime.fromisoformat(said.replace("Z", "+00:00")), f"{name}: when {clock} is due")
            check_equal(f"{at(running['end_to_end'][1], ZoneInfo(platform['zone'])):%H:%M}", platform["ends"], f"{name}: when its last business day is over")
            answer_due = running["merchant_answer"][1]
            text = wait_for(f"the merchant's letter at {name}", lambda name=name: letter(o, name, "m", "answer_asked"))
            check(written(name, answer_due) in text, f"{name}: no {written(name, answer_due)} in {text}")


def windows(o):
    with section("an order received twelve days ago: past the window of one, within that of the others"):
        received = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - RECEIVED_DAYS_AGO * 86400))
        for name, platform in PLATFORMS.items():
            file(o, name, 9, status="COMPLETED", receiptConfirmedAt=received)
            o.wait_stage(order_of(name, 9), platform["stage"])


def documents(o, name):
    """All that HTTP answers about a platform."""
    complaint = complaint_of(o, name)
    paths = [f"/v1/complaints/{complaint}", f"/v1/complaints/{complaint}/evidence", f"/v1/orders/{order_of(name)}/complaints", f"/v1/complaints?order={order_of(name)}",
             f"/v1/refusals?platform={PLATFORMS[name]['id']}"]
    return [o.get(o.url("intake", path))[1] for path in paths] + [letters(o, name), letters(o, name, "m")]


def topics(o, name):
    return [record["payload"] or "" for topic in TOPICS for record in o.records(topic) if order_of(name) in (record["key"] or "")]


def log(o, daemon):
    with open(os.path.join(o.folder, f"{daemon}-1.log"), encoding="utf-8") as f:
        return f.read()


def nothing_of_the_others(o):
    with section("a canary of each stands in its own documents, letters and topics, and in nothing of the others'; in no log"):
        o.wait_quiet()
        everywhere = {name: {"documents": "\n".join(documents(o, name)), "topics": "\n".join(topics(o, name))} for name in PLATFORMS}
        for name in PLATFORMS:
            for part, word in canaries(name).items():
                for other in PLATFORMS:
                    for where, text in everywhere[other].items():
                        check((word in text) == (other == name), f"{part} of {name} is {'in' if word in text else 'not in'} {other}'s {where}")
        words = [word for name in PLATFORMS for word in canaries(name).values()]
        for line in "".join(log(o, daemon) for daemon in DAEMONS).splitlines():
            check(not any(word in line for word in words), f"a canary in a log: {line}")


def outcome(o, said):
    def answer():
        _, text = o.post(o.url("intake", "/v1/events"), json.dumps(said), "application/cloudevents+json")
        told = json.loads(text)
        return told if told["status"] != "pending" else None
    told = wait_for("its outcome", answer)
    return told.get("code") or "taken"


def limits(o):
    with section("how often and how long, each by its own platform's newest version: the other's figure refuses nobody here"):
        o.apply_platform("cards", {"platform.yaml": lambda text: re.sub(r"(?s)limits:.*", "limits: {amend: 0s, urge_every: 0s, messages: 2}\n", text)}, "now")
        wait_for("intake to know it", lambda: log(o, "intake").count("a version of a platform has been applied") > 0)
        for name, want in {"default": ["taken", "taken", "taken", "taken", "taken", "urged_too_soon"],
                           "cards": ["amended_too_late", "taken", "taken", "too_many_messages", "taken", "taken"]}.items():
            file(o, name, 5)
            o.wait_stage(order_of(name, 5), "negotiating")
            got = []
            for message, data in (("ComplaintAmended", {"statement": {"text": "卡密已被使用"}}), *[("MessagePosted", {"text": "你好"})] * 3, ("ComplaintUrged", {}), ("ComplaintUrged", {})):
                got.append(outcome(o, event(message, order_of(name, 5), {"complaintId": complaint_of(o, name, 5), **data}, platform=PLATFORMS[name]["id"], actor=("COMPLAINANT", f"b-{name}"))))
            check_equal(got, want, f"{name}: what its limits say")


def types(o):
    with section("A3: a type of a platform's own, and the standard's codes as each has them, by the version that the complaint is pinned to"):
        version = o.apply_platform("cards", {"platform.yaml": lambda text: text + "types:\n  codes: {code_already_used: '123456789'}\n  own: {account_recovered: '987654321'}\n"}, "now")
        wait_for("intake to know it", lambda: log(o, "intake").count(f'"version":{version},') > 0 or log(o, "intake").count("a version of a platform has been applied") > 1)
        for name, want in {"default": ["", ""], "cards": ["987654321", "123456789"]}.items():
            for number, facts in ((6, {"type": "COMPLAINT_TYPE_OTHER", "customType": "account_recovered"}), (7, {"type": "COMPLAINT_TYPE_CODE_ALREADY_USED"})):
                events = [order_recorded(order_of(name, number), buyer=f"b-{name}", merchant=f"m-{name}"), complaint_filed(order_of(name, number), buyer=f"b-{name}", language="")]
                events[1]["data"].update(facts)
                for said in events:
                    said["data"]["meta"]["platformId"] = PLATFORMS[name]["id"]
                o.publish(*events)
                o.wait_stage(order_of(name, number), "negotiating")
            got = [json.loads(o.get(o.url("intake", f"/v1/complaints/{complaint_of(o, name, number)}"))[1])["standard_code"] for number in (6, 7)]
            check_equal(got, want, f"{name}: codes")


def newest(o, versions):
    with section("another version: its words at once, in letters about what was filed before; its figures for what is filed from now on"):
        again = edits("cards", more=[("answer_received", "cards-newest-canary")])
        policies = again["policies.yaml"]
        again["policies.yaml"] = lambda text: policies(text).replace("first_response: {target: 1h,", "first_response: {target: 3h,", 1)
        before = clocks(o, "cards")["first_response"]
        version = o.apply_platform("cards", again, "now")
        wait_for("all daemons to know it", lambda: all("a version of a platform has been applied" in log(o, daemon) for daemon in DAEMONS))
        o.publish(event("AnswerGiven", order_of("cards"), {"complaintId": complaint_of(o, "cards"), "defence": {"text": "no"}}, platform="cards",
                        actor=("MERCHANT_PERSON", "m-cards")))
        file(o, "cards", 2)
        wait_for("the new words", lambda: "cards-newest-canary" in letters(o, "cards") + letters(o, "cards", "m"))
        started, due, _, number = wait_for("the new figures", lambda: clocks(o, "cards", 2).get("first_response"))
        check_equal((due - started, number), (3 * 3600 * 1000000, version), "the first response of what is filed now")
        check_equal(clocks(o, "cards")["first_response"], before, "the first response of what was filed before")
        check_equal(before[3], versions["cards"], "and its version")


def run(broker):
    with Ombud(broker) as o:
        versions = begin(o)
        dues(o, versions)
        windows(o)
        limits(o)
        types(o)
        nothing_of_the_others(o)
        newest(o, versions)
