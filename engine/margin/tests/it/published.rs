//! Liquidation prices that venues published, to the digit. `published.py` computes them apart from the engine, in fractions.

use quantmesh_margin::{Backed, LegSide, MarginMode, PositionMode, bankruptcy_prices, liquidation_prices};
use types::{Contract, Decimal, Instrument, Position, Rounding, Side};

use crate::given::{
    account, asset, btc, btc_tiers, coin, coin_tiers, eth, eth_tiers, fee, instrument, line, money, number,
    price, qty, rate, settings, tiers,
};

fn rounded(value: Option<Decimal>, unit: &str) -> i64 {
    value.unwrap().count_of_rounded(number(unit), Rounding::HalfEven).unwrap()
}

fn held(of: &Instrument, size: &str, entry: &str) -> Position {
    let qty = qty(of, size);
    Position { qty, cost: of.worth(price(of, entry), qty).unwrap() }
}

/// Binance, "How to Calculate Liquidation Price of USDⓈ-M Futures Contracts": a wallet of 1 535 443.01, BTC long 109.488 at 32 481.98
/// (mark 31 967.27) and ETH long 3 683.979 at 1 456.84 (mark 1 335.18). The rates and maintenance amounts are those of the tiers then.
#[test]
fn the_venues_cross_example_comes_out_to_the_digit() {
    let lines =
        vec![line(btc(), btc_tiers(), MarginMode::Cross, 5), line(eth(), eth_tiers(), MarginMode::Cross, 4)];
    let mut account = account(settings(PositionMode::OneWay), lines, &[("USDT", "1535443.01")]);
    let positions = [(btc(), "109.488", "32481.98", "31967.27"), (eth(), "3683.979", "1456.84", "1335.18")];
    for (of, size, entry, mark) in &positions {
        let (at, size) = (price(of, entry), qty(of, size));
        account.fill(of.id(), LegSide::Both, Side::Buy, at, size, fee("USDT", "0")).unwrap();
        account.mark(of.id(), price(of, mark)).unwrap();
    }
    for (of, shown, eight) in
        [(eth(), 1_153_256_464, "1153.25646424"), (btc(), 26_316_893_265, "26316.89326452")]
    {
        let found = account.liquidation_prices(of.id(), LegSide::Both).unwrap();
        assert_eq!(rounded(found.below, "0.000001"), shown, "{}", of.symbol());
        assert_eq!(found.below, Some(number(eight)));
        assert_eq!((found.above, found.always), (None, false));
    }
    // What freqtrade's test of the same example calls mm_ex_1 (71 200.81144) and upnl_ex_1 (−56 354.57).
    let notional = btc().notional(price(&btc(), "31967.27"), qty(&btc(), "109.488")).unwrap();
    assert_eq!(btc_tiers().maintenance(notional), Ok(money("71200.811444")));
    let standing = account.standing(asset("USDT")).unwrap();
    assert!(standing.balance > standing.maintenance);
}

/// The isolated rows of the same example (freqtrade, `test_liquidation_price_binance`): 1114.78 and 18778.73.
#[test]
fn the_isolated_rows_come_out_to_the_digit() {
    for (of, tiers, size, entry, cents, eight) in [
        (eth(), eth_tiers(), "3683.979", "1456.84", 111_478, "1114.78496375"),
        (btc(), btc_tiers(), "109.488", "32481.98", 1_877_873, "18778.72593217"),
    ] {
        let legs = [Backed { position: held(&of, size, entry), tiers: tiers.rows() }];
        let found = liquidation_prices(&of, &legs, money("1535443.01")).unwrap();
        assert_eq!(rounded(found.below, "0.01"), cents, "{}", of.symbol());
        assert_eq!(found.below, Some(number(eight)));
        // One tier alone gives the same: it is the one at the liquidation price.
        let own = tiers.rows().iter().rev().find(|tier| {
            let size = of.notional(found.below_tick.unwrap(), qty(&of, size)).unwrap();
            size > tier.floor
        });
        let legs = [Backed { tiers: std::slice::from_ref(own.unwrap()), ..legs[0] }];
        assert_eq!(liquidation_prices(&of, &legs, money("1535443.01")).unwrap(), found);
    }
}

/// Binance's calculator on COIN-M: 101 BTC, 100 000 contracts of 100 USD at 45 000 show 33 599.40 (dev.binance.vision, thread 6292);
/// the tier of 12.5 % has an amount of 11.605 BTC ("How to Calculate Liquidation Price of Coin-M Futures Contracts").
#[test]
fn a_coin_margined_price_is_the_one_that_the_venues_calculator_shows() {
    let (of, tiers) = (coin(0), coin_tiers());
    assert_eq!(tiers.rows()[6].deduction, money("11.605"));
    let long = [Backed { position: held(&of, "100000", "45000"), tiers: tiers.rows() }];
    let found = liquidation_prices(&of, &long, money("101")).unwrap();
    assert_eq!(found.below, Some(number("33599.41860562")));
    assert_eq!(found.below_tick, Some(price(&of, "33599.4")));
    let only = [Backed { position: held(&of, "-100000", "45000"), tiers: &tiers.rows()[6..7] }];
    let short = liquidation_prices(&of, &only, money("101")).unwrap();
    assert_eq!((short.below, short.above), (None, Some(number("79823.22323641"))));
    // A short that its coins cover can't be liquidated: it is a position in dollars.
    let covered = [Backed { position: held(&of, "-10000", "45000"), tiers: tiers.rows() }];
    assert_eq!(liquidation_prices(&of, &covered, money("101")).unwrap(), Default::default());
}

/// 100 contracts of 100 USD at 25 000 are 0.4 BTC and need 0.0016 BTC (the same page of Binance).
#[test]
fn coin_margined_maintenance_is_in_the_coin() {
    let of = coin(0);
    let notional = of.notional(price(&of, "25000"), qty(&of, "100")).unwrap();
    assert_eq!(coin_tiers().maintenance(notional), Ok(money("0.0016")));
}

/// Both legs of one symbol share one price: the formula's long and short terms together.
#[test]
fn the_legs_of_a_hedge_share_one_price() {
    let of = instrument(0, "BTC", Contract::Linear, ["0.01", "1", "1"]);
    let flat = tiers(&[("0", "0.01", 20)]);
    let mut account = account(
        settings(PositionMode::Hedge),
        vec![line(of.clone(), flat, MarginMode::Cross, 10)],
        &[("USDT", "300")],
    );
    let none = fee("USDT", "0");
    account.fill(of.id(), LegSide::Long, Side::Buy, price(&of, "100"), qty(&of, "10"), none).unwrap();
    account.fill(of.id(), LegSide::Short, Side::Sell, price(&of, "110"), qty(&of, "4"), none).unwrap();
    for leg in [LegSide::Long, LegSide::Short] {
        let found = account.liquidation_prices(of.id(), leg).unwrap();
        assert_eq!(found.below, Some(number("44.36860068")), "{leg:?}");
    }
}

/// Bybit, "What is Bankruptcy Price?": 1 BTC long at 10 000 with 50 times leverage is used up at 9 800, a short at 10 200.
#[test]
fn the_bankruptcy_price_is_where_the_margin_is_used_up() {
    let of = btc();
    for (size, side) in [("1", Side::Buy), ("-1", Side::Sell)] {
        let margin = money("200");
        let found = bankruptcy_prices(&of, &[held(&of, size, "10000")], margin).unwrap();
        match side {
            Side::Buy => assert_eq!((found.below, found.above), (Some(number("9800")), None)),
            Side::Sell => assert_eq!((found.below, found.above), (None, Some(number("10200")))),
        }
    }
    // Bybit's isolated inverse example: 60 000 USD at 50 000, 10 times: with 0.5 % maintenance at the entry, 60 000 / (1.2 + 0.114).
    let of = instrument(0, "BTC", Contract::Inverse, ["0.5", "1", "1"]);
    let spare = money("0.12").minus(money("1.2").at_rate(rate("0.005"), Rounding::Up).unwrap()).unwrap();
    let long = bankruptcy_prices(&of, &[held(&of, "60000", "50000")], spare).unwrap();
    assert_eq!(long.below, Some(number("45662.10045662")));
    let short = bankruptcy_prices(&of, &[held(&of, "-60000", "50000")], spare).unwrap();
    assert_eq!(short.above, Some(number("55248.61878453")));
}
