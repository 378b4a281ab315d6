//! Matching on bars, trades and quotes: whatever the market does and we send, our orders keep to what was agreed.

use arbitrary::{Arbitrary, Unstructured};
use types::{
    Bar, Command, Event, InstrumentId, Liquidity, Order, OrderKind, Price, Qty, Quote, Rate, Side, Time,
    TimeInForce, Trade,
};
use venue::{Execution, MarketFill, Path, SimExchange, Touch};

use crate::orders::{Orders, instrument};

/// Ticks around one price, or anywhere.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) enum Place {
    Near(u8),
    Any(i64),
}

#[derive(Debug, Clone, Copy, Arbitrary)]
pub(crate) struct Wish {
    buys: bool,
    price: Place,
    qty: u8,
    kind: u8,
    reduce_only: bool,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Step {
    Bar { open: u8, up: u8, down: u8, close: u8, volume: u8 },
    Trade { price: Place, qty: u8 },
    Quote { bid: u8, spread: u8 },
    Place(Wish),
    Cancel(u8),
    Liquidate,
}

impl Place {
    pub(crate) fn price(self) -> Price {
        Price::from_ticks(match self {
            Self::Near(near) => 1_000 + i64::from(near % 32),
            Self::Any(any) => any,
        })
    }
}

impl Wish {
    pub(crate) fn order(self, orders: &mut Orders, time: Time) -> Order {
        let price = self.price.price();
        let limit = |tif| OrderKind::Limit { price, tif };
        Order {
            id: orders.id(),
            instrument: InstrumentId(0),
            side: if self.buys { Side::Buy } else { Side::Sell },
            qty: Qty::from_lots(i64::from(self.qty % 32)),
            kind: match self.kind % 6 {
                0 => OrderKind::Market,
                1 => OrderKind::StopMarket { trigger: price },
                2 => limit(TimeInForce::GoodTillCancel),
                3 => limit(TimeInForce::PostOnly),
                4 => limit(TimeInForce::ImmediateOrCancel),
                _ => limit(TimeInForce::FillOrKill),
            },
            reduce_only: self.reduce_only,
            time,
        }
    }
}

/// How it fills, from three bytes.
fn execution(input: &mut Unstructured<'_>) -> arbitrary::Result<Execution> {
    let [how, slippage, share] = <[u8; 3]>::arbitrary(input)?;
    Ok(Execution {
        touch: if how & 1 == 0 { Touch::Through } else { Touch::Touch },
        path: [Path::WorstFirst, Path::NearestFirst, Path::OpenHighLowClose, Path::OpenLowHighClose]
            [usize::from(how >> 1 & 3)],
        market_fill: if how & 8 == 0 { MarketFill::NextPrice } else { MarketFill::LastPrice },
        slippage_ticks: u32::from(slippage % 4),
        max_volume_share: (share > 127).then(|| Rate::from_nanos(i64::from(share - 127) * 10_000_000)),
        ..Execution::default()
    })
}

/// Any market and any orders.
pub fn check(bytes: &[u8]) {
    let mut input = Unstructured::new(bytes);
    let Ok(execution) = execution(&mut input) else { return };
    let mut exchange = SimExchange::new(&[instrument()], execution);
    let (mut orders, mut reports, mut now) = (Orders::default(), Vec::new(), 0);
    while !input.is_empty() && now < 400 {
        let Ok(step) = Step::arbitrary(&mut input) else { return };
        now += 1;
        let time = Time::from_nanos(now);
        reports.clear();
        let done = match step {
            Step::Place(wish) => {
                let order = wish.order(&mut orders, time);
                orders.sent(order);
                exchange.submit(time, &Command::Place(order), &mut reports)
            }
            Step::Cancel(which) => {
                let cancel = Command::Cancel { id: orders.some(which), instrument: InstrumentId(0) };
                exchange.submit(time, &cancel, &mut reports)
            }
            Step::Liquidate => {
                exchange.liquidated(InstrumentId(0));
                orders.position = 0;
                Ok(())
            }
            _ => exchange.on_market(&market(step, time), &mut reports),
        };
        if done.is_err() {
            return; // A number that does not fit ends a run.
        }
        let fills = orders.hear(&reports);
        let makers = fills.iter().filter(|(_, fill)| fill.liquidity == Liquidity::Maker);
        if let Event::Bar { bar, .. } = market(step, time)
            && matches!(step, Step::Bar { .. })
        {
            within_volume(&bar, &execution, makers.map(|(_, fill)| fill.qty.lots()).sum());
            nothing_is_forgotten(&bar, &execution, &orders);
        }
    }
}

fn market(step: Step, time: Time) -> Event {
    let instrument = InstrumentId(0);
    match step {
        Step::Bar { open, up, down, close, volume } => {
            let open = 1_000 + i64::from(open % 32);
            let (high, low) = (open + i64::from(up % 16), open - i64::from(down % 16));
            let close = low + i64::from(close) % (high - low + 1);
            let [open, high, low, close] = [open, high, low, close].map(Price::from_ticks);
            let (open_time, volume) = (Time::from_nanos(time.nanos() - 1), Qty::from_lots(i64::from(volume)));
            Event::Bar {
                instrument,
                bar: Bar { open_time, close_time: time, open, high, low, close, volume },
            }
        }
        Step::Trade { price, qty } => {
            let price = Price::from_ticks(price.price().ticks().max(1));
            let qty = Qty::from_lots(i64::from(qty));
            Event::Trade { instrument, trade: Trade { time, price, qty, taker: None } }
        }
        Step::Quote { bid, spread } => {
            let bid = Price::from_ticks(1_000 + i64::from(bid % 32));
            let ask = Price::from_ticks(bid.ticks() + i64::from(spread % 8));
            let some = Qty::from_lots(1);
            Event::Quote { instrument, quote: Quote { time, bid, bid_qty: some, ask, ask_qty: some } }
        }
        _ => Event::Timer { time, strategy: 0 },
    }
}

/// Makers get no more than their share of a bar's volume.
fn within_volume(bar: &Bar, execution: &Execution, filled: i64) {
    if let Some(share) = execution.max_volume_share {
        let most = i128::from(bar.volume.lots()) * i128::from(share.nanos()) / i128::from(Rate::ONE);
        assert!(i128::from(filled) <= most, "{filled} of {bar:?}");
    }
}

/// Without a bound on volume, no order is left that the bar traded through, and none that waits for a price.
fn nothing_is_forgotten(bar: &Bar, execution: &Execution, orders: &Orders) {
    for known in orders.live() {
        let order = &known.order;
        let left = match (order.kind, order.side) {
            (OrderKind::Market, _) => false,
            (OrderKind::Limit { .. }, _) if execution.max_volume_share.is_some() => true,
            (OrderKind::Limit { price, .. }, Side::Buy) => price <= bar.low,
            (OrderKind::Limit { price, .. }, Side::Sell) => price >= bar.high,
            (OrderKind::StopMarket { trigger }, Side::Buy) => trigger > bar.high,
            (OrderKind::StopMarket { trigger }, Side::Sell) => trigger < bar.low,
        };
        assert!(left, "{bar:?} passed over {order:?}");
    }
}
