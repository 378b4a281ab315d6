//! Licences of paid strategies: a signed text file, and what it allows.
//!
//! A licence is a text that a person can read and mail, one field a line, in a fixed order, ending with the id of the key
//! and an Ed25519 signature (RFC 8032) over every byte above it. There is one way to write a licence down: a text that is not
//! exactly that is refused, so no byte of it can be changed. Each vendor signs with their own key, and each paid crate
//! carries its vendor's public key, so several vendors sell side by side.
//!
//! Three steps lead from a file to a decision: [`Signed::parse`] (well formed), [`Signed::verify`] (really of this vendor),
//! [`Licence::judge`] (allows this strategy, now, here). This crate opens no file and asks no clock.
//!
//! It is a reminder and a record, and no lock: who has the source can change it.
//!
//! # Exit codes
//! | code | what |
//! | --- | --- |
//! | 20 | no licence was found ([`NO_LICENCE`]) |
//! | 21 | the file is no licence ([`FormatError`]) |
//! | 22 | signed with another key ([`SignatureError::OtherKey`]) |
//! | 23 | changed after it was signed ([`SignatureError::Changed`]) |
//! | 24 | signed with the demonstration key ([`DEMO_KEY`]) |
//! | 25 | does not name the strategy ([`Reason::NotNamed`]) |
//! | 26 | names other versions ([`Reason::Version`]) |
//! | 27 | has not begun ([`Reason::NotYet`]) |
//! | 28 | has ended ([`Reason::Expired`]) |
//! | 29 | the clock was set back ([`Reason::ClockSetBack`]) |
//! | 30 | is for another machine ([`Reason::Machine`]) |
//! | 31 | too many instances ([`Reason::TooManyInstances`]) |
//! | 32 | revoked by its vendor, on a list that lies beside it ([`Reason::Revoked`]) |

mod judge;
mod keys;
mod revoked;
mod signed;
mod terms;
mod text;

pub use judge::{Ask, Deadline, Denied, Licence, Reason, Standing, TOLERANCE, WARNING};
pub use keys::{KeyError, KeyId, PublicKey, SecretKey, fingerprint};
pub use revoked::{Revocation, Revocations, SignedRevocations};
pub use signed::{SignatureError, Signed, sign};
pub use terms::{Grant, Plan, Terms, day, show_time};
pub use text::FormatError;

/// Exit code where there is no licence at all.
pub const NO_LICENCE: u8 = 20;

/// Exit code where a licence is signed with the demonstration key and the program does not take that.
pub const DEMO_KEY: u8 = 24;
