//! Children side by side: each has its own books, and together they are one position at the venue.

#[cfg(test)]
mod script;

use multi_strategy as _;
use sdk::{BuildError, Event, Intents, Price, Qty, ReportKind, Setup, Side, Strategy, View, Wish};
use testkit::{Lab, LabError, check};

#[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Params {}

fn lots(n: i64) -> Qty {
    Qty::from_lots(n * 1_000)
}

/// Buys at its first bar with a tenth of its equity at price 100, and puts a target and a stop around each fill.
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

mod registered_bracket {
    sdk::register_strategy! {
        id: "bracket",
        summary: "for this test",
        tier: sdk::Tier::Free,
        params: super::Params,
        build: super::bracket,
    }
}

mod registered_script {
    sdk::register_strategy! {
        id: "script",
        summary: "for this test",
        tier: sdk::Tier::Free,
        params: super::script::Params,
        build: super::script::build,
    }
}

fn lab() -> Result<Lab, LabError> {
    let mut lab = Lab::new()?;
    lab.execution.slippage_ticks = 0;
    Ok(lab)
}

fn scripted(weight: &str, script: &str, more: &str) -> String {
    format!("[[child]]\nid = 'script'\nweight = {weight}\n{more}\nparams.script = '''\n{script}\n'''\n")
}

/// Two scripts with half of equity each.
fn two(one: &str, other: &str, table: &str) -> Result<(), LabError> {
    let params = format!("{}{}", scripted("0.5", one, ""), scripted("0.5", other, ""));
    check(&lab()?, "multi_strategy", &params, table)
}

#[test]
fn each_child_has_its_share_and_its_own_books_and_one_that_stops_leaves_the_other_alone()
-> Result<(), LabError> {
    let seller = scripted(
        "0.3",
        "1: equity 3000; sell 1 market
         3: held -1; buy 1 @ 50
         4: stop
         5: held 0",
        "",
    );
    check(
        &lab()?,
        "multi_strategy",
        &format!("[[child]]\nid = 'bracket'\nweight = 0.2\n{seller}"),
        "
        # One is crossed at once, and gets its target and stop; what goes out is the difference.
        100 | buy 1 market; sell 1 @ 110; sell 1 stop 90
        # The whole is 1, so one exit can be reduce-only.
        100 | filled buy 1 @ 100; sell 1 @ 110 reduce; sell 1 stop 90
        100 | buy 1 @ 50
        # The one that stops: its order is cancelled, then what it holds is closed; the whole grows by that.
        100 | cancel buy 1 @ 50; cancelled buy 1 @ 50; buy 1 market
        100 | filled buy 1 @ 100
        111 | filled sell 1 @ 110; filled sell 1 @ 110; cancel sell 1 stop 90; cancel sell 1 stop 90; cancelled sell 1 stop 90; cancelled sell 1 stop 90
        89  |
        ",
    )
}

#[test]
fn opposite_market_orders_are_crossed_at_the_last_price_without_a_fee() -> Result<(), LabError> {
    two(
        "1: buy 2 market
         2: held 2; heard buy 1.5 @ 100 fee 0, buy 0.5 @ 104 fee 0.0208",
        "1: sell 1.5 market
         2: held -1.5; heard sell 1.5 @ 100 fee 0; equity 4985",
        "
        100             | buy 0.5 market
        104 110 104 110 | filled buy 0.5 @ 104
        ",
    )
}

#[test]
fn three_are_netted_in_their_order() -> Result<(), LabError> {
    let third = scripted(
        "0.3",
        "1: buy 3 market\n2: held 3; heard buy 1 @ 100 fee 0, buy 1 @ 100 fee 0, buy 1 @ 100 fee 0.04",
        "",
    );
    let params = format!(
        "{}{}{third}",
        scripted("0.3", "1: sell 1 market\n2: held -1; heard sell 1 @ 100 fee 0", ""),
        scripted("0.3", "1: sell 1 market\n2: held -1; heard sell 1 @ 100 fee 0", ""),
    );
    check(
        &lab()?,
        "multi_strategy",
        &params,
        "
        100 | buy 1 market
        100 | filled buy 1 @ 100
        ",
    )
}

#[test]
fn what_is_left_of_an_opening_and_too_small_for_the_venue_is_not_sent() -> Result<(), LabError> {
    let mut lab = lab()?;
    lab.spec.min_notional = "5".parse()?;
    let params = format!(
        "{}{}",
        scripted("0.5", "1: buy 1 market\n2: held 0.96; heard buy 0.96 @ 100 fee 0, MadeSmaller", ""),
        scripted("0.5", "1: sell 0.96 market\n2: held -0.96", "")
    );
    check(&lab, "multi_strategy", &params, "100 |\n100 |\n")
}

#[test]
fn an_order_that_would_meet_a_siblings_resting_one_is_matched_with_it_at_its_price() -> Result<(), LabError> {
    // The first rests where price is now. The second would take it, so it comes back and both trade inside; what is left of
    // the first goes out again (on bars without quotes, a limit at the last price takes).
    two(
        "1: buy 2 @ 99
         3: heard accepted, buy 0.5 @ 99 fee 0, buy 1.5 @ 99 fee 0.0594; held 2",
        "2: sell 0.5 market
         3: heard sell 0.5 @ 99 fee 0; held -0.5",
        "
        100           | buy 2 @ 99
        100 100 99 99 | cancel buy 2 @ 99; cancelled buy 2 @ 99; buy 1.5 @ 99
        99            | filled buy 1.5 @ 99
        ",
    )
}

#[test]
fn limits_that_cross_meet_at_the_price_of_the_one_that_was_there() -> Result<(), LabError> {
    // Bars have no spread, so the first has to be one that price has touched.
    two(
        "1: sell 1 @ 101 post-only
         3: heard accepted, sell 1 @ 101 fee 0",
        "2: buy 1 @ 101
         3: heard buy 1 @ 101 fee 0; held 1",
        "
        100             | sell 1 @ 101 post-only
        100 101 100 101 | cancel sell 1 @ 101; cancelled sell 1 @ 101
        101             |
        ",
    )
}

#[test]
fn a_fill_or_kill_order_that_meets_too_little_of_a_sibling_expires() -> Result<(), LabError> {
    two(
        "1: sell 1 @ 101",
        "2: buy 2 @ 101 fok
         3: heard Expired",
        "
        100             | sell 1 @ 101
        100 101 100 101 |
        101             |
        ",
    )
}

#[test]
fn a_fill_or_kill_exit_larger_than_its_childs_position_is_matched_for_what_it_can_reduce()
-> Result<(), LabError> {
    two(
        "1: buy 1.5 @ 99
         4: heard accepted, buy 1 @ 99 fee 0, buy 0.5 @ 99 fee 0.0198; held 1.5",
        "1: buy 1 market
         3: heard accepted, buy 1 @ 100 fee 0.04; sell 2 @ 99 fok reduce
         4: heard sell 1 @ 99 fee 0, NothingToReduce; held 0",
        "
        100           | buy 1.5 @ 99; buy 1 market
        100           | filled buy 1 @ 100
        100 100 99 99 | cancel buy 1.5 @ 99; cancelled buy 1.5 @ 99; buy 0.5 @ 99
        99            | filled buy 0.5 @ 99
        ",
    )
}

#[test]
fn an_exit_is_reduce_only_where_the_whole_position_only_shrinks() -> Result<(), LabError> {
    two(
        "1: buy 2 market
         3: sell 1 stop 90 reduce; sell 1 @ 120 post-only reduce
         4: sell 2 market reduce",
        "2: sell 1 market
         4: heard accepted, sell 1 @ 100 fee 0.04; buy 1 market reduce
         5: held 0; heard buy 1 @ 100 fee 0",
        "
        100 | buy 2 market
        # It opens a short, but of the whole it only takes away.
        100 | filled buy 2 @ 100; sell 1 market reduce
        # One of the two can take all that the whole still is; the other has to be a plain order.
        100 | filled sell 1 @ 100; sell 1 stop 90 reduce; sell 1 @ 120 post-only
        # Two exits against each other need no venue; the rest goes out, and the guards go with the position.
        100 | sell 1 market reduce
        100 | filled sell 1 @ 100; cancel sell 1 stop 90; cancel sell 1 @ 120; cancelled sell 1 stop 90; cancelled sell 1 @ 120
        ",
    )
}

#[test]
fn reduce_only_orders_that_no_longer_only_shrink_come_back_and_go_out_plain() -> Result<(), LabError> {
    two(
        "1: buy 1 market
         2: sell 1 stop 90 reduce
         5: held 0; heard accepted, buy 1 @ 100 fee 0.04, accepted, sell 1 @ 90 fee 0.036",
        "2: sell 1 market
         5: held -1",
        "
        100          | buy 1 market
        100          | filled buy 1 @ 100; sell 1 stop 90 reduce; sell 1 market
        # The whole is flat: the stop would have nothing to reduce, and its child still holds 1.
        100          | filled sell 1 @ 100; cancel sell 1 stop 90; cancelled sell 1 stop 90; sell 1 stop 90
        100 100 85 90 | filled sell 1 @ 90
        90           |
        ",
    )
}

#[test]
fn what_fills_beyond_a_childs_position_is_hidden_from_it_and_closed_again() -> Result<(), LabError> {
    // The last bar goes through the target and the stop, which are plain orders: both fill before the cancel is there.
    two(
        "1: buy 1 market
         2: sell 1 stop 90 reduce; sell 1 @ 110 reduce
         4: heard accepted, buy 1 @ 100 fee 0.04, accepted, accepted, sell 1 @ 90 fee 0.036, NothingToReduce; held 0
         5: held 0; heard",
        "1: sell 1 @ 100.5
         4: held -1",
        "
        100            | buy 1 market; sell 1 @ 100.5
        100 101 100 100 | filled buy 1 @ 100; filled sell 1 @ 100.5; sell 1 stop 90; sell 1 @ 110
        100 112 88 100 | filled sell 1 @ 90; cancel sell 1 @ 110; filled sell 1 @ 110; buy 1 market reduce
        100            | filled buy 1 @ 100
        100            |
        ",
    )
}

#[test]
fn an_exit_that_may_not_go_out_waits_and_is_not_lost() -> Result<(), LabError> {
    // What it holds is worth less than the venue's smallest order, and the whole points the other way.
    let mut lab = lab()?;
    lab.spec.min_notional = "5".parse()?;
    let dust = "1: buy 0.1 market
         2: sell 0.06 market reduce
         3: held 0.04; sell 0.04 market reduce
         4: held 0.04
         5: held 0; heard accepted, buy 0.1 @ 100 fee 0.004, accepted, sell 0.06 @ 100 fee 0.0024, sell 0.04 @ 100 fee 0";
    let other = "2: sell 0.2 market
         4: buy 0.1 market reduce";
    let params = format!("{}{}", scripted("0.5", dust, ""), scripted("0.5", other, ""));
    check(
        &lab,
        "multi_strategy",
        &params,
        "
        100 | buy 0.1 market
        100 | filled buy 0.1 @ 100; sell 0.06 market reduce; sell 0.2 market
        100 | filled sell 0.06 @ 100; filled sell 0.2 @ 100
        100 | buy 0.06 market reduce
        100 | filled buy 0.06 @ 100
        ",
    )
}
