"""Each side sees of a complaint what the view says, and nothing else: a canary in every personal field of each side, complaints played to their
ends, and every answer, letter, webhook, record of the topic of notices and log looked through; tests/lib/canaries.txt says what may stand where.
"""
import base64
import hashlib
import json
import os
import re
import threading
import urllib.error
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ombud import DAEMONS, TOP, Ombud, check, check_equal, complaint_filed, event, order_recorded, section, wait_for
from openapi import Description

BROKERS = ("mock",)
WHY = "what is seen does not hang on the broker; runs once"

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CANARIES = os.path.join(TOP, "tests/lib/canaries.txt")
VIEWS = os.path.join(TOP, "tests/lib/views.txt")
# Who looks: as which role and person. The two of one name are of the twins' complaint, whose buyer and merchant are called alike.
BUYER, SHOP, OTHER_SHOP, OTHER_BUYER, AGENT, TWIN = "cnryBuyerId", "cnryShopId", "cnryShopOtherId", "cnryBuyerOtherId", "cnryAgentId", "cnryTwinId"
READERS = {
    "backend": ("backend", ""), "agent": ("agent", AGENT), "auditor": ("auditor", ""), "buyer": ("complainant", BUYER), "shop": ("merchant", SHOP),
    "shop.other": ("merchant", OTHER_SHOP), "buyer.other": ("complainant", OTHER_BUYER), "inspector": ("inspector", "lab"), "inspector.other": ("inspector", "lab-2"),
    "twin.buyer": ("complainant", TWIN), "twin.shop": ("merchant", TWIN),
}
ORDER, MALL, TWINS = "order-1", "order-2", "order-3"
COMPLAINT, SECOND, THIRD, FOURTH = (str(uuid.uuid5(uuid.NAMESPACE_URL, f"canary {n}")) for n in range(4))
LISTING, STANDARD_CODE = hashlib.sha256(b"the listing").digest(), "010203040"
MONEY = {"minorUnits": "5000", "currency": "CNY"}


def canary(name):
    """buyer.statement -> cnryBuyerStatement: letters only, so that nothing escapes or cuts it."""
    return "cnry" + "".join(part.capitalize() for part in re.split(r"[._]", name))


def read_table(path):
    """{first word: {column: cell}}"""
    with open(path, encoding="utf-8") as f:
        rows = [line.split() for line in f if line.strip() and not line.startswith("#")]
    return {row[0]: dict(zip(rows[0][1:], row[1:], strict=True)) for row in rows[1:]}


# ---- what is said ----

def two_merchants(order):
    made = order_recorded(order, amount=12000, merchant=SHOP, buyer=BUYER, status="COMPLETED", receiptConfirmedAt="2026-01-06T02:00:00Z",
                          paymentMethod=canary("order.payment"), memberLevel=canary("order.member"), region=canary("order.region"),
                          carrierId=canary("order.carrier"), line=canary("order.line"))
    line = made["data"]["order"]["items"][0]
    line.update(title=canary("shop.title"), sku=canary("shop.sku"), price=MONEY, category=canary("shop.category"),
                listingUri=f"https://shop.example/{canary('shop.listing')}", listingSha256=base64.b64encode(LISTING).decode())
    made["data"]["order"]["items"].append({**line, "itemId": "2", "merchantId": OTHER_SHOP, "title": canary("shop.other.title"), "sku": canary("shop.other.sku"),
                                           "listingUri": f"https://shop.example/{canary('shop.other.listing')}",
                                           "price": {"minorUnits": "7000", "currency": "CNY"}})
    made["data"]["order"]["items"].append({"itemId": "3", "price": {"minorUnits": "-100", "currency": "CNY"}})
    return made


def evidence(name):
    return {"evidence": [{"evidenceId": canary(name + ".evidence_id"), "kind": "photo", "uri": f"https://files.example/{canary(name + '.uri')}.png"}]}


def filed(complaint, order, buyer, name, **more):
    made = complaint_filed(order, buyer=buyer, complaintId=complaint, **more)
    made["data"]["statement"] = {"text": f"卡密无效，充值失败 {canary(name + '.statement')}", "wanted": f"退款 {canary(name + '.wanted')}"}
    return made


def said(message, complaint, order, actor, data=None):
    return event(message, order, {"complaintId": complaint, **(data or {})}, actor=actor)


def amended(complaint, order, buyer, name):
    return said("ComplaintAmended", complaint, order, ("COMPLAINANT", buyer), {
        "statement": {"text": f"卡密无效，充值失败 {canary(name + '.statement')}", "wanted": f"退款 {canary(name + '.wanted')}"}})


def message(complaint, order, actor, name, to=None):
    return said("MessagePosted", complaint, order, actor, {"text": canary(name), **({"toParty": f"PARTY_{to}"} if to else {})})


def contact(person, actor, name):
    made = event("ContactSet", "", {"personId": person, "noticeChannel": "NOTICE_CHANNEL_EMAIL", "address": f"{canary(name)}@example.com"}, actor=actor)
    del made["data"]["orderId"]
    return made


def decision(complaint, order, decision_id="d-1", remedies=None):
    return said("DecisionMade", complaint, order, ("PLATFORM_PERSON", AGENT), {
        "decisionId": decision_id, "outcome": "DECISION_OUTCOME_FOR_COMPLAINANT", "remedies": remedies or [],
        "responsibilities": [{"party": "PARTY_MERCHANT", "sharePerMille": 700, "partyId": canary("agent.responsible")},
                             {"party": "PARTY_LOGISTICS", "sharePerMille": 300}],
        "grounds": {"clauses": [canary("agent.clause") + "@1"], "criteria": [canary("agent.criterion") + "@2"], "factsFound": canary("agent.facts"), "answers": [
            {"criterion": "so", "finding": "CRITERION_FINDING_SHOWN", "evidenceIds": [canary("buyer.evidence_id")], "text": canary("agent.answer")}], "weighed": [
            {"evidenceId": canary("buyer.evidence_id"), "suppliedBy": "PARTY_COMPLAINANT", "shows": canary("agent.shows")}]}})


class Play:
    """The complaints, each to its end."""

    def __init__(self, o, tokens):
        self.o, self.tokens, self.inspected = o, tokens, []

    def say(self, *events, stage, complaint=COMPLAINT):
        self.o.publish(*events)
        stage_of = "select stage from intake.complaint_stages where complaint_id = '%s'" % complaint
        wait_for(f"{complaint} to be {stage}", lambda: self.o.value(stage_of) == stage, 30, 0.1)

    def first(self):
        """Past its window, so it is amended before the merchant hears of it; denied, decided for the buyer, paid, confirmed."""
        buyer, shop, agent = ("COMPLAINANT", BUYER), ("MERCHANT_PERSON", SHOP), ("PLATFORM_PERSON", AGENT)
        self.say(two_merchants(ORDER), contact(BUYER, buyer, "buyer.address"), contact(SHOP, shop, "shop.address"),
                 filed(COMPLAINT, ORDER, BUYER, "buyer.first", standardCode=STANDARD_CODE, itemId="1", claimed=MONEY, **evidence("buyer")), stage="manual_admission")
        self.say(amended(COMPLAINT, ORDER, BUYER, "buyer"), stage="manual_admission")
        self.say(said("AdmissionGiven", COMPLAINT, ORDER, agent, {"admitted": True}), stage="negotiating")
        self.say(said("AssignmentChanged", COMPLAINT, ORDER, agent, {"ownerId": AGENT, "queue": canary("agent.queue"), "text": canary("agent.assignment")}),
                 message(COMPLAINT, ORDER, buyer, "buyer.to_all"), message(COMPLAINT, ORDER, buyer, "buyer.to_platform", "PLATFORM"),
                 message(COMPLAINT, ORDER, buyer, "buyer.to_shop", "MERCHANT"), message(COMPLAINT, ORDER, shop, "shop.to_platform", "PLATFORM"),
                 message(COMPLAINT, ORDER, shop, "shop.to_buyer", "COMPLAINANT"), message(COMPLAINT, ORDER, agent, "agent.to_buyer", "COMPLAINANT"),
                 message(COMPLAINT, ORDER, agent, "agent.to_shop", "MERCHANT"),
                 said("ComplaintUrged", COMPLAINT, ORDER, buyer, {"text": canary("buyer.urge")}),
                 # A stranger's word is refused, and he is told so.
                 said("AnswerGiven", COMPLAINT, ORDER, ("MERCHANT_PERSON", OTHER_SHOP), {"defence": {"text": canary("shop.other.answer")}}),
                 message(COMPLAINT, ORDER, ("COMPLAINANT", OTHER_BUYER), "buyer.other.message"), stage="negotiating")
        self.say(said("AnswerGiven", COMPLAINT, ORDER, shop, {"defence": {"text": canary("shop.answer"), "clauses": [canary("shop.clause") + "@1"], **evidence("shop")}}),
                 stage="merchant_answered")
        self.say(said("StepInAsked", COMPLAINT, ORDER, buyer, {"text": canary("buyer.step_in")}), stage="platform_review")
        self.inspection(agent)
        self.say(decision(COMPLAINT, ORDER, remedies=[{"kind": "REMEDY_KIND_REFUND", "amount": MONEY, "itemId": "1", "note": canary("agent.note")}]),
                 stage="remedy_under_way")
        self.say(said("RemedyReported", COMPLAINT, ORDER, ("PLATFORM_PROGRAM", "backend"), {
            "remedyKey": f"{COMPLAINT}/d-1/refund/1", "remedyOutcome": "REMEDY_OUTCOME_DONE"}), stage="awaiting_confirmation")
        self.say(said("CorrectiveMeasureReported", COMPLAINT, ORDER, shop, {"text": canary("shop.measure")}), stage="awaiting_confirmation")
        self.say(said("ResolutionConfirmed", COMPLAINT, ORDER, buyer, {"rating": 5, "text": canary("buyer.confirmed")}), stage="closed")

    def inspection(self, agent):
        """While it lies with him the inspector reads it, and another inspector does not; afterwards he does not either."""
        read = lambda reader: documents(self.o, self.tokens[reader])  # noqa: E731
        self.say(said("InspectionOrdered", COMPLAINT, ORDER, agent, {"inspectorId": "lab", "text": canary("agent.question")}), stage="inspection")
        clock = "select count(*) from escalation.clock where complaint_id = '%s' and clock = 'inspection'" % COMPLAINT
        wait_for("its clock", lambda: self.o.value(clock) == "1", 30, 0.1)
        self.inspected = read("inspector")
        check_equal([status for status, _ in read("inspector.other")][:2], [404, 404], "what another inspector reads of it")
        _, body = self.inspected[0]
        check_equal([body["must_act"], body["clock"], body["silence"], [action["action"] for action in body["actions"]]],
                    ["inspector", "inspection", "platform_steps_in", ["report_inspection"]], "where it stands, for the inspector")
        check(body["due_at"] and body["actions"][0]["due_at"] == body["due_at"], f"until when he may report: {body['actions']}")
        check_equal([(words["cause"], words["text"]) for words in body["said"]], [("inspection_ordered", canary("agent.question"))], "what he is asked")
        self.say(said("InspectionReported", COMPLAINT, ORDER, ("INSPECTOR", "lab"), {"text": canary("lab.report"), **evidence("lab")}), stage="platform_review")
        check_equal([status for status, _ in read("inspector")][:2], [404, 404], "what he reads of it when he has reported")

    def others(self):
        """The same buyer about the other merchant's line; another buyer; a buyer and a merchant of one name."""
        agent = ("PLATFORM_PERSON", AGENT)
        self.say(filed(SECOND, ORDER, BUYER, "second", itemId="2"), stage="manual_admission", complaint=SECOND)
        self.say(said("AdmissionGiven", SECOND, ORDER, agent, {"admitted": True}), stage="negotiating", complaint=SECOND)
        channels = event("PreferencesSet", "", {"personId": OTHER_BUYER, "noticeChannels": ["NOTICE_CHANNEL_INBOX", "NOTICE_CHANNEL_TOPIC"]},
                         actor=("COMPLAINANT", OTHER_BUYER))
        del channels["data"]["orderId"]
        self.o.publish(channels)
        wait_for("his channels", lambda: self.o.value("select count(*) from notification.preference") == "1")
        self.say(order_recorded(MALL, merchant="shop-3", buyer=OTHER_BUYER), filed(THIRD, MALL, OTHER_BUYER, "third"), stage="negotiating", complaint=THIRD)
        self.say(order_recorded(TWINS, merchant=TWIN, buyer=TWIN), filed(FOURTH, TWINS, TWIN, "twin.buyer"), stage="negotiating", complaint=FOURTH)
        self.say(message(FOURTH, TWINS, ("COMPLAINANT", TWIN), "twin.buyer.to_platform", "PLATFORM"),
                 message(FOURTH, TWINS, ("MERCHANT_PERSON", TWIN), "twin.shop.to_platform", "PLATFORM"),
                 message(FOURTH, TWINS, agent, "twin.to_buyer", "COMPLAINANT"), message(FOURTH, TWINS, agent, "twin.to_shop", "MERCHANT"),
                 stage="negotiating", complaint=FOURTH)


# ---- where one looks ----

class Hooks:
    """Takes whatever is sent."""

    def __init__(self):
        bodies = self.bodies = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def apply(self, o):
        text = '{zh-CN: "%s", en: "%s"}' % ((canary("agent.clause_text"),) * 2)
        o.apply_platform("shop", {"clauses.yaml": f"clauses:\n  - {{id: {canary('agent.clause')}, version: 1, text: {text}}}\n",
                                  "criteria.yaml": f"criteria:\n  - {{id: {canary('agent.criterion')}, version: 2, types: [other], clause: {canary('agent.clause')}@1, "
                                  "usual_remedy: refund, points: [{id: so, shown_by: merchant, borne_by: merchant, text: {zh-CN: x, en: x}}]}\n",
                                  "endpoints.yaml": f"endpoints:\n  - id: all\n    url: http://127.0.0.1:{self.server.server_port}/\n"
                                  f"    secret_file: {o.secret_file(SECRET)}\n    allow_private: true\n"})


def ask(url, token):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"authorization": f"Bearer {token}"}), timeout=15) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def documents(o, token):
    """Everything that this token is answered about complaints."""
    paths = [f"/v1/complaints/{complaint}{part}" for complaint in (COMPLAINT, SECOND, THIRD, FOURTH) for part in ("", "/evidence")]
    paths += [path for order in (ORDER, MALL, TWINS) for path in (f"/v1/orders/{order}/complaints", f"/v1/complaints?order={order}")]
    answers = {path: ask(o.url("intake", path), token) for path in paths + ["/v1/complaints"]}
    return [(status, {name: value for name, value in body.items() if name != "instance"} if status != 200 else body) for status, body in answers.values()]


def letters(o, token, person):
    status, body = ask(o.url("notification", f"/v1/inbox/{person}?limit=200"), token)
    check_equal(status, 200, f"{person}'s inbox")
    return body["letters"]


def records(o):
    """NoticeDelivered and NoticeFailed as text, each with the party and person it is for."""
    rows = o.sql("select id, recipient, person_id from notification.notice")
    readers = {row[0]: (("", "complainant", "merchant", "platform")[int(row[1])], row[2]) for row in rows}
    for record in o.records("ombud.notification.v1"):
        payload = record["payload"]
        found = [notice for notice in readers if notice in payload]
        check_equal(len(found), 1, f"the notice of a record: {payload[:200]!r}")
        yield *readers[found[0]], payload


def is_for(role, person, party, recipient):
    """The platform's people's letters are read by the platform's roles, all of them."""
    if role in ("backend", "agent", "auditor"):
        return party == "platform"
    return (role, person) == (party, recipient)


def outputs(o, hooks, tokens, inspected):
    """{reader: {place: text}}; places: get, told. inspected: what the inspector was answered while it lay with him."""
    said_on_topic = list(records(o))
    found = {}
    for name, (role, person) in READERS.items():
        told = [payload for party, recipient, payload in said_on_topic if is_for(role, person, party, recipient)]
        told += [json.dumps(body, ensure_ascii=False) for body in hooks.bodies if is_for(role, person, body["data"]["recipient"], body["data"]["person_id"])]
        if person:
            told += [json.dumps(letter, ensure_ascii=False) for letter in letters(o, tokens[name], person)]
        answers = documents(o, tokens[name]) + (inspected if name == "inspector" else [])
        found[name] = {"get": json.dumps(answers, ensure_ascii=False), "told": "\n".join(told)}
    return found


# ---- what is found ----

def check_canaries(o, found):
    with section("each canary stands where the table lets it, and nowhere else"):
        wrong = []
        for name, cells in read_table(CANARIES).items():
            mark = {"complaint.first": COMPLAINT, "complaint.second": SECOND, "complaint.third": THIRD, "complaint.twins": FOURTH}.get(name) or canary(name)
            for reader, want in cells.items():
                got = "+".join(place for place in ("get", "told") if mark in found[reader][place]) or "-"
                if got != want:
                    wrong.append(f"{name} for {reader}: {got}, the table says {want}")
        check(not wrong, "\n".join(wrong))


def check_logs(o):
    with section("none stands in a log, nor an address in any answer"):
        for daemon in DAEMONS:
            with open(os.path.join(o.folder, f"{daemon}-1.log"), encoding="utf-8") as f:
                for line in f:
                    check("cnry" not in line, f"{daemon}'s log: {line}")


def paths_of(value, path):
    yield path
    if isinstance(value, dict):
        for name, member in value.items():
            yield from paths_of(member, f"{path}.{name}")
    if isinstance(value, list):
        for element in value:
            yield from paths_of(element, path + "[]")


def check_paths(o, tokens):
    """What is answered is the view's; whoever sees all is shown all that the writers of JSON make."""
    views = read_table(VIEWS)
    with section("every path of every document has its row, and shows itself to its roles only"):
        made = {path for row in o.sql("select replace(intake.full_json(complaint_id)::text, E'\\n', ' ') from intake.complaint") for path in paths_of(json.loads(row[0]), "complaint")}
        check_equal(sorted(made - set(views)), [], "paths without a row in tests/lib/views.txt")
        for name, (role, person) in READERS.items():
            allowed = {path for path, cells in views.items() if cells[role] != "-"}
            seen = set()
            for complaint in (COMPLAINT, SECOND, FOURTH):
                status, body = ask(o.url("intake", f"/v1/complaints/{complaint}"), tokens[name])
                seen |= set(paths_of(body, "complaint")) if status == 200 else set()
            if person:
                seen |= set(paths_of({"letters": letters(o, tokens[name], person)}, "inbox"))
            check_equal(sorted(seen - allowed), [], f"what {name} sees and should not")
            if role in ("backend", "agent", "auditor"):
                order = {path for path in allowed if path.startswith("complaint.order.")} # made by intake itself, of the facts
                check_equal(sorted((made & allowed | order) - seen), [], f"what {name} should see")


def check_forms(o, hooks, tokens):
    """By a foreign validator: every document, list and letter of each role, and every webhook, has the form of proto/openapi.yaml."""
    with section("all of it has the form that proto/openapi.yaml says"):
        description = Description()
        forms = {"": "/v1/complaints/{id}", "/evidence": "/v1/complaints/{id}/evidence"}
        for name, (_, person) in READERS.items():
            for complaint in (COMPLAINT, SECOND, THIRD, FOURTH):
                for part, path in forms.items():
                    status, body = ask(o.url("intake", f"/v1/complaints/{complaint}{part}"), tokens[name])
                    described(description, path, f"{complaint}{part} for {name}", status, body)
            for order in (ORDER, MALL, TWINS):
                described(description, "/v1/orders/{id}/complaints", f"{order} for {name}", *ask(o.url("intake", f"/v1/orders/{order}/complaints"), tokens[name]))
                described(description, "/v1/complaints", f"{order} for {name}", *ask(o.url("intake", f"/v1/complaints?order={order}&limit=1"), tokens[name]))
            described(description, "/v1/inbox/{person}", f"letters for {name}", *ask(o.url("notification", f"/v1/inbox/{person or BUYER}"), tokens[name]))
        check(len(hooks.bodies) > 30, f"only {len(hooks.bodies)} webhooks")
        for body in hooks.bodies:
            check_equal(description.faults({"$ref": "#/components/schemas/Notice"}, body), [], f"a webhook: {body}")


def check_strangers(o, hooks):
    with section("who was refused a word about another's complaint is told what he said himself, and no stage or deadline"):
        for party, person in (("merchant", OTHER_SHOP), ("complainant", OTHER_BUYER)):
            bodies = [body["data"] for body in hooks.bodies if body["data"]["person_id"] == person and body["data"]["complaint_id"] == COMPLAINT]
            check(bodies, f"{person} was told nothing")
            for data in bodies:
                check_equal((data["recipient"], data["order_id"], data["sequence"], data["stage"], data.get("clock"), data.get("due_at")),
                            (party, ORDER, 0, "", None, None), f"a stranger's webhook: {data}")
        told = o.sql(f"select told_merchant, told_complainant from notification.complaint where complaint = '{COMPLAINT}'")[0]
        counted = [o.value(f"select count(distinct sequence) from notification.notice where complaint = '{COMPLAINT}' and person_id = '{person}'")
                   for person in (SHOP, BUYER)]
        check_equal(told, counted, "what the parties were told, as counted with the complaint and by their notices")


def described(description, path, what, status, body):
    description.check_answer(description.document["paths"][path]["get"], what, status, "application/json" if status == 200 else "application/problem+json", body)


def check_standing(o, tokens):
    with section("who must act, by when, and what silence means; a party's own actions only"):
        get = lambda reader: ask(o.url("intake", f"/v1/complaints/{SECOND}"), tokens[reader])[1]  # noqa: E731
        clock = next(clock for clock in get("backend")["clocks"] if clock["clock"] == "merchant_answer")
        for reader in ("backend", "buyer", "shop.other"):
            body = get(reader)
            check_equal([body[name] for name in ("must_act", "clock", "due_at", "silence")],
                        ["merchant", "merchant_answer", clock["due_at"], "platform_steps_in"], f"where it stands, for {reader}")
        answer = {"party": "merchant", "action": "answer", "mandatory": True, "clock": "merchant_answer", "due_at": clock["due_at"], "silence": "platform_steps_in"}
        check(answer in get("shop.other")["actions"], f"the merchant's actions: {get('shop.other')['actions']}")
        check(answer not in get("buyer")["actions"], "the merchant's action among the buyer's")
        check_equal({action["party"] for action in get("buyer")["actions"]}, {"complainant"}, "parties of the buyer's actions")
        check_equal(len({action["party"] for action in get("backend")["actions"]}), 3, "parties of all actions")
        body = ask(o.url("intake", f"/v1/complaints/{COMPLAINT}"), tokens["buyer"])[1]
        check_equal([body[name] for name in ("must_act", "clock", "due_at", "silence")], ["nobody", None, None, None], "at its end")


def check_order(o, tokens):
    """A coupon is a line, too, of whoever the order is of; its price is below zero."""
    with section("the order's lines as they were recorded, each merchant its own; the code that the complaint was filed with"):
        get = lambda reader, complaint=COMPLAINT: ask(o.url("intake", f"/v1/complaints/{complaint}"), tokens[reader])[1]  # noqa: E731
        order = get("backend")["order"]
        check_equal([order[name] for name in ("region", "carrier_id", "line")], [canary(f"order.{name}") for name in ("region", "carrier", "line")], "delivery")
        check_equal(order["items"][0], {
            "item_id": "1", "merchant_id": SHOP, "sku": canary("shop.sku"), "title": canary("shop.title"), "category": canary("shop.category"),
            "goods_kind": "digital", "quantity": 1, "price": {"minor_units": 5000, "currency": "CNY"},
            "listing_uri": f"https://shop.example/{canary('shop.listing')}", "listing_sha256": LISTING.hex()}, "the first line")
        check_equal([(item["item_id"], item["merchant_id"]) for item in order["items"]], [("1", SHOP), ("2", OTHER_SHOP), ("3", SHOP)], "lines")
        check_equal(order["items"][2], {
            "item_id": "3", "merchant_id": SHOP, "sku": "", "title": "", "category": "", "goods_kind": "unspecified", "quantity": 1,
            "price": {"minor_units": -100, "currency": "CNY"}, "listing_uri": "", "listing_sha256": None}, "a line that says little")
        for reader, complaint, want in (("buyer", COMPLAINT, "123"), ("shop", COMPLAINT, "13"), ("shop.other", SECOND, "2")):
            check_equal("".join(item["item_id"] for item in get(reader, complaint)["order"]["items"]), want, f"lines for {reader}")
        for reader, want in (("backend", STANDARD_CODE), ("buyer", STANDARD_CODE), ("shop", None)):
            check_equal(get(reader).get("standard_code"), want, f"standard_code for {reader}")
        check_equal(get("backend", SECOND)["standard_code"], "", "standard_code of one without")


def check_order_of_another(o, tokens):
    with section("who files before an order is known does not see whose it is when it comes"):
        play, guessed, complaint = Play(o, None), "order-guessed", str(uuid.uuid5(uuid.NAMESPACE_URL, "canary 5"))
        play.say(filed(complaint, guessed, OTHER_BUYER, "guessed"), stage="awaiting_order", complaint=complaint)
        play.say(order_recorded(guessed, buyer=BUYER, region=canary("order.region")), stage="rejected", complaint=complaint)
        for name, sees in (("buyer.other", False), ("agent", True)):
            status, body = ask(o.url("intake", f"/v1/complaints/{complaint}"), tokens[name])
            text = json.dumps(body)
            check_equal((status, BUYER in text, canary("order.region") in text, body["order"] is not None), (200, sees, sees, sees), name)


def check_internal_clocks(o, tokens):
    with section("a clock that is the platform's own affair is shown to the platform only"):
        o.sql(f"update escalation.clock set effect = 'internal' where complaint_id = '{SECOND}' and clock = 'merchant_answer'")
        o.sql(f"update escalation.clock set effect = 'statutory', basis = 'law' where complaint_id = '{SECOND}' and clock = 'end_to_end'")
        for reader, want in (("backend", True), ("auditor", True), ("buyer", False), ("shop.other", False)):
            body = ask(o.url("intake", f"/v1/complaints/{SECOND}"), tokens[reader])[1]
            check_equal([clock["clock"] for clock in body["clocks"] if clock["effect"] == "internal"], ["merchant_answer"] if want else [], f"for {reader}")
            check_equal([(clock["clock"], clock["basis"]) for clock in body["clocks"] if clock["effect"] == "statutory"], [("end_to_end", "law")], f"for {reader}")
            check_equal(bool(body["due_at"]), want, f"due_at for {reader}")


def run(broker):
    tokens = {name: f"token-{uuid.uuid4().hex}" for name in READERS}
    hooks = Hooks()
    try:
        with Ombud(broker) as o:
            o.prepare()
            path = os.path.join(o.folder, "tokens")
            with open(path, "w", encoding="utf-8") as f:
                f.writelines(f"{hashlib.sha256(tokens[name].encode()).hexdigest()} shop {role} {person}\n" for name, (role, person) in READERS.items())
            hooks.apply(o)
            o.start("triage", "escalation")
            o.start("intake", http__tokens=path)
            o.start("notification", http__tokens=path)
            with section("complaints are played"):
                play = Play(o, tokens)
                play.first()
                play.others()
                o.wait_quiet()
                wait_for("all webhooks", lambda: o.value("select count(*) from notification.notice where state <> 'delivered'") == "0", 30)
            check_canaries(o, outputs(o, hooks, tokens, play.inspected))
            check_logs(o)
            check_paths(o, tokens)
            check_forms(o, hooks, tokens)
            check_strangers(o, hooks)
            check_standing(o, tokens)
            check_order(o, tokens)
            check_order_of_another(o, tokens)
            check_internal_clocks(o, tokens)
            o.audit()
    finally:
        hooks.server.shutdown()
