"""Logs that are not what they were, as the reader of the inbox meets them: a topic made anew while its reader has it, while the
reader is away, while its shard is paused, with fewer, as many and more records than were read, of the same keys, sizes and
timestamps; a broker that lost the tail of a partition; a place where no record lies. Beside it what is no reason to stop: retention, another cluster.

Nothing of it may pass in silence: the shard stops for a person, in the database, on /readyz and in ombudctl shard show; the other shard
goes on. After ombudctl shard restart exactly what was chosen is read, each record once, which the audit confirms.
"""
import copy
import json
import os
import shutil
import subprocess
import time

import kafkawire
from broker import Publisher
from ombud import Failure, Ombud, check, check_equal, order_recorded, wait_for

INBOX = "ombud.inbox.v1"
BEGAN_MS = 1_790_000_000_000
LOOK_SECONDS = 2
SEEN_SECONDS = 40  # to the stop, on a busy machine; a look is due after 2 s
HEADERS = [("content-type", "application/cloudevents+json")]


def records(tag, count, keys):
    """The same keys, sizes and timestamps for every tag of one length; other events."""
    rows = []
    for i in range(count):
        event = order_recorded(keys[i])
        event.update(id=f"{tag}-{i:06d}", time="2026-09-21T12:00:00Z")
        rows.append((keys[i].encode(), json.dumps(event).encode(), HEADERS, BEGAN_MS + i))
    return rows


def keys_of(partition, count, tag):
    keys, i = [], 0
    while len(keys) < count:
        key = f"{tag}-{i:07d}"
        if kafkawire.partition_of(key.encode(), 2) == partition:
            keys.append(key)
        i += 1
    return keys


def make_anew(o, topic):
    """Deleted, and made by ombudctl. That it is gone is known a moment later than it is said."""
    kafkawire.delete_topic(o.brokers, topic)
    wait_for(f"{topic} to be gone", lambda: o.ctl("topics", "check", "--partitions", "2", ok=None).returncode != 0, 30, 0.2)
    wait_for(f"{topic} to be made anew", lambda: o.ctl("topics", "create", "--partitions", "2", ok=None).returncode == 0, 30, 0.3)


class Scene:
    """One reader with a topic prefix and a database of its own; partition 0 is made anew, of partition 1 nothing was read before."""

    def __init__(self, ground, number, how, size, rng):
        self.name, self.how, self.size = f"{how}-{size}", how, size
        self.o = o = copy.copy(ground)
        o.processes, o.ports, o.env = {}, {}, dict(ground.env)
        o.use_database(f"anew_{number}")
        o.folder = os.path.join(ground.folder, self.name)
        os.mkdir(o.folder)
        self.prefix = f"a{number}."
        o.env |= {"OMBUD_DIR": o.folder, "OMBUD_TOPICS__PREFIX": self.prefix, "OMBUD_LANES": "1", "OMBUD_LOOK__SECONDS": str(LOOK_SECONDS)}
        self.topic = self.prefix + INBOX
        # A lane that is full takes 3,000 records, and its partitions are paused.
        self.old = 4000 if how == "paused" else rng.randint(30, 90)
        less, more = (1500, 700) if how == "paused" else (rng.randint(1, self.old - 1), rng.randint(1, 60))
        self.new = {"fewer": self.old - less, "as many": self.old, "more": self.old + more}.get(size, 0)
        self.keys = keys_of(0, self.old + 700, f"o{number}")
        self.aside = keys_of(1, 5, f"p{number}")
        self.blocker = None

    # ---- acting ----

    def topics(self):
        self.o.migrate()
        self.o.ctl("topics", "create", "--partitions", "2")

    def start(self):
        self.o.spawn("intake")

    def publish(self, tag, count, at=0):
        kafkawire.produce(self.o.brokers, self.topic, 0, records(tag, count, self.keys)[at:])

    def block(self):
        """Batches cannot write: the lane fills up and its partitions are paused."""
        self.blocker = subprocess.Popen(["psql", "-Xq", self.o.dsn], stdin=subprocess.PIPE, text=True)
        self.blocker.stdin.write("begin; lock table intake.log in access exclusive mode;\n")
        self.blocker.stdin.flush()

    def unblock(self):
        self.blocker.stdin.close()
        self.blocker.wait(20)
        self.blocker = None

    # ---- looking ----

    def place(self, column="next_offsets[1]", shard=0):
        return self.o.value(f"select {column} from intake.ownership where shard = {shard}")

    def wait_read(self, shard, offset, seconds=60):
        wait_for(f"{self.name}: shard {shard} to be read to {offset}, it is at {self.place(shard=shard)}",
                 lambda: int(self.place(shard=shard) or 0) == offset, seconds, 0.2)

    def wait_stopped(self):
        """In the database first; then everywhere else."""
        why = wait_for(f"{self.name}: shard 0 to stop", lambda: self.place("stopped ->> 'why'"), SEEN_SECONDS, 0.2)
        check(why in ("other_record", "beyond_end"), f"{self.name}: stopped because of {why}")
        page = wait_for(f"{self.name}: /readyz to say so", lambda: (lambda text: "shard 0 stopped at " + INBOX in text and text)(
            self.o.get(self.o.url("intake", "/readyz?verbose"))[1]), 20)
        check(why in page, f"{self.name}: /readyz does not say {why}: {page}")
        check("ombud_shards_stopped 1" in self.o.get(self.o.url("intake", "/metrics"))[1], f"{self.name}: the metric")
        shown = [row for row in self.o.ctl_json("shard", "show", "intake", "0") if row["topic"] == INBOX]
        check_equal([row["stopped"] for row in shown], [why], f"{self.name}: ombudctl shard show")
        return why

    def taken_since(self, seq):
        """Offsets of partition 0 that have an outcome in rows after that one, and how often."""
        return self.o.sql(f"select input_offset, count(*) from intake.log where shard = 0 and seq > {seq} and ordinal = 0 and "
                          f"input_topic = '{INBOX}' group by 1 order by 1")

    def restart(self, at):
        self.o.ctl("shard", "restart", "intake", "0", "--at", str(at), ok=(2,))  # asks first
        self.o.ctl("shard", "restart", "intake", "0", "--at", str(at), "--number", "7", "--yes", ok=(2,))  # the inbox has no numbers
        self.o.ctl("shard", "restart", "intake", "0", "--at", str(at), "--from-shard", "1", "--yes", ok=(2,))  # ... and is none of hops
        self.o.ctl("shard", "restart", "intake", "0", "--at", str(at), "--yes")
        return int(self.o.value("select max(seq) from intake.log where shard = 0 and type = 'shard_restarted'"))

    def check_chosen(self, seq, offsets):
        """Exactly these, once each; the books balance."""
        self.wait_read(0, offsets[-1] + 1)
        got = self.taken_since(seq)
        check_equal([int(row[0]) for row in got], list(offsets), f"{self.name}: read after the restart")
        check(all(row[1] == "1" for row in got), f"{self.name}: read twice after the restart: {[row for row in got if row[1] != '1']}")
        self.o.audit()

    def end(self):
        if self.blocker:
            self.unblock()
        for key in list(self.o.processes):
            try:
                self.o.kill(key)
            except Failure:
                pass


def made_anew(scenes):
    """All at once: what takes long is that daemons start and are seen to wait."""
    for scene in scenes:
        scene.topics()
        scene.start()
    for scene in scenes:
        scene.o.wait_ready("intake", seconds=90)
        if scene.how != "paused":
            scene.publish("old", scene.old)
    for scene in scenes:
        if scene.how == "paused":
            scene.publish("old", 20)
            scene.wait_read(0, 20)
            scene.block()
            scene.publish("old", scene.old, at=20)
        else:
            scene.wait_read(0, scene.old)
        if scene.how == "away":
            scene.o.kill("intake", 15)
    time.sleep(2.5)  # a full lane is paused after a second; and a look has vouched for what was read
    for scene in scenes:
        make_anew(scene.o, scene.topic)
    for scene in scenes:
        scene.publish("new", scene.new)
        kafkawire.produce(scene.o.brokers, scene.topic, 1, records("new", 5, scene.aside))
    for scene in scenes:
        if scene.how == "away":
            scene.start()
        if scene.how == "paused":
            scene.unblock()
    for scene in scenes:
        scene.why = scene.wait_stopped()
        scene.wait_read(1, 5)
    for scene in scenes[::3]:  # it survives a restart
        scene.o.kill("intake")
        scene.start()
    for scene in scenes:
        scene.wait_stopped()
        known = scene.place("stopped")
        seq = scene.restart("beginning")
        scene.check_chosen(seq, range(scene.new))
        wait_for(f"{scene.name}: ready again", lambda scene=scene: scene.o.get(scene.o.url("intake", "/readyz"))[0] == 200, 20)
        check("shards ok" in scene.o.get(scene.o.url("intake", "/readyz?verbose"))[1], f"{scene.name}: goes on")
        print(f"  {scene.name}: {scene.old} read, {scene.new} in the new log: {scene.why}; {json.loads(known).get('taken_from', '-')} to "
              f"{json.loads(known).get('taken_to', '-')} taken unlooked; all {scene.new} read once after the restart", flush=True)


def tail_lost(ground, scene, rng):
    """The broker comes back without the last records of one partition; publishers go on, and grow the log past what was read."""
    scene.topics()
    scene.start()
    scene.o.wait_ready("intake", seconds=90)
    for at in range(0, scene.old, 7):  # a batch is what can be cut
        kafkawire.produce(scene.o.brokers, scene.topic, 0, records("old", scene.old, scene.keys)[at:at + 7])
    scene.wait_read(0, scene.old)
    ground.environment("stop", "kafka")
    logs = os.path.join(ground.folder, "kafka/logs")
    end = kafkawire.cut_tail(os.path.join(logs, f"{scene.topic}-0"), rng.randint(7, scene.old - 8))
    kafkawire.forget_clean_shutdown(logs)
    ground.bring_up()
    new = scene.old - end + rng.randint(1, 30)
    kafkawire.produce(scene.o.brokers, scene.topic, 0, records("new", scene.old + 700, scene.keys)[:new])
    kafkawire.produce(scene.o.brokers, scene.topic, 1, records("new", 5, scene.aside))
    why = scene.wait_stopped()
    scene.wait_read(1, 5)
    seq = scene.restart(end)
    scene.check_chosen(seq, range(end, end + new))
    print(f"  tail lost: {scene.old} read, the broker kept {end}, {new} more came: {why}; those read once after the restart at {end}", flush=True)


def record_gone(scene):
    """Retention has taken what was read: it cannot be compared, reading goes on, and it is told."""
    scene.topics()
    scene.start()
    scene.o.wait_ready("intake", seconds=90)
    scene.publish("old", scene.old)
    scene.wait_read(0, scene.old)
    scene.o.kill("intake", 15)
    kafkawire.delete_records(scene.o.brokers, scene.topic, 0, scene.old)
    scene.start()
    scene.o.wait_ready("intake", seconds=90)
    scene.publish("new", 20)
    scene.wait_read(0, scene.old + 20)
    check(scene.place("stopped") in (None, ""), "stopped, though nothing unread is gone")
    told = f'ombud_look_backs_total{{topic="{INBOX}",found="gone"}} '
    check(told in scene.o.get(scene.o.url("intake", "/metrics"))[1], "what could not be compared was not counted")
    print("  retention took what was read: told, counted, reading goes on", flush=True)
    scene.end()


def no_record_there(scene):
    """A transaction's end lies where a record was taken, and the topic begins before it: no work of retention, but another log. Seen by
    the look beside the reading, and before anything is read on."""
    scene.topics()
    with Publisher(scene.o.brokers, "shop") as publisher:
        for tag in ("one", "two"):
            publisher.begin()
            for key, value, _, _ in records(tag, 5, scene.keys):
                publisher.put(scene.topic, 0, key.decode(), value)
            publisher.commit()
    scene.start()
    for column in ("looked_offsets[1] = 5, looked_digests", "next_offsets[1] = 6, last_digests"):
        scene.wait_read(0, 11)
        scene.o.kill("intake", 15)
        scene.o.sql(f"update intake.ownership set {column}[1] = 1 where shard = 0")
        scene.start()  # it may stop before it was ever ready
        check_equal(scene.wait_stopped(), "other_record", f"{column}: why")
        check("where no record lies" in scene.o.get(scene.o.url("intake", "/readyz?verbose"))[1], f"{column}: how it is said")
        scene.restart(11)
    print("  no record at the place: stopped, by the look beside the reading and by the reading", flush=True)
    scene.end()


def another_cluster(ground, scene):
    """Under a running daemon another cluster takes the broker's place: everything is read from its beginning, and what is not known of the
    old one is told."""
    scene.topics()
    scene.start()
    scene.o.wait_ready("intake", seconds=90)
    scene.publish("old", scene.old)
    scene.wait_read(0, scene.old)
    ground.environment("stop", "kafka")
    shutil.rmtree(os.path.join(ground.folder, "kafka/logs"))
    ground.bring_up()
    scene.topics()
    scene.publish("new", scene.old + 10)
    kafkawire.produce(scene.o.brokers, scene.topic, 1, records("new", 5, scene.aside))
    since = wait_for("the other cluster to be met", lambda: scene.o.value(
        "select seq from intake.log where shard = 0 and type = 'cluster_replaced'"), 120, 0.2)
    scene.check_chosen(since, range(scene.old + 10))
    left = json.loads(scene.o.value("select note from intake.log where shard = 0 and type = 'cluster_replaced'"))["topics"][INBOX]
    check_equal(left["next_offset"], scene.old, "what had been read of the old cluster's log")
    check(left["seen_end"] is not None and left["seen_end"] <= scene.old, f"its end as it was seen last: {left}")
    check("ombud_clusters_replaced_total" in scene.o.get(scene.o.url("intake", "/metrics"))[1], "another cluster was not counted")
    print(f"  another cluster under a running daemon: told ({left}), {scene.old + 10} records read from its beginning, once each", flush=True)


def partitions_added(scene):
    """To all topics: keys lie in other shards than their past does. Nothing is read, neither under a running daemon nor by one that was away,
    and that is told now and then, not at each try."""
    o = scene.o
    scene.topics()
    o.env["OMBUD_KAFKA__TOPIC_METADATA_REFRESH_INTERVAL_MS"] = "1000"
    scene.start()
    o.wait_ready("intake", seconds=90)
    scene.publish("old", scene.old)
    scene.wait_read(0, scene.old)
    for topic in [row["topic"] for row in o.ctl_json("topics", "check", "--partitions", "2")]:
        kafkawire.add_partitions(o.brokers, topic, 3)
    with open(os.path.join(o.folder, "intake-1.log"), encoding="utf-8") as log:
        for how in ("under a running daemon", "by one that was away"):
            told = wait_for(f"partitions added, seen {how}", lambda: "this database was made for" in log.read(), 60, 0.2)
            kafkawire.produce(o.brokers, scene.topic, 2, records(how[:5], 5, keys_of(0, 5, how[:5])))
            time.sleep(5)
            again = log.read()
            check(told and "this database was made for" not in again and again.count('"level":"error"') <= 1, f"{how}: told again and again: {again[-2000:]}")
            check_equal(o.value("select count(*) from intake.ownership"), "2", f"{how}: shards")
            check("[-]group" in o.get(o.url("intake", "/readyz?verbose"))[1], f"{how}: it is ready")
            check("made for 2" in o.ctl("audit", ok=(4,)).stderr, f"{how}: the audit")
            o.kill("intake", 15)
            scene.start()
    print("  partitions added to all topics: nothing read, running or away, and told once a minute", flush=True)
    scene.end()


def play(broker, rng, build=None, added=False):
    """added: partitions, too, which need no more than one run."""
    with Ombud(broker, build=build) as ground:
        ways = [(how, size) for how in ("assigned", "away", "paused") for size in ("fewer", "as many", "more")]
        scenes = []
        try:
            for number, (how, size) in enumerate(ways):
                scenes.append(Scene(ground, number, how, size, rng))
            made_anew(scenes)
            for scene in scenes:
                scene.end()
            scenes.append(Scene(ground, len(ways), "tail", "cut", rng))
            tail_lost(ground, scenes[-1], rng)
            scenes[-1].end()
            scenes.append(Scene(ground, len(scenes), "retention", "gone", rng))
            record_gone(scenes[-1])
            scenes.append(Scene(ground, len(scenes), "transactions", "none", rng))
            no_record_there(scenes[-1])
            if added:
                scenes.append(Scene(ground, len(scenes), "partitions", "added", rng))
                partitions_added(scenes[-1])
            scenes.append(Scene(ground, len(scenes), "cluster", "replaced", rng))
            another_cluster(ground, scenes[-1])
        finally:
            for scene in scenes:
                scene.end()
