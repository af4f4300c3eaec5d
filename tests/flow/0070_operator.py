"""The operator's tool: migrations there and back, topics, publishing, looking, dead letters, and an audit that sees what is wrong."""
import json
import os

from ombud import TOP, DAEMONS, NOT_KNOWN, Ombud, check, check_equal, complaint_filed, order_recorded, section, wait_for

BROKERS = ("kafka", "mock")
WHY = ""


def migrations(o):
    with section("db up, status, dump, down, up: the same schema"):
        o.ctl("db", "status", ok=(1,))
        o.ctl("db", "up")
        check(all(row["state"] == "applied" for row in o.ctl_json("db", "status")), "every migration is applied")
        before = o.ctl("db", "dump").stdout
        check("create_core" in before and "escalation.clock" in before, "the dump shows the schema")
        o.ctl("db", "down", "--all", ok=(2,))
        o.ctl("db", "down", "--all", "--yes")
        check_equal(o.value("select count(*) from schema_migrations"), "0", "migrations left")
        o.ctl("db", "up")
        check_equal(o.ctl("db", "dump").stdout, before, "the schema after down and up")


def topics(o):
    with section("topics create, check"):
        o.ctl("topics", "create")
        check(all(row["state"] == "good" for row in o.ctl_json("topics", "check")), "every topic is there")
        o.ctl("topics", "check", "--partitions", "3", ok=(1,))


def usage(o):
    with section("usage: exit 2 and the nearest name; 3 for what is not there"):
        check("did you mean 'complaint'" in o.ctl("complain", "list", ok=(2,)).stderr, "a misspelt noun")
        check("did you mean 'show'" in o.ctl("complaint", "shwo", "x", ok=(2,)).stderr, "a misspelt verb")
        check("did you mean --limit?" in o.ctl("complaint", "list", "--limt", "3", ok=(2,)).stderr, "a misspelt flag")
        o.ctl("complaint", "list", "--limit", "many", ok=(2,))
        o.ctl("complaint", "show", ok=(2,))
        o.ctl("complaint", "show", "no-such-order", ok=(3,))
        o.ctl("dlt", "show", "intake:ombud.inbox.v1/0/999", ok=(3,))
        o.ctl("dlt", "show", "nonsense", ok=(2,))
        check_equal(o.ctl("version").stdout, o.ctl("--version").stdout, "version and --version")
        check_equal(f"ombudctl {o.ctl_json('version')['version']}\n", o.ctl("version").stdout, "version for programs")
        for words in ([], ["db"], ["publish"]):
            check("usage: ombudctl" in o.ctl(*words, "--help").stdout, f"help of {words}")
        o.ctl("config", "check", "intake", os.path.join(TOP, "deploy/config/intake.yaml"))


def publish(o):
    with section("publish: every encoding, a ledger, a bad line told and passed over"):
        ledger = os.path.join(o.folder, "ledger.ndjson")
        for encoding in ("json", "protobuf", "confluent"):
            order = f"op-{encoding}"
            lines = [json.dumps(order_recorded(order)), "{\"not\": \"an event\"}", json.dumps(complaint_filed(order))]
            done = o.ctl("publish", "-", "--encoding", encoding, "--ledger", ledger, input="\n".join(lines) + "\n", ok=(4,))
            check("line 2:" in done.stderr, "the bad line is named")
            o.wait_stage(order, "negotiating")
        check_equal(len(open(ledger, encoding="utf-8").readlines()), 6, "lines in the ledger")


def looking(o):
    with section("complaint list, show; clock list, explain; lag"):
        check_equal(len(o.ctl_json("complaint", "list", "--stage", "negotiating")), 3, "complaints negotiating")
        check_equal(o.ctl_json("complaint", "list", "--stage", "closed"), [], "complaints closed")
        o.wait_quiet()  # the first letters are on their way
        story = o.ctl("complaint", "show", "op-json", "--lang", "zh").stdout
        for text in ("op-json", "协商中", "提交投诉", "卡密无效，充值失败", "商家答复", "站内信"):
            check(text in story, f"the story says {text}: {story}")
        check("\033" not in story, "no colour in a pipe")
        whole = o.ctl_json("complaint", "show", "op-json")
        check_equal(whole["stage"], "negotiating", "stage in JSON")
        check("clocks" in whole and "notices" in whole, "JSON has everybody's part")
        clocks = o.ctl_json("clock", "list", "op-json")
        check("merchant_answer" in [clock["clock"] for clock in clocks], "the merchant's clock")
        check_equal(o.ctl_json("clock", "explain", "op-json", "merchant_answer")[0]["unit"], "elapsed", "its unit")
        o.ctl("clock", "explain", "op-json", "end_to_end")
        o.ctl("clock", "explain", "op-json", "no_such", ok=(3,))
        lag = o.ctl_json("lag")
        check_equal({row["service"] for row in lag}, set(DAEMONS), "services in lag")


def dead_letters(o):
    with section("dlt list, show, replay, discard"):
        for n in range(2):
            o.kcat("ombud.inbox.v1", b"\x08\x96\x01no message %d" % n, key="op-json", headers=[("ce_type", "ombud.inbox.v1.ComplaintFiled"),
                   ("ce_id", f"bad-{n}"), ("ce_source", "/x"), ("ce_specversion", "1.0"), ("content-type", "application/protobuf")])
        rows = wait_for("two dead letters", lambda: (lambda r: len(r) == 2 and r)(o.ctl_json("dlt", "list")))
        shown = o.ctl_json("dlt", "show", rows[0]["id"])
        check_equal(shown["key"], "op-json", "its key")
        check_equal(shown["headers"]["ce_source"], "/x", "a header")
        check("ce_source" in o.ctl("dlt", "show", rows[0]["id"]).stdout, "the table shows headers")
        o.ctl("dlt", "discard", rows[0]["id"], ok=(2,))
        o.ctl("dlt", "discard", rows[0]["id"], "--yes")
        o.ctl("dlt", "discard", rows[0]["id"], "--yes", ok=(3,))
        o.ctl("dlt", "replay", rows[1]["id"], "--yes")
        wait_for("the replayed one to be parked again", lambda: len(o.ctl_json("dlt", "list", "--state", "parked")) == 1)
        check_equal({row["state"] for row in o.ctl_json("dlt", "list")}, {"discarded", "replayed", "parked"}, "states")
        two_clusters(o, rows[0]["id"])


def replay_many(o):
    """Records that were good, parked since the database would not have them; then the cause is mended."""
    with section("dlt replay by filter: a dry run, all that fit, twice is once, and who else is left alone"):
        o.sql("create function intake.no() returns trigger language plpgsql as $$ begin raise exception 'not today' using errcode = '23514'; end $$;"
              "create trigger no before insert on intake.orders for each row when (new.order_id like 'many-%') execute function intake.no()")
        orders = [f"many-{n}" for n in range(4)]
        o.publish(*[order_recorded(order) for order in orders])
        structured = json.dumps(order_recorded("many-other", buyer="b-9") | {"source": "/other/shop"})
        o.kcat("ombud.inbox.v1", structured.encode(), key="many-other", headers=[("content-type", "application/cloudevents+json")])
        letters = wait_for("the letters", lambda: (lambda rows: len(rows) == 5 and rows)(
            [row for row in o.ctl_json("dlt", "list", "--state", "parked") if row["code"] != bad_code(o)]))
        code = letters[0]["code"]
        o.sql("drop trigger no on intake.orders; drop function intake.no()")
        for words in ((), ("--topic", "ombud.complaint.v1"), (letters[0]["id"], "--all")):
            o.ctl("dlt", "replay", *words, "--yes", ok=(2,))
        o.ctl("dlt", "replay", "--since", "yesterday", ok=(2,))

        def count(*words):
            done = o.ctl_json("dlt", "replay", "--dry-run", *words)
            check_equal((done["dry_run"], done["replayed"]), (True, 0), "a dry run")
            return done["found"]

        for words, want in ((("--reason", code), 5), (("--reason", "no_such"), 0), (("--reason", code, "--source", "/other/shop"), 1),
                            (("--reason", code, "--type", "OrderRecorded"), 5), (("--reason", code, "--type", "ombud.inbox.v1.OrderRecorded"), 5),
                            (("--type", "ComplaintFiled", "--reason", code), 0), (("--key", "many-2"), 1), (("--until", "2020-01-01T00:00:00Z"), 0),
                            (("--reason", code, "--since", "2020-01-01T08:00:00+08:00"), 5)):
            check_equal(count(*words), want, f"found by {words}")
        dry = o.ctl("dlt", "replay", "--reason", code, "--source", "/other/shop", "--dry-run")
        check("many-other" in dry.stdout and "OrderRecorded" in dry.stdout and "1 would be replayed" in dry.stderr, f"{dry.stdout} {dry.stderr}")
        check_equal(o.stage("many-1"), None, "nothing was sent")
        o.ctl("dlt", "replay", "--reason", code, ok=(2,))  # nobody said --yes
        check_equal(o.ctl_json("dlt", "replay", "--key", "many-2", "--yes")["replayed"], 1, "by its key")
        o.sql("alter role ombud_operator set log_statement = 'all'")
        log = os.path.join(o.folder, "postgres", "postgres.log")
        before = os.path.getsize(log)
        check_equal(o.ctl_json("dlt", "replay", "--reason", code, "--yes"), {"found": 4, "replayed": 4, "failed": 0, "dry_run": False}, "the others")
        with open(log, encoding="utf-8", errors="replace") as f:
            f.seek(before)
            said = f.read()
        check_equal([said.count(f"execute {name}: ") for name in ("dead_letters_parked", "dead_letter_read", "dead_letter_mark")], [1, 4, 4],
                    "4 letters are found by one question, and each is read once and marked once")
        o.sql("alter role ombud_operator reset log_statement")
        check_equal(o.ctl_json("dlt", "replay", "--reason", code, "--yes")["found"], 0, "the second time")
        check("is replayed already" in o.ctl("dlt", "replay", letters[0]["id"], "--yes").stderr, "by its id: done already")
        wait_for("the orders", lambda: o.value("select count(*) from intake.orders where order_id like 'many-%'") == "5")
        o.wait_quiet()
        check_equal(o.value("select count(*) from intake.dead_letter where state = 'replayed' and code = '%s'" % code), "5", "marked")
        check_equal(len([r for r in o.records("ombud.inbox.v1") if (r["key"] or "").startswith("many-")]), 10, "each was sent again once")


def bad_code(o):
    return o.value("select code from intake.dead_letter where key = 'op-json' limit 1")


def two_clusters(o, letter):
    """The cluster was replaced, and offsets began at 0 again: two letters of one place, each of which can be named."""
    columns = 'topic, partition, "offset", at, record_at, code, reason, attempts, key, value, headers'
    o.sql(f"insert into intake.dead_letter ({columns}, cluster, log_seqs) select {columns}, 'an earlier one', '{{999999}}'"
          " from intake.dead_letter where state = 'discarded'")
    done = o.ctl("dlt", "show", letter, ok=(2,))
    ids = [row["id"] for row in o.ctl_json("dlt", "list") if row["id"].startswith(f"{letter}#")]
    check_equal(len(ids), 2, "ids that say the row of the log, too")
    check(all(name in done.stderr for name in ids), f"the two are named: {done.stderr}")
    check_equal(o.ctl_json("dlt", "show", f"{letter}#999999")["cluster"], "an earlier one", "its cluster")
    o.ctl("dlt", "discard", f"{letter}#999999", "--yes")
    o.ctl("dlt", "discard", f"{letter}#999998", "--yes", ok=(3,))
    o.sql("delete from intake.dead_letter where cluster = 'an earlier one'")
    check_equal(o.ctl_json("dlt", "show", letter)["id"], letter, "the plain id again")


# what is done to the books, the kind of fault that it is, and how it is undone
PLANTED = [
    ("an outcome taken out of the log", "lost",
     "create table kept as select * from intake.log where (shard, seq) = (select shard, seq from intake.log where type = 'dead_letter' limit 1);"
     "delete from intake.log l using kept k where l.shard = k.shard and l.seq = k.seq",
     "insert into intake.log select * from kept; drop table kept"),
    ("a dead letter without its bytes", "lost",
     "update intake.dead_letter set log_seqs = array[-log_seqs[1]]", "update intake.dead_letter set log_seqs = array[-log_seqs[1]]"),
    ("a fact that the log does not have", "phantom",
     "create table kept as select * from triage.log where (shard, seq) = (select shard, max(seq) from triage.log where shard_sequence > 0 group by shard limit 1);"
     "delete from triage.log l using kept k where l.shard = k.shard and l.seq = k.seq",
     "insert into triage.log select * from kept; drop table kept"),
    ("a stage that nothing led to", "illegal",
     "update intake.complaint set stage = 13 where order_id = 'op-json'", "update intake.complaint set stage = 5 where order_id = 'op-json'"),
    ("a position that was moved", "unknown",
     "create table kept as select shard, in_sequences from notification.ownership;"
     "update notification.ownership set in_sequences[1] = in_sequences[1] - 1 where in_sequences[1] > 0",
     "update notification.ownership o set in_sequences = k.in_sequences from kept k where k.shard = o.shard; drop table kept"),
    ("a timer that vanished", "due_unfired",
     "create table kept as select * from escalation.timer; delete from escalation.timer",
     "insert into escalation.timer select * from kept; drop table kept"),
    ("a complaint that no event has filed", "doubled",
     "update intake.complaint set identity = overlay(identity::text placing '00000000' from 1 for 8)::uuid"
     " where order_id = 'op-json'",
     "update intake.complaint c set identity = l.cause from intake.log l where l.subject = c.complaint_id and l.sequence = 1 and"
     " l.aggregatetype = 'ombud.complaint.v1'"),
    ("a second effect of one record", "doubled",
     "insert into intake.log (shard, seq, at, input_topic, input_offset, ordinal, aggregateid, type) select shard, max(seq) + 1, now(),"
     " 'ombud.inbox.v1', max(input_offset) filter (where input_topic = 'ombud.inbox.v1'), 0, '', 'planted' from intake.log group by shard having"
     " max(input_offset) filter (where input_topic = 'ombud.inbox.v1') is not null limit 1",
     "delete from intake.log where type = 'planted'"),
]


def audit(o):
    with section("audit: balances; a planted fault of each kind is named; --least"):
        for name in DAEMONS:
            check_equal(o.kill(name, how=15), 0, f"{name} drains")
        books = o.audit()
        check_equal(books["attempts"], 6, "attempts in the ledger")
        check(books["records"] >= 9, "records in the inbox")
        for what, fault, plant, undo in PLANTED:
            o.sql(plant)
            done = o.ctl("audit", "-o", "json", "--workdir", o.folder, ok=(NOT_KNOWN if fault == "unknown" else 1,))
            books = json.loads(done.stdout)
            check(books[fault] > 0 and not books["balanced"], f"{what} is {fault}: {done.stdout[:600]}")
            o.sql(undo)
            o.audit()
        little = json.loads(o.ctl("audit", "-o", "json", "--workdir", o.folder, "--least", "1000", ok=(NOT_KNOWN,)).stdout)
        check_equal((little["answer"], little["unknown"], "--least" in little["waits_for"][0]), ("not_known_yet", 1, True), "too little")
        ledger = os.path.join(o.folder, "ledger.ndjson")
        with open(ledger, "a", encoding="utf-8") as f:
            f.write('{"partition": 0, "offset": 100000, "outcome": "ok"}\n')
        check_equal(json.loads(o.ctl("audit", "-o", "json", "--workdir", o.folder, ok=(1,)).stdout)["lost"], 1, "acknowledged and not there")


def run(broker):
    with Ombud(broker) as o:
        migrations(o)
        o.apply_platform()
        topics(o)
        usage(o)
        o.start(*DAEMONS)
        publish(o)
        looking(o)
        dead_letters(o)
        replay_many(o)
        o.wait_quiet()
        audit(o)
