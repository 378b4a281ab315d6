//! Random points, none of them twice.

use std::collections::HashSet;

use super::fresh;
use crate::chance::Chance;
use crate::{Point, Space};

/// Spaces up to this size are shuffled as a whole, so that every point can be reached.
const SHUFFLED: u128 = 1 << 18;

/// `most` points that are allowed, drawn evenly without repetition; fewer where there are no more.
pub(crate) fn random(space: &Space, most: usize, seed: u64) -> Vec<Point> {
    let mut chance = Chance::new(seed);
    if space.size() <= SHUFFLED {
        let mut all: Vec<Point> = space.grid().collect();
        // Fisher and Yates's shuffle, as far as it is needed.
        for at in 0..most.min(all.len()) {
            let other = at + chance.place(all.len() - at);
            all.swap(at, other);
        }
        all.truncate(most);
        return all;
    }
    let (mut points, mut asked) = (Vec::new(), HashSet::new());
    while points.len() < most {
        let Some(point) = fresh(space, &mut chance, &asked) else { break };
        asked.insert(point.clone());
        points.push(point);
    }
    points
}
