"""Whoever uses it for the first time, and wrongly, is told what is wrong and what to do: bad input, wrong words, a bare database, nobody there."""
import json
import os
import re
import subprocess
import time

from ombud import TOP, Ombud, check, check_equal, complaint_filed, order_recorded, section, wait_for

BROKERS = ("kafka",)
WHY = "the mock broker makes topics by itself; runs once"
ALONE = "measures how long a newcomer waits"
NOBODY = "127.0.0.1:1"


def told(o, words, *arguments, ok, input=None):
    done = o.ctl(*arguments, ok=(ok,), input=input)
    check(words in done.stderr, f"ombudctl {' '.join(arguments)}: no {words!r} in {done.stderr!r}")
    check(re.match(r"LINE \d", done.stderr) is None and "ERROR:" not in done.stderr, f"PostgreSQL's own words: {done.stderr!r}")
    return done


def bare_database(o):
    with section("a database without tables: told by the tool and by a daemon, with what to do"):
        told(o, "db up", "complaint", "list", ok=1)
        told(o, "db up", "lag", ok=1)
        o.spawn("triage")
        log = os.path.join(o.folder, "triage-1.log")
        wait_for("the reason in triage's log", lambda: re.search(r'"msg":"database away".*"err":".*does not exist', open(log, encoding="utf-8").read()))
        o.kill("triage")
        o.ctl("db", "up")


def no_topics(o):
    with section("a broker without topics"):
        started = time.monotonic()
        event = json.dumps(order_recorded("new-0"))
        told(o, "there is no topic ombud.inbox.v1 (ombudctl topics create)", "publish", "-", input=event, ok=1)
        told(o, "there is no topic", "audit", ok=4)
        check(time.monotonic() - started < 15, f"took {time.monotonic() - started:.0f} s")
        o.ctl("topics", "create")


def lines(o):
    with section("publish: CRLF, a byte order mark, no last newline, a line that is too long, a document of many lines"):
        events = [json.dumps(made, ensure_ascii=False) for made in (order_recorded("new-1"), complaint_filed("new-1"))]
        text = "\ufeff" + "\r\n".join(events)
        check("2 published, 0 not taken" in o.ctl("publish", "-", input=text).stderr, "CRLF behind a byte order mark")
        long = json.dumps(complaint_filed("new-1", text="x" * 300 * 1024))
        told(o, "line 1: ", "publish", "-", input=long + "\n", ok=1)
        told(o, "a line is one whole CloudEvent", "publish", "-", input=json.dumps(json.loads(events[0]), indent=1), ok=1)
        told(o, "line 2: bad_json", "publish", "-", input=events[0] + '\n{"broken":\n', ok=4)
        told(o, "Is a directory", "publish", "/", ok=1)
        told(o, "No such file", "publish", "/nowhere.ndjson", ok=2)


def no_platform(o):
    """Without a platform nothing is taken, and the daemon says what to do; it goes on as soon as there is one."""
    o.spawn("intake")
    log = os.path.join(o.folder, "intake-1.log")
    wait_for("what is missing, in intake's log", lambda: "no version of platform default is applied: ombudctl platform apply" in open(log, encoding="utf-8").read())
    o.apply_platform()
    o.wait_ready("intake")


def words(o):
    with section("a word that there is not is told with those that there are, not answered with nothing"):
        told(o, "negotiating", "complaint", "list", "--stage", "nope", ok=2)
        told(o, "running|breached|met", "clock", "list", "--state", "nope", ok=2)
        told(o, "parked|replayed|discarded", "dlt", "list", "--state", "nope", ok=2)
        told(o, "/nowhere: No such file", "audit", "--workdir", "/nowhere", ok=2)
        told(o, "no complaint not-a-uuid", "complaint", "show", "not-a-uuid", ok=3)
        no_platform(o)
        wait_for("the complaint", lambda: o.stage("new-1"))
        told(o, "no such clock", "clock", "explain", "new-1", "no_such_clock", ok=3)
        told(o, "did you mean intake", "config", "check", "intak", os.path.join(TOP, "deploy/config/intake.yaml"), ok=2)


def at_once(o):
    with section("all that is wrong with a command line is told at once, as the daemons tell it"):
        for words in ("--limt: unknown flag; did you mean --limit?", "--dsn: missing \"=\" after", "--limit: \"many\" is not a whole number",
                      "--stage: unknown value \"nope\"", "usage: ombudctl complaint list"):
            told(o, words, "complaint", "list", "--limt", "3", "--limit=many", "--stage", "nope", "--dsn", "ombud", ok=2)
        for words in ("--brokers: kafka.bootstrap.servers: \"nowhere:x\" is not host:port", "--kafka: kafka.no.such: No such configuration property",
                      "--kafka: kafka.acks: acks is always all", "--kafka: wants key=value[,key=value], not \"x\"", "--partitions: 0 is out of bounds",
                      "--prefix: \"a/b\": want letters", "stray: one word too many"):
            told(o, words, "topics", "create", "--brokers", "nowhere:x", "--kafka", "no.such=1,x,acks=1", "--partitions=0", "--prefix=a/b", "stray", ok=2)
        told(o, "--dsn: a command comes first", "--dsn", "host=x", "db", "up", ok=2)
        nothing = {"PATH": os.environ["PATH"]}
        done = subprocess.run([os.path.join(o.bin, "ombudctl"), "lag"], env=nothing, cwd="/", capture_output=True, text=True, check=False)
        check_equal([line.partition(":")[0] for line in done.stderr.splitlines()], ["--brokers", "--dsn", "usage"], "what lag lacks")
        daemon = subprocess.run([os.path.join(o.bin, "ombud-intake"), "--postgres.dsn=ombud", "--check-config"], env=nothing, capture_output=True, text=True, check=False)
        wrong = "missing \"=\" after \"***\" in connection info string"
        check(wrong in daemon.stderr, f"a dsn that is only a name, to a daemon: {daemon.stderr!r}")
        told(o, wrong, "db", "up", "--dsn=ombud", ok=2)


def daemons_settings(o):
    with section("--config: a daemon's settings serve the operator; what is wrong in them is told with what is wrong beside"):
        path = os.path.join(o.folder, "intake.yaml")
        bare = {"PATH": os.environ["PATH"]}

        def ctl(text, *arguments, env=None):
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            return subprocess.run([os.path.join(o.bin, "ombudctl"), *arguments, "--config", path, "--dir", "/"], env={**bare, **(env or {})}, cwd="/",
                                  capture_output=True, text=True, check=False)

        dsn = f"{o.env['OMBUD_DATABASE']} user=ombud_intake password=not-ours"
        whole = f"postgres: {{dsn: \"{dsn}\"}}\nkafka:\n  bootstrap.servers: {o.brokers}\n  group.instance.id: intake-1\nhttp: {{listen: ''}}\n"
        for arguments in (("complaint", "list"), ("lag",), ("topics", "check"), ("db", "status")):
            done = ctl(whole, *arguments)
            check_equal((done.returncode, done.stderr), (0, ""), f"{arguments} by intake's settings")
        check("a-ombud.inbox.v1" in ctl(whole + "topics: {prefix: a-}\n", "topics", "check").stdout, "the prefix")
        done = ctl(whole, "topics", "check", env={"OMBUD_KAFKA__SECURITY_PROTOCOL": "ssl"})
        check("the broker" in done.stderr and "TLS" in done.stderr, f"the daemons' variables: {done.stderr!r}")
        wrong = "postgres:\n  dsn: canary\nkafka:\n  bootstrap.servers: nowhere:x\n  security.protocol: magic\n  no.such: 1\ntopics:\n  prefix: a/b\n"
        done = ctl(wrong, "lag", "--limt=3", "--kafka", "acks=1")
        for words in (f"{path}:2:8: postgres.dsn: missing", f"{path}:4:22: kafka.bootstrap.servers: \"nowhere:x\" is not host:port",
                      f"{path}:5:22: kafka.security.protocol:", f"{path}:6:12: kafka.no.such:", f"{path}:8:11: topics.prefix:",
                      "--limt: unknown flag", "--kafka: kafka.acks: acks is always all"):
            check(words in done.stderr, f"no {words!r} in {done.stderr!r}")
        check_equal((done.returncode, "canary" in done.stderr, "--dsn" in done.stderr), (2, False, False), "told once, without the value")


def nobody_there(o):
    with section("no broker, no database: who is waited for, and an end"):
        started = time.monotonic()
        for arguments in (("lag",), ("topics", "check")):
            told(o, f"waiting for the broker at {NOBODY}", *arguments, "--brokers", NOBODY, ok=1)
        check(time.monotonic() - started < 40, f"took {time.monotonic() - started:.0f} s")
        publish = subprocess.Popen([os.path.join(o.bin, "ombudctl"), "publish", "-", "--brokers", NOBODY], env=o.env, text=True,
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        publish.stdin.write(json.dumps(order_recorded("new-2")) + "\n")
        publish.stdin.close()
        check(f"the broker at {NOBODY} cannot be reached: nobody listens there" in publish.stderr.readline(), "publish says who does not answer, and why")
        publish.kill()
        publish.wait()
        told(o, "the database cannot be reached", "complaint", "list", "--dsn", "host=127.0.0.1 port=1", ok=1)


def stdout_gone(o):
    with section("stdout full: told, exit 1; stdout closed by head: silent"):
        ombudctl = os.path.join(o.bin, "ombudctl")
        for arguments in ("--help", "complaint list"):
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([ombudctl, *arguments.split()], env=o.env, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
            check_equal(done.returncode, 1, f"{arguments} onto a full disk")
            check("No space left" in done.stderr, f"{arguments} onto a full disk: {done.stderr!r}")
            done = subprocess.run(["bash", "-c", f"'{ombudctl}' {arguments} | true"], env=o.env, capture_output=True, text=True, check=False)
            check_equal(done.stderr, "", f"{arguments} into nothing")


def run(broker):
    with Ombud(broker) as o:
        bare_database(o)
        no_topics(o)
        lines(o)
        words(o)
        at_once(o)
        daemons_settings(o)
        nobody_there(o)
        stdout_gone(o)
