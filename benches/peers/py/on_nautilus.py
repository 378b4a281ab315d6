"""W1 and W2 on NautilusTrader, without logs and analysis.  on_nautilus.py w1 BARS_CSV | w2 TICKS_BIN

W1: each bar comes with a quote of its opening price just after the close before it; orders take a nanosecond, so what a close
decides is filled at that quote.
W2 on L1: quotes whenever a best price changes. A trade that prints beyond the best is told as a quote one tick this side of
it and taken back at once, since here a trade at an order's own price must not fill it. A quote that jumps over several
levels of the grid is told once for each: its matching fills no more than one order of a side by one quote.
"""
import sys
from decimal import Decimal

import numpy as np
from measure import bars, clocked, line
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.backtest.models import LatencyModel, MakerTakerFeeModel
from nautilus_trader.config import LoggingConfig, RiskEngineConfig, StrategyConfig
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import Bar, BarType, QuoteTick
from nautilus_trader.model.enums import AccountType, BookType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TraderId, Venue
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy

VENUE = Venue("BINANCE")
ID = InstrumentId(Symbol("BTCUSDT-PERP"), VENUE)
CAPITAL = 10_000_000
MINUTE, LOOK = 60_000_000_000, 100_000_000
ONE, PLENTY = Quantity(1, 3), Quantity(1_000_000, 3)


def instrument(maker, taker):
    return CryptoPerpetual(
        instrument_id=ID, raw_symbol=Symbol("BTCUSDT"), base_currency=BTC, quote_currency=USDT,
        settlement_currency=USDT, is_inverse=False, price_precision=1, size_precision=3,
        price_increment=Price(0.1, 1), size_increment=Quantity(0.001, 3), ts_event=0, ts_init=0,
        margin_init=Decimal(0), margin_maint=Decimal(0), maker_fee=Decimal(maker), taker_fee=Decimal(taker),
    )


def engine(latency, maker="0.0002", taker="0.0004"):
    logging = LoggingConfig(bypass_logging=True)
    # Without the risk engine, which lets through a hundred orders a second.
    risk = RiskEngineConfig(bypass=True)
    config = BacktestEngineConfig(
        trader_id=TraderId("PEER-001"), logging=logging, risk_engine=risk, run_analysis=False
    )
    made = BacktestEngine(config)
    made.add_venue(
        venue=VENUE, oms_type=OmsType.NETTING, account_type=AccountType.MARGIN, base_currency=USDT,
        starting_balances=[Money(CAPITAL, USDT)], book_type=BookType.L1_MBP, bar_execution=False,
        trade_execution=False, fee_model=MakerTakerFeeModel(), default_leverage=Decimal(100),
        latency_model=LatencyModel(latency) if latency else None,
    )
    made.add_instrument(instrument(maker, taker))
    return made


def price(ticks):
    return Price(ticks / 10, 1)


def quote(bid, ask, time):
    return QuoteTick(ID, price(bid), price(ask), PLENTY, PLENTY, time, time)


class Watched(Strategy):
    """Counts what happens to orders, and keeps the position."""

    def __init__(self):
        super().__init__(StrategyConfig())
        self.position, self.submits, self.cancels, self.fills, self.trips = 0, 0, 0, 0, 0

    def on_order_filled(self, event):
        self.fills += 1
        self.position += 1 if event.order_side == OrderSide.BUY else -1
        self.trips += self.position == 0

    def equity(self, mark):
        """Balance, and what is open at a mark."""
        balance = self.cache.account_for_venue(VENUE).balance_total(USDT).as_double()
        open_ = sum(float(one.signed_qty) * (mark - one.avg_px_open) for one in self.cache.positions_open())
        return balance + open_


class Cross(Watched):
    def __init__(self, bar_type):
        super().__init__()
        self.bar_type, self.closes, self.fast, self.slow = bar_type, [], 0, 0

    def on_start(self):
        self.subscribe_bars(self.bar_type)

    def on_bar(self, bar):
        close, closes = round(float(bar.close) * 10), self.closes
        closes.append(close)
        self.fast += close - (closes[-11] if len(closes) > 10 else 0)
        self.slow += close - (closes[-31] if len(closes) > 30 else 0)
        if len(closes) < 30:
            return
        # In whole ticks: either equal, or further apart than the 0.000001 that the work asks for.
        difference = self.fast * 3 - self.slow
        if difference > 0 and self.position == 0:
            self.submit_order(self.order_factory.market(ID, OrderSide.BUY, ONE))
        elif difference < 0 and self.position > 0:
            self.submit_order(self.order_factory.market(ID, OrderSide.SELL, ONE))


class Grid(Watched):
    def __init__(self, first):
        super().__init__()
        self.first, self.orders = first, ({}, {})

    def on_start(self):
        from datetime import timedelta

        import pandas as pd

        # A nanosecond late, so that what happens at the very moment comes before the look.
        start = pd.Timestamp(self.first + 1, tz="UTC")
        self.clock.set_timer("look", timedelta(milliseconds=100), start, None, self.look)

    def look(self, _):
        tick = self.cache.quote_tick(ID)
        if tick is None:
            return
        bid, ask = round(float(tick.bid_price) * 10), round(float(tick.ask_price) * 10)
        low, high = bid + ask - 10 - self.position, bid + ask + 10 - self.position
        buy = min(bid, low // 2) // 10 * 10
        sell = -(-max(ask, -(-high // 2)) // 10) * 10
        buys = range(buy, buy - 200, -10) if self.position < 20 else ()
        sells = range(sell, sell + 200, 10) if self.position > -20 else ()
        for side, wanted, live in ((OrderSide.BUY, buys, self.orders[0]), (OrderSide.SELL, sells, self.orders[1])):
            for ticks in [ticks for ticks in live if ticks not in wanted]:
                self.cancels += 1
                self.cancel_order(live.pop(ticks))
            for ticks in wanted:
                if ticks not in live:
                    self.submits += 1
                    live[ticks] = self.order_factory.limit(ID, side, ONE, price(ticks))
                    self.submit_order(live[ticks])

    def on_order_filled(self, event):
        super().on_order_filled(event)
        ticks = round(float(event.last_px) * 10)
        del self.orders[0 if event.order_side == OrderSide.BUY else 1][ticks]


def w1(path):
    columns = bars(path, ["timestamp", "open", "high", "low", "close"])
    times = columns[0].astype(np.int64) * 1_000_000
    bar_type = BarType.from_str(f"{ID}-1-MINUTE-LAST-EXTERNAL")
    data = []
    for time, *prices in zip(times.tolist(), *(column.tolist() for column in columns[1:])):
        data.append(quote(prices[0] * 10, prices[0] * 10, time + 2))
        data.append(Bar(bar_type, *(Price(one, 1) for one in prices), ONE, time + MINUTE, time + MINUTE))
    made, cross = engine(1), Cross(bar_type)
    made.add_data(data, sort=False)
    made.add_strategy(cross)
    _, cpu, wall = clocked(made.run)
    line(len(times), cpu, wall, {"equity": f"{cross.equity(columns[4][-1]):.4f}", "round_trips": cross.trips})


def told(records):
    """The quotes that the ticks come to, and the last mark: the last trade, or the middle where a best price moved since."""
    data, bids, asks, best_bid, best_ask, mark, last = [], {}, {}, None, None, None, (0, 0)

    def tell(bid, ask, time):
        nonlocal last
        jump = max(bid - last[0], last[1] - ask, 0) if data else 0
        data.extend(quote(bid, ask, time) for _ in range(1 + jump // 10 + (jump > 1)))
        last = bid, ask

    for time, ticks, lots, kind in zip(*(records[name].tolist() for name in ("time", "price", "qty", "kind"))):
        before = best_bid, best_ask
        if kind == 0:
            if lots:
                bids[ticks] = lots
                best_bid = ticks if best_bid is None else max(best_bid, ticks)
            elif bids.pop(ticks, None) is not None and ticks == best_bid:
                best_bid = max(bids, default=None)
        elif kind == 1:
            if lots:
                asks[ticks] = lots
                best_ask = ticks if best_ask is None else min(best_ask, ticks)
            elif asks.pop(ticks, None) is not None and ticks == best_ask:
                best_ask = min(asks, default=None)
        else:
            mark = ticks / 10
            if best_bid is None or best_ask is None:
                continue
            if kind == 2 and ticks - 1 > best_bid:
                tell(ticks - 1, max(best_ask, ticks), time)
                tell(best_bid, best_ask, time)
            elif kind == 3 and ticks + 1 < best_ask:
                tell(min(best_bid, ticks), ticks + 1, time)
                tell(best_bid, best_ask, time)
        if before != (best_bid, best_ask) and best_bid is not None and best_ask is not None:
            mark = (best_bid + best_ask) // 2 / 10
            tell(best_bid, best_ask, time)
    # The run lasts as long as its data.
    tell(best_bid, best_ask, int(records["time"][-1]))
    return data, mark


def w2(path):
    layout = np.dtype([("time", "<i8"), ("price", "<i4"), ("qty", "<i4"), ("kind", "u1"), ("pad", "V7")])
    records = np.fromfile(path, layout)
    data, mark = told(records)
    made, grid = engine(0), Grid(int(records["time"][0]))
    made.add_data(data, sort=False)
    made.add_strategy(grid)
    _, cpu, wall = clocked(made.run)
    equity = grid.equity(mark) - CAPITAL
    counts = {"fills": grid.fills, "submits": grid.submits, "cancels": grid.cancels}
    line(len(records), cpu, wall, {**counts, "equity": f"{equity:.4f}"})


{"w1": w1, "w2": w2}[sys.argv[1]](sys.argv[2])
