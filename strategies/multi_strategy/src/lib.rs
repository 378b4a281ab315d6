//! Several strategies on the same instruments, each with a fixed share of equity and books of its own.
//!
//! # Idea
//! Each child is a strategy of this binary that the run may use: a free one, or a paid one that a licence names. A child
//! with weight w trades as if it were alone on an account with the share w of equity. It sees its own position and
//! orders, hears of its own fills only, and a child that stops closes what it holds while the others go on.
//!
//! # How orders go out
//! A child's order goes out as it is, under an id of ours. Orders of two children are not set off against each other, so
//! one may buy what another sells, and both pay fees. Reduce-only holds within the child's own books: at the venue the order
//! is an ordinary one, since the whole position may point the other way; once the child is flat, what is left of
//! its reduce-only orders is cancelled, and what filled beyond that is closed at the market. An exit of a child that makes
//! the whole position larger is an opening to the gate, and bound like one.
//!
//! # When it makes and when it loses money
//! It is as good as its children. Weights are fixed: it neither prefers the one that does well nor drops the one that
//! does not.
//!
//! # Vendor key
//! Licences are held against `vendor.pub`, which is compiled in. In this tree that is the demonstration key of RFC 8032,
//! whose secret half everybody can read: builds with debug assertions take licences signed with it, all others refuse
//! them (exit code 24) unless asked by name (`--allow-demo-key`). Who sells this crate runs `quantmesh-licence keygen`, puts the
//! `.pub` file in the place of `vendor.pub`, and releases. `quantmesh doctor` names every crate that still has the
//! demonstration key.

mod book;
mod child;
mod params;
mod trader;

pub use params::{Child as ChildParams, Params};
pub use trader::MultiStrategy;

sdk::register_strategy! {
    id: "multi_strategy",
    summary: "several strategies on the same instruments, each with a fixed share of equity and books of its own",
    tier: sdk::Tier::Paid { vendor_key: include_str!("../vendor.pub") },
    stability: sdk::Stability::Beta,
    released: "2026-11-24",
    params: Params,
    build: MultiStrategy::build,
}
