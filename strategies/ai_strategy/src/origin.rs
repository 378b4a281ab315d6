//! Where a model comes from, as far as it says so: a symbol, a length of bars, a span; and how a run's bars compare.

use sdk::Bar;

use crate::score::Span;

/// What a run compares its bars with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    /// Whether it was trained on another symbol than the one that is traded.
    pub(crate) foreign: bool,
    /// How long its bars were, in nanoseconds.
    pub(crate) interval_nanos: Option<i64>,
    /// Which bars it was trained on.
    pub(crate) trained: Option<Span>,
}

impl Origin {
    /// Whether a bar is as long as those it was trained on, to an eighth: months differ, and a gap may cut a bar short.
    pub(crate) fn fits(&self, bar: &Bar) -> bool {
        let off = |usual: i64| length(bar).saturating_sub(usual).saturating_abs();
        self.interval_nanos.is_none_or(|usual| off(usual) <= usual / 8)
    }

    /// Whether it was trained on this very bar.
    pub(crate) fn saw(&self, bar: &Bar) -> bool {
        let held = self.trained.is_some_and(|span| span.holds(bar.close_time.nanos()));
        held && !self.foreign && self.fits(bar)
    }
}

/// How long these bars are, in nanoseconds: the length in the middle, so that a few cut short change nothing; 0 without any.
pub(crate) fn interval_nanos(bars: &[Bar]) -> i64 {
    let mut lengths: Vec<i64> = bars.iter().map(length).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or(0)
}

const fn length(bar: &Bar) -> i64 {
    bar.close_time.nanos().saturating_sub(bar.open_time.nanos())
}

#[cfg(test)]
mod tests {
    use sdk::Time;

    use super::*;

    const HOUR: i64 = 3_600_000_000_000;

    fn bar(hours: i64) -> Bar {
        Bar { close_time: Time::from_nanos(hours * HOUR), ..Bar::default() }
    }

    #[test]
    fn a_bar_is_as_long_as_most_and_not_twice_or_half() {
        let origin = |hours: i64| Origin {
            foreign: false,
            interval_nanos: Some(hours * HOUR),
            trained: Some(Span { from: 0, to: 900 * HOUR, samples: 1 }),
        };
        // A day of 23 hours, months of 28 and of 31 days; the nearest usual lengths are four hours and six.
        for (usual, hours, fits) in [
            (24, 24, true),
            (24, 23, true),
            (24, 12, false),
            (24, 72, false),
            (720, 672, true),
            (720, 744, true),
            (4, 6, false),
            (6, 4, false),
            (8, 6, false),
        ] {
            assert_eq!(origin(usual).fits(&bar(hours)), fits, "{usual} {hours}");
            assert_eq!(origin(usual).saw(&bar(hours)), fits, "{usual} {hours}");
        }
        let silent = Origin { interval_nanos: None, ..origin(24) };
        assert!(silent.fits(&bar(1)) && silent.saw(&bar(1)));
        assert!(!Origin { foreign: true, ..silent }.saw(&bar(1)));
    }

    #[test]
    fn a_few_odd_bars_do_not_change_the_length() {
        assert_eq!(interval_nanos(&[24, 1, 24, 24, 48].map(bar)), 24 * HOUR);
        assert_eq!(interval_nanos(&[]), 0);
    }
}
