"""Profit of coin-margined contracts over recorded bars in exact fractions, written apart from the engine's books.

Run: python3 engine/ledger/tests/inverse.py SHARED, with the folder of shared test material.
At each close: buy 7 contracts on rows 0, 3, 6, …, sell 5 on the others. Equity is what trading gained, at the last close.
"""

import csv
import gzip
import sys
from fractions import Fraction as F

for name, face in (
    ("binance_coinm_btcusd_20221213_1m.csv.gz", 100),
    ("bybit_inverse_btcusd_20221213_1m.csv.gz", 1),
):
    held, owed, rows = 0, F(0), 0
    with gzip.open(f"{sys.argv[1]}/data/market/{name}", "rt") as file:
        for at, row in enumerate(csv.DictReader(file)):
            close = F(row["close"])
            qty = 7 if at % 3 == 0 else -5
            held += qty
            # A buyer of a contract owes face / price coins.
            owed += F(qty * face) / close
            rows += 1
    gained = owed - F(held * face) / close
    print(name, rows, held, f"{gained.numerator * 10**18 // gained.denominator}e-18")
