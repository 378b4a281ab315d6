//! A laboratory: one strategy, one instrument, one account, with settings that tests can change.

use backtest::{Backtest, BacktestError, BacktestSetup, EndOfRun, Outcome, Stream};
use kernel::{KernelError, KernelSetup, Seat, Term};
use ledger::RecorderOptions;
use risk::{BreakerLimits, Limits};
use sdk::{BuildError, Catalogue, CatalogueError, Setup};
use types::{
    Asset, AssetError, Bar, Contract, DecimalError, Event, FeeSchedule, Instrument, InstrumentError,
    InstrumentId, InstrumentSpec, Money, Price, Rate,
};
use venue::Execution;

/// A laboratory. Change its fields, then run bars through it.
#[derive(Debug, Clone)]
pub struct Lab {
    /// The instrument: TESTUSDT, tick 0.01, lot 0.001, maker fee 0.02 %, taker fee 0.04 %.
    pub spec: InstrumentSpec,
    /// Further instruments of the same strategy: none.
    pub others: Vec<InstrumentSpec>,
    /// Equity at the start: 10 000.
    pub capital: Money,
    /// Conventions of fills: the cautious ones.
    pub execution: Execution,
    /// What becomes of open positions at the end.
    pub end: EndOfRun,
    /// Whether strategies hear opening prices.
    pub opening_prints: bool,
    /// The gate's bounds: none.
    pub limits: Limits,
    /// Compiled risk rules by id, with their parameters as TOML: none.
    pub rules: Vec<(String, String)>,
    /// The breaker's bounds: none.
    pub breaker: BreakerLimits,
    /// How long the strategy's licence lets it open risk: for ever.
    pub term: Term,
}

/// Why an experiment could not be made or did not end.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The catalogue of this binary can't be used.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// No such strategy is linked.
    #[error("no strategy `{0}` is linked into this test; name its crate in the test, as in `use grid as _;`")]
    NotLinked(String),
    /// The parameters are not TOML.
    #[error("parameters: {0}")]
    Toml(#[from] toml::de::Error),
    /// The strategy refuses to start.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The instrument can't be used.
    #[error(transparent)]
    Instrument(Box<InstrumentError>),
    /// A number of the laboratory is malformed.
    #[error(transparent)]
    Number(#[from] DecimalError),
    /// An asset of the laboratory is malformed.
    #[error(transparent)]
    Asset(#[from] AssetError),
    /// The kernel can't be assembled.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// The run failed.
    #[error(transparent)]
    Run(#[from] BacktestError),
    /// A tape's text can't be read.
    #[error("tape, line {line}: {what}")]
    Tape {
        /// Line in the text, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

impl From<InstrumentError> for LabError {
    fn from(error: InstrumentError) -> Self {
        Self::Instrument(Box::new(error))
    }
}

impl Lab {
    /// A laboratory with the settings that the fields describe.
    ///
    /// # Errors
    /// [`LabError`] never in practice; the numbers are constants.
    pub fn new() -> Result<Self, LabError> {
        let usdt: Asset = "USDT".parse()?;
        let fees = FeeSchedule {
            maker: Rate::from_decimal("0.0002".parse()?)?,
            taker: Rate::from_decimal("0.0004".parse()?)?,
            asset: usdt,
            asset_price: None,
        };
        let spec = InstrumentSpec {
            symbol: "TESTUSDT".to_owned(),
            contract: Contract::Linear,
            base: "TEST".parse()?,
            quote: usdt,
            tick_size: "0.01".parse()?,
            lot_size: "0.001".parse()?,
            multiplier: "1".parse()?,
            min_qty: "0".parse()?,
            max_qty: "0".parse()?,
            min_notional: "0".parse()?,
            fees,
        };
        Ok(Self {
            spec,
            others: Vec::new(),
            capital: "10000".parse()?,
            execution: Execution::default(),
            end: EndOfRun::Mark,
            opening_prints: false,
            limits: Limits::default(),
            rules: Vec::new(),
            breaker: BreakerLimits::default(),
            term: Term::default(),
        })
    }

    /// The instrument.
    ///
    /// # Errors
    /// [`LabError::Instrument`] for a specification that can't be used.
    pub fn instrument(&self) -> Result<Instrument, LabError> {
        Ok(Instrument::new(InstrumentId(0), self.spec.clone())?)
    }

    /// What the account is counted in: the asset of the main instrument's profit.
    #[must_use]
    pub const fn settlement(&self) -> Asset {
        match self.spec.contract {
            Contract::Spot | Contract::Linear => self.spec.quote,
            Contract::Inverse => self.spec.base,
        }
    }

    /// Every instrument, the main one first.
    ///
    /// # Errors
    /// [`LabError::Instrument`] for a specification that can't be used.
    pub fn instruments(&self) -> Result<Vec<Instrument>, LabError> {
        let specs = std::iter::once(&self.spec).chain(&self.others);
        let numbered = (0..).zip(specs);
        numbered.map(|(id, spec)| Ok(Instrument::new(InstrumentId(id), spec.clone())?)).collect()
    }

    /// What a strategy of this laboratory is told when it is built.
    ///
    /// # Errors
    /// [`LabError`] for an instrument or a catalogue that can't be used.
    pub fn setup(&self, first: Option<Price>) -> Result<Setup, LabError> {
        let instruments = self.instruments()?;
        let mut prices = vec![None; instruments.len()];
        if let Some(main) = prices.first_mut() {
            *main = first;
        }
        Ok(Setup {
            instruments,
            prices,
            settlement: self.settlement(),
            capital: self.capital,
            granted: Catalogue::of_this_binary()?,
        })
    }

    /// A kernel's setup with the strategy `id` in its only seat.
    ///
    /// # Errors
    /// [`LabError`] when the strategy is not linked or refuses its parameters.
    pub fn kernel(&self, id: &str, params: &str, first: Option<&Bar>) -> Result<KernelSetup, LabError> {
        let setup = self.setup(first.map(|bar| bar.open))?;
        let find = |id: &str| setup.granted.get(id).ok_or_else(|| LabError::NotLinked(id.to_owned()));
        let strategy = find(id)?.build(&toml::from_str(params)?, &setup)?;
        let mut rules = Vec::new();
        for (id, params) in &self.rules {
            rules.push(find(id)?.build_rule(&toml::from_str(params)?, &setup)?);
        }
        Ok(KernelSetup {
            run: 0,
            settlement: self.settlement(),
            capital: self.capital,
            seats: vec![Seat {
                strategy,
                instruments: setup.instruments.iter().map(Instrument::id).collect(),
                term: self.term,
            }],
            instruments: setup.instruments,
            limits: self.limits,
            rules,
            breaker: self.breaker,
        })
    }

    /// A backtest, not started, with its journal on or off.
    ///
    /// # Errors
    /// As [`Self::kernel`].
    pub fn backtest(
        &self,
        id: &str,
        params: &str,
        first: Option<&Bar>,
        events: usize,
        journal: bool,
    ) -> Result<Backtest, LabError> {
        Ok(Backtest::new(BacktestSetup {
            kernel: self.kernel(id, params, first)?,
            execution: self.execution,
            end: self.end,
            opening_prints: self.opening_prints,
            recorder: RecorderOptions { expected_events: events, ..RecorderOptions::default() },
            journal,
            replay: backtest::ReplaySetup::default(),
        })?)
    }

    /// Runs bars through the strategy `id`.
    ///
    /// # Errors
    /// [`LabError`] when it can't start or the run fails.
    pub fn run(&self, id: &str, params: &str, bars: &[Bar]) -> Result<Outcome, LabError> {
        self.run_events(id, params, bars.first(), Stream::Bars(InstrumentId(0), bars.iter()), bars.len())
    }

    /// Runs any events through the strategy `id`.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_events(
        &self,
        id: &str,
        params: &str,
        first: Option<&Bar>,
        events: impl IntoIterator<Item = Event>,
        count: usize,
    ) -> Result<Outcome, LabError> {
        Ok(self.backtest(id, params, first, count, true)?.run(events, |_| ())?)
    }
}
