//! The one place that knows everybody: joins configuration, data, strategies and venue into a run.

use std::path::Path;

use backtest::{BacktestSetup, Feed, Recording, ReplaySetup, Stream};
use kernel::{KernelSetup, Seat};
use ledger::RecorderOptions;
use margin::{Account, AccountSettings, Line, PositionMode};
use sdk::{BuildError, Catalogue, Kind as Entry, ParamError, Registered, RiskRule, Setup};
use tape::ReadOptions;
use types::{Instrument, InstrumentId, InstrumentSpec, Time};
use venue::Execution;

use crate::catalogue::{catalogue, find};
use crate::cli::LicenceArgs;
use crate::config::{Checked, LicenceClock, Source, nearest};
use crate::failure::Kind;
use crate::licences::{Clock, Granted, Licences, NOW};
use crate::market::{InstrumentData, Ticks};
use crate::{Failure, config};

/// What the default run is: a geometric grid over the sample.
pub(crate) const DEFAULT_CONFIG: &str = include_str!("../examples/configs/grid-btcusdt-1d.toml");

/// A run with its data, ready to start.
pub(crate) struct Assembled {
    pub(crate) checked: Checked,
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) series: Vec<InstrumentData>,
    pub(crate) parts: Parts,
}

/// What a run is made of that is compiled in.
pub(crate) struct Parts {
    /// In the order of the configuration, as the rules are.
    pub(crate) strategies: Vec<&'static Registered>,
    pub(crate) rules: Vec<&'static Registered>,
    /// What this run may use: all that is free, and what a licence grants.
    pub(crate) usable: Catalogue,
    pub(crate) granted: Granted,
}

/// What one run of several differs in from what is configured.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Variant<'v> {
    /// Parameters of the strategies, in their order, instead of the configured ones.
    pub(crate) params: Option<&'v [toml::Table]>,
    /// The stretch of the data that it runs over, instead of all of it.
    pub(crate) window: Option<search::Span>,
}

/// Reads the configuration, holds the parameters of what it names against their schemas, but reads no data.
fn check(source: &Source, set: &[String]) -> Result<(Checked, Parts), Failure> {
    let checked = Checked::new(source, config::read(source, set)?)?;
    let catalogue = catalogue()?;
    let part = |id: &str, params: &toml::Table, kind: Entry| {
        let entry = find(&catalogue, &source.place_of("id"), id)?;
        let good = if entry.kind() == kind {
            entry.check(params).map_err(BuildError::from)
        } else {
            Err(entry.misplaced())
        };
        good.map_err(|error| explain(source, entry, &error))?;
        Ok(entry)
    };
    let strategies = checked.raw.strategy.iter().map(|one| part(&one.id, &one.params, Entry::Strategy));
    let strategies = strategies.collect::<Result<_, Failure>>()?;
    let rules = checked.raw.risk.rule.iter().map(|one| part(&one.id, &one.params, Entry::RiskRule));
    let rules = rules.collect::<Result<_, Failure>>()?;
    Ok((checked, Parts { strategies, rules, usable: catalogue, granted: Granted::default() }))
}

/// Reads everything a run needs.
pub(crate) fn assemble(
    source: &Source,
    set: &[String],
    data: Option<&Path>,
    licence: &LicenceArgs,
) -> Result<Assembled, Failure> {
    let (checked, mut parts) = check(source, set)?;
    let config = &checked.raw.licence;
    let licences = Licences::find(licence, Some((config, &source.folder)))?;
    // By the clock on the wall what is missing can be told before any data is read.
    if config.clock == LicenceClock::Wall {
        parts.ask(&licences, NOW)?;
    }
    if data.is_some() && checked.instruments.len() > 1 {
        let what = "--data replaces the data of a run with one instrument; this one has several, so set instrument.N.data.path";
        return Err(Failure::new(Kind::Usage, what));
    }
    let mut instruments = Vec::new();
    let mut series = Vec::new();
    for (id, (known, raw)) in (0..).zip(checked.instruments.iter().zip(&checked.raw.instrument)) {
        let options = ReadOptions {
            tick_size: raw.tick_size.map(sdk::Number::decimal),
            lot_size: raw.lot_size.map(sdk::Number::decimal),
            column_prefix: raw.data.column_prefix.clone(),
            ..ReadOptions::default()
        };
        let loaded = InstrumentData::load(source, &raw.data, data, &options, &known.symbol)?;
        let grid = loaded.market.series.grid;
        let decimal = |value: Option<sdk::Number>| value.map(sdk::Number::decimal);
        let spec = InstrumentSpec {
            symbol: known.symbol.clone(),
            contract: known.contract,
            base: known.base,
            quote: known.quote,
            tick_size: grid.tick_size,
            lot_size: decimal(raw.lot_size).unwrap_or(grid.lot_size),
            multiplier: decimal(raw.multiplier).unwrap_or(sdk::Number::whole(1).decimal()),
            min_qty: raw.min_qty.decimal(),
            max_qty: raw.max_qty.decimal(),
            min_notional: raw.min_notional.decimal(),
            fees: known.fees,
        };
        let instrument = Instrument::new(InstrumentId(id), spec)
            .map_err(|error| Failure::config(format!("{}: {error}", source.name)))?;
        instruments.push(instrument);
        series.push(loaded);
    }
    let mut assembled = Assembled { checked, instruments, series, parts };
    let span =
        assembled.span().map(|(first, last)| [first, last].map(|t| t.nanos().div_euclid(1_000_000_000)));
    match assembled.checked.raw.licence.clock {
        LicenceClock::Data => {
            assembled.parts.ask(&licences, Clock::Data(span.map_or(0, |[first, _]| first)))?
        }
        // Market data of after now: the clock is not right.
        LicenceClock::Wall => {
            let clock = Clock::Wall { seen: span.map(|[_, last]| last) };
            assembled.parts.named().try_for_each(|entry| licences.held(entry, clock).map(drop))?;
        }
    }
    Ok(assembled)
}

impl Parts {
    fn named(&self) -> impl Iterator<Item = &'static Registered> {
        self.strategies.iter().chain(&self.rules).copied()
    }

    /// Asks for the licences of what is named, and leaves only what may be used.
    fn ask(&mut self, licences: &Licences, clock: Clock) -> Result<(), Failure> {
        let named: Vec<_> = self.named().collect();
        self.granted = Granted::ask(licences, &named, &self.usable, clock)?;
        self.usable = licences.granted(&self.usable, clock);
        Ok(())
    }
}

impl Assembled {
    /// Everything a backtest is made of. Strategies are built anew at each call.
    pub(crate) fn setup(&self, source: &Source, journal: bool) -> Result<BacktestSetup, Failure> {
        self.setup_as(source, journal, Variant::default())
    }

    /// As [`Self::setup`], for one run of several.
    pub(crate) fn setup_as(
        &self,
        source: &Source,
        journal: bool,
        variant: Variant<'_>,
    ) -> Result<BacktestSetup, Failure> {
        let mut seats = Vec::new();
        let configured = self.parts.strategies.iter().zip(&self.checked.raw.strategy).enumerate();
        for ((place, (entry, config)), trades) in configured.zip(&self.checked.trades) {
            let setup = self.setup_for(trades, variant.window);
            let given = variant.params.and_then(|all| all.get(place)).unwrap_or(&config.params);
            let params = config::handed_over(source, entry, given, &setup.granted)?;
            let strategy = entry.build(&params, &setup).map_err(|error| explain(source, entry, &error))?;
            let instruments = setup.instruments.iter().map(Instrument::id).collect();
            let term = self.parts.granted.term(entry.id, &strategy.parts());
            seats.push(Seat { strategy, instruments, term });
        }
        let kernel = KernelSetup {
            run: 0,
            settlement: self.checked.settlement,
            capital: self.checked.capital,
            instruments: self.instruments.clone(),
            limits: self.checked.limits,
            rules: self.rules(source, variant.window)?,
            breaker: self.checked.breaker,
            seats,
        };
        let recorder = RecorderOptions {
            expected_events: self.expected_events(variant.window),
            equity_every: self.checked.raw.report.equity_every,
            ..RecorderOptions::default()
        };
        Ok(BacktestSetup {
            kernel,
            execution: self.execution(),
            end: self.checked.end,
            opening_prints: self.checked.raw.execution.opening_prints,
            recorder,
            journal,
            replay: ReplaySetup {
                instruments: self.replayed().collect(),
                latency: self.checked.latency.clone(),
                feed_latency: self.checked.raw.execution.latency.feed_us.map(|us| i64::from(us) * 1_000),
                sample: i64::from(self.checked.raw.report.sample_ms) * 1_000_000,
            },
        })
    }

    /// The venue's account, where the run has margin.
    pub(crate) fn margin(&self) -> Result<Option<Account>, Failure> {
        let Some(margin) = self.checked.margin else { return Ok(None) };
        let known = self.checked.instruments.iter().zip(&self.instruments);
        let lines = known.filter_map(|(known, instrument)| {
            let own = known.margin.clone()?;
            let instrument = instrument.clone();
            let (tiers, leverage, liquidation_fee) = (own.tiers, own.leverage, own.liquidation_fee);
            Some(Line { instrument, tiers, mode: margin.mode, leverage, liquidation_fee })
        });
        let settings = AccountSettings {
            currency: self.checked.settlement,
            multi_asset: false,
            position_mode: PositionMode::OneWay,
            remainder_to_fund: margin.remainder_to_fund,
        };
        let mut account = Account::new(settings, lines.collect()).map_err(Failure::config)?;
        account.deposit(self.checked.settlement, self.checked.capital).map_err(Failure::config)?;
        Ok(Some(account))
    }

    /// What an entry is told that trades the instruments at these places.
    fn setup_for(&self, places: &[usize], window: Option<search::Span>) -> Setup {
        let first = |data: &InstrumentData| data.first_price(window);
        Setup {
            instruments: places.iter().filter_map(|at| self.instruments.get(*at).cloned()).collect(),
            prices: places.iter().map(|at| self.series.get(*at).and_then(first)).collect(),
            settlement: self.checked.settlement,
            capital: self.checked.capital,
            granted: self.parts.usable.clone(),
        }
    }

    fn rules(
        &self,
        source: &Source,
        window: Option<search::Span>,
    ) -> Result<Vec<Box<dyn RiskRule>>, Failure> {
        let setup = self.setup_for(&(0..self.instruments.len()).collect::<Vec<_>>(), window);
        let configured = self.parts.rules.iter().zip(&self.checked.raw.risk.rule);
        let built = configured.map(|(entry, config)| {
            entry.build_rule(&config.params, &setup).map_err(|error| explain(source, entry, &error))
        });
        built.collect()
    }

    /// Fills bound by volume need volumes; data without them lifts the bound.
    pub(crate) fn execution(&self) -> Execution {
        let with_volume = self.series.iter().all(|data| data.market.series.has_volume);
        let execution = self.checked.execution;
        Execution { max_volume_share: execution.max_volume_share.filter(|_| with_volume), ..execution }
    }

    /// Bars that the slowest strategy needs before it decides.
    pub(crate) fn warm_up_bars(&self, setup: &BacktestSetup) -> usize {
        let bars = setup.kernel.seats.iter().map(|seat| seat.strategy.warm_up().bars as usize);
        bars.max().unwrap_or(0)
    }

    /// Market events, all instruments together.
    pub(crate) fn events(&self) -> u64 {
        self.series.iter().map(InstrumentData::events).sum()
    }

    /// The data as streams, in the order of the instruments; recordings of order books are replayed instead.
    pub(crate) fn streams(&self) -> Vec<Stream<'_>> {
        let named = (0..).map(InstrumentId).zip(&self.series);
        named.flat_map(|(id, data)| data.streams(id)).collect()
    }

    /// The recordings of order books among the data.
    pub(crate) fn recordings(&self) -> Result<Vec<Recording<Ticks<'_>>>, Failure> {
        let named = (0..).map(InstrumentId).zip(&self.series);
        named.filter_map(|(id, data)| data.recording(id).transpose()).collect()
    }

    /// Which instruments have recordings.
    fn replayed(&self) -> impl Iterator<Item = InstrumentId> {
        let named = (0..).map(InstrumentId).zip(&self.series);
        named.filter(|(_, data)| data.is_recording()).map(|(id, _)| id)
    }

    /// The data merged in the order of time.
    pub(crate) fn feed(&self) -> Feed<'_> {
        Feed::new(self.streams())
    }

    /// First and last time of all data.
    pub(crate) fn span(&self) -> Option<(Time, Time)> {
        let spans = self.series.iter().filter_map(|data| data.market.inspection.span);
        spans.reduce(|one, two| (one.0.min(two.0), one.1.max(two.1)))
    }
}

/// An entry's refusal with the line of the parameter it is about.
fn explain(source: &Source, entry: &Registered, error: &BuildError) -> Failure {
    let (key, hint) = match error {
        BuildError::Param(ParamError::UnknownKey { key, known }) => {
            let near = nearest(key, known.iter().map(String::as_str));
            (Some(key), near.map_or_else(String::new, |near| format!("; did you mean `{near}`?")))
        }
        BuildError::Param(ParamError::OutOfRange { key, .. } | ParamError::NotANumber { key, .. })
        | BuildError::Refused { key, .. } => (Some(key), String::new()),
        BuildError::Param(ParamError::Malformed(_)) => (None, String::new()),
    };
    let place = key.map_or_else(|| source.name.clone(), |key| source.place_of(key));
    Failure::config(format!("{place}: {} {}: {error}{hint}", entry.kind().text(), entry.id))
}
