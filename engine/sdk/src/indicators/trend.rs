//! Whether there is a trend and which way: directional movement, and the stop that follows it.

use serde::{Deserialize, Serialize};

use super::window::{Period, are_numbers};
use super::{TrueRange, WilderSmoothing};

/// Directional movement: +DI and −DI, the shares of the true range that went up and down, and ADX, the smoothed
/// difference of the two in percent of their sum. The DIs come after `period + 1` updates, ADX after `2·period`.
///
/// A bar's upward movement is high − last high if that is positive and larger than last low − low; downward movement
/// mirrored; otherwise none. The sums of both and of the true range are Wilder's, `s += x − s/period`, seeded (as in
/// TA-Lib) with the plain sum of bars 1 to `period` − 1. ADX is [`WilderSmoothing`] of DX = 100·|+DI − −DI|/(+DI + −DI);
/// a bar without any direction counts as 0 while it is being seeded and is passed over later. Source: J. W. Wilder,
/// "New Concepts in Technical Trading Systems", 1978.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adx {
    period: Period,
    seen: usize,
    last: Option<(f64, f64)>,
    true_range: TrueRange,
    up: f64,
    down: f64,
    range: f64,
    average: WilderSmoothing,
}

/// What [`Adx`] gives, each 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdxValue {
    /// How strong the trend is, whichever way.
    pub adx: f64,
    /// How much of the range went up.
    pub plus_di: f64,
    /// How much of the range went down.
    pub minus_di: f64,
}

impl Adx {
    /// Over `period` bars, usually 14; 0 counts as 1.
    #[must_use]
    pub fn new(period: usize) -> Self {
        Self {
            period: Period::new(period),
            seen: 0,
            last: None,
            true_range: TrueRange::new(),
            up: 0.0,
            down: 0.0,
            range: 0.0,
            average: WilderSmoothing::new(period),
        }
    }

    /// Takes in a bar; gives all three once there is an ADX. What is not a number is passed over.
    #[inline]
    pub fn update_bar(&mut self, high: f64, low: f64, close: f64) -> Option<AdxValue> {
        if are_numbers([high, low, close]) {
            let range = self.true_range.update_bar(high, low, close);
            if let (Some((last_high, last_low)), Some(range)) = (self.last.replace((high, low)), range) {
                let (up, down) = (high - last_high, last_low - low);
                let [up, down] = [(up, down), (down, up)]
                    .map(|(this, other)| if this > 0.0 && this > other { this } else { 0.0 });
                self.add(up, down, range);
            }
        }
        self.value()
    }

    /// All three, once there is an ADX.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<AdxValue> {
        let (adx, plus_di, minus_di) = (self.average.value()?, self.plus_di()?, self.minus_di()?);
        Some(AdxValue { adx, plus_di, minus_di })
    }

    /// +DI, once there is one; 0 where there was no range.
    #[must_use]
    #[inline]
    pub fn plus_di(&self) -> Option<f64> {
        self.share(self.up)
    }

    /// −DI, once there is one; 0 where there was no range.
    #[must_use]
    #[inline]
    pub fn minus_di(&self) -> Option<f64> {
        self.share(self.down)
    }

    /// Updates until the first ADX: `2·period`.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        2 * self.period.get()
    }

    /// Forgets all bars.
    pub fn reset(&mut self) {
        (self.seen, self.last) = (0, None);
        (self.up, self.down, self.range) = (0.0, 0.0, 0.0);
        self.true_range.reset();
        self.average.reset();
    }

    #[inline]
    fn add(&mut self, up: f64, down: f64, range: f64) {
        let seeded = self.seen.saturating_add(1) >= self.period.get();
        let kept = if seeded { 1.0 - 1.0 / self.period.count() } else { 1.0 };
        self.up = self.up * kept + up;
        self.down = self.down * kept + down;
        self.range = self.range * kept + range;
        self.seen = self.period.get().min(self.seen.saturating_add(1));
        if let (Some(plus), Some(minus)) = (self.plus_di(), self.minus_di()) {
            let both = plus + minus;
            if both > 0.0 {
                self.average.update(100.0 * ((plus - minus).abs() / both));
            } else if self.average.value().is_none() {
                self.average.update(0.0);
            }
        }
    }

    #[inline]
    fn share(&self, part: f64) -> Option<f64> {
        let share = if self.range > 0.0 { 100.0 * (part / self.range) } else { 0.0 };
        if self.seen >= self.period.get() { Some(share) } else { None }
    }
}

/// Parabolic stop and reverse: a stop that follows the trend, faster with each new extreme, and changes sides when a bar
/// touches it: s += a·(extreme − s), where a grows by `acceleration` up to `maximum`. The stop never lies within the
/// range of the last two bars. First value after 2 updates.
///
/// The first side is short where the second bar's downward movement is the larger one (see [`Adx`]), otherwise long, and
/// the first stop is the first bar's high or low: TA-Lib's convention. Source: J. W. Wilder, "New Concepts in Technical
/// Trading Systems", 1978.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParabolicSar {
    acceleration: f64,
    maximum: f64,
    last: Option<(f64, f64)>,
    trail: Option<Trail>,
}

/// What [`ParabolicSar`] gives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ParabolicSarValue {
    /// The stop that held for this bar; where the bar touched it, the one on the other side.
    pub stop: f64,
    /// Whether the stop is under the price, after this bar.
    pub long: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Trail {
    long: bool,
    /// The stop for the next bar.
    next: f64,
    extreme: f64,
    factor: f64,
    /// The stop that held for the last bar.
    stop: f64,
}

impl ParabolicSar {
    /// With the step and the limit of the acceleration, usually 0.02 and 0.2. What is not a number or below 0 counts as
    /// 0, and a step over the limit as the limit.
    #[must_use]
    pub fn new(acceleration: f64, maximum: f64) -> Self {
        let [acceleration, maximum] =
            [acceleration, maximum].map(|factor| if are_numbers([factor]) { factor.max(0.0) } else { 0.0 });
        Self { acceleration: acceleration.min(maximum), maximum, last: None, trail: None }
    }

    /// Takes in a bar; gives the stop once there is one. What is not a number is passed over.
    #[inline]
    pub fn update_bar(&mut self, high: f64, low: f64) -> Option<ParabolicSarValue> {
        if are_numbers([high, low])
            && let Some(last) = self.last.replace((high, low))
        {
            // The first trail starts as if the second bar were also the one before it.
            let (trail, last) = match self.trail {
                Some(trail) => (trail, last),
                None => (self.begin(last, (high, low)), (high, low)),
            };
            self.trail = Some(self.follow(trail, last, (high, low)));
        }
        self.value()
    }

    /// The stop, once there is one.
    #[must_use]
    #[inline]
    pub fn value(&self) -> Option<ParabolicSarValue> {
        self.trail.map(|Trail { stop, long, .. }| ParabolicSarValue { stop, long })
    }

    /// Updates until the first value: 2.
    #[must_use]
    pub const fn warm_up(&self) -> usize {
        2
    }

    /// Forgets all bars.
    pub fn reset(&mut self) {
        (self.last, self.trail) = (None, None);
    }

    fn begin(&self, first: (f64, f64), second: (f64, f64)) -> Trail {
        let (up, down) = (second.0 - first.0, first.1 - second.1);
        let long = !(down > 0.0 && down > up);
        let (next, extreme) = if long { (first.1, second.0) } else { (first.0, second.1) };
        Trail { long, next, extreme, factor: self.acceleration, stop: next }
    }

    /// One bar on. Prices are negated while short, so that both sides are one case: the stop is below.
    fn follow(&self, trail: Trail, last: (f64, f64), bar: (f64, f64)) -> Trail {
        let facing = |long: bool, (high, low): (f64, f64)| if long { (high, low) } else { (-low, -high) };
        let sign = if trail.long { 1.0 } else { -1.0 };
        let (stop, extreme) = (sign * trail.next, sign * trail.extreme);
        let ((last_high, last_low), (high, low)) = (facing(trail.long, last), facing(trail.long, bar));
        if low <= stop {
            // Touched: the stop jumps to the extreme of the trend that ends, and a new one begins at this bar's low.
            let out_of_range = |stop: f64| stop.max(last_high).max(high);
            let stop = out_of_range(extreme);
            let next = out_of_range(stop + self.acceleration * (low - stop));
            let [stop, next, extreme] = [stop, next, low].map(|price| sign * price);
            return Trail { long: !trail.long, next, extreme, factor: self.acceleration, stop };
        }
        let (extreme, factor) = if high > extreme {
            (high, self.maximum.min(trail.factor + self.acceleration))
        } else {
            (extreme, trail.factor)
        };
        let next = (stop + factor * (extreme - stop)).min(last_low).min(low);
        let [next, extreme, stop] = [next, extreme, stop].map(|price| sign * price);
        Trail { long: trail.long, next, extreme, factor, stop }
    }
}
