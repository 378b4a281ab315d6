//! W2 as somebody would write it who wants nothing but the result: flat arrays, floats, no orders, no gate, no books.

use types::{Side, Tick, TickKind};

use super::Outcome;

const LEVELS: i64 = 20;
const APART: i64 = 10;

struct Hand {
    low: i64,
    bids: Vec<i64>,
    asks: Vec<i64>,
    bid: i64,
    ask: i64,
    /// Live orders, best first: buys fall, sells rise.
    buys: Vec<i64>,
    sells: Vec<i64>,
    position: i64,
    /// What the position is marked at: the last trade, or the middle where a best price moved since.
    mark: f64,
    cash: f64,
    fees: f64,
    counts: [u64; 3],
}

/// Runs W2; all prices lie within `low` and `high` ticks.
pub fn run(ticks: &[Tick], low: i64, high: i64) -> Outcome {
    let size = usize::try_from(high - low + 3).unwrap_or(0);
    let mut hand = Hand {
        low: low - 1,
        bids: vec![0; size],
        asks: vec![0; size],
        bid: low - 1,
        ask: high + 1,
        buys: Vec::with_capacity(64),
        sells: Vec::with_capacity(64),
        position: 0,
        mark: 0.0,
        cash: 0.0,
        fees: 0.0,
        counts: [0; 3],
    };
    let mut next = ticks.first().map_or(0, |tick| tick.venue_time.nanos()) + 100_000_000;
    for tick in ticks {
        let now = tick.venue_time.nanos();
        while now > next {
            hand.decide();
            next += 100_000_000;
        }
        hand.take_in(tick);
    }
    let equity = hand.cash - hand.fees + hand.position as f64 * hand.mark;
    let [fills, submits, cancels] = hand.counts;
    Outcome { fills, submits, cancels, equity: format!("{equity:.4}") }
}

impl Hand {
    fn at(&self, price: i64) -> usize {
        (price - self.low) as usize
    }

    fn take_in(&mut self, tick: &Tick) {
        let (price, at) = (tick.price.ticks(), self.at(tick.price.ticks()));
        let top = (self.bid, self.ask);
        match tick.kind {
            TickKind::Level(Side::Buy) => {
                self.bids[at] = tick.qty.lots();
                if tick.qty.lots() > 0 {
                    if price > self.bid {
                        self.bid = price;
                        self.fill_sells(price, true);
                    }
                } else if price == self.bid {
                    while self.bid > self.low && self.bids[self.at(self.bid)] == 0 {
                        self.bid -= 1;
                    }
                }
            }
            TickKind::Level(Side::Sell) => {
                self.asks[at] = tick.qty.lots();
                if tick.qty.lots() > 0 {
                    if price < self.ask {
                        self.ask = price;
                        self.fill_buys(price, true);
                    }
                } else if price == self.ask {
                    while self.at(self.ask) + 1 < self.asks.len() && self.asks[self.at(self.ask)] == 0 {
                        self.ask += 1;
                    }
                }
            }
            TickKind::Trade(taker) => {
                self.mark = price as f64 * 0.1;
                match taker {
                    Some(Side::Sell) => self.fill_buys(price, false),
                    _ => self.fill_sells(price, false),
                }
            }
            TickKind::Clear(_) | TickKind::Best(_) => {}
        }
        if top != (self.bid, self.ask) {
            self.mark = (self.bid + self.ask).div_euclid(2) as f64 * 0.1;
        }
    }

    fn fill_buys(&mut self, to: i64, touch: bool) {
        while let Some(price) =
            self.buys.first().copied().filter(|price| *price > to || touch && *price == to)
        {
            self.buys.remove(0);
            self.fill(price, 1);
        }
    }

    fn fill_sells(&mut self, to: i64, touch: bool) {
        while let Some(price) =
            self.sells.first().copied().filter(|price| *price < to || touch && *price == to)
        {
            self.sells.remove(0);
            self.fill(price, -1);
        }
    }

    fn fill(&mut self, price: i64, sign: i64) {
        let price = price as f64 * 0.1;
        self.position += sign;
        self.cash -= sign as f64 * price;
        self.fees += price * 0.0002;
        self.counts[0] += 1;
    }

    fn decide(&mut self) {
        let (low, high) =
            (self.bid + self.ask - 10 - self.position, self.bid + self.ask + 10 - self.position);
        let buy = self.bid.min(low.div_euclid(2)).div_euclid(APART) * APART;
        let sell = -(-self.ask.max(-(-high).div_euclid(2))).div_euclid(APART) * APART;
        let counts = &mut self.counts;
        keep(&mut self.buys, (self.position < 20).then_some(buy), -1, counts);
        keep(&mut self.sells, (self.position > -20).then_some(sell), 1, counts);
    }
}

fn keep(orders: &mut Vec<i64>, best: Option<i64>, sign: i64, counts: &mut [u64; 3]) {
    let before = orders.len();
    let wanted = |price: i64| best.is_some_and(|best| (0..LEVELS * APART).contains(&((price - best) * sign)));
    orders.retain(|price| wanted(*price));
    counts[2] += (before - orders.len()) as u64;
    let Some(best) = best else { return };
    let kept = orders.len();
    for level in 0..LEVELS {
        let price = best + sign * level * APART;
        if !orders[..kept].contains(&price) {
            orders.push(price);
            counts[1] += 1;
        }
    }
    orders.sort_unstable_by_key(|price| price * sign);
}
