//! `cargo xtask CHORE`: reads the words, runs the chore. What the chores do is in the library.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use xtask::combinations;
use xtask::dist;
use xtask::features::{self, PAGE};
use xtask::measure;
use xtask::publish;
use xtask::vend::{self, Delivery, Order};

const USAGE: &str = "\
Chores of this workspace.

cargo xtask features            write features.md anew from the manifests
cargo xtask features --check    fail if features.md is not what would be written
cargo xtask features --names    print the name of every feature that this tree can build, one a line
cargo xtask features --measure  build the program with each feature, write down its size and the CPU time it took
cargo xtask combinations        build every feature alone, none, and pairs of paid ones, and ask each binary what it holds
    [--release]                     in the release profile
cargo xtask publish --out D     write the public tree to D: all but the source that is sold
cargo xtask vend ID --out D     write a crate of strategies/ to D as a package of its own
    [--customer NAME --order ID]    with a receipt that says whose copy it is
    [--registry NAME]               that `cargo publish` may send to this registry only
cargo xtask dist [--help]       build a release: static binaries, archives, checksums, signatures
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
        ["combinations"] => verify_combinations(&root(), false),
        ["combinations", "--release"] => verify_combinations(&root(), true),
        ["publish", "--out", out] => publish_tree(&root(), Path::new(out)),
        ["vend", id, options @ ..] => vend_crate(&root(), id, options),
        ["dist", words @ ..] => dist::run(&root(), words, &mut note).map_err(Into::into),
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
    note_placeholders(root)?;
    let names = publish::buildable_of(&features::rows(&features::Sources::read(root)?)?);
    say(&names.iter().map(|name| format!("{name}\n")).collect::<String>())
}

fn verify_combinations(root: &Path, release: bool) -> Result<(), Box<dyn Error>> {
    note_placeholders(root)?;
    for combination in combinations::combinations(root)? {
        combinations::verify(root, &combination, release)?;
        let ids: Vec<_> = combination.holds.iter().map(|(id, _)| id.as_str()).collect();
        let holds = if ids.is_empty() { "nothing".to_owned() } else { ids.join(", ") };
        say(&format!("cargo {}: {holds}\n", combination.words(release).join(" ")))?;
    }
    Ok(())
}

/// What is left out in the public tree is said, so that nobody takes it for tested.
fn note_placeholders(root: &Path) -> Result<(), Box<dyn Error>> {
    if let Some(feature) = publish::placeholder_in(root)? {
        let note = "note: this is the public tree; left out are placeholders and what holds them";
        let _ = writeln!(io::stderr().lock(), "{note}, such as `{feature}`");
    }
    Ok(())
}

fn publish_tree(root: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let done = publish::publish(root, out)?;
    note_changes(done.changed);
    say(&format!(
        "the public tree: {} files in {}; placeholders for {}\n",
        done.files,
        out.display(),
        done.placeholders.join(", ")
    ))
}

/// An export is what is on disk; whoever thinks of the last commit should know where they differ.
fn note_changes(changed: usize) {
    if changed > 0 {
        let _ = writeln!(io::stderr().lock(), "note: {changed} files differ from the last commit");
    }
}

fn vend_crate(root: &Path, id: &str, options: &[&str]) -> Result<(), Box<dyn Error>> {
    let [out, customer, number, registry] =
        values(options, ["--out", "--customer", "--order", "--registry"])?;
    let out = out.ok_or("vend: --out says where to write the package")?;
    let order = match (customer, number) {
        (Some(customer), Some(number)) => Some(Order { customer, number }),
        (None, None) => None,
        _ => return Err("vend: --customer and --order go together: a receipt names both".into()),
    };
    let done = vend::vend(root, &Delivery { id: id.to_owned(), registry, order }, Path::new(&out))?;
    note_changes(done.changed);
    say(&format!("{} {}: {} files in {out}\n", done.package, done.version, done.files))
}

/// The values of these options, each given once at most; anything else is refused.
fn values<const N: usize>(
    mut words: &[&str],
    options: [&str; N],
) -> Result<[Option<String>; N], Box<dyn Error>> {
    let mut found = [const { None }; N];
    while let [option, rest @ ..] = words {
        let slot = options.iter().zip(&mut found).find(|(known, _)| *known == option).map(|(_, slot)| slot);
        let slot = slot.ok_or_else(|| format!("`{option}` is none of {}", options.join(", ")))?;
        let [value, rest @ ..] = rest else { return Err(format!("{option} needs a value").into()) };
        if slot.replace((*value).to_owned()).is_some() {
            return Err(format!("{option} is given twice").into());
        }
        words = rest;
    }
    Ok(found)
}

fn run_ci(root: &Path) -> Result<(), Box<dyn Error>> {
    let status = Command::new("bash").arg(".ci/run").current_dir(root).status()?;
    if status.success() { Ok(()) } else { Err(format!(".ci/run ended with {status}").into()) }
}

/// One line for each step of a long chore, so that it is seen to go on.
fn note(line: &str) {
    // Where nobody listens, the chore goes on.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

fn say(text: &str) -> Result<(), Box<dyn Error>> {
    Ok(io::stdout().lock().write_all(text.as_bytes())?)
}
