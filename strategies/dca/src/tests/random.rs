//! Whatever a venue does to the orders, the layers are what is held, and exits cover it and no more.

use proptest::prelude::*;
use proptest::strategy::Strategy as Chance; // `Strategy` is the engine's word here.
use sdk::{CancelReason, Mode, Number, ReportKind, Strategy};

use super::world::{World, params, setup};
use crate::{Dca, Direction, EntryOrder, Params};

/// One thing that may happen, with a number to choose by.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Price(i64),
    /// A fill of an order that works, or of one whose cancel was too late.
    Fill(usize, i64),
    End(usize, u8),
    Mode(u8),
    Restart,
}

fn happenings() -> impl Chance<Value = Vec<Happening>> {
    let one = prop_oneof![
        6 => (-300_i64..300).prop_map(Happening::Price),
        5 => (any::<usize>(), 1_i64..100).prop_map(|(at, share)| Happening::Fill(at, share)),
        2 => (any::<usize>(), 0_u8..4).prop_map(|(at, how)| Happening::End(at, how)),
        1 => (0_u8..8).prop_map(Happening::Mode),
        1 => Just(Happening::Restart),
    ];
    prop::collection::vec(one, 1..200)
}

fn eager(short: bool, limit: bool) -> Params {
    let tenths = |count| Number::scaled(count, 1);
    Params {
        direction: if short { Direction::Short } else { Direction::Long },
        entry_order: if limit { EntryOrder::Limit } else { EntryOrder::Market },
        entry_ttl: 20,
        price_step_pct: tenths(10),
        first_order_take_profit: tenths(8),
        last_order_take_profit: tenths(5),
        total_take_profit: tenths(30),
        trailing_activation: tenths(15),
        trailing_take_profit: tenths(5),
        trailing_stop_loss: tenths(60),
        stop_loss: tenths(80),
        ..params()
    }
}

fn happen(world: &mut World, happening: Happening) {
    let over = |sent: &super::world::Sent| sent.open <= 0 || (sent.over && !sent.cancelled);
    let live: Vec<_> = world.sent.iter().filter(|sent| !over(sent)).copied().collect();
    let pick = |at: usize| live.get(at.checked_rem(live.len()).unwrap_or(0)).copied();
    let last = world.market.last.map_or(10_000, sdk::Price::ticks);
    match happening {
        Happening::Price(by) => world.trade(7, (last + by).max(100)),
        Happening::Fill(at, share) => {
            let Some(sent) = pick(at) else { return };
            let held = world.market.position.qty.lots() * -sent.wish.side.sign();
            let most = if sent.wish.reduce_only { sent.open.min(held.max(0)) } else { sent.open };
            let lots = (sent.open * share / 50).clamp(1, sent.open).min(most);
            if lots > 0 {
                world.fill(sent.id, lots, last);
            }
        }
        Happening::End(at, how) => {
            let Some(sent) = pick(at).filter(|sent| !sent.over) else { return };
            match how {
                0 => world.reject(sent.id),
                1 => world.end(sent.id, ReportKind::Unknown),
                2 => world.end(sent.id, ReportKind::Cancelled(CancelReason::NothingToReduce)),
                _ => world.expire(sent.id),
            }
        }
        Happening::Mode(at) => {
            world.mode = if at < 6 { Mode::Running } else { Mode::Paused };
            world.wishes.clear();
        }
        Happening::Restart => {
            let mut fresh = Dca::build(eager_of(world), &setup()).unwrap();
            fresh.restore(&world.dca.save()).unwrap();
            world.dca = fresh;
        }
    }
}

fn eager_of(world: &World) -> Params {
    eager(world.dca.plan.way.0 == sdk::Side::Sell, world.dca.plan.limit.is_some())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_layers_are_what_is_held(short: bool, limit: bool, tape in happenings()) {
        let mut world = World::new(eager(short, limit));
        for happening in tape {
            happen(&mut world, happening);
            world.check();
            prop_assert!(world.notes.iter().all(|note| !note.contains("is held")), "{:?}", world.notes);
        }
        // Whatever has happened, a loss is closed even while paused, once the venue answers and fills.
        let loss = if short { 200_000 } else { 100 };
        world.mode = Mode::Paused;
        for _ in 0..4 {
            world.trade(7, loss);
            for sent in world.sent.clone() {
                let exit = sent.wish.reduce_only && !sent.over && !sent.cancelled;
                let lots = sent.open.min(world.market.position.qty.abs().lots());
                if exit && lots > 0 {
                    world.fill(sent.id, lots, loss);
                }
                if !world.sent.iter().any(|other| other.id == sent.id && other.over) {
                    world.expire(sent.id);
                }
                world.check();
            }
        }
        prop_assert!(world.market.position.is_flat(), "{:?}", world.market.position);
        prop_assert!(world.dca.memory.layers.is_empty() && !world.dca.memory.closing);
    }
}
