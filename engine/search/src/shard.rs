//! A shard: the trials of one machine out of several that share a search.

use std::fmt;
use std::str::FromStr;

/// Part `index` of `count`, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard {
    index: u32,
    count: u32,
}

/// Why there is no such shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// Not two whole numbers.
    #[error("`{0}` is no shard; write it as I/N, such as 0/4 for the first of four")]
    Malformed(
        /// What was written.
        String,
    ),
    /// The part is not one of them.
    #[error("there is no shard {index} of {count}; shards count from 0 to {}", count.saturating_sub(1))]
    OutOfRange {
        /// Which part.
        index: u32,
        /// Of how many.
        count: u32,
    },
}

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// Part `index` of `count`, counted from 0.
    ///
    /// # Errors
    /// [`ShardError::OutOfRange`].
    pub const fn new(index: u32, count: u32) -> Result<Self, ShardError> {
        if index < count { Ok(Self { index, count }) } else { Err(ShardError::OutOfRange { index, count }) }
    }

    /// Which part.
    #[must_use]
    pub const fn index(self) -> u32 {
        self.index
    }

    /// Of how many.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.count
    }

    /// Whether a trial belongs to it: those whose number leaves `index` when divided by `count`.
    #[must_use]
    pub const fn holds(self, trial: usize) -> bool {
        trial % self.count as usize == self.index as usize
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let parts = text
            .split_once('/')
            .and_then(|(index, count)| Some((index.trim().parse().ok()?, count.trim().parse().ok()?)));
        parts.map_or_else(
            || Err(ShardError::Malformed(text.to_owned())),
            |(index, count)| Self::new(index, count),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trial_has_one_shard() -> Result<(), ShardError> {
        let shards = ["0/3", " 1 / 3", "2/3"].map(str::parse::<Shard>);
        for trial in 0..20 {
            let holders = shards.iter().flatten().filter(|shard| shard.holds(trial)).count();
            assert_eq!(holders, 1, "{trial}");
        }
        assert!(Shard::WHOLE.holds(9));
        assert_eq!(Shard::new(1, 4)?.to_string(), "1/4");
        for (text, said) in [
            ("4/4", "there is no shard 4 of 4; shards count from 0 to 3"),
            ("1", "`1` is no shard; write it as I/N, such as 0/4 for the first of four"),
            ("0/0", "there is no shard 0 of 0; shards count from 0 to 0"),
            ("-1/4", "`-1/4` is no shard; write it as I/N, such as 0/4 for the first of four"),
        ] {
            assert_eq!(text.parse::<Shard>().map_err(|error| error.to_string()), Err(said.to_owned()));
        }
        Ok(())
    }
}
