//! What a licence says, and its one way of being written down.

use std::fmt;

use jiff::Timestamp;
use semver::VersionReq;

/// What a licence says. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The vendor's number of it.
    pub id: String,
    /// Who may use it.
    pub customer: String,
    /// What may be used.
    pub strategies: Vec<Grant>,
    /// When it was written.
    pub issued: i64,
    /// When it begins.
    pub starts: i64,
    /// When it ends; `None` for never.
    pub expires: Option<i64>,
    /// When to begin to speak of its end; `None` for not at all.
    pub notify_from: Option<i64>,
    /// How many programs may run under it at once on a machine.
    pub max_instances: u32,
    /// On which machine only, by [`fingerprint`](crate::fingerprint); `None` for any.
    pub machine: Option<String>,
    /// What its end means.
    pub plan: Plan,
    /// The oldest engine that the strategies build with, for the customer to read.
    pub engine: String,
    /// The oldest compiler they build with, for the customer to read.
    pub msrv: String,
    /// Where to renew it.
    pub renew: String,
    /// Anything else; may be empty.
    pub notes: String,
}

/// One strategy, and which of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The strategy's id.
    pub id: String,
    /// Which versions.
    pub versions: VersionReq,
}

/// What the end of a licence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Nothing may run on.
    Subscription,
    /// Versions that were released before the end may run on for ever.
    PerpetualFallback,
}

impl Plan {
    /// `subscription` or `perpetual-fallback`.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Subscription => "subscription",
            Self::PerpetualFallback => "perpetual-fallback",
        }
    }

    /// Reads what [`Self::text`] gives.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        [Self::Subscription, Self::PerpetualFallback].into_iter().find(|plan| plan.text() == text)
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.versions)
    }
}

impl Terms {
    /// Every field with its name, in the order in which they are written.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let or = |value: Option<String>, none: &str| value.unwrap_or_else(|| none.to_owned());
        let mut fields = vec![("id", self.id.clone()), ("customer", self.customer.clone())];
        fields.extend(self.strategies.iter().map(|grant| ("strategy", grant.to_string())));
        fields.extend([
            ("issued", show_time(self.issued)),
            ("starts", show_time(self.starts)),
            ("expires", or(self.expires.map(show_time), NEVER)),
            ("notify-from", or(self.notify_from.map(show_time), NEVER)),
            ("max-instances", self.max_instances.to_string()),
            ("machine", or(self.machine.clone(), ANY)),
            ("plan", self.plan.text().to_owned()),
            ("engine", self.engine.clone()),
            ("msrv", self.msrv.clone()),
            ("renew", self.renew.clone()),
            ("notes", if self.notes.is_empty() { NOTHING.to_owned() } else { self.notes.clone() }),
        ]);
        fields
    }
}

pub(crate) const NEVER: &str = "never";
pub(crate) const ANY: &str = "any";
pub(crate) const NOTHING: &str = "-";

/// Seconds since 1970 as text in UTC, such as `2026-11-24T00:00:00Z`.
#[must_use]
pub fn show_time(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// Reads what [`show_time`] gives.
pub(crate) fn read_time(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

/// The first second of a UTC day such as `2026-11-24`.
#[must_use]
pub fn day(text: &str) -> Option<i64> {
    read_time(&format!("{text}T00:00:00Z"))
}
