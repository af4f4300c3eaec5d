"""One noisy complaint beside others (F19a): floods of everything that somebody can cause, and what must stay bounded.

story(o, size, rng) plays and judges; flow/0098_noisy is its short form, `make prove` its long one. What is beyond a limit has its one
outcome in the log, its bytes are not kept, nobody is told of it again and again, and the others' letters come as before.
"""
import itertools
import json
import math
import os
import threading
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import kafkawire
from broker import ends
from ombud import DAEMONS, check, check_equal, complaint_filed, event, order_recorded, run, wait_for

INBOX = "ombud.inbox.v1"
NOISY = "noisy-order"
KNOWN, UNKNOWN = "01890000-0000-7000-8000-00000000a001", "01890000-0000-7000-8000-00000000a002"
SPEAKER = ("COMPLAINANT", "b-noisy")
PIECES = 40  # of evidence in an event
MB_MAX = 64
PARTITIONS = 8
# As common/model/limits.c has them.
MESSAGES, EVIDENCE, AMENDMENTS, WAITING, TOLD = 60, 200, 20, 500, 20 + 1


@dataclass
class Size:
    each: int       # events of each flood
    pieces: int     # of evidence
    others: int     # who file complaints at once
    quiet: int      # complaints of theirs without noise ...
    noisy: int      # ... and beside it at least, between which is compared
    factor: float   # their 99th percentile may grow by so much ...
    least_s: float  # ... and need not be less than this


SHORT = Size(each=3_000, pieces=4_000, others=2, quiet=40, noisy=0, factor=5, least_s=5)
LONG = Size(each=60_000, pieces=100_000, others=10, quiet=500, noisy=300, factor=2, least_s=0.25)


class Receiver:
    """Answers webhooks, each after so many seconds."""

    def __init__(self, seconds):
        self.seconds = seconds

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler):  # self is the receiver's
                handler.rfile.read(int(handler.headers.get("content-length", 0)))
                time.sleep(self.seconds)
                handler.send_response(204)
                handler.end_headers()

            def log_message(handler, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def apply_endpoints(self, o):
        secret = o.secret_file("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        o.apply_platform("shop", {"endpoints.yaml": f"endpoints:\n  - id: slow\n    url: http://127.0.0.1:{self.port}/\n"
                                  f"    secret_file: {secret}\n    allow_private: true\n"})


def write_events(o, events):
    path = os.path.join(o.folder, f"flood-{uuid.uuid4().hex}")
    with open(path, "w", encoding="utf-8") as f:
        for e in events:
            f.write(e["data"]["orderId"] + "\t" + json.dumps(e) + "\n")
    return path


def publish_many(o, events):
    return publish_file(o, write_events(o, events), len(events))


def publish_file(o, path, count):
    """By one stock kcat, as fast as it goes."""
    run("kcat", "-P", "-b", o.brokers, "-t", INBOX, "-X", "topic.partitioner=murmur2_random", "-K", "\t",
        "-H", "content-type=application/cloudevents+json", "-l", path, timeout=300)
    os.unlink(path)
    return count


# ---- the floods ----

def said(message, complaint, n, data=None, actor=SPEAKER):
    return event(message, NOISY, {"complaintId": complaint, **(data or {})}, event_id=f"{message}-{complaint[-1]}-{n}", actor=actor)


def urges(size):
    return [said("ComplaintUrged", KNOWN, n) for n in range(size.each)]


def messages(size):
    return [said("MessagePosted", KNOWN, n, {"text": "x" * 300}) for n in range(size.each)]


def evidence(size):
    return [said("EvidenceAdded", KNOWN, n, {"evidence": [
        {"evidenceId": f"e-{n}-{i}", "kind": "screenshot", "uri": f"https://files.example/{n}/{i}", "suppliedBy": "PARTY_COMPLAINANT"}
        for i in range(PIECES)]}) for n in range(size.pieces // PIECES)]


def strangers(size):
    return [complaint_filed(NOISY, buyer="stranger", event_id=f"stranger-{n}", text=f"mine {n}") for n in range(size.each)]


def for_nobody(size):
    """About a complaint that is not there: talk, and among it what is no talk, which waits in any case."""
    return [said("ComplaintAmended", UNKNOWN, n, {"statement": {"text": f"wait-{n:06}"}}) if n % 50 == 49 else
            said("MessagePosted", UNKNOWN, n, {"text": f"wait-{n:06} " + "x" * 300}) for n in range(size.each)]


# ---- the others ----

def shard_of(order):
    return kafkawire.partition_of(order.encode(), PARTITIONS)


class Others:
    """File complaints, each of its own order, and see when their complainants' letters are there. What they saw is kept by phase: the one
    in which a complaint was filed; in the phase None nobody files."""

    def __init__(self, o, threads):
        self.o, self.phase, self.seconds, self.error = o, None, {}, None
        self.lock, self.over, self.numbers, self.orders = threading.Lock(), False, itertools.count(), set()
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def run(self):
        while not self.over:
            phase = self.phase
            if phase is None:
                time.sleep(0.02)
                continue
            order = f"others-{next(self.numbers)}"
            try:
                self.orders.add(order)
                self.file(order, phase)
                self.orders.discard(order)
            except Exception as error:  # told by the main thread
                self.error, self.over = error, True
            time.sleep(0.01)

    def file(self, order, phase):
        events = json.dumps([order_recorded(order, buyer=f"b-{order}"), complaint_filed(order, buyer=f"b-{order}")])
        wait_for(f"the complaint about {order} to be taken", lambda: self.o.post(
            self.o.url("intake", "/v1/events"), events, "application/cloudevents-batch+json")[0] in (200, 201, 202), 30, 0.2)
        began = time.monotonic()
        wait_for(f"the letter about {order}", lambda: self.o.get(self.o.url(
            "notification", f"/v1/inbox/b-{order}?platform=shop"))[1].count('"complaint_filed"'), 60, 0.005)
        took, where = time.monotonic() - began, "in its shard" if shard_of(order) == shard_of(NOISY) else "in other shards"
        with self.lock:
            for kept in (phase, f"{phase}, {where}"):
                self.seconds.setdefault(kept, []).append(took)

    @contextmanager
    def during(self, phase, more=0):
        """They file while the body runs, and until there are so many more."""
        enough = len(self.seconds.get(phase, [])) + more
        self.phase = phase
        yield
        wait_for(f"{enough} of the others", lambda: self.over or len(self.seconds.get(phase, [])) >= enough, 60 + more * 2)
        self.phase = None
        time.sleep(0.1)  # whoever was about to begin has begun
        wait_for(f"the others to have their letters: {self.orders}", lambda: self.over or not self.orders, 100)
        check(not self.error, f"the others: {self.error!r}")

    def end(self):
        self.over = True
        for thread in self.threads:
            thread.join()

    def quantile(self, phase, part):
        seconds = sorted(self.seconds.get(phase, []))
        return seconds[max(0, math.ceil(len(seconds) * part) - 1)] if seconds else 0.0


# ---- looking ----

def count(o, table, where="true"):
    return int(o.value(f"select count(*) from {table} where {where}"))


def refused(o, code):
    return count(o, "intake.log", f"note = '{code}' and ordinal = 0 and input_topic = '{INBOX}'")


def wait_taken(o, seconds):
    """All that lies on the inbox now. Asked of a few rows: a count of the log would be a noise of its own."""
    inbox = ends(o.brokers, [(INBOX, shard) for shard in range(PARTITIONS)])
    want = " or ".join(f"shard = {shard} and place < {end}" for (_, shard), (_, end) in inbox.items())
    wait_for("the inbox to be taken", lambda: count(o, f"(select shard, next_offsets[array_position(topics, '{INBOX}')] as place from intake.ownership) p",
                                                    want) == 0, seconds, 0.2)


def peak_mb(o, name):
    with open(f"/proc/{o.process(name).pid}/status", encoding="ascii") as f:
        return int(next(line for line in f if line.startswith("VmHWM")).split()[1]) / 1024


def all_evidence(o):
    """The numbers of all pieces, page by page."""
    numbers, after = [], 0
    while after is not None:
        page = json.loads(o.get(o.url("intake", f"/v1/complaints/{KNOWN}/evidence?after={after}&limit=70"))[1])
        numbers += [piece["number"] for piece in page["evidence"]]
        after = page.get("next")
    return numbers


def judge_known(o, size):
    pieces_events = size.pieces // PIECES
    check_equal(refused(o, "urged_too_soon"), size.each - 1, "urges refused")
    check_equal(refused(o, "too_many_messages"), size.each - MESSAGES, "messages refused")
    check_equal(refused(o, "too_much_evidence"), pieces_events - EVIDENCE // PIECES, "evidence refused")
    check_equal(refused(o, "not_your_order"), size.each, "strangers refused")
    check_equal(count(o, "intake.evidence"), EVIDENCE, "pieces of evidence kept")
    began = time.monotonic()
    status, body = o.get(o.url("intake", f"/v1/complaints/{KNOWN}"))
    took = time.monotonic() - began
    check_equal(status, 200, "GET of the noisy complaint")
    check(len(body) < 300_000, f"GET of the noisy complaint: {len(body)} bytes")
    check_equal((json.loads(body)["evidence_count"], len(json.loads(body)["evidence"])), (EVIDENCE, 100), "evidence in its document")
    check_equal(all_evidence(o), list(range(1, EVIDENCE + 1)), "evidence by pages")
    print(f"  GET of the noisy complaint: {len(body)} bytes in {took * 1000:.0f} ms", flush=True)


def judge_waiting(o, size):
    """What is kept of what waits: so much talk, and what is no talk."""
    others = size.each // 50
    check_equal(count(o, "intake.waiting"), waiting_kept(size), "events that wait")
    check_equal(refused(o, "too_many_waiting"), size.each - waiting_kept(size), "talk that may not wait")
    size_kept = int(o.value("select sum(octet_length(event)) from intake.waiting"))
    check(size_kept < (WAITING + others) * 1000, f"bytes of what waits: {size_kept}")


def waiting_kept(size):
    """Talk as long as fewer than WAITING wait, the rest in any case."""
    kept = 0
    for n in range(size.each):
        kept += n % 50 == 49 or kept < WAITING
    return kept


def judge_taken_up(o, size):
    """In the order in which it came, within the limits of the complaint that it was for."""
    # What follows at once from the triage tells the statement, too, as it is then; that has not waited.
    where = f"subject = '{UNKNOWN}' and type = 'ombud.complaint.v1.ComplaintChanged' and note <> 'merchant_first'"
    rows = o.sql(f"select substring(encode(payload, 'escape') from 'wait-[0-9]+') from intake.log where {where} order by shard, seq")
    told = [row[0] for row in rows if row[0]]
    check_equal(told, sorted(told), "the order in which what waited is told")
    check_equal(len(told), MESSAGES + min(AMENDMENTS, waiting_amended(size)), "what waited and had its effect")
    check_equal(o.value(f"select uses like '%take_up%' from intake.complaint where complaint_id = '{UNKNOWN}'"), "f", "taken up")
    check_equal(count(o, "intake.timer"), 0, "timers of what waited")


def waiting_amended(size):
    return size.each // 50


def judge_letters(o):
    told = count(o, "intake.log", "type = 'ombud.complaint.v1.EventRefused'")
    check_equal(told, 3 * TOLD, "refusals told: of the complaint, of the order, of the complaint that came later")
    letters = count(o, "notification.notice", f"order_id = '{NOISY}'")
    check(letters < 1_500, f"letters and webhooks about the noisy order: {letters}")
    print(f"  {told} refusals told, {letters} letters and webhooks about the noisy order", flush=True)


def judge_metrics(o):
    """Of the copy that was started last: what was taken up ran into all of these."""
    text = o.get(o.url("intake", "/metrics"))[1]
    for limit in ("messages", "amendments", "refusals", "take_up"):
        check(f'ombud_limit_hits_total{{limit="{limit}"}}' in text, f"no metric of the limit {limit}")


# ---- a long line of webhooks ----

def lengthen_line(o, length):
    """As a flood before these limits had left it: so many webhooks of one complaint at one endpoint, open."""
    o.kill("notification")
    o.sql(f"""
        with head as (select * from notification.complaint where complaint = '{KNOWN}'),
        made as (insert into notification.notice (shard, id, complaint, place, sequence, platform_id, order_id, recipient, person_id, channel,
                     endpoint, event, language, subject, body, payload, at, state, attempts)
                 select h.shard, gen_random_uuid(), h.complaint, 1000000 + g, 1000000 + g, 'shop', h.order_id, 3, 'shop', 2, 'shop/slow', 'complaint_urged',
                        'en', 's', 'b', '{{}}', now(), 'pending', 0
                   from head h, generate_series(1, {length}) g returning shard, id, place),
        kept as (update notification.complaint c
                    set notices = 1000000 + {length}, lines = ({length} + coalesce(nullif(split_part(c.lines, ' ', 1), '')::int, 0)) || ' 9 shop/slow'
                  where complaint = '{KNOWN}' returning c.lines)
        insert into notification.timer (shard, due, subject, kind, version)
        select shard, now(), id, 1, 0 from made, kept where place = 1000001 and kept.lines = '{length} 9 shop/slow'""")
    o.sql("vacuum analyze notification.notice")  # what so many rows at once leave behind is this statement's, no complaint's
    o.sql("checkpoint")


def judge_line(o, length):
    """It goes on, one at a time, and each step costs what it costs in a short one."""
    wait_for("the long line to move", lambda: count(o, "notification.notice", "endpoint = 'shop/slow' and place > 1000000 and state = 'delivered'") > 20)
    under_way = int(o.value(f"select count(*) from notification.sending s join notification.notice n on n.shard = s.shard and n.id = s.notice where complaint = '{KNOWN}'"))
    check(under_way <= 1, f"{under_way} webhooks of one line are under way")
    open_now = count(o, "notification.notice", f"complaint = '{KNOWN}' and endpoint = 'shop/slow' and state = 'pending'")
    check(open_now < length, f"{open_now} of {length} are open")


def unanswered(o):
    lines = 0
    for name in DAEMONS:
        with open(os.path.join(o.folder, f"{name}-1.log"), encoding="utf-8", errors="replace") as f:
            lines += sum("batch unanswered" in line or "bisecting" in line for line in f)
    return lines


# ---- the story ----

def story(o, size, rng):
    """Plays on an environment that is prepared, nothing started. Returns a table of what was seen."""
    receiver = Receiver(0.02)
    receiver.apply_endpoints(o)
    o.start("intake", "triage", "escalation")
    o.start("notification")
    published = publish_many(o, [order_recorded(NOISY, buyer=SPEAKER[1]), complaint_filed(NOISY, buyer=SPEAKER[1], complaintId=KNOWN)])
    wait_for("the noisy complaint", lambda: o.stage(NOISY))

    floods = [(write_events(o, made), len(made)) for made in (urges(size), messages(size), evidence(size), strangers(size), for_nobody(size))]
    rng.shuffle(floods)
    flood_s = 0
    others = Others(o, size.others)
    with others.during("warm", size.others):
        pass
    for path, events in floods:
        with others.during("alone", size.quiet // len(floods)):
            pass
        with others.during("beside the noise", 1):
            began = time.monotonic()
            published += publish_file(o, path, events)
            wait_taken(o, 60 + size.each / 100)
            flood_s = max(flood_s, time.monotonic() - began)
    o.kill("intake")  # what waits survives it
    o.start("intake")
    judge_known(o, size)
    judge_waiting(o, size)

    published += publish_many(o, [complaint_filed(NOISY, buyer=SPEAKER[1], complaintId=UNKNOWN, type="COMPLAINT_TYPE_NOT_DELIVERED",
                                                  event_id="later")])
    wait_for("what waited to be taken up", lambda: count(o, "intake.waiting") == 0 and count(o, "intake.timer") == 0, 60)
    judge_taken_up(o, size)

    wait_for("all webhooks", lambda: not count(o, "notification.notice", "state <> 'delivered'"), 120)
    judge_letters(o)
    judge_metrics(o)
    o.wait_quiet(120)
    o.audit()

    # The others' webhooks go to this endpoint, too: filled by them it would be slow for everybody, and that is another limit's test.
    receiver.seconds = 0.002
    lengthen_line(o, size.each)
    o.start("notification")
    with others.during("after the start", size.others):  # what a start costs is no line's
        pass
    with others.during("beside a long line", size.quiet // 2):
        judge_line(o, size.each)
    others.end()

    peaks = {name: peak_mb(o, name) for name in DAEMONS}
    table = [("events of the noisy one", published),
             *[(f"others {phase}, p50 and p99 ms", f"{others.quantile(phase, 0.5) * 1000:.0f} {others.quantile(phase, 0.99) * 1000:.0f} "
                f"of {len(others.seconds[phase])}") for phase in sorted(others.seconds)],
             *[(f"peak MB of {name}", f"{mb:.0f}") for name, mb in peaks.items()]]
    for name, figure in table:
        print(f"  {name}: {figure}", flush=True)
    for name, mb in peaks.items():
        check(mb <= MB_MAX, f"{name} took {mb:.0f} MB")
    # Who shares the noisy one's shard stands behind it in one log: he waits at most for what was there before him to be passed.
    base, during, line = (others.quantile(f"{phase}, in other shards", 0.99) for phase in ("alone", "beside the noise", "beside a long line"))
    bound = max(size.factor * base, size.least_s)
    check(during <= bound and line <= bound, f"others' letters: {base:.2f} s alone, {during:.2f} s and {line:.2f} s beside the noisy one")
    behind = others.quantile("beside the noise, in its shard", 0.99)
    check(behind <= bound + flood_s, f"letters in the noisy one's shard: {behind:.2f} s; its longest flood had passed after {flood_s:.2f} s")
    check(len(others.seconds["beside the noise"]) >= size.noisy, f"only {len(others.seconds['beside the noise'])} others met the noise")
    check_equal(unanswered(o), 0, "batches that missed their time")
    return table
