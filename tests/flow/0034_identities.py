"""Nobody takes another's identity: who guesses the id of an event says another event under it. An event has one outcome, which its speaker
and his platform's backend may ask for, and nobody else."""
import hashlib
import json
import os
import uuid

from ombud import DAEMONS, Ombud, check, check_equal, complaint_filed, event, order_recorded, section, wait_for

BROKERS = ("mock",)
WHY = "asks nothing of the broker; runs once"

ROLES = ("backend", "agent a-1", "merchant m-1", "merchant m-2", "complainant b-1", "complainant b-2", "inspector l-1", "auditor")
TOKENS = {role: f"token-{uuid.uuid4().hex}" for role in (*ROLES, "mall backend")}
BUYER, OTHER_BUYER, SHOP = ("COMPLAINANT", "b-1"), ("COMPLAINANT", "b-2"), ("MERCHANT_PERSON", "m-1")
ROLE_OF = {BUYER: "complainant b-1", OTHER_BUYER: "complainant b-2", SHOP: "merchant m-1"}


def write_tokens(o):
    path = os.path.join(o.folder, "tokens")
    with open(path, "w", encoding="utf-8") as f:
        for role, token in TOKENS.items():
            platform, role = ("mall", "backend") if role.startswith("mall") else ("shop", role)
            f.write(f"{hashlib.sha256(token.encode()).hexdigest()} {platform} {role}\n")
    return path


def ask(o, role, path, made=None):
    """(status, answer) of a GET, or of a POST of one event."""
    headers = {"authorization": f"Bearer {TOKENS[role]}"}
    url = o.url("intake", path)
    status, text = o.post(url, json.dumps(made), "application/cloudevents+json", headers) if made else o.get(url, headers)
    return status, json.loads(text)


def say(o, role, made):
    """What becomes of it; a pending one is asked for where it is told."""
    status, answer = ask(o, role, "/v1/events", made)
    check(status in (200, 202), f"{role}: {status} {answer}")
    if status == 202:
        at = answer["location"]
        answer = wait_for(f"the outcome of {made}", lambda: (lambda now: now["status"] != "pending" and now)(ask(o, role, at)[1]))
    return answer


def outcome(answer):
    return answer["status"] if answer["status"] != "refused" else answer["code"]


def complaint_about(o, order):
    """Filed, and the merchant's turn; its id."""
    say(o, "backend", order_recorded(order))
    filed = say(o, "complainant b-1", complaint_filed(order))
    check_equal(outcome(filed), "accepted", f"the filing about {order}: {filed}")
    o.wait_stage(order, "negotiating")
    return filed["complaint_id"]


def of(complaint, order, message, actor, event_id, **data):
    return event(message, order, {"complaintId": complaint, **data}, event_id=event_id, source="/shop", actor=actor)


def offer(complaint, order, event_id):
    return of(complaint, order, "AnswerGiven", SHOP, event_id, offer={"text": "half", "remedies": [
        {"kind": "REMEDY_KIND_REFUND", "amount": {"minorUnits": "2500", "currency": "CNY"}}]})


def guessed_ids(o):
    with section("a guessed id is the guesser's own event, refused or taken; the true one has its effect"):
        complaint = complaint_about(o, "guess-1")
        for n, (message, want, data) in enumerate((("AnswerGiven", "wrong_party", {"defence": {"text": "no"}}), ("MessagePosted", "accepted", {"text": "hm"}))):
            guess = of(complaint, "guess-1", message, BUYER, f"answer-{n}", **data)
            check_equal(outcome(say(o, ROLE_OF[BUYER], guess)), want, f"the buyer's {message} under a merchant's id")
        for n, actor in enumerate((("MERCHANT_PERSON", "m-2"), OTHER_BUYER)):
            guess = of(complaint, "guess-1", "MessagePosted", actor, f"answer-{n}", text="hm")
            check(outcome(say(o, "backend", guess)).startswith("not_your_"), f"{actor} is a stranger")
        posted = of(complaint, "guess-1", "MessagePosted", SHOP, "answer-1", text="wait")
        check_equal(outcome(say(o, ROLE_OF[SHOP], posted)), "accepted", "the merchant's message, whose id the buyer had taken")
        check_equal(outcome(say(o, ROLE_OF[SHOP], posted)), "repeat", "the same again")
        check_equal(outcome(say(o, ROLE_OF[SHOP], {**posted, "data": {**posted["data"], "text": "go"}})), "id_reused", "other words under his own id")
        check_equal(outcome(say(o, ROLE_OF[SHOP], offer(complaint, "guess-1", "answer-0"))), "accepted", "the merchant's answer, whose id the buyer had guessed")
        check_equal(o.stage("guess-1"), "merchant_answered", "stage")


def programs_are_one(o):
    with section("what another program of the platform says again is a repeat; whose body differs is refused"):
        say(o, "backend", order_recorded("pods-1"))
        complaint = complaint_about(o, "pods-2")
        urge = of(complaint, "pods-2", "ComplaintUrged", ("PLATFORM_PROGRAM", "pod-1"), "urge-1")
        check_equal(outcome(say(o, "backend", urge)), "accepted", "from one pod")
        check_equal(outcome(say(o, "backend", urge)), "repeat", "from the same pod")
        urge = of(complaint, "pods-2", "ComplaintUrged", ("PLATFORM_PROGRAM", "pod-2"), "urge-1")
        check_equal(outcome(say(o, "backend", urge)), "id_reused", "from another, which says that it is another: nothing has a second effect")
        check_equal(o.value(f"select intake.complaint_json('{complaint}')->>'urges'"), "1", "urges")


def one_outcome(o):
    with section("what was refused is refused when it comes again, though it would be accepted now; under a new id it is"):
        complaint = complaint_about(o, "late-1")
        early = of(complaint, "late-1", "OfferAccepted", BUYER, "accept-1")
        for _ in range(2):
            check_equal(outcome(say(o, ROLE_OF[BUYER], early)), "not_possible_now", "an acceptance before the offer")
        check_equal(outcome(say(o, ROLE_OF[SHOP], offer(complaint, "late-1", "offer-1"))), "accepted", "the offer")
        check_equal(outcome(say(o, ROLE_OF[BUYER], early)), "not_possible_now", "the same acceptance again")
        check_equal(outcome(say(o, ROLE_OF[BUYER], {**early, "id": "accept-2"})), "accepted", "under a new id")


def refused_filing(o):
    with section("a stranger's filing has filed nothing: the buyer's under the same source and id gets the id that it is known by"):
        say(o, "backend", order_recorded("filing-1"))
        made = complaint_filed("filing-1", buyer="b-2", event_id="f-1", source="/shop", at="2026-01-06T01:00:00Z")
        refused = say(o, ROLE_OF[OTHER_BUYER], made)
        check_equal((outcome(refused), refused.get("complaint_id")), ("not_your_order", None), f"the stranger's: {refused}")
        filed = say(o, ROLE_OF[BUYER], complaint_filed("filing-1", event_id="f-1", source="/shop", at="2026-01-06T01:00:00Z"))
        check_equal(outcome(filed), "accepted", f"the buyer's: {filed}")
        check_equal(filed["complaint_id"][:13], "019b90d1-6280", f"the id of its time: {filed}")


def derived(order, event_id, ms):
    """As proto/TERMS.md says it."""
    texts = b"".join(len(text).to_bytes(4, "big") + text for text in map(str.encode, ("shop", order, "/shop", event_id)))
    bits = (ms.to_bytes(6, "big") if ms else b"") + hashlib.sha256(texts).digest()
    return str(uuid.UUID(int=int.from_bytes(bits[:16], "big") & ~(15 << 76 | 3 << 62) | 8 << 76 | 2 << 62))


def derivable_ids(o):
    with section("the id that another's filing will derive cannot be brought by anybody else; the filing itself has it, said or not"):
        for n, buyer in enumerate(("b-1", "b-2")):
            say(o, "backend", order_recorded(f"derive-{n}", buyer=buyer))
        coming = derived("derive-0", "f-1", 1767661200000)
        for n, stolen in enumerate((coming, derived("derive-0", "f-1", 0), coming.upper())):
            thief = complaint_filed("derive-1", buyer="b-2", event_id=f"t-{n}", source="/shop", complaintId=stolen)
            check_equal(outcome(say(o, ROLE_OF[OTHER_BUYER], thief)), "complaint_id_taken", f"a stranger's filing that brings {stolen}")
            thief = complaint_filed("derive-0", event_id=f"t-{n}", source="/shop", complaintId=stolen)
            check_equal(outcome(say(o, ROLE_OF[BUYER], thief)), "complaint_id_taken", "another one of the same order")
        honest = complaint_filed("derive-0", event_id="f-1", source="/shop", at="2026-01-06T01:00:00Z")
        filed = say(o, ROLE_OF[BUYER], honest)
        check_equal((outcome(filed), filed["complaint_id"]), ("accepted", coming), "the filing that derives it")
        check_equal(outcome(say(o, ROLE_OF[BUYER], {**honest, "data": {**honest["data"], "complaintId": coming}})), "repeat", "the same, that says it")
        again = complaint_filed("derive-0", event_id="f-2", source="/shop", complaintId=coming)
        again = say(o, ROLE_OF[BUYER], again)
        check_equal((outcome(again), again["complaint_id"]), ("accepted", coming), "filed again, by the name that it has")
        thief = say(o, ROLE_OF[OTHER_BUYER], complaint_filed("derive-0", buyer="b-2", event_id="t-9", source="/shop", complaintId=coming))
        check_equal((outcome(thief), "stage" in thief), ("complaint_id_taken", False), "a stranger who names a complaint hears nothing of it")
        own = str(uuid.uuid4())
        thief = say(o, ROLE_OF[OTHER_BUYER], complaint_filed("derive-1", buyer="b-2", event_id="own", source="/shop", complaintId=own))
        check_equal((outcome(thief), thief["complaint_id"]), ("accepted", own), "an id of another version")
        said = derived("derive-2", "f-1", 1767661200000)
        say(o, "backend", order_recorded("derive-2"))
        filed = say(o, ROLE_OF[BUYER], complaint_filed("derive-2", event_id="f-1", source="/shop", at="2026-01-06T01:00:00Z", complaintId=said))
        check_equal((outcome(filed), filed["complaint_id"]), ("accepted", said), "one that brings what it derives")


def who_may_ask(o):
    with section("where an outcome is told: the speaker and his platform's backend; to all others it is not there"):
        complaint = complaint_about(o, "ask-1")
        made = {
            "complainant b-1": of(complaint, "ask-1", "MessagePosted", BUYER, "m-1", text="hm"),
            "merchant m-1": of(complaint, "ask-1", "MessagePosted", SHOP, "m-1", text="hm"),
            "agent a-1": of(complaint, "ask-1", "MessagePosted", ("PLATFORM_PERSON", "a-1"), "m-1", text="hm", toParty="PARTY_COMPLAINANT"),
            "complainant b-2": of(complaint, "ask-1", "MessagePosted", OTHER_BUYER, "m-1", text="hm"),
            "backend": of(complaint, "ask-1", "ComplaintUrged", ("PLATFORM_PROGRAM", "pod-1"), "m-1"),
        }
        for speaker, said in made.items():
            answer = say(o, speaker, said)
            for role in TOKENS:
                status, told = ask(o, role, answer["location"])
                if role in (speaker, "backend"):
                    check_equal((status, told["event_id"], told["status"], told.get("code")), (200, "m-1", answer["status"], answer.get("code")), f"{speaker}'s event, to {role}")
                else:
                    check_equal((status, told.get("code")), (404, "event_unknown"), f"{speaker}'s event, to {role}: {told}")
        never = answer["location"][:-4] + "AAAA"
        check_equal(ask(o, "backend", never)[1].get("code"), "bad_id", "a location that nobody was given")


def run(broker):
    with Ombud(broker) as o:
        o.prepare()
        o.start("triage", "escalation")
        o.start("intake", "notification", http__tokens=write_tokens(o))
        o.wait_all_ready(*DAEMONS)
        guessed_ids(o)
        programs_are_one(o)
        one_outcome(o)
        refused_filing(o)
        derivable_ids(o)
        who_may_ask(o)
        o.wait_quiet()
        o.audit()
