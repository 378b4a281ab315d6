//! `cargo xtask dist`: releases that anyone can build again. What is in one stands in `docs/RELEASES.md`.
//!
//! A target is built and packed in `part`, parts become a release in `compose`, and `index` lists all releases. Nothing of
//! a release is seen under its name before all of it is there.

mod archive;
mod args;
mod build;
mod compose;
mod fault;
mod image;
mod index;
mod inspect;
mod notes;
mod origin;
mod part;
mod record;
mod sbom;
mod sign;
mod texts;
mod toolchain;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;

pub use archive::{Entry, pack};
pub use args::Options;
pub use build::{Recipe, recipe};
pub use compose::compose;
pub use fault::DistError;
pub use image::image;
pub use index::{INDEX, write_index};
pub use inspect::{linking, runs_from};
pub use notes::notes;
pub use origin::Origin;
pub use record::{File, Image, Part, RECORD, Record, Strategy};
pub use sbom::{Sources, sbom};
pub use sign::Signer;
pub use toolchain::{Platform, Toolchain};

/// Reads the words after `cargo xtask dist` and does what they say; `say` gets one line for each step.
///
/// # Errors
/// [`DistError`], with what to do about it.
pub fn run(root: &Path, words: &[&str], say: &mut dyn FnMut(&str)) -> Result<(), DistError> {
    let words = ["cargo xtask dist"].iter().chain(words).map(OsString::from);
    match Options::try_parse_from(words) {
        Ok(options) => dist(root, &options, say),
        // Help is an answer, not a failure.
        Err(help) if !help.use_stderr() => {
            say(help.to_string().trim_end());
            Ok(())
        }
        Err(wrong) => Err(DistError::Refused(wrong.to_string())),
    }
}

fn dist(root: &Path, options: &Options, say: &mut dyn FnMut(&str)) -> Result<(), DistError> {
    let root = root.canonicalize().map_err(DistError::io(format!("{} can't be found", root.display())))?;
    let (root, out) = (root.as_path(), root.join(&options.out));
    fs::create_dir_all(&out).map_err(DistError::io(format!("{} can't be made", out.display())))?;
    if !options.index {
        // A key that can't be read is found out before an hour of building.
        let signer = Signer::find(options.sign_key.as_deref())?;
        let parts = tempfile::Builder::new().prefix(".parts-").tempdir_in(&out);
        let parts = parts.map_err(DistError::io(format!("{} can't be written to", out.display())))?;
        let mut folders: Vec<PathBuf> = options.join.iter().map(|folder| root.join(folder)).collect();
        if options.join.is_empty() {
            let origin = Origin::read(root, options.allow_dirty)?;
            for target in options.targets()? {
                folders.push(part::build(root, options, &origin, &target, parts.path(), say)?);
            }
        }
        let release = compose(&out, &folders, signer.as_ref(), say)?;
        say(&format!("release: {}", release.display()));
    }
    let count = write_index(&out)?;
    say(&format!("{}: {count} release(s)", out.join(INDEX).display()));
    Ok(())
}
