//! The cascade guard: a fast fall suspends new layers for a while, and then no longer. It knows nothing of exits.

use std::collections::VecDeque;

use sdk::layers::Way;
use sdk::{Price, Rate, Time};
use serde::{Deserialize, Serialize};

/// How the guard judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cascade {
    pub(crate) drop: Rate,
    /// In nanoseconds, as is the pause.
    pub(crate) window: i64,
    pub(crate) pause: i64,
}

/// What the guard remembers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Watch {
    /// The best prices of the window that no later one beats, the best first.
    #[serde(with = "sdk::state::exact")]
    best: VecDeque<(Time, Price)>,
    #[serde(with = "sdk::state::exact")]
    until: Option<Time>,
}

impl Cascade {
    /// The window is watched in this many parts, so that it takes the same room at any speed of the feed.
    const PARTS: i64 = 64;

    /// Takes in a price. A fall suspends, and begins a new window: only a further fall of the same depth prolongs it.
    pub(crate) fn observe(&self, watch: &mut Watch, way: Way, now: Time, price: Price) {
        let first = now.nanos().saturating_sub(self.window);
        while watch.best.front().is_some_and(|(at, _)| at.nanos() < first) {
            watch.best.pop_front();
        }
        while watch.best.back().is_some_and(|(_, best)| way.is_at_or_past(*best, price)) {
            watch.best.pop_back();
        }
        let part = (self.window / Self::PARTS).max(1);
        let same = watch.best.back().is_some_and(|(at, _)| at.nanos() / part == now.nanos() / part);
        if !same {
            watch.best.push_back((now, price));
        }
        let level = watch.best.front().and_then(|(_, best)| way.against(*best, self.drop));
        if level.is_some_and(|level| way.is_at_or_past(price, level)) {
            watch.until = Some(Time::from_nanos(now.nanos().saturating_add(self.pause)));
            watch.best.clear();
            watch.best.push_back((now, price));
        }
    }
}

impl Watch {
    /// Whether new layers are suspended at this moment.
    pub(crate) fn is_suspended(&self, now: Time) -> bool {
        self.until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sdk::Side;

    const GUARD: Cascade = Cascade { drop: Rate::from_nanos(50_000_000), window: 600, pause: 300 };

    /// Feeds prices at times; gives whether it is suspended after each.
    fn after(way: Way, prices: &[(i64, i64)]) -> Vec<bool> {
        let mut watch = Watch::default();
        let mut feed = |(at, ticks): &(i64, i64)| {
            let now = Time::from_nanos(*at);
            GUARD.observe(&mut watch, way, now, Price::from_ticks(*ticks));
            watch.is_suspended(now)
        };
        prices.iter().map(&mut feed).collect()
    }

    #[test]
    fn a_fall_within_the_window_suspends_and_the_suspension_ends() {
        let prices = [(0, 1000), (100, 990), (200, 951), (300, 950), (599, 949), (600, 948)];
        assert_eq!(after(Way(Side::Buy), &prices), [false, false, false, true, true, false]);
        let rise = [(0, 1000), (300, 1050), (599, 1051), (600, 1052)];
        assert_eq!(after(Way(Side::Sell), &rise), [false, true, true, false]);
        assert_eq!(after(Way(Side::Buy), &rise), [false; 4], "a rise is no fall");
    }

    #[test]
    fn a_fall_that_takes_longer_than_the_window_does_not() {
        let slow: Vec<(i64, i64)> = (0..40).map(|at| (at * 100, 1000 - 6 * at)).collect();
        assert!(
            after(Way(Side::Buy), &slow).iter().all(|suspended| !suspended),
            "at most 36 in 600, of 802 or more"
        );
    }

    #[test]
    fn only_a_further_fall_prolongs_it() {
        let prices =
            [(0, 1000), (100, 900), (350, 860), (399, 856), (400, 856), (450, 855), (749, 855), (750, 855)];
        let expected = [false, true, true, true, false, true, true, false];
        assert_eq!(after(Way(Side::Buy), &prices), expected);
    }

    #[test]
    fn the_window_takes_bounded_room() {
        let guard = Cascade { window: 6_400, ..GUARD };
        let mut watch = Watch::default();
        for at in 0..50_000 {
            let price = Price::from_ticks(10_000_000 - at);
            guard.observe(&mut watch, Way(Side::Buy), Time::from_nanos(at), price);
            assert!(watch.best.len() <= 66, "{}", watch.best.len());
        }
    }
}
