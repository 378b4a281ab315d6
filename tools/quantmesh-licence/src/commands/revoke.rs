//! `revoke`: says in the ledger that a licence is no longer good, and signs the list of all that are not.

use std::path::PathBuf;

use licence::{KeyId, Revocation, Revocations, SecretKey, show_time};

use super::{Office, remark, say};
use crate::cli::RevokeArgs;
use crate::files::Half;
use crate::ledger::{Deed, Record};
use crate::{Entry, Fault, Ledger, Settings, dates, keys};

pub(super) fn run(office: &Office<'_>, args: &RevokeArgs) -> Result<(), Fault> {
    let mut ledger = Ledger::open(office.folder)?;
    let entry = ledger.find(&args.id)?;
    if let Some((time, why)) = &entry.revoked {
        return Err(Fault::Refused(format!("{} was revoked at {time} already: {why}", args.id)));
    }
    let why = args.why.trim().to_owned();
    if why.is_empty() || why.chars().any(char::is_control) {
        return Err(Fault::order("--why: say it in plain text on one line"));
    }
    let key_id = entry.signed.key_id().clone();
    let older = still_good(&ledger, entry, office.now);
    let key = key(office, args, &key_id)?;
    let mut list = revoked_so_far(&ledger, &key_id);
    list.as_of = office.now;
    list.revoked.push(Revocation { id: args.id.clone(), since: office.now, why: why.clone() });
    let text = list.sign(&key).map_err(|error| Fault::order(error.to_string()))?;
    let place = office.folder.join("revoked").join(format!("{key_id}.revoked"));
    let half = Half::write(&place, text.as_bytes())?;
    ledger.add(Record {
        time: show_time(office.now),
        what: Deed::Revoked,
        id: args.id.clone(),
        renews: None,
        why: Some(why),
        licence: None,
        before: String::new(),
    })?;
    half.into_place()?;
    if let Some(older) = older {
        remark(&format!(
            "{older}, which it was renewed from, has not ended; `quantmesh-licence revoke {older}` too"
        ));
    }
    say(&format!(
        "{id} is revoked in the ledger, and in {place}\n\nAn engine knows of it only where that list lies beside its licences:\n\n    quantmesh licence install {name}\n\nFor all others it means that {id} is not renewed.\n",
        id = args.id,
        place = place.display(),
        name = place.file_name().unwrap_or_default().display(),
    ))
}

/// The key that signed the licence: an engine heeds no other's list.
fn key(office: &Office<'_>, args: &RevokeArgs, key_id: &KeyId) -> Result<SecretKey, Fault> {
    let named = args.key.clone().unwrap_or_else(|| PathBuf::from(key_id.to_string()));
    let key = keys::choose(office.folder, Some(&named), &Settings::default())?;
    if key.public().id() == *key_id {
        return Ok(key);
    }
    Err(Fault::order(format!(
        "{} was signed with the key {key_id}, and {} is {}: a list by another key is heeded by no engine",
        args.id,
        named.display(),
        key.public().id()
    )))
}

/// What was revoked of the licences that a key signed, in the order of their numbers.
fn revoked_so_far(ledger: &Ledger, key_id: &KeyId) -> Revocations {
    let of_key = ledger.entries().filter(|(_, entry)| entry.signed.key_id() == key_id);
    let revoked = of_key.filter_map(|(id, entry)| {
        let (time, why) = entry.revoked.as_ref()?;
        Some(Revocation { id: id.to_owned(), since: dates::read(time).ok()?, why: why.clone() })
    });
    Revocations { as_of: 0, revoked: revoked.collect() }
}

/// The licence that this one was renewed from, where that may still be used.
fn still_good(ledger: &Ledger, entry: &Entry, now: i64) -> Option<String> {
    let older = entry.renews.as_ref()?;
    let open = |entry: &&Entry| {
        entry.revoked.is_none() && entry.signed.claims().expires.is_none_or(|ends| ends > now)
    };
    ledger.get(older).filter(open).map(|_| older.clone())
}
