//! A stretch of a run's data: the rows inside it, and the bars before it that strategies need to warm up.

use backtest::Stream;
use search::Span;
use tape::SeriesData;
use types::{InstrumentId, Price, Time};

use crate::assemble::Assembled;

/// The first price of the data, or of a stretch of it.
pub(crate) fn first_price(data: &SeriesData, window: Option<Span>) -> Option<Price> {
    let from = window.map_or(0, |span| after(data, span.from));
    match data {
        SeriesData::Bars(rows) => rows.get(from).map(|bar| bar.open),
        SeriesData::Trades(rows) => rows.get(from).map(|trade| trade.price),
        SeriesData::Quotes(rows) => rows.get(from).map(|quote| quote.bid),
        SeriesData::Ticks(rows) => rows.get(from).map(|tick| tick.price),
        SeriesData::Funding(_) => None,
    }
}

/// The place of the first row that is known after a moment.
fn after(data: &SeriesData, time: Time) -> usize {
    match data {
        SeriesData::Bars(rows) => rows.partition_point(|bar| bar.close_time <= time),
        SeriesData::Trades(rows) => rows.partition_point(|trade| trade.time <= time),
        SeriesData::Quotes(rows) => rows.partition_point(|quote| quote.time <= time),
        SeriesData::Ticks(rows) => rows.partition_point(|tick| tick.local_time <= time),
        SeriesData::Funding(rows) => rows.partition_point(|funding| funding.time <= time),
    }
}

/// When the first row begins, and when the last one is known.
fn reach(data: &SeriesData) -> Option<Span> {
    let span = |from, to| Span { from, to };
    match data {
        SeriesData::Bars(rows) => Some(span(rows.first()?.open_time, rows.last()?.close_time)),
        SeriesData::Trades(rows) => Some(span(rows.first()?.time, rows.last()?.time)),
        SeriesData::Quotes(rows) => Some(span(rows.first()?.time, rows.last()?.time)),
        SeriesData::Ticks(rows) => Some(span(rows.first()?.local_time, rows.last()?.local_time)),
        SeriesData::Funding(rows) => Some(span(rows.first()?.time, rows.last()?.time)),
    }
}

impl Assembled {
    /// From the first of the market data to when all of it is known.
    pub(crate) fn reach(&self) -> Option<Span> {
        let all = self.series.iter().filter_map(|data| reach(&data.market.series.data));
        all.reduce(|one, two| Span { from: one.from.min(two.from), to: one.to.max(two.to) })
    }

    /// The data of a stretch as streams, and before it as many bars of each instrument as strategies need to warm up.
    /// Signals begin with the first of those bars; trades, quotes and funding with the stretch.
    pub(crate) fn streams_in(&self, window: Span, warm_up_bars: usize) -> Vec<Stream<'_>> {
        let mut begin = window.from;
        let (mut markets, mut streams) = (Vec::new(), Vec::new());
        for (id, data) in (0..).map(InstrumentId).zip(&self.series) {
            let rows = &data.market.series.data;
            let (mut from, to) = (after(rows, window.from), after(rows, window.to));
            if let SeriesData::Bars(bars) = rows {
                from = from.saturating_sub(warm_up_bars);
                begin = bars.get(from).map_or(begin, |bar| begin.min(bar.open_time));
            }
            markets.push(cut(id, rows, from, to));
        }
        for ((id, data), market) in (0..).map(InstrumentId).zip(&self.series).zip(markets) {
            if let Some(funding) = &data.funding {
                let rows = &funding.series.data;
                streams.extend(cut(id, rows, after(rows, window.from), after(rows, window.to)));
            }
            let from = data.signals.partition_point(|signal| signal.time <= begin);
            let to = data.signals.partition_point(|signal| signal.time <= window.to);
            if let Some(signals) = data.signals.get(from..to).filter(|signals| !signals.is_empty()) {
                streams.push(Stream::Signals(id, signals.iter()));
            }
            streams.extend(market);
        }
        streams
    }

    /// Market events of the data, or about those of a stretch: for room that is made at the start.
    pub(crate) fn expected_events(&self, window: Option<Span>) -> usize {
        let rows = |data: &SeriesData| match window {
            None => data.len(),
            Some(span) => after(data, span.to).saturating_sub(after(data, span.from)),
        };
        let funding = self.series.iter().filter_map(|data| data.funding.as_ref());
        let all = self.series.iter().map(|data| &data.market).chain(funding);
        let signals: usize = self.series.iter().map(|data| data.signals.len()).sum();
        all.map(|loaded| rows(&loaded.series.data)).sum::<usize>()
            + if window.is_none() { signals } else { 0 }
    }
}

/// The rows from one place to another, the latter excluded.
fn cut(id: InstrumentId, data: &SeriesData, from: usize, to: usize) -> Option<Stream<'_>> {
    Some(match data {
        SeriesData::Bars(rows) => Stream::Bars(id, rows.get(from..to)?.iter()),
        SeriesData::Trades(rows) => Stream::Trades(id, rows.get(from..to)?.iter()),
        SeriesData::Quotes(rows) => Stream::Quotes(id, rows.get(from..to)?.iter()),
        // Ticks of an order book are replayed instead.
        SeriesData::Ticks(_) => return None,
        SeriesData::Funding(rows) => Stream::Funding(id, rows.get(from..to)?.iter()),
    })
}
