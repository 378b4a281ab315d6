//! A stop stays a stop: what fills after it is closed again.

use quantmesh_kernel::{Kernel, Outbox};
use sdk::{
    BuildError, Event, Intents, Mode, OperatorVerb, Price, Qty, Setup, Side, Strategy, View, Wish,
    register_strategy,
};
use testkit::Lab;
use types::{
    Amount, Bar, CancelReason, Command, Fill, InstrumentId, Liquidity, Money, Order, OrderReport, ReportKind,
    Time,
};

/// Bids once, a tick under the first close.
struct Bids(bool);

#[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Params {}

impl Strategy for Bids {
    fn on_event(&mut self, _: &View<'_>, event: &Event, intents: &mut Intents) {
        if let (Event::Bar { instrument, bar }, false) = (event, self.0) {
            self.0 = true;
            let below = Price::from_ticks(bar.close.ticks() - 1);
            intents.place(0, Wish::post_only(*instrument, Side::Buy, Qty::from_lots(5), below));
        }
    }
}

fn build(_: Params, _: &Setup) -> Result<Bids, BuildError> {
    Ok(Bids(false))
}

register_strategy! {
    id: "bids",
    summary: "for this test",
    tier: sdk::Tier::Free,
    params: Params,
    build: build,
}

/// Steps the kernel; gives the orders it sends.
fn step(kernel: &mut Kernel, event: &Event) -> Result<Vec<Order>, Box<dyn std::error::Error>> {
    let mut outbox = Outbox::new();
    kernel.step(event, &mut outbox)?;
    let placed = outbox.commands.iter().filter_map(|command| match command {
        Command::Place(order) => Some(*order),
        Command::Cancel { .. } | Command::Tell(_) => None,
    });
    Ok(placed.collect())
}

#[test]
fn a_fill_that_comes_after_the_stop_is_closed_again() -> Result<(), Box<dyn std::error::Error>> {
    let lab = Lab::new()?;
    let mut kernel = Kernel::new(lab.kernel("bids", "", None)?)?;
    let (instrument, time, price) = (InstrumentId(0), Time::from_nanos(0), Price::from_ticks(10_000));
    let bar = Bar { close_time: time, open: price, high: price, low: price, close: price, ..Bar::default() };
    let bid = step(&mut kernel, &Event::Bar { instrument, bar })?.pop().ok_or("it bids")?;
    let said = |order: &Order, kind| Event::Order(OrderReport { time, id: order.id, instrument, kind });
    let filled = |order: &Order, trade| {
        let fee = Amount { asset: lab.spec.quote, money: Money::ZERO };
        let (side, qty) = (order.side, order.qty);
        said(order, ReportKind::Filled(Fill { side, price, qty, liquidity: Liquidity::Maker, fee, trade }))
    };
    step(&mut kernel, &said(&bid, ReportKind::Accepted))?;
    step(&mut kernel, &Event::Operator { time, verb: OperatorVerb::Stop })?;
    step(&mut kernel, &said(&bid, ReportKind::Cancelled(CancelReason::Requested)))?;
    assert_eq!(kernel.mode(0), Some(Mode::Stopped), "flat, and latched");

    let closing = step(&mut kernel, &filled(&bid, 1))?.pop().ok_or("what came late is closed")?;
    assert_eq!((closing.side, closing.qty, closing.reduce_only), (Side::Sell, bid.qty, true));
    assert_eq!(kernel.mode(0), Some(Mode::Stopping));
    step(&mut kernel, &said(&closing, ReportKind::Accepted))?;
    assert_eq!(step(&mut kernel, &filled(&closing, 2))?, []);
    assert_eq!(kernel.mode(0), Some(Mode::Stopped));
    assert!(kernel.markets().iter().all(|market| market.position.is_flat()));
    Ok(())
}
