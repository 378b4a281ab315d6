//! The run record: everything a report needs to know about a run, and nothing it would have to guess.

use std::borrow::Cow;

use types::{
    Asset, Bar, ClientOrderId, Fill, Instrument, InstrumentId, Money, OrderKind, OrderStatus, Price, Qty,
    Side, Time,
};

use crate::Falls;

/// Equity at one moment: cash and marked positions, in the settlement asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EquityPoint {
    /// When.
    pub time: Time,
    /// How much.
    pub equity: Money,
}

/// One fill as the books took it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FillRecord {
    /// When it happened.
    pub time: Time,
    /// Of which order.
    pub id: ClientOrderId,
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// The execution.
    pub fill: Fill,
    /// Signed position after it.
    pub position: Qty,
    /// Profit it realised against average cost, before its fee, in the settlement asset.
    pub realised: Money,
    /// What its fee is worth in the settlement asset; negative for a rebate.
    pub fee: Money,
    /// Whether the venue closed it for want of margin.
    pub liquidation: bool,
    /// What that paid to the venue's insurance fund beside the fee; negative where the fund paid.
    pub insurance: Money,
}

/// One funding settlement of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FundingRecord {
    /// When.
    pub time: Time,
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// What was received (negative: paid), in the settlement asset.
    pub received: Money,
}

/// One entry matched with one exit.
///
/// An exit takes first the open quantity of its own slot (a grid's sell closes that level's buy), then the oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundTrip {
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// The strategy's slot of the entry.
    pub slot: u32,
    /// Buy for a long, sell for a short.
    pub entry_side: Side,
    /// Quantity.
    pub qty: Qty,
    /// When it was entered.
    pub entry_time: Time,
    /// At what price.
    pub entry_price: Price,
    /// When it was left.
    pub exit_time: Time,
    /// At what price.
    pub exit_price: Price,
    /// What the exit is worth more than the entry, before fees, in the settlement asset.
    pub gross: Money,
    /// Both fees' parts that belong to this quantity, in the settlement asset; negative for a rebate.
    pub fees: Money,
    /// Whether the exit was a liquidation.
    pub liquidated: bool,
}

/// The life of one order, for the chart and the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRecord {
    /// Its id.
    pub id: ClientOrderId,
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Which way.
    pub side: Side,
    /// At what conditions.
    pub kind: OrderKind,
    /// How much was asked for.
    pub qty: Qty,
    /// How much was filled.
    pub filled: Qty,
    /// When it was sent.
    pub placed: Time,
    /// When it ended; `None` while it is still working.
    pub ended: Option<Time>,
    /// How it stands.
    pub status: OrderStatus,
}

/// A remark of a strategy or of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub time: Time,
    /// The strategy's place in the run; `None` for the engine itself.
    pub strategy: Option<u16>,
    /// What.
    pub text: Cow<'static, str>,
}

/// What one of the strategies that another one holds did of its own; see `sdk::SubAccount`, whose figures these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountRecord {
    /// The place in the run of the strategy that holds it.
    pub strategy: u16,
    /// Which strategy.
    pub id: &'static str,
    /// What it is worth.
    pub equity: Money,
    /// Profit realised against the average cost of its own position, before fees.
    pub realised: Money,
    /// Profit of what it still holds, at the last price.
    pub unrealised: Money,
    /// Fees paid, in the settlement asset; negative for rebates.
    pub fees: Money,
    /// Funding received less funding paid.
    pub funding: Money,
    /// Its fills; one inside, between two of them, counts for both.
    pub fills: u64,
}

/// Counts and sums over the whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Events the kernel took in, order reports included.
    pub events: u64,
    /// Bars among them.
    pub bars: u64,
    /// Orders that were sent to the venue.
    pub orders: u64,
    /// Wishes our own gate refused.
    pub refused: u64,
    /// Orders the venue rejected.
    pub rejected: u64,
    /// Fills.
    pub fills: u64,
    /// Fills that bought.
    pub buys: u64,
    /// Fills that sold.
    pub sells: u64,
    /// Fills that rested.
    pub maker_fills: u64,
    /// Profit realised against average cost, before fees, in the settlement asset.
    pub realised: Money,
    /// Profit of what is still open, at the last price.
    pub unrealised: Money,
    /// Fees paid, in the settlement asset (fees in another asset at its configured price); negative for rebates.
    pub fees: Money,
    /// Funding received less funding paid.
    pub funding: Money,
    /// Legs that the venue closed for want of margin.
    pub liquidations: u64,
    /// Paid to the venue's insurance fund, less what it paid for us; liquidation fees are among `fees`.
    pub insurance: Money,
    /// What balances in other assets gained by their price in the settlement asset; zero where there are none.
    pub revaluation: Money,
    /// Sum of price × quantity over all fills.
    pub turnover: Money,
}

/// One run, from the first event to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// What was traded, by instrument id.
    pub instruments: Vec<Instrument>,
    /// What equity is counted in.
    pub settlement: Asset,
    /// Equity at the start.
    pub capital: Money,
    /// Equity after every market event (or every n-th, where the run asked for it), oldest first; of a long run fewer, see [`Falls`].
    pub equity: Vec<EquityPoint>,
    /// What the points don't tell where some of them were left out; `None` where they are all there.
    pub falls: Option<Falls>,
    /// Fills, oldest first.
    pub fills: Vec<FillRecord>,
    /// Funding settlements that moved money, oldest first.
    pub funding: Vec<FundingRecord>,
    /// Closed round trips, in the order of their exits.
    pub round_trips: Vec<RoundTrip>,
    /// Orders, in the order they were sent.
    pub orders: Vec<OrderRecord>,
    /// Prices for the chart, by instrument: the run's own bars, or bars gathered from ticks, merged to a bounded number.
    pub candles: Vec<Vec<Bar>>,
    /// Remarks, oldest first.
    pub notes: Vec<Note>,
    /// Position of each instrument at the end, by instrument id.
    pub positions: Vec<Qty>,
    /// Profit of what is still open at the last price, by instrument id; sums to that of the totals.
    pub unrealised: Vec<Money>,
    /// Accounts inside strategies that hold others, in the order of both; none where no strategy does.
    pub accounts: Vec<AccountRecord>,
    /// Sums.
    pub totals: Totals,
}

impl RoundTrip {
    /// Profit after both fees.
    #[must_use]
    pub const fn net(&self) -> Money {
        Money::from_units(self.gross.units().saturating_sub(self.fees.units()))
    }
}

impl RunRecord {
    /// Equity at the end; the capital where nothing happened.
    #[must_use]
    pub fn final_equity(&self) -> Money {
        self.equity.last().map_or(self.capital, |point| point.equity)
    }

    /// Highest equity; the capital where there is no point.
    #[must_use]
    pub fn highest_equity(&self) -> Money {
        let of_points = self.equity.iter().map(|point| point.equity).max();
        of_points.max(self.falls.as_ref().map(|falls| falls.highest)).unwrap_or(self.capital)
    }
}
