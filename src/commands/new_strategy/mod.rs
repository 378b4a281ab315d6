//! `quantmesh strategies new`: a crate with a small strategy, its tests and a program around it, ready to build.

mod engine;
mod files;
mod name;
mod workspace;

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::catalogue::catalogue;
use crate::cli::NewArgs;
use crate::{Failure, terminal};

use engine::Engine;
use workspace::Surroundings;

pub(crate) fn run(args: &NewArgs) -> Result<(), Failure> {
    let id = args.name.as_str();
    name::check(id, &catalogue()?)?;
    let folder = args.dir.clone().unwrap_or_else(|| PathBuf::from(id));
    free(&folder)?;
    let absolute = std::path::absolute(&folder).map_err(|error| wrong(&folder, &error))?;
    let engine = Engine::find(args.engine.as_deref(), &absolute)?;
    let around = Surroundings::of(&absolute)?;
    let mut files = files::all(id, &engine, &around);
    if let Some(lock) = engine.lock(&absolute) {
        let place = if around.is_member() { "program/Cargo.lock" } else { "Cargo.lock" };
        files.push((place, lock));
    }
    write_whole(&absolute, &files).map_err(|error| wrong(&folder, &error))?;
    if engine.is_placeholder() {
        terminal::remark(&format!(
            "Cargo.toml and program/Cargo.toml in {} name {} as the engine, which is a placeholder; put the address of your \
             engine there, or start over with --engine FOLDER or --engine URL",
            folder.display(),
            engine::PLACEHOLDER
        ));
    }
    if let Some(remark) = around.remark(&engine) {
        terminal::remark(&remark);
    }
    let test = if around.is_member() {
        format!("cargo test -p {}", name::package(id))
    } else {
        "cargo test".to_owned()
    };
    let program =
        if around.is_member() { "cargo run --manifest-path program/Cargo.toml" } else { "cargo run" };
    terminal::say(&format!(
        "{} files written to {1}; next:\n\n    cd {1} && {test}\n    {program} -- backtest backtest.toml\n",
        files.len(),
        folder.display()
    ))
}

/// Whether nothing is at a place, or an empty folder.
fn free(folder: &Path) -> Result<(), Failure> {
    let taken = |what: &str| {
        Err(Failure::output(format!(
            "strategies new: {}: {what}; name another folder with --dir, or move that one away",
            folder.display()
        )))
    };
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => taken("the folder is there already, and not empty"),
        Err(_) if folder.symlink_metadata().is_ok() => {
            taken("something is there already, and it is no folder to write into")
        }
        Err(_) => Ok(()),
    }
}

fn wrong(folder: &Path, error: &io::Error) -> Failure {
    Failure::output(format!(
        "strategies new: {}: {error}; nothing was written; name a folder that can be written with --dir",
        folder.display()
    ))
}

/// Writes all files into a folder beside the place, and moves it there: either all are there, or none.
fn write_whole(folder: &Path, files: &[(&'static str, String)]) -> io::Result<()> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let staged = folder.with_file_name(format!(".{name}.new-{}", std::process::id()));
    let was_there = folder.exists();
    let written = write(&staged, files).and_then(|()| {
        // An empty folder stays the one it is: somebody may stand in it.
        if was_there { move_into(&staged, folder) } else { fs::rename(&staged, folder) }
    });
    // Empty by now, or left over; what can't be removed is told by its name.
    let _ = fs::remove_dir_all(&staged);
    written
}

/// Moves everything in a folder into an empty one, or nothing.
fn move_into(from: &Path, to: &Path) -> io::Result<()> {
    let mut moved = Vec::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if let Err(error) = fs::rename(entry.path(), &place) {
            for place in moved {
                let _ = fs::remove_dir_all(&place).or_else(|_| fs::remove_file(&place));
            }
            return Err(error);
        }
        moved.push(place);
    }
    Ok(())
}

fn write(folder: &Path, files: &[(&'static str, String)]) -> io::Result<()> {
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::create_dir(folder)?;
    for (name, text) in files {
        let file = folder.join(name);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(file, text)?;
    }
    Ok(())
}
