//! Sobol' points: they fill a space more evenly than chance does.
//!
//! The sequence of Sobol' (1967) in Antonov and Saleev's Gray-code order, with the direction numbers of S. Joe and F. Y. Kuo,
//! "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30 (2008), from their file
//! `new-joe-kuo-6.21201`. A digital shift by the seed keeps what makes the points even.

use std::collections::HashSet;

use super::narrow;
use crate::chance::Chance;
use crate::{Point, Space};

/// The most axes.
pub(crate) const AXES: usize = 32;

/// For each axis after the first: the primitive polynomial with its coefficients as bits, highest and lowest included, and
/// the initial direction numbers.
const JOE_KUO: [(u32, &[u32]); AXES - 1] = [
    (3, &[1]),
    (7, &[1, 3]),
    (11, &[1, 3, 1]),
    (13, &[1, 1, 1]),
    (19, &[1, 1, 3, 3]),
    (25, &[1, 3, 5, 13]),
    (37, &[1, 1, 5, 5, 17]),
    (41, &[1, 1, 5, 5, 5]),
    (47, &[1, 1, 7, 11, 19]),
    (55, &[1, 1, 5, 1, 1]),
    (59, &[1, 1, 1, 3, 11]),
    (61, &[1, 3, 5, 5, 31]),
    (67, &[1, 3, 3, 9, 7, 49]),
    (91, &[1, 1, 1, 15, 21, 21]),
    (97, &[1, 3, 1, 13, 27, 49]),
    (103, &[1, 1, 1, 15, 7, 5]),
    (109, &[1, 3, 1, 15, 13, 25]),
    (115, &[1, 1, 5, 5, 19, 61]),
    (131, &[1, 3, 7, 11, 23, 15, 103]),
    (137, &[1, 3, 7, 13, 13, 15, 69]),
    (143, &[1, 1, 3, 13, 7, 35, 63]),
    (145, &[1, 3, 5, 9, 1, 25, 53]),
    (157, &[1, 3, 1, 13, 9, 35, 107]),
    (167, &[1, 3, 1, 5, 27, 61, 31]),
    (171, &[1, 1, 5, 11, 19, 41, 61]),
    (185, &[1, 3, 5, 3, 3, 13, 69]),
    (191, &[1, 1, 7, 13, 1, 19, 1]),
    (193, &[1, 3, 7, 5, 13, 19, 59]),
    (203, &[1, 1, 3, 9, 25, 29, 41]),
    (211, &[1, 3, 5, 13, 23, 1, 55]),
    (213, &[1, 3, 7, 3, 13, 59, 17]),
];

/// The direction numbers of an axis, each with its point before bit 31.
fn directions(axis: usize) -> [u32; 32] {
    let mut numbers = [0_u32; 32];
    let Some((polynomial, initial)) = axis.checked_sub(1).and_then(|row| JOE_KUO.get(row)) else {
        // The first axis is van der Corput's sequence.
        return std::array::from_fn(|bit| 1 << (31 - bit));
    };
    let degree = initial.len();
    for bit in 0..32 {
        let number = match initial.get(bit) {
            Some(initial) => initial << (31 - bit),
            None => {
                let back = |steps: usize| numbers.get(bit - steps).copied().unwrap_or(0);
                let terms = (1..degree).filter(|k| (polynomial >> (degree - k)) & 1 == 1);
                terms.fold(back(degree) ^ (back(degree) >> degree), |sum, k| sum ^ back(k))
            }
        };
        numbers.iter_mut().skip(bit).take(1).for_each(|place| *place = number);
    }
    numbers
}

/// The sequence on the unit cube, each coordinate as a whole number of 2⁻³².
struct Sequence {
    directions: Vec<[u32; 32]>,
    state: Vec<u32>,
    index: u32,
}

impl Sequence {
    fn new(axes: usize) -> Self {
        Self { directions: (0..axes).map(directions).collect(), state: vec![0; axes], index: 0 }
    }
}

impl Iterator for Sequence {
    type Item = Vec<u32>;

    fn next(&mut self) -> Option<Vec<u32>> {
        let now = self.state.clone();
        let bit = self.index.trailing_ones() as usize;
        self.index = self.index.checked_add(1)?;
        for (state, numbers) in self.state.iter_mut().zip(&self.directions) {
            *state ^= numbers.get(bit)?;
        }
        Some(now)
    }
}

/// How many points of the sequence are looked at for each that is asked for: those that a constraint forbids, and those that
/// fall on values already taken, are passed over.
const LOOKED_AT: usize = 256;

/// `most` points that are allowed, none twice; fewer where the space has hardly more.
pub(crate) fn sobol(space: &Space, most: usize, seed: u64) -> Vec<Point> {
    let mut chance = Chance::new(seed);
    let shift: Vec<u32> = space.axes().iter().map(|_| chance.bits()).collect();
    let mut asked = HashSet::new();
    let points = Sequence::new(space.axes().len()).take(most.saturating_mul(LOOKED_AT)).map(|raw| {
        let coordinates = raw.iter().zip(&shift).zip(space.axes());
        Point(
            coordinates.map(|((raw, shift), axis)| narrow(place(raw ^ shift, axis.values().len()))).collect(),
        )
    });
    points.filter(|point| space.allows(point) && asked.insert(point.clone())).take(most).collect()
}

/// The value that a coordinate falls on.
fn place(coordinate: u32, values: usize) -> usize {
    usize::try_from((u64::from(coordinate) * values as u64) >> 32).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Axis;

    /// Points on axes 1, 2, 3, 8 and 32, and sums over 64 points and all axes, as SciPy has them: see
    /// `tests/reference/sobol.py`.
    #[test]
    fn the_sequence_is_scipys() {
        let points: Vec<Vec<u32>> = Sequence::new(AXES).take(64).collect();
        let mut compared = 0;
        for line in include_str!("../../tests/reference/sobol.txt").lines() {
            let row: Vec<u64> = line.split(' ').map(|number| number.parse().unwrap()).collect();
            compared += 1;
            if row[0] == 999 {
                let sum: u64 = points.iter().flatten().map(|number| u64::from(*number)).sum();
                let modulo = points.iter().enumerate().flat_map(|(at, point)| {
                    point.iter().enumerate().map(move |(axis, n)| u64::from(*n) % ((at + axis + 7) as u64))
                });
                assert_eq!(row[1..], [sum, modulo.sum()]);
            } else {
                let point = &points[usize::try_from(row[0]).unwrap()];
                assert_eq!(row[1..], [0, 1, 2, 7, 31].map(|axis: usize| u64::from(point[axis])), "{line}");
            }
        }
        assert_eq!(compared, 11);
    }

    #[test]
    fn every_cell_gets_its_point() -> Result<(), Box<dyn std::error::Error>> {
        let axis = |name| -> Result<Axis, Box<dyn std::error::Error>> {
            Ok(Axis::range(name, "0".parse()?, "15".parse()?, "1".parse()?)?)
        };
        let space = Space::new(vec![axis("a")?, axis("b")?], &[], &[])?;
        let shown = |seed| {
            let (sequence, mut chance) = (Sequence::new(2), Chance::new(seed));
            let shift = [chance.bits(), chance.bits()];
            let cells =
                sequence.take(256).map(|raw| [place(raw[0] ^ shift[0], 16), place(raw[1] ^ shift[1], 16)]);
            cells.collect::<HashSet<_>>().len()
        };
        for seed in 0..4 {
            // 256 points of a (0, 8, 2)-net in base 2 hit each of 16 × 16 cells once, shifted or not.
            assert_eq!((shown(seed), sobol(&space, 256, seed).len()), (256, 256));
        }
        assert_ne!(sobol(&space, 8, 0), sobol(&space, 8, 1));
        let narrow = Space::new(vec![axis("a")?], &["a < 3".to_owned()], &[])?;
        assert_eq!(sobol(&narrow, 50, 0).len(), 3);
        Ok(())
    }
}
