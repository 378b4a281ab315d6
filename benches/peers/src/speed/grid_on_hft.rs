//! W2 on hftbacktest: the same grid, through its own orders, books and fees, behind everybody in every queue.

use hftbacktest::backtest::ExchangeKind;
use hftbacktest::backtest::models::QueueModel;
use hftbacktest::depth::{L2MarketDepth, MarketDepth};
use hftbacktest::types::{Bot, ElapseResult, Event, OrdType, Order, Side, TimeInForce};

use super::Outcome;
use crate::measure::{Took, clocked};

type Failure = Box<dyn std::error::Error>;

/// No trade at our price is ever ours.
struct Behind;

impl<MD: MarketDepth> QueueModel<MD> for Behind {
    fn new_order(&self, _: &mut Order, _: &MD) {}
    fn trade(&self, _: &mut Order, _: f64, _: &MD) {}
    fn depth(&self, _: &mut Order, _: f64, _: f64, _: &MD) {}
    fn is_filled(&self, _: &mut Order, _: &MD) -> f64 {
        0.0
    }
}

/// Runs W2 and says how long it took, without the copying of the events.
pub fn run<MD>(events: &[Event], depth: impl Fn() -> MD + 'static) -> Result<(Outcome, Took), Failure>
where
    MD: MarketDepth + L2MarketDepth + 'static,
{
    let engine = crate::hft::engine(events, 0, ExchangeKind::NoPartialFillExchange, Behind, 0.0002, depth)?;
    let (outcome, took) = clocked(|| grid(engine));
    Ok((outcome?, took))
}

fn grid<MD: MarketDepth>(mut engine: hftbacktest::backtest::Backtest<MD>) -> Result<Outcome, Failure>
where
    hftbacktest::backtest::Backtest<MD>: Bot<MD, Error = hftbacktest::backtest::BacktestError>,
{
    let failed = |error| format!("{error:?}");
    let (mut submits, mut cancels, mut wanted) = (0, 0, Vec::with_capacity(40));
    while engine.elapse(100_000_000).map_err(failed)? == ElapseResult::Ok {
        engine.clear_inactive_orders(Some(0));
        let (bid, ask) = (engine.depth(0).best_bid_tick(), engine.depth(0).best_ask_tick());
        if bid == i64::MIN || ask == i64::MAX {
            continue;
        }
        let position = engine.position(0).round() as i64;
        let (low, high) = (bid + ask - 10 - position, bid + ask + 10 - position);
        let buy = bid.min(low.div_euclid(2)).div_euclid(10) * 10;
        let sell = -(-ask.max(-(-high).div_euclid(2))).div_euclid(10) * 10;
        wanted.clear();
        if position < 20 {
            wanted.extend((0..20).map(|level| (Side::Buy, buy - level * 10)));
        }
        if position > -20 {
            wanted.extend((0..20).map(|level| (Side::Sell, sell + level * 10)));
        }
        let id = |side: Side, price: i64| price as u64 * 2 + u64::from(side == Side::Sell);
        let off: Vec<u64> = engine
            .orders(0)
            .values()
            .filter(|order| order.cancellable() && !wanted.contains(&(order.side, order.price_tick)))
            .map(|order| order.order_id)
            .collect();
        for id in off {
            engine.cancel(0, id, false).map_err(failed)?;
            cancels += 1;
        }
        for (side, price) in &wanted {
            let (side, id) = (*side, id(*side, *price));
            if engine.orders(0).contains_key(&id) {
                continue;
            }
            submits += 1;
            let price = *price as f64 * 0.1;
            let gtc = TimeInForce::GTC;
            match side {
                Side::Buy => engine.submit_buy_order(0, id, price, 1.0, gtc, OrdType::Limit, false),
                _ => engine.submit_sell_order(0, id, price, 1.0, gtc, OrdType::Limit, false),
            }
            .map_err(failed)?;
        }
    }
    let values = engine.state_values(0);
    let (depth, position) = (engine.depth(0), engine.position(0));
    let middle = (depth.best_bid_tick() + depth.best_ask_tick()).div_euclid(2) as f64 * 0.1;
    let equity = values.balance + position * middle - values.fee;
    Ok(Outcome { fills: values.num_trades as u64, submits, cancels, equity: format!("{equity:.4}") })
}
