//! The vendor's side of licences: keys, issuing, renewing, revoking, and a ledger of what was issued.
//!
//! Everything is in one folder, the *office* (`--office DIR`, else `QUANTMESH_OFFICE`, else the folder one stands in):
//!
//! | what | where | made by |
//! | --- | --- | --- |
//! | secret keys, mode 0600 | `keys/KEYID.secret` | `keygen` |
//! | public keys, which paid crates include as `vendor.pub` | `keys/KEYID.pub` | `keygen` |
//! | what goes into every licence unless an order says otherwise | `vendor.toml` | the vendor, see [`Settings`] |
//! | every licence issued, renewed or revoked | `ledger.jsonl` | all others, see [`Ledger`] |
//! | the files for customers | `licences/ID.licence` | `issue`, `renew` |
//! | the signed list of what was revoked | `revoked/KEYID.revoked` | `revoke` |
//!
//! Secret keys have no passphrase: whoever can read the file can sign. Keep the office on a machine that does nothing
//! else, or on a medium that is put away, and never in a repository; the ledger and `vendor.toml` may be in one. A new
//! key pair may stand beside older ones: each licence names the key it is signed with, and a paid crate includes one
//! public key, so a release with another `vendor.pub` needs licences signed with that key.
//!
//! # Orders
//! `issue` takes flags, or an order as a TOML file (`--order`), or both; flags go before the file, and the file before
//! `vendor.toml`:
//!
//! ```toml
//! customer = "ACME Trading"
//! days = 365                          # or until = "2027-11-24", or until = "never"
//! max_instances = 2
//! plan = "perpetual-fallback"         # or "subscription", which is meant unless said
//! notes = "invoice 77"
//! [strategies]
//! ai_strategy = "^0.1"
//! ```
//!
//! Also `id`, `starts`, `notify_from`, `machine`, `renew`, `engine` and `msrv`. Days are UTC, and a licence ends with the
//! beginning of the day that `until` names.
//!
//! A renewed licence is a new file under a new number, `L-2026-0001-r2` for `L-2026-0001`: the ledger keeps both, and an
//! engine that finds both takes the one that still allows what is asked.
//!
//! # Revoking
//! An engine that is offline can't be told. `revoke` writes the ledger and a signed list; an engine refuses a licence of
//! that list where the list lies beside its licences. So it is for customers who are sent one, and for hosts that the
//! vendor runs; for all others, revoking means that a licence is not renewed, and that `verify` refuses it here.
//!
//! # Exit codes
//! | code | what |
//! | --- | --- |
//! | 0 | done |
//! | 2 | wrong arguments |
//! | 3 | the order, the settings or a key can't be used |
//! | 6 | a file can't be read or written |
//! | 8 | the ledger is torn or was changed by hand |
//! | 9 | the ledger says no: unknown, already issued, renewed or revoked |
//! | 20 and up | what the engine would say, by the table of the `licence` crate |

mod cli;
mod commands;
mod customer;
mod dates;
mod fault;
mod files;
mod keys;
mod ledger;
mod order;
mod releases;
mod settings;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use cli::Cli;
pub use fault::Fault;
pub use ledger::{Entry, Ledger, LedgerFault};
pub use settings::{Settings, Sold};

/// Runs the tool with these arguments (the first is its name) and returns its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Asking for help is not an error; clap knows which stream and which code.
            let code = if error.use_stderr() { 2 } else { 0 };
            return if error.print().is_ok() { code.into() } else { 6.into() };
        }
    };
    match commands::run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // Where even the complaint can't be written, the exit code has to do.
            let _ = writeln!(io::stderr().lock(), "error: {fault}");
            fault.code().into()
        }
    }
}
