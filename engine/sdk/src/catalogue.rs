//! The catalogue: what registered itself in this binary, sorted by id, duplicates refused.

use types::ClientOrderId;

use crate::params::check;
use crate::{BuildError, ParamError, RiskRule, Setup, Strategy};

/// What a customer pays for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tier {
    /// Nothing.
    Free,
    /// It starts only with a licence that names it.
    Paid {
        /// The vendor's Ed25519 public key, in hexadecimal.
        vendor_key: &'static str,
    },
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It trades.
    Strategy,
    /// It stands in the gate, and may make an opening order smaller or refuse it.
    RiskRule,
}

/// What its author promises about an entry's parameters and behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stability {
    /// Anything may change at any release.
    Experimental,
    /// Parameters keep their names and meaning; defaults may change at a minor release.
    Beta,
    /// What a configuration does, it does until the next major release.
    Stable,
}

/// An entry in the catalogue, made by [`register_strategy!`](crate::register_strategy) or
/// [`register_rule!`](crate::register_rule).
#[derive(Debug, Clone, Copy)]
pub struct Registered {
    /// Its name in configuration; equal to its feature and folder.
    pub id: &'static str,
    /// The package it comes from.
    pub package: &'static str,
    /// That package's version.
    pub version: &'static str,
    /// The version of this crate it was built with.
    pub sdk: &'static str,
    /// One line on what it does.
    pub summary: &'static str,
    /// Free or paid.
    pub tier: Tier,
    /// What may change.
    pub stability: Stability,
    /// The UTC day on which this version was released, as `2026-11-24`. A licence that ends later lets it run on where its
    /// plan says so; an entry without a date has no such right.
    pub released: Option<&'static str>,
    /// The fewest instruments it can start with.
    pub instruments: u32,
    /// The JSON Schema of its parameters.
    pub schema: fn() -> schemars::Schema,
    /// Builds it from already checked values.
    pub make: Make,
}

/// Builds something from already checked parameters.
pub type Maker<T> = fn(toml::Table, &Setup) -> Result<Box<T>, BuildError>;

/// What an entry builds.
#[derive(Debug, Clone, Copy)]
pub enum Make {
    /// A strategy.
    Strategy(Maker<dyn Strategy>),
    /// A risk rule. Its setup holds every instrument of the run.
    RiskRule(Maker<dyn RiskRule>),
}

/// What `inventory` collects.
#[derive(Debug)]
pub struct Submission(
    /// The entry.
    pub &'static Registered,
);

inventory::collect!(Submission);

/// Everything that is compiled in, sorted by id.
#[derive(Debug, Clone)]
pub struct Catalogue(Vec<&'static Registered>);

/// Why a catalogue can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Two crates registered one id.
    #[error("two crates register the id `{id}`: {first} and {second}; build with only one of them")]
    Duplicate {
        /// The id.
        id: &'static str,
        /// One package with its version.
        first: String,
        /// The other.
        second: String,
    },
    /// A crate was built with another major version of this crate.
    #[error(
        "{package} was built with quantmesh-sdk {theirs}, this engine has {ours}; ask its vendor for a version that wants quantmesh-sdk {major}, or build with an engine that has the other"
    )]
    OtherSdk {
        /// The package with its version.
        package: String,
        /// What it was built with.
        theirs: &'static str,
        /// What the engine was built with.
        ours: &'static str,
        /// What it would have to ask for.
        major: String,
    },
    /// An id is not a lower-case name.
    #[error("{package} registers the id `{id}`; an id is lower-case letters, digits and underscores")]
    Malformed {
        /// The id.
        id: &'static str,
        /// The package.
        package: &'static str,
    },
}

impl Kind {
    /// `strategy` or `risk rule`.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Strategy => "strategy",
            Self::RiskRule => "risk rule",
        }
    }
}

impl Stability {
    /// `experimental`, `beta` or `stable`.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Experimental => "experimental",
            Self::Beta => "beta",
            Self::Stable => "stable",
        }
    }
}

impl Tier {
    /// `free` or `paid`.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Paid { .. } => "paid",
        }
    }
}

impl Registered {
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self.make {
            Make::Strategy(_) => Kind::Strategy,
            Make::RiskRule(_) => Kind::RiskRule,
        }
    }

    /// Builds the strategy from its parameters, which are checked first.
    ///
    /// # Errors
    /// [`BuildError`] names the parameter, what is wrong with it, and what to do; or says that this is no strategy.
    pub fn build(&self, params: &toml::Table, setup: &Setup) -> Result<Box<dyn Strategy>, BuildError> {
        check(&(self.schema)(), params)?;
        match self.make {
            Make::Strategy(make) => make(params.clone(), setup),
            Make::RiskRule(_) => Err(self.misplaced()),
        }
    }

    /// Builds the risk rule from its parameters, which are checked first.
    ///
    /// # Errors
    /// As [`Self::build`]; or says that this is no risk rule.
    pub fn build_rule(&self, params: &toml::Table, setup: &Setup) -> Result<Box<dyn RiskRule>, BuildError> {
        check(&(self.schema)(), params)?;
        match self.make {
            Make::RiskRule(make) => make(params.clone(), setup),
            Make::Strategy(_) => Err(self.misplaced()),
        }
    }

    /// What to say where it is named in the wrong place.
    #[must_use]
    pub fn misplaced(&self) -> BuildError {
        let place = match self.kind() {
            Kind::Strategy => "[[strategy]]",
            Kind::RiskRule => "[[risk.rule]]",
        };
        BuildError::new("id", format!("`{}` is a {}; it belongs under {place}", self.id, self.kind().text()))
    }

    /// Holds parameters against the schema without building anything.
    ///
    /// # Errors
    /// [`ParamError`] for an unknown name or a value out of range.
    pub fn check(&self, params: &toml::Table) -> Result<(), ParamError> {
        check(&(self.schema)(), params)
    }
}

impl Catalogue {
    /// The catalogue of this binary.
    ///
    /// # Errors
    /// [`CatalogueError`] for two crates with one id, or a malformed id.
    pub fn of_this_binary() -> Result<Self, CatalogueError> {
        Self::from_entries(inventory::iter::<Submission>.into_iter().map(|submission| submission.0))
    }

    /// A catalogue of the given entries.
    ///
    /// # Errors
    /// As [`Self::of_this_binary`].
    pub fn from_entries(
        entries: impl IntoIterator<Item = &'static Registered>,
    ) -> Result<Self, CatalogueError> {
        let mut list: Vec<_> = entries.into_iter().collect();
        list.sort_by_key(|entry| (entry.id, entry.package, entry.version));
        for entry in &list {
            let well_formed = !entry.id.is_empty()
                && entry.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !well_formed {
                return Err(CatalogueError::Malformed { id: entry.id, package: entry.package });
            }
            let major = compatible(crate::VERSION);
            if compatible(entry.sdk) != major {
                let package = format!("{} {}", entry.package, entry.version);
                let (theirs, ours) = (entry.sdk, crate::VERSION);
                return Err(CatalogueError::OtherSdk { package, theirs, ours, major });
            }
        }
        for (one, two) in list.iter().zip(list.iter().skip(1)) {
            if one.id == two.id {
                let [first, second] = [one, two].map(|e| format!("{} {}", e.package, e.version));
                return Err(CatalogueError::Duplicate { id: one.id, first, second });
            }
        }
        Ok(Self(list))
    }

    /// The entry of an id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&'static Registered> {
        self.0.iter().find(|entry| entry.id == id).copied()
    }

    /// All entries, by id.
    pub fn iter(&self) -> impl Iterator<Item = &'static Registered> + '_ {
        self.0.iter().copied()
    }

    /// The entries that `keep` says yes to.
    #[must_use]
    pub fn only(&self, mut keep: impl FnMut(&Registered) -> bool) -> Self {
        Self(self.0.iter().copied().filter(|entry| keep(entry)).collect())
    }

    /// The first of `expected` that did not register, if any: a build that lost a strategy on the way.
    #[must_use]
    pub fn missing<'e>(&self, expected: &[&'e str]) -> Option<&'e str> {
        expected.iter().copied().find(|id| self.get(id).is_none())
    }
}

/// The part of a version that must be equal, as Cargo has it: the major one, or the minor one below 1.0.
fn compatible(version: &str) -> String {
    let parts = if version.starts_with("0.") { 2 } else { 1 };
    version.split('.').take(parts).collect::<Vec<_>>().join(".")
}

/// The most strategies one run can hold; a client order id has three base-36 digits for their place.
pub const MAX_STRATEGIES: usize = 46_656;

const _: () = assert!(size_of::<ClientOrderId>() == 16);

/// Registers a strategy. Call it once, at the root of the strategy's crate.
///
/// `stability:` (a [`Stability`]; experimental where it is left out), `released:` (a day, as `"2026-11-24"`) and `instruments:`
/// (the fewest it can start with; 1 where it is left out) may stand, in this order, between `tier:` and `params:`.
///
/// ```
/// use quantmesh_sdk::{BuildError, Event, Intents, Setup, Strategy, View, register_strategy};
///
/// /// Does nothing, on purpose.
/// #[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
/// #[serde(default, deny_unknown_fields)]
/// struct Params {
///     /// How long to wait.
///     #[schemars(range(min = 1, max = 500), extend("x-unit" = "bars"))]
///     period: u32,
/// }
///
/// struct Idle;
///
/// impl Strategy for Idle {
///     fn on_event(&mut self, _: &View<'_>, _: &Event, _: &mut Intents) {}
/// }
///
/// fn build(_: Params, _: &Setup) -> Result<Idle, BuildError> {
///     Ok(Idle)
/// }
///
/// register_strategy! {
///     id: "idle",
///     summary: "does nothing",
///     tier: quantmesh_sdk::Tier::Free,
///     params: Params,
///     build: build,
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! register_strategy {
    (
        id: $id:literal, summary: $summary:literal, tier: $tier:expr,
        $(stability: $stability:expr,)? $(released: $released:literal,)? $(instruments: $instruments:literal,)?
        params: $params:ty, build: $build:path $(,)?
    ) => {
        $crate::__register! {
            Strategy, $id, $summary, $tier, [$($stability)?], [$($released)?], [$($instruments)?], $params, $build
        }
    };
}

/// Registers a risk rule. Call it once, at the root of the rule's crate.
///
/// It takes what [`register_strategy!`](crate::register_strategy) takes, and `build` returns a [`RiskRule`].
#[macro_export]
macro_rules! register_rule {
    (
        id: $id:literal, summary: $summary:literal, tier: $tier:expr,
        $(stability: $stability:expr,)? $(released: $released:literal,)? $(instruments: $instruments:literal,)?
        params: $params:ty, build: $build:path $(,)?
    ) => {
        $crate::__register! {
            RiskRule, $id, $summary, $tier, [$($stability)?], [$($released)?], [$($instruments)?], $params, $build
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    (
        $kind:ident, $id:literal, $summary:literal, $tier:expr,
        [$($stability:expr)?], [$($released:literal)?], [$($instruments:literal)?], $params:ty, $build:path
    ) => {
        #[doc(hidden)]
        pub static __QUANTMESH_REGISTERED: $crate::Registered = $crate::Registered {
            id: $id,
            package: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            sdk: $crate::VERSION,
            summary: $summary,
            tier: $tier,
            stability: $crate::__or!([$($stability)?], $crate::Stability::Experimental),
            released: $crate::__or!([$(::core::option::Option::Some($released))?], ::core::option::Option::None),
            instruments: $crate::__or!([$($instruments)?], 1),
            schema: || $crate::__private::schemars::schema_for!($params),
            make: $crate::Make::$kind(|table, setup| {
                let params: $params = $crate::__private::toml::Value::Table(table).try_into().map_err(
                    |error: $crate::__private::toml::de::Error| {
                        $crate::BuildError::from($crate::ParamError::Malformed(error.message().to_owned()))
                    },
                )?;
                Ok(::std::boxed::Box::new($build(params, setup)?))
            }),
        };
        $crate::__private::inventory::submit! { $crate::Submission(&__QUANTMESH_REGISTERED) }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __or {
    ([], $default:expr) => {
        $default
    };
    ([$given:expr], $default:expr) => {
        $given
    };
}
