"""Runs every contestant as its own process, holds the results together, and only then prints the times side by side.

compare.py PEERS_PROGRAM CACHE [WORK...], called by `run`. Standard library only.
"""
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent

# What each work must come to, in full. Ours must give every digit; who reckons in floats must give the cent.
EXPECTED = {
    "bars_2m.csv": {"equity": "7545595.6038", "round_trips": 41_718},
    "bars_200k.csv": {"equity": "9784138.97676", "round_trips": 4_187},
    "ticks_5m.bin": {"fills": 10_145, "submits": 25_029, "cancels": 14_844, "equity": "-116551.4754"},
    "ticks_real.bin": {"fills": 1_455, "submits": 3_242, "cancels": 1_747, "equity": "-27172.4206"},
}
# hftbacktest knows no last price: what is open at the end, 19 contracts, counts at the middle, a tick off the last trade.
AT_THE_MIDDLE = {**EXPECTED["ticks_real.bin"], "equity": "-27174.3206"}

RUST, VECTORBT, BACKTESTING, NAUTILUS = "rust", "on_vectorbt.py", "on_backtesting.py", "on_nautilus.py"

# Work: title, file, unit, contestants as (name, program, its argument). The first is the measure, the second one is us.
WORKS = {
    "w1": ("W1, a cross of averages over 2 000 000 bars", "bars_2m.csv", "M bars", [
        ("hand-written loop", RUST, "hand"),
        ("QuantMesh", RUST, "quantmesh"),
        ("vectorbt, warm", VECTORBT, None),
        ("backtesting.py", BACKTESTING, None),
        ("hand-written, CSV parsed (mmap)", RUST, "hand-csv"),
        ("QuantMesh, CSV read and checked", RUST, "quantmesh-csv"),
    ]),
    "w1-200k": ("W1 on the first 200 000 bars", "bars_200k.csv", "M bars", [
        ("hand-written loop", RUST, "hand"),
        ("QuantMesh", RUST, "quantmesh"),
        ("vectorbt, warm", VECTORBT, None),
        ("backtesting.py", BACKTESTING, None),
        ("NautilusTrader", NAUTILUS, None),
    ]),
    "w2": ("W2, a grid of quotes over 5 000 000 generated ticks", "ticks_5m.bin", "M events", [
        ("hand-written loop", RUST, "hand"),
        ("QuantMesh", RUST, "quantmesh"),
        ("hftbacktest, ROI vector book", RUST, "hftbacktest-roi"),
        ("hftbacktest, hash-map book", RUST, "hftbacktest-hash"),
        ("NautilusTrader, best prices (L1)", NAUTILUS, None),
    ]),
    "w2-real": ("W2 over 430 389 recorded ticks", "ticks_real.bin", "M events", [
        ("hand-written loop", RUST, "hand"),
        ("QuantMesh", RUST, "quantmesh"),
        ("hftbacktest, ROI vector book", RUST, "hftbacktest-roi"),
        ("hftbacktest, hash-map book", RUST, "hftbacktest-hash"),
        ("NautilusTrader, best prices (L1)", NAUTILUS, None),
    ]),
    "w3": ("W3, W1 for 200 pairs of averages over 200 000 bars", "bars_200k.csv", "backtests", [
        ("hand-written loop, 1 thread", RUST, "hand-1"),
        ("QuantMesh, 1 thread", RUST, "quantmesh-1"),
        ("hand-written loop, 2 threads", RUST, "hand-2"),
        ("QuantMesh, 2 threads", RUST, "quantmesh-2"),
        ("vectorbt, warm, chunks of 50", VECTORBT, None),
        ("backtesting.py, optimize, 4 pairs", BACKTESTING, None),
    ]),
}


def measured(program, cache, work, file, name, kind, argument):
    """Runs one contestant; its last line is what it has to say."""
    path = cache / "data" / file
    if kind == RUST:
        command = [program, "work", work[:2], argument, path]
    else:
        environment = "venv-nautilus" if kind == NAUTILUS else "venv"
        command = [cache / environment / "bin" / "python", "-B", HERE / "py" / kind, work[:2], path]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": "0"})
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        raise SystemExit(f"{work}: {name} did not finish (exit {done.returncode}):\n{done.stderr[-2000:]}")
    return json.loads(lines[-1])


def alike(one, two, exact):
    """Whether two results are the same: to the last digit, or to the cent where floats are at work."""
    near = Decimal(0) if exact else Decimal("0.005")
    amounts = abs(Decimal(one["equity"]) - Decimal(two["equity"])) <= near
    return amounts and all(one[key] == two[key] for key in two if key != "equity")


def check(work, file, name, argument, result, reference):
    """Stops everything, naming the contestant, where a result is not what it must be."""
    exact = (argument or "").startswith("quantmesh")
    if work == "w3":
        known = {tuple(pair): equity for pair, equity in zip(reference["pairs"], reference["equities"])}
        for pair, equity in zip(result["pairs"], result["equities"]):
            # The hand's are floats with four decimals, which is what they are held against.
            if abs(Decimal(equity) - Decimal(known[tuple(pair)])) > Decimal("0.005"):
                raise SystemExit(f"W3: {name} comes to {equity} for {pair}, the hand to {known[tuple(pair)]}")
        if not result["pairs"]:
            raise SystemExit(f"W3: {name} has no results")
        return
    expected = EXPECTED[file]
    if file == "ticks_real.bin" and (argument or "").startswith("hftbacktest"):
        expected = AT_THE_MIDDLE
    if not alike(result, expected, exact):
        raise SystemExit(f"{work}: {name} comes to {result}, not to {expected}")


def table(title, unit, rows):
    scale = 1e6 if unit.startswith("M ") else 1.0
    rate = lambda row: row["units"] / row["cpu"] / scale
    hand, ours = rate(rows[0][1]), rate(rows[1][1])
    print(f"\n{title}\n")
    head = f"{unit} / CPU s", "times the hand's", "QuantMesh is", "wall s", "peak MiB"
    print("| contestant | " + " | ".join(head) + " |\n| --- |" + " ---: |" * len(head))
    for name, row in rows:
        cells = f"{rate(row):.4g}", f"{hand / rate(row):.4g}", f"{ours / rate(row):.3g}×", f"{row['wall']:.3g}"
        print(f"| {name} | " + " | ".join(cells) + f" | {row['peak_kib'] / 1024:.0f} |")


def main():
    program, cache, *wanted = sys.argv[1:]
    unknown = set(wanted) - set(WORKS)
    if unknown:
        raise SystemExit(f"no work is called {', '.join(sorted(unknown))}; there are {', '.join(WORKS)}")
    for work in wanted or WORKS:
        title, file, unit, contestants = WORKS[work]
        rows, reference = [], None
        for name, kind, argument in contestants:
            print(f"{work}: {name} ...", file=sys.stderr)
            row = measured(program, Path(cache), work, file, name, kind, argument)
            reference = reference or row["result"]
            check(work, file, name, argument, row["result"], reference)
            rows.append((name, row))
        table(title, unit, rows)
    print("\nAll results are what they must be. Times are CPU seconds of user and system, the best of several runs.")


main()
