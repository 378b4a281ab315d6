//! When two orders of different children meet, and at what price: the rule of internal crosses.

use sdk::{Market, OrderKind, Price, Side, TimeInForce};

use crate::order::Out;

/// What the market offers a taker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Touch {
    pub(crate) last: Price,
    /// Where one sells at once.
    pub(crate) bid: Price,
    /// Where one buys at once.
    pub(crate) ask: Price,
}

/// How an order stands to the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// It trades at once, up to its limit where it has one.
    Takes(Option<Price>),
    /// It lies at its price.
    Lies(Price),
    /// It is none that we could cross: a stop, or a post-only order that the venue is to reject.
    Apart,
}

impl Touch {
    /// What a market offers; `None` before its first price.
    pub(crate) fn of(market: &Market) -> Option<Self> {
        let last = market.last?;
        Some(Self { last, bid: market.bid.unwrap_or(last), ask: market.ask.unwrap_or(last) })
    }

    fn stand(&self, out: &Out) -> Stand {
        match out.wish.kind {
            OrderKind::Market => Stand::Takes(None),
            OrderKind::StopMarket { .. } => Stand::Apart,
            OrderKind::Limit { price, .. } if out.rested => Stand::Lies(price),
            OrderKind::Limit { price, tif } => {
                let takes = match out.wish.side {
                    Side::Buy => price >= self.ask,
                    Side::Sell => price <= self.bid,
                };
                match (takes, tif) {
                    (true, TimeInForce::PostOnly) => Stand::Apart,
                    (true, _) => Stand::Takes(Some(price)),
                    (false, _) => Stand::Lies(price),
                }
            }
        }
    }

    /// The price at which two orders meet; `None` where they would not trade with each other.
    ///
    /// - Two that take are netted at the last price.
    /// - One that takes meets one that lies at the latter's price, if nobody offers a better one.
    /// - Two that lie meet where their prices cross, at the price of the one that was there first.
    pub(crate) fn meet(&self, one: &Out, other: &Out) -> Option<Price> {
        if one.wish.instrument != other.wish.instrument || one.wish.side == other.wish.side {
            return None;
        }
        let (buy, sell) = if one.wish.side == Side::Buy { (one, other) } else { (other, one) };
        match (self.stand(buy), self.stand(sell)) {
            (Stand::Takes(_), Stand::Takes(_)) => Some(self.last),
            (Stand::Takes(most), Stand::Lies(sell)) => {
                (sell <= self.ask && most.is_none_or(|most| sell <= most)).then_some(sell)
            }
            (Stand::Lies(buy), Stand::Takes(least)) => {
                (buy >= self.bid && least.is_none_or(|least| buy >= least)).then_some(buy)
            }
            (Stand::Lies(bid), Stand::Lies(ask)) => {
                let first = (buy.rested, u64::MAX - buy.seq) > (sell.rested, u64::MAX - sell.seq);
                (bid >= ask).then_some(if first { bid } else { ask })
            }
            (Stand::Apart, _) | (_, Stand::Apart) => None,
        }
    }

    /// Whether it is the one that takes.
    pub(crate) fn takes(&self, out: &Out) -> bool {
        matches!(self.stand(out), Stand::Takes(_))
    }

    /// Whether it lies at its price, once it is in the book.
    pub(crate) fn lies(&self, out: &Out) -> bool {
        matches!(self.stand(out), Stand::Lies(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sdk::{InstrumentId, Qty, Wish};

    fn out(seq: u64, side: Side, kind: OrderKind, rested: bool) -> Out {
        let wish = Wish { kind, ..Wish::market(InstrumentId(0), side, Qty::from_lots(1)) };
        Out { rested, ..Out::new(seq, None, wish, Qty::from_lots(1)) }
    }

    fn limit(ticks: i64, tif: TimeInForce) -> OrderKind {
        OrderKind::Limit { price: Price::from_ticks(ticks), tif }
    }

    /// Quotes are 99 to 101, the last price is 100.
    fn meets(buy: (OrderKind, bool), sell: (OrderKind, bool)) -> Option<i64> {
        let [last, bid, ask] = [100, 99, 101].map(Price::from_ticks);
        let (buy, sell) = (out(1, Side::Buy, buy.0, buy.1), out(2, Side::Sell, sell.0, sell.1));
        let touch = Touch { last, bid, ask };
        assert_eq!(touch.meet(&buy, &sell), touch.meet(&sell, &buy));
        touch.meet(&buy, &sell).map(Price::ticks)
    }

    #[test]
    fn two_orders_meet_where_the_venue_would_have_them_meet() {
        use TimeInForce::{FillOrKill, GoodTillCancel, PostOnly};
        let market = (OrderKind::Market, false);
        let fresh = |ticks, tif| (limit(ticks, tif), false);
        let rested = |ticks| (limit(ticks, GoodTillCancel), true);
        let stop = (OrderKind::StopMarket { trigger: Price::from_ticks(100) }, false);
        for (buy, sell, price) in [
            (market, market, Some(100)),
            (fresh(105, GoodTillCancel), market, Some(100)),
            (fresh(105, GoodTillCancel), fresh(95, FillOrKill), Some(100)),
            // At the best price or inside it.
            (market, rested(101), Some(101)),
            (market, rested(100), Some(100)),
            (market, rested(102), None),
            (rested(99), market, Some(99)),
            (rested(98), market, None),
            // The taker's own limit holds.
            (fresh(101, GoodTillCancel), rested(101), Some(101)),
            (rested(100), fresh(99, GoodTillCancel), Some(100)),
            // Both lie inside the spread: the price of the earlier one, and of one that rests before that.
            (fresh(100, PostOnly), fresh(100, PostOnly), Some(100)),
            (fresh(100, PostOnly), rested(100), Some(100)),
            (fresh(99, PostOnly), fresh(100, PostOnly), None),
            // What the venue will reject, and what is not in its book.
            (fresh(101, PostOnly), market, None),
            (stop, market, None),
        ] {
            assert_eq!(meets(buy, sell), price, "{buy:?} {sell:?}");
        }
        let [last, bid, ask] = [100, 90, 110].map(Price::from_ticks);
        let touch = Touch { last, bid, ask };
        let kind = |ticks| limit(ticks, GoodTillCancel);
        let (early, late) = (out(1, Side::Buy, kind(105), false), out(2, Side::Sell, kind(95), false));
        assert_eq!(touch.meet(&early, &late), Some(Price::from_ticks(105)));
        let rests = Out { rested: true, ..late };
        assert_eq!(touch.meet(&early, &rests), Some(Price::from_ticks(95)));
        let same = Out { wish: Wish { side: Side::Buy, ..late.wish }, ..late };
        assert_eq!(touch.meet(&early, &same), None);
    }
}
