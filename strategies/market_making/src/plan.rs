//! The parameters as they are used on one instrument, and the refusals of those that do not fit together.

use sdk::{
    BuildError, Instrument, InstrumentId, Number, Price, Rate, Rounding, Setup, Size, Time, orderable,
    percent,
};

use crate::intensity::Counting;
use crate::model::{Inputs, Model, Shape};
use crate::params::Params;
use crate::tape::{Reading, Tape};
use crate::volatility::{BPS, Sampling};

const SECOND: i64 = 1_000_000_000;
const MILLISECOND: i64 = 1_000_000;

/// What the parameters come to.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) instrument: InstrumentId,
    pub(crate) reading: Reading,
    model: Model,
    gamma: f64,
    /// Basis points squared per second, until it can be estimated.
    variance: Option<f64>,
    horizon: f64,
    /// Length of a session and of its last part, in nanoseconds.
    session: Option<(i64, i64)>,
    pub(crate) size: Size,
    pub(crate) size_skew: f64,
    pub(crate) max_long: Size,
    pub(crate) max_short: Size,
    /// The maker fee as a share of the notional.
    pub(crate) fee: f64,
    /// Half of the edge and half of the widest spread, as shares of the mid.
    pub(crate) half_edge: f64,
    pub(crate) half_widest: f64,
    requote_ticks: f64,
    requote: f64,
    /// Share of the wanted size by which a quote's may be off.
    pub(crate) resize: f64,
    /// Nanoseconds that a quote which may stay is left alone.
    pub(crate) life: i64,
    pub(crate) stop: Option<Rate>,
}

impl Plan {
    /// The plan for the first instrument of the run.
    ///
    /// # Errors
    /// [`BuildError`] names the parameter, the numbers that do not fit, and what to do.
    pub(crate) fn new(params: &Params, setup: &Setup) -> Result<Self, BuildError> {
        let instrument = setup.instrument()?;
        let fee = instrument.fees().maker.nanos() as f64 / Rate::ONE as f64;
        check_session(params)?;
        check_caps(params)?;
        check_spread(params, fee)?;
        let size = params.sizing.size("size", params.size, instrument)?;
        check_size(size, instrument, setup)?;
        let bps = |number: Number| number.to_f64() / BPS;
        let session = (params.session_length > 0).then(|| {
            [params.session_length, params.wind_down].map(|seconds| i64::from(seconds) * SECOND).into()
        });
        let volatility = params.volatility.to_f64();
        Ok(Self {
            instrument: instrument.id(),
            reading: reading(params),
            model: params.model,
            gamma: params.gamma.to_f64(),
            variance: (volatility > 0.0).then_some(volatility * volatility),
            horizon: f64::from(params.horizon),
            session,
            size,
            size_skew: params.size_skew.to_f64(),
            max_long: params.sizing.size("max_long", params.max_long, instrument)?,
            max_short: params.sizing.size("max_short", params.max_short, instrument)?,
            fee,
            half_edge: bps(params.min_edge_bps) / 2.0,
            half_widest: bps(params.max_spread_bps) / 2.0,
            requote_ticks: f64::from(params.requote_ticks),
            requote: bps(params.requote_bps),
            resize: params.requote_size_pct.to_f64() / 100.0,
            life: i64::from(params.min_quote_life_ms) * MILLISECOND,
            stop: percent("stop_loss_pct", params.stop_loss_pct)?,
        })
    }

    /// How many ticks off a quote may be before it is replaced.
    pub(crate) fn tolerance(&self, mid: f64) -> f64 {
        self.requote_ticks.max(self.requote * mid)
    }

    /// The model's word at this time, in basis points and sizes; `None` while the volatility is not known.
    pub(crate) fn shape(&self, tape: &Tape, now: Time) -> Option<Shape> {
        let variance = tape.volatility.variance(&self.reading.sampling).or(self.variance)?;
        let (kappa, intensity) = tape.intensity.estimate(&self.reading.counting);
        let time_left = self.time_left(now);
        let shape = self.model.shape(&Inputs { gamma: self.gamma, variance, time_left, kappa, intensity });
        shape.is_sound().then_some(shape)
    }

    /// Whether the session, if there are sessions, is not in its last part.
    pub(crate) fn in_session(&self, now: Time) -> bool {
        self.session.is_none_or(|(length, last)| left_of(length, now) > last)
    }

    /// T − t in seconds: the horizon, or what is left of the session where that is less.
    fn time_left(&self, now: Time) -> f64 {
        let rest = self.session.map(|(length, _)| left_of(length, now) as f64 / SECOND as f64);
        rest.map_or(self.horizon, |rest| rest.min(self.horizon))
    }
}

/// Nanoseconds until the session's end; above zero.
fn left_of(length: i64, now: Time) -> i64 {
    length - now.nanos().rem_euclid(length.max(1))
}

fn reading(params: &Params) -> Reading {
    Reading {
        sampling: Sampling {
            half_life: f64::from(params.volatility_half_life),
            apart: i64::from(params.sample_ms) * MILLISECOND,
            least: params.min_samples,
        },
        counting: Counting {
            step: params.depth_step_bps.to_f64(),
            half_life: f64::from(params.intensity_half_life),
            least: f64::from(params.min_arrivals),
            fallback: (params.kappa.to_f64(), params.intensity.to_f64()),
            bound: params.estimate_bound.to_f64().max(1.0),
        },
        stale: (params.stale_seconds > 0).then_some(i64::from(params.stale_seconds) * SECOND),
    }
}

fn check_session(params: &Params) -> Result<(), BuildError> {
    let (length, last) = (params.session_length, params.wind_down);
    if last > 0 && last >= length {
        let message = if length == 0 {
            "it is the last part of a session, and there are none; set session_length, or leave it out"
                .to_owned()
        } else {
            format!("{last} seconds leave nothing of a session_length of {length}; make it shorter")
        };
        return Err(BuildError::new("wind_down", message));
    }
    Ok(())
}

fn check_caps(params: &Params) -> Result<(), BuildError> {
    if params.max_long.is_zero() && params.max_short.is_zero() {
        let message = "with max_short at 0 too nothing may be held on either side; set one of them";
        return Err(BuildError::new("max_long", message));
    }
    let units = |number: Number| number.decimal().at_scale(18).unwrap_or(i128::MAX);
    for (key, cap) in [("max_long", params.max_long), ("max_short", params.max_short)] {
        if !cap.is_zero() && units(cap) < units(params.size) {
            let message =
                format!("{cap} has no room for one quote of size {}; raise it, or lower size", params.size);
            return Err(BuildError::new(key, message));
        }
    }
    Ok(())
}

fn check_spread(params: &Params, fee: f64) -> Result<(), BuildError> {
    let fees = (2.0 * fee * BPS).max(0.0);
    let narrowest = fees + params.min_edge_bps.to_f64() + 2.0 * params.requote_bps.to_f64();
    if narrowest > params.max_spread_bps.to_f64() {
        let (widest, edge, requote) = (params.max_spread_bps, params.min_edge_bps, params.requote_bps);
        let message = format!(
            "{widest} is below the narrowest spread that pays, {narrowest:.2}: {fees:.2} for two maker fees, \
             {edge} of min_edge_bps and twice the requote_bps of {requote}; raise it, or lower those"
        );
        return Err(BuildError::new("max_spread_bps", message));
    }
    Ok(())
}

fn check_size(size: Size, instrument: &Instrument, setup: &Setup) -> Result<(), BuildError> {
    let Some(price) = setup.price() else { return Ok(()) };
    let lots = size.lots(instrument, price, setup.capital);
    if lots.is_ok_and(|lots| orderable(instrument, price, lots).is_some()) {
        return Ok(());
    }
    let (filters, at) = (instrument.filters(), instrument.price_decimal(price));
    let message = format!(
        "at a price of {at} it is not an order that {} takes (smallest quantity {}, smallest notional {}); raise it",
        instrument.symbol(),
        instrument.qty_decimal(filters.min_qty),
        filters.min_notional,
    );
    Err(BuildError::new("size", message))
}

/// The price at which sizes are worked out: the mid, rounded down to a tick.
pub(crate) fn priced(mid: f64) -> Option<Price> {
    sdk::whole(mid, Rounding::Down).filter(|ticks| *ticks > 0).map(Price::from_ticks)
}

#[cfg(test)]
mod tests {
    use testkit::Lab;

    use super::*;

    #[test]
    fn the_horizon_rolls_on_and_a_session_cuts_it_short() {
        let plan = |session_length, wind_down| {
            let params = Params { horizon: 600, session_length, wind_down, ..Params::default() };
            Plan::new(&params, &Lab::new().unwrap().setup(None).unwrap()).unwrap()
        };
        let at = |seconds: i64| Time::from_nanos(seconds * SECOND);
        // (session, wind-down, now) → (time left, whether anything may be opened)
        for (session, last, now, left, opens) in [
            (0, 0, 0, 600.0, true),
            (0, 0, 1_700_000_000, 600.0, true),
            (3600, 0, 7200, 600.0, true),
            (3600, 0, 7200 + 3500, 100.0, true),
            (3600, 0, 7200 + 3599, 1.0, true),
            (3600, 900, 7200 + 2699, 600.0, true),
            (3600, 900, 7200 + 2700, 600.0, false),
            (3600, 900, 7200 + 3400, 200.0, false),
            (3600, 900, -100, 100.0, false),
        ] {
            let plan = plan(session, last);
            let actual = (plan.time_left(at(now)), plan.in_session(at(now)));
            assert_eq!(actual, (left, opens), "session {session} wind-down {last} at {now}");
        }
    }
}
