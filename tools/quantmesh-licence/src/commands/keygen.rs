//! `keygen`: a key pair in two files.

use super::{Office, say};
use crate::cli::KeygenArgs;
use crate::{Fault, keys};

pub(super) fn run(office: &Office<'_>, args: &KeygenArgs) -> Result<(), Fault> {
    let folder = args.out.clone().unwrap_or_else(|| office.folder.join("keys"));
    let pair = keys::make(&folder)?;
    say(&format!(
        "key id  {}\nsecret  {} (for you alone; it has no passphrase)\npublic  {} (copy it to vendor.pub of every paid crate)\n",
        pair.key.id(),
        pair.secret.display(),
        pair.public.display()
    ))
}
