//! What a trader without a plan does: many small orders near the best, cancels at random. Decided once, while hftbacktest runs,
//! and played to our engine from the list.

use types::Side;

/// One request to the venue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    Place { id: u64, side: Side, price: i64, lots: i64, kind: Kind },
    Cancel { id: u64 },
}

/// How an order may trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    PostOnly,
    ImmediateOrCancel,
    FillOrKill,
}

/// What was sent at which local time.
pub type Plan = Vec<(i64, Vec<Request>)>;

/// One fill, however many executions it came in: whose, when at the venue, at what price, how many lots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fill {
    pub id: u64,
    pub venue_time: i64,
    pub price: i64,
    pub lots: i64,
}

/// SplitMix64.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % n
    }

    /// What to send, given the best prices and which orders can be cancelled.
    pub fn requests(&mut self, (bid, ask): (i64, i64), live: &[u64], next: &mut u64) -> Vec<Request> {
        let mut requests = Vec::new();
        for id in live {
            // The more there are, the likelier each is to go.
            if self.below(60) < live.len() as u64 {
                requests.push(Request::Cancel { id: *id });
            }
        }
        for _ in 0..self.below(4) {
            let side = if self.below(2) == 0 { Side::Buy } else { Side::Sell };
            let best = if side == Side::Buy { bid } else { ask };
            let most = if self.below(4) == 0 { 3_000 } else { 60 };
            let lots = 1 + self.below(most) as i64;
            let (price, kind) = match self.below(12) {
                0 => (best + side.sign() * (ask - bid), Kind::ImmediateOrCancel),
                1 => (best + side.sign() * (ask - bid), Kind::FillOrKill),
                2 => (best + side.sign(), Kind::PostOnly),
                _ => (best - side.sign() * self.below(8) as i64, Kind::PostOnly),
            };
            *next += 1;
            requests.push(Request::Place { id: *next, side, price, lots, kind });
        }
        requests
    }
}

/// Joins executions of one order at one moment and price, in a settled order.
pub fn joined(mut fills: Vec<Fill>) -> Vec<Fill> {
    fills.sort();
    let mut joined: Vec<Fill> = Vec::with_capacity(fills.len());
    for fill in fills {
        match joined.last_mut() {
            Some(last)
                if (last.id, last.venue_time, last.price) == (fill.id, fill.venue_time, fill.price) =>
            {
                last.lots += fill.lots;
            }
            _ => joined.push(fill),
        }
    }
    joined
}
