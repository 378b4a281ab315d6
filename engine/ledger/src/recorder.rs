//! Builds the run record while a run goes on. It only writes down; it decides nothing.

use std::borrow::Cow;

use types::{
    Asset, Bar, ClientOrderId, Instrument, InstrumentId, Liquidity, Money, Order, OrderReport, OrderStatus,
    Price, Qty, ReportKind, Side, Time,
};

use crate::curve::Curve;
use crate::{
    Booked, EquityPoint, FillRecord, FundingRecord, Note, OrderRecord, RoundTrip, RunRecord, Totals,
};

/// How much a recorder keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecorderOptions {
    /// Room for this many equity points is made at the start, so that none is made on the way.
    pub expected_events: usize,
    /// Keep the equity after every n-th market event (1: after each); the last one is always kept.
    pub equity_every: u32,
    /// The most candles kept per instrument; neighbours are merged beyond it.
    pub max_candles: usize,
    /// The most equity points kept, except that every UTC day keeps its last; beyond it they are thinned, and falls kept exactly.
    pub max_points: usize,
}

impl Default for RecorderOptions {
    fn default() -> Self {
        Self { expected_events: 0, equity_every: 1, max_candles: 4_000, max_points: 65_536 }
    }
}

/// The record of a run that is still going on.
#[derive(Debug, Clone)]
pub struct Recorder {
    record: RunRecord,
    curve: Curve,
    options: RecorderOptions,
    /// Orders that have not ended, with their place in the record; newest last.
    live: Vec<(ClientOrderId, usize)>,
    skipped: u32,
    /// The newest point, where it is not in the record.
    newest: Option<EquityPoint>,
    candles: Vec<Candles>,
}

/// Candles of one instrument, each of `span` bars; doubled whenever the bound is reached.
#[derive(Debug, Clone)]
struct Candles {
    span: u32,
    inside: u32,
}

impl Recorder {
    /// A recorder for a run that starts now.
    #[must_use]
    pub fn new(
        settlement: Asset,
        capital: Money,
        instruments: Vec<Instrument>,
        options: RecorderOptions,
    ) -> Self {
        let every = options.equity_every.max(1);
        let points = options.expected_events / every as usize + 2;
        let record = RunRecord {
            candles: instruments.iter().map(|_| Vec::with_capacity(options.max_candles)).collect(),
            positions: vec![Qty::ZERO; instruments.len()],
            unrealised: vec![Money::ZERO; instruments.len()],
            settlement,
            capital,
            equity: Vec::new(),
            falls: None,
            fills: Vec::with_capacity(1_024),
            funding: Vec::new(),
            round_trips: Vec::with_capacity(1_024),
            orders: Vec::with_capacity(1_024),
            notes: Vec::new(),
            accounts: Vec::new(),
            totals: Totals::default(),
            instruments,
        };
        let candles = record.instruments.iter().map(|_| Candles { span: 1, inside: 0 }).collect();
        let options = RecorderOptions { equity_every: every, ..options };
        let curve = Curve::new(points, options.max_points);
        Self { record, curve, options, live: Vec::with_capacity(256), skipped: 0, newest: None, candles }
    }

    /// The account's equity after a market event.
    #[inline]
    pub fn equity(&mut self, time: Time, equity: Money) {
        let point = EquityPoint { time, equity };
        if self.options.equity_every == 1 {
            self.curve.push(point);
        } else {
            self.thinned(point);
        }
    }

    /// Keeps every n-th point, and the newest aside, in case it is the last.
    fn thinned(&mut self, point: EquityPoint) {
        self.skipped += 1;
        self.newest = Some(point);
        if self.skipped >= self.options.equity_every {
            self.skipped = 0;
            self.newest = None;
            self.curve.push(point);
        }
    }

    /// Replaces the newest equity, where the end of a run changed it after its last event.
    pub fn amend_equity(&mut self, time: Time, equity: Money) {
        if self.newest.is_none() {
            self.curve.pop();
        }
        self.newest = Some(EquityPoint { time, equity });
    }

    /// An event went into the kernel.
    #[inline]
    pub const fn event(&mut self) {
        self.record.totals.events += 1;
    }

    /// A bar of an instrument, for the chart.
    #[inline]
    pub fn bar(&mut self, instrument: InstrumentId, bar: &Bar) {
        self.record.totals.bars += 1;
        let at = instrument.index();
        if let (Some(list), Some(state)) = (self.record.candles.get_mut(at), self.candles.get_mut(at)) {
            state.add(list, bar, self.options.max_candles);
        }
    }

    /// A price that is no bar, for the chart.
    #[inline]
    pub fn price(&mut self, instrument: InstrumentId, time: Time, price: Price) {
        let point = Bar {
            open_time: time,
            close_time: time,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: Qty::ZERO,
        };
        let at = instrument.index();
        if let (Some(list), Some(state)) = (self.record.candles.get_mut(at), self.candles.get_mut(at)) {
            state.add(list, &point, self.options.max_candles);
        }
    }

    /// An order went to the venue.
    pub fn order(&mut self, order: &Order) {
        self.record.totals.orders += 1;
        self.live.push((order.id, self.record.orders.len()));
        self.record.orders.push(OrderRecord {
            id: order.id,
            instrument: order.instrument,
            side: order.side,
            kind: order.kind,
            qty: order.qty,
            filled: Qty::ZERO,
            placed: order.time,
            ended: None,
            status: OrderStatus::Pending,
        });
    }

    /// Something was said about an order.
    pub fn report(&mut self, report: &OrderReport) {
        match report.kind {
            ReportKind::Rejected(_) => self.record.totals.rejected += 1,
            ReportKind::Refused(_) => self.record.totals.refused += 1,
            _ => {}
        }
        let Some(place) = self.live.iter().rposition(|(id, _)| *id == report.id) else { return };
        let at = self.live.get(place).map_or(usize::MAX, |live| live.1);
        let Some(order) = self.record.orders.get_mut(at) else { return };
        if let ReportKind::Filled(fill) = report.kind {
            order.filled = Qty::from_lots(order.filled.lots().saturating_add(fill.qty.lots()));
        }
        let whole = order.filled >= order.qty;
        order.status = order.status.after(&report.kind, whole).unwrap_or(order.status);
        if !order.status.is_live() {
            order.ended = Some(report.time);
            self.live.remove(place);
        }
    }

    /// A fill was booked.
    pub fn fill(&mut self, report: &OrderReport, booked: &Booked, turnover: Money) {
        let ReportKind::Filled(fill) = report.kind else { return };
        let totals = &mut self.record.totals;
        totals.fills += 1;
        match fill.side {
            Side::Buy => totals.buys += 1,
            Side::Sell => totals.sells += 1,
        }
        totals.maker_fills += u64::from(fill.liquidity == Liquidity::Maker);
        let add = |sum: Money, part: Money| Money::from_units(sum.units().saturating_add(part.units()));
        totals.realised = add(totals.realised, booked.realised);
        totals.fees = add(totals.fees, booked.fee);
        totals.turnover = add(totals.turnover, turnover);
        totals.liquidations += u64::from(booked.liquidation);
        totals.insurance = add(totals.insurance, booked.insurance);
        self.record.fills.push(FillRecord {
            time: report.time,
            id: report.id,
            instrument: report.instrument,
            fill,
            position: booked.position.qty,
            realised: booked.realised,
            fee: booked.fee,
            liquidation: booked.liquidation,
            insurance: booked.insurance,
        });
        if let Some(position) = self.record.positions.get_mut(report.instrument.index()) {
            *position = booked.position.qty;
        }
    }

    /// Round trips were closed.
    pub fn round_trips(&mut self, closed: &[RoundTrip]) {
        self.record.round_trips.extend_from_slice(closed);
    }

    /// Funding was received (negative: paid) for a position in an instrument.
    pub fn funding(&mut self, time: Time, instrument: InstrumentId, received: Money) {
        let sum = self.record.totals.funding.units().saturating_add(received.units());
        self.record.totals.funding = Money::from_units(sum);
        if received != Money::ZERO {
            self.record.funding.push(FundingRecord { time, instrument, received });
        }
    }

    /// A remark.
    pub fn note(&mut self, time: Time, strategy: Option<u16>, text: impl Into<Cow<'static, str>>) {
        self.record.notes.push(Note { time, strategy, text: text.into() });
    }

    /// The finished record; `unrealised` is the profit of what is still open, by instrument id.
    #[must_use]
    pub fn finish(mut self, unrealised: &[Money]) -> RunRecord {
        if let Some(newest) = self.newest {
            self.curve.push(newest);
        }
        (self.record.equity, self.record.falls) = self.curve.finish();
        let sum = unrealised.iter().fold(0_i128, |sum, profit| sum.saturating_add(profit.units()));
        self.record.totals.unrealised = Money::from_units(sum);
        for (kept, profit) in self.record.unrealised.iter_mut().zip(unrealised) {
            *kept = *profit;
        }
        self.record.totals.revaluation = revaluation(&self.record);
        self.record
    }
}

/// What is left of the change of equity when every booking is taken off it.
fn revaluation(record: &RunRecord) -> Money {
    let Totals { realised, unrealised, fees, funding, insurance, .. } = record.totals;
    let less = [record.capital, realised, unrealised, funding].map(Money::units);
    let plus = [fees, insurance].map(Money::units);
    let left = less.into_iter().fold(record.final_equity().units(), i128::saturating_sub);
    Money::from_units(plus.into_iter().fold(left, i128::saturating_add))
}

impl Candles {
    #[inline]
    fn add(&mut self, list: &mut Vec<Bar>, bar: &Bar, most: usize) {
        if self.inside > 0
            && let Some(candle) = list.last_mut()
        {
            *candle = merged(candle, bar);
            self.inside += 1;
        } else {
            if list.len() >= most.max(2) {
                self.halve(list);
            }
            list.push(*bar);
            self.inside = 1;
        }
        if self.inside >= self.span {
            self.inside = 0;
        }
    }

    fn halve(&mut self, list: &mut Vec<Bar>) {
        let mut kept = 0;
        for at in (0..list.len()).step_by(2) {
            let (Some(first), second) = (list.get(at).copied(), list.get(at + 1).copied()) else { continue };
            if let Some(place) = list.get_mut(kept) {
                *place = second.map_or(first, |second| merged(&first, &second));
            }
            kept += 1;
        }
        list.truncate(kept);
        self.span = self.span.saturating_mul(2);
    }
}

fn merged(first: &Bar, second: &Bar) -> Bar {
    Bar {
        open_time: first.open_time,
        close_time: second.close_time,
        open: first.open,
        high: first.high.max(second.high),
        low: first.low.min(second.low),
        close: second.close,
        volume: Qty::from_lots(first.volume.lots().saturating_add(second.volume.lots())),
    }
}
