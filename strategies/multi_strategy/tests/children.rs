//! Children side by side: each has its own books, and together they are one position at the venue.

use multi_strategy as _;
use sdk::{BuildError, Event, Intents, OrderKind, Price, Qty, ReportKind, Setup, Side, Strategy, View, Wish};
use testkit::{Lab, LabError, check};

#[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Params {}

fn lots(n: i64) -> Qty {
    Qty::from_lots(n * 1_000)
}

/// Buys at its first bar with a tenth of its equity at price 100, and puts a target and a stop around the fill.
struct Bracket(u32);

impl Strategy for Bracket {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        match event {
            Event::Bar { instrument, .. } => {
                self.0 += 1;
                if self.0 == 1 {
                    let units = view.equity.units() / 1_000 / 10_i128.pow(18);
                    intents.place(
                        0,
                        Wish::market(*instrument, Side::Buy, lots(i64::try_from(units).unwrap_or(0))),
                    );
                }
            }
            Event::Order(report) => match report.kind {
                ReportKind::Filled(fill) if fill.side == Side::Buy => {
                    let at = |ticks| Price::from_ticks(ticks);
                    intents.place(
                        1,
                        Wish::limit(report.instrument, Side::Sell, fill.qty, at(11_000)).reducing(),
                    );
                    intents
                        .place(2, Wish::stop(report.instrument, Side::Sell, fill.qty, at(9_000)).reducing());
                }
                ReportKind::Filled(_) => intents.note("bracket: out"),
                ReportKind::Cancelled(sdk::CancelReason::NothingToReduce) => {
                    intents.note("bracket: nothing left")
                }
                _ => {}
            },
            _ => {}
        }
    }
}

fn bracket(_: Params, _: &Setup) -> Result<Bracket, BuildError> {
    Ok(Bracket(0))
}

/// Sells 1 at its first bar, and stops at its fourth.
struct Seller(u32);

impl Strategy for Seller {
    fn on_event(&mut self, view: &View<'_>, event: &Event, intents: &mut Intents) {
        let Event::Bar { instrument, .. } = event else { return };
        self.0 += 1;
        match self.0 {
            1 => drop(intents.place(0, Wish::market(*instrument, Side::Sell, lots(1)))),
            3 => {
                let held = view.market(*instrument).map_or(Qty::ZERO, |market| market.position.qty);
                assert_eq!(held, lots(-1), "its own position, not the whole one");
                let price = OrderKind::Limit {
                    price: Price::from_ticks(5_000),
                    tif: sdk::TimeInForce::GoodTillCancel,
                };
                let wish = Wish { kind: price, ..Wish::market(*instrument, Side::Buy, lots(1)) };
                intents.place(0, wish);
            }
            4 => intents.stop("the seller has had enough"),
            5.. => intents.stop("a child that stopped was asked"),
            _ => {}
        }
    }
}

fn seller(_: Params, _: &Setup) -> Result<Seller, BuildError> {
    Ok(Seller(0))
}

mod registered_bracket {
    sdk::register_strategy! {
        id: "bracket",
        summary: "for this test",
        tier: sdk::Tier::Free,
        params: super::Params,
        build: super::bracket,
    }
}

mod registered_seller {
    sdk::register_strategy! {
        id: "seller",
        summary: "for this test",
        tier: sdk::Tier::Free,
        params: super::Params,
        build: super::seller,
    }
}

const BOTH: &str = "child = [{ id = 'bracket', weight = 0.2 }, { id = 'seller', weight = 0.3 }]";
const ONE: &str = "child = [{ id = 'bracket', weight = 0.1 }]";

fn lab() -> Result<Lab, LabError> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    Ok(lab)
}

#[test]
fn each_child_has_its_share_and_its_own_books_and_one_that_stops_leaves_the_other_alone()
-> Result<(), LabError> {
    check(
        &lab()?,
        "multi_strategy",
        BOTH,
        "
        100 | buy 2 market; sell 1 market
        100 | filled buy 2 @ 100; sell 2 @ 110; sell 2 stop 90; filled sell 1 @ 100
        100 | buy 1 @ 50
        100 | cancel buy 1 @ 50; cancelled buy 1 @ 50; buy 1 market
        100 | filled buy 1 @ 100
        111 | filled sell 2 @ 110; cancel sell 2 stop 90; cancelled sell 2 stop 90
        89  |
        ",
    )
}

#[test]
fn what_fills_beyond_a_childs_position_is_closed_again() -> Result<(), LabError> {
    // The last bar goes through the target and the stop: both fill before the cancel is there.
    check(
        &lab()?,
        "multi_strategy",
        ONE,
        "
        100            | buy 1 market
        100            | filled buy 1 @ 100; sell 1 @ 110; sell 1 stop 90
        100 112 88 100 | filled sell 1 @ 90; cancel sell 1 @ 110; filled sell 1 @ 110; buy 1 market
        100            | filled buy 1 @ 100
        100            |
        ",
    )
}

#[test]
fn what_it_can_not_be_built_from_is_told_with_what_to_do() -> Result<(), LabError> {
    let lab = lab()?;
    for (params, message) in [
        ("child = []", "child: there is none; add a [[strategy.params.child]] with an id and a weight"),
        (
            "child = [{ id = 'bracket', weight = 0.6 }, { id = 'seller', weight = 0.5 }]",
            "weight: the weights come to 1.1; they may come to at most 1",
        ),
        (
            "child = [{ id = 'seller', weight = 0 }]",
            "weight: 0 of child seller must be above 0 and at most 1",
        ),
        (
            "child = [{ id = 'multi_strategy', weight = 1 }]",
            "child.id: `multi_strategy` is no strategy that this run may use: it is not compiled in, or no licence names it; there is bracket, seller",
        ),
        (
            "child = [{ id = 'seller', weight = 1, params = { size = 1 } }]",
            "child.seller: `size` is not a parameter of this strategy; it has: ",
        ),
    ] {
        let error = lab.kernel("multi_strategy", params, None).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some(message), "{params}");
    }
    Ok(())
}
