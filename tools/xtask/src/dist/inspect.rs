//! A built binary, looked at: what it needs to start, and what it says it is.

use std::path::Path;
use std::process::Command;

use object::elf::{FileHeader64, PT_INTERP};
use object::read::elf::{FileHeader, ProgramHeader};
use object::{Endianness, FileKind};
use serde_json::Value;

use super::{DistError, Platform, Strategy, build};

/// `static` for a program that the kernel starts by itself, `dynamic` for one that names an interpreter.
///
/// # Errors
/// Where it is no program of a kind that releases have.
pub fn linking(program: &[u8]) -> Result<&'static str, DistError> {
    match FileKind::parse(program).map_err(wrong)? {
        FileKind::Elf64 => {
            let header = FileHeader64::<Endianness>::parse(program).map_err(wrong)?;
            let endian = header.endian().map_err(wrong)?;
            let segments = header.program_headers(endian, program).map_err(wrong)?;
            let asks = segments.iter().any(|segment| segment.p_type(endian) == PT_INTERP);
            Ok(if asks { "dynamic" } else { "static" })
        }
        // Programs of a Mac always go through its system library.
        FileKind::MachO64 => Ok("dynamic"),
        other => Err(wrong(format!("{other:?} is not what releases hold"))),
    }
}

fn wrong(why: impl ToString) -> DistError {
    DistError::wrong("the binary")(why)
}

/// Whether programs of this platform run here without help.
#[must_use]
pub fn runs_from(platform: &Platform) -> bool {
    let os = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    cfg!(unix) && (platform.os, platform.arch) == (os, arch)
}

/// Asks the program itself what is in it: that must be what the manifests promise. One for another platform can't be asked here.
pub(super) fn own_words(root: &Path, platform: &Platform, strategies: &[Strategy]) -> Result<(), DistError> {
    if !runs_from(platform) {
        return Ok(());
    }
    let program = build::target_folder(root).join("dist").join(platform.triple).join("release/quantmesh");
    let output = Command::new(&program)
        .args(["strategies", "list", "--json"])
        .env_remove("QUANTMESH_LICENCE")
        .output()
        .map_err(DistError::io(format!("{} can't be run", program.display())))?;
    if !output.status.success() {
        let why = format!(": {}", String::from_utf8_lossy(&output.stderr).trim());
        return Err(DistError::Failed {
            what: "`quantmesh strategies list` of the new binary".to_owned(),
            why,
        });
    }
    let said: Vec<Value> = serde_json::from_slice(&output.stdout)
        .map_err(DistError::wrong("what the new binary says is in it"))?;
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
    let mut said: Vec<_> =
        said.iter().map(|one| format!("{} {}", text(one, "id"), text(one, "version"))).collect();
    let mut promised: Vec<_> = strategies.iter().map(|one| format!("{} {}", one.id, one.version)).collect();
    said.sort();
    promised.sort();
    if said != promised {
        let why = format!("it has [{}], and should have [{}]", said.join(", "), promised.join(", "));
        return Err(DistError::Wrong { what: "the new binary".to_owned(), why });
    }
    Ok(())
}
