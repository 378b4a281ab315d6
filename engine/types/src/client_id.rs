//! Client order ids: ours, unique for ever, valid at every venue, and readable without parsing a price.

use std::fmt;
use std::str::FromStr;

/// Which run, strategy and slot an order belongs to, and which generation of that slot it is.
///
/// As text it is `q` and 24 characters of `0-9a-z` (run 7, strategy 3, slot 7, generation 7 in base 36): inside the
/// limits of Binance (36), OKX (32, letters and digits only), Bybit (36), Bitget (40) and Gate (28 after its prefix).
///
/// ```
/// use quantmesh_types::ClientOrderId;
/// let id = ClientOrderId { run: 7, strategy: 1, slot: 40, generation: 3 };
/// assert_eq!(id.to_string(), "q000000700100000140000003");
/// assert_eq!(id.to_string().parse(), Ok(id));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ClientOrderId {
    /// The run that sent it; never used twice by one account.
    pub run: u32,
    /// The strategy's place in the run's configuration.
    pub strategy: u16,
    /// The strategy's own slot: a grid level, or 0.
    pub slot: u32,
    /// Counts a strategy's orders up from 1, so no two share an id.
    pub generation: u32,
}

/// Why a text is not one of our client order ids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a client order id of this engine (q and 24 characters of 0-9a-z)")]
pub struct ClientIdError(
    /// The text that was refused.
    pub String,
);

const WIDTHS: [usize; 4] = [7, 3, 7, 7];

impl fmt::Display for ClientOrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [b'0'; 25];
        text[0] = b'q';
        let mut end = 1;
        for (width, value) in
            WIDTHS.into_iter().zip([self.run, u32::from(self.strategy), self.slot, self.generation])
        {
            end += width;
            let mut rest = value;
            for place in text.get_mut(end - width..end).into_iter().flatten().rev() {
                *place = b"0123456789abcdefghijklmnopqrstuvwxyz"
                    .get((rest % 36) as usize)
                    .copied()
                    .unwrap_or(b'0');
                rest /= 36;
            }
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl FromStr for ClientOrderId {
    type Err = ClientIdError;

    fn from_str(text: &str) -> Result<Self, ClientIdError> {
        let refused = || ClientIdError(text.to_owned());
        let well_formed = text.len() == 25
            && text.starts_with('q')
            && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
        if !well_formed {
            return Err(refused());
        }
        let mut start = 1;
        let mut fields = [0_u32; 4];
        for (field, width) in fields.iter_mut().zip(WIDTHS) {
            let digits = text.get(start..start + width).ok_or_else(refused)?;
            *field = u32::from_str_radix(digits, 36).map_err(|_| refused())?;
            start += width;
        }
        let [run, strategy, slot, generation] = fields;
        Ok(Self { run, strategy: u16::try_from(strategy).map_err(|_| refused())?, slot, generation })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_survives_the_round_trip_at_its_limits() {
        for id in [
            ClientOrderId::default(),
            ClientOrderId { run: u32::MAX, strategy: 46_655, slot: u32::MAX, generation: u32::MAX },
            ClientOrderId { run: 1, strategy: 2, slot: 3, generation: 4 },
        ] {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn a_strangers_id_is_refused() {
        for text in [
            "",
            "q",
            "web_1234567890",
            "q00000070010000014000000",
            "Q000000700100000140000003",
            "qzzzzzzz00100000140000003",
        ] {
            assert!(text.parse::<ClientOrderId>().is_err(), "{text}");
        }
    }
}
