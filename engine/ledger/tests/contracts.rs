//! The books of coin-margined contracts, of several assets, and of liquidations.
#![expect(clippy::unwrap_used, reason = "a helper of tests may stop where something is not as it should be")]

use std::fs::File;
use std::io::Read as _;

use flate2::read::GzDecoder;
use proptest::prelude::*;
use quantmesh_ledger::{Account, LedgerError, Portfolio, RoundTrip, Wallet};
use testkit::shared_or_skip;
use types::{
    Amount, Asset, ClientOrderId, Contract, Decimal, FeeSchedule, Fill, Funding, Instrument, InstrumentId,
    InstrumentSpec, Liquidation, Liquidity, Money, Price, Qty, Rate, Side, Time,
};

fn asset(text: &str) -> Asset {
    text.parse().unwrap()
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn instrument(id: u32, contract: Contract, quote: &str, [tick, lot, face]: [&str; 3]) -> Instrument {
    let (base, quote) = (asset("BTC"), asset(quote));
    let settle = if contract == Contract::Inverse { base } else { quote };
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    let spec = InstrumentSpec {
        symbol: format!("BTC{quote}"),
        contract,
        base,
        quote,
        tick_size: number(tick),
        lot_size: number(lot),
        multiplier: number(face),
        min_qty: Decimal::ZERO,
        max_qty: Decimal::ZERO,
        min_notional: Decimal::ZERO,
        fees: FeeSchedule { maker: Rate::ZERO, taker: Rate::ZERO, asset: settle, asset_price: None },
    };
    Instrument::new(InstrumentId(id), spec).unwrap()
}

fn fill(of: &Instrument, side: Side, at: &str, lots: i64, fee: &str) -> Fill {
    let price = of.price(at.parse().unwrap()).unwrap();
    let fee = Amount { asset: of.settle(), money: money(fee) };
    Fill { side, price, qty: Qty::from_lots(lots), liquidity: Liquidity::Taker, fee, trade: 1 }
}

fn book(portfolio: &mut Portfolio, of: &Instrument, fill: &Fill) -> (Money, Vec<RoundTrip>) {
    let mut closed = Vec::new();
    let booked = portfolio.fill(of.id(), ClientOrderId::default(), Time::EPOCH, fill, &mut closed).unwrap();
    (booked.realised, closed)
}

/// Bybit's worked example in the books: 10 000 contracts of 1 USD from 8 000 to 12 500 are 0.45 BTC.
#[test]
fn an_inverse_contract_is_booked_in_its_coin() {
    let of = instrument(0, Contract::Inverse, "USD", ["0.5", "1", "1"]);
    let btc = asset("BTC");
    let mut portfolio = Portfolio::new(btc, money("1"), vec![of.clone()]).unwrap();
    book(&mut portfolio, &of, &fill(&of, Side::Buy, "8000", 10_000, "0.00075"));
    assert_eq!(portfolio.position(of.id()).cost, money("-1.25"));
    let at = |text: &str| Some(of.price(text.parse().unwrap()).unwrap());
    let equity = portfolio.equity(|_| at("10000")).unwrap();
    assert_eq!(equity, money("1.24925"), "1 + 0.25 − 0.00075");
    assert_eq!(portfolio.unrealised(|_| at("10000")), Ok(vec![money("0.25")]));
    let funding = Funding { time: Time::EPOCH, rate: Rate::from_nanos(100_000), mark: None };
    assert_eq!(portfolio.funding(of.id(), &funding, at("10000").unwrap()), Ok(money("-0.0001")));
    let (realised, closed) = book(&mut portfolio, &of, &fill(&of, Side::Sell, "12500", 10_000, "0.00048"));
    assert_eq!((realised, closed[0].gross, closed[0].fees), (money("0.45"), money("0.45"), money("0.00123")));
    assert_eq!(portfolio.cash(), money("1.44867"), "1 + 0.45 − 0.0001 − 0.00123");
    let short = Portfolio::new(asset("USD"), money("1"), vec![of]);
    assert!(matches!(short, Err(LedgerError::OtherQuote { .. })));
}

/// Over LEAN's recorded bars: what the books gained, against `inverse.py`, which adds up fractions.
#[test]
fn recorded_bars_of_two_venues_come_to_what_fractions_come_to() {
    for (file, grid, rows, gained) in [
        ("binance_coinm_btcusd_20221213_1m", ["0.1", "1", "100"], 1_439, -145_651_409_365_527_156_i128),
        ("bybit_inverse_btcusd_20221213_1m", ["0.01", "1", "1"], 721, -599_365_926_494_625),
    ] {
        let Some(path) = shared_or_skip(&format!("data/market/{file}.csv.gz")) else { return };
        let mut text = String::new();
        GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
        let of = instrument(0, Contract::Inverse, "USD", grid);
        let mut portfolio = Portfolio::new(asset("BTC"), Money::ZERO, vec![of.clone()]).unwrap();
        let closes: Vec<_> = text.lines().skip(1).map(|line| line.split(',').nth(4).unwrap()).collect();
        assert_eq!(closes.len(), rows);
        let mut realised = Money::ZERO;
        for (at, close) in closes.iter().enumerate() {
            let (side, lots) = if at % 3 == 0 { (Side::Buy, 7) } else { (Side::Sell, 5) };
            let (more, closed) = book(&mut portfolio, &of, &fill(&of, side, close, lots, "0"));
            realised = realised.plus(more).unwrap();
            assert!(closed.iter().all(|trip| !trip.liquidated));
        }
        let last = Some(of.price(closes[rows - 1].parse().unwrap()).unwrap());
        let equity = portfolio.equity(|_| last).unwrap();
        let bound = i128::try_from(rows).unwrap();
        assert!((equity.units() - gained).abs() <= bound, "{file}: {equity}");
        let sum = realised.plus(portfolio.unrealised(|_| last).unwrap()[0]).unwrap();
        assert_eq!(sum, equity, "what is realised and what is not are all there is");
        assert_eq!(portfolio.books().trial_balance(asset("BTC")), Ok(Money::ZERO));
    }
}

/// Collateral in a coin counts at the price of the run's own instrument, and an inverse contract pays into it.
#[test]
fn several_assets_are_one_equity_at_index_prices() {
    let linear = instrument(0, Contract::Linear, "USD", ["0.5", "0.001", "1"]);
    let inverse = instrument(1, Contract::Inverse, "USD", ["0.5", "1", "1"]);
    let (usd, btc) = (asset("USD"), asset("BTC"));
    let wallet = Wallet { asset: btc, amount: money("2"), opening: "20000".parse().unwrap() };
    let both = vec![linear.clone(), inverse.clone()];
    let mut portfolio = Portfolio::with_wallets(usd, money("1000"), &[wallet], both).unwrap();
    assert_eq!(portfolio.equity(|_| None), Ok(money("41000")), "at the opening price");
    let at = |text: &str| Some(linear.price(text.parse().unwrap()).unwrap());
    assert_eq!(portfolio.equity(|_| at("25000")), Ok(money("51000")));
    book(&mut portfolio, &linear, &fill(&linear, Side::Buy, "25000", 1_000, "10"));
    book(&mut portfolio, &inverse, &fill(&inverse, Side::Sell, "25000", 25_000, "0.001"));
    // One coin long, 25 000 dollars short: 2 000 more by the coins, 1 000 by the linear contract, and 0.038… coins lost by the other.
    let equity = portfolio.equity(|_| at("26000")).unwrap();
    // 25 000 / 26 000 is rounded to 10⁻¹⁸ of a coin, which 26 000 dollars make visible.
    assert_eq!(
        equity,
        money("52963.999999999999988"),
        "1 000 − 10 + 1 000 + 26 000 × (2 − 0.001 − 1 + 25 000 / 26 000)"
    );
    let open = [money("1000"), money("-1000.000000000000012")];
    assert_eq!(portfolio.unrealised(|_| at("26000")), Ok(open.to_vec()));
    let (realised, closed) = book(&mut portfolio, &inverse, &fill(&inverse, Side::Buy, "20000", 25_000, "0"));
    // A quarter of a coin, at 20 000.
    assert_eq!((realised, closed[0].gross, closed[0].fees), (money("5000"), money("5000"), money("20")));
    assert_eq!(portfolio.books().balance(Account::Realised, btc), money("-0.25"));
    for asset in [usd, btc] {
        assert_eq!(portfolio.books().trial_balance(asset), Ok(Money::ZERO));
    }
    let eth = Wallet { asset: asset("ETH"), ..wallet };
    let lost = Portfolio::with_wallets(usd, money("1000"), &[eth], vec![linear]);
    assert!(matches!(lost, Err(LedgerError::NoIndex { .. })));
}

#[test]
fn a_liquidation_is_a_transaction_of_its_own_and_its_round_trips_say_so() {
    let of = instrument(0, Contract::Linear, "USDT", ["0.5", "0.001", "1"]);
    let usdt = asset("USDT");
    for (insurance, cash) in [("0", "795"), ("95", "700"), ("-295", "1090")] {
        let mut portfolio = Portfolio::new(usdt, money("1000"), vec![of.clone()]).unwrap();
        book(&mut portfolio, &of, &fill(&of, Side::Buy, "20000", 100, "0"));
        let mut closed = Vec::new();
        let taken = Liquidation {
            time: Time::EPOCH,
            fill: fill(&of, Side::Sell, "18000", 100, "5"),
            insurance: money(insurance),
        };
        let booked = portfolio.liquidate(of.id(), ClientOrderId::default(), &taken, &mut closed).unwrap();
        assert_eq!((booked.realised, booked.fee, booked.liquidation), (money("-200"), money("5"), true));
        assert_eq!((booked.insurance, portfolio.cash()), (money(insurance), money(cash)));
        assert_eq!(portfolio.books().balance(Account::Insurance, usdt), money(insurance));
        assert_eq!(portfolio.books().balance(Account::Cash, usdt), money(cash));
        assert_eq!(portfolio.books().trial_balance(usdt), Ok(Money::ZERO));
        assert!(closed.len() == 1 && closed[0].liquidated);
        assert!(portfolio.position(of.id()).is_flat());
    }
}

proptest! {
    /// Whatever trades, equity is what was put in, what trading gained, less fees, funding and insurance; in every asset books balance.
    #[test]
    fn money_is_neither_made_nor_lost(
        trades in prop::collection::vec((any::<bool>(), any::<bool>(), 1_i64..50, 2_000_i64..60_000, -9_i64..30, any::<bool>()), 1..60),
    ) {
        let linear = instrument(0, Contract::Linear, "USD", ["0.5", "0.001", "1"]);
        let inverse = instrument(1, Contract::Inverse, "USD", ["0.5", "1", "100"]);
        let (usd, btc) = (asset("USD"), asset("BTC"));
        let wallet = Wallet { asset: btc, amount: money("3"), opening: "20000".parse().unwrap() };
        let both = vec![linear.clone(), inverse.clone()];
        let mut portfolio = Portfolio::with_wallets(usd, money("1000"), &[wallet], both).unwrap();
        let (mut dollars, mut coins) = (money("1000").units(), money("3").units());
        let mut held = [0_i64; 2];
        for (coin, buys, lots, ticks, fee, taken) in trades {
            let of = if coin { &inverse } else { &linear };
            let (side, price) = (if buys { Side::Buy } else { Side::Sell }, Price::from_ticks(ticks));
            let fee = Amount { asset: of.settle(), money: Money::from_units(i128::from(fee) * 1_000_003) };
            let fill = Fill { side, price, qty: Qty::from_lots(lots), liquidity: Liquidity::Maker, fee, trade: 1 };
            let mut closed = Vec::new();
            let mut insurance = 0;
            let id = ClientOrderId::default();
            if taken {
                insurance = 77;
                let liquidation = Liquidation { time: Time::EPOCH, fill, insurance: Money::from_units(insurance) };
                portfolio.liquidate(of.id(), id, &liquidation, &mut closed).unwrap();
            } else {
                portfolio.fill(of.id(), id, Time::EPOCH, &fill, &mut closed).unwrap();
            }
            held[usize::from(coin)] += lots * side.sign();
            // A buyer pays price × quantity; a buyer of an inverse contract owes face / price coins, so he is given them.
            let worth = of.notional(price, Qty::from_lots(lots * side.sign())).unwrap().units();
            if coin { coins += worth } else { dollars -= worth }
            *(if coin { &mut coins } else { &mut dollars }) -= fee.money.units() + insurance;
            for asset in [usd, btc] {
                prop_assert_eq!(portfolio.books().trial_balance(asset), Ok(Money::ZERO));
            }
        }
        prop_assert_eq!(portfolio.books().balance(Account::Cash, usd).units(), dollars);
        prop_assert_eq!(portfolio.books().balance(Account::Cash, btc).units(), coins);
        let last = Price::from_ticks(40_000);
        let owed = inverse.notional(last, Qty::from_lots(held[1])).unwrap().units();
        let long = linear.notional(last, Qty::from_lots(held[0])).unwrap().units();
        let equity = portfolio.equity(|_| Some(last)).unwrap().units();
        prop_assert_eq!(equity, dollars + long + (coins - owed) * 20_000);
    }
}
