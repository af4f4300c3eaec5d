"""What no program of a user does, by librdkafka through ctypes: transactions, committed offsets of a group, the beginning of a partition cut off."""
import ctypes
import ctypes.util

from ombud import check

WAIT_MS = 15_000
UNKNOWN_OFFSET = -1001


class Partition(ctypes.Structure):
    """rd_kafka_topic_partition_t"""
    _fields_ = [("topic", ctypes.c_char_p), ("partition", ctypes.c_int32), ("offset", ctypes.c_int64), ("metadata", ctypes.c_void_p),
                ("metadata_size", ctypes.c_size_t), ("opaque", ctypes.c_void_p), ("err", ctypes.c_int), ("private", ctypes.c_void_p)]


class PartitionList(ctypes.Structure):
    """rd_kafka_topic_partition_list_t"""
    _fields_ = [("count", ctypes.c_int), ("size", ctypes.c_int), ("rows", ctypes.POINTER(Partition))]


def library():
    lib = ctypes.CDLL("librdkafka.so.1")
    for name in ("conf_new", "new", "topic_new", "init_transactions", "begin_transaction", "commit_transaction", "abort_transaction",
                 "topic_partition_list_add", "queue_new", "queue_poll", "DeleteRecords_new", "event_error_string"):
        getattr(lib, "rd_kafka_" + name).restype = ctypes.c_void_p
    lib.rd_kafka_topic_partition_list_new.restype = ctypes.POINTER(PartitionList)
    lib.rd_kafka_DeleteRecords_new.argtypes = [ctypes.c_void_p]
    lib.rd_kafka_flush.restype = ctypes.c_int
    return lib


class Handle:
    """One librdkafka handle."""

    def __init__(self, brokers, kind, **settings):
        self.lib, error = library(), ctypes.create_string_buffer(512)
        conf = ctypes.c_void_p(self.lib.rd_kafka_conf_new())
        for key, value in {"bootstrap_servers": brokers, **settings}.items():
            code = self.lib.rd_kafka_conf_set(conf, key.replace("_", ".").encode(), str(value).encode(), error, 512)
            check(code == 0, f"{key}: {error.value.decode()}")
        self.rk = ctypes.c_void_p(self.lib.rd_kafka_new(kind, conf, error, 512))
        check(self.rk.value, error.value.decode())

    def partitions(self, places):
        """places: {(topic, partition): offset}"""
        rows = self.lib.rd_kafka_topic_partition_list_new(len(places))
        for (topic, partition), offset in places.items():
            self.lib.rd_kafka_topic_partition_list_add(rows, topic.encode(), partition)
            rows.contents.rows[rows.contents.count - 1].offset = offset
        return rows

    def close(self):
        self.lib.rd_kafka_destroy_flags(self.rk, 8)  # without closing a consumer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Publisher(Handle):
    """A transactional publisher: begin(), put() ..., commit() or abort()."""

    def __init__(self, brokers, name):
        super().__init__(brokers, 0, transactional_id=name, transaction_timeout_ms=60_000, linger_ms=0)
        check(not self.lib.rd_kafka_init_transactions(self.rk, WAIT_MS), "no transactions here")
        self.topics = {}

    def begin(self):
        check(not self.lib.rd_kafka_begin_transaction(self.rk), "no transaction could be begun")

    def put(self, topic, partition, key, value):
        if topic not in self.topics:
            self.topics[topic] = ctypes.c_void_p(self.lib.rd_kafka_topic_new(self.rk, topic.encode(), None))
        self.lib.rd_kafka_produce(self.topics[topic], partition, 2, value, ctypes.c_size_t(len(value)), key.encode(), ctypes.c_size_t(len(key)), None)
        check(self.lib.rd_kafka_flush(self.rk, WAIT_MS) == 0, "the broker did not take a record")

    def commit(self):
        check(not self.lib.rd_kafka_commit_transaction(self.rk, WAIT_MS), "the transaction could not be committed")

    def abort(self):
        check(not self.lib.rd_kafka_abort_transaction(self.rk, WAIT_MS), "the transaction could not be aborted")


def committed(brokers, group, places):
    """What the group has committed, as Kafka's own tools see it: {(topic, partition): offset or None}. places: (topic, partition) ..."""
    with Handle(brokers, 1, group_id=group) as handle:
        rows = handle.partitions(dict.fromkeys(places, UNKNOWN_OFFSET))
        check(handle.lib.rd_kafka_committed(handle.rk, rows, WAIT_MS) == 0, f"the offsets of {group} cannot be read")
        return {(row.topic.decode(), row.partition): row.offset if row.offset >= 0 else None for row in rows.contents.rows[:rows.contents.count]}


def ends(brokers, places):
    """{(topic, partition): (first offset there is, next offset to come)}, of everything, transactions under way too."""
    low, high, found = ctypes.c_int64(), ctypes.c_int64(), {}
    with Handle(brokers, 1, group_id="looker", isolation_level="read_uncommitted") as handle:
        for topic, partition in places:
            code = handle.lib.rd_kafka_query_watermark_offsets(handle.rk, topic.encode(), partition, ctypes.byref(low), ctypes.byref(high), WAIT_MS)
            check(code == 0, f"{topic}/{partition}: no end")
            found[topic, partition] = (low.value, high.value)
    return found


def cut(brokers, places):
    """Cuts off what lies before the offsets, as retention does. places: {(topic, partition): offset}"""
    with Handle(brokers, 0) as handle:
        lib = handle.lib
        order = ctypes.c_void_p(lib.rd_kafka_DeleteRecords_new(handle.partitions(places)))
        queue = ctypes.c_void_p(lib.rd_kafka_queue_new(handle.rk))
        lib.rd_kafka_DeleteRecords(handle.rk, (ctypes.c_void_p * 1)(order), 1, None, queue)
        event = ctypes.c_void_p(lib.rd_kafka_queue_poll(queue, WAIT_MS))
        check(event.value and lib.rd_kafka_event_error(event) == 0, "the records could not be cut off")
