"""The programs of proto/PUBLISH.md, in four languages, as they stand there: an order and a complaint go in, its fact comes back."""
import os
import re
import shutil
import subprocess

from ombud import TOP, Ombud, Skip, check, check_equal
from ombud import run as program

BROKERS = ("kafka",)
WHY = "runs once, and kafkajs cannot do with the mock's controller"

PAGE = os.path.join(TOP, "proto/PUBLISH.md")
HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 300


def blocks():
    with open(PAGE, encoding="utf-8") as f:
        return dict(re.findall(r"^```(\w+)\n(.*?)^```$", f.read(), re.S | re.M))


# ---- a language: puts beside its program what that needs and gives its command, or says why it cannot run here ----

def python(folder):
    if subprocess.run(["/usr/bin/python3", "-c", "import confluent_kafka"], capture_output=True, check=False).returncode:
        raise Skip("python3-confluent-kafka is not installed")
    return "publish.py", ["/usr/bin/python3", "publish.py"]


def javascript(folder):
    packages = os.path.join(HERE, "kafkajs")
    if not os.path.isdir(os.path.join(packages, "node_modules", "lz4js")):
        program("npm", "ci", "--prefix", packages, "--no-audit", "--no-fund", timeout=300)
    os.symlink(os.path.join(packages, "node_modules"), os.path.join(folder, "node_modules"))
    return "publish.mjs", ["node", "publish.mjs"]


def java(folder):
    if not shutil.which("javac"):
        raise Skip("there is no Java compiler (openjdk-17-jdk-headless)")
    libs = program(os.path.join(TOP, "deploy/local/env"), "jars").stdout.strip()
    return "Publish.java", ["java", "-XX:TieredStopAtLevel=1", "-cp", libs + "/*", "Publish.java"]


def go(folder):
    if not shutil.which("go"):
        raise Skip("there is no Go (golang-go)")
    for name in ("go.mod", "go.sum"):
        shutil.copy(os.path.join(HERE, "franz-go", name), folder)
    return "main.go", ["go", "run", "-mod=readonly", "."]


LANGUAGES = {"python": python, "javascript": javascript, "java": java, "go": go}


def begin(o, language, text):
    """Writes the page's program and its own order's events into a folder; returns the running program."""
    folder = os.path.join(o.folder, language)
    os.mkdir(folder)
    name, command = LANGUAGES[language](folder)
    for path, content in ((name, text[language]), ("events.ndjson", text["json"].replace("o-2", f"o-{language}"))):
        with open(os.path.join(folder, path), "w", encoding="utf-8") as f:
            f.write(content)
    return subprocess.Popen(command, cwd=folder, env=o.env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def came_back(o, language, process):
    out, errors = process.communicate(timeout=SECONDS)
    check_equal(process.returncode, 0, f"{language}: {errors[-2000:]}")
    check("ombud.complaint.v1.ComplaintChanged" in out, f"what {language} read: {out[-400:]}")
    o.wait_stage(f"o-{language}", "filed")
    complaint = o.value(f"select complaint_id from intake.complaint_stages where order_id = 'o-{language}'")
    check_equal(out.split()[-2:], ["ombud.complaint.v1.ComplaintChanged", complaint], f"what {language} read ({out[-400:]})")


def run(broker):
    text = blocks()
    check_equal(sorted(text), sorted([*LANGUAGES, "json"]), "blocks of the page")
    with Ombud(broker) as o:
        o.prepare()
        o.start("intake")
        running, skipped = {}, []
        try:
            for language in LANGUAGES:
                try:
                    running[language] = begin(o, language, text)
                except Skip as reason:
                    skipped.append(f"{language}: {reason}")
            for language, process in running.items():
                came_back(o, language, process)
                print(f"  {language}: published, and read its fact back", flush=True)
        finally:
            for process in running.values():
                process.kill()
        check_equal(o.value("select count(*) from intake.log where type = 'forwarded'"), "0", "records in another partition than their key's")
        print("".join(f"  skipped: {reason}\n" for reason in skipped), end="", flush=True)
        check(running, "no language at all")
