//! Over random sequences money is neither made nor lost, and nothing is left standing that is due.

use std::collections::BTreeMap;

use proptest::prelude::*;
use quantmesh_margin::{Account, AccountSettings, LegSide, MarginMode, PositionMode};
use types::{Amount, Asset, Instrument, InstrumentId, Money, Price, Qty, Rate, Side, Time};

use crate::given::{
    asset, btc, btc_tiers, coin, coin_tiers, collateral, eth, eth_tiers, line, money, rate, settings,
};

#[derive(Debug, Clone)]
enum Step {
    Deposit(bool, i64),
    Withdraw(bool, i64),
    Trade { at: usize, second: bool, buys: bool, lots: i64, fee: i64 },
    Mark(usize, i64),
    Funding(usize, i64),
    Move(usize, bool, i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => (any::<bool>(), 1_i64..2_000).prop_map(|(coins, amount)| Step::Deposit(coins, amount)),
        1 => (any::<bool>(), 1_i64..2_000).prop_map(|(coins, amount)| Step::Withdraw(coins, amount)),
        6 => (0_usize..3, any::<bool>(), any::<bool>(), 1_i64..400, -20_i64..40)
            .prop_map(|(at, second, buys, lots, fee)| Step::Trade { at, second, buys, lots, fee }),
        5 => (0_usize..3, 600_i64..1_500).prop_map(|(at, share)| Step::Mark(at, share)),
        1 => (0_usize..3, -3_000_000_i64..3_000_000).prop_map(|(at, nanos)| Step::Funding(at, nanos)),
        1 => (0_usize..3, any::<bool>(), -500_i64..500).prop_map(|(at, second, amount)| Step::Move(at, second, amount)),
    ]
}

/// What the test itself keeps, per asset: money put in, less all that went out; positions at what was paid.
#[derive(Default)]
struct Kept {
    deposits: i128,
    paid: i128,
    fees: i128,
    funding: i128,
    insurance: i128,
}

struct World {
    account: Account,
    instruments: [Instrument; 3],
    marks: [Price; 3],
    kept: BTreeMap<Asset, Kept>,
}

impl World {
    fn new(
        mode: MarginMode,
        position_mode: PositionMode,
        multi_asset: bool,
        remainder_to_fund: bool,
    ) -> Self {
        let instruments = [btc(), eth(), coin(2)];
        let tiers = [btc_tiers(), eth_tiers(), coin_tiers()];
        let lines =
            instruments.iter().cloned().zip(tiers).map(|(one, tiers)| line(one, tiers, mode, 10)).collect();
        let settings = AccountSettings { multi_asset, remainder_to_fund, ..settings(position_mode) };
        let mut account = Account::new(settings, lines).unwrap();
        account.set_collateral(asset("BTC"), collateral("30000", "0.05"));
        let marks = [(0, "30000"), (1, "2000"), (2, "30000")]
            .map(|(at, text): (usize, &str)| instruments[at].price(text.parse().unwrap()).unwrap());
        for (one, mark) in instruments.iter().zip(marks) {
            account.mark(one.id(), mark).unwrap();
        }
        let kept = [(asset("USDT"), Kept::default()), (asset("BTC"), Kept::default())].into();
        Self { account, instruments, marks, kept }
    }

    fn leg(&self, second: bool) -> LegSide {
        match (self.account.settings().position_mode, second) {
            (PositionMode::OneWay, _) => LegSide::Both,
            (PositionMode::Hedge, false) => LegSide::Long,
            (PositionMode::Hedge, true) => LegSide::Short,
        }
    }

    fn paid(&mut self, at: usize, price: Price, side: Side, qty: Qty) {
        let one = &self.instruments[at];
        let worth = one.worth(price, Qty::from_lots(qty.lots() * side.sign())).unwrap();
        self.kept.get_mut(&one.settle()).unwrap().paid += worth.units();
    }

    fn run(&mut self, step: &Step) {
        let amount = |coins: bool, amount: i64| match coins {
            true => (asset("BTC"), Money::from_units(i128::from(amount) * 10_i128.pow(14))),
            false => (asset("USDT"), Money::from_units(i128::from(amount) * 10_i128.pow(18))),
        };
        match *step {
            Step::Deposit(coins, size) => {
                let (asset, money) = amount(coins, size);
                self.account.deposit(asset, money).unwrap();
                self.kept.get_mut(&asset).unwrap().deposits += money.units();
            }
            Step::Withdraw(coins, size) => {
                let (asset, money) = amount(coins, size);
                if self.account.withdraw(asset, money).is_ok() {
                    self.kept.get_mut(&asset).unwrap().deposits -= money.units();
                }
            }
            Step::Trade { at, second, buys, lots, fee } => {
                let side = if buys { Side::Buy } else { Side::Sell };
                let (leg, price, qty) = (self.leg(second), self.marks[at], Qty::from_lots(lots));
                let settle = self.instruments[at].settle();
                let fee = Amount { asset: settle, money: amount(settle == asset("BTC"), fee).1 };
                let id = self.instruments[at].id();
                let fits = self.account.can_open(id, leg, side, qty, price).is_ok();
                if fits && self.account.fill(id, leg, side, price, qty, fee).is_ok() {
                    self.kept.get_mut(&settle).unwrap().fees += fee.money.units();
                    self.paid(at, price, side, qty);
                }
            }
            Step::Mark(at, share) => {
                let moved = i128::from(self.marks[at].ticks()) * i128::from(share) / 1_000;
                self.marks[at] = Price::from_ticks(i64::try_from(moved.clamp(100, 1_000_000_000)).unwrap());
                self.account.mark(self.instruments[at].id(), self.marks[at]).unwrap();
                if at == 2 {
                    let index = self.instruments[2].price_decimal(self.marks[2]);
                    self.account.set_index(asset("BTC"), index).unwrap();
                }
            }
            Step::Funding(at, nanos) => {
                let id = self.instruments[at].id();
                let got = self.account.funding(id, Rate::from_nanos(nanos), self.marks[at]).unwrap();
                self.kept.get_mut(&self.instruments[at].settle()).unwrap().funding -= got.units();
            }
            Step::Move(at, second, size) => {
                let (_, money) = amount(at == 2, size);
                let _ = self.account.move_margin(self.instruments[at].id(), self.leg(second), money);
            }
        }
        for one in self.account.check(Time::EPOCH).unwrap() {
            self.paid(one.instrument.index(), one.price, one.side, one.qty);
            self.kept.get_mut(&one.fee.asset).unwrap().fees += one.fee.money.units();
            self.kept.get_mut(&one.insurance.asset).unwrap().insurance += one.insurance.money.units();
        }
    }

    /// Wallet and what is set aside, and what open positions cost.
    fn held(&self, of: Asset) -> (i128, i128) {
        let (mut money, mut cost) = (self.account.wallet(of).units(), 0);
        for one in self.instruments.iter().filter(|one| one.settle() == of) {
            let legs: &[LegSide] = match self.account.settings().position_mode {
                PositionMode::OneWay => &[LegSide::Both],
                PositionMode::Hedge => &[LegSide::Long, LegSide::Short],
            };
            for leg in legs {
                let holding = self.account.holding(one.id(), *leg).unwrap();
                money += holding.isolated.units();
                cost += holding.position.cost.units();
            }
        }
        (money, cost)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn wallets_positions_fees_funding_and_insurance_sum_to_what_was_put_in(
        steps in prop::collection::vec(step(), 1..80),
        isolated in any::<bool>(),
        hedge in any::<bool>(),
        multi in any::<bool>(),
        to_fund in any::<bool>(),
    ) {
        let mode = if isolated { MarginMode::Isolated } else { MarginMode::Cross };
        let legs = if hedge { PositionMode::Hedge } else { PositionMode::OneWay };
        let mut world = World::new(mode, legs, multi && !isolated, to_fund);
        world.run(&Step::Deposit(false, 1_999));
        world.run(&Step::Deposit(true, 1_999));
        for step in &steps {
            world.run(step);
            for (of, kept) in &world.kept {
                let (money, cost) = world.held(*of);
                let out = kept.fees + kept.funding + kept.insurance;
                // Money is what was put in, less what was paid in sum beyond what open legs cost, fees, funding and insurance.
                prop_assert_eq!(money, kept.deposits + cost - kept.paid - out, "{} after {:?}", of, step);
                let totals = world.account.totals(*of);
                let booked = [totals.deposited, totals.fees, totals.funding, totals.insurance].map(Money::units);
                prop_assert_eq!(booked, [kept.deposits, kept.fees, kept.funding, kept.insurance]);
                prop_assert_eq!(totals.realised.units(), cost - kept.paid, "profit is what came back less what it cost");
                prop_assert!(!world.account.standing(*of).unwrap().is_due());
            }
            for one in &world.instruments {
                let leg = world.leg(false);
                let prices = world.account.liquidation_prices(one.id(), leg).unwrap();
                let holding = world.account.holding(one.id(), leg).unwrap();
                if isolated && !holding.position.is_flat() {
                    let mark = world.marks[one.id().index()];
                    prop_assert!(!prices.always && prices.below_tick.is_none_or(|below| mark > below));
                    prop_assert!(prices.above_tick.is_none_or(|above| mark < above));
                }
            }
        }
    }
}

#[test]
fn a_rebate_and_a_buffer_are_not_lost() {
    let mut world = World::new(MarginMode::Cross, PositionMode::OneWay, true, false);
    world.run(&Step::Deposit(true, 1_000));
    world.run(&Step::Trade { at: 0, second: false, buys: true, lots: 50, fee: -3 });
    assert_eq!(world.account.wallet(asset("USDT")), money("3"));
    assert_eq!(
        world.account.standing(asset("USDT")).unwrap().balance,
        money("2853"),
        "0.1 BTC × 30 000 × 0.95 + 3"
    );
    assert_eq!(
        world.account.holding(InstrumentId(0), LegSide::Both).unwrap().position.qty,
        Qty::from_lots(50)
    );
    assert_eq!(rate("0.005"), Rate::from_nanos(5_000_000));
}
