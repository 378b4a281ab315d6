//! The order book with its queues against a plain list of orders in price-time priority.

use arbitrary::{Arbitrary, Unstructured};
use types::{ClientOrderId, OrderKind, Price, Qty, Side, TimeInForce};
use venue::book::{Match, OrderBook, OrderKey, Outcome, Resting};

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Amount {
    Few(u8),
    Any(i64),
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Step {
    Submit { buys: bool, price: u8, qty: Amount, kind: u8 },
    Rest { buys: bool, price: u8, qty: Amount },
    Take { buys: bool, limit: Option<u8>, qty: Amount },
    Reduce { which: u8, by: Amount },
    Cancel { which: u8 },
}

/// The plain list: orders in the order in which they came.
#[derive(Debug, Default)]
struct Plain {
    orders: Vec<Resting>,
}

impl Plain {
    /// The place of the order that a taker meets first.
    fn first(&self, taker: Side, limit: Option<Price>) -> Option<usize> {
        let better = |one: &Resting| one.price.ticks() * -taker.sign();
        let within = |one: &Resting| match (taker, limit) {
            (_, None) => true,
            (Side::Buy, Some(limit)) => one.price <= limit,
            (Side::Sell, Some(limit)) => one.price >= limit,
        };
        let met = self.orders.iter().enumerate().filter(|(_, one)| one.side != taker && within(one));
        met.min_by_key(|(at, one)| (-better(one), *at)).map(|(at, _)| at)
    }

    fn take(
        &mut self,
        taker: Side,
        limit: Option<Price>,
        qty: i64,
    ) -> (i64, Vec<(ClientOrderId, Price, i64)>) {
        let (mut left, mut fills) = (qty, Vec::new());
        while left > 0
            && let Some(at) = self.first(taker, limit)
        {
            let maker = &mut self.orders[at];
            let got = left.min(maker.open.lots());
            fills.push((maker.id, maker.price, got));
            maker.open = Qty::from_lots(maker.open.lots() - got);
            left -= got;
            if maker.open.is_zero() {
                self.orders.remove(at);
            }
        }
        (left, fills)
    }

    fn within(&self, taker: Side, limit: Option<Price>) -> i128 {
        let mut rest = Self { orders: self.orders.clone() };
        let mut sum = 0;
        while let Some(at) = rest.first(taker, limit) {
            sum += i128::from(rest.orders.remove(at).open.lots());
        }
        sum
    }
}

const fn side(buys: bool) -> Side {
    if buys { Side::Buy } else { Side::Sell }
}

fn price(place: u8) -> Price {
    Price::from_ticks(i64::from(place % 16))
}

const fn lots(amount: Amount) -> Qty {
    Qty::from_lots(match amount {
        Amount::Few(few) => few as i64 % 16,
        Amount::Any(any) => any,
    })
}

fn same(fills: &[Match], wanted: &[(ClientOrderId, Price, i64)]) {
    let fills: Vec<_> = fills.iter().map(|fill| (fill.maker, fill.price, fill.qty.lots())).collect();
    assert_eq!(fills, wanted, "who fills, at what price, how much");
}

/// Any steps leave the book as they leave the plain list, and fill the same.
pub fn check(bytes: &[u8]) {
    let mut input = Unstructured::new(bytes);
    let (mut book, mut plain) = (OrderBook::new(), Plain::default());
    let mut keys: Vec<(OrderKey, ClientOrderId)> = Vec::new();
    let mut sent = 0;
    while !input.is_empty() && sent < 400 {
        let Ok(step) = Step::arbitrary(&mut input) else { return };
        sent += 1;
        let id = ClientOrderId { generation: sent, ..ClientOrderId::default() };
        let mut fills = Vec::new();
        match step {
            Step::Submit { buys, price: at, qty, kind } => {
                let (side, at, qty) = (side(buys), price(at), lots(qty));
                let tif = [
                    TimeInForce::GoodTillCancel,
                    TimeInForce::ImmediateOrCancel,
                    TimeInForce::FillOrKill,
                    TimeInForce::PostOnly,
                ][usize::from(kind % 4)];
                let (kind, limit) = match kind % 5 {
                    4 => (OrderKind::Market, None),
                    _ => (OrderKind::Limit { price: at, tif }, Some(at)),
                };
                let outcome = book.submit(id, side, qty, kind, &mut fills);
                let wanted = submitted(&mut plain, id, side, qty, limit, kind);
                same(&fills, &wanted.1);
                match outcome {
                    Outcome::Filled => assert_eq!(wanted.0, Some(0)),
                    Outcome::Resting { key, open } => {
                        assert_eq!(wanted.0, Some(open.lots()));
                        keys.push((key, id));
                    }
                    Outcome::Expired { open } => {
                        assert_eq!(wanted.0, Some(open.lots()));
                    }
                    Outcome::WouldTake | Outcome::NotSupported => assert_eq!(wanted.0, None),
                }
            }
            Step::Rest { buys, price: at, qty } => {
                let (side, price, open) = (side(buys), price(at), lots(qty));
                let key = book.rest(id, side, price, open);
                assert_eq!(book.get(key).is_some(), open.lots() > 0);
                if open.lots() > 0 {
                    plain.orders.push(Resting { id, side, price, open });
                    keys.push((key, id));
                }
            }
            Step::Take { buys, limit, qty } => {
                let (taker, limit, qty) = (side(buys), limit.map(price), lots(qty));
                let there = plain.within(taker, limit);
                assert_eq!(i128::from(book.available(taker, limit).lots()), there.min(i128::from(i64::MAX)));
                let left = book.take(taker, limit, qty, &mut fills);
                let wanted = plain.take(taker, limit, qty.lots());
                assert_eq!(left.lots(), wanted.0);
                same(&fills, &wanted.1);
            }
            Step::Reduce { which, by } => {
                if let Some((key, id)) = some(&keys, which) {
                    reduce(&mut book, &mut plain, key, id, lots(by).lots().max(0));
                }
            }
            Step::Cancel { which } => {
                if let Some((key, id)) = some(&keys, which) {
                    assert_eq!(book.get(key), plain.orders.iter().find(|one| one.id == id).copied());
                    let cancelled = book.cancel(key);
                    let at = plain.orders.iter().position(|one| one.id == id);
                    assert_eq!(cancelled, at.map(|at| plain.orders.remove(at)));
                }
            }
        }
        all_the_same(&book, &plain);
    }
}

fn some(keys: &[(OrderKey, ClientOrderId)], which: u8) -> Option<(OrderKey, ClientOrderId)> {
    keys.get(usize::from(which) % keys.len().max(1)).copied()
}

fn reduce(book: &mut OrderBook, plain: &mut Plain, key: OrderKey, id: ClientOrderId, by: i64) {
    let before = book.reduce(key, Qty::from_lots(by));
    let at = plain.orders.iter().position(|one| one.id == id);
    assert_eq!(before, at.map(|at| plain.orders[at]));
    if let Some(at) = at {
        let left = plain.orders[at].open.lots() - by.min(plain.orders[at].open.lots());
        plain.orders[at].open = Qty::from_lots(left);
        if left == 0 {
            plain.orders.remove(at);
        }
    }
}

/// What is open of an order after it was submitted, none where nothing happens, and its fills.
fn submitted(
    plain: &mut Plain,
    id: ClientOrderId,
    side: Side,
    qty: Qty,
    limit: Option<Price>,
    kind: OrderKind,
) -> (Option<i64>, Vec<(ClientOrderId, Price, i64)>) {
    if qty.lots() <= 0 || limit.is_some_and(|limit| limit.ticks() <= 0) {
        return (None, Vec::new());
    }
    match kind {
        OrderKind::Limit { tif: TimeInForce::PostOnly, .. } if plain.first(side, limit).is_some() => {
            return (None, Vec::new());
        }
        OrderKind::Limit { tif: TimeInForce::FillOrKill, .. }
            if plain.within(side, limit) < i128::from(qty.lots()) =>
        {
            return (Some(qty.lots()), Vec::new());
        }
        _ => {}
    }
    let (left, fills) = plain.take(side, limit, qty.lots());
    if let OrderKind::Limit { price, tif: TimeInForce::GoodTillCancel | TimeInForce::PostOnly } = kind
        && left > 0
    {
        plain.orders.push(Resting { id, side, price, open: Qty::from_lots(left) });
    }
    (Some(left), fills)
}

fn all_the_same(book: &OrderBook, plain: &Plain) {
    assert_eq!(book.len(), plain.orders.len());
    let mut wanted = plain.orders.clone();
    // Bids, then asks, the best price first and of one price the oldest first: the sort keeps the order of equals.
    wanted.sort_by_key(|one| (one.side == Side::Sell, -one.price.ticks() * one.side.sign()));
    assert!(book.orders().map(|(_, order)| order).eq(wanted.iter().copied()), "{wanted:?}");
    let best = |side: Side| wanted.iter().find(|one| one.side == side).map(|one| one.price);
    assert_eq!((book.best_bid(), book.best_ask()), (best(Side::Buy), best(Side::Sell)));
}
