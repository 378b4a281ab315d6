//! An order as its child knows it, and where it is: with us, or at the venue.

use sdk::{ClientOrderId, InstrumentId, OrderKind, Price, Qty, TimeInForce, Wish};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How often an order comes back for siblings' orders at one price.
const CALLS: u32 = 8;

/// An order of a child, from its wish to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Out {
    /// Counts up over all children: what is lower came earlier.
    pub(crate) seq: u64,
    /// The id its child knows it by; `None` for one of ours that closes what the child must not hold.
    #[serde(with = "sdk::state::exact")]
    pub(crate) theirs: Option<ClientOrderId>,
    #[serde(with = "form")]
    pub(crate) wish: Wish,
    /// What of it the child was told is filled.
    #[serde(with = "sdk::state::exact")]
    pub(crate) filled: Qty,
    /// What of it opens, in its child's books; none for an exit.
    #[serde(with = "sdk::state::exact")]
    pub(crate) opening: Qty,
    /// Where it is at the venue; `None` while it is with us.
    pub(crate) venue: Option<Venue>,
    /// The count of its instrument's prices when a sibling's order first kept it waiting.
    pub(crate) kept: Option<u64>,
    /// At which count of prices it was last called back for a sibling's order, and how often.
    pub(crate) called: (u64, u32),
    /// Its child was told that it works.
    pub(crate) known: bool,
    /// It has rested at the venue.
    pub(crate) rested: bool,
    /// Its child asked for its end.
    pub(crate) ending: bool,
    /// It is to end because there is nothing left to reduce.
    pub(crate) spent: bool,
    /// The count of prices when the venue found nothing to reduce for it.
    pub(crate) plain: Option<u64>,
}

/// An order at the venue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Venue {
    #[serde(with = "sdk::state::exact")]
    pub(crate) ours: ClientOrderId,
    #[serde(with = "sdk::state::exact")]
    pub(crate) sent: Qty,
    #[serde(with = "sdk::state::exact")]
    pub(crate) filled: Qty,
    pub(crate) reduce_only: bool,
    pub(crate) cancel: Cancel,
}

/// Whether it is asked to end at the venue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Cancel {
    No,
    /// As soon as there is room.
    Wanted,
    Asked,
}

/// An order that has left the venue before it was whole: a fill of it may come late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Past {
    #[serde(with = "sdk::state::exact")]
    pub(crate) ours: ClientOrderId,
    #[serde(with = "sdk::state::exact")]
    pub(crate) theirs: Option<ClientOrderId>,
    pub(crate) reduce_only: bool,
    /// Its child was not told of its end: it came back to us.
    pub(crate) back: bool,
}

impl Out {
    /// A new one, with us.
    pub(crate) const fn new(seq: u64, theirs: Option<ClientOrderId>, wish: Wish, opening: Qty) -> Self {
        Self {
            seq,
            theirs,
            wish,
            filled: Qty::ZERO,
            opening,
            venue: None,
            kept: None,
            called: (0, 0),
            known: false,
            rested: false,
            ending: false,
            spent: false,
            plain: None,
        }
    }

    /// What its child waits for.
    pub(crate) const fn open(&self) -> Qty {
        Qty::from_lots(self.wish.qty.lots().saturating_sub(self.filled.lots()))
    }

    /// What of the open part opens, in its child's books: what closes fills first.
    pub(crate) fn opens(&self) -> Qty {
        self.open().min(self.opening)
    }

    pub(crate) const fn is_exit(&self) -> bool {
        self.opening.is_zero()
    }

    /// Whether it is one of ours.
    pub(crate) const fn is_house(&self) -> bool {
        self.theirs.is_none()
    }

    /// Whether it is with us and may trade.
    pub(crate) const fn is_held(&self) -> bool {
        self.venue.is_none() && self.open().lots() > 0
    }

    /// Whether it lies in the venue's book, or is about to.
    pub(crate) const fn rests_at_venue(&self) -> bool {
        self.venue.is_some() && self.may_rest()
    }

    pub(crate) const fn may_rest(&self) -> bool {
        let OrderKind::Limit { tif, .. } = self.wish.kind else { return false };
        matches!(tif, TimeInForce::GoodTillCancel | TimeInForce::PostOnly)
    }

    pub(crate) const fn is_market(&self) -> bool {
        matches!(self.wish.kind, OrderKind::Market)
    }

    /// Asks for its end at the venue for a sibling's order, but not without end: after [`CALLS`] times at one price no more.
    pub(crate) const fn call_back(&mut self, prices: u64) {
        let Some(Venue { cancel: Cancel::No, .. }) = self.venue else { return };
        let (at, times) = self.called;
        self.called = if at == prices { (at, times.saturating_add(1)) } else { (prices, 1) };
        if self.called.1 <= CALLS {
            self.want_cancel();
        }
    }

    /// Asks for its end at the venue.
    pub(crate) const fn want_cancel(&mut self) {
        if let Some(venue) = &mut self.venue
            && matches!(venue.cancel, Cancel::No)
        {
            venue.cancel = Cancel::Wanted;
        }
    }
}

impl Venue {
    pub(crate) const fn open(&self) -> Qty {
        Qty::from_lots(self.sent.lots().saturating_sub(self.filled.lots()))
    }
}

mod form {
    //! A wish in a saved state: instrument, buy or not, lots, kind with its price, reduce-only.

    use sdk::Side;
    use serde::de::Error;

    use super::{
        Deserialize, Deserializer, InstrumentId, OrderKind, Price, Qty, Serialize, Serializer, TimeInForce,
        Wish,
    };

    type Written = (u32, bool, i64, (u8, i64), bool);

    pub(super) fn serialize<S: Serializer>(wish: &Wish, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = match wish.kind {
            OrderKind::Market => (0, 0),
            OrderKind::StopMarket { trigger } => (1, trigger.ticks()),
            OrderKind::Limit { price, tif } => (
                match tif {
                    TimeInForce::GoodTillCancel => 2,
                    TimeInForce::PostOnly => 3,
                    TimeInForce::ImmediateOrCancel => 4,
                    TimeInForce::FillOrKill => 5,
                },
                price.ticks(),
            ),
        };
        let written: Written =
            (wish.instrument.0, wish.side == Side::Buy, wish.qty.lots(), kind, wish.reduce_only);
        written.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Wish, D::Error> {
        let (instrument, buy, lots, (kind, ticks), reduce_only) = Written::deserialize(deserializer)?;
        let price = Price::from_ticks(ticks);
        let limit = |tif| OrderKind::Limit { price, tif };
        let kind = match kind {
            0 => OrderKind::Market,
            1 => OrderKind::StopMarket { trigger: price },
            2 => limit(TimeInForce::GoodTillCancel),
            3 => limit(TimeInForce::PostOnly),
            4 => limit(TimeInForce::ImmediateOrCancel),
            5 => limit(TimeInForce::FillOrKill),
            _ => return Err(D::Error::custom("an order of no kind")),
        };
        let side = if buy { Side::Buy } else { Side::Sell };
        Ok(Wish { instrument: InstrumentId(instrument), side, qty: Qty::from_lots(lots), kind, reduce_only })
    }
}
