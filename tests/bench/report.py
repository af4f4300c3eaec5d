"""The table and the JSON of a benchmark: each figure beside its floor, its first bar and its goal (see README.md)."""
import json
import os
import platform
import statistics

# row, figure, first bar, goal, is less better. A bar with a * is a share of the floor's figure in the same run.
BARS = [
    ("intake", "events_per_s", ("*", 0.8), ("*", 1.0), False),
    ("intake, 2 copies", "events_per_s", ("*", 0.8), ("*", 1.0), False),
    ("intake, beside the peers", "events_per_s", ("*", 1.0), ("*", 1.5), False),
    ("intake", "cpu_us", 8, None, True),
    ("intake, 2 copies", "cpu_us", 8, None, True),
    ("intake", "peak_mb", 64, 32, True),
    ("intake, 2 copies", "peak_mb", 64, 32, True),
    ("on 10 N stored", "events_per_s", ("*", 0.9), None, False),
    ("hop at 2,000/s", "p50_ms", 5, 3, True),
    ("hop at 2,000/s", "p99_ms", 20, 15, True),
    ("chain at 200/s", "p99_ms", None, 100, True),
    ("timers: 2,000 over 20 s", "p99_ms", 20, 15, True),
    ("timers: 20,000 within 1 s", "seconds", 3, 2, True),
    ("timers: 100,000 at one instant", "fired_per_s", 10000, 15000, False),
    ("cold start to first effect", "seconds", 1, 0.2, True),
    ("stall after kill -9: restarted at once", "seconds", 2, 0.5, True),
    ("stall after kill -9: taken over", "seconds", 7, 6, True),
]
FLOORS = {"hop at 2,000/s": "floor at 2,000/s", "intake": "floor", "intake, 2 copies": "floor, 2 copies", "on 10 N stored": "on N stored"}


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


def write(b, path):
    print(f"\n{machine()}; {b.events:,} events, {b.rounds} rounds; median (least to most)\n")
    for row, figures in b.figures.items():
        print(f"| {row} | " + " | ".join(f"{name} {spread(values)}" for name, values in figures.items()) + " |")
    print("\n| row | figure | value | its floor | first bar | goal |\n|---|---|---|---|---|---|")
    bars = list(judged(b.figures))
    for row, figure, value, floor, bar, goal in bars:
        beside = f"{number(floor)} ({value / floor:.2f})" if floor else "-"
        print(f"| {row} | {figure} | {number(value)} | {beside} | {bar} | {goal} |")
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"machine": machine(), "events": b.events, "rounds": b.rounds, "figures": b.figures,
                   "bars": [dict(zip(("row", "figure", "value", "floor", "first_bar", "goal"), bar)) for bar in bars]}, f, indent=1)
    print(f"\n{os.path.relpath(path)} has it as JSON")
