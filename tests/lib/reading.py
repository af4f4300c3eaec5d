"""What tests/run makes of the suites' output: their counts, and what failed, short enough for whoever sees but the tail of a log.

The forms are those of the suites: tests/lib/count (cmocka in TAP), tests/flow/run, the lines "FAIL name" of wire, fuzz and prove, the lines
"name: FAILED" of lint and compile. tests/lint/told holds one of each.
"""
import re
from collections import deque

LINES_MAX, DETAIL_MAX, LINE_MAX = 40, 12, 240
KEPT = 400  # lines of a block: one program's output, one check's

COUNT = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")
# Verdicts: what was told since the one before belongs to them ...
BAD_AFTER = re.compile(r"^(?:(?P<program>\S+) +\d+ passed, [1-9]\d* failed(?: in \d+ s)?|(?P<check>[\w-]+): FAILED\b(?! after).*)$")
GOOD_AFTER = re.compile(r"^(?:\S+ +\d+ passed, 0 failed(?: in \d+ s)?|[\w-]+: (?:ok|no warning))$")
# ... or what follows does, as far as the next one.
BAD_BEFORE = re.compile(r"^(?:(?P<story>\S+): FAILED after .*|FAIL (?P<line>.+))$")
GOOD_BEFORE = re.compile(r"^(?:ok   .*|\d{4}_\w+: .*|\d+ passed, \d+ failed.*)$")
# Lines of a block that say most.
TELLING = re.compile(r"^not ok |^# |^exit code |\bERROR: |\bSUMMARY: |runtime error:|[Aa]ssert|\berror:|\bgot .*want|\bbug\b|undefined reference|"
                     r"\*\*\*|: Error \d|Traceback|^\w*(?:Error|Failure)\b")
NO_NEWS = re.compile(r"^(?:ok \d+ |1\.\.\d+$|\s*$)")


def short(line):
    line = line.rstrip()
    return line if len(line) <= LINE_MAX else line[:LINE_MAX - 4] + " ..."


def telling(lines, at_most=DETAIL_MAX):
    """The lines of a block that say most, in their order; when there are none, its last ones."""
    lines = [line for line in lines if not NO_NEWS.match(line)]
    said = [line for line in lines if TELLING.search(line)]
    if len(lines) > at_most and said:
        # The first is the cause, the last the verdict.
        lines = said if len(said) <= at_most else said[:at_most - 3] + ["..."] + said[-2:]
    return lines[-at_most:]


class Fault:
    def __init__(self, suite, name, headline, lines=()):
        self.suite, self.name, self.headline, self.lines = suite, name, headline, list(lines)


class Reading:
    """Takes a suite's lines one by one; finish() judges the whole. count: (passed, failed, skipped), faults: what failed."""

    def __init__(self, suite):
        self.suite, self.count, self.faults = suite, None, []
        self.block = deque(maxlen=KEPT)  # since the last verdict
        self.tail = deque(maxlen=DETAIL_MAX)
        self.open = None                 # the fault whose lines are being told

    def take(self, line):
        line = line.rstrip("\n")
        self.tail.append(line)
        match = COUNT.match(line)
        if match:
            self.count = tuple(int(n or 0) for n in match.groups())
        after, before = BAD_AFTER.match(line), BAD_BEFORE.match(line)
        if after:
            name = (after["program"] or after["check"]).split("/")[-1]
            self.faults.append(Fault(self.suite, name, line, telling(self.block)))
        elif before:
            self.open = Fault(self.suite, before["story"] or before["line"].split(":")[0], line)
            self.faults.append(self.open)
        elif match or GOOD_AFTER.match(line) or GOOD_BEFORE.match(line):
            self.open = None
        elif self.open:
            self.open.lines.append(line)
        else:
            self.block.append(line)
            return
        self.block.clear()

    def finish(self, code, why=""):
        """A suite that ends without a count, or with another exit code than its count says, is one fault more."""
        for fault in self.faults:
            fault.lines = telling(fault.lines)
        passed, failed, skipped = self.count or (0, 0, 0)
        if self.count is None or (code != 0) != (failed > 0):
            counted = f"counted {passed} passed, {failed} failed" if self.count else "no count"
            self.faults.append(Fault(self.suite, "exit", f"the suite ended with exit code {code}{why} and {counted}", telling(self.block or self.tail)))
            failed += 1
        elif failed and not self.faults:
            self.faults.append(Fault(self.suite, "?", f"{failed} failed, and no line says which", telling(self.tail)))
        self.count = passed, failed, skipped
        return self.count


def tell(faults):
    """The faults in at most LINES_MAX lines, and one line with all their names."""
    if not faults:
        return []
    each = max(0, min(DETAIL_MAX, (LINES_MAX - 2) // len(faults) - 1))
    lines = []
    for fault in faults[:LINES_MAX - 2]:
        lines.append(short(f"{fault.suite}| {fault.headline.strip()}"))
        lines += [short(f"    {line}") for line in telling(fault.lines, each)] if each else []
    if len(faults) > LINES_MAX - 2:
        lines.append(f"... and {len(faults) - LINES_MAX + 2} more")
    return lines + [("failed: " + ", ".join(f"{fault.suite} {short(fault.name)}" for fault in faults))[:2000]]
