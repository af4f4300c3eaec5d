"""Two platforms side by side, with other figures, words, zone and language: nothing of one is ever seen at the other. Words are the newest at once; figures stay."""
import json
import os
import re
import time

from ombud import DAEMONS, Ombud, check, check_equal, complaint_filed, event, order_recorded, section, wait_for

BROKERS = ("mock", "kafka")
WHY = ""

# platform: language, zone, hours of the first response, what the zone is called in a letter
PLATFORMS = {"alpha": ("zh-CN", "Asia/Shanghai", 3, "北京时间"), "beta": ("en", "America/New_York", 5, "UTC-")}
TOPICS = ("ombud.complaint.v1", "ombud.triage.v1", "ombud.escalation.v1", "ombud.notification.v1", "ombud.remedy.v1")


def canaries(name):
    """What stands in that platform's files, and nowhere else: in its letters, its policies, its rules."""
    return {part: f"{name}-{part}-canary" for part in ("letter", "basis", "queue")}


def edits(name, more=()):
    language, zone, hours, _ = PLATFORMS[name]
    words = canaries(name)

    def policies(text):
        return re.sub(r"  first_response: {target: 2h, unit: elapsed, ladder: response}",
                      f"  first_response: {{target: {hours}h, unit: elapsed, ladder: response, basis: {words['basis']}}}", text, count=1)

    def rules(text):
        return text.replace("rules:\n", f"rules:\n  - id: {name}_always\n    when: always\n    set: {{queue: {words['queue']}}}\n", 1)

    said = {f"templates/{language}/{template}.mustache": lambda text, word=word: text + word + "\n"
            for template, word in (("complaint_filed", words["letter"]), *more)}
    return {"platform.yaml": f"languages: [{language}]\nzone: {zone}\nwindows: {{receipt: {hours}d, digital: {hours}d}}\n", "policies.yaml": policies, "rules.yaml": rules, **said}


def order_of(name, number=1):
    return f"o-{name}-{number}"


def file(o, name, number=1, **facts):
    events = [order_recorded(order_of(name, number), buyer=f"b-{name}", merchant=f"m-{name}", **facts), complaint_filed(order_of(name, number), buyer=f"b-{name}")]
    for said in events:
        said["data"]["meta"]["platformId"] = name
    o.publish(*events)


def read_the_topic(o):
    """The buyers read their letters there, too: else their words stand in the inbox alone."""
    for name in PLATFORMS:
        chosen = event("PreferencesSet", "", {"personId": f"b-{name}", "noticeChannels": ["NOTICE_CHANNEL_INBOX", "NOTICE_CHANNEL_TOPIC"]}, platform=name,
                       actor=("COMPLAINANT", f"b-{name}"))
        del chosen["data"]["orderId"]
        o.publish(chosen)
    wait_for("what the buyers chose", lambda: o.value("select count(*) from notification.preference") == str(len(PLATFORMS)))


def complaint_of(o, name, number=1):
    return o.value(f"select complaint_id from intake.complaint where order_id = '{order_of(name, number)}'")


def letters(o, name, person="b"):
    status, text = o.get(o.url("notification", f"/v1/inbox/{person}-{name}?platform={name}&limit=200"))
    check_equal(status, 200, f"the inbox of {person}-{name}")
    return text


def first_response(o, name, number=1):
    rows = o.sql(f"select k.target / 3600000000, k.policy_version from escalation.complaint c join escalation.clock k using (shard, complaint_id)"
                 f" where c.order_id = '{order_of(name, number)}' and k.clock = 'first_response'")
    return tuple(map(int, rows[0])) if rows else None


def begin(o):
    with section("two platforms over default: a complaint at each, by its own figures, in its own words, language and zone"):
        o.prepare()
        versions = {name: o.apply_platform(name, edits(name)) for name in PLATFORMS}
        o.start()
        read_the_topic(o)
        for name in PLATFORMS:
            file(o, name)
        for name, (language, _, hours, zone) in PLATFORMS.items():
            wait_for(f"the first letter at {name}", lambda name=name: canaries(name)["letter"] in letters(o, name))
            o.wait_stage(order_of(name), "negotiating")
            wait_for(f"the clock at {name}", lambda name=name: first_response(o, name))
            check_equal(first_response(o, name), (hours, versions[name]), f"{name}: the first response")
            told = json.loads(letters(o, name))
            check_equal({letter["language"] for letter in told["letters"]}, {language}, f"{name}: languages of its letters")
            filed = next(letter for letter in told["letters"] if letter["event"] == "complaint_filed")
            check(zone in filed["text"], f"{name}: no {zone} in {filed['text']}")
        return versions


def windows(o):
    with section("an order received four days ago: past the window of one, within that of the other"):
        received = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 4 * 86400))
        for name, stage in (("alpha", "manual_admission"), ("beta", "negotiating")):
            file(o, name, 9, status="COMPLETED", receiptConfirmedAt=received)
            o.wait_stage(order_of(name, 9), stage)


def documents(o, name):
    """All that HTTP answers about a platform."""
    complaint = complaint_of(o, name)
    paths = [f"/v1/complaints/{complaint}", f"/v1/complaints/{complaint}/evidence", f"/v1/orders/{order_of(name)}/complaints", f"/v1/complaints?order={order_of(name)}",
             f"/v1/refusals?platform={name}"]
    return [o.get(o.url("intake", path))[1] for path in paths] + [letters(o, name), letters(o, name, "m")]


def topics(o, name):
    return [record["payload"] or "" for topic in TOPICS for record in o.records(topic) if order_of(name) in (record["key"] or "")]


def log_lines(o):
    for name in DAEMONS:
        with open(os.path.join(o.folder, f"{name}-1.log"), encoding="utf-8") as f:
            yield from f


def nothing_of_the_other(o):
    with section("a canary of each stands in its own documents, letters and topics, and in nothing of the other's; in no log"):
        o.wait_quiet()
        everywhere = {name: {"documents": "\n".join(documents(o, name)), "topics": "\n".join(topics(o, name))} for name in PLATFORMS}
        for name, other in (("alpha", "beta"), ("beta", "alpha")):
            for part, word in canaries(name).items():
                for where, text in everywhere[name].items():
                    check(word in text, f"{word} is not in {name}'s {where}")
                for where, text in everywhere[other].items():
                    check(word not in text, f"{part} of {name} is in {other}'s {where}")
        words = [word for name in PLATFORMS for word in canaries(name).values()]
        for line in log_lines(o):
            check(not any(word in line for word in words), f"a canary in a log: {line}")


def newest(o, versions):
    with section("another version: its words at once, in letters about what was filed before; its figures for what is filed from now on"):
        hours = PLATFORMS["alpha"][2]
        again = edits("alpha", more=[("answer_received", "alpha-newest-canary")])
        policies = again["policies.yaml"]
        again["policies.yaml"] = lambda text: policies(text).replace(f"target: {hours}h, unit: elapsed, ladder: response, basis", f"target: {hours + 1}h, unit: elapsed, ladder: response, basis")
        version = o.apply_platform("alpha", again, "now")
        wait_for("all daemons to know it", lambda: sum("a version of a platform has been applied" in line for line in log_lines(o)) >= len(DAEMONS))
        o.publish(event("AnswerGiven", order_of("alpha"), {"complaintId": complaint_of(o, "alpha"), "defence": {"text": "no"}}, platform="alpha",
                        actor=("MERCHANT_PERSON", "m-alpha")))
        file(o, "alpha", 2)
        wait_for("the new words", lambda: "alpha-newest-canary" in letters(o, "alpha") + letters(o, "alpha", "m"))
        wait_for("the new figures", lambda: first_response(o, "alpha", 2) == (hours + 1, version))
        check_equal(first_response(o, "alpha"), (hours, versions["alpha"]), "the first response of what was filed before")


def run(broker):
    with Ombud(broker) as o:
        versions = begin(o)
        windows(o)
        nothing_of_the_other(o)
        newest(o, versions)
