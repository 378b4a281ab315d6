//! Trainers: what makes the model file of a strategy from market data, in the program that runs the strategy as well.
//!
//! A trainer touches no file: it is handed events and gives bytes, and whoever calls it writes them.

use types::Event;

use crate::params::check;
use crate::{BuildError, Setup};

/// What a training gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trained {
    /// The model file, whole.
    pub bytes: Vec<u8>,
    /// What it is and how good it is, for a person; may have several lines.
    pub summary: String,
}

/// Trains from already checked parameters, what the run trades, and its events in order.
pub type Train = fn(toml::Table, &Setup, &mut dyn Iterator<Item = Event>) -> Result<Trained, BuildError>;

/// A trainer of this binary, made by [`register_trainer!`](crate::register_trainer).
#[derive(Debug, Clone, Copy)]
pub struct RegisteredTrainer {
    /// The id of the strategy that reads its models. What that strategy costs, training for it costs.
    pub id: &'static str,
    /// The package it comes from.
    pub package: &'static str,
    /// One line on what it makes.
    pub summary: &'static str,
    /// The JSON Schema of its parameters.
    pub schema: fn() -> schemars::Schema,
    /// Trains from already checked values.
    pub train: Train,
}

/// What `inventory` collects.
#[derive(Debug)]
pub struct TrainerSubmission(
    /// The trainer.
    pub &'static RegisteredTrainer,
);

inventory::collect!(TrainerSubmission);

impl RegisteredTrainer {
    /// Trains a model from parameters, which are checked first.
    ///
    /// # Errors
    /// [`BuildError`] names the parameter that is wrong, or says what the data lacks.
    pub fn run(
        &self,
        params: &toml::Table,
        setup: &Setup,
        events: &mut dyn Iterator<Item = Event>,
    ) -> Result<Trained, BuildError> {
        check(&(self.schema)(), params)?;
        (self.train)(params.clone(), setup, events)
    }
}

/// Every trainer that is compiled in, by id. Two crates with one id are told by the catalogue, which a trainer's
/// strategy is in.
#[must_use]
pub fn trainers() -> Vec<&'static RegisteredTrainer> {
    let mut all: Vec<_> =
        inventory::iter::<TrainerSubmission>.into_iter().map(|submission| submission.0).collect();
    all.sort_by_key(|trainer| (trainer.id, trainer.package));
    all
}

/// Registers a trainer. Call it once, at the root of the crate of the strategy that reads its models.
///
/// ```
/// use quantmesh_sdk::{BuildError, Event, Setup, Trained, register_trainer};
///
/// /// What there is to choose.
/// #[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
/// #[serde(default, deny_unknown_fields)]
/// struct Training {
///     /// How many times the data is gone through.
///     #[schemars(range(min = 1, max = 100))]
///     passes: u32,
/// }
///
/// fn count(_: Training, _: &Setup, events: &mut dyn Iterator<Item = Event>) -> Result<Trained, BuildError> {
///     let events = events.count();
///     Ok(Trained { bytes: events.to_string().into_bytes(), summary: format!("{events} events") })
/// }
///
/// register_trainer! {
///     id: "idle",
///     summary: "counts events",
///     params: Training,
///     train: count,
/// }
///
/// fn main() {
///     let [trainer] = quantmesh_sdk::trainers()[..] else { panic!("one was registered") };
///     assert_eq!((trainer.id, trainer.summary), ("idle", "counts events"));
/// }
/// ```
#[macro_export]
macro_rules! register_trainer {
    (id: $id:literal, summary: $summary:literal, params: $params:ty, train: $train:path $(,)?) => {
        #[doc(hidden)]
        pub static __QUANTMESH_TRAINER: $crate::RegisteredTrainer = $crate::RegisteredTrainer {
            id: $id,
            package: env!("CARGO_PKG_NAME"),
            summary: $summary,
            schema: || $crate::__private::schemars::schema_for!($params),
            train: |table, setup, events| {
                let params: $params = $crate::__private::toml::Value::Table(table).try_into().map_err(
                    |error: $crate::__private::toml::de::Error| {
                        $crate::BuildError::from($crate::ParamError::Malformed(error.message().to_owned()))
                    },
                )?;
                $train(params, setup, events)
            },
        };
        $crate::__private::inventory::submit! { $crate::TrainerSubmission(&__QUANTMESH_TRAINER) }
    };
}
