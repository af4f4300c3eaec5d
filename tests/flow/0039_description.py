"""proto/openapi.yaml is what is served and what is answered: each of its examples is said to running daemons, and every answer, of each
role, refusals and mistakes too, has the form that it says, by a foreign validator.
"""
import hashlib
import http.client
import json
import os
import urllib.error
import urllib.parse
import urllib.request
import uuid

from ombud import Ombud, check, check_equal, section, wait_for
from openapi import PATH, Description

BROKERS = ("mock",)
WHY = "asks nothing of the broker; runs once"

ROLES = {"backend": ("backend", ""), "agent": ("agent", "agent-1"), "auditor": ("auditor", ""), "merchant": ("merchant", "shop-1"),
         "complainant": ("complainant", "buyer-1"), "inspector": ("inspector", "lab-1")}
BACKEND_OF = {"/v1/inbox/{person}": "notification"}
# What becomes of the examples that are said.
SAID = {"order": "accepted", "complaint": "accepted", "refused": "refused", "messages": ["accepted", "invalid"], "urged": "accepted"}


def ask(url, token=None, body=None, media_type=None):
    headers = {**({"authorization": f"Bearer {token}"} if token else {}), **({"content-type": media_type} if media_type else {})}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers), timeout=15) as answer:
            return answer.status, answer.headers["content-type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["content-type"], error.read()


class Replay:
    def __init__(self, o, tokens):
        self.o, self.tokens = o, tokens
        self.description = Description()

    def call(self, path, operation, url, token, body=None, media_type=None):
        """(status, what the body says); it is as described."""
        status, answered, text = ask(self.o.url(BACKEND_OF.get(path, "intake"), url), token, body, media_type)
        said = json.loads(text) if "json" in answered else text.decode()
        self.description.check_answer(operation, f"{url} {body[:200] if body else ''}", status, answered, said)
        return status, said

    def served(self):
        with section("it is served, as it stands, by whoever answers what it describes"), open(PATH, "rb") as f:
            text = f.read()
            for daemon in ("intake", "notification"):
                status, media_type, body = ask(self.o.url(daemon, "/openapi.yaml"), self.tokens["auditor"])
                check_equal((status, media_type, body == text), (200, "application/yaml", True), f"{daemon}'s /openapi.yaml")

    def own_examples(self):
        with section("each example has the form of its own schema"):
            count = 0
            for where, schema, value in self.description.examples():
                check_equal(self.description.faults(schema, value), [], where)
                count += 1
            check(count >= 20, f"only {count} examples")

    def said(self):
        with section("each example of a request is said"):
            path = "/v1/events"
            operation = self.description.document["paths"][path]["post"]
            for media_type, content in operation["requestBody"]["content"].items():
                for name, example in content.get("examples", {}).items():
                    _, body = self.call(path, operation, path, self.tokens["backend"], json.dumps(example["value"]).encode(), media_type)
                    rows = body.get("events", [body])
                    states = [self.outcome(row) for row in rows]
                    check_equal(states if "events" in body else states[0], SAID[name], f"{name}: {body}")
                    if name == "complaint":
                        example = operation["responses"]["200"]["content"]["application/json"]["examples"]["accepted"]["value"]
                        check_equal(rows[0]["location"], example["location"], "where the example says that its outcome is told")

    def outcome(self, row):
        path = "/v1/events/{id}"
        operation = self.description.document["paths"][path]["get"]
        if row["status"] != "pending":
            return row["status"]
        return wait_for(f"the outcome of {row}", lambda: (lambda body: body["status"] != "pending" and body["status"])(
            self.call(path, operation, row["location"], self.tokens["backend"])[1]))

    def asked(self):
        with section("each question is asked with its parameters' examples, by each role"):
            complaint = next(p for p in self.description.document["components"]["parameters"].values() if p["in"] == "path")["example"]
            check_equal(self.o.value("select complaint_id from intake.complaint"), complaint, "the example's complaint")
            wait_for("a letter", lambda: self.o.value("select count(*) from notification.inbox") != "0")
            for path, method, operation, parameters in self.description.operations():
                for role, token in self.tokens.items() if method == "get" else ():
                    url = path
                    for parameter in parameters:
                        if parameter["in"] == "path":
                            url = url.replace("{%s}" % parameter["name"], urllib.parse.quote(str(parameter["example"])))
                    query = urllib.parse.urlencode({p["name"]: p["example"] for p in parameters if p["in"] == "query" and "example" in p})
                    status, _ = self.call(path, operation, url + ("?" + query if query else ""), token)
                    check(status == 200 or role not in ("backend",), f"{role} asks {url}: {status}")

    def mistakes(self):
        with section("mistakes: an unknown parameter, no token, a wrong id, another's, an endless body, a strange type"):
            for path, method, operation, parameters in self.description.operations():
                url = path.replace("{id}", str(uuid.uuid4())).replace("{person}", "buyer-1")
                body, media_type = (b"{}", "application/json") if method == "post" else (None, None)
                check_equal(self.call(path, operation, url, None, body, media_type)[0], 401, f"{url} without a token")
                status, problem = self.call(path, self.with_400(operation), url + "?limti=1", self.tokens["backend"], body, media_type)
                check_equal((status, problem["code"], problem["parameter"]), (400, "unknown_parameter", "limti"), url)
                check_equal(problem.get("nearest"), "limit" if "limit" in [p["name"] for p in parameters] else None, f"{url}: nearest")
                if "404" in operation["responses"]:
                    check(self.call(path, operation, url, self.tokens["backend"])[0] in (400, 404), f"{url}: nobody's")
            operation = self.description.document["paths"]["/v1/events"]["post"]
            self.too_large(operation)
            for body, media_type, want in ((b"hi", "text/plain", 415), (b"{", "application/json", 400),
                                           (b"[1]", "application/cloudevents-batch+json", 200)):
                check_equal(self.call("/v1/events", operation, "/v1/events", self.tokens["backend"], body, media_type)[0], want, f"{body[:20]}")

    def too_large(self, operation):
        """The head is enough: who goes on sending may find the connection closed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.o.port("intake"), timeout=15)
        connection.putrequest("POST", "/v1/events")
        for name, value in (("authorization", f"Bearer {self.tokens['backend']}"), ("content-type", "application/json"), ("content-length", "2000000")):
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        self.description.check_answer(operation, "2,000,000 bytes", answer.status, answer.headers["content-type"], json.loads(answer.read()))
        check_equal(answer.status, 413, "2,000,000 bytes")
        connection.close()

    @staticmethod
    def with_400(operation):
        """An unknown parameter is refused everywhere, which is said once, at the top."""
        return {**operation, "responses": {"400": {"$ref": "#/components/responses/Problem"}, **operation["responses"]}}


def run(broker):
    tokens = {name: f"token-{uuid.uuid4().hex}" for name in ROLES}
    with Ombud(broker) as o:
        o.prepare()
        path = os.path.join(o.folder, "tokens")
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(f"{hashlib.sha256(tokens[name].encode()).hexdigest()} shop {role} {person}\n" for name, (role, person) in ROLES.items())
        o.start("triage", "escalation")
        o.start("intake", "notification", http__tokens=path)
        replay = Replay(o, tokens)
        replay.served()
        replay.own_examples()
        replay.said()
        replay.asked()
        replay.mistakes()
