//! Programs that a test stands on: found, or passed over in one clear line, or asked for where they must be.

use std::env;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Where Debian and others keep servers, which is not in everybody's `PATH`.
const SERVERS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// The program of this name; `None` after a line on standard error that names the package which has it.
///
/// # Errors
/// Where it is missing and `QUANTMESH_REQUIRE_TOOLS=1` says that it must be there.
pub fn find(program: &str, package: &str) -> io::Result<Option<PathBuf>> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(SERVERS.map(PathBuf::from));
    if let Some(found) = folders.map(|folder| folder.join(program)).find(|file| file.is_file()) {
        return Ok(Some(found));
    }
    let why = format!("passed over: `{program}` is not here; Debian has it in the package {package}");
    if env::var("QUANTMESH_REQUIRE_TOOLS").is_ok_and(|required| required == "1") {
        return Err(io::Error::new(io::ErrorKind::NotFound, why));
    }
    writeln!(io::stderr().lock(), "{why}")?;
    Ok(None)
}

/// What a command writes to standard output, without the last line end.
///
/// # Errors
/// Where it can't be started or fails; what it wrote to standard error is in the message.
pub fn output(command: &mut Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let wrote = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!("{command:?} ended with {}: {wrote}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}
