//! An exact decimal parameter, written in a config file as a number or as text.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use types::Decimal;

/// An exact decimal number in parameters and configuration: `0.5`, `"0.5"` and `1` all work, and mean exactly that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Number(Decimal);

impl Number {
    /// Zero.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// The whole number `value`.
    #[must_use]
    pub fn whole(value: i64) -> Self {
        Self::scaled(value, 0)
    }

    /// `mantissa × 10^-scale`, for defaults in code: `Number::scaled(5, 1)` is 0.5. A scale over 18 gives zero.
    #[must_use]
    pub fn scaled(mantissa: i64, scale: u8) -> Self {
        Self(Decimal::new(i128::from(mantissa), scale).unwrap_or_default())
    }

    /// The exact value.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Whether it is zero, which many parameters use for "off".
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0.mantissa() == 0
    }

    /// The nearest binary fraction, for statistics only.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        // A decimal's text is always a number.
        self.0.to_string().parse().unwrap_or(f64::NAN)
    }
}

impl From<Decimal> for Number {
    fn from(value: Decimal) -> Self {
        Self(value)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number, such as 0.5 or \"0.5\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
                text.trim().parse().map(Number).map_err(|error| E::custom(format!("`{text}`: {error}")))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number::whole(value))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Number, E> {
                self.visit_str(&value.to_string())
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Number, E> {
                // The shortest text that reads back as this float is what stands in the file, up to 15 digits.
                self.visit_str(&value.to_string())
            }
        }
        deserializer.deserialize_any(Text)
    }
}

impl JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["number", "string"] })
    }
}
