//! When funding is settled next and who will pay, as far as past settlements tell.

use serde::{Deserialize, Serialize};
use types::{Funding, Rate, Side, Time};

const HOUR: i64 = 3_600_000_000_000;

/// The clock of a perpetual contract's funding. Settlements are taken to come at a fixed interval, at whole multiples of it
/// since 1970 until the first one is seen, and from the last one on after that; the interval is the distance of the last
/// two, where that is from one hour to a day. The next rate is taken to be the last one: venues publish a forecast, which
/// is not an event of this engine.
///
/// ```
/// use quantmesh_sdk::{Funding, FundingClock, Rate, Side, Time};
///
/// let hour = 3_600_000_000_000;
/// let mut clock = FundingClock::new(8);
/// assert_eq!(clock.next(Time::from_nanos(9 * hour)), Time::from_nanos(16 * hour));
/// clock.settled(&Funding { time: Time::from_nanos(16 * hour), rate: Rate::from_nanos(100_000), mark: None });
/// assert_eq!(clock.payer(Rate::ZERO), Some(Side::Buy));
/// assert_eq!(clock.payer(Rate::from_nanos(100_001)), None);
/// assert!(!clock.near(Time::from_nanos(23 * hour), 1800));
/// assert!(clock.near(Time::from_nanos(23 * hour + hour / 2), 1800));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundingClock {
    /// In nanoseconds.
    interval: i64,
    #[serde(with = "crate::state::exact")]
    last: Option<(Time, Rate)>,
}

impl FundingClock {
    /// A clock that has seen no settlement; they come every so many hours, usually 8. 0 counts as 1.
    #[must_use]
    pub fn new(interval_hours: u32) -> Self {
        Self { interval: i64::from(interval_hours.clamp(1, 24)) * HOUR, last: None }
    }

    /// Takes in a settlement.
    pub fn settled(&mut self, funding: &Funding) {
        if let Some((before, _)) = self.last {
            let distance = funding.time.nanos().saturating_sub(before.nanos());
            if (HOUR..=24 * HOUR).contains(&distance) {
                self.interval = distance;
            }
        }
        self.last = Some((funding.time, funding.rate));
    }

    /// The first settlement after `now`.
    #[must_use]
    pub const fn next(&self, now: Time) -> Time {
        let since = match self.last {
            Some((time, _)) => time.nanos(),
            None => 0,
        };
        let into = now.nanos().saturating_sub(since).rem_euclid(self.interval);
        Time::from_nanos(now.nanos().saturating_add(self.interval - into))
    }

    /// Whether the next settlement is at most `seconds` away.
    #[must_use]
    pub const fn near(&self, now: Time, seconds: u32) -> bool {
        self.next(now).nanos().saturating_sub(now.nanos()) <= seconds as i64 * 1_000_000_000
    }

    /// The side whose holders paid last, at this rate or a larger one: buyers at a rate above zero, sellers below.
    #[must_use]
    pub fn payer(&self, least: Rate) -> Option<Side> {
        let (_, rate) = self.last?;
        let paid = rate != Rate::ZERO && rate.nanos().saturating_abs() >= least.nanos();
        paid.then_some(if rate > Rate::ZERO { Side::Buy } else { Side::Sell })
    }
}
