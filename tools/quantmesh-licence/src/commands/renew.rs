//! `renew`: the same licence with a later end, under a number that says which it takes the place of.

use licence::Terms;

use super::Office;
use super::issue::hand_over;
use crate::cli::RenewArgs;
use crate::{Fault, Ledger, Settings, dates, keys, order};

pub(super) fn run(office: &Office<'_>, args: &RenewArgs) -> Result<(), Fault> {
    let settings = Settings::read(office.folder)?;
    let key = keys::choose(office.folder, args.hand.key.as_deref(), &settings)?;
    let mut ledger = Ledger::open(office.folder)?;
    let entry = ledger.find(&args.id)?;
    if let Some((time, why)) = &entry.revoked {
        return Err(Fault::Refused(format!(
            "{} was revoked at {time}: {why}; issue a new one if that is settled",
            args.id
        )));
    }
    if let Some(newer) = &entry.renewed_by {
        return Err(Fault::Refused(format!("{} was renewed as {newer} already; renew that one", args.id)));
    }
    let old = entry.signed.claims().clone();
    let starts = dates::midnight(office.now).max(old.starts);
    let expires = order::end(old.expires.unwrap_or(starts).max(starts), args.days, args.until.as_deref())?;
    if expires.is_some_and(|ends| old.expires.is_none_or(|before| ends <= before)) {
        return Err(Fault::order(format!(
            "{} ends at {} now, and would end no later: give a later --until",
            args.id,
            old.expires.map_or_else(|| "no time".to_owned(), licence::show_time)
        )));
    }
    let terms = Terms {
        id: next_generation(&ledger, &args.id),
        issued: office.now,
        starts,
        expires,
        notify_from: expires.map(|ends| order::notice(ends, starts, &settings)),
        engine: settings.engine.clone().unwrap_or(old.engine),
        msrv: settings.msrv.clone().unwrap_or(old.msrv),
        renew: settings.renew.clone().unwrap_or(old.renew),
        ..old
    };
    hand_over(office, &settings, &mut ledger, &terms, &key, Some(&args.id), &args.hand)
}

/// `L-2026-0001` becomes `L-2026-0001-r2`, and that `L-2026-0001-r3`.
fn next_generation(ledger: &Ledger, id: &str) -> String {
    let (stem, from) = match id.rsplit_once("-r").map(|(stem, number)| (stem, number.parse::<u32>())) {
        Some((stem, Ok(number))) => (stem, number.saturating_add(1)),
        _ => (id, 2),
    };
    (from..=u32::MAX).map(|n| format!("{stem}-r{n}")).find(|id| ledger.get(id).is_none()).unwrap_or_default()
}
