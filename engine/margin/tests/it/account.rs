//! The account by hand: margins, modes, legs, liquidations and their order.

use quantmesh_margin::{
    Account, AccountSettings, Fault, LegSide, MarginMode, PositionMode, Standing, TierRow, Tiers,
};
use types::{Amount, Contract, Instrument, InstrumentId, Money, Qty, Rate, Side, Time};

use crate::given::{
    account, asset, btc, btc_tiers, coin, coin_tiers, collateral, eth, eth_tiers, fee, initial, instrument,
    line, money, price, qty, rate, settings, tiers,
};

const NOW: Time = Time::from_nanos(7);

fn trade(account: &mut Account, of: &Instrument, leg: LegSide, side: Side, at: &str, size: &str) {
    let settle = of.settle();
    let free = Amount { asset: settle, money: Money::ZERO };
    account.fill(of.id(), leg, side, price(of, at), qty(of, size), free).unwrap();
}

fn buy(account: &mut Account, of: &Instrument, at: &str, size: &str) {
    trade(account, of, LegSide::Both, Side::Buy, at, size);
    account.mark(of.id(), price(of, at)).unwrap();
}

#[test]
fn what_is_available_is_the_balance_less_initial_margins() {
    let usdt = asset("USDT");
    let lines = vec![
        line(btc(), btc_tiers(), MarginMode::Cross, 20),
        line(eth(), eth_tiers(), MarginMode::Isolated, 10),
    ];
    let mut account = account(settings(PositionMode::OneWay), lines, &[("USDT", "10000")]);
    assert_eq!(account.available(usdt), Ok(money("10000")));
    let can = |account: &Account, size: &str| {
        account.can_open(InstrumentId(0), LegSide::Both, Side::Buy, qty(&btc(), size), price(&btc(), "50000"))
    };
    assert_eq!(can(&account, "4"), Ok(initial(&btc(), "50000", "4", 20)));
    let too_much = Fault::Insufficient { asset: usdt, needed: money("10002.5"), available: money("10000") };
    assert_eq!(can(&account, "4.001"), Err(too_much));
    buy(&mut account, &btc(), "50000", "2");
    account.reserve(InstrumentId(1), money("700")).unwrap();
    assert_eq!(account.available(usdt), Ok(money("4300")));
    // A profit may back other positions; it can't be taken out before it is realised.
    account.mark(InstrumentId(0), price(&btc(), "51000")).unwrap();
    assert_eq!(account.available(usdt), Ok(money("6200")), "12 000 less 5 100 and 700");
    assert_eq!(account.withdrawable(usdt), Ok(money("4200")));
    assert!(matches!(account.withdraw(usdt, money("4200.01")), Err(Fault::Insufficient { .. })));
    account.withdraw(usdt, money("4200")).unwrap();
    // What closes needs nothing.
    account.mark(InstrumentId(0), price(&btc(), "47500")).unwrap();
    let close = account.can_open(
        InstrumentId(0),
        LegSide::Both,
        Side::Sell,
        qty(&btc(), "2"),
        price(&btc(), "47500"),
    );
    assert_eq!(close, Ok(Money::ZERO));
    account.reserve(InstrumentId(1), Money::ZERO).unwrap();
    // ETH is isolated: its margin leaves the wallet.
    let mut account = crate::given::account(
        settings(PositionMode::OneWay),
        vec![
            line(btc(), btc_tiers(), MarginMode::Cross, 20),
            line(eth(), eth_tiers(), MarginMode::Isolated, 10),
        ],
        &[("USDT", "10000")],
    );
    buy(&mut account, &eth(), "2000", "10");
    assert_eq!(account.wallet(usdt), money("8000"));
    assert_eq!(account.holding(InstrumentId(1), LegSide::Both).unwrap().isolated, money("2000"));
    account.move_margin(InstrumentId(1), LegSide::Both, money("500")).unwrap();
    assert!(matches!(
        account.move_margin(InstrumentId(1), LegSide::Both, money("-500.01")),
        Err(Fault::Insufficient { .. })
    ));
    // Half of it closed at a profit: half of what was set aside comes back with it.
    trade(&mut account, &eth(), LegSide::Both, Side::Sell, "2100", "5");
    assert_eq!(account.wallet(usdt), money("9250"), "7 500 + 1 250 + 500");
    assert_eq!(account.holding(InstrumentId(1), LegSide::Both).unwrap().isolated, money("1250"));
}

#[test]
fn leverage_and_size_keep_to_the_tiers() {
    let bounded = Tiers::new(&[TierRow {
        floor: Money::ZERO,
        cap: Some(money("100000")),
        rate: rate("0.01"),
        deduction: None,
        max_leverage: 50,
    }])
    .unwrap();
    let lines = vec![
        line(btc(), btc_tiers(), MarginMode::Cross, 20),
        line(eth(), bounded.clone(), MarginMode::Cross, 50),
    ];
    let mut account = account(settings(PositionMode::OneWay), lines, &[("USDT", "1000000")]);
    let open = |account: &Account, of: &Instrument, at: &str, size: &str| {
        account.can_open(of.id(), LegSide::Both, Side::Sell, qty(of, size), price(of, at))
    };
    assert!(open(&account, &btc(), "50000", "100").is_ok(), "5 000 000, up to the cap of its tier");
    assert!(matches!(open(&account, &btc(), "50000", "100.001"), Err(Fault::Leverage { most: 10, .. })));
    assert!(open(&account, &eth(), "1000", "100").is_ok());
    assert!(matches!(open(&account, &eth(), "1000", "100.001"), Err(Fault::BeyondTiers { .. })));
    buy(&mut account, &btc(), "50000", "30");
    assert!(matches!(account.set_leverage(InstrumentId(0), 21), Err(Fault::Leverage { most: 20, .. })));
    account.set_leverage(InstrumentId(0), 10).unwrap();
    assert_eq!(account.available(asset("USDT")), Ok(money("850000")));
    let refused =
        Account::new(settings(PositionMode::OneWay), vec![line(btc(), btc_tiers(), MarginMode::Cross, 126)]);
    assert!(matches!(refused, Err(Fault::Leverage { most: 125, .. })));
    let spot = instrument(0, "BTC", Contract::Spot, ["0.01", "0.001", "1"]);
    let refused =
        Account::new(settings(PositionMode::OneWay), vec![line(spot, bounded, MarginMode::Cross, 1)]);
    assert!(matches!(refused, Err(Fault::Spot(_))));
}

#[test]
fn hedge_mode_has_two_legs_that_keep_their_sides() {
    let lines = || vec![line(btc(), btc_tiers(), MarginMode::Cross, 20)];
    let mut hedge = account(settings(PositionMode::Hedge), lines(), &[("USDT", "10000")]);
    trade(&mut hedge, &btc(), LegSide::Long, Side::Buy, "50000", "1");
    trade(&mut hedge, &btc(), LegSide::Short, Side::Sell, "50000", "1");
    hedge.mark(InstrumentId(0), price(&btc(), "60000")).unwrap();
    let usdt = asset("USDT");
    let standing = hedge.standing(usdt).unwrap();
    assert_eq!((standing.balance, standing.legs), (money("10000"), 2));
    // Each leg has its own tier: 60 000 × 0.5 % − 50, twice.
    assert_eq!(standing.maintenance, money("500"));
    assert_eq!(standing.ratio(), Some(rate("0.05")));
    let none = fee("USDT", "0");
    let shut = hedge.fill(
        InstrumentId(0),
        LegSide::Long,
        Side::Sell,
        price(&btc(), "60000"),
        qty(&btc(), "1.001"),
        none,
    );
    assert!(matches!(shut, Err(Fault::TooMuchToClose { held: 1_000, asked: 1_001, .. })));
    let wrong = hedge.fill(
        InstrumentId(0),
        LegSide::Both,
        Side::Sell,
        price(&btc(), "60000"),
        qty(&btc(), "1"),
        none,
    );
    assert!(matches!(wrong, Err(Fault::WrongLeg { .. })));
    let mut one_way = account(settings(PositionMode::OneWay), lines(), &[("USDT", "10000")]);
    buy(&mut one_way, &btc(), "50000", "1");
    trade(&mut one_way, &btc(), LegSide::Both, Side::Sell, "51000", "3");
    let turned = one_way.holding(InstrumentId(0), LegSide::Both).unwrap();
    assert_eq!(turned.position.qty, qty(&btc(), "-2"));
    assert_eq!(one_way.wallet(usdt), money("11000"));
    assert!(one_way.holding(InstrumentId(0), LegSide::Short).is_err());
}

#[test]
fn an_isolated_leg_is_taken_alone_and_the_rest_of_its_margin_goes_where_the_settings_say() {
    // Long 10 ETH at 2 000, ten times: 2 000 set aside, maintenance of 10 · p · 0.65 % − 15, so due at (18 000 + −15)/(10·0.9935).
    for (to_fund, back, insurance) in [(false, "87.9", "0"), (true, "0", "87.9")] {
        let settings = AccountSettings { remainder_to_fund: to_fund, ..settings(PositionMode::OneWay) };
        let lines = vec![
            line(btc(), btc_tiers(), MarginMode::Cross, 20),
            line(eth(), eth_tiers(), MarginMode::Isolated, 10),
        ];
        let mut account = account(settings, lines, &[("USDT", "10000")]);
        buy(&mut account, &eth(), "2000", "10");
        let due = account.liquidation_prices(InstrumentId(1), LegSide::Both).unwrap();
        assert_eq!(due.below_tick, Some(price(&eth(), "1810.26")));
        account.mark(InstrumentId(1), price(&eth(), "1810.27")).unwrap();
        assert_eq!(account.check(NOW), Ok(vec![]));
        account.mark(InstrumentId(1), price(&eth(), "1810")).unwrap();
        let taken = account.check(NOW).unwrap();
        let [one] = taken.as_slice() else { panic!("{taken:?}") };
        assert_eq!((one.side, one.qty, one.price), (Side::Sell, qty(&eth(), "10"), price(&eth(), "1810")));
        assert_eq!((one.realised, one.fee, one.time), (money("-1900"), fee("USDT", "90.5"), NOW));
        assert_eq!(one.bankruptcy.below, Some(crate::given::number("1800")));
        // 2 000 − 1 900 − 90.5 = 9.5 is left.
        let left = money("9.5");
        let expected = if to_fund { left } else { Money::ZERO };
        assert_eq!(one.insurance.money, expected, "{back} {insurance}");
        let wallet = money("8000").plus(left.minus(expected).unwrap()).unwrap();
        assert_eq!(account.wallet(asset("USDT")), wallet);
        assert!(account.holding(InstrumentId(1), LegSide::Both).unwrap().position.is_flat());
    }
}

#[test]
fn a_gap_beyond_bankruptcy_costs_the_isolated_margin_and_the_fund_the_rest() {
    let lines = vec![line(eth_at_zero(), eth_tiers(), MarginMode::Isolated, 10)];
    let mut account = account(settings(PositionMode::OneWay), lines, &[("USDT", "3000")]);
    buy(&mut account, &eth_at_zero(), "2000", "10");
    account.mark(InstrumentId(0), price(&eth(), "1700")).unwrap();
    let taken = account.check(NOW).unwrap();
    // 2 000 − 3 000 − 85 of fee.
    assert_eq!(taken[0].insurance, fee("USDT", "-1085"));
    assert_eq!(account.wallet(asset("USDT")), money("1000"), "what was not set aside is not touched");
    assert_eq!(account.totals(asset("USDT")).insurance, money("-1085"));
}

fn eth_at_zero() -> Instrument {
    instrument(0, "ETH", Contract::Linear, ["0.01", "0.001", "1"])
}

#[test]
fn cross_legs_are_taken_by_largest_loss_until_the_rest_is_backed() {
    let flat = || tiers(&[("0", "0.01", 50)]);
    let lines = vec![
        line(btc(), flat(), MarginMode::Cross, 10),
        line(eth(), flat(), MarginMode::Cross, 10),
        line(instrument(2, "XRP", Contract::Linear, ["0.0001", "1", "1"]), flat(), MarginMode::Cross, 10),
    ];
    let mut account = account(settings(PositionMode::OneWay), lines, &[("USDT", "2000")]);
    let xrp = instrument(2, "XRP", Contract::Linear, ["0.0001", "1", "1"]);
    buy(&mut account, &btc(), "50000", "0.1");
    buy(&mut account, &eth(), "2000", "5");
    buy(&mut account, &xrp, "0.5", "10000");
    // BTC −200, ETH −1 650, XRP +0: 150 are left for a maintenance margin of 48 + 83.5 + 50 = 181.5.
    account.mark(InstrumentId(0), price(&btc(), "48000")).unwrap();
    account.mark(InstrumentId(1), price(&eth(), "1670")).unwrap();
    let standing = account.standing(asset("USDT")).unwrap();
    assert_eq!(
        standing,
        Standing { balance: money("150"), maintenance: money("181.5"), initial: money("1815"), legs: 3 }
    );
    assert_eq!(standing.ratio(), Some(rate("1.21")));
    assert_eq!(account.available(asset("USDT")), Ok(Money::ZERO));
    let taken = account.check(NOW).unwrap();
    assert_eq!(taken.iter().map(|one| one.instrument).collect::<Vec<_>>(), [InstrumentId(1)]);
    assert_eq!(taken[0].fee, fee("USDT", "41.75"), "0.5 % of 8 350");
    let after = account.standing(asset("USDT")).unwrap();
    assert_eq!((after.balance, after.maintenance, after.legs), (money("108.25"), money("98"), 2));
    // Further down everything goes, and the fund pays what is missing.
    account.mark(InstrumentId(0), price(&btc(), "40000")).unwrap();
    let taken = account.check(NOW).unwrap();
    assert_eq!(
        taken.iter().map(|one| one.instrument).collect::<Vec<_>>(),
        [InstrumentId(0), InstrumentId(2)]
    );
    // 108.25 − 800 − 20 − 25.
    assert_eq!(
        taken.iter().map(|one| one.insurance.money).collect::<Vec<_>>(),
        [Money::ZERO, money("-736.75")]
    );
    assert_eq!(account.wallet(asset("USDT")), Money::ZERO);
}

#[test]
fn each_coin_backs_its_own_contracts_unless_the_account_is_multi_asset() {
    let lines = || {
        vec![
            line(coin(0), coin_tiers(), MarginMode::Cross, 20),
            line(eth(), eth_tiers(), MarginMode::Cross, 10),
        ]
    };
    let mut single = account(settings(PositionMode::OneWay), lines(), &[("USDT", "50000"), ("BTC", "0.01")]);
    let spend = |account: &Account, contracts: &str| {
        account.can_open(
            InstrumentId(0),
            LegSide::Both,
            Side::Buy,
            qty(&coin(0), contracts),
            price(&coin(0), "50000"),
        )
    };
    assert_eq!(spend(&single, "100"), Ok(money("0.01")), "10 000 USD are 0.2 BTC, of which a twentieth");
    assert!(matches!(spend(&single, "101"), Err(Fault::Insufficient { .. })));
    buy(&mut single, &coin(0), "50000", "100");
    single.mark(InstrumentId(0), price(&coin(0), "47500")).unwrap();
    // 10 000 / 50 000 − 10 000 / 47 500 = −0.010526…: the coin is used up, whatever there is in USDT.
    assert_eq!(single.check(NOW).unwrap().len(), 1);
    assert_eq!((single.wallet(asset("BTC")), single.wallet(asset("USDT"))), (Money::ZERO, money("50000")));

    let multi = AccountSettings { multi_asset: true, ..settings(PositionMode::OneWay) };
    let mut multi = Account::new(multi, lines()).unwrap();
    multi.set_collateral(asset("BTC"), collateral("50000", "0.05"));
    multi.deposit(asset("USDT"), money("1000")).unwrap();
    multi.deposit(asset("BTC"), money("0.1")).unwrap();
    assert_eq!(multi.available(asset("BTC")), Ok(money("5750")), "1 000 + 5 000 less a twentieth");
    buy(&mut multi, &coin(0), "50000", "100");
    // 500 of initial margin: 5 250 are free, which the buffer turns into 0.1 BTC and more.
    assert_eq!(multi.withdrawable(asset("BTC")), Ok(money("0.1")));
    multi.reserve(InstrumentId(1), money("4000")).unwrap();
    // 1 250 of 4 750 that the coins count for.
    let free = multi.withdrawable(asset("BTC")).unwrap();
    assert!(free <= money("0.026315789473684211") && free > money("0.0263157894"), "{free}");
    multi.mark(InstrumentId(0), price(&coin(0), "47500")).unwrap();
    multi.set_index(asset("BTC"), "47500".parse().unwrap()).unwrap();
    assert_eq!(multi.check(NOW), Ok(vec![]), "the dollars back the coin's contract");
    let isolated = vec![line(eth_at_zero(), eth_tiers(), MarginMode::Isolated, 10)];
    let refused =
        Account::new(AccountSettings { multi_asset: true, ..settings(PositionMode::OneWay) }, isolated);
    assert!(matches!(refused, Err(Fault::IsolatedMultiAsset(_))));
}

/// Bybit's BTCUSD at the boundaries of 2022-12-13, 00:00 and 08:00: rates −0.004667 % and −0.035916 %.
#[test]
fn funding_of_an_inverse_contract_is_paid_in_the_coin() {
    let of = instrument(0, "BTC", Contract::Inverse, ["0.5", "1", "1"]);
    for mode in [MarginMode::Cross, MarginMode::Isolated] {
        let lines = vec![line(of.clone(), coin_tiers(), mode, 10)];
        let mut account = account(settings(PositionMode::OneWay), lines, &[("BTC", "1")]);
        buy(&mut account, &of, "17200", "17200");
        let got = account.funding(InstrumentId(0), rate("-0.00004667"), price(&of, "17200")).unwrap();
        assert_eq!(got, money("0.00004667"), "a long gets what shorts pay on 1 BTC");
        let paid = account.funding(InstrumentId(0), rate("0.00003219"), price(&of, "17200")).unwrap();
        assert_eq!(paid, money("-0.00003219"));
        let isolated = account.holding(InstrumentId(0), LegSide::Both).unwrap().isolated;
        let net = money("0.00001448");
        let (wallet, own) = match mode {
            MarginMode::Cross => (money("1").plus(net).unwrap(), Money::ZERO),
            MarginMode::Isolated => (money("0.9"), money("0.1").plus(net).unwrap()),
        };
        assert_eq!((account.wallet(asset("BTC")), isolated), (wallet, own), "{mode:?}");
    }
}

#[test]
fn bad_requests_change_nothing() {
    let mut account = account(
        settings(PositionMode::OneWay),
        vec![line(btc(), btc_tiers(), MarginMode::Cross, 20)],
        &[("USDT", "10000")],
    );
    let none = Amount { asset: asset("BNB"), money: money("1") };
    let foreign =
        account.fill(InstrumentId(0), LegSide::Both, Side::Buy, price(&btc(), "1"), Qty::from_lots(1), none);
    assert_eq!(foreign, Err(Fault::UnknownAsset(asset("BNB"))));
    assert!(account.mark(InstrumentId(9), price(&btc(), "1")).is_err());
    assert!(account.funding(InstrumentId(9), Rate::ZERO, price(&btc(), "1")).is_err());
    assert!(account.deposit(asset("BNB"), money("1")).is_err());
    assert!(account.move_margin(InstrumentId(0), LegSide::Both, money("1")).is_err(), "nothing is isolated");
    assert_eq!(account.wallet(asset("USDT")), money("10000"));
    assert!(account.holding(InstrumentId(0), LegSide::Both).unwrap().position.is_flat());
}

/// What a strategy closes itself, at a price that the mark has not shown yet.
#[test]
fn an_isolated_loss_never_reaches_the_wallet() {
    let lines = || vec![line(eth_at_zero(), eth_tiers(), MarginMode::Isolated, 10)];
    let usdt = asset("USDT");
    // Half closed: its 1 000 are gone, and 500 of the other half's. Whole: 2 000 are gone, and the fund pays 1 000.
    for (size, left, insurance) in [("5", "500", "0"), ("10", "0", "-1000")] {
        let mut account = account(settings(PositionMode::OneWay), lines(), &[("USDT", "3000")]);
        buy(&mut account, &eth_at_zero(), "2000", "10");
        trade(&mut account, &eth_at_zero(), LegSide::Both, Side::Sell, "1700", size);
        assert_eq!(account.wallet(usdt), money("1000"));
        assert_eq!(account.holding(InstrumentId(0), LegSide::Both).unwrap().isolated, money(left));
        assert_eq!(account.totals(usdt).insurance, money(insurance));
    }
}
