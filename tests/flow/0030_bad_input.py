"""Bad input gets a refusal with a code and a sentence, or a dead letter byte for byte; the next good message takes effect within a second.
What is only unusual is taken."""
import gzip
import hashlib
import json
import statistics
import time
import uuid

from ombud import DAEMONS, Ombud, check, check_equal, complaint_filed, event, order_recorded, section, wait_for, whole
import protowire as p

BROKERS = ("kafka", "mock")
WHY = ""
INBOX = "ombud.inbox.v1"


def deep(levels):
    inner = b""
    for _ in range(levels):
        inner = p.text(9, inner)
    return inner


# What arrives, as (name, codes that may be given, value bytes of an order, binary envelope or other headers)
POISON = [
    ("broken UTF-8", {"invalid_utf8"}, lambda order: p.complaint_filed(order, words=b"\xff\xfe\xc0"), None),
    ("embedded NUL", {"embedded_nul"}, lambda order: p.complaint_filed(order, words=b"dead\x00key"), None),
    ("unknown enum", {"unknown_enum"}, lambda order: p.complaint_filed(order, kind=9999), None),
    ("missing field", {"missing_field"}, lambda order: p.meta(kind=1) + p.text(2, order), None),
    ("deep nesting", {"too_deep", "bad_protobuf", "duplicate_field"},
     lambda order: p.complaint_filed(order, tail=deep(10000)), None),
    # As much as a broker takes by default (1,048,588 bytes with the envelope).
    ("1 MiB of unknown fields", {"oversize"}, lambda order: p.complaint_filed(order, tail=p.number(900, 1) * (1040 * 1000 // 3)), None),
    ("oversize", {"oversize"}, lambda order: p.complaint_filed(order, words="长" * 120000), None),
    ("10 MB", {"oversize"}, lambda order: p.complaint_filed(order, tail=p.text(901, b"x" * 10000000)), None),
    ("empty value", {"empty_value", "missing_field"}, lambda order: b"", None),
    ("wrong framing", {"bad_framing"}, lambda order: b"\x00\x00\x00", [("content-type", "application/octet-stream")]),
    ("noise behind a zero byte", {"bad_framing", "bad_protobuf"}, lambda order: b"\x00\x00\x00\x00\x07\x00" + b"\xff" * 40, []),
    ("broken JSON", {"bad_json"}, lambda order: b'{"specversion": "1.0", "id":', [("content-type", "application/cloudevents+json")]),
    ("unknown type", {"unknown_type"}, lambda order: p.complaint_filed(order),
     [("ce_specversion", "1.0"), ("ce_id", "x-1"), ("ce_source", "/shop"), ("ce_type", "ombud.inbox.v1.ComplaintFlied"),
      ("content-type", "application/protobuf")]),
]


STRUCTURED = ("content-type", "application/cloudevents+json")
# What others put around an event, or programs write, costs nothing: (name, headers, how the JSON of the event is changed).
HARMLESS = [
    ("70 headers of others", [STRUCTURED, *[(f"x-{n}", "1") for n in range(70)]], lambda text: text),
    ("a header of 9 KB", [STRUCTURED, ("x-session", "s" * 9000)], lambda text: text),
    ("a byte order mark and white space", [], lambda text: "\ufeff \n" + text),
    ("null for the data that is not there", [STRUCTURED], lambda text: text.replace('"data":', '"data_base64": null, "data":', 1)),
    ("a broken attribute beside the whole event", [STRUCTURED, ("ce_time", "yesterday")], lambda text: text),
]


def fits(broker, name):
    """The mock keeps 5 MiB a partition: a larger record would drive the others out."""
    return broker != "mock" or name != "10 MB"


def prove_next_good(o, order):
    """A good complaint of the same shard, timed from its acknowledgement to its effect."""
    filed = complaint_filed(order, event_id=uuid.uuid4().hex)
    o.kcat(INBOX, json.dumps(filed).encode(), key=order, headers=[("content-type", "application/cloudevents+json")])
    started = time.monotonic()
    wait_for(f"the good complaint of {order}", lambda: o.stage(order), 10, 0.02)
    return time.monotonic() - started


def prove_poison(o, number, name, codes, make, headers):
    order = f"bad-{number}"
    o.publish(order_recorded(order))
    value = make(order)
    o.kcat(INBOX, value, key=order, headers=p.binary_headers("ComplaintFiled", uuid.uuid4().hex) if headers is None else headers)
    seconds = prove_next_good(o, order)
    rows = o.sql("select code, reason, encode(sha256(coalesce(value, '')), 'hex'), partition from intake.dead_letter "
                 f"where convert_from(key, 'UTF8') = '{order}'")
    check_equal(len(rows), 1, f"{name}: dead letters")
    code, reason, digest, _ = rows[0]
    check(code in codes, f"{name}: code {code}, want one of {codes} ({reason})")
    check(len(reason) > 10, f"{name}: reason {reason!r}")
    check_equal(digest, hashlib.sha256(value).hexdigest(), f"{name}: bytes kept")
    wait_for(f"{name}: the record on the dead letter topic",
             lambda: [r for r in o.records("ombud.inbox.v1.intake.dlt") if r["key"] == order])
    print(f"  {name}: {code}; next good message after {seconds * 1000:.0f} ms", flush=True)
    return seconds


def prove_harmless(o):
    parked = o.value("select count(*) from intake.dead_letter")
    for number, (name, headers, change) in enumerate(HARMLESS):
        order = f"fine-{number}"
        o.publish(order_recorded(order))
        o.kcat(INBOX, change(json.dumps(complaint_filed(order), ensure_ascii=False)).encode(), key=order, headers=headers)
        wait_for(f"{name}: the complaint", lambda: o.stage(order), 10, 0.05)
    o.tombstone(INBOX, "fine-0")
    wait_for("the tombstone's outcome", lambda: o.value("select count(*) from intake.log where type = 'nothing_said'") == "1", 10, 0.05)
    check_equal(o.value("select count(*) from intake.dead_letter"), parked, "dead letters")


def post(o, e):
    """(status, answer) of POST /v1/events."""
    status, body = o.post(o.url("intake", "/v1/events"), json.dumps(e), "application/cloudevents+json")
    return status, json.loads(body)


def prove_refused(o, what, e, code):
    status, answer = post(o, e)
    check(status in (200, 409, 422), f"{what}: status {status} {answer}")
    check_equal((answer.get("status"), answer.get("code")), ("refused", code), what)
    check(answer.get("sentence"), f"{what}: no sentence in {answer}")
    print(f"  {what}: {code}: {answer['sentence']}", flush=True)


def prove_refusals(o):
    o.publish(order_recorded("r-1", amount=5000), order_recorded("r-2", amount=5000))
    prove_refused(o, "a complaint about somebody else's order", complaint_filed("r-1", buyer="b-stranger"), "not_your_order")
    status, answer = post(o, complaint_filed("r-1"))
    check_equal((status, answer["status"]), (200, "accepted"), "a good complaint over HTTP")
    complaint = answer["complaint_id"]
    o.wait_stage("r-1", "negotiating")
    agent = ("PLATFORM_PERSON", "agent-1")
    grounds = whole("卡密已被使用")
    prove_refused(o, "a stage skipped", event("ResolutionConfirmed", "r-1", {"complaintId": complaint}, actor=("COMPLAINANT", "b-1")),
                  "not_possible_now")
    o.publish(event("StepInAsked", "r-1", {"complaintId": complaint}, actor=("COMPLAINANT", "b-1")),
              event("AnswerGiven", "r-1", {"complaintId": complaint, "defence": {"text": "卡密有效"}}, actor=("MERCHANT_PERSON", "m-1")),
              event("StepInAsked", "r-1", {"complaintId": complaint}, actor=("COMPLAINANT", "b-1")))
    o.wait_stage("r-1", "platform_review")
    refund = {"kind": "REMEDY_KIND_REFUND", "amount": {"minorUnits": "5001", "currency": "CNY"}}
    decision = {"complaintId": complaint, "decisionId": "d-1", "outcome": "DECISION_OUTCOME_FOR_COMPLAINANT"}
    prove_refused(o, "money that exceeds the order", event("DecisionMade", "r-1", {**decision, **grounds, "remedies": [refund]},
                  actor=agent), "exceeds_order")
    prove_refused(o, "a decision without grounds", event("DecisionMade", "r-1", decision, actor=agent), "without_grounds")
    prove_refused(o, "a decision by a clause that the platform does not have",
                  event("DecisionMade", "r-1", {**decision, **whole("卡密已被使用", clause="goods.usable@7")}, actor=agent), "clause_unknown")
    prove_refused(o, "a decision that refers to evidence that nobody gave",
                  event("DecisionMade", "r-1", {**decision, **whole("卡密已被使用", weighed=[{"evidenceId": "e-none"}])}, actor=agent), "evidence_unknown")
    o.publish(event("ComplaintWithdrawn", "r-1", {"complaintId": complaint}, actor=("COMPLAINANT", "b-1")))
    o.wait_stage("r-1", "withdrawn")
    prove_refused(o, "a decision for a closed complaint", event("DecisionMade", "r-1", {**decision, **grounds}, actor=agent),
                  "complaint_closed")


GOOD = {"evidenceId": "e-good", "kind": "photo", "uri": "https://files.example/1.png"}
BLANK = {"evidenceId": "e-blank", "kind": "photo", "uri": "https://files.example/a photo.png"}
SIGNED = {"evidenceId": "e-signed", "kind": "photo", "uri": "https://files.example/1.png?signature=" + "s" * 2048}


def prove_pieces(o):
    """A wrong piece of evidence costs itself, a coupon nothing."""
    for order in ("ev-http", "ev-kafka"):
        fact = order_recorded(order, amount=4500)
        fact["data"]["order"]["items"].append({"itemId": "coupon", "merchantId": "m-1", "quantity": 1, "price": {"minorUnits": "-500", "currency": "CNY"}})
        o.publish(fact)
    filed = [complaint_filed(order, evidence=[BLANK, GOOD, SIGNED]) for order in ("ev-http", "ev-kafka")]
    status, answer = post(o, filed[0])
    check_equal((status, answer["status"]), (200, "accepted"), answer)
    check_equal([(piece["evidence_id"], piece["member"], piece["code"]) for piece in answer["refused_evidence"]],
                [("e-blank", "uri", "evidence_malformed"), ("e-signed", "uri", "evidence_too_long")], "what the publisher hears")
    o.kcat(INBOX, json.dumps(filed[1]).encode(), key="ev-kafka", headers=[STRUCTURED])
    for order in ("ev-http", "ev-kafka"):
        o.wait_stage(order, "negotiating")
        check_equal(o.sql(f"select e.evidence_id from intake.evidence e join intake.complaint c using (complaint_id) where c.order_id = '{order}'"),
                    [["e-good"]], "what was taken")
        check_equal(o.sql(f"select note from intake.log where aggregateid = '{order}' and note like 'evidence\\_%' order by seq"),
                    [["evidence_malformed"], ["evidence_too_long"]], "what is told on the topic")
        told = [r["payload"] for r in o.records("ombud.complaint.v1") if r["key"] == order and "evidence_" in r["payload"]]
        check(any("e-blank" in text for text in told) and any("e-signed" in text for text in told), f"by name: {told}")
    with section("nothing but bad pieces: the event is refused"):
        prove_refused(o, "one piece, with a blank in its address", event("EvidenceAdded", "ev-http", {"complaintId": answer["complaint_id"], "evidence": [BLANK]},
                      actor=("COMPLAINANT", "b-1")), "evidence_malformed")
    wait_for("the notice of a piece", lambda: o.value("select count(*) from notification.notice where order_id = 'ev-http' and event = 'event_refused'") not in (None, "0"), 20)


def prove_bad_posts(o):
    url = o.url("intake", "/v1/events")
    structured = "application/cloudevents+json"
    unknown = json.dumps(event("ComplaintUrged", "r-1", {"complaintIdd": "x"}))
    for what, body, kind, headers, want in [("not JSON", "{", structured, {}, (400, "bad_json")),
                                            ("another media type", "x", "text/plain", {}, (415, "unknown_media_type")),
                                            ("a gzipped body", gzip.compress(unknown.encode()), structured, {"content-encoding": "gzip"},
                                             (415, "unknown_encoding")),
                                            ("an unknown field", unknown, structured, {"content-encoding": "identity"}, (400, "unknown_field"))]:
        status, text = o.post(url, body, kind, headers)
        problem = json.loads(text)
        check_equal((status, problem.get("code")), want, what)
        check(problem.get("detail"), f"{what}: a reason: {text[:300]}")
        print(f"  POST of {what}: {status} {problem['code']}: {problem['detail']}", flush=True)


def run(broker):
    with Ombud(broker) as o:
        o.prepare()
        o.start(*DAEMONS)
        pid = o.process("intake").pid
        seconds = [prove_poison(o, number, *row) for number, row in enumerate(POISON) if fits(broker, row[0])]
        check(statistics.median(seconds) <= 1, f"next good message: median {statistics.median(seconds):.2f} s, want at most 1 s")
        prove_harmless(o)
        prove_pieces(o)
        prove_refusals(o)
        prove_bad_posts(o)
        check_equal(o.process("intake").poll(), None, "intake still runs")
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        check(peak < 128 * 1024, f"intake's peak memory: {peak} kB")
        print(f"  intake's peak memory: {peak} kB", flush=True)
        o.wait_quiet()
        o.audit()
