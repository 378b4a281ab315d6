//! What goes wrong at a venue, one thing at a time, and what was wrong with the system that came before.

use sdk::{Mode, Money, Number, Price, ReportKind, Side, Strategy};

use super::world::{World, params, setup};
use crate::{Direction, Martingale, Params};
use sdk::layers::Leg;

/// A world that holds the first order of one unit at 100.
fn holding(params: Params) -> World {
    let mut world = World::new(params);
    world.trade(1, 10_000);
    world.fill_whole(Leg::Entry(0), 10_000);
    world
}

#[test]
fn an_order_that_was_sent_is_no_level_until_it_fills() {
    let mut world = World::new(params());
    world.trade(1, 10_000);
    assert_eq!(world.said(), ["Entry(0): buy 1000 market"]);
    world.trade(1, 9_700);
    assert!(world.said().is_empty() && world.martingale.memory.levels == 0);
    let entry = world.last(Leg::Entry(0)).id;
    world.fill(entry, 400, 10_000);
    assert_eq!(world.said(), ["Stop: sell 400 stop 8000 reduce"]);
    world.fill(entry, 100, 9_900);
    assert_eq!(world.said(), ["cancel Stop", "Stop: sell 500 stop 7984 reduce"], "20 % under 99.8");
    world.expire(entry);
    world.check();
    world.trade(1, 9_781);
    assert!(world.said().is_empty());
    world.trade(1, 9_780);
    assert_eq!(world.said(), ["Entry(1): buy 2044 market"], "2 % under 99.8; the level counts what filled");
}

#[test]
fn a_rejected_entry_is_tried_again_after_a_minute_and_no_earlier() {
    let mut world = World::new(params());
    world.trade(1, 10_000);
    let entry = world.last(Leg::Entry(0)).id;
    world.reject(entry);
    for _ in 0..59 {
        world.trade(1, 10_000);
        assert!(world.said().is_empty());
    }
    world.trade(1, 10_000);
    assert_eq!(world.said(), ["Entry(0): buy 1000 market"]);
}

#[test]
fn a_rejected_exit_is_tried_again_at_the_next_price_and_not_at_once() {
    let mut world = holding(params());
    world.trade(1, 10_500);
    assert_eq!(world.said(), ["cancel Stop", "All: sell 1000 market reduce"]);
    let exit = world.last(Leg::All).id;
    world.reject(exit);
    assert!(world.said().is_empty());
    world.trade(1, 10_200);
    assert_eq!(world.said(), ["All: sell 1000 market reduce"]);
    let exit = world.last(Leg::All).id;
    world.fill(exit, 300, 10_200);
    world.expire(exit);
    world.trade(1, 10_200);
    assert_eq!(world.said(), ["All: sell 700 market reduce"], "for the rest");
}

#[test]
fn an_exit_without_an_answer_is_sent_anew_after_a_minute() {
    let mut world = holding(params());
    world.trade(1, 10_500);
    let first = world.last(Leg::All).id;
    world.end(first, ReportKind::Unknown);
    world.trade(59, 10_500);
    assert!(world.said().is_empty());
    world.trade(1, 10_500);
    assert_eq!(world.said(), ["cancel All", "All: sell 1000 market reduce"]);
    world.fill(first, 1_000, 10_500);
    world.check();
    assert_eq!(world.said(), ["cancel All"]);
}

#[test]
fn a_stop_that_was_rejected_is_placed_again_and_beyond_it_the_market_takes_over() {
    let mut world = holding(params());
    let stop = world.last(Leg::Stop).id;
    world.reject(stop);
    assert!(world.said().is_empty());
    world.trade(1, 9_900);
    assert_eq!(world.said(), ["Stop: sell 1000 stop 8000 reduce"]);
    world.trade(1, 8_000);
    assert_eq!(
        world.said(),
        ["cancel Stop", "All: sell 1000 market reduce"],
        "it sleeps although the price is there"
    );
}

#[test]
fn a_stop_that_filled_in_part_closes_the_rest_and_adds_nothing() {
    let mut world = holding(params());
    let stop = world.last(Leg::Stop).id;
    world.fill(stop, 200, 8_000);
    world.expire(stop);
    world.trade(1, 9_500);
    assert_eq!(world.said(), ["All: sell 800 market reduce"]);
}

#[test]
fn an_entry_that_fills_while_everything_is_closed_is_closed_too() {
    let mut world = holding(params());
    world.trade(1, 9_800);
    let entry = world.last(Leg::Entry(1)).id;
    world.trade(1, 8_000);
    assert_eq!(world.said(), ["cancel Entry(1)", "cancel Stop", "All: sell 1000 market reduce"]);
    world.expire(entry);
    world.fill(entry, 500, 9_800);
    world.fill_whole(Leg::All, 8_000);
    world.check();
    world.trade(1, 8_200);
    assert_eq!(world.said(), ["All: sell 500 market reduce"]);
}

#[test]
fn a_fill_after_the_end_of_a_position_is_taken_at_its_own_size() {
    let mut world = holding(params());
    world.trade(1, 9_800);
    let entry = world.last(Leg::Entry(1)).id;
    world.expire(entry);
    world.trade(1, 10_500);
    world.fill_whole(Leg::All, 10_500);
    world.mode = Mode::Paused;
    world.fill(entry, 300, 9_800);
    world.check();
    assert_eq!(world.martingale.memory.levels, 1, "29.4 is nearest to the first order");
    assert_eq!(world.said(), ["Stop: sell 300 stop 7840 reduce"]);
}

#[test]
fn paused_it_opens_nothing_and_closes_all_the_same() {
    let mut world = holding(params());
    for mode in [Mode::Paused, Mode::Lapsed] {
        world.mode = mode;
        world.trade(1, 9_700);
        assert!(world.said().is_empty());
    }
    world.trade(1, 10_500);
    assert_eq!(world.said(), ["cancel Stop", "All: sell 1000 market reduce"]);
    world.fill_whole(Leg::All, 10_500);
    world.mode = Mode::Stopped;
    world.trade(1, 10_000);
    assert!(world.said().is_empty());
}

/// The earlier system had the parameter and never read it.
#[test]
fn the_cooldown_holds_back_orders_that_open_and_none_that_close() {
    let patient = Params { cooldown: 600, ..params() };
    let mut world = holding(patient.clone());
    world.trade(599, 9_800);
    assert!(world.said().is_empty());
    world.trade(1, 9_800);
    assert_eq!(world.said(), ["Entry(1): buy 2040 market"]);
    for cents in [8_000, 10_500] {
        let mut world = holding(patient.clone());
        world.trade(1, cents);
        assert_eq!(world.said(), ["cancel Stop", "All: sell 1000 market reduce"], "a second after the entry");
        world.fill_whole(Leg::All, cents);
        world.trade(599, 10_000);
        assert!(world.said().is_empty());
        world.trade(1, 10_000);
        assert_eq!(world.said(), ["Entry(0): buy 1000 market"]);
    }
}

/// The earlier system had the parameter and never read it.
#[test]
fn the_trailing_stop_counts_once_it_is_at_no_loss_and_follows_the_best_price() {
    let trailing = Params { trailing_stop: Number::whole(1), ..params() };
    for (best, above, level) in [(10_101, 10_001, 10_000), (10_400, 10_297, 10_296)] {
        let mut world = holding(trailing.clone());
        world.trade(1, best);
        world.trade(1, above);
        assert!(world.said().is_empty());
        world.trade(1, level);
        assert_eq!(world.said(), ["cancel Stop", "All: sell 1000 market reduce"], "1 % under {best}");
    }
    let mut world = holding(trailing);
    world.trade(1, 10_100);
    world.trade(1, 9_999);
    assert!(world.said().is_empty(), "1 % under 101 would be a loss");
    world.trade(1, 9_800);
    assert_eq!(world.said(), ["Entry(1): buy 2040 market"], "and so it is no stop against adding");
}

#[test]
fn exposure_is_held_against_equity_again_before_each_order() {
    let mut world = holding(params());
    world.equity = Money::from_units(297 * 10_i128.pow(18));
    world.trade(1, 9_800);
    assert_eq!(
        world.said(),
        ["one order more would take the position over its bound; it is left out"],
        "98 + 200 > 297"
    );
    world.trade(59, 9_800);
    assert!(world.said().is_empty(), "the remark comes once a minute");
    world.equity = Money::from_units(298 * 10_i128.pow(18));
    world.trade(1, 9_800);
    assert_eq!(world.said(), ["Entry(1): buy 2040 market"]);
    world.equity = Money::from_units(0);
    world.trade(1, 8_000);
    assert_eq!(
        world.said(),
        ["cancel Entry(1)", "cancel Stop", "All: sell 1000 market reduce"],
        "no bound on exits"
    );
}

#[test]
fn levels_end_at_their_cap() {
    let mut world = holding(Params { take_profit: Number::ZERO, stop_loss: Number::whole(90), ..params() });
    for (level, cents) in [(1, 9_800), (2, 9_604), (3, 9_411)] {
        world.trade(1, cents);
        world.fill_whole(Leg::Entry(level), cents);
    }
    world.trade(1, 5_000);
    assert!(world.said().is_empty());
    assert_eq!(world.martingale.memory.levels, 4);
}

#[test]
fn both_without_the_filter_takes_the_sides_in_turns_and_one_at_a_time() {
    let mut world = holding(Params { direction: Direction::Both, ..params() });
    world.trade(1, 10_500);
    world.fill_whole(Leg::All, 10_500);
    world.trade(1, 10_500);
    assert_eq!(world.said(), ["Entry(0): sell 952 market"]);
    world.fill_whole(Leg::Entry(0), 10_500);
    assert_eq!(world.said(), ["Stop: buy 952 stop 12600 reduce"]);
    world.trade(1, 10_710);
    assert_eq!(world.said(), ["Entry(1): sell 1867 market"]);
    world.fill_whole(Leg::Entry(1), 10_710);
    world.trade(1, 10_000);
    assert_eq!(world.said(), ["cancel Stop", "All: buy 2819 market reduce"]);
    world.fill_whole(Leg::All, 10_000);
    world.check();
    world.trade(1, 10_000);
    assert_eq!(world.said(), ["Entry(0): buy 1000 market"]);
}

#[test]
fn a_late_fill_of_the_other_side_is_netted_and_what_is_left_is_covered() {
    let mut world = holding(Params { direction: Direction::Both, ..params() });
    world.trade(1, 9_800);
    let late = world.last(Leg::Entry(1)).id;
    world.expire(late);
    world.trade(1, 10_500);
    world.fill_whole(Leg::All, 10_500);
    world.trade(1, 10_500);
    world.fill_whole(Leg::Entry(0), 10_500);
    // Short 952; a buy of 300 of the last position comes in, and then the rest of it.
    world.fill(late, 300, 9_800);
    world.check();
    assert_eq!(world.said(), ["cancel Stop", "Stop: buy 652 stop 12600 reduce"]);
    assert_eq!(world.martingale.memory.levels, 1, "it is no level of the short position");
    world.fill(late, 1_740, 9_800);
    world.check();
    assert_eq!(world.market.position.qty.lots(), 1_088);
    assert_eq!(world.said(), ["cancel Stop", "Stop: sell 1088 stop 7840 reduce"]);
}

#[test]
fn a_position_from_before_is_taken_over_and_one_against_the_direction_is_closed() {
    let mut world = World::new(params());
    world.move_position(Side::Buy, 3_100, Price::from_ticks(10_000));
    world.trade(1, 10_000);
    assert_eq!(world.said(), ["Stop: sell 3100 stop 8000 reduce"]);
    assert_eq!(world.martingale.memory.levels, 2, "310 is nearest to 100 + 200");
    world.trade(1, 9_800);
    assert_eq!(world.said(), ["Entry(2): buy 4081 market"]);

    let mut world = World::new(params());
    world.move_position(Side::Sell, 3_000, Price::from_ticks(10_000));
    world.trade(1, 10_000);
    assert_eq!(world.said().last().map(String::as_str), Some("All: buy 3000 market reduce"));
    world.fill_whole(Leg::All, 10_000);
    world.trade(1, 10_000);
    assert_eq!(world.said(), ["Entry(0): buy 1000 market"]);
}

#[test]
fn both_goes_where_the_averages_point_and_waits_while_they_tie() {
    let filter = Params { direction: Direction::Both, trend_filter: true, trend_period: 1, ..params() };
    for (closes, expected) in [
        (&[10_000, 10_000][..], None),
        (&[10_000, 10_100], Some("Entry(0): buy 990 market")),
        (&[10_000, 9_900], Some("Entry(0): sell 1010 market")),
    ] {
        let mut world = World::new(filter.clone());
        closes.iter().for_each(|close| world.bar(*close));
        assert_eq!(world.said().first().map(String::as_str), expected, "{closes:?}");
    }
}

#[test]
fn a_state_of_other_parameters_is_refused_and_changes_nothing() {
    let world = holding(params());
    let mut other = Martingale::build(Params { max_levels: 3, ..params() }, &setup()).unwrap();
    let before = other.save();
    let error = other.restore(&world.martingale.save()).unwrap_err().to_string();
    assert!(error.contains("`max_levels` was 4 and is 3"), "{error}");
    assert_eq!(other.save(), before);
}
