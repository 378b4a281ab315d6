//! What an instrument makes of prices and quantities, by hand and by the worked examples of venues.

use super::*;

fn spec(tick: &str, lot: &str) -> Result<InstrumentSpec, Box<dyn std::error::Error>> {
    let usdt: Asset = "USDT".parse()?;
    Ok(InstrumentSpec {
        symbol: "BTCUSDT".into(),
        contract: Contract::Linear,
        base: "BTC".parse()?,
        quote: usdt,
        tick_size: tick.parse()?,
        lot_size: lot.parse()?,
        multiplier: "1".parse()?,
        min_qty: "0".parse()?,
        max_qty: "0".parse()?,
        min_notional: "5".parse()?,
        fees: FeeSchedule { maker: Rate::ZERO, taker: Rate::ZERO, asset: usdt, asset_price: None },
    })
}

#[test]
fn price_times_quantity_is_exact_money() -> Result<(), Box<dyn std::error::Error>> {
    let btc = Instrument::new(InstrumentId(0), spec("0.1", "0.001")?)?;
    let (price, qty) = (btc.price("61594.1".parse()?)?, btc.qty("0.003".parse()?)?);
    assert_eq!(btc.notional(price, qty)?.to_string(), "184.7823");
    assert_eq!(btc.lots_for("184.79".parse()?, price, Rounding::Down)?, qty);
    assert_eq!(btc.lots_for("184.79".parse()?, Price::from_ticks(0), Rounding::Down)?, Qty::ZERO);
    Ok(())
}

#[test]
fn a_rate_on_a_notional_is_the_same_with_and_without_the_short_way() -> Result<(), Box<dyn std::error::Error>>
{
    for (tick, lot) in [("0.1", "0.001"), ("0.00000001", "0.00000001"), ("2.5", "0.25")] {
        let instrument = Instrument::new(InstrumentId(0), spec(tick, lot)?)?;
        for (ticks, lots, nanos) in [(615_941, 3, 200_000), (1, 1, 1), (7, -3, -250_001), (i64::MAX, 1, 7)] {
            let (price, qty, rate) =
                (Price::from_ticks(ticks), Qty::from_lots(lots), Rate::from_nanos(nanos));
            for rounding in [Rounding::Up, Rounding::Down, Rounding::HalfEven] {
                let long = instrument.notional(price, qty)?.at_rate(rate, rounding)?;
                assert_eq!(instrument.notional_at_rate(price, qty, rate, rounding)?, long);
            }
        }
    }
    Ok(())
}

#[test]
fn the_largest_product_is_an_error_and_not_a_wrap() -> Result<(), Box<dyn std::error::Error>> {
    let coarse = Instrument::new(InstrumentId(0), spec("1000", "1000")?)?;
    let most = (Price::from_ticks(i64::MAX), Qty::from_lots(i64::MAX));
    assert_eq!(coarse.notional(most.0, most.1), Err(Overflow("price × quantity")));
    Ok(())
}

#[test]
fn steps_that_money_can_not_hold_are_refused() -> Result<(), Box<dyn std::error::Error>> {
    let fine = Instrument::new(InstrumentId(0), spec("0.0000000001", "0.0000000001")?);
    assert!(matches!(fine, Err(InstrumentError::TooFine { decimals: 20, .. })));
    assert!(matches!(
        Instrument::new(InstrumentId(0), spec("0", "1")?),
        Err(InstrumentError::NotPositive { .. })
    ));
    Ok(())
}

fn inverse(symbol: &str, tick: &str, face: &str) -> Result<Instrument, Box<dyn std::error::Error>> {
    let spec = InstrumentSpec {
        symbol: symbol.into(),
        contract: Contract::Inverse,
        quote: "USD".parse()?,
        multiplier: face.parse()?,
        min_notional: "0".parse()?,
        ..spec(tick, "1")?
    };
    Ok(Instrument::new(InstrumentId(0), spec)?)
}

/// Worked examples of venues: contracts × face × (1/entry − 1/exit), in the coin.
///
/// - 10 000 contracts of 1 USD from 8 000 to 12 500: 1.25 − 0.8 = 0.45 BTC, and 10 000 from 23 000 to 25 000: 10 000/23 000 less
///   0.4 BTC (Bybit, "What is Inverse Contract?" and its quotation of an inverse perpetual).
/// - 100 contracts of 100 USD at 25 000 are 0.4 BTC (Binance, "How to Calculate Liquidation Price of COIN-M Futures Contracts").
#[test]
fn inverse_profit_comes_out_as_the_venues_say() -> Result<(), Box<dyn std::error::Error>> {
    let cases = [
        ("1", 10_000, "8000", "12500", "0.45"),
        ("1", -10_000, "8000", "12500", "-0.45"),
        ("1", 10_000, "23000", "25000", "0.034782608695652174"),
        ("100", 100, "25000", "20000", "-0.1"),
    ];
    for (face, lots, entry, exit, profit) in cases {
        let btcusd = inverse("BTCUSD", "0.5", face)?;
        let (entry, exit) = (btcusd.price(entry.parse()?)?, btcusd.price(exit.parse()?)?);
        let qty = Qty::from_lots(lots);
        let cost = btcusd.worth(entry, qty)?;
        assert_eq!(btcusd.worth(exit, qty)?.minus(cost)?.to_string(), profit);
        assert_eq!(btcusd.average_price(qty, cost, Rounding::HalfEven), Some(entry));
    }
    let coin_m = inverse("BTCUSD_PERP", "0.1", "100")?;
    assert_eq!(
        coin_m.notional(coin_m.price("25000".parse()?)?, Qty::from_lots(100))?.to_string(),
        "0.4",
        "100 contracts"
    );
    assert_eq!((coin_m.settle(), coin_m.contract().name()), ("BTC".parse()?, "inverse"));
    Ok(())
}

#[test]
fn an_inverse_contract_has_one_rounding_and_no_price_of_zero() -> Result<(), Box<dyn std::error::Error>> {
    let btcusd = inverse("BTCUSD", "0.5", "1")?;
    // 1 / 3.5 = 0.285714285714285714|28…, 1 / 1.5 = 0.666666666666666666|6…: half-even to the eighteenth decimal.
    for (ticks, worth) in [(7, "0.285714285714285714"), (3, "0.666666666666666667")] {
        assert_eq!(btcusd.notional(Price::from_ticks(ticks), Qty::from_lots(1))?.to_string(), worth);
        assert_eq!(
            btcusd.notional(Price::from_ticks(ticks), Qty::from_lots(-1))?.to_string(),
            format!("-{worth}")
        );
    }
    for ticks in [0, -1] {
        assert!(btcusd.notional(Price::from_ticks(ticks), Qty::from_lots(1)).is_err());
    }
    assert!(btcusd.notional(Price::from_ticks(1), Qty::from_lots(i64::MAX)).is_ok());
    // 1.25 BTC at 8 000 are 10 000 contracts, and a unit less is one contract less.
    let (price, coins): (Price, Money) = (btcusd.price("8000".parse()?)?, "1.25".parse()?);
    assert_eq!(btcusd.lots_for(coins, price, Rounding::Down)?, Qty::from_lots(10_000));
    let less = coins.minus(Money::from_units(1))?;
    assert_eq!(btcusd.lots_for(less, price, Rounding::Down)?, Qty::from_lots(9_999));
    assert_eq!(btcusd.lots_for(coins, Price::from_ticks(-5), Rounding::Down)?, Qty::ZERO);
    assert_eq!(btcusd.average_price(Qty::ZERO, Money::ZERO, Rounding::Down), None);
    let rate = Rate::from_nanos(600_000);
    assert_eq!(
        btcusd.notional_at_rate(price, Qty::from_lots(10_000), rate, Rounding::Up)?.to_string(),
        "0.00075"
    );
    Ok(())
}

#[test]
fn kinds_of_contracts_are_read_by_name() {
    for kind in [Contract::Spot, Contract::Linear, Contract::Inverse] {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
    assert!("coin".parse::<Contract>().is_err());
}
