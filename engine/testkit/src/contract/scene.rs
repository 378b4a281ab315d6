//! Where one tape of the contract runs: which markets there are, which of them the strategy trades, and what the venue asks.

use kernel::{KernelSetup, Seat, Term};
use sdk::{Make, Maker, Registered, Setup, Strategy};
use types::{Instrument, InstrumentId, InstrumentSpec, Time};

use super::subject::{Restarts, Shared, Subject};
use crate::{Faults, Lab, LabError};

/// One tape's surroundings. The contract's page says how they follow from the seed.
pub(super) struct Scene {
    pub(super) id: &'static str,
    pub(super) seed: u64,
    pub(super) events: usize,
    pub(super) faults: Faults,
    /// A market that the strategy trades beyond what the laboratory gives it.
    pub(super) stranger: Option<InstrumentId>,
    lab: Lab,
    make: Maker<dyn Strategy>,
    params: toml::Table,
    /// What the strategy is told, and what rules are.
    setups: [Setup; 2],
}

/// Who else is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Company {
    Nobody,
    /// A market of the run that the strategy does not trade, in front of its own.
    InFront,
    /// One market more in its hands.
    InHand,
}

impl Scene {
    /// The surroundings of a seed, or the hardest of them that the strategy agrees to start in.
    pub(super) fn new(
        lab: &Lab,
        entry: &'static Registered,
        params: &str,
        seed: u64,
        events: usize,
    ) -> Result<Self, LabError> {
        let Make::Strategy(make) = entry.make else { return Err(entry.misplaced().into()) };
        let params: toml::Table = toml::from_str(params)?;
        let company = match seed % 5 {
            3 => Company::InFront,
            0 => Company::InHand,
            _ => Company::Nobody,
        };
        let faults = if (seed / 3).is_multiple_of(3) { Faults::default() } else { Faults::many() };
        let mut refused = None;
        for (demanding, company) in attempts(seed.is_multiple_of(2), company) {
            let mut lab = lab.clone();
            if demanding {
                demand(&mut lab)?;
            }
            if seed.is_multiple_of(7) && lab.term == Term::default() {
                // About in the middle of the tape.
                let seconds = i64::try_from(events).unwrap_or(0) * 60;
                let end = Some(Time::from_nanos((1_700_000_000 + seconds) * 1_000_000_000));
                lab.term = Term { end, ..Term::default() };
            }
            let (setups, stranger) = join(&mut lab, company)?;
            match entry.build(&params, &setups[0]) {
                Ok(_) => {
                    let id = entry.id;
                    return Ok(Self { id, seed, events, faults, stranger, lab, make, params, setups });
                }
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.map_or_else(|| LabError::NotLinked(entry.id.to_owned()), LabError::Build))
    }

    /// Every market of the run.
    pub(super) fn instruments(&self) -> &[Instrument] {
        let [_, whole] = &self.setups;
        &whole.instruments
    }

    /// A kernel with the strategy in its only seat, watched, and restarted at random if that is wanted.
    pub(super) fn kernel(&self, restarts: bool, broken: &Shared) -> Result<KernelSetup, LabError> {
        let [own, whole] = &self.setups;
        let inner = (self.make)(self.params.clone(), own)?;
        let restarts =
            restarts.then(|| Restarts::new(self.make, self.params.clone(), own.clone(), self.seed));
        let mut rules = Vec::new();
        for (id, params) in &self.lab.rules {
            let entry = own.granted.get(id).ok_or_else(|| LabError::NotLinked(id.clone()))?;
            rules.push(entry.build_rule(&toml::from_str(params)?, whole)?);
        }
        Ok(KernelSetup {
            run: 0,
            settlement: self.lab.spec.quote,
            capital: self.lab.capital,
            seats: vec![Seat {
                strategy: Box::new(Subject::new(inner, restarts, broken)),
                instruments: own.instruments.iter().map(Instrument::id).collect(),
                term: self.lab.term,
            }],
            instruments: whole.instruments.clone(),
            limits: self.lab.limits,
            rules,
            breaker: self.lab.breaker,
        })
    }
}

/// What is asked of the strategy, and what instead where it refuses to start: it may say that an order of its parameters is too
/// small for the venue, or that it has no use for so many markets.
fn attempts(demanding: bool, company: Company) -> impl Iterator<Item = (bool, Company)> {
    let fewer = if company == Company::InHand { Company::InFront } else { company };
    let all = [(demanding, company), (demanding, fewer), (false, company), (false, fewer)];
    all.into_iter()
}

/// Coarse lots, a smallest and a largest order, and a smallest notional, where the instrument is the usual one.
fn demand(lab: &mut Lab) -> Result<(), LabError> {
    let usual = Lab::new()?.spec;
    for spec in std::iter::once(&mut lab.spec).chain(&mut lab.others) {
        let filters = |spec: &InstrumentSpec| {
            (spec.lot_size, spec.multiplier, spec.min_qty, spec.max_qty, spec.min_notional)
        };
        if filters(spec) == filters(&usual) {
            (spec.lot_size, spec.min_qty) = ("0.01".parse()?, "0.05".parse()?);
            (spec.max_qty, spec.min_notional) = ("0.2".parse()?, "60".parse()?);
        }
    }
    Ok(())
}

/// What rules are told where a laboratory has one market more than it says.
pub(super) fn with_stranger(lab: &Lab) -> Result<Setup, LabError> {
    let ([_, whole], _) = join(&mut lab.clone(), Company::InHand)?;
    Ok(whole)
}

/// Puts another market into the run. Returns what the strategy and the rules are told, and the stranger in the strategy's hands.
fn join(lab: &mut Lab, company: Company) -> Result<([Setup; 2], Option<InstrumentId>), LabError> {
    let mut spec = Lab::new()?.spec;
    "STRANGERUSDT".clone_into(&mut spec.symbol);
    (spec.quote, spec.fees) = (lab.spec.quote, lab.spec.fees);
    match company {
        Company::Nobody => {}
        Company::InFront => {
            let own = std::mem::replace(&mut lab.spec, spec);
            lab.others.insert(0, own);
        }
        Company::InHand => lab.others.push(spec),
    }
    let whole = lab.setup(None)?;
    let mut own = whole.clone();
    if company == Company::InFront {
        own.instruments.remove(0);
        own.prices.remove(0);
    }
    let last = own.instruments.last().map(Instrument::id);
    Ok(([own, whole], last.filter(|_| company == Company::InHand)))
}
