"""The bundled day, played by ombud-player on the virtual clock, for tests that do harm to it: with Day(broker) as day: day.begin(); ...

A played day ends in a state (state.sql) that is the same each time, whatever happened on the way. clean_state() is that of a day
without harm; it is played once for a build and kept in the build folder.
"""
import base64
import difflib
import glob
import hashlib
import json
import os
import random
import signal
import subprocess
import time

from ombud import DAEMONS, TOP, Ombud, check, check_equal, event, free_port, wait_for

PLAY_SECONDS_MAX = 420
HTTP_ORDERS = [f"http-{n}" for n in range(4)]
STATE_LINES_MIN = 2000  # a day of which less is left is no day


def seed_of_run():
    """OMBUD_SEED, or a new one; printed, so that a run can be had again."""
    seed = int(os.environ.get("OMBUD_SEED") or int.from_bytes(os.urandom(4), "big"))
    print(f"  OMBUD_SEED={seed}", flush=True)
    return random.Random(seed)


class Day(Ombud):
    def __init__(self, broker, build="build"):
        super().__init__(broker, clock="virtual", build=build)
        self.player = None

    def __exit__(self, kind, value, trace):
        if kind and self.player:
            print(f"  the player's last words: {self.player_said()}", flush=True)
        if self.player and self.player.poll() is None:
            self.player.kill()
            self.player.wait()
        return super().__exit__(kind, value, trace)

    # ---- life ----

    def begin(self, pace_ms=0, **settings):
        """Schema, topics, daemons, player. pace_ms: between two of the day's 500 steps, so that it lasts for what is to happen in it;
        settings: of the daemons, by name."""
        self.prepare()
        self.apply_endpoints()
        for name in DAEMONS:
            self.spawn(name, **settings.get(name, {}))
        # Said of a complaint that nobody knows: it waits an hour and is refused then, the one timer of intake in the whole day.
        self.publish(event("ComplaintUrged", "early-1", {"complaintId": "019cac10-fb40-71f7-9cce-000000000001"}, event_id="early-1",
                           platform="cards", actor=("COMPLAINANT", "b-early"), at="2026-03-02T00:00:00Z"))
        log = open(os.path.join(self.folder, "player.log"), "ab")
        self.player = subprocess.Popen(
            [os.path.join(self.bin, "ombud-player"), "--workdir", self.folder, "--brokers", self.brokers, "--dsn", self.env["OMBUD_DSN"],
             "--sink-port", str(self.sink_port), "--pace", str(pace_ms)], env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=TOP)
        self.began = time.monotonic()

    def apply_endpoints(self):
        self.sink_port = free_port()
        secret = self.secret_file("whsec_" + base64.b64encode(os.urandom(32)).decode())
        self.apply_platform("cards", {"endpoints.yaml": f"endpoints:\n  - id: player-sink\n    url: http://127.0.0.1:{self.sink_port}/hooks\n"
                                      f"    secret_file: {secret}\n    parties: [merchant, platform]\n    allow_private: true\n"})

    def player_said(self):
        with open(os.path.join(self.folder, "player.log"), encoding="utf-8", errors="replace") as f:
            return f.read().strip().rpartition("\n")[2].strip()

    def playing(self):
        return self.player.poll() is None

    def end(self):
        """The day is over: as its table says, the books balance. Returns its final state."""
        for order in HTTP_ORDERS:
            self.post_order(order)
        try:
            code = self.player.wait(PLAY_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            code = "nothing: it still plays"
        check_equal(code, 0, f"the player's exit code ({self.folder}/player.log)")
        self.seconds = time.monotonic() - self.began
        self.wait_all_ready()
        self.wait_quiet()
        self.audit()
        return self.state()

    def state(self):
        done = subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-f", os.path.join(TOP, "tests/lib/state.sql"), self.dsn],
                              capture_output=True, text=True, check=True)
        lines = done.stdout.splitlines()
        check(len(lines) >= STATE_LINES_MIN, f"only {len(lines)} lines of state")
        return lines

    # ---- harm ----

    def log_size(self, name, copy="1"):
        path = os.path.join(self.folder, f"{name}-{copy}.log")
        return os.path.getsize(path) if os.path.exists(path) else 0

    def log_since(self, name, size, copy="1"):
        with open(os.path.join(self.folder, f"{name}-{copy}.log"), encoding="utf-8", errors="replace") as f:
            f.seek(size)
            return f.read()

    def kill_and_restart(self, name):
        check_equal(self.kill(name), -signal.SIGKILL, f"how {name} ended")
        self.spawn(name)

    def post_order(self, order):
        """An order by HTTP; the same event is posted again until it is answered, as a client does. end() posts all of HTTP_ORDERS."""
        body = json.dumps(event("OrderRecorded", order, {"order": {
            "buyerId": "b-http", "merchantId": "m-http", "status": "ORDER_STATUS_TO_RECEIVE", "goodsKind": "GOODS_KIND_DIGITAL",
            "total": {"minorUnits": "100", "currency": "CNY"}, "purchasedAt": "2026-03-01T02:00:00Z",
            "items": [{"itemId": "1", "merchantId": "m-http", "sku": "card-1", "quantity": 1}]}},
            event_id=order, platform="cards", at="2026-03-01T02:00:00Z"))
        wait_for("an answer to a POST", lambda: self.post(
            self.url("intake", "/v1/events"), body, "application/cloudevents+json")[0] in (200, 201, 202), 60, 0.2)


def differences(want, got):
    return [line for line in difflib.unified_diff(want, got, "clean", "this", lineterm="", n=0) if not line.startswith("@@")][2:]


def check_same_state(want, got):
    lines = differences(want, got)
    check(not lines, f"the final state differs in {len(lines)} lines from that of a clean run:\n    " + "\n    ".join(lines[:30]))


def build_digest(build):
    """Of all that a day's outcome hangs on."""
    digest = hashlib.sha256()
    patterns = [f"{build}/bin/ombud-*", "deploy/sql/*", "deploy/platforms/**", "deploy/config/*", "tests/lib/state.sql", "tests/lib/day.py"]
    for path in sorted(p for pattern in patterns for p in glob.glob(os.path.join(TOP, pattern), recursive=True) if os.path.isfile(p)):
        with open(path, "rb") as f:
            digest.update(path.encode() + hashlib.sha256(f.read()).digest())
    return digest.hexdigest()[:16]


def clean_state(broker, build="build"):
    path = os.path.join(TOP, build, f"day-{broker}-{build_digest(build)}.state")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            return f.read().splitlines()
    with Day(broker, build) as day:
        day.begin()
        state = day.end()
        print(f"  a clean run: {len(state)} lines of state in {day.seconds:.0f} s", flush=True)
    for old in glob.glob(os.path.join(TOP, build, f"day-{broker}-*.state")):
        os.unlink(old)
    with open(path + ".new", "w", encoding="utf-8") as f:
        f.write("\n".join(state) + "\n")
    os.rename(path + ".new", path)
    return state
