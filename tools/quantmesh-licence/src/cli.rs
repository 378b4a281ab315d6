//! The command line: one tree of structs is the source of parsing and help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::dates;

/// The vendor's side of QuantMesh licences: keys, issuing, renewing, revoking, and a ledger of what was issued.
///
/// Exit codes: 0 done, 2 wrong arguments, 3 the order, the settings or a key, 6 a file, 8 the ledger is torn or was changed,
/// 9 the ledger says no, 20 and up what the engine would say of a licence.
#[derive(Debug, Parser)]
#[command(name = "quantmesh-licence", version, propagate_version = true)]
pub(crate) struct Cli {
    /// The folder with keys, settings and ledger
    #[arg(long, global = true, value_name = "DIR", env = "QUANTMESH_OFFICE", default_value = ".")]
    pub(crate) office: PathBuf,
    /// The time to take for now, for tests
    #[arg(long, global = true, hide = true, value_parser = dates::read)]
    pub(crate) now: Option<i64>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a key pair; the secret half is never printed
    Keygen(KeygenArgs),
    /// Sign a licence, write it into the ledger, and print what the customer needs
    Issue(Box<IssueArgs>),
    /// Issue a licence anew with a later end
    Renew(RenewArgs),
    /// Everything about one licence
    Show(ShowArgs),
    /// Hold a licence file against a public key, the clock and the ledger, as an engine would
    Verify(VerifyArgs),
    /// What was issued
    List(ListArgs),
    /// Say that a licence is no longer good
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct KeygenArgs {
    /// Where to put the two files [default: keys in the office]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Default, Args)]
pub(crate) struct IssueArgs {
    /// A TOML file with the order; what is said here goes before what it says
    #[arg(long, value_name = "FILE")]
    pub(crate) order: Option<PathBuf>,
    /// Who may use it
    #[arg(long, value_name = "NAME")]
    pub(crate) customer: Option<String>,
    /// What may be used, such as ai_strategy@^0.1; may be given several times
    #[arg(long = "strategy", value_name = "ID[@VERSIONS]")]
    pub(crate) strategies: Vec<String>,
    /// Its number [default: the next in the ledger]
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// The day on which it begins [default: today, UTC]
    #[arg(long, value_name = "DAY")]
    pub(crate) starts: Option<String>,
    /// How many days it lasts
    #[arg(long, conflicts_with = "until")]
    pub(crate) days: Option<i64>,
    /// The day with whose beginning it ends (UTC), or `never`
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Option<String>,
    /// The day from which it speaks of its end
    #[arg(long, value_name = "DAY")]
    pub(crate) notify_from: Option<String>,
    /// How many programs may run under it at once on a machine
    #[arg(long, value_name = "COUNT")]
    pub(crate) max_instances: Option<u32>,
    /// The only machine it is for, as `quantmesh licence show` names it there
    #[arg(long, value_name = "NAME")]
    pub(crate) machine: Option<String>,
    /// What its end means: subscription or perpetual-fallback
    #[arg(long)]
    pub(crate) plan: Option<String>,
    /// Where to renew it
    #[arg(long, value_name = "CONTACT")]
    pub(crate) renew: Option<String>,
    /// Anything else, on one line
    #[arg(long, value_name = "TEXT")]
    pub(crate) notes: Option<String>,
    /// The oldest engine that the strategies build with
    #[arg(long, value_name = "VERSION")]
    pub(crate) engine: Option<String>,
    /// The oldest Rust that they build with
    #[arg(long, value_name = "VERSION")]
    pub(crate) msrv: Option<String>,
    #[command(flatten)]
    pub(crate) hand: HandArgs,
}

/// How a licence is signed and handed over.
#[derive(Debug, Default, Args)]
pub(crate) struct HandArgs {
    /// The customer's platform, such as linux-amd64, to name the prebuilt binary for it
    #[arg(long)]
    pub(crate) platform: Option<String>,
    /// The list of prebuilt releases
    #[arg(long, value_name = "FILE")]
    pub(crate) index: Option<PathBuf>,
    /// The secret key to sign with, by file or id
    #[arg(long, value_name = "FILE|ID")]
    pub(crate) key: Option<PathBuf>,
    /// Where to write the licence [default: licences/ID.licence in the office]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RenewArgs {
    /// Which licence
    pub(crate) id: String,
    /// How many days to add to its end, or to today if it has ended
    #[arg(long, conflicts_with = "until", required_unless_present = "until")]
    pub(crate) days: Option<i64>,
    /// The day with whose beginning it ends (UTC), or `never`
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Option<String>,
    #[command(flatten)]
    pub(crate) hand: HandArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// A licence's number in the ledger, or a file
    #[arg(value_name = "ID|FILE")]
    pub(crate) what: String,
    /// Also write its file again, there
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The licence
    pub(crate) file: PathBuf,
    /// The public key to hold it against [default: the office's with the id that it names]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Also ask for this strategy in this version
    #[arg(long, value_name = "ID@VERSION")]
    pub(crate) strategy: Option<String>,
    /// The day on which that version was released
    #[arg(long, value_name = "DAY", value_parser = dates::read)]
    pub(crate) released: Option<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those that end within so many days, or have ended, and were neither renewed nor revoked
    #[arg(long, value_name = "DAYS")]
    pub(crate) expiring: Option<i64>,
    /// Only those of customers whose name has this in it, in upper or lower case
    #[arg(long, value_name = "NAME")]
    pub(crate) customer: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// Which licence
    pub(crate) id: String,
    /// Why, on one line; the customer reads it too
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
    /// The secret key to sign the list with, by file or id [default: the one that signed the licence]
    #[arg(long, value_name = "FILE|ID")]
    pub(crate) key: Option<PathBuf>,
}
