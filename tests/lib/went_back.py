"""PostgreSQL goes back in time, and the topics do not (F17): base backup, load, restore; or an asynchronous standby that had not
received the last seconds takes the primary's place.

What the database has forgotten lies on the topics. Every shard that has forgotten something stops aloud, and so does whoever reads it;
after `ombudctl shard restate` the books balance, and the audit lists as former exactly the facts that the restored logs do not have.
"""
import json
import os
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

from ombud import DAEMONS, Ombud, check, check_equal, complaint_filed, free_port, order_recorded, run, wait_for

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
        user = run("stat", "-c", "%U", self.home("data")).stdout.strip()
        command = [os.path.join(self.env["OMBUD_POSTGRES_BIN"], program), *arguments]
        run(*(["runuser", "-u", user, "--", *command] if os.getuid() == 0 else command), timeout=180)

    def home(self, name):
        return os.path.join(self.folder, "postgres", name)

    def port_of_database(self):
        with open(os.path.join(self.folder, "postgres.port"), encoding="ascii") as f:
            return f.read().strip()

    def backup(self, *more):
        self.postgres("pg_basebackup", "-h", self.home("socket"), "-p", self.port_of_database(), "-U", "postgres", "-D", self.home("past"),
                      "-c", "fast", "-X", "stream", *more)

    def put_back(self):
        """What was kept takes the place of the data, and comes up where the database was."""
        shutil.rmtree(self.home("data"))
        os.rename(self.home("past"), self.home("data"))
        self.bring_up()

    # ---- a standby ----

    def standby_up(self):
        """It follows the primary, and has all that there is so far."""
        self.backup("-R")
        self.standby_port = free_port()
        self.standby_control("start", "-t", "60", "-l", self.home("standby.log"), "-o", f"-p {self.standby_port}")
        end = self.value("select pg_current_wal_lsn()")
        wait_for("the standby to have caught up", lambda: self.standby_value(f"select pg_last_wal_replay_lsn() >= '{end}'") == "t", 60, 0.1)

    def standby_control(self, verb, *more):
        self.postgres("pg_ctl", "-D", self.home("past"), "-w", *more, verb)

    def standby_value(self, query):
        dsn = self.dsn.replace(f"port={self.port_of_database()}", f"port={self.standby_port}")
        return run("psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", dsn, "-c", query).stdout.strip()

    def standby_cut_off(self):
        """From now on it receives nothing; the primary does not wait for it."""
        self.standby_value("alter system set primary_conninfo = ''")
        self.standby_value("select pg_reload_conf()")
        wait_for("the standby to receive nothing", lambda: self.standby_value("select count(*) from pg_stat_wal_receiver") == "0", 20)

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


class Restored:
    """A base backup from a quiet moment is what the server has again."""

    def __init__(self, o, rng):
        self.o, self.rng = o, rng

    def keep(self):
        self.o.backup()
        time.sleep(self.rng.uniform(0, 2))

    def meanwhile(self):
        pass

    def go_back(self):
        self.o.environment("stop", "postgres")
        self.o.put_back()


class Promoted(Restored):
    """The primary dies, and a standby takes its place that has received nothing since some moment of the load."""

    def keep(self):
        self.o.standby_up()

    def meanwhile(self):
        time.sleep(self.rng.uniform(0, 1))
        self.o.standby_cut_off()

    def go_back(self):
        self.o.kill_store("postgres")
        self.o.standby_control("promote")
        self.o.standby_control("stop", "-m", "fast")
        self.o.put_back()


def play(broker, rng, running, way=Restored):
    """running: the daemons see it happen; else they are started on what is there afterwards. way: Restored or Promoted."""
    with Past(broker) as o:
        past = way(o, rng)
        o.prepare()
        o.start()
        o.load(rng.randint(20, 40))
        o.settle()
        past.keep()
        o.load(rng.randint(20, 40))
        past.meanwhile()
        o.load(rng.randint(20, 40))
        o.settle()
        before = o.told()
        if not running:
            for name in DAEMONS:
                o.kill(name)
        past.go_back()
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
        print(f"  {way.__name__.lower()} {'under running' if running else 'before started'} daemons: {sum(lost.values())} facts forgotten in {len(lost)} partitions, "
              f"{chosen} shards stopped and restated, the books balance", flush=True)
