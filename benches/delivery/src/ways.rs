//! The ways to reach a strategy. Each takes bars and gives a sum over the orders, by which they are held against each other.

use std::ops::DerefMut;

use session::{Facts, Order, Session, Trouble, known_trend_following, known_yardstick, setup};

use crate::library::{CSession, Library};
use crate::{grpc, http, socket};

/// A way to reach a strategy.
pub(crate) trait Way {
    /// Feeds bars one by one, each after the answer to the one before, for `rounds` rounds.
    fn feed(&mut self, bars: &[Facts], rounds: usize) -> Result<i64, Trouble>;

    /// The process on the other side, where there is one.
    fn other_process(&self) -> Option<u32> {
        None
    }
}

/// The ways, from the nearest to the farthest.
pub(crate) const WAYS: [(&str, &str); 7] = [
    ("known", "compiled in, type known to the compiler"),
    ("dyn", "compiled in, `dyn Strategy` from the catalogue"),
    ("so-c", "`.so`, C interface"),
    ("so-rust", "`.so`, Rust types (one build only)"),
    ("socket", "other process, bare Unix socket"),
    ("http", "other process, HTTP/1.1 and JSON (hyper)"),
    ("grpc", "other process, gRPC (tonic)"),
];

/// The way that all others are compared with.
pub(crate) const BASE: &str = "dyn";

/// Opens a way.
pub(crate) fn open(way: &str, strategy: &str) -> Result<Box<dyn Way>, Trouble> {
    let setup = setup()?;
    Ok(match (way, strategy) {
        ("known", "yardstick") => Box::new(Session::new(known_yardstick(&setup)?, &setup)),
        ("known", "trend_following") => Box::new(Session::new(known_trend_following(&setup)?, &setup)),
        ("dyn", id) => Box::new(session::session(id)?),
        ("so-c", id) => Box::new(CSession::open(Library::load()?, id)?),
        ("so-rust", id) => {
            let strategy = Library::load()?.build(id, &setup)?;
            Box::new(Session::new(strategy, &setup))
        }
        ("socket", id) => Box::new(socket::Client::open(id)?),
        ("http", id) => Box::new(http::Client::open(id)?),
        ("grpc", id) => Box::new(grpc::Client::open(id)?),
        _ => return Err(format!("there is no way `{way}` to `{strategy}`").into()),
    })
}

/// What an answer adds to the sum.
#[inline]
pub(crate) fn weight(order: &Order) -> i64 {
    order.side * order.lots
}

impl<B> Way for Session<B>
where
    B: DerefMut,
    B::Target: sdk::Strategy,
{
    fn feed(&mut self, bars: &[Facts], rounds: usize) -> Result<i64, Trouble> {
        let mut sum = 0;
        for _ in 0..rounds {
            for facts in bars {
                sum += self.on_bar(facts).map(|order| weight(&order)).sum::<i64>();
            }
        }
        Ok(sum)
    }
}
