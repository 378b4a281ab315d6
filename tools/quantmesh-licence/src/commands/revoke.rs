//! `revoke`: says in the ledger that a licence is no longer good.

use licence::show_time;

use super::{Office, say};
use crate::cli::RevokeArgs;
use crate::ledger::{Deed, Record};
use crate::{Fault, Ledger};

pub(super) fn run(office: &Office<'_>, args: &RevokeArgs) -> Result<(), Fault> {
    let mut ledger = Ledger::open(office.folder)?;
    if let Some((time, why)) = &ledger.find(&args.id)?.revoked {
        return Err(Fault::Refused(format!("{} was revoked at {time} already: {why}", args.id)));
    }
    if args.why.trim().is_empty() || args.why.chars().any(char::is_control) {
        return Err(Fault::order("--why: say it in plain text on one line"));
    }
    ledger.add(Record {
        time: show_time(office.now),
        what: Deed::Revoked,
        id: args.id.clone(),
        renews: None,
        why: Some(args.why.clone()),
        licence: None,
        before: String::new(),
    })?;
    say(&format!("{} is revoked in the ledger\n", args.id))
}
