//! The name of an asset, small enough to travel by value.

use std::fmt;
use std::str::FromStr;

/// An asset code such as `USDT` or `1000SHIB`: one to twelve letters or digits, kept in upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asset([u8; Self::MAX_LEN]);

/// Why a text is not an asset code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an asset code: write one to twelve letters or digits, such as USDT")]
pub struct AssetError(
    /// The text that was refused.
    pub String,
);

impl Asset {
    const MAX_LEN: usize = 12;

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|byte| *byte == 0).unwrap_or(Self::MAX_LEN);
        self.0.get(..len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl FromStr for Asset {
    type Err = AssetError;

    fn from_str(text: &str) -> Result<Self, AssetError> {
        if text.is_empty() || text.len() > Self::MAX_LEN || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(AssetError(text.to_owned()));
        }
        let mut code = [0; Self::MAX_LEN];
        for (to, from) in code.iter_mut().zip(text.bytes()) {
            *to = from.to_ascii_uppercase();
        }
        Ok(Self(code))
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
