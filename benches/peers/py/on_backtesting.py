"""W1 and some of W3 on backtesting.py.  on_backtesting.py w1|w3 BARS_CSV"""
import sys
import warnings

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy
from measure import bars, best, line, repeats

warnings.filterwarnings("ignore")


def difference(closes, fast, slow):
    """SMA(fast) − SMA(slow), and 0 while there are too few closes, so that the run starts with the first bar."""
    closes = pd.Series(closes)
    return (closes.rolling(fast).mean() - closes.rolling(slow).mean()).fillna(0.0).to_numpy()


class Cross(Strategy):
    fast, slow = 10, 30

    def init(self):
        self.difference = self.I(difference, self.data.Close, self.fast, self.slow, plot=False)

    def next(self):
        now = self.difference[-1]
        if not self.position and now > 1e-6:
            self.buy(size=1)
        elif self.position and now < -1e-6:
            self.position.close()


def prepared(path):
    time, *columns = bars(path, ["timestamp", "open", "high", "low", "close", "volume"])
    index = pd.to_datetime(time.astype(np.int64), unit="ms")
    frame = pd.DataFrame(dict(zip(["Open", "High", "Low", "Close", "Volume"], columns)), index=index)
    return Backtest(frame, Cross, cash=10_000_000, commission=0.0004)


def w1(backtest, count):
    def run():
        stats = backtest.run()
        # The list has what was closed; what is open at the end counts in the equity.
        return float(stats["_equity_curve"]["Equity"].iloc[-1]), len(stats["_trades"])

    (equity, trips), cpu, wall = best(run, repeats(1))
    line(count, cpu, wall, {"equity": f"{equity:.4f}", "round_trips": trips})


def w3(backtest, _):
    """Four of the 200 pairs: all would take a quarter of an hour."""
    fasts, slows = [5, 23], [26, 102]

    def run():
        _, heat = backtest.optimize(
            fast=fasts, slow=slows, maximize="Equity Final [$]", return_heatmap=True
        )
        return {pair: float(equity) for pair, equity in heat.items()}

    found, cpu, wall = best(run, repeats(1))
    pairs = [[int(fast), int(slow)] for fast, slow in found]
    line(len(pairs), cpu, wall, {"pairs": pairs, "equities": [f"{equity:.4f}" for equity in found.values()]})


np.seterr(all="ignore")
made = prepared(sys.argv[2])
{"w1": w1, "w3": w3}[sys.argv[1]](made, len(made._data))
