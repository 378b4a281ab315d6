//! The first way: a clone of the public tree, and a `.cargo/private.toml` of the customer's own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use loopback::Desk;

use crate::said::{Said, run, write};
use crate::vendor::{Vendor, root, token};

/// A customer's clone, and the desk that they work at. Several customers use one folder, one after the other: built
/// once, the engine is there for all.
struct Clone<'a> {
    vendor: &'a Vendor,
    desk: Desk,
    folder: PathBuf,
    set: Vec<(String, String)>,
}

impl<'a> Clone<'a> {
    /// A new customer at a clean clone, with nothing but this file.
    fn new(vendor: &'a Vendor, private: &str) -> Self {
        let desk = Desk::new(&root()).unwrap();
        let folder = vendor.desk.path().join("clone");
        let clone = Self { vendor, desk, folder, set: Vec::new() };
        if clone.folder.is_dir() {
            run(clone.git().args(["reset", "--quiet", "--hard"])).fine();
            run(clone.git().args(["clean", "--quiet", "-fdx"])).fine();
        } else {
            let mut git = clone.desk.command("git", clone.desk.path());
            run(git.args(["clone", "--quiet", &vendor.http.url("quantmesh")]).arg(&clone.folder)).fine();
        }
        write(&clone.folder.join(".cargo/private.toml"), private);
        clone
    }

    fn with(mut self, set: impl IntoIterator<Item = (String, String)>) -> Self {
        self.set.extend(set);
        self
    }

    fn git(&self) -> Command {
        self.desk.command("git", &self.folder)
    }

    /// What cargo says to these words, spaces between them.
    fn cargo(&self, words: &str) -> Said {
        let mut command = self.desk.cargo(&self.folder);
        command.args(words.split(' ')).envs(self.set.iter().map(|(name, value)| (name, value)));
        self.desk.alone(&mut command, |output| Ok(output.into())).unwrap()
    }
}

#[test]
fn explore() {
    let Some(vendor) = Vendor::open() else { return };
    let Some(ssh) = vendor.ssh() else { return };
    let private = format!(
        "[patch.crates-io]\nquantmesh-ai-strategy = {{ git = \"{}\", tag = \"v0.1.0\" }}\nquantmesh-advanced-risk = {{ git = \"{}\", tag = \"v0.1.0\" }}\n",
        ssh.url("ai_strategy"),
        vendor.http.url("advanced_risk"),
    );
    let cli = ("CARGO_NET_GIT_FETCH_WITH_CLI".to_owned(), "true".to_owned());
    for who in ["acme", "birch"] {
        let clone = Clone::new(&vendor, &private)
            .with([cli.clone(), ("GIT_SSH_COMMAND".to_owned(), ssh.command(who))])
            .with(vendor.http.instead_of(who, token(who)));
        let said = clone.cargo("build --features ai_strategy,advanced_risk");
        eprintln!("==== {who} {:?}\n{}\n{}", said.code, said.out, said.err);
        if said.code == Some(0) {
            eprintln!("{}", run(clone.git().args(["diff"])).out);
            let binary = clone.desk.target().join("debug/quantmesh");
            eprintln!("{}", run(Command::new(binary).args(["strategies", "list", "--json"])).out);
            clone.cargo("build --features ai_strategy,advanced_risk --locked --offline").fine();
        }
    }
    for with in [false, true] {
        let mut clone = Clone::new(&vendor, &private);
        if with { clone = clone.with([cli.clone()]) }
        let said = clone.cargo("build --features ai_strategy,advanced_risk");
        eprintln!("==== nobody cli {with} {:?}\n{}\n{}", said.code, said.out, said.err);
    }
    let private = format!(
        "[registries.quantmesh]\nindex = \"{}\"\n[patch.crates-io]\nquantmesh-ai-strategy = {{ version = \"0.1.0\", registry = \"quantmesh\" }}\nquantmesh-advanced-risk = {{ version = \"0.1.0\", registry = \"quantmesh\" }}\n",
        vendor.registry.index(),
    );
    for who in ["acme", "birch", ""] {
        let mut clone = Clone::new(&vendor, &private)
            .with([("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS".to_owned(), "cargo:token".to_owned())]);
        if !who.is_empty() {
            clone = clone.with([("CARGO_REGISTRIES_QUANTMESH_TOKEN".to_owned(), token(who).to_owned())]);
        }
        let said = clone.cargo("build --features ai_strategy,advanced_risk");
        eprintln!("==== registry {who} {:?}\n{}\n{}", said.code, said.out, said.err);
        if said.code == Some(0) {
            eprintln!("{}", run(clone.git().args(["diff"])).out);
            let binary = clone.desk.target().join("debug/quantmesh");
            eprintln!("{}", run(Command::new(binary).args(["strategies", "list", "--json"])).out);
            clone.cargo("build --features ai_strategy,advanced_risk --locked --offline").fine();
        }
    }
    let _ = fs::read("x");
}
