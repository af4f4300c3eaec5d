"""Kafka's protocol by hand, for what stock clients do not do: records with chosen timestamps on a chosen partition, topics deleted, logs cut."""
import glob
import os
import socket
import struct
import time

from protowire import varint

PRODUCE, DELETE_TOPICS, DELETE_RECORDS, CREATE_PARTITIONS = 0, 20, 21, 37
NOT_YET = (3, 5, 6)  # no such topic, no leader, not the leader: of a topic or a broker that has just come


def _text(text):
    data = text.encode()
    return struct.pack(">h", len(data)) + data


def _call(address, api, version, body):
    host, port = address.split(",")[0].rsplit(":", 1)
    head = struct.pack(">hhi", api, version, 1) + _text("kafkawire")
    with socket.create_connection((host, int(port)), 30) as s:
        s.sendall(struct.pack(">i", len(head) + len(body)) + head + body)
        with s.makefile("rb") as answer:
            size = struct.unpack(">i", answer.read(4))[0]
            return answer.read(size)[4:]


def delete_topic(address, topic):
    answer = _call(address, DELETE_TOPICS, 1, struct.pack(">i", 1) + _text(topic) + struct.pack(">i", 15000))
    error = struct.unpack(">h", answer[-2:])[0]
    if error:
        raise AssertionError(f"deleting {topic}: Kafka's error {error}")


def add_partitions(address, topic, partitions):
    """The topic then has so many; its records stay where they are."""
    answer = _call(address, CREATE_PARTITIONS, 0, struct.pack(">i", 1) + _text(topic) + struct.pack(">iiib", partitions, -1, 15000, 0))
    error = struct.unpack_from(">h", answer, 8 + len(_text(topic)))[0]
    if error:
        raise AssertionError(f"partitions of {topic}: Kafka's error {error}")


def delete_records(address, topic, partition, before):
    """As retention does: what lies before that offset is gone."""
    answer = _call(address, DELETE_RECORDS, 1, struct.pack(">i", 1) + _text(topic) + struct.pack(">iiqi", 1, partition, before, 15000))
    error = struct.unpack(">h", answer[-2:])[0]
    if error:
        raise AssertionError(f"deleting records of {topic}/{partition}: Kafka's error {error}")


# ---- record batches ----

CRC32C = []
for n in range(256):
    for _ in range(8):
        n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
    CRC32C.append(n)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC32C[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def _signed(n):
    return varint(n << 1 if n >= 0 else (-n << 1) - 1)


def _bytes(data):
    return _signed(len(data)) + data


def _record(delta, key, value, headers, timestamp, first):
    body = b"\0" + _signed(timestamp - first) + _signed(delta) + _bytes(key) + _bytes(value) + _signed(len(headers))
    for name, text in headers:
        body += _bytes(name.encode()) + _bytes(text.encode())
    return _bytes(body)


def batch(records):
    """records: (key, value, headers, timestamp in ms)."""
    first = records[0][3]
    rows = b"".join(_record(i, *record[:3], record[3], first) for i, record in enumerate(records))
    body = struct.pack(">hiqqqhii", 0, len(records) - 1, first, max(r[3] for r in records), -1, -1, -1, len(records)) + rows
    return struct.pack(">qiib", 0, len(body) + 9, -1, 2) + struct.pack(">I", crc32c(body)) + body


def produce(address, topic, partition, records, of_a_batch=500):
    """Acknowledged by all; the offset of the first."""
    first = None
    for at in range(0, len(records), of_a_batch):
        data = batch(records[at:at + of_a_batch])
        body = struct.pack(">hhi", -1, -1, 30000) + struct.pack(">i", 1) + _text(topic) + struct.pack(">ii", 1, partition)
        until, error = time.monotonic() + 30, None
        while error is None or error in NOT_YET:
            answer = _call(address, PRODUCE, 3, body + struct.pack(">i", len(data)) + data)
            at_error = 4 + 2 + len(topic.encode()) + 4 + 4
            error, offset = struct.unpack(">hq", answer[at_error:at_error + 10])
            if error and (error not in NOT_YET or time.monotonic() > until):
                raise AssertionError(f"producing to {topic}/{partition}: Kafka's error {error}")
            time.sleep(0.2 if error else 0)
        first = offset if first is None else first
    return first


def partition_of(key, partitions):
    """As the Java client and librdkafka's murmur2_random place a key."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = 0x9747B28C ^ len(key)
    whole = len(key) // 4 * 4
    for i in range(0, whole, 4):
        k = int.from_bytes(key[i:i + 4], "little") * m & mask
        h = (h * m & mask) ^ ((k ^ k >> 24) * m & mask)
    rest = key[whole:]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return ((h ^ h >> 15) & 0x7FFFFFFF) % partitions


# ---- a broker's files ----

def cut_tail(folder, leave):
    """Cuts a partition's last segment at the last batch boundary at or before offset `leave`; the broker must be stopped, and recovers
    when it starts, as after a crash that lost the tail. Returns the new end."""
    segment = sorted(glob.glob(os.path.join(folder, "*.log")))[-1]
    end = int(os.path.basename(segment)[:-4])
    with open(segment, "r+b") as f:
        at = 0
        while True:
            f.seek(at)
            head = f.read(27)
            if len(head) < 27:
                break
            base, size = struct.unpack(">qi", head[:12])
            after = base + struct.unpack(">i", head[23:27])[0] + 1
            if after > leave:
                break
            at, end = at + 12 + size, after
        f.truncate(at)
    for name in os.listdir(folder):
        if name.endswith((".index", ".timeindex", ".txnindex", ".snapshot")):
            os.remove(os.path.join(folder, name))
    return end


def forget_clean_shutdown(logs):
    mark = os.path.join(logs, ".kafka_cleanshutdown")
    if os.path.exists(mark):
        os.remove(mark)
