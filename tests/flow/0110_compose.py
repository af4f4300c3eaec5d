"""docker-compose.yml as it stands: built, started, one complaint seen to its end, a copy of triage killed under load, nothing lost.

Needs a Docker engine with Compose, or the folder OMBUD_CONTAINERS_TOOLS (else shared/containers beside the checkout) whose
programs `up` and `down` start and end one; skipped with the reason otherwise.
"""
import json
import os
import shutil
import subprocess
import time

from ombud import DAEMONS, TOP, Failure, Ombud, Skip, check, check_equal, complaint_filed, event, order_recorded, wait_for
from ombud import run as program

BROKERS = ("kafka",)
WHY = "the compose file has a real Kafka"
ALONE = "measures, and takes all of the machine"
COMPLAINTS, AT_ONCE, PAUSE_S = 300, 10, 0.2
IMAGES = ["debian:bookworm-slim", "postgres:16", "apache/kafka:4.1.1"]
INSIDE = "/tmp"  # the one place where a container writes
TOKEN = {"authorization": "Bearer local"}  # deploy/image/tokens


def engine_answers():
    return shutil.which("docker") and program("docker", "info", ok=None).returncode == 0 and \
        program("docker", "compose", "version", ok=None).returncode == 0


def start_engine():
    """Returns the program that ends the engine again; None when it ran before."""
    before = engine_answers()
    if before and program("docker", "image", "inspect", *IMAGES, ok=None).returncode == 0:
        return None
    tools = os.environ.get("OMBUD_CONTAINERS_TOOLS") or os.path.join(os.path.dirname(TOP), "shared", "containers")
    there = os.access(os.path.join(tools, "up"), os.X_OK)
    done = there and program(os.path.join(tools, "up"), ok=None, timeout=900)
    if before:
        return None  # what is missing still, it fetches
    if not there:
        raise Skip("no Docker engine with Compose answers, and there are no tools to start one (OMBUD_CONTAINERS_TOOLS)")
    if done.returncode != 0 or not engine_answers():
        raise Skip(f"no Docker engine can be had: {(done.stderr.strip().splitlines() or ['up ended without a word'])[-1]}")
    return os.path.join(tools, "down")


class Containers(Ombud):
    """The compose project under a name of its own; the verbs are those of Ombud, done inside the containers."""

    def __init__(self):
        self.project = f"ombud-flow-{os.getpid()}"
        self.env = {**os.environ, "OMBUD_IMAGE": self.project}
        self.folder = INSIDE
        self.stop_engine = self.tools = None

    def __enter__(self):
        self.stop_engine = start_engine()
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print(self.compose("ps", "-a", ok=None).stdout + self.compose("logs", "--no-color", "--tail", "10", ok=None).stdout, flush=True)
        if self.tools:
            program("docker", "rm", "-f", self.tools, ok=None)
        self.compose("down", "-v", "--remove-orphans", "-t", "5", ok=None)
        program("docker", "image", "rm", "-f", self.project, ok=None)
        if self.stop_engine and not program("docker", "ps", "-q").stdout:
            program(self.stop_engine, ok=None)

    def compose(self, *arguments, ok=(0,), timeout=300, input=None):
        return program("docker", "compose", "-p", self.project, "-f", os.path.join(TOP, "docker-compose.yml"), *arguments,
                       env=self.env, ok=ok, timeout=timeout, input=input)

    def up(self, *more):
        self.compose("up", "-d", "--wait", "--wait-timeout", "240", *more)
        if not self.tools:  # of the service ombudctl, one container for all verbs: the ledger stays in it
            self.tools = self.compose("run", "-d", "--entrypoint", "sleep", "ombudctl", "infinity").stdout.split()[-1]

    def of(self, service):
        """Ids of a service's running containers, as short as its copies know them."""
        return [line[:12] for line in self.compose("ps", "-q", service).stdout.split()]

    def inspect(self, container, what):
        return program("docker", "inspect", "-f", "{{%s}}" % what, container).stdout.strip()

    # ---- Ombud's verbs ----

    def url(self, name, path, copy="1"):
        return f"http://{self.compose('port', '--index', copy, name, '8080').stdout.strip()}{path}"

    def ctl(self, *arguments, ok=(0,), input=None, timeout=120):
        return program("docker", "exec", "-i", self.tools, "ombudctl", *arguments, ok=ok, input=input, timeout=timeout)

    def sql(self, query):
        done = self.compose("exec", "-T", "postgres", "psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "ombud",
                            "-c", query)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def publishing(self):
        """A running ombudctl publish; events are written to its stdin, a line each."""
        return subprocess.Popen(["docker", "exec", "-i", self.tools, "ombudctl", "publish", "-", "--ledger", f"{INSIDE}/ledger.ndjson"],
                                text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def say(started, text):
    print(f"  {text} ({time.monotonic() - started:.0f} s)", flush=True)


def locked_down(o):
    for name in DAEMONS:
        container = o.of(name)[0]
        check_equal(o.inspect(container, ".HostConfig.ReadonlyRootfs"), "true", f"{name}: read-only root")
        check_equal(o.compose("exec", "-T", name, "id", "-u").stdout.strip(), "10001", f"{name}: user")
        check_equal(o.inspect(container, ".State.Health.Status"), "healthy", f"{name}: health")


def see_through(o):
    """A complaint by HTTP, through intake's published port, to its end."""
    url, order = o.url("intake", "/v1/events"), "compose-1"

    def post(message):
        status, body = o.post(url, json.dumps(message), "application/cloudevents+json", TOKEN)
        check(status in (200, 202), f"POST /v1/events: {status} {body[:400]}")
    check_equal(o.post(url, "{}", "application/cloudevents+json")[0], 401, "POST without a token")
    post(order_recorded(order))
    post(complaint_filed(order))
    o.wait_stage(order, "negotiating", 60)
    complaint = o.value(f"select complaint_id from intake.complaint_stages where order_id = '{order}'")
    post(event("AnswerGiven", order, {"complaintId": complaint, "offer": {"text": "补发卡密"}}, actor=("MERCHANT_PERSON", "m-1")))
    o.wait_stage(order, "merchant_answered", 60)
    post(event("OfferAccepted", order, {"complaintId": complaint}, actor=("COMPLAINANT", "b-1")))
    o.wait_stage(order, "closed", 60)
    status, body = o.get(o.url("intake", f"/v1/complaints/{complaint}"), TOKEN)
    check_equal((status, json.loads(body)["stage"]), (200, "closed"), "the complaint over HTTP")


def owners(o):
    """Copies of triage that own shards; a copy's name begins with its container's."""
    return {row[0] for row in o.sql("select distinct split_part(owner, '/', 1) from triage.ownership")}


def kill_under_load(o):
    """Returns the copy of triage that was killed in the middle of the load."""
    copies = set(o.of("triage"))
    wait_for("both copies of triage to own shards", lambda: owners(o) == copies, 60)
    victim = sorted(copies)[0]
    publisher = o.publishing()
    for first in range(0, COMPLAINTS, AT_ONCE):
        if first == COMPLAINTS // 2:
            program("docker", "kill", "-s", "KILL", victim)
        for n in range(first, first + AT_ONCE):
            publisher.stdin.write(json.dumps(order_recorded(f"load-{n}")) + "\n" + json.dumps(complaint_filed(f"load-{n}")) + "\n")
        publisher.stdin.flush()
        time.sleep(PAUSE_S)
    said, _ = publisher.communicate(timeout=120)
    check_equal(publisher.returncode, 0, f"exit code of publish, which said {said[-500:]}")
    wait_for("the other copy to have all shards", lambda: owners(o) == copies - {victim}, 60)
    return victim


def nothing_lost(o):
    def negotiating():
        return int(o.value("select count(*) from intake.complaint_stages where order_id like 'load-%' and stage = 'negotiating'"))
    try:
        wait_for(f"{COMPLAINTS} complaints negotiating", lambda: negotiating() == COMPLAINTS, 90, 0.5)
    except Failure:
        check_equal(negotiating(), COMPLAINTS, "complaints negotiating")
    o.wait_quiet(90)
    books = json.loads(o.ctl("audit", "-o", "json", "--workdir", INSIDE, "--least", str(2 * COMPLAINTS)).stdout)
    check_equal((books["balanced"], books["lost"], books["doubled"], books["attempts"]), (True, 0, 0, 2 * COMPLAINTS), "the books")


def drains(o):
    """SIGTERM through the container's init: every copy leaves with 0."""
    containers = [(name, container) for name in DAEMONS for container in o.of(name)]
    o.compose("stop", *DAEMONS)
    for name, container in containers:
        check_equal(o.inspect(container, ".State.ExitCode"), "0", f"{name}: exit code after stop")


def run(broker):
    started = time.monotonic()
    with Containers() as o:
        o.compose("build", timeout=900)
        say(started, "image built")
        o.up("--scale", "triage=2")
        locked_down(o)
        say(started, "up and healthy, two copies of triage, not root, nothing to write to")
        see_through(o)
        say(started, "a complaint filed over HTTP and seen to its end")
        victim = kill_under_load(o)
        say(started, f"one copy of triage killed under {COMPLAINTS} complaints, the other took over")
        o.up("--no-recreate", "--scale", "triage=3")
        check(victim in o.of("triage"), "the killed copy runs again")
        wait_for("three copies of triage to own shards", lambda: len(owners(o)) == 3, 60)
        say(started, "scaled to three")
        nothing_lost(o)
        say(started, "the books balance")
        drains(o)
        say(started, "every copy drained")
