//! `cargo xtask CHORE`: reads the words, runs the chore. What the chores do is in the library.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use xtask::features::{self, PAGE};
use xtask::measure;

const USAGE: &str = "\
Chores of this workspace.

cargo xtask features            write features.md anew from the manifests
cargo xtask features --check    fail if features.md is not what would be written
cargo xtask features --names    print the name of every feature, one a line
cargo xtask features --measure  build the program with each feature, write down its size and the CPU time it took
cargo xtask ci                  run what continuous integration runs (.ci/run)
";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["features"] => write_features(&root()),
        ["features", "--check"] => check_features(&root()),
        ["features", "--names"] => print_names(&root()),
        ["features", "--measure"] => measure_features(&root()),
        ["ci"] => run_ci(&root()),
        [] | ["help" | "--help" | "-h"] => say(USAGE),
        _ => Err(format!("`{}` is not a chore\n\n{USAGE}", words.join(" ")).into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even the complaint can't be written, the exit code has to do.
            let _ = writeln!(io::stderr().lock(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace: two folders above this package when cargo runs it, else the folder it was called in.
fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let above = package.as_deref().and_then(Path::parent).and_then(Path::parent);
    above.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

fn write_features(root: &Path) -> Result<(), Box<dyn Error>> {
    let page = features::page(root)?;
    fs::write(root.join(PAGE), page).map_err(|error| format!("{PAGE} can't be written: {error}"))?;
    say(&format!("{PAGE} is up to date\n"))
}

fn check_features(root: &Path) -> Result<(), Box<dyn Error>> {
    Ok(features::check(root)?)
}

fn measure_features(root: &Path) -> Result<(), Box<dyn Error>> {
    // Where nobody listens, it is measured all the same.
    measure::measure(root, &mut |text| drop(say(text)))?;
    write_features(root)
}

fn print_names(root: &Path) -> Result<(), Box<dyn Error>> {
    let rows = features::rows(&features::Sources::read(root)?)?;
    say(&rows.iter().map(|row| format!("{}\n", row.feature)).collect::<String>())
}

fn run_ci(root: &Path) -> Result<(), Box<dyn Error>> {
    let status = Command::new("bash").arg(".ci/run").current_dir(root).status()?;
    if status.success() { Ok(()) } else { Err(format!(".ci/run ended with {status}").into()) }
}

fn say(text: &str) -> Result<(), Box<dyn Error>> {
    Ok(io::stdout().lock().write_all(text.as_bytes())?)
}
