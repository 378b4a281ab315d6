"""W1 and W3 on vectorbt, warm: the first call, which compiles, does not count.  on_vectorbt.py w1|w3 BARS_CSV"""
import sys

import numpy as np
import vectorbt as vbt
from measure import bars, best, line, repeats

CHUNK = 50


def portfolio(opens, closes, pairs):
    """One column for each pair: decided on a close, filled at the next open."""
    # In whole ticks: its running sum over two million prices in units drifts by more than the 0.000001 asked for.
    ticks = np.rint(closes * 10.0)
    fast, slow = (vbt.MA.run(ticks, [pair[side] for pair in pairs]).ma.to_numpy() for side in (0, 1))
    difference = (fast - slow).reshape(len(closes), -1)
    entries, exits = difference > 1e-5, difference < -1e-5
    entries[1:], exits[1:] = entries[:-1].copy(), exits[:-1].copy()
    entries[0] = exits[0] = False
    return vbt.Portfolio.from_signals(
        closes[:, None], entries, exits, price=opens[:, None], size=1.0, fees=0.0004, init_cash=10_000_000.0
    )


def w1(opens, closes):
    def run():
        made = portfolio(opens, closes, [(10, 30)])
        curve = made.value().to_numpy().ravel()
        return float(curve[-1]), int((made.trades.records["status"] == 1).sum())

    (equity, trips), cpu, wall = best(run, repeats(3), warm=1)
    line(len(closes), cpu, wall, {"equity": f"{equity:.4f}", "round_trips": trips})


def w3(opens, closes):
    pairs = [(fast, slow) for fast in range(5, 24, 2) for slow in range(26, 103, 4)]

    def run():
        equities = []
        for at in range(0, len(pairs), CHUNK):
            made = portfolio(opens, closes, pairs[at : at + CHUNK])
            equities.extend(made.final_value().to_numpy().tolist())
        return equities

    # A call on a part of the bars compiles as well as one on all.
    portfolio(opens[:1000], closes[:1000], pairs[:CHUNK]).final_value()
    equities, cpu, wall = best(run, repeats(1))
    line(len(pairs), cpu, wall, {"pairs": pairs, "equities": [f"{equity:.4f}" for equity in equities]})


opens, closes = (np.ascontiguousarray(column) for column in bars(sys.argv[2], ["open", "close"]))
{"w1": w1, "w3": w3}[sys.argv[1]](opens, closes)
