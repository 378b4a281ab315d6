//! The equity curve while a run goes on: every point as long as there is room, then fewer of them, with the falls kept exactly.
//!
//! A long run has more points than anybody looks at. Beyond a bound they are thinned to the last point of each of ever longer
//! stretches of time, and of each UTC day; what would be lost by that, highest equity, deepest falls and the longest one, is
//! worked out from all points before.

use types::{Money, Time};

use crate::EquityPoint;

const DAY: i64 = 86_400_000_000_000;
/// The first length of a stretch, in nanoseconds: a second, doubled as often as it takes.
const SHORTEST: i64 = 1_000_000_000;
/// Falls that are kept; beyond twice as many the shallower half goes.
const FALLS: usize = 256;

/// A fall of equity from a peak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fall {
    /// The peak.
    pub peak: EquityPoint,
    /// The lowest point after it.
    pub low: EquityPoint,
    /// When the peak was reached again, if it was.
    pub recovered: Option<Time>,
}

/// What thinned points do not tell any more, from all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Falls {
    /// Highest equity.
    pub highest: Money,
    /// The deepest falls by amount, and the longest one, in the order of time; the last may not have recovered.
    pub list: Vec<Fall>,
}

/// The curve so far.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    points: Vec<EquityPoint>,
    /// The most points.
    most: usize,
    /// How many of them have been thinned.
    old: usize,
    /// Length of a stretch; 0 while nothing was thinned.
    stretch: i64,
    tracker: Option<Tracker>,
}

impl Curve {
    /// Room for so many points, and for no more than `most`.
    pub(crate) fn new(expected: usize, most: usize) -> Self {
        let most = most.max(1_024);
        Self { points: Vec::with_capacity(expected.min(most)), most, old: 0, stretch: 0, tracker: None }
    }

    #[inline]
    pub(crate) fn push(&mut self, point: EquityPoint) {
        if self.points.len() >= self.most {
            self.thin();
        }
        self.points.push(point);
    }

    pub(crate) fn pop(&mut self) -> Option<EquityPoint> {
        self.points.pop()
    }

    /// The points, and what they don't tell where some are gone.
    pub(crate) fn finish(mut self) -> (Vec<EquityPoint>, Option<Falls>) {
        if self.tracker.is_some() {
            self.take_in(self.points.len());
            self.keep();
        }
        (self.points, self.tracker.map(Tracker::finish))
    }

    /// Makes room. The newest point stays aside, as it may still be replaced.
    #[cold]
    fn thin(&mut self) {
        let newest = self.points.pop();
        self.take_in(self.points.len());
        let goal = self.most / 2;
        self.stretch = self.stretch.max(SHORTEST);
        self.keep();
        while self.points.len() > goal && self.stretch < DAY {
            self.stretch = self.stretch.saturating_mul(2);
            self.keep();
        }
        if self.points.len() > goal {
            // Days alone are that many.
            self.most = self.most.saturating_mul(2);
        }
        self.old = self.points.len();
        self.points.extend(newest);
    }

    /// Tells the tracker of what it has not heard of.
    fn take_in(&mut self, end: usize) {
        let fresh = self.points.get(self.old..end).unwrap_or_default();
        for point in fresh {
            match &mut self.tracker {
                Some(tracker) => tracker.point(*point),
                none => *none = Some(Tracker::new(*point)),
            }
        }
    }

    /// Keeps the first point of all, and the last of each stretch and of each day.
    fn keep(&mut self) {
        let stretch = self.stretch.max(1);
        let ends = |time: i64| {
            let end = |length: i64| (time.saturating_sub(1).div_euclid(length) + 1).saturating_mul(length);
            end(stretch).min(end(DAY))
        };
        let (mut kept, mut end) = (0, i64::MIN);
        for at in 1..self.points.len() {
            let Some(point) = self.points.get(at).copied() else { break };
            let time = point.time.nanos();
            if time > end {
                // A new stretch: what stands at `kept` is the last of the one before.
                end = ends(time);
                kept += 1;
            }
            if let Some(place) = self.points.get_mut(kept) {
                *place = point;
            }
        }
        self.points.truncate(kept.saturating_add(1));
    }
}

/// Peak, fall and recovery, point by point.
#[derive(Debug, Clone)]
struct Tracker {
    peak: EquityPoint,
    low: EquityPoint,
    falls: Vec<Fall>,
    longest: Option<Fall>,
}

impl Tracker {
    fn new(first: EquityPoint) -> Self {
        Self { peak: first, low: first, falls: Vec::new(), longest: None }
    }

    #[inline]
    fn point(&mut self, point: EquityPoint) {
        if point.equity >= self.peak.equity {
            if self.low.equity < self.peak.equity {
                self.fall(Some(point.time));
            }
            (self.peak, self.low) = (point, point);
        } else if point.equity < self.low.equity {
            self.low = point;
        }
    }

    fn fall(&mut self, recovered: Option<Time>) {
        let fall = Fall { peak: self.peak, low: self.low, recovered };
        // One that has not recovered is the last, and is kept anyway.
        let lasted = |fall: &Fall| {
            fall.recovered.map_or(i64::MAX, |end| end.nanos().saturating_sub(fall.peak.time.nanos()))
        };
        if self.longest.as_ref().is_none_or(|longest| lasted(&fall) > lasted(longest)) {
            self.longest = Some(fall);
        }
        self.falls.push(fall);
        if self.falls.len() >= 2 * FALLS {
            self.deepest();
        }
    }

    fn deepest(&mut self) {
        let depth = |fall: &Fall| fall.peak.equity.units().saturating_sub(fall.low.equity.units());
        self.falls.sort_unstable_by_key(|fall| std::cmp::Reverse(depth(fall)));
        self.falls.truncate(FALLS);
    }

    fn finish(mut self) -> Falls {
        self.deepest();
        let open = Fall { peak: self.peak, low: self.low, recovered: None };
        let mut list = self.falls;
        list.extend(self.longest.filter(|longest| !list.contains(longest)));
        if open.low.equity < open.peak.equity {
            list.push(open);
        }
        list.sort_by_key(|fall| fall.peak.time);
        Falls { highest: self.peak.equity, list }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(nanos: i64, units: i128) -> EquityPoint {
        EquityPoint { time: Time::from_nanos(nanos), equity: Money::from_units(units) }
    }

    /// A walk from a seed: a point a minute.
    fn walk(seed: u64, count: i64) -> Vec<EquityPoint> {
        let (mut state, mut equity) = (seed | 1, 1_000_000_i128);
        let step = |at: i64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            equity += i128::from(state >> 54) - 511;
            point(at * 60_000_000_000, equity)
        };
        (1..=count).map(step).collect()
    }

    /// All falls, from all points.
    fn falls(points: &[EquityPoint]) -> Vec<Fall> {
        let mut tracker = Tracker::new(points[0]);
        let mut all = Vec::new();
        for one in &points[1..] {
            tracker.point(*one);
            all.append(&mut tracker.falls);
        }
        all
    }

    #[test]
    fn a_short_run_keeps_every_point() {
        let points = walk(3, 1_000);
        let mut curve = Curve::new(10, 1_024);
        points.iter().for_each(|one| curve.push(*one));
        assert_eq!(curve.finish(), (points, None));
    }

    #[test]
    fn a_long_run_keeps_the_last_point_of_each_day_its_ends_and_its_falls() {
        for (seed, count) in [(1, 5_000), (2, 100_000), (3, 250_003)] {
            let points = walk(seed, count);
            let mut curve = Curve::new(usize::MAX, 2_048);
            points.iter().for_each(|one| curve.push(*one));
            let (kept, told) = curve.finish();
            assert!(kept.len() <= 2_048, "{}", kept.len());
            assert_eq!((kept.first(), kept.last()), (points.first(), points.last()));
            let there = |one: &EquityPoint| {
                points.binary_search_by_key(&one.time, |point| point.time).map(|at| points[at])
            };
            assert!(kept.iter().all(|one| there(one) == Ok(*one)));
            let day = |one: &EquityPoint| (one.time.nanos() - 1).div_euclid(DAY);
            let ends = |list: &[EquityPoint]| -> Vec<EquityPoint> {
                list.chunk_by(|one, two| day(one) == day(two)).filter_map(<[_]>::last).copied().collect()
            };
            assert_eq!(ends(&kept), ends(&points), "{seed}");
            let told = told.unwrap();
            assert_eq!(Some(told.highest), points.iter().map(|one| one.equity).max());
            let all = falls(&points);
            let depth = |fall: &Fall| fall.peak.equity.units() - fall.low.equity.units();
            let (mut one, mut two): (Vec<i128>, Vec<i128>) = (
                all.iter().map(depth).collect(),
                told.list.iter().filter(|fall| fall.recovered.is_some()).map(depth).collect(),
            );
            one.sort_unstable();
            two.sort_unstable();
            assert_eq!(
                one.iter().rev().take(200).collect::<Vec<_>>(),
                two.iter().rev().take(200).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn the_newest_point_can_be_taken_back_at_any_time() {
        for count in 1_020..1_030 {
            let points = walk(5, count);
            let mut curve = Curve::new(0, 1_024);
            points.iter().for_each(|one| curve.push(*one));
            assert_eq!(curve.pop(), points.last().copied());
        }
    }
}
