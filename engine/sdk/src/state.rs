//! A strategy's state as bytes and back: JSON with the strategy's id, a version, its parameters and what it remembers.
//!
//! Derive `Serialize` and `Deserialize` on what has to survive a restart, mark fields of the engine's own types with
//! `#[serde(with = "sdk::state::exact")]`, and let [`save`] and [`restore`] do the rest. Floats come back to the last bit.
//!
//! ```
//! use quantmesh_sdk as sdk;
//! use sdk::{Price, Qty, state};
//!
//! #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
//! struct Memory {
//!     bars: u32,
//!     #[serde(with = "sdk::state::exact")]
//!     peak: Option<Price>,
//!     #[serde(with = "sdk::state::exact")]
//!     layers: Vec<(Price, Qty)>,
//! }
//!
//! let memory = Memory { bars: 3, peak: Some(Price::from_ticks(7)), layers: vec![] };
//! let bytes = state::save("mine", 1, &"parameters", &memory);
//! assert_eq!(state::restore::<Memory>("mine", 1, &"parameters", &bytes), Ok(memory));
//! assert!(state::restore::<Memory>("mine", 2, &"parameters", &bytes).is_err());
//! ```

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::RestoreError;

#[derive(Serialize)]
struct Written<'a, P, S> {
    id: &'a str,
    version: u32,
    params: &'a P,
    state: &'a S,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    id: String,
    version: u32,
    params: Value,
    state: Value,
}

/// Writes a state. `version` is the layout's: count it up when `S` changes its meaning.
///
/// Gives no bytes where `params` or `state` can't be written as JSON (a map with keys that are no text); a strategy's own
/// restart test shows that at once.
pub fn save<P: Serialize, S: Serialize>(id: &str, version: u32, params: &P, state: &S) -> Vec<u8> {
    serde_json::to_vec(&Written { id, version, params, state }).unwrap_or_default()
}

/// Reads what [`save`] wrote for the same strategy, version and parameters.
///
/// # Errors
/// [`RestoreError`] says what differs: the strategy, the version, the first parameter, or where the text is damaged.
pub fn restore<S: DeserializeOwned>(
    id: &str,
    version: u32,
    params: &impl Serialize,
    bytes: &[u8],
) -> Result<S, RestoreError> {
    let read: Read = serde_json::from_slice(bytes).map_err(malformed)?;
    if read.id != id {
        return Err(RestoreError(format!("it is a state of `{}`, and this is `{id}`", read.id)));
    }
    if read.version != version {
        return Err(RestoreError(format!("it is of version {}, and this one reads {version}", read.version)));
    }
    let now = serde_json::to_value(params).map_err(malformed)?;
    if let Some(difference) = difference(&read.params, &now) {
        return Err(RestoreError(format!(
            "it was saved with other parameters: {difference}; start with those, or without the state"
        )));
    }
    serde_json::from_value(read.state).map_err(malformed)
}

fn malformed(error: serde_json::Error) -> RestoreError {
    RestoreError(error.to_string())
}

/// The first parameter that is not what it was.
fn difference(was: &Value, is: &Value) -> Option<String> {
    if was == is {
        return None;
    }
    let (Value::Object(old), Value::Object(new)) = (was, is) else {
        return Some(format!("{was} then, {is} now"));
    };
    let names = old.keys().chain(new.keys());
    let show = |value: Option<&Value>| value.map_or_else(|| "absent".to_owned(), Value::to_string);
    names
        .map(|name| (name, old.get(name), new.get(name)))
        .find(|(_, old, new)| old != new)
        .map(|(name, old, new)| format!("`{name}` was {} and is {}", show(old), show(new)))
}

pub mod exact {
    //! The engine's own types in a saved state, for `#[serde(with = "sdk::state::exact")]`: as whole numbers and texts.

    use std::collections::VecDeque;

    use serde::de::{DeserializeOwned, Error};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use types::{Bar, ClientOrderId, InstrumentId, Money, Position, Price, Qty, Rate, Side, Time};

    /// A type that a saved state may hold, and what stands for it there.
    pub trait Exact: Sized {
        /// What is written.
        type Written: Serialize + DeserializeOwned;

        /// What stands for it.
        fn written(&self) -> Self::Written;

        /// The value that this stands for; `None` where it stands for none.
        fn read(written: Self::Written) -> Option<Self>;
    }

    /// Writes it.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<T: Exact, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        value.written().serialize(serializer)
    }

    /// Reads it.
    ///
    /// # Errors
    /// The deserializer's, and for what stands for no value.
    pub fn deserialize<'de, T: Exact, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let written = T::Written::deserialize(deserializer)?;
        T::read(written).ok_or_else(|| D::Error::custom("a value that this type can't have"))
    }

    macro_rules! counts {
        ($($name:ty: $count:ty = $new:path, $get:path;)*) => { $(
            impl Exact for $name {
                type Written = $count;

                fn written(&self) -> $count {
                    $get(*self)
                }

                fn read(written: $count) -> Option<Self> {
                    Some($new(written))
                }
            }
        )* };
    }

    counts! {
        Price: i64 = Price::from_ticks, Price::ticks;
        Qty: i64 = Qty::from_lots, Qty::lots;
        Time: i64 = Time::from_nanos, Time::nanos;
        Rate: i64 = Rate::from_nanos, Rate::nanos;
        Side: bool = side, is_buy;
        InstrumentId: u32 = InstrumentId, place;
    }

    const fn place(id: InstrumentId) -> u32 {
        id.0
    }

    const fn side(buy: bool) -> Side {
        if buy { Side::Buy } else { Side::Sell }
    }

    const fn is_buy(side: Side) -> bool {
        matches!(side, Side::Buy)
    }

    // As text: not every reader of JSON holds 128 bits.
    impl Exact for Money {
        type Written = String;

        fn written(&self) -> String {
            self.units().to_string()
        }

        fn read(written: String) -> Option<Self> {
            written.parse().ok().map(Self::from_units)
        }
    }

    impl Exact for ClientOrderId {
        type Written = String;

        fn written(&self) -> String {
            self.to_string()
        }

        fn read(written: String) -> Option<Self> {
            written.parse().ok()
        }
    }

    impl Exact for Position {
        type Written = (i64, String);

        fn written(&self) -> (i64, String) {
            (self.qty.lots(), self.cost.written())
        }

        fn read((lots, cost): (i64, String)) -> Option<Self> {
            Some(Self { qty: Qty::from_lots(lots), cost: Money::read(cost)? })
        }
    }

    impl Exact for Bar {
        type Written = [i64; 7];

        fn written(&self) -> [i64; 7] {
            let [open, high, low, close] = [self.open, self.high, self.low, self.close].map(Price::ticks);
            [self.open_time.nanos(), self.close_time.nanos(), open, high, low, close, self.volume.lots()]
        }

        fn read([from, to, open, high, low, close, volume]: [i64; 7]) -> Option<Self> {
            let [open_time, close_time] = [from, to].map(Time::from_nanos);
            let [open, high, low, close] = [open, high, low, close].map(Price::from_ticks);
            Some(Self { open_time, close_time, open, high, low, close, volume: Qty::from_lots(volume) })
        }
    }

    impl<T: Exact> Exact for Option<T> {
        type Written = Option<T::Written>;

        fn written(&self) -> Self::Written {
            self.as_ref().map(T::written)
        }

        fn read(written: Self::Written) -> Option<Self> {
            match written {
                Some(written) => T::read(written).map(Some),
                None => Some(None),
            }
        }
    }

    impl<T: Exact> Exact for Vec<T> {
        type Written = Vec<T::Written>;

        fn written(&self) -> Self::Written {
            self.iter().map(T::written).collect()
        }

        fn read(written: Self::Written) -> Option<Self> {
            written.into_iter().map(T::read).collect()
        }
    }

    impl<T: Exact> Exact for VecDeque<T> {
        type Written = Vec<T::Written>;

        fn written(&self) -> Self::Written {
            self.iter().map(T::written).collect()
        }

        fn read(written: Self::Written) -> Option<Self> {
            written.into_iter().map(T::read).collect()
        }
    }

    impl<T: Exact, const N: usize> Exact for [T; N] {
        type Written = Vec<T::Written>;

        fn written(&self) -> Self::Written {
            self.iter().map(T::written).collect()
        }

        fn read(written: Self::Written) -> Option<Self> {
            let read: Option<Vec<T>> = written.into_iter().map(T::read).collect();
            read?.try_into().ok()
        }
    }

    impl<A: Exact, B: Exact> Exact for (A, B) {
        type Written = (A::Written, B::Written);

        fn written(&self) -> Self::Written {
            (self.0.written(), self.1.written())
        }

        fn read((a, b): Self::Written) -> Option<Self> {
            Some((A::read(a)?, B::read(b)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::{Bar, ClientOrderId, Money, Position, Price, Qty, Side, Time};

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Everything {
        float: f64,
        #[serde(with = "exact")]
        money: Money,
        #[serde(with = "exact")]
        order: Option<(ClientOrderId, Side)>,
        #[serde(with = "exact")]
        bar: Bar,
        #[serde(with = "exact")]
        held: [Position; 2],
        #[serde(with = "exact")]
        times: std::collections::VecDeque<Time>,
    }

    fn everything() -> Everything {
        let qty = Qty::from_lots(-3);
        Everything {
            float: 0.1 + 0.2,
            money: Money::from_units(i128::MAX),
            order: Some((ClientOrderId { run: 1, strategy: 2, slot: 3, generation: 4 }, Side::Sell)),
            bar: Bar { open: Price::from_ticks(5), volume: qty, ..Bar::default() },
            held: [Position { qty, cost: Money::from_units(-1) }, Position::FLAT],
            times: [Time::from_nanos(1), Time::from_nanos(2)].into(),
        }
    }

    #[test]
    fn what_was_saved_comes_back_whole() {
        let bytes = save("all", 1, &[1], &everything());
        assert_eq!(restore("all", 1, &[1], &bytes), Ok(everything()));
    }

    #[test]
    fn another_state_is_refused_with_what_differs() {
        #[derive(Serialize)]
        struct Params {
            period: u32,
        }
        let bytes = save("one", 1, &Params { period: 3 }, &7);
        for (id, version, period, expected) in [
            ("two", 1, 3, "it is a state of `one`, and this is `two`"),
            ("one", 2, 3, "it is of version 1, and this one reads 2"),
            ("one", 1, 4, "it was saved with other parameters: `period` was 3 and is 4"),
        ] {
            let error = restore::<u32>(id, version, &Params { period }, &bytes).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        for cut in 0..bytes.len() {
            let cut = bytes.get(..cut).unwrap_or_default();
            assert!(restore::<u32>("one", 1, &Params { period: 3 }, cut).is_err());
        }
    }
}
