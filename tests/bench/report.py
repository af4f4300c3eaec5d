"""The table and the JSON of a benchmark: each figure beside its floor, its first bar and its goal (see README.md)."""
import json
import os
import platform
import statistics

WHOLE = "floor, our bytes"

# row, figure, first bar, goal, is less better. A bar with a * is a share of the floor's figure in the same run.
BARS = [
    ("intake", "events_per_s", ("*", 0.95), ("*", 1.2), False),
    ("intake, 2 copies", "events_per_s", ("*", 0.9), ("*", 1.2), False),
    ("intake, beside the peers", "events_per_s", ("*", 1.0), ("*", 1.5), False),
    ("intake", "cpu_us", 9, 7, True),
    ("intake, 2 copies", "cpu_us", 9, 7, True),
    ("intake", "database_cpu_us", ("*", 1.0), ("*", 0.8), True),
    ("intake, 2 copies", "database_cpu_us", ("*", 1.0), ("*", 0.8), True),
    ("intake", "peak_mb", 64, 32, True),
    ("intake, 2 copies", "peak_mb", 64, 32, True),
    ("intake", "longest_stop_s", 0.8, None, True),
    ("intake, 2 copies", "longest_stop_s", 0.8, None, True),
    ("on 10 N stored", "events_per_s", ("*", 0.9), None, False),
    ("hop at 2,000/s", "p50_ms", 5, 3, True),
    ("hop at 2,000/s", "p99_ms", 20, 15, True),
    ("chain at 200/s", "p99_ms", 100, 60, True),
    ("chain, 20,000 at once", "complaints_per_s", 3000, 5000, False),
    ("timers: 2,000 over 20 s", "p99_ms", 20, 15, True),
    ("timers: 20,000 within 1 s", "seconds", 3, 2, True),
    ("timers: 100,000 at one instant", "fired_per_s", 10000, 15000, False),
    ("cold start to first effect", "seconds", 1, 0.2, True),
    ("stall after kill -9: restarted at once", "seconds", 2, 0.5, True),
    ("stall after kill -9: taken over", "seconds", 7, 6, True),
]
FLOORS = {"hop at 2,000/s": WHOLE + " at 2,000/s", "intake": WHOLE, "intake, 2 copies": WHOLE + ", 2 copies",
          "on 10 N stored": "on N stored"}
# What stands beside what, round by round: the judged figures first. A row beside itself says how much is noise.
PAIRS = [("intake", WHOLE), ("intake", "floor"), (WHOLE, "floor"), (WHOLE + ", again", WHOLE),
         ("intake, 2 copies", WHOLE + ", 2 copies"), ("intake, 2 copies", "floor, 2 copies"),
         (WHOLE + ", again, 2 copies", WHOLE + ", 2 copies"), ("intake, 2 copies", "intake")]
PAIRED = ["cpu_us", "database_cpu_us", "wal_bytes", "events_per_s"]


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        model = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), "?")
    return f"{os.cpu_count()} cores, {model}, Linux {platform.release()}"


def number(value):
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def spread(values):
    middle = number(statistics.median(values))
    return middle if len(values) < 2 else f"{middle} ({number(min(values))} to {number(max(values))})"


def bar_value(bar, floor):
    if isinstance(bar, tuple):
        return bar[1] * floor if floor else None
    return bar


def judge(value, bar, less):
    if bar is None:
        return "-"
    right = value <= bar if less else value >= bar
    return f"{number(bar)} {'met' if right else 'missed'}"


def floors_of(row, figure, figures):
    """The values that a row's bar is a share of. Beside the peers that is the best of them; the least C is the floor, not a peer."""
    if row != "intake, beside the peers":
        return figures.get(FLOORS.get(row), {}).get(figure)
    peers = [values[figure] for name, values in figures.items()
             if name.startswith("peer ") and not name.startswith("peer minimal") and figure in values]
    return max(peers, key=statistics.median, default=None)


def judged(figures):
    """Rows (row, figure, value, floor, first bar, goal) of those figures that have a bar."""
    for row, figure, bar, goal, less in BARS:
        values = figures.get(row, {}).get(figure)
        if not values:
            continue
        floors = floors_of(row, figure, figures)
        value, floor = statistics.median(values), statistics.median(floors) if floors else None
        yield row, figure, value, floor, judge(value, bar_value(bar, floor), less), judge(value, bar_value(goal, floor), less)


PEER_FIGURES = {"events_per_s": "events_per_s", "cpu_us": "cpu_us_per_event", "database_cpu_us": "db_cpu_us_per_event",
                "peak_mb": "rss_peak_mb", "steal_pct": "steal_pct"}


def keep_peer(b, line):
    """One line of the peers' harness: its figures by our names, what its own check of the tables found, its latencies and stalls."""
    figures = {name: line[key] for name, key in PEER_FIGURES.items() if key in line}
    checks = [check for check in (line.get("verified") or {}).values() if isinstance(check, dict)]
    for name in ("lost", "doubled") if checks else ():
        figures[name] = sum(check[name] for check in checks)
    for name in ("p50", "p99") if "ms_from_ack" in line else ():
        figures[name + "_ms"] = line["ms_from_ack"][name]
    if line.get("stall_ms"):
        figures["stall_ms"] = statistics.median(line["stall_ms"])
    b.keep(f"peer {line['name']}, {line['mode']}", **figures)


def pairs(figures):
    """Rows (row, beside, {figure: [ratio of each round]}) of the pairs that were measured in the same rounds."""
    for row, beside in PAIRS:
        one, other = figures.get(row, {}), figures.get(beside, {})
        ratios = {name: [a / b for a, b in zip(one[name], other[name]) if b] for name in PAIRED if name in one and name in other}
        if any(ratios.values()):
            yield row, beside, {name: values for name, values in ratios.items() if values}


def write_pairs(figures):
    print("\n| pair, round by round | " + " | ".join(PAIRED) + " |\n|---" + "|---" * len(PAIRED) + "|")
    for row, beside, ratios in pairs(figures):
        print(f"| {row} / {beside} | " + " | ".join(spread(ratios[name]) if name in ratios else "-" for name in PAIRED) + " |")


# The table of RESULTS.md: a line a figure, a column a row.
TABLE = [("processor us/event: process", "cpu_us"), ("processor us/event: PostgreSQL", "database_cpu_us"),
         ("processor us/event: broker", "broker_cpu_us"), ("events/s", "events_per_s"),
         ("idle share of the machine, %", "idle_pct"), ("WAL bytes/event", "wal_bytes"), ("rows written per event", "rows"),
         ("index entries written per event", "index_entries"), ("longest stop, s", "longest_stop_s"), ("peak MB of a process", "peak_mb")]


def write_table(figures):
    columns = [name for copies in ("", ", 2 copies") for row in ("floor", WHOLE, "intake") if (name := row + copies) in figures]
    if not columns:
        return
    print("\n| | " + " | ".join(columns) + " |\n|---" + "|---" * len(columns) + "|")
    for label, figure in TABLE:
        print(f"| {label} | " + " | ".join(spread(figures[name][figure]) if figure in figures[name] else "-" for name in columns) + " |")


def write(b, path):
    print(f"\n{machine()}; {b.events:,} events, {b.rounds} rounds; median (least to most)\n")
    for row, figures in b.figures.items():
        print(f"| {row} | " + " | ".join(f"{name} {spread(values)}" for name, values in figures.items()) + " |")
    print("\n| row | figure | value | its floor | first bar | goal |\n|---|---|---|---|---|---|")
    bars = list(judged(b.figures))
    for row, figure, value, floor, bar, goal in bars:
        beside = f"{number(floor)} ({value / floor:.2f})" if floor else "-"
        print(f"| {row} | {figure} | {number(value)} | {beside} | {bar} | {goal} |")
    write_pairs(b.figures)
    write_table(b.figures)
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"machine": machine(), "events": b.events, "rounds": b.rounds, "figures": b.figures,
                   "bars": [dict(zip(("row", "figure", "value", "floor", "first_bar", "goal"), bar)) for bar in bars]}, f, indent=1)
    print(f"\n{os.path.relpath(path)} has it as JSON")
