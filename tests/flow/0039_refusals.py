"""A publisher hears of what was not taken: a record that cannot be read is told on the topic by its code and what is wrong, so many a minute
of each source and the rest by one; its id is free. The platform's backend, and nobody else, may ask for all of it for 30 days."""
import hashlib
import json
import os
import urllib.parse
import uuid

from ombud import Ombud, check, check_equal, complaint_filed, event, order_recorded, section, wait_for
import protowire as p

BROKERS = ("mock",)
WHY = "asks nothing of the broker; runs once"

INBOX, NOON = "ombud.inbox.v1", "2026-03-02T12:00:20Z"
STRUCTURED = ("content-type", "application/cloudevents+json")
ROLES = ("backend", "agent a-1", "merchant m-1", "complainant b-1", "inspector l-1", "auditor")
TOKENS = {role: f"token-{uuid.uuid4().hex}" for role in (*ROLES, "mall backend", "any")}
MOST = 60
SOURCES = 256  # SOURCES_MAX of services/intake/refusals.c


def write_tokens(o):
    path = os.path.join(o.folder, "tokens")
    with open(path, "w", encoding="utf-8") as f:
        for role, token in TOKENS.items():
            whose = {"mall backend": "mall backend", "any": "*"}.get(role, f"shop {role}")
            f.write(f"{hashlib.sha256(token.encode()).hexdigest()} {whose}\n")
    return path


def ask(o, role, path, made=None):
    headers = {"authorization": f"Bearer {TOKENS[role]}"}
    url = o.url("intake", path)
    status, text = o.post(url, json.dumps(made), "application/cloudevents+json", headers) if made else o.get(url, headers)
    return status, json.loads(text)


def refusals(o, role="backend", **query):
    return ask(o, role, "/v1/refusals?" + urllib.parse.urlencode(query))


def told(o, source):
    """EventRefused of that source, as (code, type, event id, member, count, dead letter) out of the raw bytes."""
    rows = o.sql("select encode(payload, 'hex'), aggregateid from intake.log where type = 'ombud.complaint.v1.EventRefused' order by at, shard, seq")
    found = []
    for payload, key in rows:
        fields = p.fields(bytes.fromhex(payload))
        if fields.get(6) == source.encode():
            text = lambda n: fields.get(n, b"").decode()  # noqa: E731, B023
            found.append({"key": key, "code": text(9), "type": text(5).rsplit(".", 1)[-1], "id": text(7), "member": text(10),
                          "most": fields.get(11, 0), "count": fields.get(12, 0), "dead": fields.get(13, 0)})
    return found


def broken(order, event_id, source="/broken", **data):
    made = event("ComplaintUrged", order, {"complaintId": "no-uuid", **data}, event_id=event_id, source=source)
    return json.dumps(made).encode()


def forms(o):
    """Each form in which an event may come, with a fault in it: who sent what is read all the same."""
    urged = p.text(3, "no-uuid")
    cut = p.complaint_filed("f-cut", source="/forms", event_id="cut") + b"\x4a\x7f"
    records = {
        "json": (broken("f-json", "json", "/forms"), [STRUCTURED]),
        "extra": (broken("f-extra", "extra", "/forms", complaintIdd="x"), [STRUCTURED]),
        "proto": (p.meta(source="/forms", event_id="proto") + p.text(2, "f-proto") + urged, p.binary_headers("ComplaintUrged", "proto", "/forms")),
        "data": (json.dumps({"meta": {"platformId": "shop", "actor": {"kind": "ACTOR_KIND_PLATFORM_PROGRAM"}}, "orderId": "f-data", "complaintId": "x"}).encode(),
                 [("ce_type", "ombud.inbox.v1.ComplaintUrged"), ("ce_id", "data"), ("ce_source", "/forms"), ("content-type", "application/json")]),
        "frame": (b"\0\0\0\0\7\2\6" + p.meta(source="/forms", event_id="frame") + p.text(2, "f-frame") + urged, []),
        "cut": (cut, p.binary_headers("ComplaintFiled", "cut", "/forms")),
        "time": (json.dumps({**event("ComplaintUrged", "f-time", event_id="time", source="/forms"), "time": "yesterday"}).encode(), [STRUCTURED]),
        "nobody": (json.dumps({**json.loads(broken("f-nobody", "nobody", "/forms")), "data": {"meta": {"platformId": "shop"}, "orderId": "f-nobody"}}).encode(), [STRUCTURED]),
        "long": (p.meta(source="/forms", event_id="i" * 200) + p.text(2, "f-long") + urged, p.binary_headers("ComplaintUrged", "i" * 200, "/forms")),
        "ctrl": (p.meta(source="/forms", event_id="a\nb") + p.text(2, "f-ctrl") + urged, p.binary_headers("ComplaintUrged", "a\nb", "/forms")),
        "nul": (p.meta(source="/forms", event_id="nul") + p.text(2, b"f-\0") + urged, p.binary_headers("ComplaintUrged", "nul", "/forms")),
    }
    for name, (value, headers) in records.items():
        o.kcat(INBOX, value, key=f"f-{name}", headers=headers)
    nobodys = [broken("f-long", "long", "/forms").replace(b'"shop"', b'"' + b"p" * 200 + b'"'), b"{", b"\xff\xfe", json.dumps({"specversion": "1.0", "type": "x", "id": "1", "source": "/forms", "data": {}}).encode()]
    for value in nobodys:
        o.kcat(INBOX, value, key="f-nobody", headers=[STRUCTURED])
    want = len(records) + len(nobodys)
    wait_for(f"{want} dead letters", lambda: o.value("select count(*) from intake.dead_letter") == str(want))
    names = {"i" * 125 + "…": "long", "a\N{REPLACEMENT CHARACTER}b": "ctrl"}  # told as far as they go
    found = {names.get(row["id"], row["id"]): row for row in told(o, "/forms")}
    check_equal(sorted(found), sorted(records), "what is told, by the refused event's id")
    for name, row in found.items():
        check_equal((row["key"], row["dead"], row["type"]), (f"f-{name}", 1, "ComplaintFiled" if name == "cut" else "ComplaintUrged"), f"{name}: {row}")
    check_equal((found["json"]["code"], found["json"]["member"]), ("bad_format", "ComplaintUrged.complaint_id"), found["json"])
    check_equal((found["extra"]["code"], found["time"]["member"], found["nul"]["code"]), ("unknown_field", "time", "embedded_nul"), found)
    check_equal((found["long"]["code"], found["long"]["member"], found["long"]["most"]), ("field_too_long", "id", 128), found["long"])
    check_equal((found["ctrl"]["code"], found["ctrl"]["member"]), ("bad_envelope", "id"), found["ctrl"])
    check("\nombud_intake_untellable_total 0\n" in o.get(o.url("intake", "/metrics"))[1], "one that no refusal could tell")
    check_equal(o.value("select count(*) from intake.log where cause is not null"), "0", "identities that broken records have taken")


def told_of_people(o):
    strange = event("ContactSet", "", {"personId": "b-1", "party": "PARTY_COMPLAINANT", "noticeChannel": "NOTICE_CHANNEL_EMAIL", "address": "b@example.org"},
                    event_id="contact", source="/people", actor=("COMPLAINANT", "b-2"))
    del strange["data"]["orderId"]
    o.publish(strange)
    row = wait_for("the refused contact", lambda: told(o, "/people"))[0]
    check_equal((row["key"], row["code"], row["type"], row["dead"]), ("b-1", "not_your_settings", "ContactSet", 0), row)


def too_many(o):
    """In one minute of the virtual clock."""
    for n in range(MOST + 7):
        o.kcat(INBOX, broken("m-1", f"m-{n}", "/many"), key="m-1", headers=[STRUCTURED])
    o.kcat(INBOX, broken("m-1", "other", "/other"), key="m-1", headers=[STRUCTURED])
    wait_for("another source's, behind them", lambda: told(o, "/other"))
    check_equal(len(told(o, "/many")), MOST, "told one by one")
    check_equal(o.value("select count(*) from intake.dead_letter where position('/many'::bytea in value) > 0"), str(MOST + 7), "dead letters, each once")
    o.kill("intake")
    o.start("intake", http__tokens=os.path.join(o.folder, "tokens"))
    o.sql("select ombud.step_clock(now + interval '1 minute') from ombud.virtual_clock")
    row = wait_for("the one for the rest", lambda: [row for row in told(o, "/many") if row["count"]])[0]
    check_equal((row["code"], row["count"], row["most"], row["key"]), ("too_many_dead_letters", 7, MOST, "m-1"), row)
    check_equal(len(told(o, "/many")), MOST + 1, "facts")


def put_right(o):
    order = event("OrderRecorded", "m-1", order_recorded("m-1")["data"], event_id="right", source="/right", at="2026-03-02T12:00:00Z")
    wrong = {**order, "data": {**order["data"], "order": {**order["data"]["order"], "total": {"minorUnits": "-1", "currency": "CNY"}}}}
    o.kcat(INBOX, json.dumps(wrong).encode(), key="m-1", headers=[STRUCTURED])
    row = wait_for("what was wrong", lambda: told(o, "/right"))[0]
    check_equal((row["code"], row["member"], row["type"]), ("out_of_range", "Money.minor_units", "OrderRecorded"), row)
    o.kcat(INBOX, json.dumps(order).encode(), key="m-1", headers=[STRUCTURED])
    wait_for("the order, put right", lambda: o.value("select count(*) from intake.orders where order_id = 'm-1'") == "1")


def walk(o, **query):
    """All of it by pages of seven, and the cursor behind it."""
    everything, after = [], ""
    while page := refusals(o, limit=7, **query, **({"after": after} if after else {}))[1]:
        everything += page["refusals"]
        if not page["refusals"]:
            return everything, after
        after = page["next"]


def a_clock_went_back(o):
    first = "source = '/many' and (shard, seq) in (select shard, min(seq) from intake.refusal where source = '/many' group by shard)"
    o.sql(f"update intake.refusal set at = at + interval '1 hour' where {first}")
    check_equal(sorted(row["event_id"] for row in walk(o, source="/many")[0]), sorted(f"m-{n}" for n in range(MOST + 7)), "none between two pages")
    o.sql(f"update intake.refusal set at = at - interval '1 hour' where {first}")


def pages(o):
    status, first = refusals(o, source="/many", limit=MOST)
    check_equal((status, len(first["refusals"]), sorted(first)), (200, MOST, ["next", "refusals"]), first)
    row = first["refusals"][0]
    check_equal({**row, "at": 0}, {"at": 0, "source": "/many", "event_id": "m-0", "type": "ombud.inbox.v1.ComplaintUrged", "order_id": "m-1",
                                   "code": "bad_format", "member": "ComplaintUrged.complaint_id", "dead_letter": True}, row)
    rest = refusals(o, source="/many", after=first["next"])[1]
    check_equal([row["event_id"] for row in first["refusals"] + rest["refusals"]], [f"m-{n}" for n in range(MOST + 7)], "in order, told or not")
    check_equal(refusals(o, source="/many", after=rest["next"])[1], {"refusals": [], "next": rest["next"]}, "and no more")
    everything, after = walk(o)
    ids = [(row["source"], row["event_id"]) for row in everything]
    check_equal(len(set(ids)), len(ids), "each once")
    check_equal(str(len(ids)), o.value("select count(*) from intake.refusal"), "all of the platform's, of all shards")
    check_equal([row["at"] for row in everything[:7]], sorted(row["at"] for row in everything[:7]), "a page, in the order of time")
    o.kcat(INBOX, broken("f-json", "late", "/late"), key="f-json", headers=[STRUCTURED])
    late = wait_for("what comes later, behind the cursor", lambda: refusals(o, after=after)[1]["refusals"])
    check_equal([row["event_id"] for row in late], ["late"], late)


def database_went_back(o):
    """The last refusals are not there any more, and then others have their numbers: a cursor behind them is told so, one before them goes on."""
    before = refusals(o, source="/many", limit=5)[1]["next"]
    rest, after = walk(o, source="/many")
    shard, seq, _ = after.split("-")
    last = f"shard = {shard} and seq = {seq}"
    o.sql(f"create table public.kept as select * from intake.refusal where {last}")

    def told_to_both(want, cursor):
        status, body = refusals(o, source="/many", after=cursor, limit=100)
        done = o.ctl("refusal", "list", "--platform", "shop", "--source", "/many", "--after", cursor, ok=(0, 1))
        check_equal((status, body.get("code"), done.returncode), (410, "cursor_gone", 1) if want == "gone" else (200, None, 0), f"{cursor}: {body} {done.stderr}")
        return body if want != "gone" else done.stderr

    o.sql(f"delete from intake.refusal where {last}")
    check("list again without --after" in told_to_both("gone", after), "what to do")
    check_equal(len(told_to_both("goes on", before)["refusals"]), MOST + 7 - 5 - 1, "behind the earlier cursor")
    o.sql("insert into intake.refusal select (jsonb_populate_record(k, jsonb_build_object('event_id', 'another', 'at', k.at + interval '1 second'))).* from public.kept k")
    told_to_both("gone", after)
    check_equal(told_to_both("goes on", before)["refusals"][-1]["event_id"], "another", "what has the number now")
    o.sql(f"delete from intake.refusal where {last}; insert into intake.refusal select * from public.kept; drop table public.kept")
    check_equal(told_to_both("goes on", after)["refusals"], [], "as it was")
    aged = f"{shard}-{int(seq) + 1000}-{1000:x}"
    check_equal(len(told_to_both("goes on", aged)["refusals"]), MOST + 7, "a cursor of a time that is not kept: all that is")
    check_equal(len(rest), MOST + 7, "rows")


def by_hand(o):
    """ombudctl refusal list: the same pages, with the same cursors; a table for people."""
    flags = ("refusal", "list", "--platform", "shop")
    for query in ({}, {"source": "/many"}):
        said = [word for name, value in query.items() for word in (f"--{name}", value)]
        first = o.ctl_json(*flags, *said, "--limit", "20")
        check_equal(first, refusals(o, limit=20, **query)[1], f"a page, {query}")
        second = o.ctl_json(*flags, *said, "--limit", "20", "--after", first["next"])
        check_equal(second, refusals(o, limit=20, after=first["next"], **query)[1], f"the next one, {query}")
    check_equal(o.ctl_json("refusal", "list", "--platform", "mall"), {"refusals": [], "next": ""}, "another platform's")
    done = o.ctl(*flags, "--source", "/people")
    check_equal([line.split()[2:] for line in done.stdout.splitlines()], [["EVENT-ID", "TYPE", "KEY", "CODE", "MEMBER", "UNREADABLE"],
                ["contact", "ombud.inbox.v1.ContactSet", "b-1", "not_your_settings"]], "for people")
    check_equal(done.stderr.strip().rsplit(" ", 1)[-1], refusals(o, source="/people")[1]["next"], "where it goes on")
    check("no refusals" in o.ctl(*flags, "--source", "/none").stderr, "none")
    for words, why in ((("refusal", "list"), "--platform"), ((*flags, "--after", "3-1"), "not what a page ended with"), ((*flags, "--limit", "0"), "--limit")):
        check(why in o.ctl(*words, ok=(2,)).stderr, f"{words}")


def who_may(o):
    for role in TOKENS:
        status, body = refusals(o, role, source="/many")
        want = {"backend": (200, None), "mall backend": (200, None), "any": (400, "platform_needed")}.get(role, (403, "not_for_role"))
        check_equal((status, body.get("code")), want, f"{role}: {body}")
    check_equal(refusals(o, "mall backend")[1]["refusals"], [], "another platform's backend")
    check_equal((refusals(o, "mall backend", platform="shop")[1]["code"], refusals(o, "backend", platform="shop")[0]), ("other_platform", 200), "by name")
    check_equal(len(refusals(o, "any", platform="shop", limit=3)[1]["refusals"]), 3, "who speaks for any")
    for query, code in (({"limit": "0"}, "bad_limit"), ({"limit": "501"}, "bad_limit"), ({"limit": "x"}, "bad_limit"), ({"after": "x"}, "bad_cursor"),
                        ({"after": "3"}, "bad_cursor"), ({"after": "3-"}, "bad_cursor"), ({"after": "3-1x"}, "bad_cursor"), ({"after": "-3-1"}, "bad_cursor"), ({"after": "3-1"}, "bad_cursor"), ({"after": "3-1-X"}, "bad_cursor"), ({"after": "256-1-1"}, "bad_cursor"), ({"after": "3-0-0_3-0-0"}, "bad_cursor"),
                        ({"sauce": "/many"}, "unknown_parameter")):
        status, body = refusals(o, **query)
        check_equal((status, body.get("code")), (400, code), f"{query}: {body}")


def pieces(o):
    """What an event was taken without, also to whoever asks afterwards."""
    o.publish(event("OrderRecorded", "p-1", order_recorded("p-1")["data"], at="2026-03-02T11:00:00Z"))
    bad = {"evidenceId": "e-blank", "kind": "photo", "uri": "https://files.example/a photo.png"}
    long = {"evidenceId": "e-long", "kind": "photo", "uri": "https://files.example/1.png?" + "s" * 2048}
    good = {"evidenceId": "e-good", "kind": "photo", "uri": "https://files.example/1.png"}
    made = complaint_filed("p-1", event_id="pieces", source="/pieces", at="2026-03-02T11:30:00Z", evidence=[bad, good, long])
    status, answer = ask(o, "complainant b-1", "/v1/events", made)
    wait_for("the filing", lambda: o.stage("p-1"))
    status, again = ask(o, "complainant b-1", answer["location"])
    check_equal((status, again["status"]), (200, "accepted"), again)
    found = [(piece["evidence_id"], piece["member"], piece["code"], piece.get("most")) for piece in again["refused_evidence"]]
    check_equal(found, [("e-blank", "uri", "evidence_malformed", None), ("e-long", "uri", "evidence_too_long", 2048)], again)
    check(all(piece["sentence"].startswith("该证据") for piece in again["refused_evidence"]), f"in the complaint's language: {again}")
    listed = refusals(o, source="/pieces")[1]["refusals"]
    check_equal([(row["evidence_id"], row["code"], row["dead_letter"]) for row in listed],
                [("e-blank", "evidence_malformed", False), ("e-long", "evidence_too_long", False)], listed)


def taken_over(o):
    """Whoever goes on within the minute counts anew, and has a timer of its own: what is beyond is counted once all the same."""
    for times, beyond in ((1, 4), (2, 3)):
        for n in range(MOST + beyond):
            o.kcat(INBOX, broken("m-1", f"t-{times}-{n}", "/taken"), key="m-1", headers=[STRUCTURED])
        want = str(times * MOST + (4 if times == 1 else 7))
        wait_for("dead letters", lambda: o.value("select count(*) from intake.refusal where source = '/taken'") == want)  # noqa: B023
        if times == 1:
            o.kill("intake")
            o.start("intake", http__tokens=os.path.join(o.folder, "tokens"))
    o.sql("select ombud.step_clock(now + interval '1 minute') from ombud.virtual_clock")
    wait_for("the rest to be told", lambda: o.value("select count(*) from intake.refusal where not told") == "0")
    check_equal([row["count"] for row in told(o, "/taken") if row["count"]], [7], "all of the rest, once")


def invented(o):
    """A source a record: facts of so many of them, and no timer for each of the rest."""
    o.sql("select ombud.step_clock(now + interval '1 minute') from ombud.virtual_clock")
    def facts():
        return int(o.value("select count(*) from intake.log where type = 'ombud.complaint.v1.EventRefused'"))

    before = facts()
    for n in range(SOURCES + 44):
        o.kcat(INBOX, broken("m-1", f"i-{n}", f"/invented/{n}"), key="m-1", headers=[STRUCTURED])
    wait_for("dead letters", lambda: o.value("select count(*) from intake.refusal where source like '/invented/%'") == str(SOURCES + 44))
    o.sql("select ombud.step_clock(now + interval '1 minute') from ombud.virtual_clock")
    o.wait_quiet()
    check_equal(facts() - before, SOURCES, "facts")
    check_equal(o.value("select count(*) from intake.timer"), "0", "timers left")


def forgotten(o):
    o.sql("update intake.refusal set at = at - interval '31 days' where source = '/many'")
    check_equal(refusals(o, source="/many")[1]["refusals"], [], "what is older than 30 days is not told")
    o.kill("intake")
    o.start("intake", http__tokens=os.path.join(o.folder, "tokens"))
    wait_for("what is older to be deleted", lambda: o.value("select count(*) from intake.refusal where source = '/many'") == "0")
    check(int(o.value("select count(*) from intake.refusal")) > 0, "the rest stays")


def run(broker):
    with Ombud(broker, clock="virtual") as o:
        o.prepare()
        o.sql(f"select ombud.step_clock('{NOON}')")
        o.start("triage", "escalation", "notification")
        o.start("intake", http__tokens=write_tokens(o))
        o.wait_all_ready()
        for what, prove in (("a broken record of each form is told to whom it is of; one that nobody can be told of is a dead letter alone", forms),
                            ("a refused change of contacts is told under the person's key", told_of_people),
                            (f"{MOST} a minute of a source are told, then one with the number of the rest, whoever counts them", too_many),
                            ("the same id, put right, is taken", put_right),
                            ("all of it by pages: a cursor misses nothing and gives nothing twice", pages),
                            ("... where a clock went back, too", a_clock_went_back),
                            ("... and one whose place is gone, after the database went back, is told so", database_went_back),
                            ("an operator lists them, too", by_hand),
                            ("for the platform's backend only", who_may),
                            ("pieces of evidence that were not taken stand in the event's outcome", pieces),
                            ("what is beyond is counted once, whoever takes over in the middle of a minute", taken_over),
                            (f"of {SOURCES} sources a lane and minute", invented),
                            ("for 30 days", forgotten)):
            with section(what):
                prove(o)
        o.wait_quiet()
        o.audit()
