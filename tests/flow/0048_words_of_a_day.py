"""Every letter of the bundled day in both languages, as it was sent and whole; every verb of ombudctl in Chinese; no words of the other language."""
import re

from day import Day
from ombud import check, check_equal, section

BROKERS = ("mock",)
WHY = "what is said does not hang on the broker; runs once"
LETTERS_MIN = 900
# Not words: ids of clauses, orders and complaints. And lines that hold what the day's people wrote, as they wrote it.
IDS = re.compile(r"[a-z_]+(?:\.[a-z_]+)*@\d+|CT\d+\w*|[0-9a-f]{8}-[0-9a-f-]{27}|early-1|UTC")
PEOPLES = re.compile(r"(?m)^(投诉内容|.{2}的要求|(?:商家|买家)?说明|理由|认定的事实)：.*$")


def told_so(asked, order, body):
    """An inquiry that comes with its stage lets the decision's clock stand still: whether a letter about that complaint still says by when hangs on
    which topic was read first, in the daemon and here. All else of it is compared."""
    return "|".join(line for line in body.split("|") if order not in asked or not re.match("Next:|下一步", line))


def sent(day, asked):
    rows = day.sql("select order_id, language, replace(subject, E'\\n', '|'), replace(body, E'\\n', '|') from notification.notice where channel = 1")
    return sorted((language, subject, told_so(asked, order, body)) for order, language, subject, body in rows)


def letters(day):
    with section("letter list: each letter as it was sent, and in the other language"):
        told = day.ctl_json("letter", "list", "--limit", "1000")
        asked = {letter["order"] for letter in told if letter["event"] == "inquiry_opened"}
        were_sent = sent(day, asked)
        check(len(told) > LETTERS_MIN, f"only {len(told)} letters")
        words = [(letter, letter["words"][letter["sent_in"]]) for letter in told]
        anew = sorted((letter["sent_in"], said["subject"].replace("\n", "|"), told_so(asked, letter["order"], said["body"].replace("\n", "|")))
                      for letter, said in words)
        check_equal([row for row in anew if row not in were_sent][:3], [], "letters that were not sent so")
        check_equal(len(anew), len(were_sent), "letters")
        for letter in told:
            check_equal(sorted(letter["words"]), ["en", "zh-CN"], "languages")
            for locale, words in letter["words"].items():
                text = f"{words['subject']}\n{words['body']}"
                check(words["subject"] and words["body"], f"an empty letter: {letter}")
                check(letter["order"] in text or letter["complaint"] in text, f"a letter that does not say about what: {text}")
                latin = re.findall(r"[A-Za-z]+", IDS.sub("", PEOPLES.sub("", text))) if locale == "zh-CN" else []
                check(not latin, f"{latin} in Chinese: {text}")
                check(locale == "zh-CN" or not re.search("[\u3000-\u303f\uff00-\uffef]|下一步", people_left_out(text)), f"Chinese in English: {text}")
        order = next(letter["order"] for letter in told if letter["event"] == "answer_asked")
        text = day.ctl("letter", "list", order, "--lang", "zh-CN").stdout
        check("[zh-CN]" in text and "[en]" not in text and "下一步" in text, text)
        day.ctl("letter", "list", "no-such-order", ok=(3,))
        day.ctl("letter", "list", "--lang", "tlh", ok=(2,))


def people_left_out(text):
    """An English letter's lines without those that hold what somebody wrote."""
    return "\n".join(line for line in text.split("\n") if not re.search("[\u4e00-\u9fff]", line))


# What may stand in Chinese: ids, names, units; reasons and subjects as they were stored.
NAMES = re.compile(
    r"[a-z_]+(?:\.[a-z_]+)*@\d+|CT\d+\w*|http-\d|early-1|[0-9a-f]{8}-[0-9a-f-]{27}|[bm]_\w+|b-\w+|agent_\w+|(merchant|buyer)-\w+|cards|CNY|Ombud|ombudctl|\w+/\d+|[\w.]+:ombud\S+|"
    r"/cards\S*|ombud\.[\w.]+|Asia/(?:Shanghai|Hong_Kong)|\w+@\d+ v\d+|\d{4}-\d\d-\d\d[ T][\d:.]+Z|\b(\w+ v\d+)\b|mockCluster\w*|\b(intake|triage|escalation|notification|core|campaign|quiet)\b|"
    r"\b[a-z]+(_[a-z]+)+\b|\b[A-Z]\d\b|\b(whole|ledger|nope)\b|d\d+/\w+(/\d+)?|(offer|default|settlement)[-/]?[\w/]*|platform_faults|PT[0-9DHMS]+|\bD\d*\b|fffe\S*|ce_\w+")
STORED = re.compile(r"(?m)^(陈述|诉求|  认定事实|  依据条款|  \S+ \(.{2}\)|原因|内容|键|header .*?|  备注)(:|：| ).*$")
VERBS = (("complaint", "list", "--limit", "200"), ("clock", "list", "--limit", "500"), ("dlt", "list"), ("shard", "show"), ("campaign", "list"), ("service", "list"),
         ("limit", "list"), ("topics", "check"), ("topics", "create"), ("lag",), ("db", "status"), ("audit",), ("version",), ("dlt", "replay", "--all", "--dry-run"))
NOT_THERE = (("complaint", "show", "nope"), ("clock", "list", "nope"), ("clock", "explain", "nope"), ("dlt", "show", "intake:ombud.inbox.v1/0/9999"),
             ("campaign", "show", "7"), ("campaign", "pause", "7"))


def chinese(day):
    with section("--lang zh-CN: every verb that shows something, over every complaint of the day, leaves no English"):
        english = sorted((row[0] for row in day.sql("select distinct subject from notification.notice where language = 'en'")), key=len, reverse=True)
        reasons = [row[0] for row in day.sql("select distinct reason from ombud.dead_letter")]
        letter = day.ctl_json("dlt", "list")[0]["id"]
        complaints = [row[0] for row in day.sql("select complaint_id from intake.complaint")]
        shown = [(*verb, complaint) for verb in (("complaint", "show"), ("clock", "explain"), ("clock", "list")) for complaint in complaints]
        for words, ok in [(words, 0) for words in (*VERBS, *shown, ("dlt", "show", letter))] + [(words, 3) for words in NOT_THERE]:
            done = day.ctl(*words, "--lang", "zh-CN", *(("--workdir", day.folder) if words == ("audit",) else ()), ok=(ok,))
            text = STORED.sub("", done.stdout + done.stderr)
            for known in english + reasons:
                text = text.replace(known, "")
            for line in text.split("\n"):
                latin = re.findall(r"[A-Za-z]{2,}", NAMES.sub("", line))
                check(not latin, f"ombudctl {' '.join(words)} --lang zh-CN says {latin}: {line}")
        least = ("audit", "--workdir", day.folder, "--lang", "zh-CN", "--least", "100000000")
        text = day.ctl(*least, ok=(4,)).stdout
        check("  等待  另需 " in text and "不清楚：" in text and "records" not in text, text)
        check("records more" in day.ctl(*least, "-o", "json", ok=(4,)).stdout, "JSON is for programs")
        check("已结束" in day.ctl("complaint", "list", "--lang", "zh-CN").stdout and "closed" in day.ctl("complaint", "list").stdout, "both languages")
        day.ctl("complaint", "list", "--lang", "tlh", ok=(2,))


# What may stand in Chinese help: the command line's own words, values and names.
HELP_NAMES = re.compile(r"GET /v1/\w+|--\w[\w-]*|-[a-z] |\[OMBUD\w*\]|\(\S+\)|可选 \S+|\d{4}-\d\d-\d\dT\S+Z|\d+|env\.sh|business \w+|hours|ombudctl|ombud_\w+|ombud\.inbox\.v1|ledger\*\.ndjson|"
                        r"beginning|end|\bnow\b|dlt list|source|pg_dump|ComplaintFiled|\b(Kafka|TLS|SASL|SQL|JSON|CloudEvents?|Confluent|Ombud|librdkafka)\b")
MISTAKES = (("lagg",), ("dlt", "lst"), ("shard", "shwo"), ("complaint", "list", "--limt", "5"), ("complaint", "list", "--limit"), ("complaint", "list", "--limit", "x"),
            ("complaint", "list", "--limit", "0"), ("complaint", "list", "--stage", "nowhere"), ("complaint", "show"), ("version", "more"),
            ("config", "check", "intak", "x.yaml"), ("dlt", "show", "no-id"), ("shard", "show", "intake", "x"), ("campaign", "show", "x"), ("letter", "list", "--zone", "Mars"),
            ("audit", "--workdir", "/nowhere"), ("lag", "--brokers", "a:99999"), ("db", "status", "--dsn", "port=x"), ("shard", "restart", "intake", "0", "--at", "x"), ("dlt", "replay",),
            ("topics", "check", "--prefix", "a b"), ("lag", "--kafka", "x"), ("lag", "--kafka", "session.timeout.ms=1"), ("dlt", "list", "--output", "xml"))
GIVEN = re.compile(r"“[^”]*”|应为 \S+ 之一|\b(lagg|lst|shwo|nowhere|more|intak|no-id|Mars|xml|limt|intake|lag|list|x|a|b|c)\b|key=value|/nowhere|x\.yaml|OMBUD_\w+|[a-z]+\.[a-z]+\.ms|port|kafka\.|bootstrap\.servers|zh-CN|--|en\b")


def help_of(day, words, *flags, ok=(0,)):
    done = day.ctl(*words, *flags, "--lang", "zh-CN", ok=ok)
    return done.stdout + done.stderr


def chinese_help(day):
    with section("--lang zh-CN: help of each verb, and mistakes"):
        lines = day.ctl("--help").stdout.split("\n\n")[1].split("\n")
        verbs = [re.match(r"  ([a-z]+(?: [a-z]+)?)", line).group(1).split() for line in lines]
        check(len(verbs) > 25, f"only {len(verbs)} verbs")
        whole = re.sub(r"(?m)^  [a-z]+( [a-z]+)? ", "", help_of(day, (), "--help"))
        for words, text in [((), whole), *((verb, help_of(day, verb, "--help")) for verb in verbs)]:
            text = HELP_NAMES.sub("", text.replace(" ".join(words), ""))
            latin = re.findall(r"[A-Za-z]+", re.sub(r"ombudctl [a-z]+( [a-z]+)?", "", text))
            check(not latin, f"ombudctl {' '.join(words)} --help --lang zh-CN says {latin}:\n{text}")
        for words in MISTAKES:
            text = help_of(day, words, ok=(2,))
            latin = re.findall(r"[A-Za-z]{2,}", GIVEN.sub("", HELP_NAMES.sub("", re.sub(r"ombudctl [a-z]+( [a-z]+)?", "", text))))
            check(re.search("[\u4e00-\u9fff]", text) and not latin, f"ombudctl {' '.join(words)} --lang zh-CN says {latin}: {text}")
        check("是否想用 --limit" in help_of(day, ("complaint", "list", "--limt", "5"), ok=(2,)), "the nearest flag")
        check("是否想用“list”" in help_of(day, ("dlt", "lst"), ok=(2,)), "the nearest verb")
        check("用法" in day.ctl("--lang", "zh-CN", "lag", "--help").stdout, "the language in front of the command")


def run(broker):
    with Day(broker) as day:
        day.begin()
        day.end()
        letters(day)
        chinese(day)
        chinese_help(day)
