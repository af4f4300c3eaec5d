"""proto/openapi.yaml beside the sources that it describes: routes, parameters, enums, the paths of documents; asyncapi.yaml's examples. Used
by run."""
import glob
import os
import re

import yaml

# The documents of tests/lib/views.txt that are described, and their schemas.
DOCUMENTS = {"complaint": "Complaint", "inbox": "Inbox", "outcome": "EventOutcome", "refusals": "Refusals", "notice": "Notice"}
ROUTE = re.compile(r'\{"(GET|POST|PUT|DELETE)",\s*"([^"]+)",.*?(?:HTTP_QUERY\(([^)]*)\))?\},', re.S)


def load(top):
    with open(os.path.join(top, "proto/openapi.yaml"), encoding="utf-8") as file:
        return yaml.safe_load(file)


def messages(top):
    """(message, payload) of each example in proto/asyncapi.yaml."""
    with open(os.path.join(top, "proto/asyncapi.yaml"), encoding="utf-8") as file:
        catalogue = yaml.safe_load(file)["components"]["messages"].values()
    return [(message["name"], example["payload"]) for message in catalogue for example in message.get("examples", [])]


def routes_of(top):
    """{(method, path): parameters behind ?} of the daemons' APIs; health has a listener of its own."""
    found = {}
    for path in [*glob.glob(f"{top}/services/*/*.c"), f"{top}/common/daemon/description.c"]:
        with open(path, encoding="utf-8") as file:
            for method, route, query in ROUTE.findall(file.read()):
                found[(method, route)] = sorted(re.findall(r'"(\w+)"', query))
    return {key: query for key, query in found.items() if not key[1].startswith("/hooks")}


def described_routes(document):
    def parameters(operation):
        resolved = [document["components"]["parameters"][p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p for p in operation.get("parameters", [])]
        return sorted(p["name"] for p in resolved if p["in"] == "query")
    return {(method.upper(), path): parameters(operation) for path, item in document["paths"].items() for method, operation in item.items()
            if method in ("get", "post", "put", "delete")}


def enums(top, document, image):
    """Each x-enum that is not its enum of the contract, each x-names that has not the names of its file: what is missing, what is too much."""
    values = {f"{file['package']}.{enum['name']}": [value["name"] for value in enum["value"]] for file in image["file"] for enum in file.get("enumType", [])}
    wrong = []
    for name, schema in document["components"]["schemas"].items():
        if "x-enum" in schema:
            prefix = re.sub(r"(?<!^)([A-Z])", r"_\1", schema["x-enum"].rsplit(".", 1)[1]).upper() + "_"
            want = {value.removeprefix(prefix).lower() for value in values.get(schema["x-enum"], [])} - {"unspecified"}
        elif "x-names" in schema:
            with open(os.path.join(top, schema["x-names"]), encoding="utf-8") as file:
                want = set(re.findall(r'"([a-z_]+)"', file.read())) - {"unspecified"}
        else:
            continue
        got = set(schema["enum"]) - {"unspecified"}
        if got != want:
            wrong.append(f"{name}: without {sorted(want - got)}, with {sorted(got - want)}")
    return wrong


def loose(document):
    """Objects of answers that would let anything through."""
    wrong = []

    def walk(value, where):
        if isinstance(value, dict):
            kind = value.get("type")
            if "object" in (kind if isinstance(kind, list) else [kind]) and "properties" in value and value.get("additionalProperties") is not False:
                wrong.append(where)
            if kind == "object" and "properties" not in value:
                wrong.append(where)
            if kind == "array" and "items" not in value:
                wrong.append(where)
            for name, member in value.items():
                walk(member, f"{where}/{name}")
        elif isinstance(value, list):
            for place, element in enumerate(value):
                walk(element, f"{where}/{place}")

    for name, schema in document["components"]["schemas"].items():
        if name != "CloudEvent":  # what is in it is the contract's to say
            walk(schema, name)
    for path, item in document["paths"].items():
        for method in ("get", "post"):
            walk(item.get(method, {}).get("responses", {}), path)
    return wrong


def paths_of(document, schema, path):
    """Every path of the documents that the schema allows."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    yield path
    for part in schema.get("anyOf", []) + schema.get("oneOf", []):
        yield from paths_of(document, part, path)
    for name, member in schema.get("properties", {}).items():
        yield from paths_of(document, member, f"{path}.{name}")
    if "items" in schema:
        yield from paths_of(document, schema["items"], path + "[]")


def views(top, document):
    """Paths that the description has and the view does not, or the other way round."""
    with open(os.path.join(top, "tests/lib/views.txt"), encoding="utf-8") as file:
        rows = {line.split()[0] for line in file if line.strip() and not line.startswith("#")}
    wrong = []
    for name, schema in DOCUMENTS.items():
        root = {"$ref": f"#/components/schemas/{schema}"} if name != "notice" else document["components"]["schemas"]["Notice"]["properties"]["data"]
        described = set(paths_of(document, root, name))
        viewed = {row for row in rows if re.split(r"[.\[]", row)[0] == name}
        if name == "notice":  # the body's type and timestamp
            viewed -= {"notice.event", "notice.at"}
        wrong += [f"{path}: in proto/openapi.yaml only" for path in sorted(described - viewed)]
        wrong += [f"{path}: in the view only" for path in sorted(viewed - described)]
    return wrong
