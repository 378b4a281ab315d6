//! The space that is searched: axes, less what the constraints forbid.

use crate::constraint::Constraint;
use crate::{Axis, Value};

/// A point of a space: for each axis, the place of its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point(pub(crate) Vec<u32>);

/// Why there is no such space.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpaceError {
    /// No axis at all.
    #[error("nothing to search over; name at least one parameter")]
    Empty,
    /// Something is wrong with one axis.
    #[error("`{name}` {what}")]
    Axis {
        /// Which.
        name: String,
        /// What.
        what: String,
    },
    /// A constraint that can't be read.
    #[error("`{text}` {what}")]
    Constraint {
        /// The constraint.
        text: String,
        /// What is wrong.
        what: String,
    },
    /// A constraint speaks of a parameter that is not there.
    #[error("`{text}`: there is no parameter `{word}`; there are: {}", known.join(", "))]
    Unknown {
        /// The constraint.
        text: String,
        /// The word.
        word: String,
        /// The parameters there are.
        known: Vec<String>,
    },
}

/// What is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    axes: Vec<Axis>,
    constraints: Vec<Constraint>,
}

impl Space {
    /// A space of these axes in which every constraint holds. `fixed` are the parameters that constraints may name although
    /// they are not searched over.
    ///
    /// # Errors
    /// [`SpaceError`] for no axis, an axis twice, or a constraint that can't be read.
    pub fn new(
        axes: Vec<Axis>,
        constraints: &[String],
        fixed: &[(String, Value)],
    ) -> Result<Self, SpaceError> {
        if axes.is_empty() {
            return Err(SpaceError::Empty);
        }
        let mut seen = std::collections::HashSet::new();
        if let Some(again) = axes.iter().find(|axis| !seen.insert(axis.name())) {
            return Err(SpaceError::Axis {
                name: again.name().to_owned(),
                what: "is named twice".to_owned(),
            });
        }
        let read = |text: &String| Constraint::parse(text, &axes, fixed);
        let constraints = constraints.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { axes, constraints })
    }

    /// Its axes.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// How many points there are, those included that a constraint forbids.
    #[must_use]
    pub fn size(&self) -> u128 {
        self.axes.iter().fold(1, |size, axis| size.saturating_mul(axis.values().len() as u128))
    }

    /// The values of a point, in the order of the axes. A place outside an axis gives its last value.
    #[must_use]
    pub fn values(&self, point: &Point) -> Vec<&Value> {
        let value = |(axis, at): (&'_ Axis, &u32)| -> Option<usize> {
            Some((*at as usize).min(axis.values().len().checked_sub(1)?))
        };
        self.axes
            .iter()
            .zip(&point.0)
            .filter_map(|(axis, at)| axis.values().get(value((axis, at))?))
            .collect()
    }

    /// Whether no constraint forbids it.
    #[must_use]
    pub fn allows(&self, point: &Point) -> bool {
        let values = self.values(point);
        self.constraints.iter().all(|constraint| constraint.allows(&values))
    }

    /// Every point that is allowed, as nested loops give them: the first axis is the outermost.
    pub fn grid(&self) -> impl Iterator<Item = Point> + '_ {
        let first = Some(Point(vec![0; self.axes.len()]));
        let all = std::iter::successors(first, |point| self.after(point));
        all.filter(|point| self.allows(point))
    }

    fn after(&self, point: &Point) -> Option<Point> {
        let mut next = point.clone();
        for (place, axis) in next.0.iter_mut().zip(&self.axes).rev() {
            *place += 1;
            if (*place as usize) < axis.values().len() {
                return Some(next);
            }
            *place = 0;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_is_nested_loops_less_what_is_forbidden() -> Result<(), Box<dyn std::error::Error>> {
        let axes = vec![
            Axis::range("a", "1".parse()?, "3".parse()?, "1".parse()?)?,
            Axis::range("b", "2".parse()?, "3".parse()?, "1".parse()?)?,
        ];
        let space = Space::new(axes.clone(), &["a < b".to_owned()], &[])?;
        let shown: Vec<String> = space
            .grid()
            .map(|point| space.values(&point).iter().map(|v| v.to_string()).collect::<Vec<_>>().join(","))
            .collect();
        assert_eq!((shown, space.size()), (vec!["1,2".to_owned(), "1,3".into(), "2,3".into()], 6));
        let twice = [axes.clone(), axes].concat();
        assert_eq!(
            Space::new(twice, &[], &[]).map_err(|e| e.to_string()),
            Err("`a` is named twice".to_owned())
        );
        assert_eq!(Space::new(Vec::new(), &[], &[]), Err(SpaceError::Empty));
        Ok(())
    }
}
