"""The words of a notice stand once, in the language that its reader wants there, and letters stand without the log."""
import json

from ombud import Ombud, check, check_equal, complaint_filed, event, order_recorded, section, wait_for

BROKERS = ("mock",)
WHY = "asks nothing of the broker; runs once"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BUYER = ("COMPLAINANT", "b-1")

# Every notice's words, wherever they are; of a topic's the log has them, which SQL does not read.
WORDS = """select id, channel, coalesce(nullif(body, ''), payload::jsonb #>> '{data,text}') as text from notification.notice"""


def of_person(message, **data):
    made = event(message, "", data, actor=BUYER)
    del made["data"]["orderId"]
    return made


def prepare(o):
    o.prepare()
    o.apply_platform("shop", {"endpoints.yaml": "endpoints:\n  - id: closed\n    url: http://127.0.0.1:9/\n    parties: [merchant]\n"
                              f"    secret_file: {o.secret_file(SECRET)}\n    allow_private: true\n"})
    o.start("intake", "triage", "escalation", "notification")


def choose(o):
    """The buyer reads the topic, in the complaint's language, and his inbox, in English."""
    o.publish(of_person("PreferencesSet", personId="b-1", noticeChannels=["NOTICE_CHANNEL_INBOX", "NOTICE_CHANNEL_TOPIC"]),
              of_person("ContactSet", personId="b-1", noticeChannel="NOTICE_CHANNEL_INBOX", language="en"))
    wait_for("his contact", lambda: o.value("select count(*) from notification.contact, notification.preference") == "1")


def check_languages(o):
    check_equal(o.sql("select distinct person_id, channel, language from notification.notice where person_id in ('b-1', 'm-1') order by 1, 2"),
                [["b-1", "1", "en"], ["b-1", "3", "zh-CN"], ["m-1", "1", "zh-CN"], ["m-1", "2", "zh-CN"]], "languages")


def check_once(o):
    with section("no letter's words, and none of a webhook that waits, stand in the log; a topic's stand there only"):
        check_equal(o.value(f"select count(*) from ({WORDS}) w where channel <> 3 and coalesce(text, '') = ''"), "0", "without words")
        check_equal(o.value(f"select count(*) from ({WORDS}) w where channel = 3 and text <> ''"), "0", "of a topic, with the notice")
        check_equal(o.value("select count(*) from notification.notice where body <> '' and payload is not null"), "0", "in two columns")
        check_equal(o.value(f"select count(*) from ({WORDS}) w join notification.log l on position(convert_to(w.text, 'UTF8') in l.payload) > 0"),
                    "0", "in the log too")
        topic = int(o.value("select count(*) from notification.notice where channel = 3"))
        said = o.value("select count(*) from notification.log where position(convert_to('点卡', 'UTF8') in payload) > 0"
                       " or position(convert_to('投诉', 'UTF8') in payload) > 0")
        check(topic > 0, "nobody was told by the topic")
        check_equal(int(said), topic, "facts with words")


def letters(o, person):
    status, body = o.get(o.url("notification", f"/v1/inbox/{person}?platform=shop"))
    check_equal(status, 200, "GET the inbox")
    return json.loads(body)["letters"]


def check_retention(o):
    with section("the log's past goes, the letters stay"):
        before = letters(o, "m-1")
        check(before and all(letter["text"] for letter in before), "letters without words")
        o.kill("notification")
        o.sql("delete from notification.log l using notification.ownership w where w.shard = l.shard and l.seq < least(w.acked_seq, w.log_seq)")
        o.start("notification")
        o.wait_ready("notification")
        check_equal(letters(o, "m-1"), before, "letters")


def run(broker):
    with Ombud(broker) as o:
        prepare(o)
        choose(o)
        o.publish(order_recorded("o-1"), complaint_filed("o-1"))
        o.wait_stage("o-1", "negotiating")
        wait_for("the merchant's webhook", lambda: o.value("select count(*) from notification.notice where channel = 2 and event = 'answer_asked'") == "1")
        check_languages(o)
        check_once(o)
        check_retention(o)
