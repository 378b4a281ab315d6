//! A whole tape as a series, with what can be found about it.

use types::Time;

use super::record::Record;
use super::tape::Tape;
use crate::book::BookFindings;
use crate::{DataError, Inspection, Kind, Loaded, Series, SeriesData};

impl Tape {
    /// Everything in memory, for whoever needs all of it at once.
    ///
    /// # Errors
    /// As [`Tape::rows`].
    pub fn load(&self) -> Result<Loaded, DataError> {
        let data = match self.kind() {
            Kind::Bars => SeriesData::Bars(self.rows()?.collect()),
            Kind::Trades => SeriesData::Trades(self.rows()?.collect()),
            Kind::Quotes => SeriesData::Quotes(self.rows()?.collect()),
            Kind::Funding => SeriesData::Funding(self.rows()?.collect()),
            Kind::Ticks => SeriesData::Ticks(self.rows()?.collect()),
        };
        let series = Series { data, ..self.like() };
        Ok(Loaded { series, inspection: self.inspect()? })
    }

    /// What can be found without loading it: rows, span, gaps of bars, what ticks say, and a clock that was put right.
    ///
    /// # Errors
    /// As [`Tape::rows`].
    pub fn inspect(&self) -> Result<Inspection, DataError> {
        let mut inspection = Inspection::new(self.name().to_owned(), self.kind());
        let like = self.like();
        inspection.rows = self.len();
        inspection.span = self.span();
        inspection.interval = like.interval;
        (inspection.tick_size, inspection.lot_size) =
            (like.grid.tick_size.to_string(), like.grid.lot_size.to_string());
        match self.kind() {
            Kind::Bars => {
                if let Some(interval) = like.interval {
                    gaps(self.rows::<types::Bar>()?.map(|bar| bar.time()), interval, &mut inspection);
                }
                if like.has_volume {
                    let empty = self.rows::<types::Bar>()?.filter(|bar| bar.volume.is_zero()).count();
                    inspection.without_volume = empty as u64;
                }
            }
            Kind::Ticks => inspection.book = Some(self.book()?),
            Kind::Trades | Kind::Quotes | Kind::Funding => {}
        }
        Ok(inspection)
    }

    fn book(&self) -> Result<BookFindings, DataError> {
        let mut findings = BookFindings::default();
        findings.count(self.ticks()?);
        findings.rows_twice = self.ticks()?.filter(|tick| !tick.for_us()).count() as u64;
        let latency = |tick: types::Tick| {
            tick.local_time.nanos().saturating_sub(tick.venue_time.nanos()).saturating_sub(self.clock_shift())
        };
        let clock = &mut findings.clock;
        clock.shift = self.clock_shift();
        clock.smallest_latency = self.ticks()?.map(latency).min().unwrap_or_default();
        clock.largest_latency = self.ticks()?.map(latency).max().unwrap_or_default();
        if clock.shift != 0 {
            let ours = || self.ticks().map(|ticks| ticks.filter(types::Tick::for_us));
            clock.early_rows = ours()?.filter(|tick| latency(*tick) < 0).count() as u64;
            clock.shifted_rows = ours()?.count() as u64;
        }
        Ok(findings)
    }
}

fn gaps(times: impl Iterator<Item = Time>, interval: i64, inspection: &mut Inspection) {
    let mut before: Option<Time> = None;
    for time in times {
        if let Some(before) = before {
            inspection.note_gap(interval, before, time);
        }
        before = Some(time);
    }
}
