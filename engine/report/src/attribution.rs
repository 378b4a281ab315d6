//! Who earned it: the profit by instrument and by strategy, split into realised, unrealised, fees and funding.

use ledger::RunRecord;
use types::{InstrumentId, Liquidity, Money};

use crate::exposure::time_in_market;
use crate::{Context, curve};

/// One instrument's or one strategy's part.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// Whose it is, for an instrument that was traded.
    pub(crate) strategy: Option<u16>,
    pub(crate) realised: Money,
    pub(crate) unrealised: Money,
    /// Paid; negative is a rebate.
    pub(crate) fees: Money,
    pub(crate) funding: Money,
    /// Paid to the venue's insurance fund at liquidations; negative where the fund paid.
    pub(crate) insurance: Money,
    pub(crate) turnover: Money,
    pub(crate) fills: u64,
    pub(crate) maker_fills: u64,
    pub(crate) round_trips: u64,
    pub(crate) wins: u64,
    /// How many instruments were added up; 0 for an instrument.
    parts: u32,
    /// Share of the run's time with a position; `None` for a strategy with several instruments.
    pub(crate) in_market: Option<f64>,
}

/// Every part. The parts of each list sum to the run's totals.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Attribution {
    pub(crate) instruments: Vec<Part>,
    pub(crate) strategies: Vec<Part>,
}

impl Part {
    /// Realised + unrealised + funding − fees − insurance.
    pub(crate) fn net(&self) -> Money {
        let gain = sum(sum(self.realised, self.unrealised), self.funding);
        let paid = sum(self.fees, self.insurance);
        sum(gain, paid.negated().unwrap_or_default())
    }

    /// Share of the fills that rested.
    pub(crate) fn maker_share(&self) -> Option<f64> {
        share(self.maker_fills, self.fills)
    }

    /// Share of the round trips with a profit after fees.
    pub(crate) fn win_rate(&self) -> Option<f64> {
        share(self.wins, self.round_trips)
    }

    fn add(&mut self, other: &Self) {
        for (own, more) in [
            (&mut self.realised, other.realised),
            (&mut self.unrealised, other.unrealised),
            (&mut self.fees, other.fees),
            (&mut self.funding, other.funding),
            (&mut self.insurance, other.insurance),
            (&mut self.turnover, other.turnover),
        ] {
            *own = sum(*own, more);
        }
        self.fills += other.fills;
        self.maker_fills += other.maker_fills;
        self.round_trips += other.round_trips;
        self.wins += other.wins;
        self.parts += 1;
        self.in_market = if self.parts == 1 { other.in_market } else { None };
    }
}

impl Attribution {
    pub(crate) fn of(record: &RunRecord, context: &Context) -> Self {
        let mut parts: Vec<Part> =
            record.instruments.iter().map(|one| instrument(record, one.id())).collect();
        for fill in &record.fills {
            let Some(part) = parts.get_mut(fill.instrument.index()) else { continue };
            part.strategy = Some(fill.id.strategy);
            part.realised = sum(part.realised, fill.realised);
            part.fees = sum(part.fees, fill.fee);
            part.insurance = sum(part.insurance, fill.insurance);
            part.fills += 1;
            part.maker_fills += u64::from(fill.fill.liquidity == Liquidity::Maker);
            let traded = record.instruments.get(fill.instrument.index());
            let turnover = traded.and_then(|one| one.notional(fill.fill.price, fill.fill.qty).ok());
            part.turnover = sum(part.turnover, turnover.unwrap_or_default());
        }
        for funding in &record.funding {
            if let Some(part) = parts.get_mut(funding.instrument.index()) {
                part.funding = sum(part.funding, funding.received);
            }
        }
        for trip in &record.round_trips {
            if let Some(part) = parts.get_mut(trip.instrument.index()) {
                part.round_trips += 1;
                part.wins += u64::from(trip.net() > Money::ZERO);
            }
        }
        Self { strategies: by_strategy(&parts, context), instruments: parts }
    }

    /// Whether it says more than the totals do.
    pub(crate) fn tells(&self) -> bool {
        self.instruments.len() > 1 || self.strategies.len() > 1
    }
}

fn instrument(record: &RunRecord, id: InstrumentId) -> Part {
    let name = record.instruments.get(id.index()).map(|one| one.symbol().to_owned());
    Part {
        name: name.unwrap_or_default(),
        unrealised: record.unrealised.get(id.index()).copied().unwrap_or_default(),
        in_market: time_in_market(record, Some(id)),
        ..Part::default()
    }
}

/// No two strategies trade one instrument, so a strategy's part is the sum of its instruments'.
fn by_strategy(parts: &[Part], context: &Context) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    for part in parts {
        let Some(place) = part.strategy else { continue };
        let at = out.iter().position(|other| other.strategy == Some(place)).unwrap_or_else(|| {
            let name = context.strategies.get(usize::from(place)).cloned();
            let name = name.unwrap_or_else(|| format!("strategy {}", place + 1));
            out.push(Part { name, strategy: Some(place), ..Part::default() });
            out.len() - 1
        });
        if let Some(own) = out.get_mut(at) {
            own.add(part);
        }
    }
    out.sort_by_key(|part| part.strategy);
    out
}

fn sum(one: Money, two: Money) -> Money {
    Money::from_units(one.units().saturating_add(two.units()))
}

#[expect(clippy::cast_precision_loss, reason = "counts are below 2⁵³")]
fn share(of: u64, all: u64) -> Option<f64> {
    statistics::ratio(of as f64, all as f64)
}

/// A part's share of the capital, for tables.
pub(crate) fn of_capital(money: Money, record: &RunRecord) -> Option<f64> {
    statistics::ratio(curve::float(money), curve::float(record.capital))
}
