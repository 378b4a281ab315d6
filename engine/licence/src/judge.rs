//! The decision: whether a licence allows a strategy, now and here.

use std::fmt;

use semver::Version;

use crate::terms::show_time;
use crate::{Plan, PublicKey, Terms};

/// A licence that its vendor signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    terms: Terms,
    demo: bool,
}

/// What is asked of a licence. Times are seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The strategy's id.
    pub strategy: &'a str,
    /// Its version.
    pub version: &'a str,
    /// When that version was released.
    pub released: i64,
    /// The time now.
    pub now: i64,
    /// The latest time that is known to have been: from earlier runs, a journal or market data.
    pub last_seen: Option<i64>,
    /// This machine's [`fingerprint`](crate::fingerprint), where it has one.
    pub machine: Option<&'a str>,
    /// Programs that run under the licence on this machine, this one included.
    pub instances: u32,
}

/// How a licence stands that allows what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing to say.
    Good,
    /// It ends, and its vendor wants that said by now.
    Notice {
        /// When.
        ends: i64,
    },
    /// It ends within [`WARNING`].
    Warning {
        /// When.
        ends: i64,
    },
    /// It has ended, and this version may run on.
    Fallback {
        /// When.
        ended: i64,
    },
}

/// When a licence speaks up for one version of a strategy, and when it ends for it; `None` for never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deadline {
    /// Notice from here on.
    pub notice_at: Option<i64>,
    /// Warning from here on.
    pub warning_at: Option<i64>,
    /// Ended from here on.
    pub ends_at: Option<i64>,
}

/// Why a licence does not allow what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// What the licence says.
    pub terms: Box<Terms>,
    /// What is wrong.
    pub reason: Reason,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The licence does not name the strategy.
    NotNamed {
        /// What was asked for.
        strategy: String,
    },
    /// It names other versions of it.
    Version {
        /// What was asked for.
        strategy: String,
        /// Its version.
        version: String,
    },
    /// It has not begun.
    NotYet {
        /// The time now.
        now: i64,
    },
    /// It has ended.
    Expired,
    /// The clock shows a time that has been before.
    ClockSetBack {
        /// The time now.
        now: i64,
        /// The latest time that has been.
        seen: i64,
    },
    /// It is for another machine.
    Machine {
        /// This one, where it has a name.
        found: Option<String>,
    },
    /// More programs run under it than it allows.
    TooManyInstances {
        /// How many there would be.
        running: u32,
    },
    /// Its vendor says that it is no longer good.
    Revoked {
        /// Since when.
        since: i64,
        /// Why.
        why: String,
    },
}

/// Clocks of machines differ: a time this far back, in seconds, is no clock set back.
pub const TOLERANCE: i64 = 10 * 60;

/// How long before its end a licence warns, in seconds: three days.
pub const WARNING: i64 = 3 * 24 * 60 * 60;

impl Denied {
    /// The exit code; see the crate's page.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self.reason {
            Reason::NotNamed { .. } => 25,
            Reason::Version { .. } => 26,
            Reason::NotYet { .. } => 27,
            Reason::Expired => 28,
            Reason::ClockSetBack { .. } => 29,
            Reason::Machine { .. } => 30,
            Reason::TooManyInstances { .. } => 31,
            Reason::Revoked { .. } => 32,
        }
    }
}

impl std::error::Error for Denied {}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Terms { id, customer, renew, strategies, .. } = &*self.terms;
        write!(f, "licence {id} of {customer} ")?;
        match &self.reason {
            Reason::NotNamed { strategy } => {
                let names: Vec<_> = strategies.iter().map(|grant| grant.id.as_str()).collect();
                write!(f, "does not name {strategy}; it names {}; to add it: {renew}", names.join(", "))
            }
            Reason::Version { strategy, version } => {
                let named = strategies.iter().filter(|grant| grant.id == *strategy);
                let versions: Vec<_> = named.map(|grant| grant.versions.to_string()).collect();
                let versions = versions.join(" or ");
                write!(f, "names {strategy} {versions}, and this is {version}; to change it: {renew}")
            }
            Reason::NotYet { now } => {
                write!(f, "begins at {}; it is {}", show_time(self.terms.starts), show_time(*now))
            }
            Reason::Expired => {
                let ended = self.terms.expires.map(show_time).unwrap_or_default();
                write!(f, "ended at {ended}; to renew it: {renew}")
            }
            Reason::ClockSetBack { now, seen } => write!(
                f,
                "can't be judged: the clock shows {}, but {} has been already; set this machine's clock",
                show_time(*now),
                show_time(*seen)
            ),
            Reason::Machine { found } => write!(
                f,
                "is for the machine {}; this is {}; to change it: {renew}",
                self.terms.machine.as_deref().unwrap_or("any"),
                found.as_deref().unwrap_or("one without a name")
            ),
            Reason::TooManyInstances { running } => write!(
                f,
                "allows {} running at once on a machine, and this would be number {running}; stop another one, or ask for more: {renew}",
                self.terms.max_instances
            ),
            Reason::Revoked { since, why } => {
                write!(f, "was revoked at {}: {why}; to settle it: {renew}", show_time(*since))
            }
        }
    }
}

impl Standing {
    /// `good`, `notice`, `warning` or `fallback`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Notice { .. } => "notice",
            Self::Warning { .. } => "warning",
            Self::Fallback { .. } => "fallback",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good => f.write_str("good"),
            Self::Notice { ends } | Self::Warning { ends } => write!(f, "ends at {}", show_time(*ends)),
            Self::Fallback { ended } => {
                write!(f, "ended at {}; this version is older than that and may run on", show_time(*ended))
            }
        }
    }
}

impl Licence {
    pub(crate) fn new(terms: Terms, key: &PublicKey) -> Self {
        Self { terms, demo: key.is_demo() }
    }

    /// What it says.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Whether it is signed with the demonstration key.
    #[must_use]
    pub const fn is_demo(&self) -> bool {
        self.demo
    }

    /// Decides in this order: strategy, version, clock, beginning, machine, instances, end.
    ///
    /// # Errors
    /// [`Denied`] with what is wrong and where to have it put right.
    pub fn judge(&self, ask: &Ask<'_>) -> Result<Standing, Denied> {
        self.names(ask)?;
        self.begun(ask.now, ask.last_seen)?;
        if self.terms.machine.is_some() && self.terms.machine.as_deref() != ask.machine {
            return Err(self.denied(Reason::Machine { found: ask.machine.map(str::to_owned) }));
        }
        self.room(ask.instances)?;
        self.standing(ask.now, ask.released)
    }

    /// Whether it has begun and not ended, for something that was released at `released`; whatever it is, wherever it runs.
    ///
    /// # Errors
    /// [`Reason::ClockSetBack`], [`Reason::NotYet`] or [`Reason::Expired`].
    pub fn in_force(&self, now: i64, released: i64) -> Result<Standing, Denied> {
        self.begun(now, None)?;
        self.standing(now, released)
    }

    fn begun(&self, now: i64, last_seen: Option<i64>) -> Result<(), Denied> {
        // A licence can't be used before it was written, whatever the clock says.
        let seen = last_seen.unwrap_or(i64::MIN).max(self.terms.issued);
        if now < seen.saturating_sub(TOLERANCE) {
            return Err(self.denied(Reason::ClockSetBack { now, seen }));
        }
        if now < self.terms.starts {
            return Err(self.denied(Reason::NotYet { now }));
        }
        Ok(())
    }

    /// Whether as many programs may run under it on a machine.
    ///
    /// # Errors
    /// [`Reason::TooManyInstances`].
    pub fn room(&self, running: u32) -> Result<(), Denied> {
        if running <= self.terms.max_instances {
            Ok(())
        } else {
            Err(self.denied(Reason::TooManyInstances { running }))
        }
    }

    /// When it speaks up and ends for a version that was released at `released`.
    #[must_use]
    pub fn deadline(&self, released: i64) -> Deadline {
        match self.terms.expires {
            Some(ends) if !(self.terms.plan == Plan::PerpetualFallback && released <= ends) => Deadline {
                notice_at: self.terms.notify_from,
                warning_at: Some(ends.saturating_sub(WARNING)),
                ends_at: Some(ends),
            },
            _ => Deadline::default(),
        }
    }

    fn standing(&self, now: i64, released: i64) -> Result<Standing, Denied> {
        let Some(ends) = self.terms.expires else { return Ok(Standing::Good) };
        if now < ends {
            let warns = now >= ends.saturating_sub(WARNING);
            let notices = self.terms.notify_from.is_some_and(|from| now >= from);
            return Ok(match (warns, notices) {
                (true, _) => Standing::Warning { ends },
                (false, true) => Standing::Notice { ends },
                (false, false) => Standing::Good,
            });
        }
        if self.deadline(released).ends_at.is_none() {
            return Ok(Standing::Fallback { ended: ends });
        }
        Err(self.denied(Reason::Expired))
    }

    fn names(&self, ask: &Ask<'_>) -> Result<(), Denied> {
        let strategy = || ask.strategy.to_owned();
        let mut grants = self.terms.strategies.iter().filter(|grant| grant.id == ask.strategy).peekable();
        if grants.peek().is_none() {
            return Err(self.denied(Reason::NotNamed { strategy: strategy() }));
        }
        match Version::parse(ask.version) {
            Ok(version) if grants.any(|grant| grant.versions.matches(&version)) => Ok(()),
            _ => Err(self.denied(Reason::Version { strategy: strategy(), version: ask.version.to_owned() })),
        }
    }

    pub(crate) fn denied(&self, reason: Reason) -> Denied {
        Denied { terms: Box::new(self.terms.clone()), reason }
    }
}
