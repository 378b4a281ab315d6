//! What holds an entry back: the regime of the market, and a funding settlement that is near. Exits never ask it.

use sdk::indicators::{Regime, RegimeSettings, RegimeState};
use sdk::{Bar, BuildError, Funding, FundingClock, Rate, Side, Time, bps};
use serde::{Deserialize, Serialize};

use crate::params::Params;

/// The filter's memory; all of it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Filter {
    /// `None` where the filter is off.
    regime: Option<Regime>,
    funding: FundingClock,
    /// Before a settlement, in seconds; 0 is off.
    pause: u32,
    #[serde(with = "sdk::state::exact")]
    least: Rate,
}

impl Filter {
    /// The filter that the parameters ask for.
    ///
    /// # Errors
    /// [`BuildError`] for a rate that is too fine.
    pub(crate) fn new(params: &Params) -> Result<Self, BuildError> {
        let settings = RegimeSettings {
            adx_period: params.adx_period as usize,
            adx_enter: params.adx_enter.to_f64(),
            adx_exit: params.adx_exit.to_f64(),
            ema_period: params.regime_ema_period as usize,
            dwell: params.regime_dwell,
            ..RegimeSettings::default()
        };
        Ok(Self {
            regime: params.regime_filter.then(|| Regime::new(settings)),
            funding: FundingClock::new(8),
            pause: params.funding_pause_minutes.saturating_mul(60),
            least: bps("funding_min_bps", params.funding_min_bps)?,
        })
    }

    /// Takes in a closed bar.
    pub(crate) fn bar(&mut self, bar: &Bar) {
        if let Some(regime) = &mut self.regime {
            regime.update(bar);
        }
    }

    /// Takes in a settlement of funding.
    pub(crate) fn settled(&mut self, funding: &Funding) {
        self.funding.settled(funding);
    }

    /// Whether a position on this side may be opened now.
    pub(crate) fn admits(&self, side: Side, now: Time) -> bool {
        let trend = if side == Side::Buy { RegimeState::TrendUp } else { RegimeState::TrendDown };
        let trends = self.regime.as_ref().is_none_or(|regime| regime.at(now) == trend);
        let pays = self.funding.payer(self.least) == Some(side);
        trends && !(self.pause > 0 && pays && self.funding.near(now, self.pause))
    }

    /// Bars until it can judge.
    pub(crate) fn warm_up(&self) -> u32 {
        self.regime.as_ref().map_or(0, |regime| u32::try_from(regime.warm_up()).unwrap_or(u32::MAX))
    }
}
