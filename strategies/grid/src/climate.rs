//! What conditions do to entries: volatility, regime, funding and the shift of the range. It knows no orders; exits never ask it.

use sdk::indicators::{Atr, Regime, RegimeSettings, RegimeState};
use sdk::{Bar, BuildError, Funding, FundingClock, Rate, Rounding, Side, Time, bps, whole};
use serde::{Deserialize, Serialize};

use crate::ladder::Ladder;
use crate::params::{Params, TrailingShift};
use crate::place::Place;

/// The settings, checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    atr_multiplier: Option<f64>,
    most_levels: i64,
    regime: bool,
    /// Before a settlement, in seconds; 0 is off.
    funding_pause: u32,
    funding_least: Rate,
    pub(crate) up: bool,
    pub(crate) down: bool,
    /// Levels further apart at a full inventory.
    pub(crate) skew: i64,
}

/// The conditions as they are; all of it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Climate {
    atr: Atr,
    regime: Regime,
    /// What the regime comes to for entries: what its last bar said, until that is too old.
    trend: RegimeState,
    /// The last moment at which it counts.
    #[serde(with = "sdk::state::exact")]
    trend_until: Time,
    funding: FundingClock,
    /// Levels from one entry to the next.
    spacing: i64,
    /// How many levels the range has moved.
    shift: i64,
    /// Where the trend began: beyond it, nothing is entered in its direction. By level.
    began: Option<i64>,
    /// The side that waits for a settlement.
    #[serde(with = "sdk::state::exact")]
    waiting: Option<Side>,
    /// When the wait for a settlement begins or ends next.
    #[serde(with = "sdk::state::exact")]
    turn: Time,
}

/// What entries of a side may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) open: bool,
    /// How many entries lie away from the market.
    pub(crate) window: i64,
    /// Levels from one to the next.
    pub(crate) spacing: i64,
    /// The level beyond which there is none: above it for buys, below it for sells.
    pub(crate) bound: Option<i64>,
}

/// A change of the spacing by less than this share of it is none.
const LEAST_CHANGE: f64 = 0.25;
const NEVER: Time = Time::from_nanos(i64::MAX);

impl Settings {
    /// Checks what the parameters say.
    ///
    /// # Errors
    /// [`BuildError`] for bounds of ADX in the wrong order, and a shift of a range that has no bound there.
    pub(crate) fn new(params: &Params) -> Result<Self, BuildError> {
        if params.adx_exit.to_f64() > params.adx_enter.to_f64() {
            let message =
                format!("{} must be at most adx_enter, which is {}", params.adx_exit, params.adx_enter);
            return Err(BuildError::new("adx_exit", message));
        }
        let up = matches!(params.trailing_shift, TrailingShift::Up | TrailingShift::Both);
        let down = matches!(params.trailing_shift, TrailingShift::Down | TrailingShift::Both);
        for (wanted, bound, key) in
            [(up, params.price_upper, "price_upper"), (down, params.price_lower, "price_lower")]
        {
            if wanted && bound.is_zero() {
                let message =
                    format!("a range without {key} has nothing to shift there; set {key}, or remove it");
                return Err(BuildError::new("trailing_shift", message));
            }
        }
        Ok(Self {
            atr_multiplier: (!params.atr_multiplier.is_zero()).then(|| params.atr_multiplier.to_f64()),
            most_levels: i64::from(params.max_spacing_levels.max(1)),
            regime: params.regime_filter,
            funding_pause: params.funding_pause_minutes.saturating_mul(60),
            funding_least: bps("funding_min_bps", params.funding_min_bps)?,
            up,
            down,
            skew: i64::from(params.inventory_skew),
        })
    }
}

impl Climate {
    pub(crate) fn new(params: &Params) -> Self {
        let adx_period = params.adx_period as usize;
        Self {
            atr: Atr::new(params.atr_period as usize),
            regime: Regime::new(RegimeSettings {
                adx_period,
                adx_enter: params.adx_enter.to_f64(),
                adx_exit: params.adx_exit.to_f64(),
                ema_period: params.regime_ema_period as usize,
                dwell: params.regime_dwell,
                ..RegimeSettings::default()
            }),
            trend: RegimeState::Unknown,
            trend_until: NEVER,
            funding: FundingClock::new(8),
            spacing: 1,
            shift: 0,
            began: None,
            waiting: None,
            turn: if params.funding_pause_minutes > 0 { Time::from_nanos(i64::MIN) } else { NEVER },
        }
    }

    /// Takes in a closed bar: the spacing and the regime may be others then. Says whether they are.
    #[expect(clippy::cast_precision_loss, reason = "prices stay below 2⁵³ ticks, where f64 is exact")]
    pub(crate) fn bar(&mut self, settings: &Settings, ladder: &Ladder, place: &Place, bar: &Bar) -> bool {
        let [high, low, close] = [bar.high, bar.low, bar.close].map(|price| price.ticks() as f64);
        let mut changed = false;
        if let Some(multiplier) = settings.atr_multiplier
            && let Some(atr) = self.atr.update_bar(high, low, close)
            && let Some(base) = ladder.distance(bar.close)
        {
            let wanted =
                whole(atr * multiplier / base as f64, Rounding::HalfEven).unwrap_or(settings.most_levels);
            let wanted = wanted.clamp(1, settings.most_levels);
            let by = (wanted - self.spacing).abs() as f64;
            if by >= LEAST_CHANGE * self.spacing as f64 && wanted != self.spacing {
                (self.spacing, changed) = (wanted, true);
            }
        }
        if settings.regime {
            let now = self.regime.update(bar);
            self.trend_until = self.regime.counts_until();
            if std::mem::replace(&mut self.trend, now) != now {
                changed = true;
                self.began = match now {
                    RegimeState::TrendUp => Some(place.nearest_level(Side::Buy)),
                    RegimeState::TrendDown => Some(place.nearest_level(Side::Sell)),
                    RegimeState::Range | RegimeState::Unknown => None,
                };
            }
        }
        changed
    }

    /// Takes in a settlement of funding.
    pub(crate) fn settled(&mut self, settings: &Settings, funding: &Funding) {
        self.funding.settled(funding);
        if settings.funding_pause > 0 {
            // Looked at anew with the next price.
            self.turn = Time::from_nanos(i64::MIN);
        }
    }

    /// Whether it is time for [`Self::turn`].
    #[inline]
    pub(crate) fn is_turn(&self, now: Time) -> bool {
        now >= self.turn || now > self.trend_until
    }

    /// A wait for a settlement begins or ends, or the bars have stopped for too long; says whether that changes anything.
    pub(crate) fn turn(&mut self, settings: &Settings, now: Time) -> bool {
        let changed = now > self.trend_until && self.grow_old();
        changed | (now >= self.turn && self.wait(settings, now))
    }

    /// The regime is not known any more.
    fn grow_old(&mut self) -> bool {
        (self.trend_until, self.began) = (NEVER, None);
        std::mem::take(&mut self.trend) != RegimeState::Unknown
    }

    fn wait(&mut self, settings: &Settings, now: Time) -> bool {
        let ahead = i64::from(settings.funding_pause).saturating_mul(1_000_000_000);
        let next = self.funding.next(now).nanos();
        let near = next.saturating_sub(now.nanos()) <= ahead;
        let waiting = self.funding.payer(settings.funding_least).filter(|_| near);
        self.turn = Time::from_nanos(if near { next } else { next.saturating_sub(ahead) });
        std::mem::replace(&mut self.waiting, waiting) != waiting
    }

    /// Moves the range after the price, as far as the ladder goes; says whether it moved.
    pub(crate) fn follow(&mut self, settings: &Settings, ladder: &Ladder, place: &Place) -> bool {
        let (low, high) = ladder.range(self.shift);
        let (from, to) = ladder.reach();
        let shift = if settings.up && place.nearest_level(Side::Buy) > high {
            (place.nearest_level(Side::Buy) - high).min(to - high)
        } else if settings.down && place.nearest_level(Side::Sell) < low {
            (place.nearest_level(Side::Sell) - low).max(from - low)
        } else {
            0
        };
        self.shift += shift;
        shift != 0
    }

    /// The levels between which entries lie.
    pub(crate) fn range(&self, ladder: &Ladder) -> (i64, i64) {
        ladder.range(self.shift)
    }

    /// The terms of a side's entries.
    pub(crate) fn terms(&self, side: Side, window: i64) -> Terms {
        let plain = Terms { open: self.waiting != Some(side), window, spacing: self.spacing, bound: None };
        match (self.trend, side) {
            // Against the trend: half as many, twice as far apart.
            (RegimeState::TrendDown, Side::Buy) | (RegimeState::TrendUp, Side::Sell) => {
                Terms { window: (window + 1) / 2, spacing: self.spacing * 2, ..plain }
            }
            // With it: none beyond where it began.
            (RegimeState::TrendUp, Side::Buy) | (RegimeState::TrendDown, Side::Sell) => {
                Terms { bound: self.began, ..plain }
            }
            (RegimeState::Range | RegimeState::Unknown, _) => plain,
        }
    }

    /// Bars until all of it can be judged.
    pub(crate) fn warm_up(&self, settings: &Settings) -> usize {
        let atr = if settings.atr_multiplier.is_some() { self.atr.warm_up() } else { 0 };
        let regime = if settings.regime { self.regime.warm_up() } else { 0 };
        atr.max(regime)
    }
}

impl Terms {
    /// Whether a level is one of the spacing's, which is counted from the level `origin`.
    pub(crate) const fn is_due(&self, level: i64, origin: i64) -> bool {
        (level - origin).rem_euclid(self.spacing) == 0
    }

    /// Whether a level lies beyond the bound of entries of `side`.
    pub(crate) fn is_beyond(&self, side: Side, level: i64) -> bool {
        self.bound.is_some_and(|bound| match side {
            Side::Buy => level > bound,
            Side::Sell => level < bound,
        })
    }
}
