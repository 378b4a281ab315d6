//! Git repositories: whether they let us in, which commit a tag is, and that commit's files.

use std::env;
use std::path::{Path, PathBuf};

use super::reference;
use crate::build_file::At;
use crate::lock::Lock;
use crate::program::{Said, captured, complaint, git};
use crate::project::sources;
use crate::{Failure, Kind, tell};

/// The commit that is asked for, and a folder with its files.
pub(super) fn folder(
    lock: &Lock,
    offline: bool,
    id: &str,
    url: &str,
    at: &At,
) -> Result<(String, PathBuf), Failure> {
    let locked = lock.commit(url, at);
    let sources = sources()?;
    let place =
        |commit: &str| sources.join(format!("{}-{}", short_name(url), commit.get(..12).unwrap_or(commit)));
    if offline {
        let rev = || if let At::Rev(rev) = at { Some(rev.clone()) } else { None };
        let there =
            locked.or_else(rev).map(|commit| (place(&commit), commit)).filter(|(place, _)| place.is_dir());
        return there.map(|(place, commit)| (commit, place)).ok_or_else(|| {
            Failure::new(
                Kind::Preflight,
                format!("{id}: offline, and {url} at {} is not on this machine yet\n  do: run `cargo quantmesh check` once with the network", at.name()),
            )
        });
    }
    let commit = commit(id, url, at)?;
    if let Some(locked) = locked.filter(|locked| *locked != commit && matches!(at, At::Tag(_))) {
        return Err(Failure::new(
            Kind::Preflight,
            format!(
                "{id}: the tag {} of {url} was moved: quantmesh.build.lock has {locked}, the server says {commit}\n  do: ask its vendor why; to take the new commit, remove the package's entry from quantmesh.build.lock",
                at.name()
            ),
        ));
    }
    let place = place(&commit);
    if !place.is_dir() {
        fetch(id, url, at, &commit, &place)?;
    }
    Ok((commit, place))
}

fn short_name(url: &str) -> String {
    let last = url.trim_end_matches('/').rsplit('/').next().unwrap_or("source");
    let clean =
        last.trim_end_matches(".git").chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c));
    format!(
        "{}-{}",
        clean.collect::<String>(),
        crate::copy::sha256(url.as_bytes()).get(..8).unwrap_or_default()
    )
}

/// The commit of a tag, peeled; a revision is what it says.
fn commit(id: &str, url: &str, at: &At) -> Result<String, Failure> {
    let tag = match at {
        At::Tag(tag) => tag,
        At::Rev(rev) => {
            listed(id, url, at, &["HEAD"])?;
            return Ok(rev.clone());
        }
    };
    let reference = format!("refs/tags/{tag}");
    let peeled = format!("{reference}^{{}}");
    let rows = listed(id, url, at, &[&reference, &peeled])?;
    let find = |name: &str| rows.iter().find(|(_, found)| found == name).map(|(commit, _)| commit.clone());
    match find(&peeled).or_else(|| find(&reference)) {
        Some(commit) => Ok(commit),
        None => {
            let all = tags(id, url)?;
            let mut near: Vec<&String> = all.iter().collect();
            near.sort_by_key(|other| strsim::damerau_levenshtein(tag, other));
            near.truncate(5);
            let near: Vec<&str> = near.into_iter().map(String::as_str).collect();
            let there = if near.is_empty() { "none".to_owned() } else { near.join(", ") };
            Err(Failure::new(
                Kind::Preflight,
                format!(
                    "{id}: {url} has no tag {tag}\n  nearest tags: {there}\n  do: name one of them, or ask its vendor to push {tag}"
                ),
            ))
        }
    }
}

/// The tags of a repository.
pub(crate) fn tags(id: &str, url: &str) -> Result<Vec<String>, Failure> {
    let rows = listed(id, url, &At::Tag("any".to_owned()), &["refs/tags/*"])?;
    let names = rows.into_iter().filter_map(|(_, name)| Some(name.strip_prefix("refs/tags/")?.to_owned()));
    Ok(names.filter(|name| !name.ends_with("^{}")).collect())
}

fn listed(id: &str, url: &str, at: &At, patterns: &[&str]) -> Result<Vec<(String, String)>, Failure> {
    let mut args = vec!["ls-remote", "--quiet", "--", url];
    args.extend(patterns);
    let said = captured(&mut git(&args))?;
    if !said.ok {
        return Err(refused(id, url, at, &said));
    }
    let rows = said.out.lines().filter_map(|line| line.split_once('\t'));
    Ok(rows.map(|(commit, name)| (commit.to_owned(), name.to_owned())).collect())
}

/// Fetches one commit into a folder. Servers that give a single commit are asked for that; others for all.
fn fetch(id: &str, url: &str, at: &At, commit: &str, place: &Path) -> Result<(), Failure> {
    tell(&format!("    Fetching {id}: {url} at {}", at.name()));
    let parent = place.parent().unwrap_or(place);
    let fail = |error: std::io::Error| Failure::write(place, error);
    std::fs::create_dir_all(parent).map_err(fail)?;
    let staged = tempfile::Builder::new().prefix(".part-").tempdir_in(parent).map_err(fail)?;
    let run = |args: &[&str]| captured(git(args).current_dir(staged.path()));
    run(&["init", "--quiet"])?;
    let wanted = reference(at);
    let mut said = run(&["fetch", "--quiet", "--no-tags", "--depth", "1", "--", url, &wanted])?;
    if !said.ok {
        said = run(&["fetch", "--quiet", "--tags", "--", url, "+refs/heads/*:refs/remotes/origin/*"])?;
    }
    if said.ok {
        said = run(&["-c", "advice.detachedHead=false", "checkout", "--quiet", commit])?;
    }
    if !said.ok {
        return Err(refused(id, url, at, &said));
    }
    match std::fs::rename(staged.path(), place) {
        // Somebody else fetched it in the meantime.
        Err(_) if place.is_dir() => Ok(()),
        renamed => renamed.map_err(fail),
    }
}

/// What a refusal means, which credential was tried, and how to give one.
fn refused(id: &str, url: &str, at: &At, said: &Said) -> Failure {
    let err = said.err.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| err.contains(word));
    let (what, remedy) = if has(&[
        "permission denied (publickey",
        "permission denied (keyboard",
        "too many authentication",
    ]) {
        ("the server refused every key that ssh offered", Remedy::Ssh)
    } else if has(&["host key verification failed"]) {
        ("ssh does not know this server's host key", Remedy::HostKey)
    } else if has(&["cannot run ssh", "ssh: not found"]) {
        ("there is no ssh on this machine", Remedy::Install)
    } else if has(&["error: 403", "403 forbidden"]) {
        ("the server knows who asks, and does not allow it (403)", Remedy::Http)
    } else if has(&[
        "could not read username",
        "could not read password",
        "authentication failed",
        "error: 401",
        "terminal prompts disabled",
    ]) {
        (
            "the server asks for a user name and password or token (401), and none, or a wrong one, was given",
            Remedy::Http,
        )
    } else if has(&[
        "could not resolve host",
        "connection refused",
        "timed out",
        "no route to host",
        "could not connect",
        "failed to connect",
    ]) {
        ("the server can't be reached", Remedy::Network)
    } else if has(&["not found", "does not appear to be a git repository", "does not exist", "no such file"])
    {
        (
            "there is no such repository, or the server does not show it to whoever has no access (404)",
            Remedy::Missing,
        )
    } else if has(&[
        "not our ref",
        "couldn't find remote ref",
        "did not match any",
        "reference is not a tree",
        "unable to read tree",
    ]) {
        ("the repository has no such revision", Remedy::Revision)
    } else if url.starts_with("ssh://") && has(&["correct access rights"]) {
        ("the server let a key in, and does not give it this repository", Remedy::Key)
    } else {
        ("git can't read it", Remedy::Network)
    };
    let ssh = url.starts_with("ssh://");
    let tried = match (&remedy, ssh) {
        (Remedy::Install | Remedy::Revision, _) => String::new(),
        (_, true) => format!("\n  tried: {}", ssh_credentials()),
        (_, false) if url.starts_with("http") => format!("\n  tried: {}", http_credentials()),
        _ => String::new(),
    };
    Failure::new(
        Kind::Preflight,
        format!(
            "{id}: no access to {url} ({} {})\n  what: {what}\n  git says: {}{tried}\n  do: {}",
            at.key(),
            at.name(),
            complaint(&said.err),
            remedy.text(url)
        ),
    )
}

#[derive(Debug, Clone, Copy)]
enum Remedy {
    Ssh,
    Key,
    HostKey,
    Http,
    Missing,
    Network,
    Install,
    Revision,
}

impl Remedy {
    fn text(self, url: &str) -> String {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = rest.split('/').next().unwrap_or(rest);
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let (name, port) = host.split_once(':').unwrap_or((host, "22"));
        let scheme = url.split("://").next().unwrap_or("https");
        match self {
            Self::Ssh => "add the key you were given to the agent: `eval \"$(ssh-agent)\"` and `ssh-add KEYFILE`; or name it: `export GIT_SSH_COMMAND=\"ssh -i KEYFILE -o IdentitiesOnly=yes\"`. Cargo follows with CARGO_NET_GIT_FETCH_WITH_CLI=true, which this tool sets".to_owned(),
            Self::Key => "ask its owner to give your key access to this repository; or name the key that has it: `export GIT_SSH_COMMAND=\"ssh -i KEYFILE -o IdentitiesOnly=yes\"`".to_owned(),
            Self::HostKey => format!("`ssh-keyscan -p {port} {name} >> ~/.ssh/known_hosts`, after comparing the key's fingerprint with the one its owner publishes; or name a file of known hosts: `export GIT_SSH_COMMAND=\"ssh -i KEYFILE -o UserKnownHostsFile=FILE\"`"),
            Self::Http => format!("give a token by a git credential helper, or for this shell: `export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=url.{scheme}://USER:TOKEN@{host}/.insteadOf GIT_CONFIG_VALUE_0={scheme}://{host}/`; if it was given, ask the vendor whether it still holds and covers this repository"),
            Self::Missing => "check the address; if it is right, check that your key or token was given access to it".to_owned(),
            Self::Network => "check the address, the network, and the proxy settings (HTTPS_PROXY)".to_owned(),
            Self::Install => "install an ssh client, or use an https address".to_owned(),
            Self::Revision => "check the revision; only one that a branch or tag of the repository holds can be built".to_owned(),
        }
    }
}

/// What ssh had to show.
fn ssh_credentials() -> String {
    let command = match env::var("GIT_SSH_COMMAND") {
        Ok(command) => format!("GIT_SSH_COMMAND=\"{command}\""),
        Err(_) => "GIT_SSH_COMMAND is not set".to_owned(),
    };
    let agent = match env::var_os("SSH_AUTH_SOCK") {
        None => "no agent (SSH_AUTH_SOCK is not set)".to_owned(),
        Some(_) => match captured(std::process::Command::new("ssh-add").arg("-l")) {
            Ok(said) if said.ok => format!("the agent's keys: {}", said.out.trim().replace('\n', "; ")),
            Ok(said) => format!("an agent without keys ({})", (said.out + &said.err).trim()),
            Err(_) => "an agent (SSH_AUTH_SOCK is set; there is no ssh-add to list its keys)".to_owned(),
        },
    };
    format!("{command}; {agent}; the key files that ssh looks for by itself")
}

/// What git had to show over http.
fn http_credentials() -> String {
    let rewritten = env::vars().filter(|(name, _)| name.starts_with("GIT_CONFIG_KEY_")).count();
    let variables = match rewritten {
        0 => "no GIT_CONFIG_KEY_n in the environment".to_owned(),
        some => format!("{some} GIT_CONFIG_KEY_n in the environment"),
    };
    let helper = captured(&mut git(&["config", "--get-all", "credential.helper"]));
    let helper = match helper.map(|said| said.out.trim().replace('\n', ", ")) {
        Ok(names) if !names.is_empty() => format!("the credential helper {names}"),
        _ => "no credential helper in git's configuration".to_owned(),
    };
    format!("{variables}; {helper}")
}
