//! Whatever a venue does to the orders, exits cover what is held and no more, levels stay within their cap, and a loss
//! is closed.

use proptest::prelude::*;
use proptest::strategy::Strategy as Chance; // `Strategy` is the engine's word here.
use sdk::{CancelReason, Mode, Number, ReportKind, Strategy};

use super::world::{World, params, setup};
use crate::{Direction, Martingale, Params};

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

fn eager(direction: Direction, reverse: bool) -> Params {
    let tenths = |count| Number::scaled(count, 1);
    Params {
        direction,
        reverse_martingale: reverse,
        price_step_pct: tenths(8),
        take_profit: tenths(20),
        trailing_stop: tenths(5),
        stop_loss: tenths(60),
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
            let mut fresh = Martingale::build(eager_of(world), &setup()).unwrap();
            fresh.restore(&world.martingale.save()).unwrap();
            world.martingale = fresh;
        }
    }
}

fn eager_of(world: &World) -> Params {
    eager(world.martingale.plan.direction, world.martingale.plan.reverse)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exits_cover_what_is_held(way in 0_u8..3, reverse: bool, tape in happenings()) {
        let direction = [Direction::Long, Direction::Short, Direction::Both][usize::from(way)];
        let mut world = World::new(eager(direction, reverse));
        for happening in tape {
            happen(&mut world, happening);
            world.check();
        }
        // Whatever has happened, a loss is closed even while paused, once the venue answers and fills.
        world.mode = Mode::Paused;
        for _ in 0..6 {
            let loss = if world.market.position.qty.lots() < 0 { 200_000 } else { 100 };
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
        prop_assert!(world.martingale.memory.levels == 0 && !world.martingale.memory.closing);
    }
}
