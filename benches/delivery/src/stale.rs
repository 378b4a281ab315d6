//! What a library built against yesterday's interface does, by the same compiler with the same flags, and what happens where
//! the same change is compiled in. Fails if anything turns out otherwise than it says in the last column but one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use session::Trouble;

use crate::{machine, table};

/// One case.
struct Case {
    /// What was done.
    what: &'static str,
    /// The features of the program, that is, the version of the interface it was built against.
    program: &'static str,
    /// The features of the library; `None` where the plugin is compiled in.
    library: Option<&'static str>,
    /// What must come of it.
    wanted: Wanted,
}

#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    /// It prints this and ends with exit code 0.
    Prints(&'static str),
    /// A signal ends it.
    Crash,
    /// It does not compile; the compiler says this.
    NotBuilt(&'static str),
}

const RIGHT: Wanted = Wanted::Prints("price 102.5");

const CASES: [Case; 8] = [
    Case { what: "`.so`, both built against version 1", program: "", library: Some(""), wanted: RIGHT },
    Case {
        what: "`.so` of version 1, program with one field more",
        program: "field",
        library: Some(""),
        wanted: Wanted::Prints("price 2000"),
    },
    Case {
        what: "`.so` rebuilt with the field",
        program: "field",
        library: Some("interface/field"),
        wanted: RIGHT,
    },
    Case {
        what: "`.so` of version 1, program with one method more",
        program: "method",
        library: Some(""),
        wanted: Wanted::Crash,
    },
    Case {
        what: "`.so` rebuilt with the method written",
        program: "method",
        library: Some("interface/method,method_written"),
        wanted: RIGHT,
    },
    Case { what: "compiled in, one field more", program: "compiled_in,field", library: None, wanted: RIGHT },
    Case {
        what: "compiled in, one method more",
        program: "compiled_in,method",
        library: None,
        wanted: Wanted::NotBuilt("not all trait items implemented, missing: `units`"),
    },
    Case {
        what: "compiled in, the method written",
        program: "compiled_in,method,method_written",
        library: None,
        wanted: RIGHT,
    },
];

pub(crate) fn run() -> Result<(), Trouble> {
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for case in CASES {
        let found = case.try_out()?;
        let (wanted, as_wanted) = case.wanted.judge(&found);
        if !as_wanted {
            faults.push(format!("{}: wanted: {wanted}; found: {}", case.what, found.text()));
        }
        rows.push(vec![
            case.what.to_owned(),
            found.text(),
            case.warned(&found).to_owned(),
            case.verdict().to_owned(),
        ]);
    }
    let note = "The right price is 102.5.";
    let head = ["what was done", "what came of it", "was anybody told?", "so"];
    let heading = machine::heading("A stale library", "stale", note);
    table::publish("stale.md", &(heading + &table::rows(&head, &rows)))?;
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

/// What came of a case.
enum Found {
    NotBuilt(String),
    Ended(Output),
}

impl Case {
    fn try_out(&self) -> Result<Found, Trouble> {
        let library = match self.library {
            Some(features) => {
                Some(built("stale-plugin", features, true)?.map_err(|log| format!("the library: {log}"))?)
            }
            None => None,
        };
        let program = match built("stale-host", self.program, false)? {
            Ok(program) => program,
            Err(log) => return Ok(Found::NotBuilt(log)),
        };
        Ok(Found::Ended(Command::new(program).args(library).output()?))
    }

    fn warned(&self, found: &Found) -> &'static str {
        match found {
            Found::NotBuilt(_) => "yes: the compiler says where and what",
            Found::Ended(_) if self.wanted == RIGHT => "nothing to tell",
            Found::Ended(output) if output.stderr.is_empty() => "no",
            Found::Ended(_) => "by a text on standard error",
        }
    }

    fn verdict(&self) -> &'static str {
        match self.wanted {
            RIGHT => "right",
            Wanted::Prints(_) => "**wrong price, and all looks well**",
            Wanted::Crash => "**the whole program is gone, positions open**",
            Wanted::NotBuilt(_) => "nothing to run, so nothing can go wrong",
        }
    }
}

impl Wanted {
    fn judge(self, found: &Found) -> (String, bool) {
        match (self, found) {
            (Self::Prints(line), Found::Ended(output)) => {
                let printed = String::from_utf8_lossy(&output.stdout);
                let as_wanted = output.status.success() && printed.lines().any(|printed| printed == line);
                (line.to_owned(), as_wanted)
            }
            (Self::Prints(line), _) => (line.to_owned(), false),
            (Self::Crash, found) => {
                let crashed = matches!(found, Found::Ended(output) if signal(output).is_some());
                ("a signal".to_owned(), crashed)
            }
            (Self::NotBuilt(message), found) => {
                let refused = matches!(found, Found::NotBuilt(log) if log.contains(message));
                (message.to_owned(), refused)
            }
        }
    }
}

impl Found {
    fn text(&self) -> String {
        match self {
            Self::NotBuilt(log) => {
                let error = log.lines().find(|line| line.starts_with("error["));
                format!("`{}`", error.unwrap_or(log).replace('`', "'"))
            }
            Self::Ended(output) => match (signal(output), output.status.code()) {
                (Some(number), _) => format!("killed by signal {number}"),
                (None, code) => {
                    let printed = String::from_utf8_lossy(&output.stdout).trim().replace('\n', ", ");
                    format!("`{printed}`, exit code {}", code.unwrap_or(-1))
                }
            },
        }
    }
}

fn signal(output: &Output) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt;
    output.status.signal()
}

/// Builds a package with features; gives a copy of the result that the next build leaves alone, or what the compiler said.
fn built(package: &str, features: &str, library: bool) -> Result<Result<PathBuf, String>, Trouble> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::current_exe()?.parent().ok_or("this program is in no folder")?.join("stale");
    let output = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
        .current_dir(here)
        .args(["build", "--quiet", "--locked", "--color", "never", "-p", package, "--features", features])
        .arg("--target-dir")
        .arg(&target)
        .output()?;
    if !output.status.success() {
        return Ok(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let name = if library { libloading::library_filename("stale_plugin") } else { package.into() };
    let copy = target.join(format!("{package}-{}", features.replace([',', '/'], "-")));
    fs::copy(target.join("debug").join(name), &copy)?;
    Ok(Ok(copy))
}
