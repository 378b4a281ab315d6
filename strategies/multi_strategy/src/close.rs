//! The end of a run: which child the fills belong to of orders that the engine itself sends to close the whole position, and
//! what children hold against each other then.

use sdk::{
    Amount, ClientOrderId, Fill, InstrumentId, Liquidity, Money, OrderReport, Overflow, Qty, ReportKind, Side,
};

use crate::child::Child;
use crate::ledger::{Traded, fee_worth, part};
use crate::scene::Scene;

/// Shares a fill out among the children that hold what it closes, in their order, and its fee with it.
pub(crate) fn share_out(
    children: &mut [Child],
    report: &OrderReport,
    fill: &Fill,
    scene: &mut Scene<'_, '_>,
) {
    let id = report.instrument;
    let all = fill.qty.lots();
    let mut before = 0_i64;
    let Some(market) = scene.view.market(id) else { return };
    let worth = fee_worth(&market.instrument.fees(), fill.fee);
    for at in 0..=children.len() {
        // What nobody holds falls to the first.
        let (slot, rest) = if at == children.len() { (0, true) } else { (at, false) };
        let Some(child) = children.get_mut(slot) else { return };
        let held = child.memory.ledger.qty(id.index());
        let holds = if Side::closing(held) == Some(fill.side) { held.abs().lots() } else { 0 };
        let lots = if rest { all - before } else { holds.min(all - before) };
        if lots <= 0 {
            continue;
        }
        let fee = part(fill.fee.money, before, lots, all);
        let worth = worth.and_then(|worth| part(worth, before, lots, all));
        before += lots;
        let money = fee.unwrap_or_default();
        let own = Fill { qty: Qty::from_lots(lots), fee: Amount { money, ..fill.fee }, ..*fill };
        take(child, report, &own, worth, scene);
    }
}

/// Once the whole is flat and the run is stopping, what children still hold against each other is crossed at the last price,
/// without a fee.
pub(crate) fn cross_out(children: &mut [Child], scene: &mut Scene<'_, '_>) {
    for market in scene.view.markets.iter().filter(|market| market.position.is_flat()) {
        let (id, asset) = (market.instrument.id(), market.instrument.fees().asset);
        let Some(price) = market.last else { continue };
        for child in children.iter_mut() {
            let held = child.memory.ledger.qty(id.index());
            let Some(side) = Side::closing(held) else { continue };
            let fee = Amount { asset, money: Money::ZERO };
            let fill =
                Fill { side, price, qty: held.abs(), liquidity: Liquidity::Taker, fee, trade: scene.cross() };
            let report = OrderReport {
                time: scene.view.now,
                id: ClientOrderId::default(),
                instrument: id,
                kind: ReportKind::Filled(fill),
            };
            take(child, &report, &fill, Ok(Money::ZERO), scene);
        }
    }
}

fn take(
    child: &mut Child,
    report: &OrderReport,
    fill: &Fill,
    worth: Result<Money, Overflow>,
    scene: &mut Scene<'_, '_>,
) {
    let id: InstrumentId = report.instrument;
    let visible = fill.qty.min(child.reducible(&sdk::Wish::market(id, fill.side, fill.qty)));
    let fee = worth.unwrap_or_default();
    let traded = Traded { side: fill.side, price: fill.price, qty: fill.qty, fee };
    let Some(instrument) = child.markets.get(id.index()).map(|market| &market.instrument) else { return };
    let booked = child.memory.ledger.fill(instrument, &traded).and(worth.map(|_| ()));
    let seen = child.book_seen(id, fill, visible);
    if booked.and(seen).is_err() {
        child.shut(child.notes.books_overflow, scene);
    }
    if visible.lots() > 0 {
        scene.write(child.slot, report.id, id, ReportKind::Filled(Fill { qty: visible, ..*fill }));
    }
}
