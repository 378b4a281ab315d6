//! The first way: a clone of the public tree, and a `.cargo/private.toml` of the customer's own.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use loopback::SshGit;

use crate::said::{Said, run, write};
use crate::vendor::{PAID, Vendor, assert_clean, assert_clean_folder, newcomer, package, secrets, token};

const BUILD: &str = "build --features ai_strategy,advanced_risk";

/// A customer at a clean clone. Several customers use one folder, one after the other: built once, the engine is there for
/// all of them.
struct Clone<'a> {
    vendor: &'a Vendor,
    folder: PathBuf,
    set: Vec<(String, String)>,
    /// All that cargo has said.
    heard: RefCell<String>,
}

impl<'a> Clone<'a> {
    /// Somebody new, with nothing but this private file.
    fn new(vendor: &'a Vendor, private: &str) -> Self {
        newcomer(&vendor.desk);
        let folder = vendor.desk.path().join("clone");
        let clone = Self { vendor, folder, set: Vec::new(), heard: RefCell::default() };
        if clone.folder.is_dir() {
            run(clone.git().args(["reset", "--quiet", "--hard"])).fine();
            run(clone.git().args(["clean", "--quiet", "-fdx"])).fine();
        } else {
            let mut git = vendor.desk.command("git", vendor.desk.path());
            run(git.args(["clone", "--quiet", &vendor.http.url("quantmesh")]).arg(&clone.folder)).fine();
        }
        write(&clone.folder.join(".cargo/private.toml"), private);
        clone.with("CARGO_NET_RETRY", "0")
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set.push((name.to_owned(), value.into()));
        self
    }

    /// With the keys and the token of a customer, each in a variable.
    fn with_keys_of(mut self, customer: &str, ssh: &SshGit) -> Self {
        self.set.extend(self.vendor.http.instead_of(customer, token(customer)));
        self.with("CARGO_NET_GIT_FETCH_WITH_CLI", "true").with("GIT_SSH_COMMAND", ssh.command(customer))
    }

    /// From here on without any variable.
    fn without_credentials(mut self) -> Self {
        self.set.clear();
        self
    }

    fn git(&self) -> Command {
        self.vendor.desk.command("git", &self.folder)
    }

    /// What cargo says to these words, which have one space between them.
    fn cargo(&self, words: &str) -> Said {
        let mut command = self.vendor.desk.cargo(&self.folder);
        command.args(words.split(' ')).envs(self.set.iter().map(|(name, value)| (name, value)));
        let said: Said = self.vendor.desk.alone(&mut command, |output| Ok(output.into())).unwrap();
        self.heard.borrow_mut().push_str(&format!("{}{}", said.out, said.err));
        said
    }

    fn lock(&self) -> String {
        fs::read_to_string(self.folder.join("Cargo.lock")).unwrap()
    }

    fn binary(&self) -> PathBuf {
        self.vendor.desk.target().join("debug/quantmesh")
    }

    /// The paid strategies in the binary, with version and source.
    fn paid(&self) -> Vec<(String, String, String)> {
        let mut command = self.vendor.desk.command(&self.binary().display().to_string(), &self.folder);
        let said = run(command.args(["strategies", "list", "--json"])).fine();
        let rows: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
        let paid = rows.as_array().unwrap().iter().filter(|row| row["tier"] == "paid");
        paid.map(|row| (text(row, "id"), text(row, "version"), text(row, "source"))).collect()
    }

    /// No secret is in what was said, in the tree with its lock, or in the binary.
    fn assert_clean(&self, secrets: &[String]) {
        assert_clean(secrets, "what cargo said", self.heard.borrow().as_bytes());
        assert_clean(secrets, "the binary", &fs::read(self.binary()).unwrap());
        for file in ["Cargo.lock", ".cargo/private.toml"] {
            assert_clean(secrets, file, &fs::read(self.folder.join(file)).unwrap());
        }
    }
}

fn slots(rows: &[(&str, String)]) -> String {
    let rows: String =
        rows.iter().map(|(id, source)| format!("{} = {{ {source} }}\n", package(id))).collect();
    format!("[patch.crates-io]\n{rows}")
}

fn git(url: &str) -> String {
    format!("git = \"{url}\", tag = \"v0.1.0\"")
}

/// Without the user in front of the host.
fn public(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    format!("{scheme}://{}", rest.split_once('@').map_or(rest, |(_, rest)| rest))
}

#[test]
fn a_clone_of_the_public_tree_builds_with_what_was_bought() {
    let Some(vendor) = Vendor::open() else { return };
    let Some(ssh) = vendor.ssh() else { return };
    let secrets = secrets(&ssh);
    both_over_ssh_and_http(&vendor, &ssh, &secrets);
    one_over_ssh(&vendor, &ssh, &secrets);
    cargo_s_own_ssh_with_an_agent(&vendor, &ssh, &secrets);
    refused_by_git(&vendor, &ssh, &secrets);
    from_the_registry(&vendor, &secrets);
    by_a_credential_provider(&vendor, &secrets);
    from_a_folder(&vendor, &secrets);
}

fn both_over_ssh_and_http(vendor: &Vendor, ssh: &SshGit, secrets: &[String]) {
    let (ai, risk) = (ssh.url("ai_strategy"), vendor.http.url("advanced_risk"));
    let private = slots(&[("ai_strategy", git(&ai)), ("advanced_risk", git(&risk))]);
    let clone = Clone::new(vendor, &private).with_keys_of("acme", ssh);
    clone.cargo(BUILD).fine();
    let lock = clone.lock();
    for (id, url) in [("ai_strategy", &ai), ("advanced_risk", &risk)] {
        let source = format!("source = \"git+{url}?tag=v0.1.0#{}\"", vendor.commit(id));
        assert!(lock.contains(&source), "no {source} in\n{lock}");
    }
    let source = |id: &str, url: &str| format!("git+{}?tag=v0.1.0#{}", public(url), vendor.commit(id));
    let version = || "0.1.0".to_owned();
    assert_eq!(
        clone.paid(),
        [
            ("advanced_risk".to_owned(), version(), source("advanced_risk", &risk)),
            ("ai_strategy".to_owned(), version(), source("ai_strategy", &ai)),
        ]
    );
    clone.assert_clean(secrets);
    assert!(assert_clean_folder(secrets, &vendor.desk.cargo_home().join("git")) > 20);
    // What is here stays buildable: without keys, and when nothing may be read any more.
    let clone = clone.without_credentials();
    clone.cargo(&format!("{BUILD} --locked --offline")).fine();
    assert_eq!(clone.lock(), lock);
    // All that git sees is the lock: the private file is not the public tree's business.
    assert_eq!(run(clone.git().args(["status", "--porcelain"])).fine().out, " M Cargo.lock\n");
}

fn one_over_ssh(vendor: &Vendor, ssh: &SshGit, secrets: &[String]) {
    let url = ssh.url("advanced_risk");
    let clone = Clone::new(vendor, &slots(&[("advanced_risk", git(&url))])).with_keys_of("birch", ssh);
    clone.cargo("build --features advanced_risk").fine();
    let source = format!("git+{}?tag=v0.1.0#{}", public(&url), vendor.commit("advanced_risk"));
    assert_eq!(clone.paid(), [("advanced_risk".to_owned(), "0.1.0".to_owned(), source)]);
    assert!(!clone.lock().contains("ai_strategy.git"));
    clone
        .cargo(BUILD)
        .refused()
        .says("error: the feature `ai_strategy` is sold, and this tree holds only its placeholder")
        .says("quantmesh-ai-strategy = { git = \"ssh://git@vendor.example/ai_strategy.git\", tag = \"v0.1.0\" }")
        .says("could not compile `quantmesh-ai-strategy`");
    clone.assert_clean(secrets);
}

/// Without `CARGO_NET_GIT_FETCH_WITH_CLI`, cargo speaks ssh itself, and knows agents and the known hosts of the home folder.
fn cargo_s_own_ssh_with_an_agent(vendor: &Vendor, ssh: &SshGit, secrets: &[String]) {
    let clone = Clone::new(vendor, &slots(&[("ai_strategy", git(&ssh.url("ai_strategy")))]));
    clone.cargo("fetch").refused().says("error: unknown SSH host key");
    write(&vendor.desk.home().join(".ssh/known_hosts"), &fs::read_to_string(ssh.known_hosts()).unwrap());
    clone.cargo("fetch").refused().says("no authentication methods succeeded");
    let agent = loopback::Agent::start(&vendor.desk, &ssh.key("acme")).unwrap();
    let clone = clone.with("SSH_AUTH_SOCK", agent.socket().display().to_string());
    clone.cargo("fetch").fine();
    assert!(clone.lock().contains(vendor.commit("ai_strategy")));
    clone.assert_clean(secrets);
}

fn refused_by_git(vendor: &Vendor, ssh: &SshGit, secrets: &[String]) {
    let over_ssh = Clone::new(vendor, &slots(&[("ai_strategy", git(&ssh.url("ai_strategy")))]));
    over_ssh
        .with_keys_of("birch", ssh)
        .cargo("fetch")
        .refused()
        .says("birch has not bought this: git-upload-pack '/ai_strategy.git'")
        .says(&format!("unable to update {}?tag=v0.1.0", ssh.url("ai_strategy")));
    let over_http = slots(&[("ai_strategy", git(&vendor.http.url("ai_strategy")))]);
    let birch = Clone::new(vendor, &over_http).with_keys_of("birch", ssh);
    birch.cargo("fetch").refused().says("birch has not bought ai_strategy").says("error: 403");
    birch.assert_clean(secrets);
    let nobody = Clone::new(vendor, &over_http);
    // Even a build that asks for nothing private: cargo reads every patch.
    nobody
        .cargo("build")
        .refused()
        .says("failed to authenticate when downloading repository")
        .says("attempted to find username/password via git's `credential.helper` support, but failed");
}

/// The private file of somebody who gets crates from the vendor's registry.
fn registry(vendor: &Vendor, ids: &[&str]) -> String {
    let rows: Vec<_> =
        ids.iter().map(|id| (*id, "version = \"0.1.0\", registry = \"vendor\"".to_owned())).collect();
    format!("[registries.vendor]\nindex = \"{}\"\n{}", vendor.registry.index(), slots(&rows))
}

fn from_the_registry(vendor: &Vendor, secrets: &[String]) {
    let with_token = |customer: &str, ids: &[&str]| {
        Clone::new(vendor, &registry(vendor, ids))
            .with("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS", "cargo:token")
            .with("CARGO_REGISTRIES_VENDOR_TOKEN", token(customer))
    };
    let birch = with_token("birch", &PAID);
    birch.cargo(BUILD).refused().says("got 403").says(
        "birch has no licence for quantmesh-ai-strategy; buy or renew it at http://vendor.example/renew",
    );
    birch.assert_clean(secrets);
    Clone::new(vendor, &registry(vendor, &PAID))
        .cargo(BUILD)
        .refused()
        .says("registry `vendor`")
        .says("credential");
    let acme = with_token("acme", &PAID);
    acme.cargo(BUILD).fine();
    let row = |id: &str| (id.to_owned(), "0.1.0".to_owned(), vendor.registry.index());
    assert_eq!(acme.paid(), PAID.map(row));
    acme.assert_clean(secrets);
    // The licence lapses: what is here still builds, and asks nobody.
    vendor.customers.withdraw("acme");
    let acme = acme.without_credentials();
    acme.cargo(&format!("{BUILD} --locked --offline")).fine();
    vendor.grant("acme");
}

fn by_a_credential_provider(vendor: &Vendor, secrets: &[String]) {
    // `cargo login` keeps the token in cargo's home, and nowhere else.
    let clone = Clone::new(vendor, &registry(vendor, &["advanced_risk"]))
        .with("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS", "cargo:token");
    let mut login = vendor.desk.cargo(&clone.folder);
    login
        .args(["login", "--registry", "vendor"])
        .env("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS", "cargo:token");
    let said = crate::said::typed(&mut login, &format!("{}\n", token("birch"))).fine();
    assert_clean(secrets, "cargo login", format!("{}{}", said.out, said.err).as_bytes());
    let kept = fs::read_to_string(vendor.desk.cargo_home().join("credentials.toml")).unwrap();
    assert!(kept.contains(token("birch")));
    clone.cargo("fetch").fine();
    clone.assert_clean(secrets);

    // Any program that prints a token will do: a password manager, for one.
    let clone = Clone::new(vendor, &registry(vendor, &["advanced_risk"]));
    let safe = vendor.desk.home().join("safe.txt");
    write(&safe, &format!("{}\n", token("birch")));
    let provider = format!("cargo:token-from-stdout cat {}", safe.display());
    let clone = clone.with("CARGO_REGISTRIES_VENDOR_CREDENTIAL_PROVIDER", provider);
    clone.cargo("fetch").fine();
    clone.assert_clean(secrets);
}

fn from_a_folder(vendor: &Vendor, secrets: &[String]) {
    let clone = Clone::new(vendor, &slots(&[("ai_strategy", "path = \"private/ai_strategy\"".to_owned())]));
    let mut copy = vendor.desk.command("cp", &clone.folder);
    fs::create_dir(clone.folder.join("private")).unwrap();
    run(copy.arg("-r").arg(vendor.vended("ai_strategy")).arg("private/")).fine();
    clone.cargo("build --features ai_strategy").fine();
    assert_eq!(clone.paid(), [("ai_strategy".to_owned(), "0.1.0".to_owned(), "this tree".to_owned())]);
    clone.cargo("build --features ai_strategy --locked --offline").fine();
    assert_eq!(run(clone.git().args(["status", "--porcelain"])).fine().out, " M Cargo.lock\n");
    clone.assert_clean(secrets);
}
