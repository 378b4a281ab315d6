//! What is held, layer by layer: how many lots of each order are left, and what they cost. It learns from fills alone.

use sdk::layers::average;
use sdk::{Instrument, Money, Price, Qty, Rounding};
use serde::{Deserialize, Serialize};

/// What is left of one order's fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Layer {
    /// 0 for the base order, n for the n-th safety order.
    pub(crate) level: u32,
    #[serde(with = "sdk::state::exact")]
    pub(crate) qty: Qty,
    #[serde(with = "sdk::state::exact")]
    pub(crate) cost: Money,
}

/// All layers that hold something, by level.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Layers(Vec<Layer>);

impl Layers {
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Layer> {
        self.0.iter()
    }

    pub(crate) fn newest(&self) -> Option<&Layer> {
        self.0.last()
    }

    /// The level that the next order fills.
    pub(crate) fn next_level(&self) -> u32 {
        self.newest().map_or(0, |layer| layer.level.saturating_add(1))
    }

    /// The lots of all layers.
    pub(crate) fn held(&self) -> Qty {
        Qty::from_lots(self.0.iter().fold(0, |sum, layer| layer.qty.lots().saturating_add(sum)))
    }

    /// What all layers cost.
    pub(crate) fn cost(&self) -> Money {
        let sum = self.0.iter().fold(0, |sum: i128, layer| sum.saturating_add(layer.cost.units()));
        Money::from_units(sum)
    }

    /// The average price of all layers, half-even to a tick.
    pub(crate) fn average(&self, instrument: &Instrument) -> Option<Price> {
        average(instrument, self.held(), self.cost())
    }

    /// Counts a fill into a level.
    pub(crate) fn add(&mut self, level: u32, qty: Qty, cost: Money) {
        if qty.lots() <= 0 {
            return;
        }
        let at = self.0.partition_point(|layer| layer.level < level);
        match self.0.get_mut(at).filter(|layer| layer.level == level) {
            Some(layer) => {
                layer.qty = Qty::from_lots(layer.qty.lots().saturating_add(qty.lots()));
                layer.cost = Money::from_units(layer.cost.units().saturating_add(cost.units()));
            }
            None => self.0.insert(at, Layer { level, qty, cost }),
        }
    }

    /// Takes lots out: of `level` first where one is given, then of the newest layer, and so on down. A layer's cost
    /// goes with its lots.
    pub(crate) fn take(&mut self, level: Option<u32>, qty: Qty) {
        let mut left = qty.lots();
        let named = self.0.iter().position(|layer| Some(layer.level) == level);
        for at in named.into_iter().chain((0..self.0.len()).rev()) {
            let Some(layer) = self.0.get_mut(at) else { continue };
            let lots = left.clamp(0, layer.qty.lots());
            let kept = layer.qty.lots() - lots;
            let share = layer.cost.share(kept.into(), layer.qty.lots(), Rounding::HalfEven);
            // A layer that an exit emptied has no cost to share.
            layer.cost = share.unwrap_or(if kept == 0 { Money::ZERO } else { layer.cost });
            layer.qty = Qty::from_lots(kept);
            left -= lots;
        }
        self.0.retain(|layer| layer.qty.lots() > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn layers(lots: &[(u32, i64, i128)]) -> Layers {
        let mut layers = Layers::default();
        for (level, qty, cost) in lots {
            layers.add(*level, Qty::from_lots(*qty), Money::from_units(*cost));
        }
        layers
    }

    #[test]
    fn a_layer_counts_what_filled_and_no_more() {
        let layers = layers(&[(1, 4, 40), (0, 2, 30), (1, 6, 54), (2, 0, 7)]);
        assert_eq!(layers, self::layers(&[(0, 2, 30), (1, 10, 94)]));
        assert_eq!((layers.held(), layers.cost()), (Qty::from_lots(12), Money::from_units(124)));
        assert_eq!(layers.next_level(), 2);
        assert_eq!(Layers::default().next_level(), 0);
    }

    #[test]
    fn an_exit_takes_its_own_layer_first_and_then_the_newest() {
        for (level, lots, expected) in [
            (Some(1), 3, vec![(0, 2, 30), (1, 7, 70), (2, 5, 45)]),
            (Some(1), 10, vec![(0, 2, 30), (2, 5, 45)]),
            (Some(1), 12, vec![(0, 2, 30), (2, 3, 27)]),
            (None, 6, vec![(0, 2, 30), (1, 9, 90)]),
            (None, 17, vec![]),
            (None, 99, vec![]),
            (Some(7), 1, vec![(0, 2, 30), (1, 10, 100), (2, 4, 36)]),
        ] {
            let mut held = layers(&[(0, 2, 30), (1, 10, 100), (2, 5, 45)]);
            held.take(level, Qty::from_lots(lots));
            assert_eq!(held, layers(&expected), "{lots} of {level:?}");
        }
    }

    proptest! {
        /// Whatever comes in and goes out, the lots of the layers are the sum of both.
        #[test]
        fn lots_are_never_lost_or_made(steps in prop::collection::vec((0_u32..6, 1_i64..1000, any::<bool>()), 0..60)) {
            let (mut held, mut expected) = (Layers::default(), 0_i64);
            for (level, lots, entry) in steps {
                let qty = Qty::from_lots(lots);
                if entry {
                    held.add(level, qty, Money::from_units(i128::from(lots) * 7));
                    expected += lots;
                } else {
                    held.take(Some(level), qty);
                    expected = (expected - lots).max(0);
                }
                prop_assert_eq!(held.held().lots(), expected);
                prop_assert_eq!(held.cost().units(), i128::from(expected) * 7, "a lot keeps what it cost");
                prop_assert!(held.iter().all(|layer| layer.qty.lots() > 0));
            }
        }
    }
}
