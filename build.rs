//! Links what the features ask for, and writes down what this build was made from. Standard library only.
//!
//! `OUT_DIR/registered.rs` refers to the marker of every strategy whose feature is on: a strategy that nobody names
//! would be left out by the linker without a word, and one that registers nothing does not compile.
//! `OUT_DIR/identity.rs` holds the build's identity, without a user, a machine or a path in it.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a build is made of: a change here may change the binary, and nothing else makes a tree dirty.
const SOURCES: [&str; 7] = [".cargo", "Cargo.lock", "Cargo.toml", "build.rs", "engine", "src", "strategies"];

const UNKNOWN: &str = "unknown";

/// Where the sources come from; each is `unknown` where that can't be told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The git revision.
    pub(crate) revision: String,
    /// Whether the sources differ from it: `yes` or `no`.
    pub(crate) dirty: String,
    /// When it was committed, in seconds since 1970.
    pub(crate) committed: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    let leaves = leaves(&manifest, |feature| env::var_os(feature_variable(feature)).is_some());
    let available = self::leaves(&manifest, |_| true);
    let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default();
    let mut text = registered(&leaves, &available);
    writeln!(text, "/// Where the lock file has the packages of this build's strategies from.")?;
    writeln!(text, "pub(crate) const SOURCES: &[(&str, &str)] = &{:?};", sources(&leaves, &lock))?;
    fs::write(out.join("registered.rs"), text)?;
    fs::write(out.join("identity.rs"), identity(&root)?)?;
    for source in SOURCES.into_iter().chain([".cargo_vcs_info.json"]) {
        // Cargo takes a path that is not there for one that always changes.
        if root.join(source).exists() {
            println!("cargo::rerun-if-changed={source}");
        }
    }
    println!("cargo::rerun-if-env-changed=SOURCE_DATE_EPOCH");
    Ok(())
}

/// The features that are on and switch on the dependency of their own name: one leaf each.
///
/// Other optional parts of the program name their dependency differently from their feature.
pub(crate) fn leaves(manifest: &str, on: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let (mut inside, mut feature) = (false, "");
    for line in manifest.lines().map(|line| line.split('#').next().unwrap_or(line).trim()) {
        if line.starts_with('[') {
            inside = line == "[features]";
        } else if inside {
            // A list may run over several lines; only its first has the name.
            if let Some((name, _)) = line.split_once('=') {
                feature = name.trim().trim_matches('"');
            }
            if line.contains(&format!("\"dep:{feature}\"")) && on(feature) {
                found.push(feature.to_owned());
            }
        }
    }
    found.sort();
    found
}

/// The environment variable by which cargo says that a feature is on.
pub(crate) fn feature_variable(feature: &str) -> String {
    format!("CARGO_FEATURE_{}", feature.to_uppercase().replace('-', "_"))
}

/// The source text that links the leaves and lists their ids, and those of all that could have been asked for.
pub(crate) fn registered(leaves: &[String], available: &[String]) -> String {
    let mut text = String::new();
    for leaf in leaves {
        // Where the compiler refuses this line, it shows it, as far as its 140 columns go: so the line says why.
        let _ = writeln!(
            text,
            "const _: &::sdk::Registered = &::{leaf}::__QUANTMESH_REGISTERED; // it lacks register_strategy! or has another quantmesh-sdk"
        );
    }
    let _ = writeln!(text, "/// The ids that the features of this build ask for, sorted.");
    let _ = writeln!(text, "pub(crate) const EXPECTED: &[&str] = &{leaves:?};");
    let _ = writeln!(text, "/// The ids that this tree has a feature for, in this build or not, sorted.");
    let _ = writeln!(text, "pub(crate) const AVAILABLE: &[&str] = &{available:?};");
    text
}

/// The packages of the leaves with their sources by the lock file: the tree itself, a registry, or a git repository with its
/// commit. User names and passwords in an address are left out.
pub(crate) fn sources(leaves: &[String], lock: &str) -> Vec<(String, String)> {
    let packages: Vec<_> =
        leaves.iter().map(|leaf| format!("quantmesh-{}", leaf.replace('_', "-"))).collect();
    let field = |table: &str, key: &str| {
        let line = table.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    let mut found = Vec::new();
    for table in lock.split("[[package]]").skip(1) {
        let Some(name) = field(table, "name").filter(|name| packages.contains(name)) else { continue };
        let source = field(table, "source").map_or("this tree".to_owned(), |source| without_user(&source));
        found.push((name, source));
    }
    found
}

fn without_user(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}/{path}")
}

fn identity(root: &Path) -> Result<String, Box<dyn Error>> {
    let origin = origin(root);
    // Builds of one revision carry one date, whenever they are made; whoever packs them may set another.
    let (source, epoch) = match env::var("SOURCE_DATE_EPOCH") {
        Ok(set) => ("SOURCE_DATE_EPOCH", set),
        Err(_) => ("git", origin.committed),
    };
    let date = match epoch.trim().parse() {
        Ok(seconds) => utc(seconds),
        Err(_) if epoch == UNKNOWN => epoch,
        Err(_) => return Err(format!("{source} says `{epoch}`; it must be whole seconds since 1970").into()),
    };
    let mut features: Vec<_> = env::var("CARGO_CFG_FEATURE")?.split(',').map(str::to_owned).collect();
    features.retain(|feature| !feature.is_empty());
    features.sort();
    let lock = fs::read(root.join("Cargo.lock"));
    let rows = [
        ("REVISION", origin.revision),
        ("DIRTY", origin.dirty),
        ("DATE", date),
        ("RUSTC", line_of(Command::new(env::var("RUSTC")?).arg("-V")).unwrap_or(UNKNOWN.to_owned())),
        ("TARGET", env::var("TARGET")?),
        ("PROFILE", env::var("PROFILE")?),
        ("OPT_LEVEL", env::var("OPT_LEVEL")?),
        ("FEATURES", features.join(", ")),
        ("LOCK", lock.map_or(UNKNOWN.to_owned(), |bytes| format!("fnv1a64:{:016x}", fnv1a64(&bytes)))),
    ];
    let mut text = String::new();
    for (name, value) in rows {
        writeln!(text, "const {name}: &str = {value:?};")?;
    }
    Ok(text)
}

/// Where the sources in `root` come from: a packed crate says so in a file, a clone by git.
pub(crate) fn origin(root: &Path) -> Origin {
    let unknown = || UNKNOWN.to_owned();
    if let Ok(info) = fs::read_to_string(root.join(".cargo_vcs_info.json")) {
        let revision = packed_revision(&info).map_or_else(unknown, str::to_owned);
        let dirty = if info.contains("\"dirty\": true") { "yes" } else { "no" };
        return Origin { revision, dirty: dirty.to_owned(), committed: unknown() };
    }
    // Sources unpacked inside somebody else's repository would report that one's revision.
    let ours = git(root, &["rev-parse", "--show-toplevel"])
        .is_some_and(|top| Path::new(&top).canonicalize().ok() == root.canonicalize().ok());
    let Some(revision) = ours.then(|| git(root, &["rev-parse", "HEAD"])).flatten() else {
        return Origin { revision: unknown(), dirty: unknown(), committed: unknown() };
    };
    let mut status = vec!["status", "--porcelain", "--untracked-files=normal", "--"];
    status.extend(SOURCES);
    let dirty = git(root, &status)
        .map_or_else(unknown, |changes| if changes.is_empty() { "no".to_owned() } else { "yes".to_owned() });
    watch_head(root);
    let committed = git(root, &["log", "-1", "--format=%ct"]).unwrap_or_else(unknown);
    Origin { revision, dirty, committed }
}

/// Tells cargo where a new commit shows. The index is left out: reading it with `git status` touches it.
fn watch_head(root: &Path) {
    for name in ["HEAD", "refs/heads", "packed-refs"] {
        if let Some(path) = git(root, &["rev-parse", "--git-path", name])
            && root.join(&path).exists()
        {
            println!("cargo::rerun-if-changed={path}");
        }
    }
}

/// The revision in the file that `cargo package` adds.
pub(crate) fn packed_revision(info: &str) -> Option<&str> {
    let (_, rest) = info.split_once("\"sha1\"")?;
    let value = rest.split('"').nth(1)?;
    value.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(value)
}

fn git(root: &Path, args: &[&str]) -> Option<String> {
    // Looking must not write: another git command may be at work.
    let mut command = Command::new("git");
    command.current_dir(root).env("GIT_OPTIONAL_LOCKS", "0").args(args);
    // A hook of another repository that builds this one has these set, and git would answer for that one.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    line_of(&mut command)
}

fn line_of(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
}

/// The 64-bit FNV-1a hash (Fowler, Noll, Vo): it tells lock files apart, and proves nothing to an adversary.
pub(crate) fn fnv1a64(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

/// Seconds since 1970 as text in UTC, by the civil calendar of Howard Hinnant's `days_from_civil` page.
pub(crate) fn utc(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3_600, second / 60 % 60, second % 60)
}
