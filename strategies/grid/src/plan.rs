//! The parameters held against an instrument: everything in ticks, money and rates, contradictions refused.

use sdk::{BuildError, Instrument, InstrumentId, Money, Number, Price, Rate, Rounding, Side};

use crate::climate::Settings;
use crate::exit::Limits;
use crate::ladder::Step;
use crate::params::{Direction, Params, Spacing};

/// What the grid goes by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) instrument: InstrumentId,
    pub(crate) direction: Direction,
    pub(crate) step: Step,
    pub(crate) amount: Money,
    pub(crate) lower: Option<Price>,
    pub(crate) upper: Option<Price>,
    pub(crate) trigger: Option<Price>,
    pub(crate) limits: Limits,
    pub(crate) settings: Settings,
    buy_window: i64,
    sell_window: i64,
    cap: i64,
}

impl Plan {
    /// Works the parameters out.
    ///
    /// # Errors
    /// [`BuildError`] names the parameter, what is wrong with it, and what to do.
    pub(crate) fn new(params: &Params, instrument: &Instrument) -> Result<Self, BuildError> {
        let price = |key, value, rounding| price(instrument, key, value, rounding);
        let plan = Self {
            instrument: instrument.id(),
            direction: params.direction,
            step: step(params, instrument)?,
            amount: amount(params)?,
            lower: price("price_lower", params.price_lower, Rounding::Up)?,
            upper: price("price_upper", params.price_upper, Rounding::Down)?,
            trigger: price("trigger_price", params.trigger_price, Rounding::HalfEven)?,
            limits: limits(params, instrument)?,
            settings: Settings::new(params)?,
            buy_window: i64::from(params.buy_window_size.max(1)),
            sell_window: i64::from(params.sell_window_size.max(1)),
            cap: i64::from(params.max_grid_layers),
        };
        if let (Some(lower), Some(upper)) = (plan.lower, plan.upper)
            && lower >= upper
        {
            let message =
                format!("{} is not below price_upper, which is {}", params.price_lower, params.price_upper);
            return Err(BuildError::new("price_lower", message));
        }
        Ok(plan)
    }

    /// Levels away from the market at which orders of a side are live.
    pub(crate) const fn window(&self, side: Side) -> i64 {
        match side {
            Side::Buy => self.buy_window,
            Side::Sell => self.sell_window,
        }
    }

    /// The most layers that entries of a side may make.
    pub(crate) const fn cap(&self, side: Side) -> i64 {
        if self.cap > 0 { self.cap } else { self.window(side) }
    }

    /// Whether the range may move towards where entries of a side would run after the price: up for buys.
    pub(crate) const fn shifts(&self, side: Side) -> bool {
        match side {
            Side::Buy => self.settings.up,
            Side::Sell => self.settings.down,
        }
    }

    /// The sides that entries can have.
    pub(crate) const fn entry_sides(&self) -> &'static [Side] {
        match self.direction {
            Direction::Long => &[Side::Buy],
            Direction::Short => &[Side::Sell],
            Direction::Neutral => &[Side::Buy, Side::Sell],
        }
    }
}

fn step(params: &Params, instrument: &Instrument) -> Result<Step, BuildError> {
    match params.spacing {
        Spacing::Arithmetic => {
            let (key, value, tick) = ("price_interval", params.price_interval, instrument.tick_size());
            match instrument.price(value.decimal()) {
                Ok(ticks) if ticks.ticks() > 0 => Ok(Step::Ticks(ticks.ticks())),
                Ok(_) => Err(BuildError::new(
                    key,
                    format!(
                        "{value}; an arithmetic grid needs the distance of its levels, \
                         such as price_interval = 10"
                    ),
                )),
                Err(error) => Err(BuildError::new(
                    key,
                    format!("{value}: {error}; levels lie on the tick size of {tick}"),
                )),
            }
        }
        Spacing::Geometric => {
            if !params.price_interval.is_zero() {
                let message = format!(
                    "{} has no meaning in a geometric grid; write spacing = \"arithmetic\", \
                     or remove it and use spacing_pct",
                    params.price_interval
                );
                return Err(BuildError::new("price_interval", message));
            }
            let share = percent("spacing_pct", params.spacing_pct)?;
            if share.nanos() <= 0 {
                return Err(BuildError::new(
                    "spacing_pct",
                    format!("{}; it must be above 0", params.spacing_pct),
                ));
            }
            Ok(Step::Share(share))
        }
    }
}

fn amount(params: &Params) -> Result<Money, BuildError> {
    let (key, value) = ("order_quantity", params.order_quantity);
    match Money::from_decimal(value.decimal()) {
        Ok(amount) if amount > Money::ZERO => Ok(amount),
        Ok(_) => Err(BuildError::new(key, format!("{value}; it must be above 0"))),
        Err(error) => Err(BuildError::new(key, format!("{value}: {error}"))),
    }
}

fn limits(params: &Params, instrument: &Instrument) -> Result<Limits, BuildError> {
    let stop_loss = percent("stop_loss_pct", params.stop_loss_pct)?;
    let take_profit = percent("take_profit_pct", params.take_profit_pct)?;
    let trailing = percent("trailing_take_profit_pct", params.trailing_take_profit_pct)?;
    if trailing > Rate::ZERO && trailing >= take_profit {
        let message = format!(
            "{} must be below take_profit_pct ({}), the profit at which trailing begins, \
             so that what is left after the fall is a profit",
            params.trailing_take_profit_pct, params.take_profit_pct
        );
        return Err(BuildError::new("trailing_take_profit_pct", message));
    }
    let (loss, profit) = match params.direction {
        Direction::Long => (Rounding::Down, Rounding::Up),
        Direction::Short => (Rounding::Up, Rounding::Down),
        Direction::Neutral => {
            for (key, value) in
                [("stop_loss_price", params.stop_loss_price), ("take_profit_price", params.take_profit_price)]
            {
                if !value.is_zero() {
                    let message = format!(
                        "{value} has no side in a neutral grid, which can lose above and below; \
                         use stop_loss_pct and take_profit_pct"
                    );
                    return Err(BuildError::new(key, message));
                }
            }
            (Rounding::Down, Rounding::Up)
        }
    };
    let stop_price = price(instrument, "stop_loss_price", params.stop_loss_price, loss)?;
    let profit_price = price(instrument, "take_profit_price", params.take_profit_price, profit)?;
    let (low, high) = match params.direction {
        Direction::Short => (profit_price, stop_price),
        Direction::Long | Direction::Neutral => (stop_price, profit_price),
    };
    if let (Some(low), Some(high)) = (low, high)
        && low >= high
    {
        let message = format!(
            "{} is on the wrong side of take_profit_price, which is {}",
            params.stop_loss_price, params.take_profit_price
        );
        return Err(BuildError::new("stop_loss_price", message));
    }
    Ok(Limits { stop_loss, take_profit, trailing, low, high, short: params.direction == Direction::Short })
}

/// A price in ticks, rounded as named; `None` for 0.
fn price(
    instrument: &Instrument,
    key: &str,
    value: Number,
    rounding: Rounding,
) -> Result<Option<Price>, BuildError> {
    if value.is_zero() {
        return Ok(None);
    }
    let ticks = value.decimal().count_of_rounded(instrument.tick_size(), rounding);
    match ticks {
        Ok(ticks) if ticks > 0 => Ok(Some(Price::from_ticks(ticks))),
        Ok(_) => Err(BuildError::new(
            key,
            format!("{value}; a price is at least one tick ({}), or 0 for none", instrument.tick_size()),
        )),
        Err(error) => Err(BuildError::new(key, format!("{value}: {error}"))),
    }
}

/// A percentage as a rate.
fn percent(key: &str, value: Number) -> Result<Rate, BuildError> {
    let wrong = |what: &str| BuildError::new(key, format!("{value}; {what}"));
    let nanos = value.decimal().at_scale(7).map_err(|_| wrong("a percentage has at most seven decimals"))?;
    match i64::try_from(nanos) {
        Ok(nanos) if nanos >= 0 => Ok(Rate::from_nanos(nanos)),
        Ok(_) => Err(wrong("it must not be negative")),
        Err(_) => Err(wrong("it is too large")),
    }
}
