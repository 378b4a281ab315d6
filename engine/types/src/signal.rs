//! A signal: what a model or a service outside says of a market, as a fact that can be written down and replayed.

use std::fmt;
use std::str::FromStr;

use crate::{Decimal, Time};

/// A short name, small enough to travel by value: 1 to 24 of `a-z`, `0-9`, `_`, `-` and `.`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label([u8; Self::MAX_LEN]);

/// Why a text is not a label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a name of a signal: write 1 to 24 of a-z, 0-9, _, - and ., such as bias")]
pub struct LabelError(
    /// The text that was refused.
    pub String,
);

/// One answer of somebody outside the engine: a bias, a probability, or a value it proposes for a parameter. It opens
/// nothing by itself; the strategy that trades the instrument decides what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    /// When the engine got it.
    pub time: Time,
    /// Who says so.
    pub source: Label,
    /// Of what: a parameter of the strategy, or a name it knows.
    pub name: Label,
    /// What.
    pub value: Decimal,
    /// Until when it holds; later it changes nothing.
    pub valid_until: Time,
}

impl Label {
    const MAX_LEN: usize = 24;

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|byte| *byte == 0).unwrap_or(Self::MAX_LEN);
        self.0.get(..len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl FromStr for Label {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, LabelError> {
        let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
        if text.is_empty() || text.len() > Self::MAX_LEN || !text.bytes().all(known) {
            return Err(LabelError(text.to_owned()));
        }
        let mut label = [0; Self::MAX_LEN];
        for (to, from) in label.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        Ok(Self(label))
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_what_it_says_or_refused() {
        let longest = "a".repeat(24);
        for text in ["bias", "gpt-5.1", "stop_loss_pct", longest.as_str()] {
            assert_eq!(text.parse::<Label>().unwrap().to_string(), text);
        }
        for text in ["", "Bias", "a b", "ä", "a".repeat(25).as_str()] {
            assert!(text.parse::<Label>().is_err(), "{text}");
        }
    }
}
