//! The gate: the only place where a wished order becomes an approved one.

use sdk::{Event, Market, Mode, RiskRule, Verdict, View};
use types::{Money, Order, OrderKind, Overflow, Price, Qty, Rate, Refusal, RefusalRule, Rounding};

use crate::Approved;

/// Bounds on what may be opened. `None` switches a rule off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Largest notional of one order.
    pub max_order_notional: Option<Money>,
    /// Largest notional of a position with the open orders that would grow it.
    pub max_position_notional: Option<Money>,
    /// Largest exposure over all markets as a multiple of equity (1 is no leverage).
    pub max_leverage: Option<Rate>,
    /// Most open orders of one strategy.
    pub max_open_orders: Option<u32>,
    /// Largest distance of a limit or trigger price from the last price, as a share of it.
    pub price_band: Option<Rate>,
}

/// What the gate has to know to judge one order.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// Every market of the run, equity, and whether the strategy may open risk.
    pub view: View<'a>,
    /// Whether the strategy trades the order's instrument.
    pub owns: bool,
    /// Live orders of the strategy.
    pub open_orders: u32,
}

/// Judges orders by fixed rules, in a fixed order, and then by those that are compiled in; the first that is broken is the
/// answer.
#[derive(Default)]
pub struct Gate {
    limits: Limits,
    rules: Vec<Box<dyn RiskRule>>,
}

impl Gate {
    /// A gate with these bounds and rules.
    #[must_use]
    pub const fn new(limits: Limits, rules: Vec<Box<dyn RiskRule>>) -> Self {
        Self { limits, rules }
    }

    /// Tells the rules what has happened.
    #[inline]
    pub fn observe(&mut self, view: &View<'_>, event: &Event) {
        for rule in &mut self.rules {
            rule.on_event(view, event);
        }
    }

    /// Approves an order, whole or made smaller, or refuses it with the rule, its limit and the actual value.
    ///
    /// # Errors
    /// The [`Refusal`]. An order that only reduces the position is refused only when it is malformed.
    pub fn judge(&self, order: Order, desk: &Desk<'_>) -> Result<Approved<Order>, Refusal> {
        let market = desk.view.market(order.instrument).filter(|_| desk.owns);
        let Some(market) = market else {
            return Err(refusal(RefusalRule::ForeignInstrument, 0, 0));
        };
        if order.qty.lots() <= 0 {
            return Err(refusal(RefusalRule::MinQty, 1, order.qty.lots()));
        }
        if let Some(price) = order.kind.price()
            && price.ticks() <= 0
        {
            return Err(refusal(RefusalRule::BadPrice, 1, price.ticks()));
        }
        let after = position_after(&order, market);
        if order.reduce_only || reduces(market.position.qty, after) {
            return Ok(Approved::new(order, None));
        }
        self.opening(&order, after, market, desk)?;
        self.compiled(order, market, &desk.view)
    }

    /// The rules that are compiled in. What they leave of an order must still be one that the venue takes.
    fn compiled(
        &self,
        mut order: Order,
        market: &Market,
        view: &View<'_>,
    ) -> Result<Approved<Order>, Refusal> {
        let wished = order.qty;
        let mut made_smaller = None;
        for rule in &self.rules {
            match rule.judge(view, &order) {
                Verdict::Shrink { qty, why } if qty < order.qty => {
                    (order.qty, made_smaller) = (qty, Some(why))
                }
                Verdict::Pass | Verdict::Shrink { .. } => {}
                Verdict::Refuse { why, limit, actual } => {
                    return Err(refusal(RefusalRule::Compiled(why), limit.units(), actual.units()));
                }
            }
        }
        if let Some(why) = made_smaller {
            let price = priced(&order, market)?;
            let [left, asked] = [order.qty, wished].map(|qty| market.instrument.notional(price, qty));
            let (left, asked) = (left.map_err(too_large)?, asked.map_err(too_large)?);
            let filters = market.instrument.filters();
            if order.qty.lots() <= 0 || order.qty < filters.min_qty || left < filters.min_notional {
                return Err(refusal(RefusalRule::Compiled(why), left.units(), asked.units()));
            }
        }
        Ok(Approved::new(order, made_smaller))
    }

    fn opening(&self, order: &Order, after: Qty, market: &Market, desk: &Desk<'_>) -> Result<(), Refusal> {
        match desk.view.mode {
            Mode::Running => {}
            Mode::Lapsed => return Err(refusal(RefusalRule::LicenceEnded, 0, 0)),
            Mode::Paused | Mode::Stopping | Mode::Stopped => {
                return Err(refusal(RefusalRule::NotRunning, 0, 0));
            }
        }
        at_most(RefusalRule::MaxOpenOrders, self.limits.max_open_orders, desk.open_orders.saturating_add(1))?;
        let filters = market.instrument.filters();
        if order.qty < filters.min_qty {
            return Err(refusal(RefusalRule::MinQty, filters.min_qty.lots(), order.qty.lots()));
        }
        at_most(RefusalRule::MaxQty, filters.max_qty.map(Qty::lots), order.qty.lots())?;
        let price = priced(order, market)?;
        let value = |qty: Qty| market.instrument.notional(price, qty).map_err(too_large);
        let notional = value(order.qty)?;
        if notional < filters.min_notional {
            return Err(refusal(RefusalRule::MinNotional, filters.min_notional.units(), notional.units()));
        }
        let units = |limit: Option<Money>| limit.map(Money::units);
        at_most(RefusalRule::MaxOrderNotional, units(self.limits.max_order_notional), notional.units())?;
        let position = value(after.abs())?;
        at_most(
            RefusalRule::MaxPositionNotional,
            units(self.limits.max_position_notional),
            position.units(),
        )?;
        self.leverage(order, position, desk)?;
        in_band(order, market, self.limits.price_band)
    }

    fn leverage(&self, order: &Order, position: Money, desk: &Desk<'_>) -> Result<(), Refusal> {
        let Some(leverage) = self.limits.max_leverage else { return Ok(()) };
        let others = desk.view.markets.iter().filter(|market| market.instrument.id() != order.instrument);
        let exposure = others
            .filter_map(|market| {
                market.last.map(|price| market.instrument.notional(price, market.position.qty.abs()))
            })
            .try_fold(position, |sum, worth| sum.plus(worth?))
            .map_err(too_large)?;
        let room = desk.view.equity.at_rate(leverage, Rounding::Down).map_err(too_large)?;
        at_most(RefusalRule::MaxLeverage, Some(room.units()), exposure.units())
    }
}

/// The position if this order and every open order on its side filled whole. An order against the position counts
/// from what the live reduce-only orders leave of it, so that a turn is seen as the opening that it is.
fn position_after(order: &Order, market: &Market) -> Qty {
    let (held, side) = (market.position.qty.lots(), order.side.sign());
    let against = held.signum() == -side;
    let kept = if against {
        held.saturating_add(side.saturating_mul(market.closing.lots().min(held.saturating_abs())))
    } else {
        held
    };
    let waiting = if side > 0 { market.open_buy } else { market.open_sell };
    let lots = order.qty.lots().saturating_add(waiting.lots()).saturating_mul(side);
    Qty::from_lots(kept.saturating_add(lots))
}

/// Whether a position only shrinks on its way from `held` to `after`.
const fn reduces(held: Qty, after: Qty) -> bool {
    after.abs().lots() <= held.abs().lots()
        && (after.is_zero() || after.lots().signum() == held.lots().signum())
}

/// The price an order is valued at: its own, or the last one.
fn priced(order: &Order, market: &Market) -> Result<Price, Refusal> {
    match order.kind {
        OrderKind::Limit { price, .. } => Ok(price),
        OrderKind::Market | OrderKind::StopMarket { .. } => {
            market.last.or(order.kind.price()).ok_or(refusal(RefusalRule::NoPrice, 0, 0))
        }
    }
}

fn in_band(order: &Order, market: &Market, band: Option<Rate>) -> Result<(), Refusal> {
    let (Some(band), Some(price), Some(last)) = (band, order.kind.price(), market.last) else {
        return Ok(());
    };
    let distance = i128::from(price.ticks()) - i128::from(last.ticks());
    let most = i128::from(last.ticks()) * i128::from(band.nanos()) / i128::from(Rate::ONE);
    at_most(RefusalRule::PriceBand, Some(most), distance.abs())
}

fn at_most<T: Into<i128>>(rule: RefusalRule, limit: Option<T>, actual: T) -> Result<(), Refusal> {
    let actual = actual.into();
    match limit.map(Into::into) {
        Some(limit) if actual > limit => Err(Refusal { rule, limit, actual }),
        _ => Ok(()),
    }
}

fn refusal(rule: RefusalRule, limit: impl Into<i128>, actual: impl Into<i128>) -> Refusal {
    Refusal { rule, limit: limit.into(), actual: actual.into() }
}

/// A value that does not fit into money is over every limit.
const fn too_large(_: Overflow) -> Refusal {
    Refusal { rule: RefusalRule::MaxOrderNotional, limit: i128::MAX, actual: i128::MAX }
}
