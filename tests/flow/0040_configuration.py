"""A wrong configuration is reported whole, as file:line:column with the nearest known name, and the daemon does not start."""
import os

from ombud import DAEMONS, TOP, check, check_equal
from ombud import run as program

BROKERS = ("kafka",)
WHY = "needs no broker; runs once"

PROGRAMS = [f"ombud-{name}" for name in DAEMONS] + ["ombudctl"]
WRONG = """postgres:
  dns: host=nowhere
http:
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
        done = program(binary, "--config", os.path.join(TOP, f"deploy/config/{name}.yaml"), "--check-config")
        check_equal(done.returncode, 0, f"{name} --check-config of the sample")
        secret = program(binary, "--config", os.path.join(TOP, f"deploy/config/{name}.yaml"), "--print-config",
                         env={**os.environ, "OMBUD_POSTGRES__DSN": "host=x password=canary-7"})
        check("canary-7" not in secret.stdout + secret.stderr, f"{name}: --print-config shows the password")
        check("postgres" in program(binary, "--help").stdout, f"{name} --help")
        done = program(binary, "--config", os.path.join(TOP, f"deploy/config/{name}.yaml"), "--http.listen=127.0.0.1:1", "--healthcheck", ok=(1,))
        check_equal(done.stderr, "http.listen 127.0.0.1:1: no answer: Connection refused\n", f"{name} --healthcheck where nobody listens")
        print(f"  {name}: all mistakes told at once", flush=True)
    versions = {program(os.path.join(TOP, "build/bin", name), "--version").stdout.removeprefix(name) for name in PROGRAMS}
    check(len(versions) == 1, f"programs of one build have several versions: {versions}")
    wrong_data(os.path.join(TOP, "build"))


# What an operator edits beside the options, with one mistake or more each: daemon, option, text, what must be told.
DATA_FILES = [
    ("triage", "triage.rules", "rules:\n  - id: a\n    wen: {all: []}\n  - id: b\n    when: {all: [{amont: {at_least: 5}}]}\n    set: {tier: simple}\n",
     [(":3:", "when"), (":5:", "amount")]),
    ("escalation", "policies.file", "version: 1\ncalendar: cn\nstandard: standard\nclocks:\n  first_respons: {target: 2h, unit: elapsed}\n"
     "  end_to_end: {target: 7d, unit: business_dayz}\npolicies:\n  standard: {}\n",
     [(":5:", "first_response"), (":6:", "business_days")]),
]


def wrong_data(folder):
    for name, option, text, wants in DATA_FILES:
        path = os.path.join(folder, f"wrong-{name}.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        done = program(os.path.join(TOP, "build/bin", f"ombud-{name}"), "--config", os.path.join(TOP, f"deploy/config/{name}.yaml"),
                       f"--{option}={path}", "--check-config", ok=(2,))
        for place, words in wants:
            check(any(place in line and words in line for line in done.stderr.splitlines()), f"{name}: no {place} with {words} in:\n{done.stderr}")
        print(f"  {name}: mistakes in {option} told", flush=True)
