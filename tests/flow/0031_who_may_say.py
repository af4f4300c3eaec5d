"""Every message of the inbox, said by every kind of actor in every relation to what it is about, over HTTP and over Kafka: taken, or refused
with the code that tests/lib/speakers.txt says, which was written by hand. Who was refused has moved nothing, and the books balance.
"""
import hashlib
import json
import os
import urllib.error
import urllib.request
import uuid

from ombud import DAEMONS, TOP, Ombud, check, check_equal, event, order_recorded, section, wait_for, whole

BROKERS = ("mock",)
WHY = "asks nothing of the broker; runs once"

MATRIX = os.path.join(TOP, "tests/lib/speakers.txt")
ACTORS = {
    "buyer": ("COMPLAINANT", "b-1"), "buyer.other": ("COMPLAINANT", "b-2"), "buyer.nameless": ("COMPLAINANT", ""),
    "shop": ("MERCHANT_PERSON", "m-1"), "shop.other": ("MERCHANT_PERSON", "m-2"), "shop.nameless": ("MERCHANT_PERSON", ""),
    "bot": ("MERCHANT_PROGRAM", "m-1"), "bot.other": ("MERCHANT_PROGRAM", "m-2"), "bot.nameless": ("MERCHANT_PROGRAM", ""),
    "agent": ("PLATFORM_PERSON", "a-1"), "backend": ("PLATFORM_PROGRAM", "backend"), "lab": ("INSPECTOR", "l-1"), "ombud": ("OMBUD", "triage"),
}
PEOPLE = {"buyer": "b-1", "shop": "m-1", "bot": "m-1", "agent": "b-1", "backend": "b-1", "lab": "l-1", "ombud": "b-1"}
ABOUT_PERSON = ("ContactSet", "PreferencesSet", "ErasureAsked", "AbsenceSet")
ABOUT_MANY = ("CircumstanceDeclared", "BulkRemedyOrdered")
# What a message needs beside who speaks and what about. %: the complaint's id.
DATA = {
    "ComplaintFiled": {"complainantId": "b-1"},
    "ComplaintAmended": {"statement": {"text": "卡密已被使用"}},
    "EvidenceAdded": {"evidence": [{"evidenceId": "e-1", "kind": "photo", "uri": "https://files.example/1.png"}]},
    "AnswerGiven": {"defence": {"text": "卡密有效"}},
    "InspectionOrdered": {"inspectorId": "l-1", "text": "卡密何时被使用"},
    "InspectionReported": {"text": "发货前已被使用"},
    "FindingGiven": {"grounds": {"clauses": ["3.2@1"], "factsFound": "卡密有效"}},
    "DecisionMade": {"decisionId": "D1", "outcome": "DECISION_OUTCOME_FOR_MERCHANT", **whole("卡密有效", "NOBODY")},
    "RemedyReported": {"remedyKey": "%/offer/refund/1", "remedyOutcome": "REMEDY_OUTCOME_DONE"},
    "ContactSet": {"noticeChannel": "NOTICE_CHANNEL_EMAIL", "address": "somebody@example.com"},
    "MessagePosted": {"text": "你好"},
    "EvidenceRequested": {"toParty": "PARTY_COMPLAINANT"},
    "AdmissionGiven": {"admitted": True},
    "CounterOfferMade": {"offer": {"text": "一半"}},
    "SettlementReported": {"remedies": [{"kind": "REMEDY_KIND_REFUND", "amount": {"minorUnits": "500", "currency": "CNY"}, "itemId": "1"}]},
    "CorrectiveMeasureReported": {"text": "已下架"},
    "ExternalReferralMade": {"referredTo": "12315"},
    "EscalationAcknowledged": {"clock": "CLOCK_FINAL_DECISION"},
    "PolicyMoved": {"policyVersion": 2},
    "NoticeRead": {"noticeId": "n-1"},
    "GoodsTraced": {"traces": [{"itemId": "1", "keyHash": "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=", "keyCheck": "KEY_CHECK_INVALID"}]},
    "InquiryOpened": {"inquiryId": "q-2", "text": "到哪里了", "toParty": "PARTY_LOGISTICS"},
    "InquiryAnswered": {"inquiryId": "q-1", "text": "在途"},
    "CallRecorded": {"toParty": "PARTY_COMPLAINANT", "reached": True},
    "OutcomeConfirmed": {"decisionId": "D1"},
    "SettlementProposed": {"settlementId": "s-1"},
    "SettlementConfirmed": {"settlementId": "s-1"},
    "SettlementRefused": {"settlementId": "s-1"},
    "EvidenceRequestWithdrawn": {"toParty": "PARTY_COMPLAINANT"},
    "TypeFound": {"type": "COMPLAINT_TYPE_FALSE_ADVERTISING", "standardCode": "101010101"},
    "MediationReported": {"mediationOutcome": "MEDIATION_OUTCOME_AGREED"},
    "ExtensionGiven": {"text": "台风", "clock": "CLOCK_FINAL_DECISION", "dueAt": "2126-11-02T01:00:00Z"},
    "TellingDelayed": {"noticeId": "n-1", "toParty": "PARTY_MERCHANT"},
    "AbuseReported": {"text": "勒索"},
    "EvidenceRead": {"evidenceId": "e-1", "readings": [{"name": "tracking_number", "value": "SF1", "certaintyPerMille": 900}]},
    "CircumstanceDeclared": {"subjectId": "c-1", "scope": {"region": "440000"}, "text": "台风", "validFrom": "2026-11-02T01:00:00Z"},
    "BulkRemedyOrdered": {"subjectId": "c-2", "scope": {"sku": "s-1"}, "text": "全部退款", "remedies": [{"kind": "REMEDY_KIND_REFUND"}]},
}
OFFER = {"offer": {"text": "退款", "remedies": [{"kind": "REMEDY_KIND_REFUND", "amount": {"minorUnits": "5000", "currency": "CNY"}}]}}
DECIDED = [("AnswerGiven", OFFER, "shop"), ("StepInAsked", {}, "buyer"), ("DecisionMade", DATA["DecisionMade"], "agent")]
APPEALED_TWICE = [*DECIDED, ("AppealFiled", {}, "buyer"), ("DecisionMade", {**DATA["DecisionMade"], "decisionId": "D2"}, ("PLATFORM_PERSON", "a-2")),
                  ("AppealFiled", DATA["EvidenceAdded"], "buyer")]
# The steps that lead to a stage from negotiating.
ROADS = {
    "negotiating": [],
    "manual_admission": [],
    "merchant_answered": [("AnswerGiven", OFFER, "shop")],
    "counter_offered": [("AnswerGiven", OFFER, "shop"), ("CounterOfferMade", DATA["CounterOfferMade"], "buyer")],
    "settlement_proposed": [("SettlementProposed", DATA["SettlementProposed"], "other side")],
    "platform_review": [("AnswerGiven", OFFER, "shop"), ("StepInAsked", {}, "buyer"), ("EvidenceRequested", DATA["EvidenceRequested"], "agent"),
                        ("InquiryOpened", {"inquiryId": "q-1", "text": "到哪里了", "toParty": "PARTY_LOGISTICS"}, "agent")],
    "inspection": [("AnswerGiven", OFFER, "shop"), ("StepInAsked", {}, "buyer"), ("InspectionOrdered", DATA["InspectionOrdered"], "agent")],
    "remedy_under_way": [("AnswerGiven", OFFER, "shop"), ("OfferAccepted", {}, "buyer")],
    "awaiting_confirmation": [("AnswerGiven", OFFER, "shop"), ("OfferAccepted", {}, "buyer"), ("RemedyReported", DATA["RemedyReported"], "backend")],
    "closed": DECIDED,
    "owned": [("AssignmentChanged", {"ownerId": "a-1"}, "agent")],
    "external_mediation": APPEALED_TWICE,
}
# Where a road leads to whose name is not the stage's.
STAGES = {"owned": "negotiating", "counter_offered": "negotiating", "settlement_proposed": "negotiating"}


class Cell:
    """One cell over one road. What is taken has a complaint of its own; what is refused of one message shares one."""

    def __init__(self, road, message, stage, actor, want):
        self.message, self.stage, self.actor, self.want = message, stage, actor, want
        self.other = "shop" if actor.startswith("buyer") else "buyer"
        self.name = f"{message} by {actor} over {road}"
        self.order = f"{road}-{message}-{actor if want == 'yes' else 'refused'}"
        self.complaint = str(uuid.uuid5(uuid.NAMESPACE_URL, self.order))
        self.said = said(message, self.order, self.complaint, actor)


def said(message, order, complaint, actor, data=None):
    data = json.loads(json.dumps(DATA.get(message, {}) if data is None else data).replace("%", complaint))
    if message == "OrderRecorded":
        data = order_recorded(order)["data"]
    made = event(message, order, data, actor=ACTORS.get(actor, actor))
    made["data"]["meta"] = event(message, order, actor=ACTORS.get(actor, actor))["data"]["meta"]
    if message in ABOUT_PERSON:
        del made["data"]["orderId"]
        made["data"]["personId"] = PEOPLE[actor.split(".")[0]]
    elif message in ABOUT_MANY:
        del made["data"]["orderId"]
    elif message not in ("OrderRecorded", "ComplaintFiled", "GoodsTraced"):
        made["data"]["complaintId"] = complaint
    return made


def read_matrix():
    with open(MATRIX, encoding="utf-8") as f:
        rows = [line.split() for line in f if line.strip() and not line.startswith("#")]
    head, rows = rows[0], rows[1:]
    check_equal(head[2:], list(ACTORS), f"the columns of {MATRIX}")
    return [(road, row[0], row[1], actor, want) for road in ("http", "kafka") for row in rows for actor, want in zip(head[2:], row[2:], strict=True)]


def prepare(o, cells):
    """Each cell's complaint comes to where the message is possible."""
    scenes = {cell.order: cell for cell in cells if cell.stage != "-"}.values()
    with section(f"{len(scenes)} complaints come to the stage of their message"):
        first = []
        for cell in scenes:
            late = {"receiptConfirmedAt": "2026-01-06T02:00:00Z"} if cell.stage == "manual_admission" else {}
            first.append(order_recorded(cell.order, status="COMPLETED" if late else "TO_RECEIVE", **late))
            first.append(event("ComplaintFiled", cell.order, {
                "complaintId": cell.complaint, "complainantId": "b-1", "channel": "CHANNEL_APP", "type": "COMPLAINT_TYPE_CARD_KEY_INVALID",
                "statement": {"text": "卡密无效，充值失败"}, "language": "zh-CN"}, actor=ACTORS["buyer"]))
        o.publish(*first)
        wait_stages(o, {cell.complaint: "manual_admission" if cell.stage == "manual_admission" else "negotiating" for cell in scenes})
        o.publish(*(said(message, cell.order, cell.complaint, cell.other if actor == "other side" else actor, data)
                    for cell in scenes for message, data, actor in ROADS[cell.stage]))
        wait_stages(o, {cell.complaint: cell.stage for cell in scenes})


def wait_stages(o, want):
    def wrong():
        got = dict(o.sql("select complaint_id, stage from intake.complaint_stages"))
        return {complaint: (got.get(complaint), stage) for complaint, stage in want.items() if got.get(complaint) != STAGES.get(stage, stage)}
    wait_for("the complaints' stages", lambda: not wrong(), 40, 0.3)


def request(url, body=None):
    headers = {"content-type": "application/cloudevents-batch+json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body and json.dumps(body).encode(), headers=headers), timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def post(o, events):
    """What is told of each at once."""
    rows = []
    for at in range(0, len(events), 100):
        status, body = request(o.url("intake", "/v1/events"), events[at:at + 100])
        check(status in (200, 202), f"POST: {status} {body}")
        rows += body["events"]
    return rows


def over_http(o, cells):
    cells = [cell for cell in cells if cell.order.startswith("http")]
    with section(f"{len(cells)} cells over HTTP"):
        own = [cell for cell in cells if cell.actor != "ombud"]
        for cell, row in zip(own, post(o, [cell.said for cell in own]), strict=True):
            if row["status"] == "pending":
                row = wait_for(f"the outcome of {cell.name}", lambda at=row["location"]: (
                    lambda now: now["status"] != "pending" and now)(request(o.url("intake", at))[1]))
            check_equal("yes" if row["status"] == "accepted" else row.get("code"), cell.want, f"{cell.name}: {row}")
            stranger = cell.want not in ("yes", "needs_platform", "not_available")
            check(not stranger or "stage" not in row, f"{cell.name} tells a stranger the stage: {row}")
        for cell in cells:
            if cell.actor == "ombud":
                status, body = request(o.url("intake", "/v1/events"), [cell.said])
                check_equal((status, body.get("code")), (403, "other_speaker"), cell.name)


def cause(made):
    """The identity of an event: its own digest, and its speaker's, unless a program of the platform's speaks (common/wire/wire.h)."""
    data = made["data"]
    actor = data["meta"]["actor"]
    side = {"COMPLAINANT": "complainant", "MERCHANT": "merchant", "PLATFORM": "platform", "INSPECTOR": "inspector", "OMBUD": "unspecified"}
    texts = [data["meta"]["platformId"], data.get("orderId", ""), made["source"], made["id"], data.get("personId", ""),
             side[actor["kind"].split("_")[2]], actor["id"]]
    if actor["kind"] == "ACTOR_KIND_PLATFORM_PROGRAM":
        texts = texts[:4] if texts[1] else texts[:5]
    digest = hashlib.sha256(b"".join(len(text.encode()).to_bytes(4, "big") + text.encode() for text in texts))
    return str(uuid.UUID(bytes=digest.digest()[:16]))


def over_kafka(o, cells):
    """An outcome is found in the log by the identity, which the speaker is part of."""
    cells = [cell for cell in cells if cell.order.startswith("kafka")]
    with section(f"{len(cells)} cells over Kafka"):
        o.publish(*(cell.said for cell in cells))
        o.wait_quiet()
        log = {cause: (kind, note) for cause, kind, note in o.sql("select cause, type, note from intake.log where cause is not null and ordinal = 0")}
        for cell in cells:
            check(cause(cell.said) in log, f"{cell.name}: nothing in the log")
            kind, note = log[cause(cell.said)]
            refused = kind in ("refused", "ombud.complaint.v1.EventRefused")
            check_equal(note if refused else "yes", cell.want, f"{cell.name}: {log[cause(cell.said)]}")


def nothing_moved(o, cells):
    with section("who was refused has moved nothing"):
        shared = {cell.complaint: cell.stage for cell in cells if cell.want != "yes" and cell.stage != "-"}
        wait_stages(o, shared)
        check_equal(o.value("select count(*) from intake.orders where order_id like '%-OrderRecorded-refused'"), "0", "orders that only strangers know")
        check_equal(o.value("select count(*) from intake.complaint where order_id like '%-ComplaintFiled-refused'"), "0", "complaints of strangers")


def too_much_for_a_line(o):
    with section("the audit reads what a line cost from the order's facts, and finds one that gave back more"):
        o.sql("update intake.remedy set amount_minor = 5001 where (order_id, number) = ('http-SettlementReported-agent', 1)")
        done = o.ctl("audit", "-o", "json", "--workdir", o.folder, ok=None)
        check(done.returncode == 1, f"audit ended with {done.returncode}")
        check("order http-SettlementReported-agent, item 1: 5001 paid back of 5000" in done.stdout, done.stdout[-3000:])


def run(broker):
    with Ombud(broker) as o:
        o.prepare()
        o.start(*DAEMONS)
        cells = [Cell(*row) for row in read_matrix()]
        prepare(o, cells)
        over_http(o, cells)
        over_kafka(o, cells)
        nothing_moved(o, cells)
        o.audit()
        too_much_for_a_line(o)
