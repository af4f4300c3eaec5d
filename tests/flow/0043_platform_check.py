"""A platform's folder before it is applied: every mistake at once with its place, exit codes, two languages, JSON; and what is otherwise between two."""
import json
import os
import shutil
import tempfile

from ombud import TOP, check, check_equal
from ombud import run as program

BROKERS = ("kafka",)
WHY = "needs no broker; runs once"

# What is edited in default, and where which finding is told then; of the second file and member, what the edit is.
EDITS = [
    ("rules.yaml", "policy: late_delivery}", "policy: late_deliver}", "unknown_policy", "late_deliver}"),
    ("policies.yaml", "order_awaited: {target: 1h, unit: elapsed}", "order_awaited: {target: 1h}", "target_without_unit", "{target: 1h}"),
    ("policies.yaml", "calendar: cn", "calendar: cm", "unknown_calendar", "cm"),
    ("templates/en/offer_made.mustache", "---\n", "---\n{{order_ids}}", "unknown_variable", "{{order_ids}}"),
]


def ctl(*words, ok=(0,)):
    return program(os.path.join(TOP, "build/bin/ombudctl"), *words, ok=ok)


def edit(folder, path, old, new):
    source = os.path.join(TOP, "deploy/platforms/default", path)
    target = os.path.join(folder, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target if os.path.exists(target) else source, encoding="utf-8") as f:
        text = f.read()
    check(old in text, f"{old} stands in {path}")
    text = text.replace(old, new, 1)
    with open(target, "w", encoding="utf-8") as f:
        f.write(text)


def place(path, at):
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        if at in line:
            return number, len(line[:line.index(at)].encode()) + 1
    raise AssertionError(f"no {at} in {path}")


def all_at_once(top):
    wrong = os.path.join(top, "wrong")
    for path, old, new, _, _ in EDITS:
        edit(wrong, path, old, new)
    told = ctl("platform", "check", wrong, ok=(1,))
    found = json.loads(ctl("platform", "check", wrong, "-o", "json", ok=(1,)).stdout)
    for path, _, _, code, at in EDITS:
        full = os.path.join(wrong, path)
        line, column = place(full, at)
        check(f"{full}:{line}:{column}: error: " in told.stdout, f"no {full}:{line}:{column} in:\n{told.stdout}")
        check([f for f in found if (f["code"], f["severity"], f["file"], f["line"]) == (code, "error", full, line)], f"no {code} at {line} in {found}")
    check("did you mean cn?" in told.stdout, "the nearest calendar is named")
    chinese = ctl("platform", "check", wrong, "--lang", "zh-CN", ok=(1,))
    check("错误" in chinese.stdout and "[政策不存在]" in chinese.stdout, f"Chinese:\n{chinese.stdout}")


def right(top):
    """What the platform does not have is as in default: beside it, or where --default says."""
    apart = tempfile.mkdtemp(dir=top)
    shutil.copytree(os.path.join(TOP, "deploy/platforms/default/calendars"), os.path.join(apart, "calendars"))
    words = ("--effective-from", "2020-01-01T00:00:00Z")
    ctl("platform", "check", apart, *words)
    found = ctl("platform", "check", apart, "--default", os.path.join(TOP, "deploy/platforms/default"), *words, "-o", "json")
    check(all(apart not in f["file"] for f in json.loads(found.stdout)), f"nothing is told of what is right: {found.stdout}")
    ctl("platform", "check", os.path.join(top, "nowhere"), ok=(2,))
    ctl("platform", "check", ok=(2,))


def differences(top):
    changed = os.path.join(top, "changed")
    edit(changed, "policies.yaml", "first_response: {target: 2h,", "first_response: {target: 3h,")
    done = ctl("platform", "diff", os.path.join(top, "default"), changed)
    check_equal(done.stdout, "policies.yaml clocks.first_response.target: 2h -> 3h\n", "diff")
    check_equal(json.loads(ctl("platform", "diff", os.path.join(top, "default"), changed, "-o", "json").stdout),
                [{"file": "policies.yaml", "member": "clocks.first_response.target", "was": "2h", "is": "3h"}], "diff as JSON")
    check_equal(ctl("platform", "diff", changed, changed).stdout, "", "diff of a folder with itself")


def run(broker):
    with tempfile.TemporaryDirectory() as top:
        shutil.copytree(os.path.join(TOP, "deploy/platforms/default"), os.path.join(top, "default"))
        all_at_once(top)
        right(top)
        differences(top)
