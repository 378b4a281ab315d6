//! Several goals at once: which results are beaten by none, and how crowded each stands among its like.
//!
//! Everything here is about costs: less is better in each of them. Source: Deb, Pratap, Agarwal, Meyarivan, "A Fast and Elitist
//! Multiobjective Genetic Algorithm: NSGA-II", IEEE Transactions on Evolutionary Computation 6 (2002).

use std::cmp::Ordering;

/// How a result stands among others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// 0 for what nothing beats, 1 for what only those beat, and so on.
    pub front: usize,
    /// The room around it in its front: the larger, the lonelier. Infinite at the ends of a front.
    pub crowding: f64,
}

impl Ranked {
    /// The better one first: by front, then the lonelier one.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        self.front.cmp(&other.front).then_with(|| other.crowding.total_cmp(&self.crowding))
    }
}

/// Whether `one` is nowhere worse than `two`, and somewhere better.
fn dominates(one: &[f64], two: &[f64]) -> bool {
    let mut better = false;
    for (a, b) in one.iter().zip(two) {
        match a.total_cmp(b) {
            Ordering::Greater => return false,
            Ordering::Less => better = true,
            Ordering::Equal => {}
        }
    }
    better
}

/// Fast non-dominated sort, and the crowding distance in each front.
#[must_use]
pub fn rank(costs: &[Vec<f64>]) -> Vec<Ranked> {
    let mut ranked = vec![Ranked { front: usize::MAX, crowding: 0.0 }; costs.len()];
    // By how many each is beaten, and whom it beats.
    let mut beaten = vec![0_usize; costs.len()];
    let mut beats: Vec<Vec<usize>> = vec![Vec::new(); costs.len()];
    for (one, list) in costs.iter().zip(&mut beats) {
        for ((other, two), count) in costs.iter().enumerate().zip(&mut beaten) {
            if dominates(one, two) {
                list.push(other);
                *count += 1;
            }
        }
    }
    let mut current: Vec<usize> = places(&beaten, |count| *count == 0);
    let mut front = 0;
    while !current.is_empty() {
        let crowding = crowding(costs, &current);
        for (place, crowding) in current.iter().zip(crowding) {
            if let Some(entry) = ranked.get_mut(*place) {
                *entry = Ranked { front, crowding };
            }
        }
        let mut next = Vec::new();
        for other in current.iter().filter_map(|place| beats.get(*place)).flatten() {
            if let Some(count) = beaten.get_mut(*other) {
                *count -= 1;
                if *count == 0 {
                    next.push(*other);
                }
            }
        }
        next.sort_unstable();
        (current, front) = (next, front + 1);
    }
    ranked
}

fn places<T>(list: &[T], keep: impl Fn(&T) -> bool) -> Vec<usize> {
    list.iter().enumerate().filter(|(_, item)| keep(item)).map(|(place, _)| place).collect()
}

/// The crowding distance of each member of a front: over all goals, the gap between its neighbours as a share of the span.
fn crowding(costs: &[Vec<f64>], front: &[usize]) -> Vec<f64> {
    let goals = front.first().and_then(|place| costs.get(*place)).map_or(0, Vec::len);
    let mut distances = vec![0.0; front.len()];
    for goal in 0..goals {
        let cost = |place: usize| costs.get(place).and_then(|row| row.get(goal)).copied().unwrap_or(f64::NAN);
        let mut order: Vec<(f64, usize)> =
            front.iter().enumerate().map(|(at, place)| (cost(*place), at)).collect();
        order.sort_by(|one, two| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1)));
        let (Some(first), Some(last)) = (order.first().copied(), order.last().copied()) else { continue };
        let span = last.0 - first.0;
        for ends in [first.1, last.1] {
            distances.iter_mut().skip(ends).take(1).for_each(|distance| *distance = f64::INFINITY);
        }
        for three in order.windows(3) {
            let [before, (_, at), after] = three else { continue };
            let gap = (after.0 - before.0) / span;
            if let Some(distance) = distances.get_mut(*at).filter(|_| gap.is_finite()) {
                *distance += gap;
            }
        }
    }
    distances
}

/// The places of the results that no other beats, in their order; equal ones all stay. A row with a cost that is not finite is
/// no result.
#[must_use]
pub fn pareto(costs: &[Vec<f64>]) -> Vec<usize> {
    let mut order = places(costs, |row| row.iter().all(|cost| cost.is_finite()));
    let row = |place: usize| costs.get(place).map_or(&[][..], Vec::as_slice);
    order.sort_by(|one, two| {
        let by_cost = row(*one).iter().zip(row(*two)).map(|(a, b)| a.total_cmp(b));
        by_cost.fold(Ordering::Equal, Ordering::then).then(one.cmp(two))
    });
    // Nobody is beaten by one that comes later in this order.
    let mut front: Vec<usize> = Vec::new();
    for place in order {
        if !front.iter().any(|other| dominates(row(*other), row(place))) {
            front.push(place);
        }
    }
    front.sort_unstable();
    front
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by hand.
    const COSTS: [[f64; 2]; 7] =
        [[1.0, 5.0], [2.0, 3.0], [4.0, 1.0], [3.0, 4.0], [4.0, 4.0], [2.0, 3.0], [5.0, 5.0]];

    fn rows() -> Vec<Vec<f64>> {
        COSTS.iter().map(|row| row.to_vec()).collect()
    }

    #[test]
    fn fronts_are_peeled_off_one_by_one() {
        let fronts: Vec<usize> = rank(&rows()).iter().map(|ranked| ranked.front).collect();
        assert_eq!(fronts, [0, 0, 0, 1, 2, 0, 3]);
        assert_eq!(pareto(&rows()), [0, 1, 2, 5]);
        let mut with_failure = rows();
        with_failure.push(vec![0.0, f64::INFINITY]);
        assert_eq!(pareto(&with_failure), [0, 1, 2, 5]);
    }

    #[test]
    fn crowding_is_the_gap_between_neighbours() {
        // Four stand in the front, with spans of 3 and 4. In the first goal the order is 1, 2, 2, 4; the earlier 2 has the gap from
        // 1 to 2, in the second goal (1, 3, 3, 5) the one from 1 to 3.
        let distances: Vec<f64> = rank(&rows()).iter().map(|ranked| ranked.crowding).collect();
        assert!(distances[0].is_infinite() && distances[2].is_infinite());
        assert!((distances[1] - (1.0 / 3.0 + 2.0 / 4.0)).abs() < 1e-12, "{distances:?}");
        assert!((distances[5] - (2.0 / 3.0 + 2.0 / 4.0)).abs() < 1e-12, "{distances:?}");
    }

    proptest::proptest! {
        #[test]
        fn the_front_is_what_nobody_beats(
            costs in proptest::collection::vec(proptest::collection::vec(0_u8..6, 2..=2), 0..40)
        ) {
            let costs: Vec<Vec<f64>> =
                costs.iter().map(|row| row.iter().map(|cost| f64::from(*cost)).collect()).collect();
            let unbeaten = places(&costs, |row| !costs.iter().any(|other| dominates(other, row)));
            let ranked = rank(&costs);
            proptest::prop_assert_eq!(&unbeaten, &pareto(&costs));
            proptest::prop_assert_eq!(unbeaten, places(&ranked, |ranked| ranked.front == 0));
            proptest::prop_assert!(ranked.iter().all(|ranked| ranked.front < costs.len().max(1)));
        }
    }
}
