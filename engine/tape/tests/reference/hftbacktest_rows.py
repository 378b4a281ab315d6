"""Rows that hftbacktest's own converter makes of a recording of Binance futures, as the CSV of `quantmesh data export`.

Reference for engine/tape/src/book/tests.rs. Run with numpy and the sources of hftbacktest 2.4.4 (types.py, data/validation.py,
data/utils/binancefutures.py) in a package `hftbacktest`, and a module `numba` whose `njit` gives back its argument:

    python3 hftbacktest_rows.py binance_usdm_btcusdt_20240808.l2.gz rows.csv && crc32 rows.csv

Of 2.4.4: 491973 rows, and CRC-32 1945956236 of the file.
"""
import sys

import numpy as np
import hftbacktest.data.utils.binancefutures as binance
from hftbacktest.data import validation
from hftbacktest.types import event_dtype

# Records with attributes, as numba has them.
record = np.dtype((np.record, event_dtype))
validation.event_dtype = record


def order(rows, by_venue, by_us):
    # numba reads one place past the end of both without a check.
    return validation.correct_event_order(
        rows.view(record), np.append(by_venue, by_venue[-1]), np.append(by_us, by_us[-1]))


binance.correct_local_timestamp = lambda rows, base: validation.correct_local_timestamp(rows.view(record), base)
binance.correct_event_order = order
rows = binance.convert(sys.argv[1], buffer_size=1_000_000)
kinds = {1: "level", 4: "level", 2: "trade", 3: "clear"}
seen = {3: "both", 2: "venue", 1: "us"}
with open(sys.argv[2], "w") as file:
    file.write("venue_time,local_time,kind,side,price,quantity,seen\n")
    for row in rows:
        ev = int(row["ev"])
        price, quantity = (("%.3f" % row[name]).rstrip("0").rstrip(".") for name in ("px", "qty"))
        side = "buy" if ev & 1 << 29 else "sell"
        file.write(f"{row['exch_ts']},{row['local_ts']},{kinds[ev & 0xff]},{side},{price},{quantity},{seen[ev >> 30 & 3]}\n")
