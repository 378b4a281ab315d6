//! The parameters held against an instrument and an account: amounts, steps and rates, contradictions refused.

use sdk::layers::Way;
use sdk::{
    BuildError, Instrument, InstrumentId, Money, Number, Price, Rate, Rounding, Setup, Side, div_round,
    orderable, percent, whole,
};

use crate::cascade::Cascade;
use crate::params::{Direction, EntryOrder, Params};

/// What the strategy goes by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) instrument: InstrumentId,
    pub(crate) way: Way,
    /// What each layer costs at most, by level.
    pub(crate) amounts: Vec<Money>,
    /// What all layers may cost together.
    pub(crate) cap: Money,
    pub(crate) steps: Steps,
    pub(crate) first: Option<Rate>,
    pub(crate) last: Option<Rate>,
    pub(crate) total: Option<Rate>,
    /// Activation, and how far the price may fall back then.
    pub(crate) trailing: Option<(Rate, Rate)>,
    pub(crate) stop: Option<Rate>,
    pub(crate) trailing_stop: Option<Rate>,
    pub(crate) cascade: Option<Cascade>,
    /// Whether entries are limit orders, and how long they work, in nanoseconds; 0 for ever.
    pub(crate) limit: Option<i64>,
    pub(crate) cooldown: i64,
}

/// How far the price must go against the position before the next layer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Steps {
    /// In percent, where it does not go by the ATR.
    fixed: Option<f64>,
    multiplier: f64,
    min: f64,
    max: f64,
    /// What each step is multiplied with, by level; that of the base order is not used.
    stretch: Vec<f64>,
}

impl Steps {
    fn new(params: &Params) -> Result<Self, BuildError> {
        let [min, max] = [params.min_price_step, params.max_price_step].map(Number::to_f64);
        if min > max {
            let (min, max) = (params.min_price_step, params.max_price_step);
            let text =
                format!("{min} % is above max_price_step, which is {max} %; lower it, or raise that one");
            return Err(BuildError::new("min_price_step", text));
        }
        let scale = params.safety_order_step.to_f64();
        // Products and not powers: those differ between machines.
        let stretch = std::iter::successors(Some(1.0), |stretch: &f64| Some(stretch * scale));
        let levels = params.max_safety_orders as usize;
        Ok(Self {
            fixed: params.atr_multiplier.is_zero().then(|| params.price_step_pct.to_f64()),
            multiplier: params.atr_multiplier.to_f64(),
            min,
            max,
            stretch: std::iter::once(1.0).chain(stretch.take(levels)).collect(),
        })
    }

    /// The step to the layer of this level at this price, rounded half-even to 10⁻⁹; `None` for a level there is not.
    /// Until there is an ATR it is the longest one.
    pub(crate) fn to(&self, level: u32, atr: Option<f64>, price: Price) -> Option<Rate> {
        #[expect(clippy::cast_precision_loss, reason = "prices stay below 2⁵³ ticks, where f64 is exact")]
        let price = price.ticks() as f64;
        let from_atr = |atr: f64| (atr / price * 100.0 * self.multiplier).clamp(self.min, self.max);
        let step = self.fixed.unwrap_or_else(|| atr.map_or(self.max, from_atr));
        let stretch = self.stretch.get(usize::try_from(level).ok()?)?;
        whole(step * stretch * 1e7, Rounding::HalfEven).map(Rate::from_nanos)
    }

    /// The shortest first step there can be, in percent.
    fn shortest(&self) -> f64 {
        self.fixed.unwrap_or(self.min)
    }
}

impl Plan {
    /// Works the parameters out.
    ///
    /// # Errors
    /// [`BuildError`] names the parameter, with the arithmetic and what to do.
    pub(crate) fn new(params: &Params, setup: &Setup) -> Result<Self, BuildError> {
        let instrument = setup.instrument()?;
        let amounts = amounts(params)?;
        let cap = cap(params, setup)?;
        affordable(&amounts, cap, params, setup)?;
        tradable(&amounts, instrument, setup.price())?;
        let plan = Self {
            instrument: instrument.id(),
            way: Way(if params.direction == Direction::Long { Side::Buy } else { Side::Sell }),
            amounts,
            cap,
            steps: Steps::new(params)?,
            first: percent("first_order_take_profit", params.first_order_take_profit)?,
            last: percent("last_order_take_profit", params.last_order_take_profit)?,
            total: percent("total_take_profit", params.total_take_profit)?,
            trailing: trailing(params)?,
            stop: percent("stop_loss", params.stop_loss)?,
            trailing_stop: percent("trailing_stop_loss", params.trailing_stop_loss)?,
            cascade: cascade(params)?,
            limit: (params.entry_order == EntryOrder::Limit).then_some(seconds(params.entry_ttl)),
            cooldown: seconds(params.cooldown),
        };
        plan.exits(params, instrument)?;
        Ok(plan)
    }

    /// Refuses exits that could never come, or never pay.
    fn exits(&self, params: &Params, instrument: &Instrument) -> Result<(), BuildError> {
        let whole = self.total.or(self.trailing.map(|(activation, _)| activation)).or(self.stop);
        let layers = self.first.zip(self.last);
        if whole.or(self.trailing_stop).or(layers.map(|(first, _)| first)).is_none() {
            let text = "nothing would ever close a position; set total_take_profit, trailing_activation, stop_loss, \
                        trailing_stop_loss, or both first_order_take_profit and last_order_take_profit";
            return Err(BuildError::new("total_take_profit", text));
        }
        let fees = instrument.fees().taker.nanos().saturating_mul(2);
        for (key, gain) in [
            ("first_order_take_profit", self.first),
            ("last_order_take_profit", self.last),
            ("total_take_profit", self.total),
        ] {
            if let Some(gain) = gain.filter(|gain| gain.nanos() <= fees) {
                let [gain, fees] =
                    [gain.nanos(), fees].map(|nanos| Rate::from_nanos(nanos.saturating_mul(100)));
                let text = format!(
                    "a gain of {gain} % does not pay the two taker fees of a round trip, {fees} %; raise it, or 0 for off"
                );
                return Err(BuildError::new(key, text));
            }
        }
        let (step, distance) = (self.steps.shortest(), params.trailing_stop_loss);
        if self.trailing_stop.is_some() && params.max_safety_orders > 0 && distance.to_f64() <= step {
            let text = format!(
                "{distance} % is within the first price step of {step} %: every position would be stopped before its \
                 first safety order; make it longer than the step, or set max_safety_orders = 0"
            );
            return Err(BuildError::new("trailing_stop_loss", text));
        }
        Ok(())
    }
}

/// What each layer costs, by level: the base amount, then the safety amount × scaleⁿ⁻¹.
fn amounts(params: &Params) -> Result<Vec<Money>, BuildError> {
    let amount = |key: &str, value: Number| {
        Money::from_decimal(value.decimal())
            .map_err(|_| BuildError::new(key, format!("{value} has too many digits for an amount of money")))
    };
    let scale = Rate::from_decimal(params.safety_order_scale.decimal()).map_err(|_| {
        let text = format!("{} has more than nine decimals", params.safety_order_scale);
        BuildError::new("safety_order_scale", text)
    })?;
    let mut amounts = vec![amount("base_order_amount", params.base_order_amount)?];
    let mut next = amount("safety_order_amount", params.safety_order_amount)?;
    for level in 1..=params.max_safety_orders {
        amounts.push(next);
        next = next.at_rate(scale, Rounding::HalfEven).map_err(|_| {
            let text =
                format!("safety order {level} grows beyond any account; lower it or max_safety_orders");
            BuildError::new("safety_order_scale", text)
        })?;
    }
    Ok(amounts)
}

/// What all layers may cost together.
fn cap(params: &Params, setup: &Setup) -> Result<Money, BuildError> {
    let leverage = Rate::from_decimal(params.leverage.decimal()).map_err(|_| {
        BuildError::new("leverage", format!("{} has more than nine decimals", params.leverage))
    })?;
    let room = setup
        .capital
        .at_rate(leverage, Rounding::Down)
        .map_err(|error| BuildError::new("leverage", error.to_string()))?;
    if params.max_exposure.is_zero() {
        return Ok(room);
    }
    let most = Money::from_decimal(params.max_exposure.decimal()).map_err(|_| {
        let text = format!("{} has too many digits for an amount of money", params.max_exposure);
        BuildError::new("max_exposure", text)
    })?;
    Ok(most.min(room))
}

/// Refuses layers that would cost more than they may, with what they would cost.
fn affordable(amounts: &[Money], cap: Money, params: &Params, setup: &Setup) -> Result<(), BuildError> {
    let mut sums = amounts.iter().scan(0_i128, |sum, amount| {
        *sum = sum.saturating_add(amount.units());
        Some(*sum)
    });
    let fit = sums.clone().take_while(|sum| *sum <= cap.units()).count();
    if fit == amounts.len() {
        return Ok(());
    }
    let sum = Money::from_units(sums.by_ref().last().unwrap_or(0));
    let shown: Vec<String> = match amounts {
        [one, two, three, .., last] if amounts.len() > 6 => {
            vec![shown(*one), shown(*two), shown(*three), "…".to_owned(), shown(*last)]
        }
        all => all.iter().copied().map(shown).collect(),
    };
    let allowed =
        if params.max_exposure.is_zero() || Money::from_decimal(params.max_exposure.decimal()) != Ok(cap) {
            format!("capital {} × leverage {} = {}", setup.capital, params.leverage, self::shown(cap))
        } else {
            format!("max_exposure = {}", self::shown(cap))
        };
    let advice = match fit {
        0 => "not even the base order fits".to_owned(),
        fit => format!("{} would fit", fit - 1),
    };
    let text = format!(
        "the base order and {} safety orders can come to {} = {} {}, and the account allows {allowed}; lower \
         max_safety_orders ({advice}), the amounts or safety_order_scale, or add capital",
        params.max_safety_orders,
        shown.join(" + "),
        self::shown(sum),
        setup.settlement,
    );
    Err(BuildError::new("max_safety_orders", text))
}

/// Money with two decimals, rounded up.
fn shown(money: Money) -> String {
    let cents = Money::from_units(
        div_round(money.units(), 10_i128.pow(16), Rounding::Up).saturating_mul(10_i128.pow(16)),
    );
    cents.to_string()
}

/// Refuses amounts that the venue would not take.
fn tradable(amounts: &[Money], instrument: &Instrument, price: Option<Price>) -> Result<(), BuildError> {
    let least = instrument.filters().min_notional;
    for (level, amount) in amounts.iter().enumerate() {
        let key = if level == 0 { "base_order_amount" } else { "safety_order_amount" };
        let whole = price.map(|price| {
            let lots = instrument.lots_for(*amount, price, Rounding::Down).ok();
            lots.and_then(|lots| orderable(instrument, price, lots)).is_some()
        });
        if *amount < least || whole == Some(false) {
            let at =
                price.map(|price| format!(" at {}", instrument.price_decimal(price))).unwrap_or_default();
            let (lot, qty) = (instrument.lot_size(), instrument.qty_decimal(instrument.filters().min_qty));
            let text = format!(
                "an order of {} is below the smallest that {} takes{at} (notional {least}, quantity {qty}, lot {lot}); \
                 raise it",
                shown(*amount),
                instrument.symbol(),
            );
            return Err(BuildError::new(key, text));
        }
    }
    Ok(())
}

fn trailing(params: &Params) -> Result<Option<(Rate, Rate)>, BuildError> {
    let activation = percent("trailing_activation", params.trailing_activation)?;
    let fall_back = percent("trailing_take_profit", params.trailing_take_profit)?;
    let Some(activation) = activation else { return Ok(None) };
    // A gain of a leaves (1 + a)(1 − b) of the cost after a fall-back of b: all of it where b is a/(1 + a).
    let one = i128::from(Rate::ONE);
    let gain = i128::from(activation.nanos());
    let most = div_round(gain * one, one + gain, Rounding::Down);
    match fall_back.filter(|fall_back| i128::from(fall_back.nanos()) < most) {
        Some(fall_back) => Ok(Some((activation, fall_back))),
        None => {
            let most = Rate::from_nanos(i64::try_from(most).unwrap_or(i64::MAX).saturating_mul(100));
            let text = format!(
                "{} % must be above zero and below {most} %, or it could close at a loss what trailing_activation = {} \
                 began to follow; set trailing_activation = 0 for no trailing",
                params.trailing_take_profit, params.trailing_activation
            );
            Err(BuildError::new("trailing_take_profit", text))
        }
    }
}

fn cascade(params: &Params) -> Result<Option<Cascade>, BuildError> {
    let drop = percent("cascade_drop_pct", params.cascade_drop_pct)?;
    let (window, pause) = (seconds(params.cascade_window), seconds(params.cascade_pause));
    Ok(drop.filter(|_| params.cascade_protection).map(|drop| Cascade { drop, window, pause }))
}

fn seconds(count: u32) -> i64 {
    i64::from(count).saturating_mul(1_000_000_000)
}
