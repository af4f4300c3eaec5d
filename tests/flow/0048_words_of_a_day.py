"""Every letter of the bundled day in both languages, filled in anew from its facts: as it was sent, whole, and in no other language's words."""
import re

from day import Day
from ombud import check, check_equal, section

BROKERS = ("mock",)
WHY = "what is said does not hang on the broker; runs once"
LETTERS_MIN = 900
# Not words: ids of orders and complaints. And lines that hold what the day's people wrote, as they wrote it.
IDS = re.compile(r"CT\d+\w*|[0-9a-f]{8}-[0-9a-f-]{27}|early-1|UTC")
PEOPLES = re.compile(r"(?m)^(投诉内容|.{2}的要求|(?:商家|买家)?说明|理由|认定的事实)：.*$")


def sent(day):
    rows = day.sql("select id, language, replace(subject, E'\\n', '|'), replace(body, E'\\n', '|') from notification.notice where channel = 1")
    return sorted((language, subject, body) for _, language, subject, body in rows)


def letters(day):
    with section("letter list: each letter as it was sent, and in the other language"):
        told = day.ctl_json("letter", "list", "--limit", "1000")
        check(len(told) > LETTERS_MIN, f"only {len(told)} letters")
        anew = sorted((letter["sent_in"], *(letter["words"][letter["sent_in"]][part].replace("\n", "|") for part in ("subject", "body")))
                      for letter in told)
        check_equal([row for row in anew if row not in sent(day)][:3], [], "letters that were not sent so")
        check_equal(len(anew), len(sent(day)), "letters")
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


def run(broker):
    with Day(broker) as day:
        day.begin()
        day.end()
        letters(day)
