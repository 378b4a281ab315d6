//! A study: asks for points in batches and learns from what came of them.

use std::fmt;
use std::str::FromStr;

use crate::sample::{Nsga2, SOBOL_AXES, Tpe, random, sobol};
use crate::{Point, Space};

/// The most trials of one study.
pub const MAX_TRIALS: usize = 1_000_000;

/// The most points, forbidden ones included, of a space that is gone through one by one: seconds of work.
const LISTED: u128 = 1 << 26;

/// How points are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Every point.
    Grid,
    /// Points drawn evenly, none twice.
    Random,
    /// Points that fill the space evenly.
    Sobol,
    /// Points that look like the good ones so far.
    Tpe,
    /// A population that is bred towards the front of several goals.
    Nsga2,
}

/// What a study is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudySetup {
    /// Where to search.
    pub space: Space,
    /// How.
    pub method: Method,
    /// The most trials.
    pub trials: usize,
    /// The seed of whatever is drawn.
    pub seed: u64,
    /// How many goals there are.
    pub goals: usize,
    /// How many points a method that learns asks for at a time.
    pub batch: usize,
}

/// Why there is no such study.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StudyError {
    /// More trials than can be kept.
    #[error(
        "{trials} trials are more than {MAX_TRIALS}; take longer steps, or a method that samples and fewer trials"
    )]
    TooMany {
        /// How many.
        trials: usize,
    },
    /// A grid that is larger than the trials that were allowed.
    #[error(
        "the grid has more than {trials} points; take longer steps, allow more trials, or take a method that samples, such as sobol"
    )]
    LargerGrid {
        /// How many were allowed.
        trials: usize,
    },
    /// No trial at all.
    #[error("no point is left to try: the constraints forbid all of them, or no trial is allowed")]
    Nothing,
    /// TPE learns from one number.
    #[error("tpe takes one goal, and there are {goals}; nsga2 takes several")]
    OneGoal {
        /// How many.
        goals: usize,
    },
    /// More axes than there are direction numbers.
    #[error("sobol takes at most {SOBOL_AXES} parameters, and there are {axes}; take random")]
    ManyAxes {
        /// How many.
        axes: usize,
    },
    /// A batch of none.
    #[error("a batch needs at least {least} points")]
    SmallBatch {
        /// The fewest.
        least: usize,
    },
}

/// A point that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its number in the study, from 0.
    pub number: usize,
    /// The point.
    pub point: Point,
}

/// A search that goes on.
#[derive(Debug)]
pub struct Study {
    space: Space,
    source: Source,
    trials: usize,
    asked: usize,
}

#[derive(Debug)]
enum Source {
    /// Known from the start, in the order of their numbers.
    Listed(std::vec::IntoIter<Point>),
    Tpe(Tpe, usize),
    Nsga2(Nsga2, usize),
}

impl Study {
    /// Begins a study.
    ///
    /// # Errors
    /// [`StudyError`].
    pub fn new(setup: StudySetup) -> Result<Self, StudyError> {
        let StudySetup { space, method, trials, seed, goals, batch } = setup;
        if trials > MAX_TRIALS {
            return Err(StudyError::TooMany { trials });
        }
        let listable = space.size() <= LISTED;
        if trials == 0 || (listable && space.grid().next().is_none()) {
            return Err(StudyError::Nothing);
        }
        let batch_of =
            |least: usize| if batch < least { Err(StudyError::SmallBatch { least }) } else { Ok(batch) };
        let source = match method {
            Method::Grid if !listable => return Err(StudyError::LargerGrid { trials }),
            Method::Grid => {
                let points: Vec<Point> = space.grid().take(trials + 1).collect();
                if points.len() > trials {
                    return Err(StudyError::LargerGrid { trials });
                }
                Source::Listed(points.into_iter())
            }
            Method::Random => Source::Listed(random(&space, trials, seed).into_iter()),
            Method::Sobol if space.axes().len() > SOBOL_AXES => {
                return Err(StudyError::ManyAxes { axes: space.axes().len() });
            }
            Method::Sobol => Source::Listed(sobol(&space, trials, seed).into_iter()),
            Method::Tpe if goals != 1 => return Err(StudyError::OneGoal { goals }),
            Method::Tpe => Source::Tpe(Tpe::new(seed), batch_of(1)?),
            Method::Nsga2 => Source::Nsga2(Nsga2::new(seed, batch_of(4)?), batch),
        };
        let trials = match &source {
            Source::Listed(points) => points.len(),
            _ => usize::try_from(space.size()).map_or(trials, |size| size.min(trials)),
        };
        Ok(Self { space, source, trials, asked: 0 })
    }

    /// The most trials that there will be.
    #[must_use]
    pub const fn trials(&self) -> usize {
        self.trials
    }

    /// What is searched.
    #[must_use]
    pub const fn space(&self) -> &Space {
        &self.space
    }

    /// The next points to try; none where the search is over. Methods that do not learn ask for all at once.
    pub fn ask(&mut self) -> Vec<Asked> {
        let left = self.trials - self.asked;
        let points = match &mut self.source {
            Source::Listed(points) => points.collect(),
            Source::Tpe(tpe, batch) => tpe.ask(&self.space, left.min(*batch)),
            Source::Nsga2(nsga2, batch) => nsga2.ask(&self.space, left.min(*batch)),
        };
        let first = self.asked;
        self.asked += points.len();
        points.into_iter().enumerate().map(|(at, point)| Asked { number: first + at, point }).collect()
    }

    /// Takes in what came of a batch: the costs of each point, in the order of asking; less is better, and what failed costs
    /// infinitely much.
    pub fn tell(&mut self, batch: Vec<(Point, Vec<f64>)>) {
        match &mut self.source {
            Source::Listed(_) => {}
            Source::Tpe(tpe, _) => {
                let cost = |costs: Vec<f64>| costs.first().copied().unwrap_or(f64::INFINITY);
                tpe.tell(batch.into_iter().map(|(point, costs)| (point, cost(costs))));
            }
            Source::Nsga2(nsga2, _) => nsga2.tell(batch),
        }
    }
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Grid, Self::Random, Self::Sobol, Self::Tpe, Self::Nsga2];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Random => "random",
            Self::Sobol => "sobol",
            Self::Tpe => "tpe",
            Self::Nsga2 => "nsga2",
        }
    }

    /// Whether what it asks for depends on what came of earlier points; such a search can't be divided among machines.
    #[must_use]
    pub const fn learns(self) -> bool {
        matches!(self, Self::Tpe | Self::Nsga2)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || Self::ALL.map(Self::name).join(", ");
        let found = Self::ALL.into_iter().find(|method| method.name() == text);
        found.ok_or_else(|| format!("`{text}` is no method; there are {}", names()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Axis;

    type Failure = Box<dyn std::error::Error>;

    fn setup(method: Method, trials: usize) -> Result<StudySetup, Failure> {
        let axis = |name| -> Result<Axis, Failure> {
            Ok(Axis::range(name, "1".parse()?, "9".parse()?, "1".parse()?)?)
        };
        let space = Space::new(vec![axis("a")?, axis("b")?], &["a < b".to_owned()], &[])?;
        Ok(StudySetup { space, method, trials, seed: 5, goals: 1, batch: 6 })
    }

    fn run(method: Method, trials: usize) -> Result<Vec<Vec<String>>, Failure> {
        let mut study = Study::new(setup(method, trials)?)?;
        let mut all = Vec::new();
        loop {
            let batch = study.ask();
            if batch.is_empty() {
                return Ok(all);
            }
            for asked in &batch {
                assert_eq!(asked.number, all.len());
                all.push(study.space().values(&asked.point).iter().map(ToString::to_string).collect());
            }
            let cost = |point: &Point| f64::from(point.0.iter().sum::<u32>());
            let told = batch.into_iter().map(|asked| (asked.point.clone(), vec![cost(&asked.point)]));
            study.tell(told.collect());
        }
    }

    #[test]
    fn every_method_asks_for_allowed_points_once_and_always_for_the_same() -> Result<(), Failure> {
        for (method, trials, expected) in [
            (Method::Grid, 36, 36),
            (Method::Random, 20, 20),
            (Method::Random, 99, 36),
            (Method::Sobol, 20, 20),
            (Method::Tpe, 33, 33),
            (Method::Nsga2, 30, 30),
            (Method::Nsga2, 99, 36),
        ] {
            let points = run(method, trials)?;
            assert_eq!(points.len(), expected, "{method}");
            assert_eq!(points, run(method, trials)?, "{method}");
            assert!(points.iter().all(|point| point[0] < point[1]), "{method}");
            let unique: std::collections::BTreeSet<_> = points.iter().collect();
            assert_eq!(unique.len(), points.len(), "{method}");
        }
        Ok(())
    }

    #[test]
    fn what_can_not_be_studied_is_said() -> Result<(), Failure> {
        let said =
            |setup: StudySetup| Study::new(setup).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(said(setup(Method::Grid, 35)?).starts_with("the grid has more than 35 points; take longer"));
        assert!(
            said(setup(Method::Random, MAX_TRIALS + 1)?).starts_with("1000001 trials are more than 10000")
        );
        let two = StudySetup { goals: 2, ..setup(Method::Tpe, 9)? };
        assert_eq!(said(two), "tpe takes one goal, and there are 2; nsga2 takes several");
        let wide = Axis::range("c", "1".parse()?, "9999".parse()?, "1".parse()?)?;
        let again = Axis::range("d", "1".parse()?, "9999".parse()?, "1".parse()?)?;
        let wide = StudySetup { space: Space::new(vec![wide, again], &[], &[])?, ..setup(Method::Grid, 35)? };
        assert!(said(wide).starts_with("the grid has more than 35 points"));
        let small = StudySetup { batch: 3, ..setup(Method::Nsga2, 9)? };
        assert_eq!(said(small), "a batch needs at least 4 points");
        let forbidden = Space::new(setup(Method::Tpe, 9)?.space.axes().to_vec(), &["a < 1".to_owned()], &[])?;
        let none = StudySetup { space: forbidden, ..setup(Method::Tpe, 9)? };
        assert!(said(none).starts_with("no point is left to try"));
        let error = "gird".parse::<Method>().unwrap_err();
        assert_eq!(error, "`gird` is no method; there are grid, random, sobol, tpe, nsga2");
        Ok(())
    }
}
