//! The parameters held against an instrument and an account: the ladder of amounts, the bounds and the rates,
//! contradictions refused.

use sdk::{
    BuildError, Instrument, InstrumentId, Money, Number, Price, Rate, Rounding, Setup, Side, div_round,
    orderable, percent,
};

use crate::params::{Direction, Params};

/// What the strategy goes by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) instrument: InstrumentId,
    pub(crate) direction: Direction,
    /// What each order costs, by level.
    pub(crate) amounts: Vec<Money>,
    pub(crate) leverage: Rate,
    pub(crate) max_exposure: Option<Money>,
    pub(crate) step: Rate,
    /// Orders are added in favour of the position.
    pub(crate) reverse: bool,
    pub(crate) take_profit: Option<Rate>,
    pub(crate) stop: Option<Rate>,
    pub(crate) trailing: Option<Rate>,
    /// In nanoseconds.
    pub(crate) cooldown: i64,
}

impl Plan {
    /// Works the parameters out.
    ///
    /// # Errors
    /// [`BuildError`] names the parameter, with the arithmetic and what to do.
    pub(crate) fn new(params: &Params, setup: &Setup) -> Result<Self, BuildError> {
        let instrument = setup.instrument()?;
        let wrong = |key: &str, value: Number| {
            BuildError::new(key, format!("{value} has more decimals or digits than can be counted exactly"))
        };
        let rate =
            |key: &str, value: Number| Rate::from_decimal(value.decimal()).map_err(|_| wrong(key, value));
        let most = Money::from_decimal(params.max_exposure.decimal());
        let most = most.map_err(|_| wrong("max_exposure", params.max_exposure))?;
        let step = percent("price_step_pct", params.price_step_pct)?;
        let plan = Self {
            instrument: instrument.id(),
            direction: params.direction,
            amounts: amounts(params)?,
            leverage: rate("leverage", params.leverage)?,
            max_exposure: (most > Money::ZERO).then_some(most),
            step: step.ok_or_else(|| BuildError::new("price_step_pct", "0 is no step; raise it"))?,
            reverse: params.reverse_martingale,
            take_profit: percent("take_profit", params.take_profit)?,
            stop: percent("stop_loss", params.stop_loss)?,
            trailing: percent("trailing_stop", params.trailing_stop)?,
            cooldown: i64::from(params.cooldown).saturating_mul(1_000_000_000),
        };
        plan.affordable(params, setup)?;
        plan.tradable(instrument, setup.price())?;
        plan.exits(params, instrument)?;
        Ok(plan)
    }

    /// Whether positions of this side are wanted.
    pub(crate) fn wants(&self, side: Side) -> bool {
        match self.direction {
            Direction::Long => side == Side::Buy,
            Direction::Short => side == Side::Sell,
            Direction::Both => true,
        }
    }

    /// What a position may be worth at this equity.
    pub(crate) fn room(&self, equity: Money) -> Money {
        let room = equity.at_rate(self.leverage, Rounding::Down).unwrap_or(Money::ZERO);
        self.max_exposure.map_or(room, |most| most.min(room))
    }

    /// How many levels come nearest to a position that cost this much; at least one.
    pub(crate) fn nearest(&self, cost: Money) -> u32 {
        let mut sum = 0_i128;
        let mut levels = 1;
        for (amount, next) in self.amounts.iter().zip(self.amounts.iter().skip(1)) {
            sum = sum.saturating_add(amount.units());
            if sum.saturating_add(next.units() / 2) <= cost.units() {
                levels += 1;
            }
        }
        levels
    }

    /// Refuses a ladder that the account can't carry, and shows it.
    fn affordable(&self, params: &Params, setup: &Setup) -> Result<(), BuildError> {
        let room = self.room(setup.capital);
        let mut sum = Money::ZERO;
        let mut fit = 0;
        for amount in &self.amounts {
            sum = Money::from_units(sum.units().saturating_add(amount.units()));
            fit += usize::from(sum <= room);
        }
        if fit == self.amounts.len() {
            return Ok(());
        }
        let ladder: Vec<String> = self.amounts.iter().copied().map(shown).collect();
        let allowed = match self.max_exposure.filter(|most| *most == room) {
            Some(most) => format!("max_exposure = {}", shown(most)),
            None => format!("capital {} × leverage {} = {}", setup.capital, params.leverage, shown(room)),
        };
        let advice = match fit {
            0 => "not even the first order fits".to_owned(),
            fit => format!("{fit} would fit"),
        };
        let text = format!(
            "the {} orders of {} come to {} {}, and the account allows {allowed}; lower max_levels ({advice}), \
             initial_amount or the multiplier, or add capital",
            ladder.len(),
            ladder.join(" + "),
            shown(sum),
            setup.settlement,
        );
        Err(BuildError::new("max_levels", text))
    }

    /// Refuses amounts that the venue would not take.
    fn tradable(&self, instrument: &Instrument, price: Option<Price>) -> Result<(), BuildError> {
        let least = instrument.filters().min_notional;
        for amount in &self.amounts {
            let takes = |price| {
                let lots = instrument.lots_for(*amount, price, Rounding::Down).ok();
                lots.and_then(|lots| orderable(instrument, price, lots)).is_some()
            };
            if *amount < least || price.is_some_and(|price| !takes(price)) {
                let at =
                    price.map(|price| format!(" at {}", instrument.price_decimal(price))).unwrap_or_default();
                let (lot, qty) =
                    (instrument.lot_size(), instrument.qty_decimal(instrument.filters().min_qty));
                let text = format!(
                    "an order of {} is below the smallest that {} takes{at} (notional {least}, quantity {qty}, lot \
                     {lot}); raise it",
                    shown(*amount),
                    instrument.symbol(),
                );
                return Err(BuildError::new("initial_amount", text));
            }
        }
        Ok(())
    }

    /// Refuses exits that could never come, or never pay, and adds that could never come.
    fn exits(&self, params: &Params, instrument: &Instrument) -> Result<(), BuildError> {
        if self.take_profit.or(self.stop).or(self.trailing).is_none() {
            let text = "nothing would ever close a position; set take_profit, stop_loss or trailing_stop";
            return Err(BuildError::new("take_profit", text));
        }
        let fees = instrument.fees().taker.nanos().saturating_mul(2);
        if let Some(gain) = self.take_profit.filter(|gain| gain.nanos() <= fees) {
            let [gain, fees] = [gain.nanos(), fees].map(|nanos| Rate::from_nanos(nanos.saturating_mul(100)));
            let text = format!(
                "a gain of {gain} % does not pay the two taker fees of a round trip, {fees} %; raise it, or 0 for off"
            );
            return Err(BuildError::new("take_profit", text));
        }
        let (key, exit, value) = if self.reverse {
            ("take_profit", self.take_profit, params.take_profit)
        } else {
            ("stop_loss", self.stop, params.stop_loss)
        };
        if params.max_levels > 1 && exit.is_some_and(|exit| exit <= self.step) {
            let text = format!(
                "{value} % is within the first price step of {} %: every position would be closed before a second order; \
                 make it longer than the step, or set max_levels = 1",
                params.price_step_pct
            );
            return Err(BuildError::new(key, text));
        }
        Ok(())
    }
}

/// What each order costs: the first amount, then each the one before times its multiplier.
fn amounts(params: &Params) -> Result<Vec<Money>, BuildError> {
    let (key, first) = if params.reverse_martingale {
        ("reverse_multiplier", params.reverse_multiplier)
    } else {
        ("multiplier", params.multiplier)
    };
    let multipliers = multipliers(key, first, params)?;
    let mut amount = Money::from_decimal(params.initial_amount.decimal()).map_err(|_| {
        let text = format!("{} has too many digits for an amount of money", params.initial_amount);
        BuildError::new("initial_amount", text)
    })?;
    let mut amounts = vec![amount];
    for (level, multiplier) in (2..).zip(multipliers) {
        amount = amount.at_rate(multiplier, Rounding::HalfEven).map_err(|_| {
            BuildError::new(key, format!("order {level} grows beyond any account; lower it or max_levels"))
        })?;
        amounts.push(amount);
    }
    Ok(amounts)
}

/// The multipliers from one order to the next: max(first × decayⁿ⁻¹, least) for the n-th, each rounded half-even to
/// 10⁻⁹.
fn multipliers(key: &str, first: Number, params: &Params) -> Result<Vec<Rate>, BuildError> {
    let wrong =
        |key: &str, value: Number| BuildError::new(key, format!("{value} has more than nine decimals"));
    let rate = |key: &str, value: Number| Rate::from_decimal(value.decimal()).map_err(|_| wrong(key, value));
    let start = rate(key, first)?;
    let (decay, least) = if params.risk_decay {
        (rate("decay_factor", params.decay_factor)?, rate("min_multiplier", params.min_multiplier)?)
    } else {
        (Rate::from_nanos(Rate::ONE), start)
    };
    if least > start {
        let text = format!(
            "{} is above {key}, which is {first} and would never count; lower it, or set risk_decay = false",
            params.min_multiplier
        );
        return Err(BuildError::new("min_multiplier", text));
    }
    // Exact to 10⁻¹⁸ on the way, so that roundings do not pile up.
    let mut exact = Money::from_decimal(first.decimal()).map_err(|_| wrong(key, first))?;
    let mut multipliers = Vec::new();
    for _ in 1..params.max_levels {
        let nanos = div_round(exact.units(), i128::from(Rate::ONE), Rounding::HalfEven);
        multipliers.push(i64::try_from(nanos).map_or(least, Rate::from_nanos).max(least));
        exact = exact.at_rate(decay, Rounding::HalfEven).map_err(|_| wrong(key, first))?;
    }
    Ok(multipliers)
}

/// Money with two decimals, rounded up.
fn shown(money: Money) -> String {
    let cent = 10_i128.pow(16);
    Money::from_units(div_round(money.units(), cent, Rounding::Up).saturating_mul(cent)).to_string()
}
