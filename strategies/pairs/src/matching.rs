//! Bars of two markets, matched by their close time.

use sdk::{Price, Time};
use serde::{Deserialize, Serialize};

/// The bars that wait for their counterpart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Matching {
    /// Of each market, the close time and the close.
    #[serde(with = "sdk::state::exact")]
    waiting: [Option<(Time, Price)>; 2],
    /// The close time of the last match.
    #[serde(with = "sdk::state::exact")]
    matched: Option<Time>,
}

/// What a bar came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Both closes, where both markets have a bar of this close time now.
    pub(crate) closes: Option<[Price; 2]>,
    /// Bars that turned out to have no counterpart.
    pub(crate) dropped: u32,
}

impl Matching {
    /// Takes in a bar of the market `leg`, 0 or 1. Times don't go back, so a bar that the other market has passed
    /// is alone for good, and so is one that its own market has passed.
    pub(crate) fn take(&mut self, leg: usize, time: Time, close: Price) -> Taken {
        if self.matched.is_some_and(|matched| time <= matched) {
            return Taken { closes: None, dropped: 1 };
        }
        let [first, second] = &mut self.waiting;
        let (own, other) = if leg == 0 { (first, second) } else { (second, first) };
        let mut dropped = u32::from(own.replace((time, close)).is_some());
        let counterpart = other.take_if(|(there, _)| *there <= time);
        let closes = match counterpart {
            Some((there, price)) if there == time => {
                *own = None;
                self.matched = Some(time);
                Some(if leg == 0 { [close, price] } else { [price, close] })
            }
            passed => {
                dropped += u32::from(passed.is_some());
                None
            }
        };
        Taken { closes, dropped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bars as (market, close time, close); what each came to as closes and drops.
    fn taken(bars: &[(usize, i64, i64)]) -> Vec<(Option<[i64; 2]>, u32)> {
        let mut matching = Matching::default();
        let take = |(leg, time, close): &(usize, i64, i64)| {
            let taken = matching.take(*leg, Time::from_nanos(*time), Price::from_ticks(*close));
            (taken.closes.map(|closes| closes.map(Price::ticks)), taken.dropped)
        };
        bars.iter().map(take).collect()
    }

    #[test]
    fn bars_of_the_same_close_time_match_in_either_order() {
        let bars = [(0, 1, 10), (1, 1, 20), (1, 2, 21), (0, 2, 11)];
        assert_eq!(taken(&bars), [(None, 0), (Some([10, 20]), 0), (None, 0), (Some([11, 21]), 0)]);
    }

    #[test]
    fn a_bar_without_counterpart_is_dropped_as_soon_as_that_is_certain() {
        // The first market skips 2; the second one skips 4 and 5.
        let bars =
            [(0, 1, 10), (1, 1, 20), (1, 2, 21), (0, 3, 12), (1, 3, 22), (0, 4, 13), (0, 5, 14), (1, 6, 25)];
        let came = taken(&bars);
        assert_eq!(came[3], (None, 1), "the bar of 2 is passed by the other market");
        assert_eq!(came[4], (Some([12, 22]), 0));
        assert_eq!(came[6], (None, 1), "the bar of 4 is passed by its own market");
        assert_eq!(came[7], (None, 1), "the bar of 5 is passed by the other market");
    }

    #[test]
    fn a_time_is_matched_once() {
        let bars = [(0, 1, 10), (1, 1, 20), (0, 1, 11), (1, 1, 21), (0, 2, 12), (1, 2, 22)];
        let came = taken(&bars);
        assert_eq!(came[2..4], [(None, 1), (None, 1)]);
        assert_eq!(came[5], (Some([12, 22]), 0));
    }
}
