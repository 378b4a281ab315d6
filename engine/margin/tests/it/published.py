"""Liquidation prices by Binance's formula in exact fractions, written apart from the engine's: the values of published.rs.

Run: python3 engine/margin/tests/it/published.py
"""

from fractions import Fraction as F


def shown(value, digits=8):
    scaled = value * 10**digits
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    if 2 * rest > scaled.denominator or (2 * rest == scaled.denominator and whole % 2):
        whole += 1
    return f"{whole // 10**digits}.{whole % 10**digits:0{digits}d}"


WB = F("1535443.01")
BTC = dict(size=F("109.488"), entry=F("32481.98"), mark=F("31967.27"), rate=F("0.025"), cum=F(16300))
ETH = dict(size=F("3683.979"), entry=F("1456.84"), mark=F("1335.18"), rate=F("0.1"), cum=F(135365))


def maintenance(p):
    return p["size"] * p["mark"] * p["rate"] - p["cum"]


def profit(p):
    return p["size"] * (p["mark"] - p["entry"])


def long_price(p, tmm, upnl):
    return (WB - tmm + upnl + p["cum"] - p["size"] * p["entry"]) / (p["size"] * p["rate"] - p["size"])


for name, one, other in (("ETH", ETH, BTC), ("BTC", BTC, ETH)):
    print(name, "isolated", shown(long_price(one, 0, 0)))
    print(name, "cross   ", shown(long_price(one, maintenance(other), profit(other))))

# Both legs of one symbol: long 10 at 100, short 4 at 110, wallet 300, rate 1 %.
long, short, rate = (F(10), F(100)), (F(4), F(110)), F("0.01")
above = 300 - long[0] * long[1] + short[0] * short[1]
print("hedge", shown(above / (long[0] * rate + short[0] * rate - long[0] + short[0])))

# COIN-M: 101 BTC, 100 000 contracts of 100 USD at 45 000, tier of 12.5 % less 11.605 BTC.
size, face, entry, rate, cum = F(100000), F(100), F(45000), F("0.125"), F("11.605")
print("coin", shown(face * size * (1 + rate) / (101 + cum + size * face / entry)))
# The same short: face·(size·rate − size) / (backing + amount − size·face/entry).
print("coin short", shown(face * size * (rate - 1) / (101 + cum - size * face / entry)))
