//! Other programs: cargo, rustc and git, run so that none of them can ask a question or print a secret.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::{Failure, Kind, redact};

/// What a program said and how it ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    pub(crate) ok: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Git, without a prompt.
pub(crate) fn git(args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(args).env("GIT_OPTIONAL_LOCKS", "0");
    quiet(&mut command);
    command
}

/// Cargo, in a folder, without a prompt, fetching git sources with git itself: what the preflight can reach, it can.
pub(crate) fn cargo(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder).args(args);
    if env::var_os("CARGO_NET_GIT_FETCH_WITH_CLI").is_none() {
        command.env("CARGO_NET_GIT_FETCH_WITH_CLI", "true");
    }
    // Cargo hands these to a subcommand, and they are not meant for the workspace of a build.
    for name in [
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_PKG_NAME",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
    ] {
        command.env_remove(name);
    }
    quiet(&mut command);
    command
}

/// Variables by which flags get into a build that are in no file; they would make it another one.
pub(crate) const STRAY: [&str; 4] =
    ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_TARGET"];

fn quiet(command: &mut Command) {
    command
        .stdin(Stdio::null())
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ASKPASS", "")
        .env("SSH_ASKPASS_REQUIRE", "never")
        .env("GIT_HTTP_LOW_SPEED_LIMIT", "1")
        .env("GIT_HTTP_LOW_SPEED_TIME", "60");
    let ssh = env::var("GIT_SSH_COMMAND").ok().or_else(configured_ssh).unwrap_or_else(|| "ssh".to_owned());
    command.env("GIT_SSH_COMMAND", format!("{ssh} -o BatchMode=yes -o ConnectTimeout=20"));
}

/// What git is configured to call for ssh; a variable set here goes before it, so it has to be carried over.
fn configured_ssh() -> Option<String> {
    let output = Command::new("git")
        .args(["config", "--get", "core.sshCommand"])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// Runs a program and keeps what it says.
pub(crate) fn captured(command: &mut Command) -> Result<Said, Failure> {
    let name = command.get_program().to_owned();
    let Output { status, stdout, stderr } = command.output().map_err(|error| cannot_run(&name, &error))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Said { ok: status.success(), out: text(&stdout), err: text(&stderr) })
}

/// Runs a program, passes its messages on as they come, and keeps them.
pub(crate) fn streamed(command: &mut Command) -> Result<Said, Failure> {
    let name = command.get_program().to_owned();
    let fail = |error: std::io::Error| cannot_run(&name, &error);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(fail)?;
    let mut err = String::new();
    if let Some(pipe) = child.stderr.take() {
        for line in BufReader::new(pipe).split(b'\n') {
            let line = String::from_utf8_lossy(&line.map_err(fail)?).into_owned();
            let _ = writeln!(std::io::stderr().lock(), "{}", redact::text(&line));
            err.push_str(&line);
            err.push('\n');
        }
    }
    let status = child.wait().map_err(fail)?;
    Ok(Said { ok: status.success(), out: String::new(), err })
}

fn cannot_run(name: &OsStr, error: &std::io::Error) -> Failure {
    let name = name.to_string_lossy();
    let hint =
        if error.kind() == std::io::ErrorKind::NotFound { "; install it, or put it on the PATH" } else { "" };
    Failure::new(Kind::Program, format!("`{name}` can't be run: {error}{hint}"))
}

/// The compiler that cargo will use: all of `rustc -vV`, and its version.
pub(crate) fn rustc(folder: &Path) -> Result<(String, semver::Version), Failure> {
    let mut command = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let said = captured(command.current_dir(folder).arg("-vV").stdin(Stdio::null()))?;
    let release = said.out.lines().find_map(|line| line.strip_prefix("release: ")).unwrap_or_default();
    let version = semver::Version::parse(release.trim()).map_err(|_| {
        Failure::new(Kind::Program, format!("`rustc -vV` does not say its release: {}{}", said.out, said.err))
    })?;
    Ok((said.out, version))
}

/// What rustc says after a word, such as `host`.
pub(crate) fn rustc_fact<'t>(text: &'t str, name: &str) -> &'t str {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
}

/// Git's and cargo's complaint without its decoration, the cause first.
pub(crate) fn complaint(err: &str) -> String {
    let lines = err.lines().map(str::trim).filter(|line| {
        let noise =
            ["Updating ", "Downloading ", "Downloaded ", "Locking ", "Blocking ", "warning: spurious"];
        !line.is_empty() && !noise.iter().any(|start| line.starts_with(start))
    });
    let mut text: Vec<&str> = lines.collect();
    text.truncate(30);
    text.join("\n    ")
}
