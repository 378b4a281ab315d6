//! `verify`: what an engine would say of a licence file, and whether the ledger knows it.

use std::path::Path;

use licence::{Ask, Licence, PublicKey, Signed};

use super::{Office, remark, say};
use crate::cli::VerifyArgs;
use crate::{Fault, Ledger, files, keys};

/// The engine's code for a licence on a list of revoked ones.
const REVOKED: u8 = 32;

/// The engine's code for a licence that is signed with another key.
const OTHER_KEY: u8 = 22;

pub(super) fn run(office: &Office<'_>, args: &VerifyArgs) -> Result<(), Fault> {
    let signed = read(&args.file)?;
    let file = args.file.display();
    let told = |code: u8, what: String| Fault::Licence { code, message: format!("{file}: {what}") };
    let key = match &args.key {
        Some(path) => keys::read_public(path)?,
        None => own_key(office, &signed)?,
    };
    let licence = signed.verify(&key).map_err(|error| told(error.exit_code(), error.to_string()))?;
    if licence.is_demo() {
        remark("it is signed with the demonstration key, which everybody has: release builds refuse it");
    }
    let standing = match &args.strategy {
        Some(wanted) => ask(&licence, wanted, args.released, office.now)?,
        None => {
            // What was out when it was written may run on; what came later is asked for by --strategy.
            let released = args.released.unwrap_or(licence.terms().issued);
            licence.in_force(office.now, released)
        }
    };
    let standing = standing.map_err(|denied| told(denied.exit_code(), denied.to_string()))?;
    let ledger = Ledger::read(office.folder)?;
    let id = &licence.terms().id;
    match ledger.get(id) {
        None => remark(&format!("{id} is not in the ledger of {}", office.folder.display())),
        Some(entry) if entry.signed != signed => {
            return Err(Fault::Refused(format!(
                "{file}: it is signed, but the ledger has another {id}; `quantmesh-licence show {id}` shows that"
            )));
        }
        Some(entry) => {
            if let Some((time, why)) = &entry.revoked {
                let terms = licence.terms();
                let what = format!(
                    "licence {id} of {} was revoked at {time}: {why}; to settle it: {}",
                    terms.customer, terms.renew
                );
                return Err(told(REVOKED, what));
            }
            if let Some(newer) = &entry.renewed_by {
                remark(&format!("it was renewed as {newer}"));
            }
        }
    }
    say(&format!("{file}: licence {id} of {}: {standing}\n", licence.terms().customer))
}

/// Reads a licence file, with the engine's words and code where it is none.
pub(super) fn read(path: &Path) -> Result<Signed, Fault> {
    Signed::parse(&files::read(path)?).map_err(|error| Fault::Licence {
        code: error.exit_code(),
        message: format!("{}: {error}", path.display()),
    })
}

/// The office's public key that a licence names.
fn own_key(office: &Office<'_>, signed: &Signed) -> Result<PublicKey, Fault> {
    let folder = office.folder.join("keys");
    let (all, folder) = (keys::publics(office.folder)?, folder.display());
    if all.is_empty() {
        return Err(Fault::order(format!("{folder}: there is no public key; name one with --key FILE")));
    }
    let (id, theirs) = (&signed.claims().id, signed.key_id());
    all.into_iter().find(|key| key.id() == *theirs).ok_or_else(|| Fault::Licence {
        code: OTHER_KEY,
        message: format!("licence {id} is signed with the key {theirs}, and {folder} has no such key: it is another vendor's"),
    })
}

type Judged = Result<licence::Standing, licence::Denied>;

fn ask(licence: &Licence, wanted: &str, released: Option<i64>, now: i64) -> Result<Judged, Fault> {
    let (strategy, version) = wanted.split_once('@').ok_or_else(|| {
        Fault::order(format!("--strategy {wanted}: write it as ID@VERSION, such as ai_strategy@0.1.0"))
    })?;
    // The customer's machine is not this one: whichever the licence names is taken for it.
    let machine = licence.terms().machine.as_deref();
    let released = released.unwrap_or(now);
    let ask = Ask { strategy, version, released, now, last_seen: None, machine, instances: 1 };
    Ok(licence.judge(&ask))
}
