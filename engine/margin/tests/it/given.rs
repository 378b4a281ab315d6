//! Instruments, tiers and accounts that several tests use.

use quantmesh_margin::{
    Account, AccountSettings, Collateral, Line, MarginMode, PositionMode, TierRow, Tiers, initial_margin,
};
use types::{
    Amount, Asset, Contract, Decimal, FeeSchedule, Instrument, InstrumentId, InstrumentSpec, Money, Price,
    Qty, Rate,
};

pub(crate) fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub(crate) fn rate(text: &str) -> Rate {
    Rate::from_decimal(number(text)).unwrap()
}

pub(crate) fn asset(text: &str) -> Asset {
    text.parse().unwrap()
}

pub(crate) fn instrument(
    id: u32,
    base: &str,
    contract: Contract,
    [tick, lot, face]: [&str; 3],
) -> Instrument {
    let (base, quote) = (asset(base), asset("USDT"));
    let settle = if contract == Contract::Inverse { base } else { quote };
    let spec = InstrumentSpec {
        symbol: format!("{base}{quote}"),
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

/// Rows of floor, rate and leverage; each tier ends where the next begins.
pub(crate) fn tiers(rows: &[(&str, &str, u32)]) -> Tiers {
    let next = |at: usize| rows.get(at + 1).map(|row| money(row.0));
    let row = |(at, (floor, share, leverage)): (usize, &(&str, &str, u32))| TierRow {
        floor: money(floor),
        cap: next(at),
        rate: rate(share),
        deduction: None,
        max_leverage: *leverage,
    };
    Tiers::new(&rows.iter().enumerate().map(row).collect::<Vec<_>>()).unwrap()
}

/// Binance's tiers of early 2021, of the time of its worked example: the fourth has an amount of 16 300.
pub(crate) fn btc_tiers() -> Tiers {
    tiers(&[
        ("0", "0.004", 125),
        ("50000", "0.005", 100),
        ("250000", "0.01", 50),
        ("1000000", "0.025", 20),
        ("5000000", "0.05", 10),
        ("20000000", "0.1", 5),
    ])
}

/// The same of ETH: the sixth has an amount of 135 365.
pub(crate) fn eth_tiers() -> Tiers {
    tiers(&[
        ("0", "0.005", 100),
        ("10000", "0.0065", 75),
        ("100000", "0.01", 50),
        ("500000", "0.02", 25),
        ("1000000", "0.05", 10),
        ("2000000", "0.1", 5),
        ("5000000", "0.125", 4),
    ])
}

/// COIN-M tiers of BTCUSD, in BTC: the seventh has an amount of 11.605.
pub(crate) fn coin_tiers() -> Tiers {
    tiers(&[
        ("0", "0.004", 125),
        ("5", "0.005", 100),
        ("10", "0.01", 50),
        ("20", "0.025", 20),
        ("50", "0.05", 10),
        ("100", "0.1", 5),
        ("200", "0.125", 4),
        ("400", "0.15", 3),
    ])
}

pub(crate) fn line(instrument: Instrument, tiers: Tiers, mode: MarginMode, leverage: u32) -> Line {
    Line { instrument, tiers, mode, leverage, liquidation_fee: rate("0.005") }
}

pub(crate) fn btc() -> Instrument {
    instrument(0, "BTC", Contract::Linear, ["0.01", "0.001", "1"])
}

pub(crate) fn eth() -> Instrument {
    instrument(1, "ETH", Contract::Linear, ["0.01", "0.001", "1"])
}

pub(crate) fn coin(id: u32) -> Instrument {
    instrument(id, "BTC", Contract::Inverse, ["0.1", "1", "100"])
}

pub(crate) fn settings(position_mode: PositionMode) -> AccountSettings {
    AccountSettings { currency: asset("USDT"), multi_asset: false, position_mode, remainder_to_fund: false }
}

pub(crate) fn account(settings: AccountSettings, lines: Vec<Line>, deposits: &[(&str, &str)]) -> Account {
    let mut account = Account::new(settings, lines).unwrap();
    for (name, amount) in deposits {
        account.deposit(asset(name), money(amount)).unwrap();
    }
    account
}

pub(crate) fn collateral(index: &str, buffer: &str) -> Collateral {
    Collateral { index: number(index), bid_buffer: rate(buffer), ask_buffer: rate(buffer) }
}

pub(crate) fn price(instrument: &Instrument, text: &str) -> Price {
    instrument.price(number(text)).unwrap()
}

pub(crate) fn qty(instrument: &Instrument, text: &str) -> Qty {
    instrument.qty(number(text)).unwrap()
}

pub(crate) fn fee(name: &str, amount: &str) -> Amount {
    Amount { asset: asset(name), money: money(amount) }
}

/// What opens `qty` at `price` with this leverage.
pub(crate) fn initial(instrument: &Instrument, at: &str, size: &str, leverage: u32) -> Money {
    let notional = instrument.notional(price(instrument, at), qty(instrument, size)).unwrap();
    initial_margin(notional, leverage).unwrap()
}
