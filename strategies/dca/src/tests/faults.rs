//! What goes wrong at a venue, one thing at a time, and what was wrong with the system that came before.

use sdk::{Mode, Number, Price, ReportKind, Side, Strategy};

use super::world::{World, params, setup};
use crate::{Dca, EntryOrder, Params};
use sdk::layers::Leg;

/// A world that holds a base layer of ten units at 100.
fn holding(params: Params) -> World {
    let mut world = World::new(params);
    world.trade(1, 10_000);
    world.fill_whole(Leg::Entry(0), 10_000);
    assert_eq!(world.said(), ["Stop: sell 10000 stop 8000 reduce"]);
    world
}

#[test]
fn an_order_that_was_sent_is_no_layer_until_it_fills() {
    let mut world = World::new(params());
    world.trade(1, 10_000);
    assert_eq!(world.said(), ["Entry(0): buy 10000 market"]);
    world.trade(1, 5_000);
    world.trade(1, 20_000);
    assert!(world.said().is_empty() && world.dca.memory.layers.is_empty());
    let entry = world.last(Leg::Entry(0)).id;
    world.fill(entry, 4_000, 10_000);
    world.check();
    assert_eq!(world.said(), ["Stop: sell 4000 stop 8000 reduce"]);
}

#[test]
fn a_rejected_entry_is_tried_again_after_a_minute_and_no_earlier() {
    let mut world = World::new(params());
    world.trade(1, 10_000);
    let entry = world.last(Leg::Entry(0)).id;
    world.reject(entry);
    assert!(world.said().is_empty(), "not at once");
    for _ in 0..59 {
        world.trade(1, 10_000);
        assert!(world.said().is_empty());
    }
    world.trade(1, 10_000);
    assert_eq!(world.said(), ["Entry(0): buy 10000 market"]);
}

#[test]
fn an_unanswered_entry_keeps_its_place_until_the_answer_comes() {
    let mut world = World::new(params());
    world.trade(1, 10_000);
    let entry = world.last(Leg::Entry(0)).id;
    world.end(entry, ReportKind::Unknown);
    world.trade(3600, 10_000);
    assert!(world.said().is_empty(), "it may yet fill");
    world.expire(entry);
    world.trade(1, 10_000);
    assert_eq!(world.said(), ["Entry(0): buy 10000 market"]);
}

#[test]
fn a_rejected_exit_is_tried_again_at_the_next_price_and_not_at_once() {
    let mut world = holding(params());
    world.trade(1, 11_000);
    assert_eq!(world.said(), ["cancel Stop", "All: sell 10000 market reduce"]);
    let exit = world.last(Leg::All).id;
    world.reject(exit);
    assert!(world.said().is_empty());
    world.trade(1, 10_500);
    assert_eq!(world.said(), ["All: sell 10000 market reduce"], "although the gain is gone: it was decided");
}

#[test]
fn an_exit_without_an_answer_is_sent_anew_after_a_minute() {
    let mut world = holding(params());
    world.trade(1, 11_000);
    let first = world.last(Leg::All).id;
    world.end(first, ReportKind::Unknown);
    world.trade(59, 11_000);
    assert!(world.said().is_empty());
    world.trade(1, 11_000);
    assert_eq!(world.said(), ["cancel All", "All: sell 10000 market reduce"]);
    // Both were alive, and the venue lets them close what is held and no more.
    world.fill(first, 6_000, 11_000);
    world.check();
    let second = world.last(Leg::All).id;
    world.fill(second, 4_000, 11_000);
    world.check();
    assert!(world.market.position.is_flat() && world.dca.memory.layers.is_empty());
}

#[test]
fn an_exit_that_filled_in_part_is_sent_again_for_the_rest() {
    let mut world = holding(params());
    world.trade(1, 11_000);
    let exit = world.last(Leg::All).id;
    world.fill(exit, 3_000, 11_000);
    world.expire(exit);
    world.check();
    world.trade(1, 10_900);
    assert_eq!(world.said(), ["All: sell 7000 market reduce"]);
}

#[test]
fn a_stop_that_was_rejected_is_placed_again_and_beyond_it_the_market_takes_over() {
    let mut world = holding(params());
    let stop = world.last(Leg::Stop).id;
    world.reject(stop);
    assert!(world.said().is_empty());
    world.trade(1, 9_900);
    assert_eq!(world.said(), ["Stop: sell 10000 stop 8000 reduce"]);
    let stop = world.last(Leg::Stop).id;
    world.expire(stop);
    world.trade(1, 8_000);
    assert_eq!(world.said(), ["All: sell 10000 market reduce"]);
}

#[test]
fn a_stop_that_sleeps_is_replaced_by_a_market_order_once_the_price_is_there() {
    let mut world = holding(params());
    world.trade(1, 7_999);
    assert_eq!(world.said(), ["cancel Stop", "All: sell 10000 market reduce"]);
    // The stop woke up all the same, before its cancel.
    let stop = world.last(Leg::Stop).id;
    world.fill(stop, 10_000, 7_999);
    world.check();
    assert_eq!(world.said(), ["cancel All"], "nothing is left to close");
}

#[test]
fn a_stop_that_filled_in_part_closes_the_rest_at_the_market() {
    let mut world = holding(params());
    let stop = world.last(Leg::Stop).id;
    world.fill(stop, 2_000, 8_000);
    world.expire(stop);
    world.trade(1, 9_500);
    assert_eq!(world.said(), ["All: sell 8000 market reduce"], "and opens no layer");
}

#[test]
fn a_fill_after_the_cancel_of_its_entry_is_a_layer_like_any_other() {
    let mut world = World::new(Params { entry_order: EntryOrder::Limit, entry_ttl: 10, ..params() });
    world.trade(1, 10_000);
    assert_eq!(world.said(), ["Entry(0): buy 10000 @ 10000"]);
    world.trade(9, 10_100);
    assert!(world.said().is_empty());
    world.trade(1, 10_100);
    assert_eq!(world.said(), ["cancel Entry(0)"]);
    world.trade(1, 10_100);
    assert!(world.said().is_empty(), "it is out until the venue says that it is not");
    let entry = world.last(Leg::Entry(0)).id;
    world.expire(entry);
    world.fill(entry, 1_500, 10_000);
    world.check();
    assert_eq!(world.said(), ["Stop: sell 1500 stop 8000 reduce"]);
    world.trade(1, 9_500);
    assert_eq!(world.said(), ["Entry(1): buy 10526 @ 9500"], "the base layer counts what filled");
}

#[test]
fn an_entry_that_fills_while_everything_is_closed_is_closed_too() {
    let mut world = holding(Params { entry_order: EntryOrder::Limit, entry_ttl: 0, ..params() });
    world.trade(1, 9_500);
    let entry = world.last(Leg::Entry(1)).id;
    world.trade(1, 8_000);
    assert_eq!(world.said(), ["cancel Entry(1)", "cancel Stop", "All: sell 10000 market reduce"]);
    world.fill(entry, 500, 9_500);
    world.check();
    world.fill_whole(Leg::All, 8_000);
    world.check();
    world.trade(1, 8_200);
    assert_eq!(world.said(), ["All: sell 500 market reduce"]);
}

#[test]
fn paused_it_takes_its_entry_back_opens_nothing_and_closes_all_the_same() {
    let mut world = holding(Params { entry_order: EntryOrder::Limit, entry_ttl: 0, ..params() });
    world.trade(1, 9_500);
    assert_eq!(world.said(), ["Entry(1): buy 10526 @ 9500"]);
    for mode in [Mode::Paused, Mode::Lapsed] {
        world.mode = mode;
        world.trade(1, 9_510);
        assert_eq!(world.said(), if mode == Mode::Paused { &["cancel Entry(1)"][..] } else { &[] });
    }
    let entry = world.last(Leg::Entry(1)).id;
    world.expire(entry);
    world.trade(1, 9_000);
    assert!(world.said().is_empty());
    world.trade(1, 11_000);
    assert_eq!(world.said(), ["cancel Stop", "All: sell 10000 market reduce"]);
    world.fill_whole(Leg::All, 11_000);
    world.mode = Mode::Stopped;
    world.trade(1, 10_000);
    assert!(world.said().is_empty());
}

/// The earlier system closed everything at the newest layer's take-profit.
#[test]
fn a_layers_take_profit_leaves_the_other_layers_alone() {
    let mut world = holding(Params { last_order_take_profit: Number::whole(1), ..params() });
    world.trade(1, 9_500);
    world.fill_whole(Leg::Entry(1), 9_500);
    world.trade(1, 9_595);
    assert_eq!(world.said(), ["Layer(1): sell 10526 market reduce"]);
    let exit = world.last(Leg::Layer(1)).id;
    world.fill(exit, 10_000, 9_595);
    world.expire(exit);
    world.check();
    world.trade(1, 9_600);
    assert_eq!(world.said(), ["Layer(1): sell 526 market reduce"]);
    world.fill_whole(Leg::Layer(1), 9_600);
    world.check();
    assert_eq!(world.said(), ["cancel Stop", "Stop: sell 10000 stop 8000 reduce"]);
    assert_eq!(world.market.position.qty.lots(), 10_000);
}

#[test]
fn the_base_orders_take_profit_leaves_the_safety_orders() {
    let mut world = holding(Params { first_order_take_profit: Number::whole(2), ..params() });
    world.trade(1, 9_500);
    world.fill_whole(Leg::Entry(1), 9_500);
    world.trade(1, 10_200);
    assert_eq!(world.said(), ["Layer(0): sell 10000 market reduce"]);
    world.fill_whole(Leg::Layer(0), 10_200);
    world.check();
    assert_eq!(
        world.said(),
        ["cancel Stop", "Stop: sell 10526 stop 7600 reduce"],
        "20 % under the 95 of what is left"
    );
    world.trade(1, 9_025);
    assert_eq!(world.said(), ["Entry(2): buy 11080 market"], "5 % under it");
}

/// The earlier system's pause was never lifted, and its stops slept as long.
#[test]
fn a_cascade_suspends_entries_alone_and_ends_by_itself() {
    let guard = Params {
        cascade_protection: true,
        cascade_drop_pct: Number::whole(5),
        cascade_window: 60,
        cascade_pause: 300,
        ..params()
    };
    let mut world = holding(guard.clone());
    world.trade(1, 9_400);
    for second in 1..300 {
        world.trade(1, 9_400);
        assert!(world.said().is_empty(), "suspended in second {second}");
    }
    world.trade(1, 9_400);
    assert_eq!(world.said(), ["Entry(1): buy 10638 market"], "no longer");

    for (cents, expected) in [(8_000, "stop"), (11_000, "take-profit")] {
        let mut world = holding(guard.clone());
        world.trade(1, 9_400);
        world.trade(1, cents);
        assert_eq!(world.said(), ["cancel Stop", "All: sell 10000 market reduce"], "{expected}");
    }
}

#[test]
fn what_a_stranger_took_or_left_is_counted_so_that_exits_cover_what_is_held() {
    let mut world = holding(params());
    world.move_position(Side::Sell, 4_000, Price::from_ticks(10_000));
    world.trade(1, 10_000);
    world.check();
    assert_eq!(
        world.said(),
        [
            "less is held than the layers know of: the newest ones give way",
            "cancel Stop",
            "Stop: sell 6000 stop 8000 reduce"
        ]
    );
    world.move_position(Side::Buy, 1_000, Price::from_ticks(10_000));
    world.trade(1, 10_000);
    world.check();
    assert_eq!(world.said().last().map(String::as_str), Some("Stop: sell 7000 stop 8000 reduce"));
    world.move_position(Side::Sell, 7_000, Price::from_ticks(10_000));
    world.trade(1, 10_000);
    world.check();
    assert!(world.said().contains(&"cancel Stop".to_owned()));
    assert!(world.said().contains(&"Entry(0): buy 10000 market".to_owned()), "flat, and it begins anew");
}

#[test]
fn what_all_layers_may_cost_is_held_again_before_each_layer() {
    let mut world = holding(Params { max_exposure: Number::whole(4_000), ..params() });
    world.move_position(Side::Buy, 21_000, Price::from_ticks(10_000));
    world.trade(1, 9_500);
    let note = "one layer more would cost more than all may cost together; it is left out";
    assert_eq!(world.said().last().map(String::as_str), Some(note), "3100 + 1000 > 4000");
    world.trade(1, 8_000);
    assert_eq!(world.said(), ["cancel Stop", "All: sell 31000 market reduce"], "no bound on exits");
}

#[test]
fn a_position_from_before_is_taken_over_and_one_against_the_direction_is_closed() {
    let mut world = World::new(params());
    world.move_position(Side::Buy, 5_000, Price::from_ticks(9_000));
    world.trade(1, 10_000);
    world.check();
    assert_eq!(
        world.said(),
        [
            "more is held than the layers know of: it counts to the newest one",
            "cancel Stop",
            "All: sell 5000 market reduce"
        ]
        .into_iter()
        .filter(|word| *word != "cancel Stop")
        .collect::<Vec<_>>(),
        "bought at 90, it has gained more than ten percent"
    );

    let mut world = World::new(params());
    world.move_position(Side::Sell, 5_000, Price::from_ticks(9_000));
    world.trade(1, 10_000);
    world.check();
    assert_eq!(world.said().last().map(String::as_str), Some("All: buy 5000 market reduce"));
    world.trade(1, 10_000);
    assert!(world.said().is_empty(), "nothing is opened meanwhile");
    world.fill_whole(Leg::All, 10_000);
    world.trade(1, 10_000);
    assert_eq!(world.said(), ["Entry(0): buy 10000 market"]);
}

#[test]
fn a_state_of_other_parameters_is_refused_and_changes_nothing() {
    let world = holding(params());
    let mut other = Dca::build(Params { max_safety_orders: 2, ..params() }, &setup()).unwrap();
    let before = other.save();
    let error = other.restore(&world.dca.save()).unwrap_err().to_string();
    assert!(error.contains("`max_safety_orders` was 3 and is 2"), "{error}");
    assert_eq!(other.save(), before);
}
