//! The ways to choose points, each in a file of its own.

mod listed;
mod nsga2;
mod sobol;
mod tpe;

use std::collections::HashSet;

pub(crate) use listed::random;
pub(crate) use nsga2::Nsga2;
pub(crate) use sobol::{AXES as SOBOL_AXES, sobol};
pub(crate) use tpe::Tpe;

use crate::chance::Chance;
use crate::{Point, Space};

/// How often a new point is drawn in vain before a search counts as exhausted.
const TRIES: usize = 20_000;

/// A point that was not asked for yet, drawn evenly; `None` where there seems to be none left.
fn fresh(space: &Space, chance: &mut Chance, asked: &HashSet<Point>) -> Option<Point> {
    let mut draw =
        || Point(space.axes().iter().map(|axis| narrow(chance.place(axis.values().len()))).collect());
    (0..TRIES).map(|_| draw()).find(|point| space.allows(point) && !asked.contains(point))
}

/// A place on an axis; axes are far shorter than this can count.
fn narrow(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
