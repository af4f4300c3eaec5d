"""Whatever keeps ombudctl from its broker or its database has its own sentence and a non-zero exit: a name, nobody there, TLS, a password, silence."""
import json
import os
import socket
import ssl
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from ombud import Ombud, check, free_port, order_recorded, section
from ombud import run as program

BROKERS = ("kafka",)
WHY = "every broker in it is one of its own; runs once"
SECRET = "wrong-secret"
API_VERSIONS, SASL_HANDSHAKE, SASL_AUTHENTICATE = 18, 17, 36
UNSUPPORTED_MECHANISM, REFUSED = 33, 58


@contextmanager
def listener(serve):
    """A port of 127.0.0.1 whose every connection is served by serve(connection) in a thread of its own."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen(20)

        def one(connection):
            with connection:
                try:
                    serve(connection)
                except OSError:
                    pass  # hung up

        def accept():
            while True:
                try:
                    connection = s.accept()[0]
                except OSError:
                    return
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield s.getsockname()[1]
        s.shutdown(socket.SHUT_RDWR)


def exactly(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise OSError("hung up")
        data += more
    return data


def silent(connection):
    while connection.recv(4096):
        pass


def asks_password(connection):
    """As much of a Kafka broker as a client sees that logs in: SASL PLAIN, and no password is right."""
    while True:
        request = exactly(connection, struct.unpack(">i", exactly(connection, 4))[0])
        api, version, correlation = struct.unpack(">hhi", request[:8])
        if api == API_VERSIONS and version > 0:
            body = struct.pack(">hihhh", 35, 1, API_VERSIONS, 0, 0)  # ask with version 0
        elif api == API_VERSIONS:
            known = ((API_VERSIONS, 0, 0), (SASL_HANDSHAKE, 0, 1), (SASL_AUTHENTICATE, 0, 0), (3, 0, 4))
            body = struct.pack(">hi", 0, len(known)) + b"".join(struct.pack(">hhh", *row) for row in known)
        elif api == SASL_HANDSHAKE:
            body = struct.pack(">hi", 0 if request.endswith(b"PLAIN") else UNSUPPORTED_MECHANISM, 1) + struct.pack(">h", 5) + b"PLAIN"
        elif api == SASL_AUTHENTICATE:
            words = b"Authentication failed: Invalid username or password"
            body = struct.pack(">hh", REFUSED, len(words)) + words + struct.pack(">i", 0)
        else:
            return
        connection.sendall(struct.pack(">ii", len(body) + 4, correlation) + body)


class Certificate:
    """Signed by itself, of the name localhost."""

    def __init__(self, folder):
        self.key, self.file = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
        program("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", self.key, "-out", self.file,
            "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.file, self.key)

    def kafka(self, connection):
        with self.context.wrap_socket(connection, server_side=True) as inside:
            silent(inside)

    def postgres(self, connection):
        exactly(connection, 8)  # SSLRequest
        connection.sendall(b"S")
        self.kafka(connection)


def told(o, sentence, *arguments, ok=1):
    done = o.ctl(*arguments, ok=(ok,), input=json.dumps(order_recorded("never")))
    check(sentence in done.stderr, f"ombudctl {' '.join(arguments)}: no {sentence!r} in {done.stderr!r}")
    check(SECRET not in done.stderr, f"a password is told: {done.stderr}")


def each(o, cases):
    """Side by side: most of them wait."""
    with ThreadPoolExecutor(len(cases)) as pool:
        list(pool.map(lambda case: told(o, *case), cases))


def settings(protocol, **more):
    return ",".join([f"security.protocol={protocol}"] + [f"{key.replace('_', '.')}={value}" for key, value in more.items()])


def brokers(o, certificate):
    with section("the broker: a name, nobody, TLS, a password, silence"), listener(silent) as mute, listener(asks_password) as guarded, \
            listener(certificate.kafka) as tls:
        plain = {"sasl_mechanism": "PLAIN", "sasl_username": "ombud", "sasl_password": SECRET}
        cases = [
            ("its name is not known here", "no-such-host.invalid:9092", ""),
            ("nobody listens there", f"127.0.0.1:{free_port()}", ""),
            ("it accepts the connection and says nothing", f"127.0.0.1:{mute}", ""),
            ("its certificate is not trusted", f"localhost:{tls}", settings("ssl")),
            ("its certificate is not trusted", f"localhost:{tls}", settings("sasl_ssl", **plain)),
            ("it refuses this user or password", f"127.0.0.1:{guarded}", settings("sasl_plaintext", **plain)),
            ("it does not take this sasl.mechanism", f"127.0.0.1:{guarded}",
             settings("sasl_plaintext", **{**plain, "sasl_mechanism": "SCRAM-SHA-256"})),
            ("it hangs up at TLS: perhaps it speaks none", o.brokers, settings("ssl")),
        ]
        each(o, [(f"the broker at {address} cannot be reached: {sentence}", "topics", "check", "--brokers", address, "--kafka", kafka)
                 for sentence, address, kafka in cases])
        wrong = ("--brokers", f"127.0.0.1:{guarded}", "--kafka", settings("sasl_plaintext", **plain))
        began = time.monotonic()
        for arguments in (("topics", "create"), ("lag",), ("publish", "-")):
            told(o, "it refuses this user or password", *arguments, *wrong)
        told(o, "it refuses this user or password", "audit", *wrong, ok=4)
        check(time.monotonic() - began < 30, "what waiting does not mend is not waited for")


def databases(o, certificate):
    with section("the database: a name, nobody, TLS, a password, no such database, silence"), listener(silent) as mute, \
            listener(certificate.postgres) as tls:
        os.mkdir(os.path.join(o.folder, "other"))
        other = Certificate(os.path.join(o.folder, "other"))
        tcp = f"{o.env['OMBUD_DATABASE_TCP']} user=ombud_reader"
        cases = [
            ("its name is not known here", "host=no-such-host.invalid dbname=ombud"),
            ("nobody listens there", f"host=127.0.0.1 port={free_port()} dbname=ombud"),
            ("nobody listens there (no such socket)", "host=/nowhere dbname=ombud"),
            ("it does not answer", f"host=127.0.0.1 port={mute} dbname=ombud connect_timeout=2"),
            ("its certificate is not trusted", f"host=localhost port={tls} dbname=ombud sslmode=verify-full sslrootcert={other.file}"),
            ("it speaks no TLS", f"{tcp} sslmode=require"),
            ("it refuses this user or password", f"{tcp} password={SECRET}"),
            ("there is no such database", f"{o.env['OMBUD_DATABASE']} user=ombud_reader dbname=nowhere"),
            ("there is no such role", f"{o.env['OMBUD_DATABASE']} user=nobody_here"),
        ]
        each(o, [(f"the database cannot be reached: {sentence}", "complaint", "list", "--dsn", dsn) for sentence, dsn in cases])


def run(broker):
    with Ombud(broker) as o:
        certificate = Certificate(o.folder)
        brokers(o, certificate)
        databases(o, certificate)
