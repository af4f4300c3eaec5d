"""Health and metrics answer on a listener of their own, whatever is done to the API's: its connections all taken, dripping, flooded."""
import os
import socket
import threading
import time

from ombud import DAEMONS, TOP, Ombud, check, check_equal, section, wait_for
from ombud import run as program

BROKERS = ("kafka",)
WHY = "asks nothing of the broker; runs once"
ALONE = "measures answers"
TAKEN = 600          # more than the API's listener keeps (common/io/http_connections.h)
ADDRESSES = 4        # of 127.0.0.0/8: one alone has but its part
PATHS = ("/livez", "/readyz", "/metrics")
ANSWER_SECONDS_MAX = 5


class Drippers(threading.Thread):
    """Holds connections whose requests never become whole: a byte each, again and again; one that was ended is opened again."""

    def __init__(self, port, count):
        super().__init__(daemon=True)
        self.port, self.count, self.sockets = port, count, []
        self.stopping, self.full = threading.Event(), threading.Event()

    def dial(self, number):
        s = socket.socket()
        s.bind((f"127.0.0.{number % ADDRESSES + 1}", 0))
        s.settimeout(2)
        try:
            s.connect(("127.0.0.1", self.port))
            s.sendall(b"GET /v1/compl")
        except OSError:
            pass
        return s

    def run(self):
        self.sockets = [self.dial(n) for n in range(self.count)]
        self.full.set()
        while not self.stopping.is_set():
            for n, s in enumerate(self.sockets):
                try:
                    s.send(b"a")
                except OSError:
                    s.close()
                    self.sockets[n] = self.dial(n)
            self.stopping.wait(0.1)

    def __enter__(self):
        self.start()
        check(self.full.wait(30), "the connections are not made")
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.join()
        for s in self.sockets:
            s.close()


class Flood(threading.Thread):
    """Asks the API for lists as fast as it answers, on connections that stay."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.answers, self.stopping = port, 0, threading.Event()

    def run(self):
        question = b"GET /v1/complaints HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        while not self.stopping.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as s:
                    while not self.stopping.is_set():
                        s.sendall(question * 4)
                        if not s.recv(65536):
                            break
                        self.answers += 1
            except OSError:
                pass


def answers(o, name, what):
    """All that health has to say, several times; returns the longest wait."""
    longest = 0
    for _ in range(10):
        for path in PATHS:
            began = time.monotonic()
            status, text = o.get(o.url(name, path))
            longest = max(longest, time.monotonic() - began)
            check_equal(status, 200, f"{name}{path} while {what}: {text[:200]}")
    check(longest < ANSWER_SECONDS_MAX, f"{name}: an answer took {longest:.1f} s while {what}")
    env = {**o.env, **o.settings(name), "OMBUD_HEALTH__LISTEN": f"127.0.0.1:{o.port(name, health=True)}"}
    program(os.path.join(o.bin, f"ombud-{name}"), "--config", os.path.join(TOP, f"deploy/config/{name}.yaml"), "--healthcheck", env=env)
    print(f"    {name}: answers within {longest * 1000:.0f} ms", flush=True)


def run(broker):
    with Ombud(broker) as o:
        o.prepare()
        o.start()
        for name in DAEMONS:
            answers(o, name, "nothing is done")
        for name in filter(o.has_api, DAEMONS):
            with section(f"{name}: more connections than its API has, dripping"), Drippers(o.port(name), TAKEN):
                answers(o, name, "its API's connections are all taken")
            with section(f"{name}: its API asked without a pause, by eight at once"):
                floods = [Flood(o.port(name)) for _ in range(8)]
                for flood in floods:
                    flood.start()
                wait_for("the flood to be answered", lambda floods=floods: all(flood.answers for flood in floods), 30)
                answers(o, name, "its API is flooded")
                for flood in floods:
                    flood.stopping.set()
            with section(f"{name}: drippers where health is"), Drippers(o.port(name, health=True), 100):
                answers(o, name, "its health's connections are all taken")
