"""Over HTTP a token speaks for its platform only: without it nothing is told or taken, and no answer gives another platform away."""
import hashlib
import json
import os
import signal
import socket
import urllib.error
import urllib.request
import uuid

from ombud import TOP, Ombud, check, check_equal, complaint_filed, event, free_port, order_recorded, section, wait_for
from ombud import run as program

BROKERS = ("mock",)
WHY = "asks nothing of the broker; runs once"

SHOP, MALL, ANY, LATER = (f"{name}-canary-{uuid.uuid4().hex}" for name in ("shop", "mall", "any", "later"))
SPEAKERS = ("COMPLAINANT b-1", "COMPLAINANT b-2", "COMPLAINANT ", "MERCHANT_PERSON m-1", "MERCHANT_PROGRAM m-1", "MERCHANT_PERSON m-2",
            "PLATFORM_PERSON a-1", "PLATFORM_PERSON a-2", "PLATFORM_PROGRAM x", "INSPECTOR l-1", "INSPECTOR l-2", "OMBUD ", "OMBUD b-1")
# By role and id: a token of its own, and as whom it may speak.
ROLES = {
    "backend": tuple(speaker for speaker in SPEAKERS if not speaker.startswith("OMBUD")),
    "agent a-1": ("PLATFORM_PERSON a-1",),
    "merchant m-1": ("MERCHANT_PERSON m-1", "MERCHANT_PROGRAM m-1"),
    "complainant b-1": ("COMPLAINANT b-1",),
    "inspector l-1": ("INSPECTOR l-1",),
    "auditor": (),
}
ROLE_TOKENS = {role: f"role-canary-{uuid.uuid4().hex}" for role in ROLES}
JSON, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"


def line(token, platform):
    return f"{hashlib.sha256(token.encode()).hexdigest()} {platform}\n"


def write_tokens(o, text):
    path = os.path.join(o.folder, "tokens")
    with open(path, "w", encoding="utf-8") as f:
        f.write("# who may call\n\n" + text)
    return path


def ask(url, token=None, events=None, media_type=JSON, scheme="Bearer"):
    """(status, headers, what the body says as JSON)."""
    headers = {"content-type": media_type}
    if token:
        headers["authorization"] = f"{scheme} {token}"
    body = None if events is None else json.dumps(events).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers), timeout=15) as answer:
            return answer.status, answer.headers, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.loads(error.read())


def check_problem(answer, status, code, what):
    check_equal((answer[0], answer[2].get("code")), (status, code), f"{what}: {answer[2]}")
    check_equal(answer[1]["content-type"], "application/problem+json", f"{what}: type")
    check({"type", "title", "status", "detail", "instance"} <= set(answer[2]), f"{what}: {answer[2]}")
    if status == 401:
        check(answer[1].get("www-authenticate", "").startswith("Bearer"), f"{what}: WWW-Authenticate {answer[1]}")


def of(platform, made):
    made["data"]["meta"]["platformId"] = platform
    return made


def say(o, token, *events):
    """What became of each event; a mock's group takes its time to form, so a pending one is asked for."""
    status, _, body = ask(o.url("intake", "/v1/events"), token, events, BATCH)
    check(status in (200, 202), f"POST: {status} {body}")

    def outcome(row):
        return wait_for(f"the outcome of {row}", lambda: (lambda now: now["status"] != "pending" and now)(ask(o.url("intake", row["location"]), token)[2]))
    return [{**row, **outcome(row)} if row["status"] == "pending" else row for row in body["events"]]


def file_complaint(o, platform, order, token, buyer):
    """Its id, and where its event's outcome is told."""
    rows = say(o, token, of(platform, order_recorded(order, buyer=buyer)), of(platform, complaint_filed(order, buyer=buyer)))
    check_equal([row["status"] for row in rows], ["accepted"] * 2, f"{platform}'s own events: {rows}")
    return rows[1]["complaint_id"], rows[1]["location"]


def unknown_callers(o):
    with section("no token, another scheme, a wrong token, a digest instead of its token: 401 on every route"):
        routes = [o.url("intake", path) for path in ("/v1/events/0." + str(uuid.uuid4()) + ".o-1", "/v1/complaints", "/v1/complaints/" + str(uuid.uuid4()),
                                                     "/v1/complaints/no-uuid", "/v1/orders/o-1/complaints")]
        for url in routes + [o.url("notification", "/v1/inbox/b-1?platform=shop")]:
            check_problem(ask(url), 401, "unauthorised", f"{url} without a token")
            check_problem(ask(url, "wrong"), 401, "unauthorised", f"{url} with a wrong token")
            check_problem(ask(url, SHOP, scheme="Basic"), 401, "unauthorised", f"{url} with Basic")
            check_problem(ask(url, line(SHOP, "").split()[0]), 401, "unauthorised", f"{url} with the digest")
        url = o.url("intake", "/v1/events")
        check_problem(ask(url, None, event("OrderRecorded", "o-1")), 401, "unauthorised", "POST without a token")
        check("invalid_token" in ask(url, "wrong", {})[1]["www-authenticate"], "a wrong token is told from none")
        check("invalid_token" not in ask(url, None, {})[1]["www-authenticate"], "none is told from a wrong token")
        check_equal(o.get(o.url("intake", "/readyz"))[0], 200, "/readyz asks for no token")
        for path in ("/livez", "/readyz", "/metrics"):
            check_equal(o.get(f"http://127.0.0.1:{o.port('intake')}{path}")[0], 401, f"{path} where the API is: nothing is told without a token, not even what is not there")
            check_equal(o.get(f"http://127.0.0.1:{o.port('intake', health=True)}/v1/complaints")[0], 404, "the API where health is")


def posting(o):
    with section("events of another platform: 403, and nothing of their batch is said"):
        url = o.url("intake", "/v1/events")
        before = len(o.records("ombud.inbox.v1"))
        check_problem(ask(url, SHOP, of("mall", order_recorded("x-1"))), 403, "other_platform", "mall's order")
        check_problem(ask(url, SHOP, [order_recorded("x-2"), of("mall", order_recorded("x-3"))], BATCH), 403, "other_platform", "a mixed batch")
        check_equal(len(o.records("ombud.inbox.v1")), before, "records in the inbox")
        rows = say(o, ANY, order_recorded("x-4"), of("mall", order_recorded("x-5")))
        check_equal([row["status"] for row in rows], ["accepted"] * 2, f"who speaks for any: {rows}")


def asking(o):
    with section("where an outcome is told: whatever the order is called"):
        rows = say(o, SHOP, order_recorded("卡/密 1.%?"), complaint_filed("卡/密 1.%?"))
        for row in rows:
            again = ask(o.url("intake", row["location"]), SHOP)
            check_equal(again[::2], (200, {**again[2], "status": "accepted", "location": row["location"]}), row["location"])
        check_equal(again[2]["complaint_id"], rows[1]["complaint_id"], "what the filing's location says")
        check_problem(ask(o.url("intake", rows[1]["location"] + "AA"), SHOP), 400, "bad_id", "an identity that is not what it says that it is")


def without_instance(answer):
    return answer[0], {key: value for key, value in answer[2].items() if key != "instance"}


def reading(o, shop, mall):
    with section("another platform's complaint, order and event look like ones that never were"):
        get = lambda path, token: ask(o.url("intake", path), token)  # noqa: E731
        check_equal(get(f"/v1/complaints/{shop[0]}", SHOP)[2]["order_id"], "same-order", "one's own complaint")
        check_equal(get(f"/v1/complaints/{mall[0]}", ANY)[0], 200, "for who speaks for any")
        never = get(f"/v1/complaints/{uuid.uuid4()}", SHOP)
        check_problem(never, 404, "complaint_unknown", "no such complaint")
        check_equal(without_instance(get(f"/v1/complaints/{mall[0]}", SHOP)), without_instance(never), "mall's complaint, to the shop")
        for path in ("/v1/orders/same-order/complaints", "/v1/complaints", "/v1/complaints?order=same-order"):
            body = get(path, SHOP)[2]
            rows = body if isinstance(body, list) else body["complaints"]
            check_equal([row["complaint_id"] for row in rows], [shop[0]], f"{path} for the shop")
        check_equal(get("/v1/orders/malls-alone/complaints", SHOP)[2], [], "an order of mall's alone")
        check_equal(get("/v1/orders/malls-alone/complaints", MALL)[2][0]["platform_id"], "mall", "the same for mall")
        check_equal(get(shop[1], SHOP)[2]["status"], "accepted", "one's own event")
        cause = shop[1].split(".")[1]
        for wrong in ("xyz", cause, "0." + cause, "0." + cause + ".", f".{cause}.o-1", f"-1.{cause}.o-1", f"99999999999.{cause}.o-1", "0.xyz.o-1"):
            check_problem(get("/v1/events/" + wrong, SHOP), 400, "bad_id", f"an event at {wrong}")
        check_problem(get(mall[1], SHOP), 404, "event_unknown", "mall's event, to the shop")


def roles(o, shop):
    """Each role by each actor; parties read their own letters and, by the view (0033), their own complaints only."""
    with section("a token speaks as its role and person only, and a party's reads its own complaints and letters only"):
        url = o.url("intake", "/v1/events")
        for role, own in ROLES.items():
            for speaker in SPEAKERS:
                kind, _, person = speaker.partition(" ")
                made = event("MessagePosted", "same-order", {"complaintId": shop[0], "text": "x"}, actor=(kind, person))
                status, _, body = ask(url, ROLE_TOKENS[role], made)
                if speaker in own:
                    check(status in (200, 202), f"{role} as {speaker}: {status} {body}")
                else:
                    check_equal((status, body.get("code")), (403, "other_speaker"), f"{role} as {speaker or 'nobody'}")
        mixed = [event("MessagePosted", "same-order", {"complaintId": shop[0], "text": "x"}, actor=("COMPLAINANT", person)) for person in ("b-1", "b-2")]
        before = len(o.records("ombud.inbox.v1"))
        check_problem(ask(url, ROLE_TOKENS["complainant b-1"], mixed, BATCH), 403, "other_speaker", "a batch with another's")
        check_equal(len(o.records("ombud.inbox.v1")), before, "records of that batch in the inbox")
        for role, token in ROLE_TOKENS.items():
            all_of_it = role.split()[0] in ("backend", "agent", "auditor")
            for path in (f"/v1/complaints/{shop[0]}", f"/v1/complaints/{shop[0]}/evidence", "/v1/complaints?order=same-order", "/v1/orders/same-order/complaints"):
                status, _, body = ask(o.url("intake", path), token)
                mine = not role.startswith("inspector")  # whom no inspection names
                want = (200, None) if mine or "order" in path else (404, "complaint_unknown")
                check_equal((status, body.get("code") if isinstance(body, dict) else None), want, f"{role} reads {path}")
                check(mine or status == 404 or body in ([], {"complaints": []}), f"{role} reads {path}: {body}")
            status, _, body = ask(o.url("intake", "/v1/complaints"), token)
            want = (200, None) if all_of_it else (400, "missing_field")
            check_equal((status, body.get("code")), want, f"{role} lists all")
            for person in ("b-1", "b-2", "m-1"):
                status = ask(o.url("notification", f"/v1/inbox/{person}"), token)[0]
                check_equal(status, 200 if all_of_it or role.endswith(" " + person) else 403, f"{role} reads the letters of {person}")


def naming(o, mall):
    with section("an event that names another platform's complaint learns nothing of it"):
        for order in ("fresh-order", "malls-alone"):
            body = say(o, SHOP, order_recorded(order), complaint_filed(order, complaintId=mall[0]))[1]
            check_equal(body["status"], "refused", f"a complaint under a taken id: {body}")
            check("stage" not in body, f"{order}: the stage of mall's complaint is told: {body}")


def inbox(o):
    with section("notification's inbox: one's own letters only"):
        get = lambda query, token: ask(o.url("notification", "/v1/inbox/" + query), token)  # noqa: E731
        wait_for("a letter", lambda: get("b-1?platform=shop", SHOP)[2]["letters"])
        o.wait_quiet(60)  # none comes between two looks
        letters = get("b-1?platform=shop", SHOP)[2]["letters"]
        check_equal(get("b-1", SHOP)[2]["letters"], letters, "a token for one platform names it")
        check_problem(get("b-2?platform=mall", SHOP), 403, "other_platform", "mall's letters")
        check_problem(get("nobody?platform=mall", SHOP), 403, "other_platform", "mall's, of nobody")
        check_equal(get("b-2", SHOP)[2]["letters"], [], "mall's buyer as the shop's")
        check_equal(get("b-1?platform=shop", ANY)[2]["letters"], letters, "for who speaks for any")
        check_problem(get("b-1", ANY), 400, "missing_field", "who speaks for any must name one")
        for cursor in ("0", "x_" + str(uuid.uuid4()), "0_x", f"-9223372036854775807_{uuid.uuid4()}"):
            check_problem(get("b-1?after=" + cursor, SHOP), 400, "bad_cursor", f"letters after {cursor}")


def log_of(o, name, copy="1"):
    with open(os.path.join(o.folder, f"{name}-{copy}.log"), encoding="utf-8") as f:
        return f.read()


def reload(o, name, words):
    before = log_of(o, name).count(words)
    o.process(name).send_signal(signal.SIGHUP)
    wait_for(f"{name} to say: {words}", lambda: log_of(o, name).count(words) > before)


def reloading(o, path):
    with section("SIGHUP takes a new file; a wrong one is told by its lines and changes nothing"):
        urls = {"intake": o.url("intake", "/v1/complaints"), "notification": o.url("notification", "/v1/inbox/b?platform=shop")}
        write_tokens(o, line(LATER, "shop"))
        for name, url in urls.items():
            check_equal(ask(url, SHOP)[0], 200, f"{name} before SIGHUP")
            reload(o, name, "configuration reloaded")
            check_equal((ask(url, SHOP)[0], ask(url, LATER)[0]), (401, 200), f"{name} after SIGHUP: the old token, the new one")
        wrong = write_tokens(o, line(SHOP, "shop") + f"{SHOP} shop\n" + line(MALL, "") + line(ANY, "a b") + line(SHOP, "mall"))
        for name, url in urls.items():
            reload(o, name, "configuration not reloaded")
            for place in (":4:1: not the SHA-256", ":5:65: a platform id", ":6:68: a role is backend, agent", ":7:1: the same token stands in line 3"):
                check(f"{wrong}{place}" in log_of(o, name), f"{name} does not tell {place}:\n{log_of(o, name)[-2000:]}")
            check_equal((ask(url, SHOP)[0], ask(url, LATER)[0]), (401, 200), f"{name} keeps the old file")
        os.unlink(path)
        for name, url in urls.items():
            reload(o, name, "configuration not reloaded")
            check_equal(ask(url, LATER)[0], 200, f"{name} without its file")
            done = program(os.path.join(o.bin, f"ombud-{name}"), "--config", os.path.join(TOP, f"deploy/config/{name}.yaml"),
                           f"--http.tokens={path}", "--check-config", ok=(2,))
            check(f"http.tokens: {path}: No such file" in done.stderr, f"{name} --check-config: {done.stderr}")


def secrecy(o, path):
    with section("neither tokens nor digests are in logs or --print-config"):
        write_tokens(o, line(SHOP, "shop"))
        for name in ("intake", "notification"):
            shown = program(os.path.join(o.bin, f"ombud-{name}"), "--config", os.path.join(TOP, f"deploy/config/{name}.yaml"),
                            f"--http.tokens={path}", "--print-config").stdout
            for token in (SHOP, MALL, ANY, LATER):
                for secret in (token, line(token, "").split()[0]):
                    check(secret not in log_of(o, name), f"{name}'s log has {secret}")
                    check(secret not in shown, f"{name} --print-config has {secret}")


def own_address():
    """An address of this machine beside loopback; None where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return s.getsockname()[0]


def no_tokens(o):
    ports = {}
    with section("without tokens only loopback may call"):
        for name, path in (("intake", "/v1/complaints"), ("notification", "/v1/inbox/b?platform=shop")):
            port = ports[name] = free_port()
            o.spawn(name, "open", http__listen=f"0.0.0.0:{port}")
            wait_for(f"{name} on loopback", lambda: o.get(f"http://127.0.0.1:{port}{path}")[0] == 200)
            if own_address():
                check_problem(ask(f"http://{own_address()}:{port}{path}"), 401, "unauthorised", f"{name} from elsewhere")
                check_problem(ask(f"http://{own_address()}:{port}{path}", SHOP), 401, "unauthorised", f"{name} from elsewhere, with a token")
    return ports


def with_headers(url, **headers):
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return answer.status, answer.headers, {}
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.loads(error.read())


def not_this_machine(o, ports):
    """What merely comes over loopback need not be this machine: rebound names, pages of other origins, proxies."""
    with section("without tokens nobody else speaks over loopback"):
        for name, path in (("intake", "/v1/complaints"), ("notification", "/v1/inbox/b?platform=shop")):
            own = f"127.0.0.1:{ports[name]}"
            url = f"http://{own}{path}"
            for headers, code in (({}, None), ({"Host": "evil.example"}, "foreign_host"), ({"Origin": "http://evil.example"}, "foreign_origin"),
                                  ({"Sec_Fetch_Site": "cross-site"}, "foreign_origin"), ({"X_Forwarded_For": "192.0.2.1"}, "forwarded"),
                                  ({"Via": "1.1 proxy"}, "forwarded"), ({"Origin": f"http://{own}"}, None)):
                status, _, body = with_headers(url, **headers)
                check_equal((status, body.get("code")), (403, code) if code else (200, None), f"{name} with {headers}")


def raw(o, name, data, patience=3):
    """What comes back for these bytes until the server closes, or nothing more comes."""
    with socket.create_connection(("127.0.0.1", int(o.url(name, "/").split(":")[2].split("/")[0])), timeout=patience) as s:
        s.sendall(data)
        answer = b""
        try:
            while part := s.recv(65536):
                answer += part
        except TimeoutError:
            answer += b"<open>"
        return answer


def heads(o):
    """A token is asked for before a body is sent; a head that can be read in two ways is refused and closed."""
    with section("before a body: no token 401, two readings 400"):
        for name in ("intake", "notification"):
            for token, status in ((b"", b" 401 "), (b"Authorization: Bearer nonsense\r\n", b" 401 ")):
                answer = raw(o, name, b"POST /v1/events HTTP/1.1\r\nHost: x\r\n" + token + b"Content-Length: 1000000\r\n\r\n")
                check(status in answer and b"WWW-Authenticate: Bearer" in answer and not answer.endswith(b"<open>"), f"{name}: {answer[:300]}")
            answer = raw(o, name, b"HEAD /v1/complaints HTTP/1.1\r\nHost: x\r\nContent-Length: 45\r\n\r\n"
                         b"GET /v1/complaints HTTP/1.1\r\nHost: x\r\n\r\n")
            check(answer.count(b"HTTP/1.1") == 1 and b" 400 " in answer and b"unexpected_body" in answer, f"{name}: {answer[:300]}")


def run(broker):
    with Ombud(broker) as o:
        o.prepare()
        path = write_tokens(o, "".join(line(token, f"shop {role}") for role, token in ROLE_TOKENS.items()) + line(SHOP, "shop") + line(MALL, "mall").upper().replace("MALL", "mall") + line(ANY, "*"))
        o.start("triage", "escalation")
        o.start("intake", "notification", http__tokens=path)
        unknown_callers(o)
        shop = file_complaint(o, "shop", "same-order", SHOP, "b-1")
        mall = file_complaint(o, "mall", "same-order", MALL, "b-2")
        mall_alone = file_complaint(o, "mall", "malls-alone", MALL, "b-2")
        reading(o, shop, mall)
        posting(o)
        asking(o)
        naming(o, mall_alone)
        inbox(o)
        roles(o, shop)
        reloading(o, path)
        secrecy(o, path)
        heads(o)
        not_this_machine(o, no_tokens(o))
