"""PostgreSQL goes back in time, and the topics do not (PROOF F17): base backup, load, restore.

What the database has forgotten lies on the topics. Every shard that has forgotten something stops aloud, and so does whoever reads it;
after `ombudctl shard restate` the books balance, and the audit lists as former exactly the facts that the restored logs do not have.
"""
import json
import os
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

from ombud import DAEMONS, Ombud, check, check_equal, complaint_filed, order_recorded, run, wait_for

PARTITIONS = 8
SETTLE_S = 60
WHYS = ("went_back", "topic_ahead", "writer_behind")


class Past(Ombud):
    """An Ombud whose database can be brought back to an earlier moment."""

    def __init__(self, broker):
        super().__init__(broker)
        self.orders = 0

    def postgres(self, program, *arguments):
        """One of PostgreSQL's own programs, as the user whose data these are."""
        data = os.path.join(self.folder, "postgres/data")
        folder = os.path.dirname(os.path.realpath(os.path.join("/proc", str(self.pid_of("postgres")), "exe")))
        user = run("stat", "-c", "%U", data).stdout.strip()
        command = [os.path.join(folder, program), *arguments]
        run(*(["runuser", "-u", user, "--", *command] if os.getuid() == 0 else command), timeout=180)

    def backup(self):
        home = os.path.join(self.folder, "postgres")
        with open(os.path.join(self.folder, "postgres.port"), encoding="ascii") as f:
            port = f.read().strip()
        self.postgres("pg_basebackup", "-h", os.path.join(home, "socket"), "-p", port, "-U", "postgres", "-D", os.path.join(home, "past"),
                      "-c", "fast", "-X", "stream")

    def restore(self):
        """The server stops, its data are those of the backup, it comes up again."""
        home = os.path.join(self.folder, "postgres")
        self.environment("stop", "postgres")
        shutil.rmtree(os.path.join(home, "data"))
        os.rename(os.path.join(home, "past"), os.path.join(home, "data"))
        self.bring_up()

    # ---- load ----

    def load(self, count):
        """So many orders and their complaints, told and taken by everybody."""
        orders = [f"past-{self.orders + n}" for n in range(count)]
        self.orders += count
        self.publish(*[order_recorded(order) for order in orders], *[complaint_filed(order) for order in orders])

    def settle(self, seconds=SETTLE_S):
        """Until the books balance; the audit."""
        def balanced():
            done = self.ctl("audit", "-o", "json", "--workdir", self.folder, ok=None)
            return done.returncode == 0 and done.stdout

        return json.loads(wait_for("the books to balance", balanced, seconds, 0.5))

    # ---- looking ----

    def told(self):
        """What each log has given: {(topic, shard): number}."""
        return {(topic, int(shard)): int(number) for topic, shard, number in self.sql("select topic, shard, sequence from ombud.said")}

    def stopped(self, name):
        """{shard: why} of what a daemon says has stopped."""
        page = self.get(self.url(name, "/readyz?verbose"))[1]
        return {int(shard): why for shard, why in re.findall(r"shard (\d+) stopped.*?(" + "|".join(WHYS) + ")", page)}

    def wait_stopped(self, forgotten):
        """Every daemon has stopped whatever it has forgotten, and what it reads of others who have."""
        def all_seen():
            return all(set(shards) <= set(self.stopped(name)) for name, shards in forgotten.items())
        wait_for(f"the shards that have forgotten something to stop: {forgotten}", all_seen, SETTLE_S, 0.2)

    def restate(self, shards):
        with ThreadPoolExecutor(4) as pool:
            for _ in pool.map(lambda one: self.ctl("shard", "restate", one[0], str(one[1]), "--yes"), shards):
                pass


def writers(o):
    return {topic: name for name, topic in o.sql("select name, unnest(emits) from ombud.service")}


def play(broker, rng, running):
    """running: the daemons see it happen; else they are started on what is there afterwards."""
    with Past(broker) as o:
        o.prepare()
        o.start()
        o.load(rng.randint(20, 40))
        o.settle()
        o.backup()
        time.sleep(rng.uniform(0, 2))
        o.load(rng.randint(20, 40))
        o.settle()
        before = o.told()
        if not running:
            for name in DAEMONS:
                o.kill(name)
        o.restore()
        after = o.told()
        lost = {key: number - after.get(key, 0) for key, number in before.items() if number > after.get(key, 0)}
        check(len(lost) >= PARTITIONS, f"the backup has forgotten too little: {lost}")
        if not running:
            for name in DAEMONS:
                o.spawn(name)
        writer = writers(o)
        forgotten = {name: sorted({shard for topic, shard in lost if writer[topic] == name}) for name in DAEMONS}
        o.wait_stopped(forgotten)
        time.sleep(2)
        check_equal({key: number for key, number in o.told().items() if key in lost}, {key: after[key] for key in lost},
                    "what the stopped logs have given")
        o.restate([(name, shard) for name, shards in forgotten.items() for shard in shards])
        audit = o.settle()
        check_equal(audit["former"], sum(lost.values()), "facts that the audit lists as former")
        chosen = int(o.value("select count(*) from ombud.log where type = 'shard_restated'"))
        check_equal(chosen, sum(map(len, forgotten.values())), "rows of the logs that say what was chosen")
        o.load(10)
        o.settle()
        check_equal(int(o.value("select count(*) from intake.complaint")), o.orders, "complaints")
        print(f"  {'under running' if running else 'before started'} daemons: {sum(lost.values())} facts forgotten in {len(lost)} partitions, "
              f"{chosen} shards stopped and restated, the books balance", flush=True)
