"""The whole dispute through four daemons on the virtual clock: appeals beside remedies, the second one outside, each step told to both sides."""
import uuid

from ombud import Ombud, check, check_equal, complaint_filed, event, order_recorded, section, whole

BROKERS = ("mock",)
WHY = "the broker has no part in it; runs once"

BUYER, SHOP, BACKEND = ("COMPLAINANT", "b-1"), ("MERCHANT_PERSON", "m-1"), ("PLATFORM_PROGRAM", "backend")
AGENT, OTHER = ("PLATFORM_PERSON", "a-1"), ("PLATFORM_PERSON", "a-2")
PARTIES = {"complainant": 1, "merchant": 2, "platform": 3}
PIECE = {"evidence": [{"evidenceId": "e-9", "kind": "photo", "uri": "https://files.example/9.png"}]}


def at(o, instant):
    """All stands still until that instant."""
    o.wait_quiet()
    o.sql(f"select ombud.step_clock('{instant}')")
    o.now = instant


class Dispute:
    """One order of 50.00 and its complaint, told sentence by sentence."""

    def __init__(self, o, order):
        self.o, self.order, self.id, self.count = o, order, str(uuid.uuid5(uuid.NAMESPACE_URL, order)), 0
        o.publish(order_recorded(order), complaint_filed(order, complaintId=self.id, at=o.now))

    def say(self, message, actor, data=None):
        self.count += 1
        name = f"{self.order}-{self.count}"
        self.o.publish(event(message, self.order, {"complaintId": self.id, **(data or {})}, event_id=name, actor=actor, at=self.o.now))
        self.o.wait_quiet()

    def stands(self, stage):
        self.o.wait_stage(self.order, stage)

    def decide(self, actor, name, outcome, cents=0):
        remedies = [{"kind": "REMEDY_KIND_REFUND", "amount": {"minorUnits": str(cents), "currency": "CNY"}}] if cents else []
        self.say("DecisionMade", actor, {"decisionId": name, "outcome": f"DECISION_OUTCOME_{outcome}", "remedies": remedies, **whole("卡密在交付前已被使用")})

    def done(self, decision):
        self.say("RemedyReported", BACKEND, {"remedyKey": f"{self.id}/{decision}/refund/1", "remedyOutcome": "REMEDY_OUTCOME_DONE"})

    def refused(self):
        return self.o.value(f"select note from intake.log where subject = '{self.id}' and type = 'ombud.complaint.v1.EventRefused' order by seq desc limit 1")

    def clock(self, name):
        """(state, cycle) of the newest of that kind."""
        rows = self.o.sql(f"select state, cycle from escalation.clock where complaint_id = '{self.id}' and clock = '{name}' order by cycle desc limit 1")
        return (rows[0][0], int(rows[0][1])) if rows else None

    def letters(self, recipient):
        return [row[0] for row in self.o.sql(f"select distinct event from notification.notice where complaint = '{self.id}' and recipient = {PARTIES[recipient]}")]


def appeal_won(o):
    with section("an appeal is decided by another person, while what was ordered first goes out; what it adds is ordered, too"):
        d = Dispute(o, "o-appeal")
        at(o, "2026-03-03T03:00:00Z")
        d.stands("platform_review")
        d.decide(AGENT, "D1", "IN_PART", 2000)
        d.stands("remedy_under_way")
        check_equal(d.clock("appeal"), ("running", 1), "the appeal's window")
        d.say("AppealFiled", BUYER, {"text": "五张卡密全部无效"})
        d.stands("appealed")
        check_equal((d.clock("appeal"), d.clock("remedy_carried_out")), (("met", 1), ("running", 1)), "the window is met, the remedy goes on")
        d.decide(AGENT, "D2", "FOR_COMPLAINANT", 3000)
        check_equal(d.refused(), "needs_another_person", "who decided decides his own appeal")
        d.decide(OTHER, "D2", "FOR_COMPLAINANT", 3001)
        check_equal(d.refused(), "exceeds_order", "more than the order")
        d.done("D1")
        d.stands("appealed")
        check_equal(d.clock("remedy_carried_out"), ("met", 1), "all was done under the appeal")
        d.decide(OTHER, "D2", "FOR_COMPLAINANT", 3000)
        d.stands("remedy_under_way")
        d.done("D2")
        d.say("ResolutionConfirmed", BUYER)
        d.stands("closed")
        check_equal(o.sql(f"select remedy_key, state from intake.remedy_states where complaint_id = '{d.id}' order by 1"),
                    [[f"{d.id}/D1/refund/1", "done"], [f"{d.id}/D2/refund/1", "done"]], "both refunds")
        for recipient in ("complainant", "merchant"):
            check({"complaint_decided", "appeal_filed", "appeal_decided"} <= set(d.letters(recipient)), f"letters to the {recipient}: {d.letters(recipient)}")
        return d


def second_appeal(o):
    with section("a second appeal needs new evidence and goes outside; nobody reports for ten business days: the first appeal's decision stands"):
        d = Dispute(o, "o-second")
        at(o, "2026-03-04T04:00:00Z")
        d.stands("platform_review")
        d.decide(AGENT, "D1", "FOR_MERCHANT")
        d.stands("closed")
        d.say("AppealFiled", BUYER)
        d.decide(OTHER, "D2", "FOR_MERCHANT")
        d.stands("closed")
        check_equal(d.clock("second_appeal"), ("running", 1), "the second appeal's window")
        d.say("AppealFiled", BUYER)
        check_equal(d.refused(), "needs_new_evidence", "without evidence")
        d.say("AppealFiled", BUYER, PIECE)
        d.stands("external_mediation")
        check_equal(d.clock("external_mediation"), ("running", 1), "the outside body's clock")
        at(o, "2026-03-19T12:00:00Z")
        d.stands("closed")
        d.say("AppealFiled", BUYER, PIECE)
        check_equal(d.refused(), "appeal_not_open", "a third one")
        check("decision_stands" in d.letters("merchant") and "mediation_asked" in d.letters("merchant"), f"letters: {d.letters('merchant')}")
        return d


def reopened(o, d):
    with section("the platform reopens what has ended: a new cycle, another owner, and a key of its own for what is ordered now"):
        d.say("ComplaintReopened", BUYER)
        check_equal(d.refused(), "needs_platform", "the buyer alone")
        d.say("ComplaintReopened", OTHER, {"text": "新的检测结果"})
        d.stands("platform_review")
        check_equal((d.clock("end_to_end"), d.clock("final_decision")), (("running", 2), ("running", 3)), "new cycles")
        d.say("AssignmentChanged", OTHER, {"ownerId": "a-1"})
        d.say("RecusalAsked", SHOP, {"ownerId": "a-1", "text": "亲属关系"})
        check_equal(o.sql(f"select owner_id, assignments from intake.complaint where complaint_id = '{d.id}'"), [["", "2"]], "whose it is")
        check("recusal_asked" in d.letters("platform"), f"letters: {d.letters('platform')}")
        d.decide(AGENT, "D3", "IN_PART", 1000)
        d.stands("remedy_under_way")
        d.done("D3")
        d.say("ResolutionConfirmed", BUYER)
        d.stands("closed")


def pauses(o):
    with section("evidence is asked of the buyer: clocks stand still until it comes, twice a clock and five business days; both sides are told"):
        at(o, "2026-03-23T02:00:00Z")
        d = Dispute(o, "o-pause")
        at(o, "2026-03-24T03:00:00Z")
        d.stands("platform_review")
        asked = {"toParty": "PARTY_COMPLAINANT", "evidenceKinds": ["photo"], "text": "截图看不清卡面"}
        due = o.value(f"select due_at from escalation.clock where complaint_id = '{d.id}' and clock = 'final_decision'")
        d.say("EvidenceRequested", AGENT, asked)
        standing = (f"select clock, state, due_at is null from escalation.clock where complaint_id = '{d.id}' and ended_at is null"
                    " and clock in ('final_decision', 'end_to_end') order by clock")
        check_equal(o.sql(standing), [["end_to_end", "paused", "t"], ["final_decision", "paused", "t"]], "what stands still")
        at(o, "2026-03-24T09:00:00Z")
        d.say("EvidenceAdded", BUYER, PIECE)
        check_equal(o.value(f"select due_at = '{due}'::timestamptz + interval '6 hours' from escalation.clock"
                            f" where complaint_id = '{d.id}' and clock = 'final_decision'"), "t", "six hours were not counted")
        at(o, "2026-03-24T10:00:00Z")
        d.say("EvidenceRequested", AGENT, asked)
        at(o, "2026-03-31T09:59:59Z")
        check_equal(d.clock("final_decision"), ("paused", 1), "the fifth business day is not over")
        at(o, "2026-03-31T10:00:01Z")
        check_equal(d.clock("final_decision"), ("running", 1), "it goes on by itself")
        d.say("EvidenceRequested", AGENT, asked)
        check_equal(d.clock("final_decision"), ("running", 1), "a third one pauses nothing")
        why = o.ctl_json("clock", "explain", d.id, "final_decision")[0]
        check_equal([(p["actor_id"], p["why"], p["capped"]) for p in why["pauses"]],
                    [("a-1", "evidence", False), ("a-1", "evidence", True)], "who let it stand still, and how long")
        check_equal(why["steps"][-1]["cause"], "pause_capped", "the last step")
        check("computed_due_at" not in why, f"computed otherwise than stored: {why}")
        for recipient in ("complainant", "merchant"):
            check({"clock_paused", "deadline_changed"} <= set(d.letters(recipient)), f"letters to the {recipient}: {d.letters(recipient)}")
        o.ctl("clock", "rebuild", "--check")
        d.decide(AGENT, "D1", "FOR_MERCHANT")
        d.stands("closed")


def window_passes(o, won):
    with section("nobody appeals any more: the decision is final, and both sides read it"):
        at(o, "2026-04-20T00:00:00Z")
        o.wait_quiet()
        check_equal(won.clock("second_appeal"), ("ended", 1), "the window of what was decided on appeal")
        check("decision_final" in won.letters("merchant"), f"letters: {won.letters('merchant')}")
        check_equal(o.value("select count(*) from intake.complaint where appeal_open"), "0", "decisions that are open for ever")


def run(broker):
    with Ombud(broker, clock="virtual") as o:
        o.prepare()
        at_start = "2026-03-02T02:00:00Z"
        o.sql(f"select ombud.step_clock('{at_start}')")
        o.now = at_start
        o.start()
        won = appeal_won(o)
        reopened(o, second_appeal(o))
        pauses(o)
        window_passes(o, won)
        o.audit()
