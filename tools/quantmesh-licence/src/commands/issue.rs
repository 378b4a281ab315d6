//! `issue`: sign, write down, hand over.

use licence::{SecretKey, Terms, show_time};
use serde_json::json;

use super::{Office, remark, say, say_json};
use crate::cli::{HandArgs, IssueArgs};
use crate::files::Half;
use crate::ledger::{Deed, Record};
use crate::{Fault, Ledger, Settings, customer, dates, keys, order, releases};

pub(super) fn run(office: &Office<'_>, args: &IssueArgs) -> Result<(), Fault> {
    let settings = Settings::read(office.folder)?;
    let mut terms = order::terms(args, &settings, office.now)?;
    let key = keys::choose(office.folder, args.hand.key.as_deref(), &settings)?;
    let mut ledger = Ledger::open(office.folder)?;
    if terms.id.is_empty() {
        terms.id = ledger.next_id(&dates::year(office.now));
    } else if ledger.get(&terms.id).is_some() {
        return Err(Fault::Refused(format!(
            "{} is in the ledger already; leave --id out for the next number, or `quantmesh-licence renew {}`",
            terms.id, terms.id
        )));
    }
    hand_over(office, &settings, &mut ledger, &terms, &key, None, &args.hand)
}

/// Signs terms, writes them into the ledger, and only then puts the file in its place.
pub(super) fn hand_over(
    office: &Office<'_>,
    settings: &Settings,
    ledger: &mut Ledger,
    terms: &Terms,
    key: &SecretKey,
    renews: Option<&str>,
    args: &HandArgs,
) -> Result<(), Fault> {
    let text = order::sign(terms, key)?;
    let name = format!("{}.licence", terms.id);
    let place = args.out.clone().unwrap_or_else(|| office.folder.join("licences").join(&name));
    if place.exists() {
        return Err(Fault::order(format!(
            "{} is there already, and nothing is overwritten; choose another place with --out FILE",
            place.display()
        )));
    }
    let prebuilt = prebuilt(office, settings, terms, args)?;
    let half = Half::write(&place, text.as_bytes())?;
    ledger.add(Record {
        time: show_time(office.now),
        what: if renews.is_some() { Deed::Renewed } else { Deed::Issued },
        id: terms.id.clone(),
        renews: renews.map(str::to_owned),
        why: None,
        licence: Some(text),
        before: String::new(),
    })?;
    half.into_new_place()?;
    if key.public().is_demo() {
        remark("it is signed with the demonstration key, which everybody has: release builds refuse it");
    }
    let file = place.file_name().map_or(name, |name| name.to_string_lossy().into_owned());
    let letter = customer::letter(terms, settings, prebuilt.as_ref(), &file);
    if args.json {
        return say_json(&json!({
            "id": terms.id,
            "file": place,
            "renews": renews,
            "expires": terms.expires.map(show_time),
            "letter": letter,
        }));
    }
    say(&format!("wrote {} and the ledger; for the customer:\n\n{letter}", place.display()))
}

/// The binary for the customer's platform, where both that and a list of releases are known.
fn prebuilt(
    office: &Office<'_>,
    settings: &Settings,
    terms: &Terms,
    args: &HandArgs,
) -> Result<Option<customer::Prebuilt>, Fault> {
    let Some(platform) = &args.platform else { return Ok(None) };
    let settled = settings.index.as_ref().map(|index| office.folder.join(index));
    let index = args.index.clone().or(settled).ok_or_else(|| {
        Fault::order(
            "--platform needs a list of releases: give --index FILE, or `index = \"FILE\"` in vendor.toml",
        )
    })?;
    releases::find(&index, platform, terms).map(Some)
}
