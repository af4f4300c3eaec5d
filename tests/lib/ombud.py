"""A whole Ombud for a flow test: private PostgreSQL, a real broker, the four daemons, and verbs to act and to look.

Standard library only; everything outside goes through the programs a user has: ombudctl, psql, kcat, curl.
"""
import fcntl
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from contextlib import contextmanager

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.join(TOP, os.environ.get("OMBUD_BUILD", "build"), "bin")
NOT_KNOWN = 4  # ombudctl audit's exit code
DAEMONS = [row["service"] for row in json.loads(subprocess.check_output([os.path.join(BIN, "ombudctl"), "service", "list", "-o", "json"]))]
EXIT_RESTART = 5  # EXIT_CODE_RESTART of common/base/die.h
RESTARTS_MAX = 50
HEALTH = ("/livez", "/readyz", "/metrics")  # answered by a listener of their own


class Failure(AssertionError):
    """A check did not hold: the message says got and want."""


class Skip(Exception):
    """Raised by a flow test that cannot run here: the message says why."""


def check(condition, message):
    if not condition:
        raise Failure(message)


def check_equal(got, want, what):
    check(got == want, f"{what}: got {got!r}, want {want!r}")


PATIENCE = 3  # a wait is as long as it takes; only what never comes waits to the end of it, and a machine may be busy


def wait_for(what, look, seconds=20, every=0.05):
    """Calls look() until it returns something true; that is returned. Seconds: on a machine that does nothing else."""
    seconds *= PATIENCE
    deadline = time.monotonic() + seconds
    while True:
        value = look()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"waited {seconds} s for {what}; last look: {value!r}")
        time.sleep(every)


PORT_CLAIMS = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "ombud", "test-ports")
claims = []  # open as long as this process lives


def free_port():
    """Below the range that outgoing connections take theirs from, so that it is still free when its program starts; nobody else's, though
    tests run beside each other and programs are killed and started again: its file is locked."""
    os.makedirs(PORT_CLAIMS, exist_ok=True)
    while True:
        port = random.randrange(12000, 20000)
        claim = open(os.path.join(PORT_CLAIMS, str(port)), "w", encoding="ascii")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            claim.close()
            continue
        claims.append(claim)
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) != 0:
                return port


def runs(pid):
    """Is there such a process, and no zombie?"""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def run(*command, input=None, env=None, ok=(0,), timeout=120):
    """Runs a program; its exit code must be one of ok. Returns the CompletedProcess (text)."""
    done = subprocess.run(command, input=input, env=env, capture_output=True, text=not isinstance(input, bytes),
                          errors=None if isinstance(input, bytes) else "replace", timeout=timeout)
    if ok is not None and done.returncode not in ok:
        raise Failure(f"{' '.join(map(str, command))[:200]}: exit {done.returncode}, want {ok}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done


class Ombud:
    """One environment. Use: with Ombud(broker) as o: o.start(); ...

    static_members: daemons keep their place in the group over a restart, as under a supervisor. The test is then the supervisor: one that
    a returning broker has fenced ends with 5 to be started again (common/base/die.h), and is, as long as the test lasts.
    """

    def __init__(self, broker, clock="real", folder=None, build=None, static_members=True):
        self.broker = broker
        self.clock = clock
        self.static_members = static_members and broker == "kafka"
        self.bin = os.path.join(TOP, build, "bin") if build else BIN
        self.folder = folder or tempfile.mkdtemp(prefix="ombud-flow-", dir="/var/tmp")
        self.processes = {}
        self.lock = threading.RLock()  # of processes, which the supervisor changes too
        self.supervised = None  # self, when there is a supervisor; a copy of this has none
        self.ports = {}
        self.env = dict(os.environ)

    # ---- life ----

    def __enter__(self):
        os.chmod(self.folder, 0o755)
        self.bring_up(timeout=600)
        with open(os.path.join(self.folder, "env.sh"), encoding="utf-8") as f:
            for line in f:
                name, _, value = line.strip().removeprefix("export ").partition("=")
                if name.startswith("OMBUD_"):
                    self.env[name] = value.strip("'\"")
        self.dsn = self.env["OMBUD_DSN_ADMIN"]
        self.brokers = self.env["OMBUD_BROKERS"]
        return self

    def use_database(self, name):
        """Another database of the same server, empty, with Ombud's roles."""
        self.environment("database", name)
        for variable in ("OMBUD_DATABASE", "OMBUD_DATABASE_TCP", "OMBUD_DSN", "OMBUD_DSN_MIGRATION", "OMBUD_DSN_ADMIN"):
            self.env[variable] = self.env[variable].replace("dbname=ombud", f"dbname={name}")
        self.dsn = self.env["OMBUD_DSN_ADMIN"]

    def __exit__(self, kind, value, trace):
        self.supervised = None
        for name in list(self.processes):
            self.kill(name)
        self.environment("down", ok=None)
        if kind is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"  left for a look: {self.folder}")

    def migrate(self):
        """Schema, and the platform that all others go by."""
        self.ctl("db", "up")
        self.apply_platform()

    def prepare(self):
        """All that daemons want to find: schema, a platform, topics."""
        self.migrate()
        self.ctl("topics", "create")

    def apply_platform(self, name="default", edits=None, effective="2000-01-01T00:00:00Z", *more):
        """Applies deploy/platforms/NAME, or what is as in default, with edits over it ({path: text, or a function of the text there}); its version.
        more: further arguments of ombudctl."""
        shipped, top = os.path.join(TOP, "deploy/platforms"), os.path.join(self.folder, f"platforms-{uuid.uuid4().hex}")
        folder, default = os.path.join(top, name), os.path.join(top, "default")
        shutil.copytree(os.path.join(shipped, "default"), default)
        if name != "default" and os.path.isdir(os.path.join(shipped, name)):
            shutil.copytree(os.path.join(shipped, name), folder)
        for path, text in (edits or {}).items():
            target = os.path.join(folder, path)
            if callable(text):
                with open(target if os.path.exists(target) else os.path.join(default, path), encoding="utf-8") as f:
                    text = text(f.read())
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "w", encoding="utf-8") as f:
                f.write(text)
        version = self.ctl_json("platform", "apply", folder, "--effective-from", effective, *more)["version"]
        shutil.rmtree(top)  # daemons read the database
        return version

    def secret_file(self, text):
        """A file that a webhook's secret stands in, which nobody else can read."""
        path = os.path.join(self.folder, f"secret-{uuid.uuid4().hex}")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as f:
            f.write(text + "\n")
        return path

    def start(self, *names, **settings):
        """Starts daemons (all four by default) and waits until they are ready."""
        for name in names or DAEMONS:
            self.spawn(name, **settings)
        self.wait_all_ready(*names)

    def settings(self, service):
        return {
            "OMBUD_POSTGRES__DSN": f"{self.env['OMBUD_DATABASE']} user=ombud_{service}",
            "OMBUD_KAFKA__BOOTSTRAP_SERVERS": self.brokers,
            "OMBUD_CLOCK__SOURCE": self.clock,
        }

    def spawn(self, name, copy="1", binary=None, **settings):
        """Starts one copy of a daemon; settings: OPTION_NAME=value with __ for the dot. Its log goes to <folder>/<name>-<copy>.log."""
        env = {**self.env, **self.settings(name), "OMBUD_HEALTH__LISTEN": f"127.0.0.1:{self.port(name, copy, health=True)}"}
        if self.has_api(name):
            env["OMBUD_HTTP__LISTEN"] = f"127.0.0.1:{self.port(name, copy)}"
        if self.static_members:
            env["OMBUD_KAFKA__GROUP_INSTANCE_ID"] = f"{name}-{copy}"
        env.update({f"OMBUD_{key.upper()}": str(value) for key, value in settings.items()})
        log = open(os.path.join(self.folder, f"{name}-{copy}.log"), "ab")
        with self.lock:
            self.processes[(name, copy)] = process = subprocess.Popen(
                [binary or os.path.join(self.bin, f"ombud-{name}"), "--config", os.path.join(TOP, f"deploy/config/{name}.yaml")],
                env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=TOP)
            process.spawned = (binary, settings)
        if self.static_members and self.supervised is not self:
            self.supervised = self
            threading.Thread(target=self.keep_supervising, daemon=True).start()

    def keep_supervising(self):
        left = RESTARTS_MAX  # one that ends again and again is left where it is, for the test to see
        while self.supervised is self and left > 0:
            left -= self.supervise()
            time.sleep(0.2)

    def supervise(self):
        """Starts again whoever has ended to be started again, and nobody else; how many those were."""
        again = 0
        with self.lock:
            for (name, copy), process in list(self.processes.items()):
                if process.poll() == EXIT_RESTART:
                    binary, settings = process.spawned
                    print(f"  {name}-{copy} ended to be started again", flush=True)
                    self.spawn(name, copy, binary, **settings)
                    again += 1
        return again

    def process(self, name, copy="1"):
        return self.processes[(name, copy)]

    def kill(self, key, how=signal.SIGKILL, wait=15):
        """Ends a daemon by signal; returns its exit code. key: a name or (name, copy)."""
        key = key if isinstance(key, tuple) else (key, "1")
        with self.lock:
            process = self.processes.pop(key)
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.send_signal(how)
        try:
            return process.wait(wait)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failure(f"{key}: not ended {wait} s after signal {how}") from None

    @staticmethod
    def has_api(name):
        with open(os.path.join(TOP, f"deploy/config/{name}.yaml"), encoding="utf-8") as f:
            return "\nhttp:" in f.read()

    def port(self, name, copy="1", health=False):
        """Of the daemon's API, or of its health and metrics; the same as long as the test lasts."""
        key = (name, copy, health)
        with self.lock:
            if key not in self.ports:
                self.ports[key] = free_port()
            return self.ports[key]

    def url(self, name, path, copy="1"):
        return f"http://127.0.0.1:{self.port(name, copy, path.startswith(HEALTH))}{path}"

    def wait_ready(self, name, copy="1", seconds=40):
        def ready():
            code = self.process(name, copy).poll()
            check(code is None or (code == EXIT_RESTART and self.static_members), f"{name} ended with {code}; see {self.folder}")
            return self.get(self.url(name, "/readyz", copy))[0] == 200
        wait_for(f"{name} to be ready", ready, seconds)

    def wait_all_ready(self, *names, seconds=40):
        for name in names or DAEMONS:
            self.wait_ready(name, seconds=seconds)

    # ---- PostgreSQL and the broker ----

    def environment(self, verb, *arguments, **how):
        return run(os.path.join(TOP, "deploy/local/env"), verb, *arguments, "--dir", self.folder, **how)

    def bring_up(self, timeout=180):
        """What is down of them; they come back where they were."""
        self.environment("up", "--broker", self.broker, timeout=timeout)

    def pid_of(self, store):
        """postgres: the postmaster; kafka: the broker's JVM."""
        path = {"postgres": "postgres/data/postmaster.pid", "kafka": "kafka.pid"}[store]
        with open(os.path.join(self.folder, path), encoding="ascii") as f:
            return int(f.readline().split()[0])

    def kill_store(self, store):
        """kill -9, and it is gone: while it still dies its port answers, and bring_up() would leave it as it is."""
        pid = self.pid_of(store)
        os.kill(pid, signal.SIGKILL)
        wait_for(f"{store} to be gone", lambda: not runs(pid), 20, 0.01)

    @contextmanager
    def broker_hanging(self):
        """The broker stands still, its connections open."""
        pid = self.pid_of("kafka")
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    # ---- acting ----

    def ctl(self, *arguments, ok=(0,), input=None, timeout=120):
        return run(os.path.join(self.bin, "ombudctl"), *arguments, env=self.env, ok=ok, input=input, timeout=timeout)

    def ctl_json(self, *arguments, ok=(0,)):
        return json.loads(self.ctl(*arguments, "-o", "json", ok=ok).stdout)

    def publish(self, *events):
        """Structured CloudEvents by ombudctl publish."""
        lines = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
        return self.ctl("publish", "-", input=lines)

    def kcat(self, topic, value, key=None, headers=(), partition=None):
        """One record by stock kcat; value is bytes."""
        path = os.path.join(self.folder, f"value-{uuid.uuid4().hex}")
        with open(path, "wb") as f:
            f.write(value)
        command = ["kcat", "-P", "-b", self.brokers, "-t", topic, "-X", "topic.partitioner=murmur2_random",
                   "-X", "message.max.bytes=12000000"]
        for name, text in headers:
            command += ["-H", f"{name}={text}"]
        if not value:  # kcat leaves an empty file out, an empty value behind a key it sends
            run(*command, "-K", ":", input=f"{key}:\n")
            return
        if key is not None:
            command += ["-k", key]
        if partition is not None:
            command += ["-p", str(partition)]
        run(*command, path)

    def tombstone(self, topic, key):
        """A record without a value, by stock kcat."""
        run("kcat", "-P", "-b", self.brokers, "-t", topic, "-X", "topic.partitioner=murmur2_random", "-Z", "-K", ":", input=f"{key}:\n")

    def get(self, url, headers=None):
        return self.request("GET", url, None, headers)

    def post(self, url, body, content_type, headers=None):
        return self.request("POST", url, body if isinstance(body, bytes) else body.encode(), {"content-type": content_type, **(headers or {})})

    @staticmethod
    def request(method, url, body, headers=None):
        """(status, text); status 0 when nobody answers."""
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    # ---- looking ----

    def sql(self, query):
        """Rows as lists of text. By a superuser, who is nobody else's here: a test may look, and do harm, where no program of ours may."""
        done = run("psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", self.dsn, "-c", query)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def value(self, query):
        rows = self.sql(query)
        return rows[0][0] if rows else None

    def stage(self, order):
        return self.value("select stage from intake.complaint_stages where order_id = '%s' order by received_at desc limit 1" % order)

    def wait_stage(self, order, stage, seconds=20):
        return wait_for(f"complaint of {order} to be {stage} (now {self.stage(order)})", lambda: self.stage(order) == stage, seconds)

    def records(self, topic, partition=None):
        """All records of a topic from the beginning, by kcat: dicts with key, payload (text), headers, partition, offset."""
        done = run("kcat", "-C", "-e", "-q", "-J", "-b", self.brokers, "-t", topic, "-o", "beginning",
                   *(["-p", str(partition)] if partition is not None else []))
        return [json.loads(line, strict=False) for line in done.stdout.split("\n") if line]

    def audit(self, seconds=20, timeout=120):
        """The independent checker; raises unless the books balance. While it is not known yet (exit 4), it is asked again for so long."""
        until = time.monotonic() + seconds
        while True:
            done = self.ctl("audit", "-o", "json", "--workdir", self.folder, ok=None, timeout=timeout)
            if done.returncode != NOT_KNOWN or time.monotonic() > until:
                break
            time.sleep(1)
        word = "whether the books balance is not known" if done.returncode == NOT_KNOWN else "books do not balance"
        check(done.returncode == 0, f"{word}: {done.stdout[-3000:]} {done.stderr[-1000:]}")
        self.rebuild()
        return json.loads(done.stdout)

    def rebuild(self):
        """Every clock anew from the facts that escalation keeps: equal to the bit, or it raises."""
        done = self.ctl("clock", "rebuild", "--check", "-o", "json", ok=(0, 1))
        rebuilt = json.loads(done.stdout or "{}")
        check_equal(rebuilt.get("differences"), [], f"clocks that are not what their facts say {done.stderr[-500:]}")
        return rebuilt

    def wait_quiet(self, seconds=60):
        """Until everything published has been taken by everybody (lag 0)."""
        def quiet():
            lag = self.ctl_json("lag")
            rows = lag["rows"] if isinstance(lag, dict) else lag
            return all(int(row["lag"]) == 0 for row in rows)
        def still_quiet():  # what one of them says is the next one's to take
            return quiet() and (time.sleep(0.3) or quiet())
        wait_for("lag 0", still_quiet, seconds, 0.2)


# ---- events ----

def event(message, order, data=None, event_id=None, source="/shop/backend", platform="shop", actor=("PLATFORM_PROGRAM", "backend"), at=None):
    """A structured CloudEvent of the inbox."""
    at = at or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {
        "specversion": "1.0", "id": event_id or uuid.uuid4().hex, "source": source, "type": f"ombud.inbox.v1.{message}", "time": at,
        "datacontenttype": "application/json",
        "data": {"meta": {"platformId": platform, "actor": {"kind": f"ACTOR_KIND_{actor[0]}", "id": actor[1]}}, "orderId": order, **(data or {})},
    }


def order_recorded(order, amount=5000, merchant="m-1", buyer="b-1", status="TO_RECEIVE", **facts):
    """A paid order of digital goods, delivered but not yet confirmed."""
    money = {"minorUnits": str(amount), "currency": "CNY"}
    return event("OrderRecorded", order, {"order": {
        "buyerId": buyer, "merchantId": merchant, "status": f"ORDER_STATUS_{status}", "goodsKind": "GOODS_KIND_DIGITAL", "category": "card_key",
        "total": money, "purchasedAt": facts.pop("purchased", "2026-01-05T02:00:00Z"), "paidAt": "2026-01-05T02:01:00Z",
        "items": [{"itemId": "1", "merchantId": merchant, "sku": "card-50", "title": "点卡50元", "goodsKind": "GOODS_KIND_DIGITAL", "quantity": 1,
                   "price": money}], **facts}})


def complaint_filed(order, buyer="b-1", text="卡密无效，充值失败", **more):
    of_event = {name: more.pop(name) for name in ("event_id", "source", "at") if name in more}
    return event("ComplaintFiled", order, {"complainantId": buyer, "channel": "CHANNEL_APP", "type": "COMPLAINT_TYPE_CARD_KEY_INVALID",
                 "statement": {"text": text, "wanted": "退款"}, "language": "zh-CN", **more},
                 actor=("COMPLAINANT", buyer), **of_event)


def whole(facts, party="MERCHANT", criteria="card_key@1", points=("delivered", "usable"), clause="goods.usable@1", weighed=()):
    """What a decision needs beside its outcome: the grounds, by the criteria of default, and who bears it."""
    answers = [{"criterion": point, "finding": "CRITERION_FINDING_SHOWN", "evidenceIds": ["order"]} for point in points]
    return {"grounds": {"clauses": [clause], "criteria": [criteria], "answers": answers, "factsFound": facts, "weighed": list(weighed)},
            "responsibilities": [{"party": f"PARTY_{party}", "sharePerMille": 1000}]}


@contextmanager
def section(title):
    print(f"  {title}", flush=True)
    yield
