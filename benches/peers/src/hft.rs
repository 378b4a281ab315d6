//! hftbacktest on a recording.

use hftbacktest::backtest::assettype::LinearAsset;
use hftbacktest::backtest::data::Data;
use hftbacktest::backtest::models::{
    CommonFees, ConstantLatency, LogProbQueueFunc, LogProbQueueFunc2, PowerProbQueueFunc,
    PowerProbQueueFunc2, PowerProbQueueFunc3, ProbQueueModel, QueueModel, RiskAdverseQueueModel,
    TradingValueFeeModel,
};
use hftbacktest::backtest::{Backtest, BacktestError, DataSource, ExchangeKind, L2AssetBuilder};
use hftbacktest::depth::{HashMapMarketDepth, L2MarketDepth, MarketDepth};
use hftbacktest::types::{Bot, ElapseResult, Event, OrdType, Status, TimeInForce};
use types::Side;
use venue::{Fills, Queue};

use crate::plan::{Dice, Fill, Kind, Plan, Request};
use crate::recording::Recording;

type Failure = Box<dyn std::error::Error>;

/// An engine for one market with constant latency and without fees.
pub fn engine<MD, QM>(
    events: &[Event],
    latency: i64,
    kind: ExchangeKind,
    queue: QM,
    maker_fee: f64,
    depth: impl Fn() -> MD + 'static,
) -> Result<Backtest<MD>, Failure>
where
    MD: MarketDepth + L2MarketDepth + 'static,
    QM: QueueModel<MD> + 'static,
{
    let asset = L2AssetBuilder::new()
        .data(vec![DataSource::Data(Data::from_data(events))])
        .latency_model(ConstantLatency::new(latency, latency))
        .asset_type(LinearAsset::new(1.0))
        .fee_model(TradingValueFeeModel::new(CommonFees::new(maker_fee, 0.0)))
        .exchange(kind)
        .queue_model(queue)
        .depth(depth)
        .build()
        .map_err(|error| format!("{error:?}"))?;
    Backtest::builder().add_asset(asset).build().map_err(|error| format!("{error:?}").into())
}

/// What a run of hftbacktest gave.
pub struct Run {
    pub plan: Plan,
    pub fills: Vec<Fill>,
    /// The venue time from which on it can't be compared: it ends with an error of its own when a trade's rest fills an order to
    /// the last lot, since it then fills an order that is filled already.
    pub until: i64,
}

/// Runs the trader without a plan, and says what it sent and what was filled.
pub fn run(
    recording: &Recording,
    latency: i64,
    queue: Queue,
    fills: Fills,
    seed: u64,
) -> Result<Run, Failure> {
    let events = recording.events();
    let (tick, lot) = (recording.tick(), recording.lot());
    let depth = move || HashMapMarketDepth::new(tick, lot);
    let kind = || match fills {
        Fills::Whole => ExchangeKind::NoPartialFillExchange,
        Fills::Partial => ExchangeKind::PartialFillExchange,
    };
    let power = |exponent: venue::Exponent| f64::from(exponent.0) / 1000.0;
    macro_rules! with {
        ($model:expr) => {
            trade(engine(&events, latency, kind(), $model, 0.0, depth)?, latency, tick, lot, seed)
        };
    }
    match queue {
        Queue::RiskAverse => with!(RiskAdverseQueueModel::new()),
        Queue::Power(n) => with!(ProbQueueModel::new(PowerProbQueueFunc::new(power(n)))),
        Queue::PowerOfTotal(n) => with!(ProbQueueModel::new(PowerProbQueueFunc2::new(power(n)))),
        Queue::PowerOfFront(n) => with!(ProbQueueModel::new(PowerProbQueueFunc3::new(power(n)))),
        Queue::Log => with!(ProbQueueModel::new(LogProbQueueFunc::new())),
        Queue::LogOfTotal => with!(ProbQueueModel::new(LogProbQueueFunc2::new())),
        Queue::Behind | Queue::Front => Err("hftbacktest has no such queue".into()),
    }
}

fn trade(
    mut engine: Backtest<HashMapMarketDepth>,
    latency: i64,
    tick: f64,
    lot: f64,
    seed: u64,
) -> Result<Run, Failure> {
    const STEP: i64 = 100_000_000;
    let failed = |error| format!("{error:?}");
    let (mut plan, mut fills, mut dice, mut next) = (Plan::new(), Vec::new(), Dice(seed), 0_u64);
    // What is left of each order, as far as fills of it were noted.
    let mut left: std::collections::HashMap<u64, i64> = std::collections::HashMap::new();
    // Zero time initialises the clock at the first row.
    engine.elapse(0).map_err(failed)?;
    let mut boundary = engine.current_timestamp();
    loop {
        boundary += STEP;
        loop {
            let wait = boundary - engine.current_timestamp();
            match engine.wait_next_feed(true, wait) {
                Ok(ElapseResult::OrderResponse) => note(&engine, lot, &mut left, &mut fills),
                Ok(ElapseResult::EndOfData) => {
                    note(&engine, lot, &mut left, &mut fills);
                    return Ok(Run { plan, fills, until: i64::MAX });
                }
                Ok(ElapseResult::Ok) => break,
                Ok(ElapseResult::MarketFeed) => {}
                // What was filled within the last latencies it could not tell any more.
                Err(BacktestError::InvalidOrderStatus) => {
                    let until = engine.current_timestamp() - STEP - 2 * latency;
                    return Ok(Run { plan, fills, until });
                }
                Err(error) => return Err(failed(error).into()),
            }
        }
        note(&engine, lot, &mut left, &mut fills);
        let (bid, ask) = (engine.depth(0).best_bid_tick(), engine.depth(0).best_ask_tick());
        if bid == i64::MIN || ask == i64::MAX {
            continue;
        }
        let mut live: Vec<u64> = engine
            .orders(0)
            .values()
            .filter(|order| order.cancellable())
            .map(|order| order.order_id)
            .collect();
        live.sort_unstable();
        let requests = dice.requests((bid, ask), &live, &mut next);
        for request in &requests {
            match *request {
                Request::Cancel { id } => {
                    engine.cancel(0, id, false).map_err(failed)?;
                }
                Request::Place { id, side, price, lots, kind } => {
                    left.insert(id, lots);
                    let tif = match kind {
                        Kind::PostOnly => TimeInForce::GTX,
                        Kind::ImmediateOrCancel => TimeInForce::IOC,
                        Kind::FillOrKill => TimeInForce::FOK,
                    };
                    let (price, qty) = (price as f64 * tick, lots as f64 * lot);
                    match side {
                        Side::Buy => engine.submit_buy_order(0, id, price, qty, tif, OrdType::Limit, false),
                        Side::Sell => engine.submit_sell_order(0, id, price, qty, tif, OrdType::Limit, false),
                    }
                    .map_err(failed)?;
                }
            }
        }
        engine.clear_inactive_orders(Some(0));
        if !requests.is_empty() {
            plan.push((engine.current_timestamp(), requests));
        }
    }
}

/// Notes what was filled since the last look.
fn note(
    engine: &Backtest<HashMapMarketDepth>,
    lot: f64,
    left: &mut std::collections::HashMap<u64, i64>,
    fills: &mut Vec<Fill>,
) {
    for order in engine.orders(0).values() {
        let Some(known) = left.get_mut(&order.order_id) else { continue };
        let now = (order.leaves_qty / lot).round() as i64;
        let filled = matches!(
            order.status,
            Status::Filled | Status::PartiallyFilled | Status::Expired | Status::Canceled
        );
        if filled && now < *known && order.exec_qty > 0.0 {
            fills.push(Fill {
                id: order.order_id,
                venue_time: order.exch_timestamp,
                price: order.exec_price_tick,
                lots: *known - now,
            });
            *known = now;
        }
    }
}
