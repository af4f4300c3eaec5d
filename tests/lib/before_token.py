"""HTTP before a token is seen (F19b): hundreds of connections that drip, hundreds of bodies that nobody may send.

story(o, size) plays and judges; flow/0038 is its short form, `make prove` its long one. The noise is made by a process of its own:
tests/lib/before_token.py drip|bodies PORT COUNT, until its standard input ends.
"""
import hashlib
import json
import math
import os
import random
import selectors
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

ADDRESSES = 4  # of 127.0.0.0/8: one alone has but its part of the connections; others come from 127.0.0.1
DRIP_S = 0.5
BODY_SIZE = 1 << 20
MB_MAX = 64
TOKEN = "others-token"
ORDER_TYPE = "application/cloudevents+json"


@dataclass
class Size:
    drippers: int
    bodies: int
    rounds: int      # each without noise, then with it
    asked: int       # others' requests in each half of a round
    factor: float    # others' 99th percentile may grow by so much, or is not judged (0) ...
    least_s: float   # ... and need not be less than this
    answer_s: float  # each answer, health's too, within so long


SHORT = Size(drippers=600, bodies=512, rounds=1, asked=60, factor=0, least_s=0, answer_s=15)
LONG = Size(drippers=600, bodies=512, rounds=6, asked=200, factor=2, least_s=0.05, answer_s=5)


# ---- the noise ----

def dial(port, number, first):
    s = socket.socket()
    s.bind((f"127.0.0.{number % ADDRESSES + 2}", 0))
    s.settimeout(2)
    try:
        s.connect(("127.0.0.1", port))
        s.sendall(first)
    except OSError:
        pass
    return s


def is_over():
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ)
        return bool(selector.select(0))


def drip(port, count):
    """A byte of a head each, again and again; one that was ended is opened again."""
    sockets = [dial(port, n, b"GET /v1/compl") for n in range(count)]
    print("ready", flush=True)
    while not is_over():
        began = time.monotonic()
        for n, s in enumerate(sockets):
            try:
                s.send(b"a")
            except OSError:
                s.close()
                sockets[n] = dial(port, n, b"GET /v1/compl")
        time.sleep(max(0, DRIP_S - (time.monotonic() - began)))


def bodies(port, count):
    """A whole body each, as fast as it is taken, without a token; how each was answered is told when all have ended, and all come anew."""
    head = b"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % BODY_SIZE
    part = b"x" * 65536
    print("ready", flush=True)
    while not is_over():
        with selectors.DefaultSelector() as selector:
            for n in range(count):
                s = dial(port, n, head)
                s.setblocking(False)
                selector.register(s, selectors.EVENT_READ | selectors.EVENT_WRITE, [0, b""])
            until, answers = time.monotonic() + 10, {}
            while selector.get_map() and time.monotonic() < until:
                for key, events in selector.select(1):
                    step(selector, key, events, part, answers)
            for key in list(selector.get_map().values()):
                key.fileobj.close()
        print(json.dumps(answers), flush=True)
        time.sleep(1)


def step(selector, key, events, part, answers):
    s, state = key.fileobj, key.data
    try:
        if events & selectors.EVENT_READ:
            got = s.recv(65536)
            state[1] += got
            if not got:
                raise ConnectionError
        if events & selectors.EVENT_WRITE and state[0] < BODY_SIZE:
            state[0] += s.send(part)
            if state[0] >= BODY_SIZE:
                selector.modify(s, selectors.EVENT_READ, state)
    except OSError:
        selector.unregister(s)
        s.close()
        status = state[1][9:12].decode(errors="replace") or "none"
        answers[status] = answers.get(status, 0) + 1


class Noise:
    """One of them in a process of its own, whose words are what it did."""

    def __init__(self, how, port, count):
        self.process = subprocess.Popen([sys.executable, os.path.abspath(__file__), how, str(port), str(count)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        check(self.process.stdout.readline().strip() == "ready", "no noise")
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.said = self.process.stdout.read().split("\n")[:-1]
        self.process.wait(60)


# ---- the others, health and memory ----

def ask(port, number):
    """One order by a new connection; seconds until its answer."""
    body = json.dumps(order_recorded(f"order-{number}")).encode()
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), 30) as s:
        s.sendall(b"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: %s\r\nAuthorization: Bearer %s\r\n"
                  b"Content-Length: %d\r\n\r\n" % (ORDER_TYPE.encode(), TOKEN.encode(), len(body)) + body)
        answer = b""
        while b"\r\n" not in answer:
            got = s.recv(65536)
            check(got, f"order-{number}: no answer")
            answer += got
    took = time.monotonic() - began
    check(answer.split()[1] in (b"200", b"201", b"202"), f"order-{number}: {answer[:300]}")
    return took


def ask_all(o, numbers):
    """Others' requests one after the other, health asked between them; their seconds, and the longest of health."""
    seconds, health = [], 0
    for number in numbers:
        seconds.append(ask(o.port("intake"), number))
        if number % 10 == 0:
            began = time.monotonic()
            check_equal(o.get(o.url("intake", "/livez"))[0], 200, "/livez")
            health = max(health, time.monotonic() - began)
        time.sleep(random.uniform(0, 0.02))
    return seconds, health


def p99(seconds):
    return sorted(seconds)[max(0, math.ceil(len(seconds) * 0.99) - 1)]


def peak_mb(o):
    with open(f"/proc/{o.process('intake').pid}/status", encoding="ascii") as f:
        return int(next(line for line in f if line.startswith("VmHWM")).split()[1]) / 1024


def story(o, size):
    """Plays on an environment that is prepared, nothing started. Returns a table of what was seen."""
    tokens = os.path.join(o.folder, "tokens")
    with open(os.open(tokens, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as f:
        f.write(f"{hashlib.sha256(TOKEN.encode()).hexdigest()} shop\n")
    o.start("intake", http__tokens=tokens)
    port, before, meanwhile, health, said = o.port("intake"), [], [], 0, []
    # A producer's first record waits for its producer number, and a mock's group takes its time.
    wait_for("a first order to be taken", lambda: o.post(o.url("intake", "/v1/events"), json.dumps(order_recorded("first")), ORDER_TYPE,
                                                         {"authorization": f"Bearer {TOKEN}"})[0] in (200, 201, 202), 60, 0.5)
    number = 0
    for _ in range(size.rounds):
        before += ask_all(o, range(number, number + size.asked))[0]
        number += size.asked
        with Noise("drip", port, size.drippers), Noise("bodies", port, size.bodies) as flood:
            seconds, longest = ask_all(o, range(number, number + size.asked))
        meanwhile, health, number = meanwhile + seconds, max(health, longest), number + size.asked
        said += [json.loads(line) for line in flood.said]
    answers = {status: sum(row.get(status, 0) for row in said) for row in said for status in row}
    base, during, peak = p99(before), p99(meanwhile), peak_mb(o)
    table = [("others alone, p99 ms", f"{base * 1000:.1f} of {len(before)}"), ("others meanwhile, p99 ms", f"{during * 1000:.1f} of {len(meanwhile)}"),
             ("/livez meanwhile, ms at most", f"{health * 1000:.0f}"), ("bodies without a token, by answer", answers), ("peak MB of intake", f"{peak:.0f}")]
    for name, figure in table:
        print(f"  {name}: {figure}", flush=True)
    check(sum(answers.values()) >= size.bodies, f"too few bodies were sent: {answers}")
    check(set(answers) <= {"401", "503", "none"}, f"bodies without a token were answered {answers}")
    check(peak <= MB_MAX, f"intake took {peak:.0f} MB")
    check(health <= size.answer_s and max(meanwhile) <= size.answer_s, f"answers took {max(meanwhile):.1f} s, health's {health:.1f} s")
    check(not size.factor or during <= max(size.factor * base, size.least_s), f"others' p99: {base * 1000:.0f} ms alone, {during * 1000:.0f} ms meanwhile")
    check_equal(o.process("intake").poll(), None, "intake ended")
    wait_for("the others' orders", lambda: int(o.value("select count(*) from intake.log where input_topic = 'ombud.inbox.v1' and ordinal = 0")) >= number,
             60, 0.5)
    o.audit()
    return table


if __name__ == "__main__":
    {"drip": drip, "bodies": bodies}[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
else:
    from ombud import check, check_equal, order_recorded, wait_for
