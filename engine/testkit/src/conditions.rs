//! Runs over daily bars with conditions of a strategy switched on, all of them or all but one.

use std::fmt;

use types::{Bar, Decimal, Event, Funding, InstrumentId, Price, Qty, Rate, Time};

use crate::{Lab, LabError};

/// A strategy with parameters that stay, and conditions that can be left out.
#[derive(Debug)]
pub struct Conditions<'a> {
    /// Where it runs.
    pub lab: Lab,
    /// The strategy's id.
    pub id: &'a str,
    /// Parameters of every run, as TOML.
    pub plain: &'a str,
    /// One condition each, as TOML.
    pub conditions: &'a [&'a str],
    /// What it runs over.
    pub bars: Vec<Bar>,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Equity at the end.
    pub equity: String,
    /// Orders that were sent.
    pub orders: u64,
    /// Fills.
    pub fills: u64,
    /// Funding received less paid.
    pub funding: String,
    /// Wishes that the gate refused.
    pub refused: u64,
    /// Orders that the venue rejected.
    pub rejected: u64,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { equity, orders, fills, funding, refused, rejected } = self;
        write!(f, "{equity}, {orders} orders, {fills} fills, {funding} funding, ")?;
        write!(f, "{refused} refused, {rejected} rejected")
    }
}

impl Conditions<'_> {
    /// Runs with every condition on, and `more` parameters as TOML.
    ///
    /// # Errors
    /// [`LabError`] when the strategy can't start or the run fails.
    pub fn all(&self, more: &str) -> Result<Figures, LabError> {
        self.run(&format!("{more}\n{}{}", self.plain, self.conditions.concat()))
    }

    /// The conditions without which nothing changes. A sound set has none.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub fn idle(&self) -> Result<Vec<&str>, LabError> {
        let all = self.all("")?;
        let mut idle = Vec::new();
        for (at, condition) in self.conditions.iter().enumerate() {
            let others = self.conditions.iter().enumerate().filter(|(other, _)| *other != at);
            let others: String = others.map(|(_, text)| *text).collect();
            if self.run(&format!("{}{others}", self.plain))? == all {
                idle.push(*condition);
            }
        }
        Ok(idle)
    }

    fn run(&self, params: &str) -> Result<Figures, LabError> {
        let events = with_funding(&self.bars);
        let count = events.len();
        let record = self.lab.run_events(self.id, params, self.bars.first(), events, count)?.record;
        let totals = &record.totals;
        Ok(Figures {
            equity: record.final_equity().to_string(),
            orders: totals.orders,
            fills: totals.fills,
            funding: totals.funding.to_string(),
            refused: totals.refused,
            rejected: totals.rejected,
        })
    }
}

/// Daily bars without a gap from CSV rows `index,date,open,high,low,close,volume` below a header: ticks of 0.01, lots of 0.00001.
/// The first row is of `first_day`, counted from 1970; a row that can't be read is left out, so hold the count against what you expect.
#[must_use]
pub fn daily_bars(csv: &str, first_day: i64) -> Vec<Bar> {
    csv.lines().skip(1).zip(first_day..).filter_map(|(row, day)| daily_bar(row, day)).collect()
}

fn daily_bar(row: &str, day: i64) -> Option<Bar> {
    const DAY: i64 = 86_400_000_000_000;
    let at_scale = |text: &str, scale| -> Option<i64> {
        i64::try_from(text.parse::<Decimal>().ok()?.at_scale(scale).ok()?).ok()
    };
    let mut fields = row.split(',').skip(2);
    let mut price = || Some(Price::from_ticks(at_scale(fields.next()?, 2)?));
    let [open, high, low, close] = [price()?, price()?, price()?, price()?];
    // Volumes have more decimals than a lot; a fill takes a share of them, so less than a unit does not show.
    let volume = Qty::from_lots(at_scale(fields.next()?.split('.').next()?, 5)?);
    let [open_time, close_time] = [day, day + 1].map(|day| Time::from_nanos(day * DAY));
    Some(Bar { open_time, close_time, open, high, low, close, volume })
}

/// The bars, and a settlement of funding at each close: the side that a bar's move favoured pays 0.01 %. The rates are made up; they
/// are there so that a pause before funding has something to do.
fn with_funding(bars: &[Bar]) -> Vec<Event> {
    let instrument = InstrumentId(0);
    let settled = |bar: &Bar| {
        let rate = Rate::from_nanos(if bar.close >= bar.open { 100_000 } else { -100_000 });
        Event::Funding { instrument, funding: Funding { time: bar.close_time, rate, mark: Some(bar.close) } }
    };
    bars.iter().flat_map(|bar| [Event::Bar { instrument, bar: *bar }, settled(bar)]).collect()
}
