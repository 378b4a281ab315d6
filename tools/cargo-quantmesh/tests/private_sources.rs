//! The second way: a build file whose sources are private, over real servers, for two customers of one engine.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it should be"
)]

#[expect(dead_code, reason = "the tests of the first way use the rest")]
#[path = "../../loopback/tests/it/said.rs"]
mod said;
#[path = "../../loopback/tests/it/vendor.rs"]
mod vendor;

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use loopback::{Agent, SshGit};
use serde_json::Value;

use said::{Said, run, write};
use vendor::{Vendor, assert_clean, assert_clean_folder, newcomer, secrets, token};

/// A customer's folder with a build file in it.
struct Project<'a> {
    vendor: &'a Vendor,
    folder: PathBuf,
    set: Vec<(String, String)>,
    /// All that the tool has said.
    heard: RefCell<String>,
}

impl<'a> Project<'a> {
    /// Somebody new, with nothing but this file: the engine from its public repository, and these strategies.
    fn new(vendor: &'a Vendor, customer: &str, strategies: &[(&str, String)]) -> Self {
        newcomer(&vendor.desk);
        let folder = vendor.desk.path().join("project");
        let _ = fs::remove_dir_all(&folder);
        let rows: String = strategies.iter().map(|(id, source)| format!("{id} = {{ {source} }}\n")).collect();
        let text = format!(
            "features = [\"grid\"]\n[engine]\ngit = \"{}\"\ntag = \"v0.1.0\"\n[strategies]\n{rows}[build]\nprofile = \"dev\"\ncustomer = \"{customer}\"\n",
            vendor.http.url("quantmesh"),
        );
        write(&folder.join("quantmesh.build.toml"), &text);
        let project = Self { vendor, folder, set: Vec::new(), heard: RefCell::default() };
        project.with("CARGO_NET_RETRY", "0")
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set.push((name.to_owned(), value.into()));
        self
    }

    /// With the token of a customer for git over http.
    fn with_token(mut self, customer: &str) -> Self {
        self.set.extend(self.vendor.http.instead_of(customer, token(customer)));
        self
    }

    fn without_credentials(mut self) -> Self {
        self.set.clear();
        self
    }

    /// What the tool says to these words, which have one space between them.
    fn says(&self, words: &str) -> Said {
        let mut command = self.vendor.desk.command(env!("CARGO_BIN_EXE_cargo-quantmesh"), &self.folder);
        command
            .arg("quantmesh")
            .args(words.split(' '))
            .envs(self.set.iter().map(|(name, value)| (name, value)));
        let said: Said = self.vendor.desk.alone(&mut command, |output| Ok(output.into())).unwrap();
        self.heard.borrow_mut().push_str(&format!("{}{}", said.out, said.err));
        said
    }

    /// The preflight refuses before anything is compiled, with exactly this complaint, but for what cargo says: its words
    /// change with its version. Returns those.
    #[track_caller]
    fn refuses(&self, words: &str, complaint: &str) -> String {
        let said = self.says(words);
        assert_eq!(said.code, Some(4), "{}\n{}", said.out, said.err);
        let (_, found) = said.err.split_once("error: ").unwrap();
        let (before, cargo, after) = match found.split_once("  cargo says: ") {
            Some((before, rest)) => {
                let (cargo, after) = rest.split_once("  tried: ").unwrap();
                (before, cargo, format!("  tried: {after}"))
            }
            None => (found, "", String::new()),
        };
        assert_eq!(format!("{before}{after}").trim_end(), format!("{complaint}\n\nnothing was compiled"));
        assert!(!said.err.contains("Compiling"), "{}", said.err);
        cargo.to_owned()
    }

    /// The paid strategies in the binary that was built.
    fn paid(&self) -> Vec<String> {
        let binary = self.folder.join("dist/quantmesh");
        let mut command: Command = self.vendor.desk.command(&binary.display().to_string(), &self.folder);
        let said = run(command.args(["strategies", "list", "--json"])).fine();
        let rows: Value = serde_json::from_str(&said.out).unwrap();
        let paid = rows.as_array().unwrap().iter().filter(|row| row["tier"] == "paid");
        paid.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }

    fn receipt(&self) -> Value {
        serde_json::from_slice(&fs::read(self.folder.join("dist/quantmesh.receipt.json")).unwrap()).unwrap()
    }

    /// No secret is in what was said, nor in any file of the project: build file, lock, host, sources, receipt, binary.
    fn assert_clean(&self, secrets: &[String]) {
        assert_clean(secrets, "what the tool said", self.heard.borrow().as_bytes());
        assert_clean_folder(secrets, &self.folder);
    }
}

fn git(url: &str) -> String {
    format!("git = \"{url}\", tag = \"v0.1.0\"")
}

fn registry() -> String {
    "version = \"0.1.0\", registry = \"vendor\"".to_owned()
}

/// What git adds to every refusal over ssh.
const NO_REPOSITORY: &str = "fatal: Could not read from remote repository.\n    \
                             Please make sure you have the correct access rights\n    \
                             and the repository exists.";

/// How to give a registry a token.
const LOG_IN: &str = "`export CARGO_REGISTRIES_VENDOR_TOKEN=...` with `[registry] global-credential-providers = \
                      [\"cargo:token\"]`, or `cargo login --registry vendor`, or a credential provider in cargo's \
                      configuration";

/// How to give git a token for an address.
fn give_a_token(url: &str) -> String {
    let host = url.split('/').nth(2).unwrap();
    format!(
        "give a token by a git credential helper, or for this shell: `export GIT_CONFIG_COUNT=1 \
         GIT_CONFIG_KEY_0=url.http://USER:TOKEN@{host}/.insteadOf GIT_CONFIG_VALUE_0=http://{host}/`; if it was given, \
         ask the vendor whether it still holds and covers this repository"
    )
}

fn no_token(url: &str) -> String {
    format!(
        "advanced_risk: no access to {url} (tag v0.1.0)\n  \
         what: the server asks for a user name and password or token (401), and none, or a wrong one, was given\n  \
         git says: fatal: could not read Username for 'http://{}': terminal prompts disabled\n  \
         tried: no GIT_CONFIG_KEY_n in the environment; no credential helper in git's configuration\n  \
         do: {}",
        url.split('/').nth(2).unwrap(),
        give_a_token(url)
    )
}

fn no_key(url: &str, command: &str) -> String {
    let login = url.split(['/', ':']).nth(3).unwrap();
    format!(
        "ai_strategy: no access to {url} (tag v0.1.0)\n  \
         what: the server refused every key that ssh offered\n  \
         git says: {login}: Permission denied (publickey).\n    \
         {NO_REPOSITORY}\n  \
         tried: GIT_SSH_COMMAND=\"{command}\"; no agent (SSH_AUTH_SOCK is not set); \
         the key files that ssh looks for by itself\n  \
         do: add the key you were given to the agent: `eval \"$(ssh-agent)\"` and `ssh-add KEYFILE`; or name it: \
         `export GIT_SSH_COMMAND=\"ssh -i KEYFILE -o IdentitiesOnly=yes\"`. Cargo follows with \
         CARGO_NET_GIT_FETCH_WITH_CLI=true, which this tool sets"
    )
}

/// A customer's key as an agent lists it.
fn fingerprint(vendor: &Vendor, ssh: &SshGit, customer: &str) -> String {
    let mut command = vendor.desk.command("ssh-keygen", vendor.desk.path());
    run(command.arg("-lf").arg(ssh.key(customer))).fine().out.trim().to_owned()
}

#[test]
fn a_build_file_builds_from_private_sources() {
    let Some(vendor) = Vendor::open() else { return };
    let Some(ssh) = vendor.ssh() else { return };
    let secrets = secrets(&ssh);
    refused_without_access(&vendor, &ssh, &secrets);
    both_over_ssh_and_http(&vendor, &ssh, &secrets);
    one_with_an_agent(&vendor, &ssh, &secrets);
    from_the_registry(&vendor, &secrets);
}

fn refused_without_access(vendor: &Vendor, ssh: &SshGit, secrets: &[String]) {
    let (ai, risk) = (ssh.url("ai_strategy"), vendor.http.url("advanced_risk"));
    let nobody = Project::new(vendor, "NOBODY", &[("ai_strategy", git(&ai)), ("advanced_risk", git(&risk))])
        .with("GIT_SSH_COMMAND", ssh.command_without_key());
    let complaint = format!("{}\n\n{}", no_token(&risk), no_key(&ai, &ssh.command_without_key()));
    nobody.refuses("build", &complaint);
    nobody.assert_clean(secrets);
}

fn both_over_ssh_and_http(vendor: &Vendor, ssh: &SshGit, secrets: &[String]) {
    let (ai, risk) = (ssh.url("ai_strategy"), vendor.http.url("advanced_risk"));
    let acme = Project::new(vendor, "ACME", &[("ai_strategy", git(&ai)), ("advanced_risk", git(&risk))])
        .with_token("acme")
        .with("GIT_SSH_COMMAND", ssh.command("acme"));
    acme.says("build").fine();
    assert_eq!(acme.paid(), ["advanced_risk", "ai_strategy"]);
    let receipt = acme.receipt();
    assert_eq!(receipt["customer"], "ACME");
    assert_eq!(receipt["engine"]["commit"], vendor.commit("quantmesh"));
    for part in receipt["strategies"].as_array().unwrap() {
        assert_eq!(part["commit"], vendor.commit(part["id"].as_str().unwrap()));
    }
    acme.assert_clean(secrets);
    // The access lapses: a build of what is here asks nobody, and one that asks is told why not.
    vendor.customers.withdraw("acme");
    let lapsed = acme.without_credentials();
    lapsed.says("build --offline").fine();
    let lapsed =
        lapsed.with_token("acme").with("GIT_SSH_COMMAND", ssh.command("acme")).with("CARGO_NET_RETRY", "0");
    let complaint = format!(
        "advanced_risk: no access to {risk} (tag v0.1.0)\n  \
         what: the server knows who asks, and does not allow it (403)\n  \
         git says: remote: acme has not bought advanced_risk; renew at vendor.example\n    \
         fatal: unable to access '{risk}/': The requested URL returned error: 403\n  \
         tried: 1 GIT_CONFIG_KEY_n in the environment; no credential helper in git's configuration\n  \
         do: {}",
        give_a_token(&risk)
    );
    lapsed.refuses("check", &complaint);
    lapsed.assert_clean(secrets);
    vendor.grant("acme");
}

fn one_with_an_agent(vendor: &Vendor, ssh: &SshGit, secrets: &[String]) {
    let agent = Agent::start(&vendor.desk, &ssh.key("birch")).unwrap();
    let birch = |strategies: &[(&str, String)]| {
        Project::new(vendor, "BIRCH", strategies)
            .with("GIT_SSH_COMMAND", ssh.command_without_key())
            .with("SSH_AUTH_SOCK", agent.socket().display().to_string())
    };
    let ai = ssh.url("ai_strategy");
    let both = birch(&[("ai_strategy", git(&ai)), ("advanced_risk", git(&ssh.url("advanced_risk")))]);
    let complaint = format!(
        "ai_strategy: no access to {ai} (tag v0.1.0)\n  \
         what: the server let a key in, and does not give it this repository\n  \
         git says: birch has not bought this: git-upload-pack '/ai_strategy.git'\n    \
         {NO_REPOSITORY}\n  \
         tried: GIT_SSH_COMMAND=\"{}\"; the agent's keys: {}; the key files that ssh looks for by itself\n  \
         do: ask its owner to give your key access to this repository; or name the key that has it: \
         `export GIT_SSH_COMMAND=\"ssh -i KEYFILE -o IdentitiesOnly=yes\"`",
        ssh.command_without_key(),
        fingerprint(vendor, ssh, "birch"),
    );
    both.refuses("build", &complaint);
    both.assert_clean(secrets);
    let one = birch(&[("advanced_risk", git(&ssh.url("advanced_risk")))]);
    one.says("build").fine();
    assert_eq!(one.paid(), ["advanced_risk"]);
    assert_eq!(one.receipt()["engine"]["commit"], vendor.commit("quantmesh"));
    one.assert_clean(secrets);
}

fn from_the_registry(vendor: &Vendor, secrets: &[String]) {
    let customer = |ids: &[&str]| {
        let rows: Vec<_> = ids.iter().map(|id| (*id, registry())).collect();
        let project = Project::new(vendor, "BIRCH", &rows);
        let config = format!(
            "[registries.vendor]\nindex = \"{}\"\n[registry]\nglobal-credential-providers = [\"cargo:token\"]\n",
            vendor.registry.index()
        );
        write(&project.folder.join(".cargo/config.toml"), &config);
        project
    };
    let said = customer(&["advanced_risk"]).refuses(
        "build",
        &format!(
            "advanced_risk: no access to quantmesh-advanced-risk 0.1.0 in the registry vendor\n  \
             what: the registry asks for a token, and none was given\n  \
             tried: CARGO_REGISTRIES_VENDOR_TOKEN is not set, and cargo's credential providers\n  \
             do: {LOG_IN}"
        ),
    );
    assert!(
        said.contains("no token found for `vendor`, please run `cargo login --registry vendor`"),
        "{said}"
    );
    let birch = customer(&["ai_strategy"]).with("CARGO_REGISTRIES_VENDOR_TOKEN", token("birch"));
    let said = birch.refuses(
        "build",
        "ai_strategy: no access to quantmesh-ai-strategy 0.1.0 in the registry vendor\n  \
         what: the registry knows who asks, and does not allow it (403)\n  \
         tried: CARGO_REGISTRIES_VENDOR_TOKEN is set, and cargo's credential providers\n  \
         do: what the server says above is from its owner; ask there",
    );
    let renew =
        "birch has no licence for quantmesh-ai-strategy; buy or renew it at http://vendor.example/renew";
    assert!(said.contains(renew), "{said}");
    birch.assert_clean(secrets);
    let wrong = customer(&["advanced_risk"]).with("CARGO_REGISTRIES_VENDOR_TOKEN", "guessed-token");
    let said = wrong.refuses(
        "check",
        &format!(
            "advanced_risk: no access to quantmesh-advanced-risk 0.1.0 in the registry vendor\n  \
             what: the registry refused the token (401)\n  \
             tried: CARGO_REGISTRIES_VENDOR_TOKEN is set, and cargo's credential providers\n  \
             do: ask its owner whether the token still holds; give it: {LOG_IN}"
        ),
    );
    assert!(said.contains("token rejected for `vendor`"), "{said}");
    assert!(!said.contains("guessed-token"), "{said}");
    let birch = customer(&["advanced_risk"]).with("CARGO_REGISTRIES_VENDOR_TOKEN", token("birch"));
    birch.says("build").fine();
    assert_eq!(birch.paid(), ["advanced_risk"]);
    birch.assert_clean(secrets);
    let birch = customer(&["advanced_risk"]);
    let safe = vendor.desk.home().join("safe.txt");
    write(&safe, token("birch"));
    let provider = format!("cargo:token-from-stdout cat {}", safe.display());
    let birch = birch.with("CARGO_REGISTRIES_VENDOR_CREDENTIAL_PROVIDER", provider);
    birch.says("check").fine();
    birch.assert_clean(secrets);
}
