//! Matching in a replayed order book: conservation, limits, and takers fill for fill against a plain book.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Unstructured};
use types::{
    CancelReason, Command, Fill, InstrumentId, Liquidity, Order, OrderKind, Price, Qty, ReportKind, Seen,
    Side, Tick, TickKind, Time, TimeInForce,
};
use venue::{Execution, Exponent, Fills, Queue, SimExchange};

use crate::bars::{Place, Wish};
use crate::levels::Plain;
use crate::orders::{Orders, instrument};

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Step {
    Tick { says: u8, price: Place, qty: u8 },
    Place(Wish),
    Cancel(u8),
}

/// How it fills, from four bytes.
fn execution(input: &mut Unstructured<'_>) -> arbitrary::Result<Execution> {
    let [queue, exponent, how, slippage] = <[u8; 4]>::arbitrary(input)?;
    let exponent = Exponent(u32::from(exponent) * 20);
    Ok(Execution {
        queue: [
            Queue::Behind,
            Queue::RiskAverse,
            Queue::Power(exponent),
            Queue::PowerOfTotal(exponent),
            Queue::PowerOfFront(exponent),
            Queue::Log,
            Queue::LogOfTotal,
            Queue::Front,
        ][usize::from(queue % 8)],
        fills: if how & 1 == 0 { Fills::Partial } else { Fills::Whole },
        unshared: how & 2 != 0,
        slippage_ticks: if slippage < 128 { 0 } else { u32::from(slippage % 4) },
        ..Execution::default()
    })
}

/// The plain market: its book, and what our takers took of each level since its total was told.
#[derive(Debug, Default)]
struct Market {
    book: Plain,
    eaten: BTreeMap<(bool, i64), i64>,
}

impl Market {
    fn tick(&mut self, tick: &Tick) {
        let price = tick.price.ticks();
        let side = match tick.kind {
            TickKind::Level(side) | TickKind::Best(side) | TickKind::Clear(side) => side,
            TickKind::Trade(_) => return,
        };
        let before = self.book.clone();
        match tick.kind {
            TickKind::Level(_) => self.book.set(side, price, tick.qty.lots()),
            TickKind::Best(_) => self.book.set_best(side, price, tick.qty.lots()),
            _ => self.book.clear(side, price),
        }
        // What was eaten of a level is forgotten with another total, and with the level.
        let same = |side: Side, price: i64| before.qty(side, price) == self.book.qty(side, price);
        self.eaten.retain(|(buys, price), _| same(if *buys { Side::Buy } else { Side::Sell }, *price));
    }

    /// What a taker gets: prices and quantities.
    fn take(&mut self, side: Side, limit: Option<Price>, qty: i64) -> Vec<(Price, i64)> {
        let (mut left, mut fills) = (qty, Vec::new());
        for (price, shown) in self.book.levels(side.opposite()) {
            let within =
                limit.is_none_or(|limit| if side == Side::Buy { price <= limit } else { price >= limit });
            if !within || left == 0 {
                break;
            }
            let eaten = self.eaten.entry((side == Side::Sell, price.ticks())).or_default();
            let got = left.min(shown.lots() - *eaten);
            if got > 0 {
                *eaten += got;
                left -= got;
                fills.push((price, got));
            }
        }
        fills
    }
}

/// Any recording and any orders.
pub fn check(bytes: &[u8]) {
    let mut input = Unstructured::new(bytes);
    let Ok(execution) = execution(&mut input) else { return };
    let instrument = instrument();
    let mut exchange = SimExchange::new(std::slice::from_ref(&instrument), execution).replaying(&instrument);
    let (mut orders, mut market) = (Orders::default(), Market::default());
    let (mut reports, mut now) = (Vec::new(), 0);
    while !input.is_empty() && now < 400 {
        let Ok(step) = Step::arbitrary(&mut input) else { return };
        now += 1;
        let time = Time::from_nanos(now);
        reports.clear();
        match step {
            Step::Tick { says, price, qty } => {
                let tick = tick(says, price, qty, time);
                let before = exchange.quote(InstrumentId(0), time);
                let Ok(moved) = exchange.on_tick(InstrumentId(0), &tick, &mut reports) else { return };
                market.tick(&tick);
                let best = |side| market.book.levels(side).first().copied();
                let quote = exchange.quote(InstrumentId(0), time);
                let sides = quote.map(|quote| ((quote.bid, quote.bid_qty), (quote.ask, quote.ask_qty)));
                assert_eq!(sides, best(Side::Buy).zip(best(Side::Sell)), "the best of both sides");
                let prices = |quote: Option<types::Quote>| quote.map(|quote| (quote.bid, quote.ask));
                assert!(moved || prices(before) == prices(quote), "a best price moved unsaid");
                spent_once(&tick, &execution, &orders.hear(&reports));
                if !market.eaten.is_empty() && reports.iter().any(|one| is_taker(&one.kind)) {
                    return; // Stops took something: what, is not worked out here.
                }
                if reports.iter().any(|one| is_taker(&one.kind)) {
                    return;
                }
            }
            Step::Place(wish) => {
                let order = wish.order(&mut orders, time);
                orders.sent(order);
                let position = orders.position;
                if exchange.submit(time, &Command::Place(order), &mut reports).is_err() {
                    return;
                }
                let expired =
                    reports.iter().any(|one| one.kind == ReportKind::Cancelled(CancelReason::Expired));
                let fills = orders.hear(&reports);
                let plain = execution.fills == Fills::Partial && execution.slippage_ticks == 0;
                if plain && !execution.unshared {
                    taker(&mut market, &order, position, &fills, expired);
                } else if !fills.is_empty() {
                    market.eaten.clear();
                }
            }
            Step::Cancel(which) => {
                let cancel = Command::Cancel { id: orders.some(which), instrument: InstrumentId(0) };
                if exchange.submit(time, &cancel, &mut reports).is_err() {
                    return;
                }
                orders.hear(&reports);
            }
        }
    }
}

const fn is_taker(kind: &ReportKind) -> bool {
    matches!(kind, ReportKind::Filled(Fill { liquidity: Liquidity::Taker, .. }))
}

fn tick(says: u8, price: Place, qty: u8, time: Time) -> Tick {
    let side = if says & 1 == 0 { Side::Buy } else { Side::Sell };
    Tick {
        venue_time: time,
        local_time: time,
        price: Price::from_ticks(price.price().ticks().clamp(1, i64::MAX - 1)),
        qty: Qty::from_lots(i64::from(qty % 64)),
        kind: match says >> 1 & 7 {
            0..=2 => TickKind::Level(side),
            3 => TickKind::Best(side),
            4 => TickKind::Clear(side),
            5 => TickKind::Trade(None),
            _ => TickKind::Trade(Some(side)),
        },
        seen: Seen::Both,
    }
}

/// At a trade's own price our makers get no more than was traded, where a trade is spent once.
fn spent_once(tick: &Tick, execution: &Execution, fills: &[(Order, Fill)]) {
    if let TickKind::Trade(Some(_)) = tick.kind
        && execution.fills == Fills::Partial
        && !execution.unshared
    {
        let at =
            fills.iter().filter(|(_, fill)| fill.liquidity == Liquidity::Maker && fill.price == tick.price);
        let filled: i64 = at.map(|(_, fill)| fill.qty.lots()).sum();
        assert!(filled <= tick.qty.lots(), "{filled} lots of {tick:?}");
    }
}

/// A taker fills as it does in the plain book.
fn taker(market: &mut Market, order: &Order, position: i128, fills: &[(Order, Fill)], expired: bool) {
    let filled: Vec<_> = fills.iter().map(|(_, fill)| (fill.price, fill.qty.lots())).collect();
    let limit = match order.kind {
        OrderKind::Market => None,
        OrderKind::Limit { price, .. } => Some(price),
        // Whether a stop is triggered depends on the last trade, which is not kept here: what it took is taken over.
        OrderKind::StopMarket { .. } if fills.is_empty() => return,
        OrderKind::StopMarket { .. } => None,
    };
    if order.qty.lots() <= 0 || limit.is_some_and(|limit| limit.ticks() <= 0) {
        assert!(fills.is_empty(), "what is refused does not fill");
        return;
    }
    if let OrderKind::Limit { tif: TimeInForce::PostOnly, .. } = order.kind {
        return; // It never takes: that is asked of every fill.
    }
    let held = position * i128::from(-order.side.sign());
    let most = if order.reduce_only { i64::try_from(held.max(0)).unwrap_or(i64::MAX) } else { i64::MAX };
    if let OrderKind::Limit { tif: TimeInForce::FillOrKill, .. } = order.kind {
        let kept = market.eaten.clone();
        let got: i64 = market.take(order.side, limit, order.qty.lots()).iter().map(|fill| fill.1).sum();
        market.eaten = kept;
        if got < order.qty.lots() {
            assert!(fills.is_empty() && expired, "all or nothing, and there are {got}: {order:?} {fills:?}");
            return;
        }
    }
    assert_eq!(filled, market.take(order.side, limit, order.qty.lots().min(most)), "{order:?}");
}
