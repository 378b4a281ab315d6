//! What the exchange holds against every wish: where it lies, what it earns, and how many layers there are.

use sdk::{ClientOrderId, Event, Mode, OrderReport, Price, Rate, ReportKind, Side, Wish};

use super::Exchange;
use crate::params::Direction;
use crate::step::Phase;

impl Exchange {
    /// Every wish rests at the market the grid knows, an entry lies on its level inside its window, and an exit pays.
    pub(super) fn check_price(&self, id: ClientOrderId, wish: Wish, price: Price, event: &Event) {
        let last = self.market.last.unwrap();
        let filled = match event {
            Event::Order(OrderReport { kind: ReportKind::Filled(fill), .. }) => fill.price,
            _ => last,
        };
        let news = self.grid.place.prices();
        let market =
            if matches!(event, Event::Order(_)) { [last, filled, news.0, news.1] } else { [last; 4] };
        let rests = match wish.side {
            Side::Buy => market.iter().any(|known| price < *known),
            Side::Sell => market.iter().any(|known| price > *known),
        };
        assert!(rests, "{} {price} would take at {market:?}", wish.side.text());
        let at = usize::try_from(id.slot).unwrap();
        let (low, high) = (self.grid.ladder.levels()[at], self.grid.ladder.levels()[at + 1]);
        let entry = if self.side(id.slot) == Side::Buy { low } else { high };
        if wish.side == self.side(id.slot) {
            assert_eq!(price, entry, "an entry lies on its level");
            assert_eq!(self.mode, Mode::Running, "no entry while paused");
            return;
        }
        let (bought, sold) = if wish.side == Side::Sell { (entry, price) } else { (price, entry) };
        let earned = i128::from(sold.ticks() - bought.ticks()) * i128::from(Rate::ONE);
        let fees = i128::from(sold.ticks() + bought.ticks())
            * i128::from(self.market.instrument.fees().maker.nanos());
        assert!(earned > fees, "a round trip from {bought} to {sold} does not pay");
    }

    /// The hard cap, counted from outside: slots of a side that hold something or have a live order.
    pub(super) fn check_caps(&self) {
        if self.stopped || self.grid.phase != Phase::Working {
            return;
        }
        for side in [Side::Buy, Side::Sell] {
            let mut slots: Vec<u32> =
                self.held.iter().filter(|(_, lots)| **lots > 0).map(|(at, _)| *at).collect();
            slots.extend(self.believed.keys().map(|id| id.slot));
            slots.retain(|at| self.side(*at) == side);
            slots.sort_unstable();
            slots.dedup();
            let cap = self.grid.plan.cap(side);
            // A late fill is not ours to prevent; it can bring a slot back that had been given up.
            let late = i64::try_from(self.late).unwrap();
            let layers = i64::try_from(slots.len()).unwrap();
            assert!(layers <= cap + late, "{layers} layers on the {} side, cap {cap}", side.text());
            assert!(self.grid.plan.direction != Direction::Long || side == Side::Buy || slots.is_empty());
        }
    }
}
