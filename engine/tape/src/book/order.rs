//! The order of ticks: local times rise for us, venue times rise for the venue.

use types::{Seen, Tick, Time};

/// Puts ticks into an order in which both readers see their times rise. Where the two orders differ, a tick lies there twice,
/// once for each reader; at equal times the order of `ticks` stays. This is what hftbacktest's `correct_event_order` does. Gives
/// the ticks and how many of them lie there twice.
pub(crate) fn arrange(ticks: Vec<Tick>) -> (Vec<Tick>, u64) {
    if check(&ticks).is_none() {
        return (ticks, 0);
    }
    let mut venue: Vec<usize> = (0..ticks.len()).collect();
    let mut ours = venue.clone();
    // These sorts are stable.
    venue.sort_by_key(|at| ticks.get(*at).map(|tick| tick.venue_time));
    ours.sort_by_key(|at| ticks.get(*at).map(|tick| tick.local_time));
    let mut arranged = Vec::with_capacity(ticks.len() + ticks.len() / 4);
    let (mut venue, mut ours) = (venue.into_iter().peekable(), ours.into_iter().peekable());
    let mut twice = 0;
    loop {
        let (theirs, own) = (venue.peek().copied(), ours.peek().copied());
        let seen = match (theirs.and_then(|at| ticks.get(at)), own.and_then(|at| ticks.get(at))) {
            (None, None) => break,
            (Some(_), None) => Seen::ByVenue,
            (None, Some(_)) => Seen::ByUs,
            (Some(_), Some(_)) if theirs == own => Seen::Both,
            (Some(one), Some(two)) => {
                let first = (one.venue_time, one.local_time) <= (two.venue_time, two.local_time);
                if first { Seen::ByVenue } else { Seen::ByUs }
            }
        };
        let at = if seen == Seen::ByUs { own } else { theirs };
        arranged.extend(at.and_then(|at| ticks.get(at)).map(|tick| Tick { seen, ..*tick }));
        if seen != Seen::ByUs {
            venue.next();
        }
        if seen != Seen::ByVenue {
            ours.next();
        }
        twice += u64::from(seen == Seen::ByVenue);
    }
    (arranged, twice)
}

/// Joins two stretches of one instrument, each arranged, as if they had been one file: local times by the larger of their shifts,
/// and both readers in order across the seam. Gives how many rows lie there twice.
pub(crate) fn join(all: &mut Vec<Tick>, shift: i64, more: Vec<Tick>, more_shift: i64) -> u64 {
    let once = |ticks: Vec<Tick>, add: i64| {
        ticks.into_iter().filter(Tick::for_us).map(move |tick| {
            let local_time = Time::from_nanos(tick.local_time.nanos().saturating_add(add));
            Tick { local_time, seen: Seen::Both, ..tick }
        })
    };
    let largest = shift.max(more_shift);
    let mut ticks: Vec<Tick> = once(std::mem::take(all), largest - shift).collect();
    ticks.extend(once(more, largest - more_shift));
    let (ticks, twice) = arrange(ticks);
    *all = ticks;
    twice
}

/// The first row whose reader sees a time go backward, if there is one: its place, from 0, and for whom.
pub(crate) fn check(ticks: &[Tick]) -> Option<(usize, &'static str)> {
    let (mut venue, mut ours) = (i64::MIN, i64::MIN);
    for (at, tick) in ticks.iter().enumerate() {
        if tick.for_venue() {
            if tick.venue_time.nanos() < venue {
                return Some((at, "the venue's"));
            }
            venue = tick.venue_time.nanos();
        }
        if tick.for_us() {
            if tick.local_time.nanos() < ours {
                return Some((at, "the local"));
            }
            ours = tick.local_time.nanos();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use types::{Price, Qty, Side, TickKind};

    use super::*;

    fn tick(venue: i64, local: i64, at: usize) -> Tick {
        Tick {
            venue_time: Time::from_nanos(venue),
            local_time: Time::from_nanos(local),
            price: Price::from_ticks(at as i64 + 1),
            qty: Qty::from_lots(1),
            kind: TickKind::Level(Side::Buy),
            seen: Seen::Both,
        }
    }

    fn arranged(times: &[(i64, i64)]) -> Vec<(i64, Seen)> {
        let ticks = times.iter().enumerate().map(|(at, (venue, local))| tick(*venue, *local, at)).collect();
        arrange(ticks).0.iter().map(|tick| (tick.price.ticks(), tick.seen)).collect()
    }

    /// The worked example of hftbacktest's page on data: the second row happened before the first, and arrived after it.
    #[test]
    fn a_row_whose_orders_differ_lies_there_twice() {
        use Seen::{Both, ByUs, ByVenue};
        assert_eq!(arranged(&[(1, 5), (2, 6), (2, 7)]), [(1, Both), (2, Both), (3, Both)]);
        assert_eq!(arranged(&[(2, 5), (1, 6)]), [(2, ByVenue), (1, Both), (2, ByUs)]);
        assert_eq!(arranged(&[(1, 9), (2, 5), (3, 9)]), [(1, ByVenue), (2, Both), (1, ByUs), (3, Both)]);
        assert_eq!(arranged(&[]), []);
    }

    proptest! {
        #[test]
        fn both_readers_see_every_row_once_and_times_rise(times in proptest::collection::vec((0_i64..12, 0_i64..12), 0..60)) {
            let ticks: Vec<Tick> = times.iter().enumerate().map(|(at, (venue, local))| tick(*venue, *local, at)).collect();
            let (arranged, twice) = arrange(ticks.clone());
            prop_assert_eq!(check(&arranged), None);
            prop_assert_eq!(arranged.len() as u64, ticks.len() as u64 + twice);
            for reader in [Tick::for_venue, Tick::for_us] {
                let mut read: Vec<Tick> = arranged.iter().filter(|tick| reader(tick)).map(|tick| Tick { seen: Seen::Both, ..*tick }).collect();
                let mut wanted = ticks.clone();
                let by_venue = |tick: &Tick| (tick.venue_time, tick.price);
                // Nothing is lost or added, and rows of one time keep their order: sorting by time alone changes nothing.
                let order: Vec<i64> = read.iter().map(|tick| tick.price.ticks()).collect();
                read.sort_by_key(by_venue);
                wanted.sort_by_key(by_venue);
                prop_assert_eq!(&read, &wanted);
                let mut stable = ticks.clone();
                if reader(&Tick { seen: Seen::ByVenue, ..tick(0, 0, 0) }) {
                    stable.sort_by_key(|tick| tick.venue_time);
                } else {
                    stable.sort_by_key(|tick| tick.local_time);
                }
                prop_assert_eq!(order, stable.iter().map(|tick| tick.price.ticks()).collect::<Vec<_>>());
            }
        }
    }
}
