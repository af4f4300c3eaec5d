"""A platform is applied as one version: checked whole, numbered, held by whoever began with it; daemons go by the database, not by a folder."""
import json
import os
import re
import shutil
import tempfile

from ombud import TOP, DAEMONS, Ombud, check, check_equal, complaint_filed, event, order_recorded, section, wait_for

BROKERS = ("mock", "kafka")
WHY = ""

# One mistake or more in each: the file, what stands in it, what must be told.
WRONG = [
    ("rules.yaml", "rules:\n  - id: a\n    wen: {all: []}\n  - id: b\n    when: {all: [{amont: {at_least: 5}}]}\n    set: {tier: simple}\n",
     [(":3:", "when"), (":5:", "amount")]),
    ("policies.yaml", "version: 1\ncalendar: cn\nstandard: standard\nclocks:\n  first_respons: {target: 2h, unit: elapsed}\n"
     "  end_to_end: {target: 7d, unit: business_dayz}\npolicies:\n  standard: {}\n",
     [(":5:", "first_response"), (":6:", "business_days")]),
    ("platform.yaml", "languages: [en, en]\nzone: Mars\nwindows: {receipt: 0s, digitl: 7d}\n", [(":1:", "en is there already"), (":2:", "Mars"), (":3:", "digital")]),
    ("endpoints.yaml", "endpoints:\n- {id: a, url: 'https://example.com/', secret: whsec_x}\n", [(":2:", "secret_file")]),
]
TWO_HOURS, THREE_HOURS = 2 * 3600, 3 * 3600


def first_response(hours):
    """policies.yaml with another first response."""
    def edit(text):
        edited, count = re.subn(r"first_response: {target: 2h,", f"first_response: {{target: {hours}h,", text)
        check_equal(count, 1, "places of the first response in policies.yaml")
        return edited
    return edit


def folder_of(o, name, files):
    top = tempfile.mkdtemp(dir=o.folder)
    shutil.copytree(os.path.join(TOP, "deploy/platforms/default"), os.path.join(top, "default"))
    for path, text in files.items():
        os.makedirs(os.path.join(top, name, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(top, name, path), "w", encoding="utf-8") as f:
            f.write(text)
    return os.path.join(top, name)


def nothing_applied(o):
    with section("without a version of default no daemon joins, and says why; it joins when there is one"):
        o.ctl("db", "up")
        o.ctl("topics", "create")
        for name in ("intake", "triage", "escalation"):
            o.spawn(name)
        for name in ("intake", "triage", "escalation"):
            log = os.path.join(o.folder, f"{name}-1.log")
            wait_for(f"{name} to say why", lambda path=log: "no version of platform default is applied: ombudctl platform apply" in open(path, encoding="utf-8").read())
            check_equal(o.get(o.url(name, "/readyz"))[0], 503, f"{name} is not ready")
        check_equal(o.apply_platform(), 1, "the first version")
        for name in ("intake", "triage", "escalation"):
            o.wait_ready(name)
        o.start("notification")


def refused(o):
    with section("apply: every mistake of a folder at once, and nothing is applied; the same bytes, another newest, a name that is none"):
        done = o.ctl("platform", "apply", folder_of(o, "wrong", {path: text for path, text, _ in WRONG}), ok=(1,))
        for path, _, wants in WRONG:
            for place, words in wants:
                check(any(f"/{path}{place}" in line and words in line for line in done.stderr.splitlines()), f"no {path}{place} with {words} in {done.stderr}")
        check("notes.txt: error: no file of a platform" in o.ctl("platform", "apply", folder_of(o, "wrong", {"notes.txt": "x"}), ok=(1,)).stderr, "a file that nobody reads")
        check("the folder's name" in o.ctl("platform", "apply", folder_of(o, "No_Id", {"x.yaml": "a: b"}), ok=None).stderr, "a name that is no id")
        check_equal([row["version"] for row in o.ctl_json("platform", "list")], [1], "versions")
        default = os.path.join(TOP, "deploy/platforms/default")
        check("has the same bytes" in o.ctl("platform", "apply", default).stderr, "the same bytes")
        edited = folder_of(o, "default", {"policies.yaml": first_response(3)(open(os.path.join(default, "policies.yaml"), encoding="utf-8").read())})
        done = o.ctl("platform", "apply", edited, "--from", "0", ok=(1,))
        check("version 1 is the newest of platform default, not 0" in done.stderr, "--from")
        check_equal(done.stdout, "policies.yaml clocks.first_response.target: 2h -> 3h\n", "what is otherwise")
        unraised = "policies.yaml says something else under the version that it had"
        check(unraised in done.stderr, f"figures that changed under one version: {done.stderr}")
        with open(os.path.join(edited, "policies.yaml"), encoding="utf-8") as f:
            raised = f.read().replace("\nversion: 1\n", "\nversion: 2\n")
        check(unraised not in o.ctl("platform", "apply", folder_of(o, "default", {"policies.yaml": raised}), "--from", "0", ok=(1,)).stderr, "the version is raised")
        check_equal([row["version"] for row in o.ctl_json("platform", "list")], [1], "versions")


def zones_moved(o):
    with section("check --applied: what a newer tzdata opens otherwise than the applied version stored, with its place; nothing else"):
        default = os.path.join(TOP, "deploy/platforms/default")
        database = f"{o.env['OMBUD_DATABASE']} user=ombud_reader"

        def found(folder):
            return [(row["severity"], os.path.basename(row["file"]), row["text"]) for row in o.ctl_json("platform", "check", folder, "--applied", database) if row["code"] == "zone_moved"]
        check_equal(found(default), [], "as it was applied")
        # As if it had been applied with other zone data.
        o.sql("create table was as select version, opens from ombud.platform_calendar; set session_replication_role = replica;"
              " update ombud.platform_calendar set opens = array(select at + interval '1 hour' from unnest(opens) with ordinality u(at, n) order by n)")
        rows = found(default)
        check(len(rows) == 1 and rows[0][:2] == ("warning", "cn.yaml") and "version 1 opens otherwise than this machine's time zone data has Asia/Shanghai" in rows[0][2], rows)
        o.sql("set session_replication_role = replica; update ombud.platform_calendar c set opens = was.opens from was where was.version = c.version; drop table was")
        check_equal(found(default), [], "as it was")
        check("no version of platform none is applied" in o.ctl("platform", "check", folder_of(o, "none", {"platform.yaml": "languages: [en]\nzone: UTC\n"}), "--applied", database, ok=(0, 1)).stderr, "none")
        check("cannot be reached" in o.ctl("platform", "check", default, "--applied", "host=/nowhere", ok=(1,)).stderr, "no database")


# Each file by itself is right: only side by side does it show. What is edited in default, and a part of what is told.
ACROSS = [
    ("rules.yaml", "policy: complex, priority: +10}", "policy: complexx, priority: +10}", "unknown_policy"),
    ("policies.yaml", "final_decision: {target: 72h", "final_decision: {target: 720h", "road_too_long"),
    ("policies.yaml", "  backend:\n", "  spare: {unit: elapsed, levels: [{role: owner, after: 0h}], ends_after: 1h}\n  backend:\n", "ladder_unnamed"),
]


def refused_across(o):
    with section("apply refuses what only shows across files, in check's words and at its places; what is only questionable spoils no JSON"):
        texts = {}
        for path, old, new, _ in ACROSS:
            if path not in texts:
                with open(os.path.join(TOP, "deploy/platforms/default", path), encoding="utf-8") as f:
                    texts[path] = f.read()
            check(old in texts[path], f"{old} stands in {path}")
            texts[path] = texts[path].replace(old, new, 1)
        folder = folder_of(o, "across", texts)
        told = o.ctl("platform", "check", folder, ok=(1,)).stdout.splitlines()
        errors = [line for line in told if ": error: " in line]
        for path, _, _, code in ACROSS:
            check(any(line.startswith(os.path.join(folder, path) + ":") and f"[{code}]" in line for line in errors), f"no {code} in {told}")
        for words in ((), ("-o", "json")):
            done = o.ctl("platform", "apply", folder, *words, ok=(1,))
            check_equal([line for line in errors if line not in done.stderr.splitlines()], [], f"told by check and not by apply: {done.stderr}")
            check_equal(done.stdout, "", "what a refused one says to programs")
        check_equal([row["version"] for row in o.ctl_json("platform", "list")], [1], "versions")
        done = o.ctl("platform", "apply", folder_of(o, "short", {"platform.yaml": "languages: [en]\nzone: UTC\nwindows: {receipt: 2d, digital: 7d}\n"}),
                     "--effective-from", "2100-01-01T00:00:00Z", "-o", "json")
        check("platform.yaml:3:" in done.stderr and "warning: less than 3 days" in done.stderr, f"the warning: {done.stderr}")
        check_equal(json.loads(done.stdout)["version"], 2, "a version with warnings is applied")


def file(o, order, platform):
    events = [order_recorded(order), complaint_filed(order)]
    for said in events:
        said["data"]["meta"]["platformId"] = platform
    o.publish(*events)
    o.wait_stage(order, "negotiating")


def target_of(o, order):
    """(version, seconds of the first response) of the complaint of that order. Escalation goes by the number that triage has told."""
    wait_for(f"the clock of {order}", lambda: o.sql(f"select 1 from escalation.complaint c join escalation.clock k using (shard, complaint_id)"
                                                    f" where order_id = '{order}' and clock = 'first_response'"))
    row = o.sql(f"select k.policy_version, k.target / 1000000, i.policy_version, k.calendar_version"
                f" from escalation.complaint c join escalation.clock k using (shard, complaint_id)"
                f" join intake.complaint i using (complaint_id)"
                f" where c.order_id = '{order}' and k.clock = 'first_response'")[0]
    check(row[0] == row[2] == row[3], f"{order}: one number in all daemons: {row}")
    return int(row[0]), int(row[1])


def pinned(o):
    with section("a complaint keeps the version that held when it was filed; a platform has its own, others go by default's"):
        file(o, "v-1", "shop")
        check_equal(target_of(o, "v-1"), (1, TWO_HOURS), "by default's first")
        check_equal(o.apply_platform("alpha", {"policies.yaml": first_response(3)}, "now"), 3, "a platform's own")
        check_equal(o.apply_platform(edits={"policies.yaml": first_response(4)}, effective="2100-01-01T00:00:00Z"), 4, "one that does not hold yet")
        states = {row["version"]: row["state"] for row in o.ctl_json("platform", "list")}
        check_equal(states, {1: "in_force", 2: "coming", 3: "in_force", 4: "coming"}, "states")

        def known():
            logs = "".join(open(os.path.join(o.folder, f"{name}-1.log"), encoding="utf-8").read() for name in ("intake", "triage", "escalation"))
            return logs.count("a version of a platform has been applied") >= 9
        wait_for("all daemons to have heard of all", known)
        file(o, "v-2", "alpha")
        file(o, "v-3", "shop")
        check_equal(target_of(o, "v-2"), (3, THREE_HOURS), "the platform's own")
        check_equal(target_of(o, "v-3"), (1, TWO_HOURS), "others by default's that holds")


def restarted(o):
    with section("retired, restarted, no folder: what is pinned keeps it where that is said, what is new goes by what is left"):
        o.ctl("platform", "retire", "3", ok=(2,))
        o.ctl("platform", "retire", "3", "--yes", "--open", "keep")
        o.ctl("platform", "retire", "3", "--yes", ok=(3,))
        check("the last of platform default" in o.ctl("platform", "retire", "1", "--yes", ok=(1,)).stderr, "default's last in force stays")
        for name in DAEMONS:
            check_equal(o.kill(name, how=15), 0, f"{name} drains")
        o.start()
        file(o, "v-4", "alpha")
        check_equal(target_of(o, "v-4"), (1, TWO_HOURS), "new of a platform whose version is retired")
        check_equal(target_of(o, "v-2"), (3, THREE_HOURS), "pinned to it")
        o.publish(answer("v-2", o))
        o.wait_stage("v-2", "merchant_answered")


def answer(order, o):
    complaint = o.value(f"select complaint_id from intake.complaint where order_id = '{order}'")
    return event("AnswerGiven", order, {"complaintId": complaint, "defence": {"text": "no"}}, platform="alpha", actor=("MERCHANT_PERSON", "m-1"))


def looked_at(o):
    with section("show: what was applied, whole"):
        head = json.loads(o.ctl("platform", "show", "3", "-o", "json").stdout)[0]
        check_equal((head["platform"], head["state"], bool(head["retired_by"]), len(head["digest"])), ("alpha", "retired", True, 64), "a version")
        check("policies.yaml" in o.ctl("platform", "show", "3").stdout, "its files")
        check("first_response: {target: 3h," in o.ctl("platform", "show", "3", "policies.yaml").stdout, "one of them")
        o.ctl("platform", "show", "3", "nothing.yaml", ok=(3,))
        o.ctl("platform", "show", "9", ok=(3,))
        check("in_force" in o.ctl("platform", "list", "default").stdout, "the list of one platform")


def run(broker):
    with Ombud(broker) as o:
        nothing_applied(o)
        refused(o)
        zones_moved(o)
        refused_across(o)
        pinned(o)
        restarted(o)
        looked_at(o)
