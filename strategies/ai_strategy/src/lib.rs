//! A trained model decides, the risk gate disposes: a logistic model over features of closed bars.
//!
//! # Idea
//! Each closed bar becomes six numbers ([`FEATURES`]), computed while streaming, by the same code in training and in
//! trading. A logistic model (Cox 1958) turns them into the log-odds that the next close is above this one:
//! z = b + Σ wᵢ (xᵢ − mᵢ)/sᵢ. We go long where the probability 1/(1 + e⁻ᶻ) is at least `confidence`, short (if allowed)
//! where it is at most 1 − `confidence`, and out when the model favours the other side.
//!
//! # The model
//! `model/btcusdt_1d.json` was trained by [`train`] on the first 70 % of the daily BTCUSDT sample; its `test` part holds
//! the share of directions it got right on the rest, beside what always saying "up" got. A test trains it anew.
//!
//! # When it makes and when it loses money
//! It earns as far as the patterns of the training span go on, and pays taker fees for each change of mind. The shipped model
//! is an example and not an edge: on the 358 days after its training it got 55.6 % of directions right, and always
//! saying "up" got 57.5 %.
//!
//! # Vendor key
//! Licences are held against `vendor.pub`, which is compiled in. In this tree that is the demonstration key of RFC 8032,
//! whose secret half everybody can read: builds with debug assertions take licences signed with it, all others refuse
//! them (exit code 24) unless asked by name (`--allow-demo-key`). Who sells this crate runs `quantmesh-licence keygen`, puts the
//! `.pub` file in the place of `vendor.pub`, and releases. `quantmesh doctor` names every crate that still has the
//! demonstration key.

mod features;
mod model;
mod params;
mod trader;
mod train;

pub use features::{FEATURES, Features};
pub use model::{Model, ModelError, Span, TestScore};
pub use params::{Direction, Params};
pub use trader::AiStrategy;
pub use train::{TrainError, train};

sdk::register_strategy! {
    id: "ai_strategy",
    summary: "a trained logistic model over streaming features of closed bars; long, short or both, by confidence",
    tier: sdk::Tier::Paid { vendor_key: include_str!("../vendor.pub") },
    stability: sdk::Stability::Experimental,
    released: "2026-11-24",
    params: Params,
    build: AiStrategy::build,
}
