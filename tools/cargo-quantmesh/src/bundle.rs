//! `cargo quantmesh bundle`: all sources in one folder or archive for a machine without network, tried out before it is handed over.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::{Compression, GzBuilder};

use crate::build_file::{BuildFile, Source, read_text};
use crate::cli::BundleArgs;
use crate::compile::{Built, binary_name};
use crate::copy::{write_changed, write_whole};
use crate::host::{Host, Settling};
use crate::preflight::{self, Ground};
use crate::program::{STRAY, captured, cargo, complaint, streamed};
use crate::project::Project;
use crate::{Failure, Kind, receipt, sbom, self_check, tell};

/// `cargo quantmesh bundle`.
pub(crate) fn command(args: &BundleArgs) -> Result<(), Failure> {
    let out = &args.out;
    if out.exists() {
        return Err(Failure::new(
            Kind::Files,
            format!("{} is there already; name one that is not", out.display()),
        ));
    }
    let project = Project::at(&args.file.file)?;
    let text = read_text(&project.file)?;
    let file = BuildFile::read(&project.file)?;
    let ground = preflight::preflight(&project, &file, args.lock.is_offline())?;
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|error| Failure::write(parent, error))?;
    let fail = |error: io::Error| Failure::write(parent, error);
    let staged = tempfile::Builder::new().prefix(".quantmesh-bundle-").tempdir_in(parent).map_err(fail)?;
    let top = staged.path().join("bundle");
    let host_folder = top.join("host");
    let settling = Settling { locked: args.lock.is_locked(), offline: args.lock.is_offline() };
    let host = Host::write(&project, &file, &ground, &host_folder, settling)?;
    let graph = preflight::graph(&host_folder, settling.offline)?;
    vendor(&ground, &host_folder, settling.offline)?;
    let binary = rehearse(&file, &host_folder, &staged.path().join("rehearsal"))?;
    let built = Built { ground, host, graph, binary };
    let check = self_check::run(&file, &built)?;
    let bytes = fs::read(&built.binary).map_err(|error| Failure::read(&built.binary, error))?;
    let bill = sbom::text(&built);
    let receipt = receipt::of(&file, &built, &check, &bytes, &bill);
    write_whole(&top.join("quantmesh.build.toml"), text.as_bytes())?;
    write_whole(&top.join("quantmesh.build.lock"), built.host.lock_text.as_bytes())?;
    write_whole(&top.join(sbom::NAME), bill.as_bytes())?;
    write_whole(&top.join(receipt::NAME), receipt::text(&receipt)?.as_bytes())?;
    write_whole(&top.join("README.md"), read_me(&file, &built, &receipt.binary.sha256).as_bytes())?;
    if out.to_string_lossy().ends_with(".tar.gz") {
        pack(&top, out)?;
    } else {
        fs::rename(&top, out).map_err(|error| Failure::write(out, error))?;
    }
    write_changed(&project.lock, built.host.lock_text.as_bytes())?;
    tell(&format!(
        "    Bundled {}\n    Rehearsed offline, with an empty CARGO_HOME: sha256 {}\n    Self-check: {}",
        out.display(),
        receipt.binary.sha256,
        check.summary()
    ));
    Ok(())
}

/// Brings every package that is not in the host already into `vendor`, and tells cargo to take it from there.
fn vendor(ground: &Ground, host: &Path, offline: bool) -> Result<(), Failure> {
    tell("    Vendoring");
    let mut args = vec!["vendor", "--locked", "--versioned-dirs"];
    args.extend(offline.then_some("--offline"));
    args.push("vendor");
    let said = captured(&mut cargo(host, &args))?;
    if !said.ok {
        let text = format!("the sources can't be vendored\n  cargo says: {}", complaint(&said.err));
        return Err(Failure::new(Kind::Preflight, text));
    }
    let config = host.join(".cargo/config.toml");
    let before = fs::read_to_string(&config).map_err(|error| Failure::read(&config, error))?;
    write_whole(
        &config,
        format!("{before}\n# Everything is in this folder; nothing is fetched.\n{}", said.out).as_bytes(),
    )?;
    // Vendored sources have no git; the engine's build script reads its revision from this file then.
    if let (Source::Git { .. }, Some(commit)) = (&ground.engine.source, &ground.engine.commit) {
        let folder = host.join("vendor").join(format!("{}-{}", preflight::ENGINE, ground.engine.version));
        let text = format!("{{\"git\": {{\"sha1\": \"{commit}\"}}}}\n");
        write_whole(&folder.join(".cargo_vcs_info.json"), text.as_bytes())?;
    }
    Ok(())
}

/// Builds the bundle as its receiver will: nothing fetched, nothing found outside.
fn rehearse(file: &BuildFile, host: &Path, scratch: &Path) -> Result<PathBuf, Failure> {
    tell("    Rehearsing the build offline");
    let (home, target) = (scratch.join("cargo-home"), scratch.join("target"));
    fs::create_dir_all(&home).map_err(|error| Failure::write(&home, error))?;
    let mut command = cargo(host, &["build", "--frozen", "--offline", "--profile", &file.profile]);
    for name in STRAY {
        command.env_remove(name);
    }
    // A build script that tries the network is turned away as well, as far as it heeds a proxy.
    for name in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(name, "http://127.0.0.1:9");
    }
    command.env("CARGO_HOME", &home).env("CARGO_TARGET_DIR", &target).env("CARGO_INCREMENTAL", "0");
    let said = streamed(&mut command)?;
    if !said.ok {
        return Err(Failure::new(
            Kind::Compile,
            "the bundle does not build without the network; cargo's messages are above, and nothing was written".to_owned(),
        ));
    }
    let mut binary = target;
    binary.extend(file.target.as_deref());
    binary.push(if file.profile == "dev" { "debug" } else { &file.profile });
    Ok(binary.join(binary_name(file.target.as_deref())))
}

fn read_me(file: &BuildFile, built: &Built, sha256: &str) -> String {
    let target = file.target.as_ref().map_or_else(String::new, |target| format!("{target}/"));
    let folder = if file.profile == "dev" { "debug" } else { &file.profile };
    format!(
        "# QuantMesh, all sources\n\nEverything that this build needs is here, except the compiler: Rust {} and a C linker. No network is needed.\n\n    cd host\n    cargo build --frozen --offline --profile {}\n\nThe binary is then `host/target/{target}{folder}/{}`. The same compiler gives the same bytes as the rehearsal before this\nbundle was handed over:\n\n    sha256 {sha256}\n    {}\n\n`quantmesh.receipt.json` says what is inside and where it came from, `{}` lists every package.\n",
        built.ground.rustc_version,
        file.profile,
        binary_name(file.target.as_deref()),
        built.ground.rustc.lines().next().unwrap_or_default(),
        sbom::NAME,
    )
}

/// The folder as an archive, the same for the same files.
fn pack(folder: &Path, out: &Path) -> Result<(), Failure> {
    let fail = |error: io::Error| Failure::write(out, error);
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    let inside = PathBuf::from(name.trim_end_matches(".tar.gz"));
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let staged = tempfile::Builder::new().prefix(".quantmesh-").tempfile_in(parent).map_err(fail)?;
    let zip = GzBuilder::new().mtime(0).write(staged.as_file(), Compression::default());
    let mut archive = tar::Builder::new(zip);
    archive.mode(tar::HeaderMode::Deterministic);
    let mut files = Vec::new();
    everything(folder, Path::new(""), &mut files).map_err(fail)?;
    files.sort();
    for file in files {
        archive.append_path_with_name(folder.join(&file), inside.join(&file)).map_err(fail)?;
    }
    archive
        .into_inner()
        .and_then(flate2::write::GzEncoder::finish)
        .and_then(|mut file| file.flush())
        .map_err(fail)?;
    staged.as_file().sync_all().map_err(fail)?;
    staged.persist(out).map_err(|error| fail(error.error))?;
    Ok(())
}

fn everything(folder: &Path, within: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(within))? {
        let entry = entry?;
        let path = within.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            everything(folder, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
