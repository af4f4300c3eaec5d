"""A wrong configuration is reported whole, as file:line:column with the nearest known name, and the daemon does not start."""
import json
import os
import signal
import subprocess

from ombud import DAEMONS, TOP, check, check_equal, wait_for
from ombud import run as program

BROKERS = ("kafka",)
WHY = "needs no broker; runs once"

PROGRAMS = [f"ombud-{name}" for name in DAEMONS] + ["ombudctl", "ombud-player", "ombud-mockbroker"]
WRONG = """postgres:
  dns: host=nowhere
health:
  listen: 127.0.0.1:8080
lanes: many
log:
  levle: info
  format: xml
"""


def run(broker):
    folder = os.path.join(TOP, "build")
    path = os.path.join(folder, "wrong.yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(WRONG)
    for name in DAEMONS:
        binary = os.path.join(TOP, "build/bin", f"ombud-{name}")
        done = program(binary, "--config", path, ok=(2,))
        for place, words in (("wrong.yaml:2:", "postgres.dsn"), ("wrong.yaml:5:", "lanes"), ("wrong.yaml:7:", "log.level"), ("wrong.yaml:8:", "json")):
            lines = [line for line in done.stderr.splitlines() if place in line]
            check(len(lines) == 1 and words in lines[0], f"{name}: no line with {place} and {words} in:\n{done.stderr}")
        check_equal(done.stdout, "", f"{name}: stdout")
        for argument in ("--check-config", "--print-config"):
            done = program(binary, argument, ok=(2,))
            for option in ("postgres.dsn", "kafka.bootstrap.servers"):
                check(f"ombud-{name}: {option}: must be given\n" in done.stderr, f"{name} {argument}: nothing of {option} in:\n{done.stderr}")
        done = program(binary, "--config", os.path.join(TOP, f"deploy/config/{name}.yaml"), "--check-config")
        check_equal(done.returncode, 0, f"{name} --check-config of the sample")
        secret = program(binary, "--config", os.path.join(TOP, f"deploy/config/{name}.yaml"), "--print-config",
                         env={**os.environ, "OMBUD_POSTGRES__DSN": "host=x password=canary-7"})
        check("canary-7" not in secret.stdout + secret.stderr, f"{name}: --print-config shows the password")
        check("postgres" in program(binary, "--help").stdout, f"{name} --help")
        done = program(binary, "--config", os.path.join(TOP, f"deploy/config/{name}.yaml"), "--health.listen=127.0.0.1:1", "--healthcheck", ok=(1,))
        check_equal(done.stderr, "health.listen 127.0.0.1:1: no answer: Connection refused\n", f"{name} --healthcheck where nobody listens")
        done = program(binary, "--config", os.path.join(TOP, f"deploy/config/{name}.yaml"), "--http.listen=", "--check-config", ok=None)
        check_equal(done.returncode, 0 if name in ("intake", "notification") else 2, f"{name}: http.listen is for those that have an API: {done.stderr}")
        print(f"  {name}: all mistakes told at once", flush=True)
    versions = {program(os.path.join(TOP, "build/bin", name), "--version").stdout.removeprefix(name) for name in PROGRAMS}
    check(len(versions) == 1, f"programs of one build have several versions: {versions}")
    tools()
    all_at_once(os.path.join(TOP, "build"))
    for name in DAEMONS:
        reloading(os.path.join(TOP, "build"), name)


# tool: a wrong command line, and what must be told of it
TOOLS = {
    "ombud-player": ("--pace=-1 --dsn ombud --brokers h:x --workdir /nowhere --sty --prefix a/b",
                     ("--pace: -1 is out of bounds", "--dsn: missing", "--brokers: \"h:x\" is not host:port", "--workdir: /nowhere: No such",
                      "--sty: unknown flag; did you mean --stay?", "--prefix: \"a/b\": want letters")),
    "ombud-mockbroker": ("--partitions many --bootstrap-file /tmp --prefix --port=1 stray",
                         ("--partitions: \"many\" is not a whole", "--bootstrap-file: \"/tmp\" is no name", "--prefix: wants a value", "--port: unknown flag", "stray: one word too many")),
}


def tools():
    for name, (line, wants) in TOOLS.items():
        binary = os.path.join(TOP, "build/bin", name)
        done = program(binary, "--help")
        check(done.stdout.startswith(f"usage: {name} [flags]") and "--prefix TEXT" in done.stdout and not done.stderr, f"{name} --help: {done}")
        done = program(binary, *line.split(), ok=(2,))
        for want in (*wants, f"usage: {name} [flags]"):
            check(want in done.stderr, f"{name}: no {want} in:\n{done.stderr}")
        check_equal(done.stdout, "", f"{name}: stdout")
    print("  player, mockbroker: --help, --version, all that is wrong with a command line at once", flush=True)


# The options, what librdkafka is handed, and each daemon's own files: mistakes in all of them.
ALL = """postgres:
  dsn: nonsense
health:
  listen: 127.0.0.1:99999
kafka:
  bootstrap.servers: 127.0.0.1:1
  no.such: 1
  acks: 1
  heartbeat.interval.ms: fast
"""
ALL_WANTS = (("all.yaml:2:8:", "postgres.dsn"), ("all.yaml:4:11:", "host:port"), ("all.yaml:7:12:", "kafka.no.such"), ("all.yaml:8:9:", "kafka.acks"),
             ("all.yaml:9:26:", "heartbeat"), ("--nope:", "unknown"))
# daemon: option, its file's or folder's name, what is wrong in it
ALL_FILES = {
    "intake": (("http.tokens", "all.tokens", "nonsense\n", "all.tokens:1:1:"),),
    "triage": (),
    "escalation": (),
    "notification": (("http.tokens", "all.tokens", "nonsense\n", "all.tokens:1:1:"),),
}


def all_at_once(folder):
    config = write(folder, "all.yaml", ALL)
    for name, files in ALL_FILES.items():
        flags, wants = [], list(ALL_WANTS)
        for option, file, text, want in files:
            path = write(folder, file, text) if file else os.path.join(folder, "no-such-folder")
            flags.append(f"--{option}={path}")
            wants.append((want, ""))
        done = program(os.path.join(TOP, "build/bin", f"ombud-{name}"), "--config", config, "--check-config", "--nope", *flags, ok=(2,))
        lines = done.stderr.splitlines()
        for place, words in wants:
            check(any(place in line and words in line for line in lines), f"{name}: no line with {place} and {words} in:\n{done.stderr}")
        check_equal(len(set(lines)), len(lines), f"{name}: lines told once")
        check("configuration is right" not in done.stdout, f"{name}: stdout {done.stdout}")
        print(f"  {name}: mistakes of all kinds told at once", flush=True)
        daemon = program(os.path.join(TOP, "build/bin", f"ombud-{name}"), "--config", config, "--check-config", ok=(2,))
        ctl = program(os.path.join(TOP, "build/bin/ombudctl"), "config", "check", name, config, ok=(2,))
        check_equal((ctl.stdout, ctl.stderr), (daemon.stdout, daemon.stderr), f"ombudctl config check {name} beside the daemon's own")


# daemon: an option with a file of its own, and what stands in it; the others have none
EDITED = {"intake": ("http.tokens", "a" * 64 + " *\n"), "notification": ("http.tokens", "b" * 64 + " *\n")}
RIGHT = """postgres.dsn: host=127.0.0.1 port=1
kafka: {bootstrap.servers: "127.0.0.1:1"}
health.listen: ""
"""


def reloading(folder, name):
    """A daemon that neither database nor broker answers, at SIGHUP: options and files are looked at together, and all of them taken, or none."""
    config, log = write(folder, "reload.yaml", RIGHT), os.path.join(folder, "reload.log")
    option, text = EDITED.get(name, ("log.effects", None))
    edited = "7"
    if text:
        edited = write(folder, "reload.edited", text if text.endswith("\n") else open(os.path.join(TOP, text), encoding="utf-8").read())
        os.chmod(edited, 0o600)
    right = f"{option}: {edited}\n"
    files, wants = "", [want for want in ALL_WANTS if not want[0].startswith("--")]
    for wrong, file, text, want in ALL_FILES[name]:
        path = write(folder, file, text) if file else os.path.join(folder, "no-such-folder")
        files += f"{wrong}: {path}\n"
        wants.append((want, ""))
    wants = [(place.replace("all.yaml", "reload.yaml"), words) for place, words in wants]
    with open(log, "a", encoding="utf-8") as out:
        out.truncate(0)
        daemon = subprocess.Popen([os.path.join(TOP, "build/bin", f"ombud-{name}"), "--config", config], cwd=TOP, stdout=out, stderr=out)

        def hangup(text, words):
            write(folder, "reload.yaml", text)
            out.truncate(0)
            daemon.send_signal(signal.SIGHUP)
            return wait_for(f"{name} to say: {words}", lambda: (lambda said: words in said and said)(open(log, encoding="utf-8").read()))

        def lines(text):
            """What it said up to the reload's outcome, each line JSON; other things (the broker is away) may be told beside."""
            said = [json.loads(line) for line in text.splitlines()]
            return [line for line in said if "configuration" in line["msg"] or "option" in line]

        try:
            wait_for(f"{name} to start", lambda: '"started"' in open(log, encoding="utf-8").read())
            said = lines(hangup(ALL + files, "configuration not reloaded"))
            for place, words in wants:
                check(any(place in error and words in error for error in said[0]["errors"]), f"{name}: no reason with {place} and {words} in:\n{said}")
            check_equal(said[0]["count"], len(said[0]["errors"]), f"{name}: how many reasons")
            said = lines(hangup(RIGHT + "lanes: 3\n", "configuration reloaded"))
            check_equal(said[-1]["changed"], [], f"{name}: nothing that is taken has changed")
            check_equal([line["option"] for line in said if "needs a restart" in line["msg"]], ["lanes"], f"{name}: what needs a restart")
            said = lines(hangup(RIGHT + "log.level: debug\n" + right, "configuration reloaded"))[-1]
            check(len(said["changed"]) == 2 and said["changed"][0].startswith(f"{min(option, 'log.level')}: ") and "log.level: debug, before: info" in said["changed"]
                  and any(line.startswith(f"{option}: {edited}, before: ") for line in said["changed"]), f"{name}: what has changed: {said}")
            if text:
                with open(edited, "a", encoding="utf-8") as file:
                    file.write("# edited\n")
                said = lines(hangup(RIGHT + "log.level: debug\n" + right, "configuration reloaded"))[-1]
                check_equal(said["changed"], [f"{option}: {edited}: what is in it"], f"{name}: what has changed in a file")
            hangup(RIGHT + right, "configuration reloaded")
            hangup(RIGHT + "log.level: error\n" + (files or "log.effects: many\n"), "configuration not reloaded")
            daemon.send_signal(signal.SIGTERM)
            check_equal(daemon.wait(15), 0, f"{name}: exit code after SIGTERM")
            check('"draining' in open(log, encoding="utf-8").read(), f"{name} took another log.level though its files were wrong")
        finally:
            daemon.kill()
            daemon.wait()
    print(f"  {name}: at SIGHUP all of it is taken, or nothing, and every mistake told", flush=True)


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path
