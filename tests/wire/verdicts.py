"""The corpus: for every rule of proto/ what is just within and just beyond it, and messages of hand; what Ombud says of each is what stock
protovalidate says, in Python, TypeScript, Java and Go. Nobody is accepted by a library and refused by Ombud, nor the reverse."""
import json
import os
import re
import shutil
import struct
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.join(TOP, "tests/wire/corpus")
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "ombud")
INBOX = "ombud.inbox.v1."
FIELD = "[buf.validate.field]"
META = {"platform_id": "shop", "source": "/shop", "event_id": "e-1", "actor": {"kind": 1, "id": "b-1"}}
COMPLAINT = "01a199c5-3474-73d3-a2f7-9e174c670419"

# Of each form one of the right kind that can be made as long as one likes, and what fits and what does not.
FORMS = {
    "^[^[:cntrl:]]*$": ("x", ["订单-1", "a b", "\u0085", "\U0001f600"], ["a\nb", "a\x1f", "\x7f", "\tx"]),
    "uuid": (COMPLAINT, ["018BCFE5-687B-77D6-941E-FDFAC8BC1D33"], ["018bcfe5687b77d6941efdfac8bc1d33", COMPLAINT[:-1] + "g", COMPLAINT + "0", COMPLAINT[:-1]]),
    "^[A-Z]{3}$": ("CNY", ["USD"], ["cny", "RMBY", "US", "U\u0053\u0301"]),
    r"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#:@\x00-\x20\x7f][^\x00-\x20\x7f]*$":
        ("https://e.example/", ["HTTP://a", "https://a.example/x?y=1#z", "https://例.example"],
         ["javascript:alert(1)", "file:///etc/passwd", "//a", "https:a", "https://", "https:///a", "https://a b", "ftp://a", "https://a\n", "https://?x"]),
    "^[^/[:cntrl:]]+/[^[:cntrl:]]+$": ("image/", ["image/png", "a/b/c"], ["image", "/png", "image/", "image/p\nng", "im\x01age/png"]),
    "^[A-Za-z]{2}[0-9A-Za-z_-]*$": ("zh", ["zh-Hans-CN", "en_GB"], ["e", "1e", "zh CN", "中文", "z-h"]),
    "^([01][0-9]|2[0-3]):[0-5][0-9]$": ("23:59", ["00:00", "19:30"], ["24:00", "12:60", "1:00", "12:00:00", "30:00", "12.00"]),
    "^[A-Za-z][0-9A-Za-z/_+-]*$": ("Z", ["Asia/Shanghai", "Etc/GMT+8"], ["../etc/passwd", "8Asia", "Asia Shanghai", "上海"]),
    "^[^@[:cntrl:]]+@[0-9]{1,9}$": ("rule@3", ["判定细则-3@12", "a b@000000009"], ["rule", "@3", "rule@", "rule@x", "a@b@3", "ru\nle@3", "rule@1234567890", ""]),
    "^[0-9]{9}$": ("101010101", ["000000000"], ["10101010", "1010101011", "10101010x", "１０１０１０１０１"]),
}
STRETCHED = {"image/": "image/x"}


# ---- what protobuf writes ----

def varint(number):
    number &= 2**64 - 1
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def sized(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


class Contract:
    """The descriptors, as `buf build` prints them in JSON."""

    def __init__(self, image):
        self.messages, self.enums = {}, {}
        for file in image["file"]:
            for message in file.get("messageType", []):
                self.messages[f".{file['package']}.{message['name']}"] = message
            for enum in file.get("enumType", []):
                self.enums[f".{file['package']}.{enum['name']}"] = {value["name"]: value.get("number", 0) for value in enum["value"]}

    def fields(self, kind):
        return {field["name"]: field for field in self.messages[kind].get("field", [])}

    def element(self, field, value):
        kind, number = field["type"], field["number"]
        if kind == "TYPE_STRING":
            return sized(number, value.encode())
        if kind == "TYPE_BYTES":
            return sized(number, bytes.fromhex(value))
        if kind == "TYPE_MESSAGE":
            return sized(number, self.encode(field["typeName"], value))
        if kind == "TYPE_DOUBLE":
            return varint(number << 3 | 1) + struct.pack("<d", value)
        if kind == "TYPE_ENUM" and isinstance(value, str):
            value = self.enums[field["typeName"]][value]
        return varint(number << 3) + varint(int(value))

    def encode(self, kind, values):
        out, fields = b"", self.fields(kind) if kind in self.messages else TIMESTAMP
        for name, value in values.items():
            for one in value if isinstance(value, list) else [value]:
                out += self.element(fields[name], one)
        return out

    # ---- a message that has what it must, and no more ----

    def good(self, field):
        rules = field.get("options", {}).get(FIELD, {})
        if field["type"] == "TYPE_MESSAGE":
            value = self.valid(field["typeName"])
        elif field["type"] == "TYPE_STRING":
            value = "x" if form_of(rules.get("string", {})) is None else FORMS[form_of(rules["string"])][0]
        elif field["type"] == "TYPE_ENUM":
            value = sorted(self.enums[field["typeName"]].values())[1]
        else:
            value = 1
        return [value] if field["label"] == "LABEL_REPEATED" else value

    def valid(self, kind):
        if kind not in self.messages:
            return {"seconds": 1793581200}
        if kind.endswith(".Meta"):
            return dict(META)
        values = {}
        for name, field in self.fields(kind).items():
            group = self.messages[kind]["oneofDecl"][field["oneofIndex"]] if "oneofIndex" in field else {}
            first = group.get("options", {}).get("[buf.validate.oneof]", {}).get("required") and not any(
                other in values for other, sibling in self.fields(kind).items() if sibling.get("oneofIndex") == field["oneofIndex"])
            if first or field.get("options", {}).get(FIELD, {}).get("required"):
                values[name] = self.good(field)
        return values


TIMESTAMP = {"seconds": {"type": "TYPE_INT64", "number": 1}, "nanos": {"type": "TYPE_INT32", "number": 2}}


def form_of(rules):
    return "uuid" if rules.get("uuid") else rules.get("pattern")


# ---- what is just within and just beyond each rule: (what, value, verdict) ----

def of_size(form, size):
    start = STRETCHED.get(FORMS[form][0], FORMS[form][0]) if form else ""
    return "x" * (size - len(start)) + start if "@" in start else start + "x" * (size - len(start))


def text_cases(rules):
    form, most = form_of(rules), int(rules.get("maxBytes", 0))
    if most:
        yield from ((f"{size} bytes", of_size(form, size), size <= most) for size in (most - 1, most, most + 1))
        if form in (None, "^[^[:cntrl:]]*$"):
            yield f"{most} bytes of Chinese", "卡" * (most // 3) + "x" * (most % 3), True
            yield f"{most + 1} bytes of Chinese", "卡" * (most // 3) + "x" * (most % 3 + 1), False
    for good in FORMS[form][1] if form else []:
        if not most or len(good.encode()) <= most:
            yield f"form {good!r}", good, True
    for bad in FORMS[form][2] if form else []:
        yield f"form {bad!r}", bad, False


def number_cases(rules, width):
    least, most = (int(rules[name]) if name in rules else None for name in ("gte", "lte"))
    if least is not None:
        yield from ((f"{value}", value, value >= least) for value in (least - 1, least, least + 1) if value >= -2**(width - 1))
    if most is not None:
        yield from ((f"{value}", value, value <= most) for value in (most - 1, most, most + 1))


def enum_cases(numbers):
    last = max(numbers)
    yield from ((f"number {value}", value, value in numbers) for value in (-1, 1, last, last + 1))


def list_cases(contract, field, rules):
    most, element = int(rules["maxItems"]), {**field, "label": "", "options": {FIELD: rules.get("items", {})}}
    one = contract.good(element)
    yield from ((f"{size} of them", [one] * size, size <= most) for size in (most - 1, most, most + 1))
    for what, value, verdict in member_cases(contract, element):
        yield what, [one, value], verdict


def member_cases(contract, field):
    rules = field.get("options", {}).get(FIELD, {})
    if field.get("label") == "LABEL_REPEATED":
        yield from list_cases(contract, field, rules["repeated"])
    elif field["type"] == "TYPE_STRING":
        yield from text_cases(rules["string"])
    elif field["type"] in ("TYPE_INT32", "TYPE_INT64"):
        width = int(field["type"][-2:])
        yield from number_cases(rules.get(f"int{width}", {}), width)
    elif field["type"] == "TYPE_ENUM":
        yield from enum_cases(contract.enums[field["typeName"]].values())
    elif field["type"] == "TYPE_BYTES":
        size = int(rules["bytes"]["len"])
        yield from ((f"{n} bytes", "ab" * n, n == size) for n in (size - 1, size, size + 1))
    elif field["type"] == "TYPE_DOUBLE":
        yield from (("not a number", float("nan"), False), ("infinite", float("inf"), False), ("0.5", 0.5, True))


def cases_of(contract, kind, wrap, seen):
    """Cases for the message of that kind, and once for every kind of message in it; wrap makes a whole event of it."""
    seen.add(kind)
    yield f"{kind[1:]} as it must be", wrap(contract.valid(kind)), True
    for name, field in contract.fields(kind).items():
        where = f"{kind[1:]}.{name}"
        valid = {other: value for other, value in contract.valid(kind).items()
                 if "oneofIndex" not in field or contract.fields(kind)[other].get("oneofIndex") != field["oneofIndex"]}
        if field.get("options", {}).get(FIELD, {}).get("required"):
            yield f"{where} missing", wrap({other: value for other, value in valid.items() if other != name}), False
        for what, value, verdict in member_cases(contract, field):
            yield f"{where}: {what}", wrap({**valid, name: value}), verdict
        below = field.get("typeName", "")
        if below in contract.messages and below not in seen:
            listed = field["label"] == "LABEL_REPEATED"
            yield from cases_of(contract, below, lambda value, name=name, valid=valid, listed=listed: wrap({**valid, name: [value] if listed else value}), seen)
    for index, group in enumerate(contract.messages[kind].get("oneofDecl", [])):
        if group.get("options"):
            yield f"{kind[1:]}: nothing of {group['name']}", wrap({
                name: value for name, value in contract.valid(kind).items() if contract.fields(kind)[name].get("oneofIndex") != index}), False


def made(contract):
    seen = set()
    for kind in contract.messages:
        if kind.startswith("." + INBOX):
            for what, values, verdict in cases_of(contract, kind, lambda value: value, seen):
                yield what, kind, values, verdict


# ---- of hand ----

def by_hand(contract):
    with open(os.path.join(HERE, "hand.txt"), encoding="utf-8") as page:
        for number, line in enumerate(page, 1):
            if line.strip() and not line.startswith("#"):
                verdict, name, values = line.split(" ", 2)
                values, kind = json.loads(values), f".{INBOX}{name}"
                if "complaint_id" in contract.valid(kind):
                    values = {"complaint_id": COMPLAINT, **values}
                yield f"hand.txt:{number}", kind, {"meta": META, **values}, verdict == "accept"


# ---- who judges ----

class Skipped(Exception):
    pass


def installed(done, source, *command, cwd=HERE):
    """Runs the command when it was not yet, or its list has changed since."""
    if not os.path.exists(done) or os.path.getmtime(done) < os.path.getmtime(source):
        subprocess.run(command, cwd=cwd, check=True, capture_output=True, timeout=600)
        os.makedirs(os.path.dirname(done), exist_ok=True)
        with open(done, "w", encoding="utf-8"):
            pass


def python(image):
    folder, wanted = os.path.join(TOP, "build/tests/wire/python"), os.path.join(HERE, "requirements.txt")
    if not os.path.exists(f"{folder}/bin/pip"):
        subprocess.run(["/usr/bin/python3", "-m", "venv", folder], check=True, capture_output=True)
    installed(f"{folder}/ombud-installed", wanted, f"{folder}/bin/pip", "install", "-q", "-r", wanted)
    return [f"{folder}/bin/python", "validate.py", image]


def typescript(image):
    return ["node", "validate.mjs", image]


def java(image):
    with open(os.path.join(TOP, "proto/pom.xml"), encoding="utf-8") as page:
        version = re.search(r"<artifactId>protovalidate</artifactId>\s*<version>([^<]+)", page.read())[1]
    jars = f"{CACHE}/protovalidate-{version}-jars"
    installed(f"{jars}/done", os.path.join(TOP, "proto/pom.xml"), "mvn", "-q", "-B", "-f", os.path.join(TOP, "proto/pom.xml"),
              "dependency:copy-dependencies", f"-DoutputDirectory={jars}", "-DincludeScope=runtime")
    return ["java", "-XX:TieredStopAtLevel=1", "-cp", jars + "/*", "Validate.java", image]


def go(image):
    if not shutil.which("go"):
        raise Skipped("there is no Go")
    with open(f"{HERE}/go/go.mod", encoding="utf-8") as module:
        wanted = re.search(r"^go (\d+)\.(\d+)", module.read(), re.M).groups()
    version = subprocess.run(["go", "env", "GOVERSION"], env={**os.environ, "GOTOOLCHAIN": "local"}, capture_output=True, text=True, check=True).stdout
    found = re.match(r"go(\d+)\.(\d+)", version)
    if not found or tuple(map(int, found.groups())) < tuple(map(int, wanted)):
        raise Skipped(f"protovalidate wants Go {'.'.join(wanted)}, here is {version.strip()}")
    return ["env", "GOTOOLCHAIN=local", "go", "run", "-C", "go", "-mod=readonly", ".", image]


JUDGES = {"Python": python, "TypeScript": typescript, "Java": java, "Go": go}


def differing(cases, said, image):
    return [f"{what}: {'accepted' if verdict else 'refused'} here, there {answer}"
            for (what, _, _, verdict), answer in zip(cases, said) if answer.split()[0] != ("accept" if verdict else "refuse")]


def prove(check, image_json, image, verdict):
    """check(name, good, detail) is told of each proof; image: the descriptors as buf builds them; verdict: our judge."""
    with open(image_json, encoding="utf-8") as file:
        contract = Contract(json.load(file))
    cases = [*made(contract), *by_hand(contract)]
    hand = sum(what.startswith("hand.txt") for what, *_ in cases)
    lines = "".join(f"{kind[1:]}\t{contract.encode(kind, values).hex()}\n" for _, kind, values, _ in cases)
    ours = subprocess.run([verdict], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    check(f"corpus: {len(cases) - hand} cases of the rules, {hand} of hand: Ombud's verdict", hand >= 100 and len(ours) == len(cases),
          f"{len(ours)} verdicts")
    wrong = differing(cases, ours, image)
    check("corpus: Ombud takes what is within each rule, and nothing else", not wrong, "\n".join(wrong[:20]))
    for language, judge in JUDGES.items():
        try:
            result = subprocess.run(judge(image), cwd=HERE, input=lines, capture_output=True, text=True, timeout=600, check=False)
        except Skipped as reason:
            print(f"     skipped: {language}: {reason}", flush=True)
            continue
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
            check(f"corpus: protovalidate in {language}", False, f"{failure} {(failure.stderr or b'')[-2000:]}")
            continue
        said = result.stdout.split()
        wrong = differing(cases, said, image) if len(said) == len(cases) else [f"{len(said)} verdicts: {result.stderr[-2000:]}"]
        check(f"corpus: protovalidate in {language} says of all {len(cases)} what Ombud says", not wrong, "\n".join(wrong[:20]))
