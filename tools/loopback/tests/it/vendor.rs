//! A vendor with everything there is to deliver: the public tree, and two paid crates as their customers get them.

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use loopback::{Customers, Desk, HttpGit, Registry, Repositories, SshGit};
use xtask::publish::{placeholder_in, publish};
use xtask::vend::{Delivery, Order, vend};

/// What is sold in these tests.
pub(crate) const PAID: [&str; 2] = ["advanced_risk", "ai_strategy"];

/// The two customers: the first has bought both crates, the second `advanced_risk` only.
pub(crate) const CUSTOMERS: [&str; 2] = ["acme", "birch"];

/// A vendor's places, on loopback.
pub(crate) struct Vendor {
    pub(crate) desk: Desk,
    pub(crate) customers: Customers,
    pub(crate) repositories: Repositories,
    pub(crate) http: HttpGit,
    pub(crate) registry: Registry,
    /// The commit of each paid crate and of the engine, by name.
    pub(crate) commits: Vec<(String, String)>,
}

/// The tree that these tests run in.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

impl Vendor {
    /// Opens one; `None` in the public tree, which has nothing to sell.
    pub(crate) fn open() -> Option<Self> {
        let root = root();
        if let Some(feature) = placeholder_in(&root).unwrap() {
            let why = format!(
                "passed over: strategies/{feature} holds a placeholder, so there is nothing to deliver"
            );
            writeln!(io::stderr().lock(), "{why}").unwrap();
            return None;
        }
        let desk = Desk::new(&root, "plain").unwrap();
        let repositories = Repositories::new(&desk).unwrap();
        let customers = Customers::default();
        let http = HttpGit::start(&repositories, &customers, &["quantmesh"]).unwrap();
        let registry = Registry::start(&customers).unwrap();
        let tree = desk.path().join("public");
        publish(&root, &tree).unwrap();
        let mut vendor = Self { desk, customers, repositories, http, registry, commits: Vec::new() };
        vendor.release("quantmesh", &tree);
        for id in PAID {
            let crate_ = vendor.vended(id);
            vendor.release(id, &crate_);
            vendor.registry.publish(&vendor.desk, &crate_).unwrap();
        }
        CUSTOMERS.iter().for_each(|name| vendor.grant(name));
        Some(vendor)
    }

    /// The folder of a paid crate as it is delivered.
    pub(crate) fn vended(&self, id: &str) -> PathBuf {
        let out = self.desk.path().join("vended").join(id);
        if !out.is_dir() {
            let order = Order { customer: "Everybody Ltd".to_owned(), number: "2026-1".to_owned() };
            let delivery = Delivery { id: id.to_owned(), registry: None, order: Some(order) };
            fs::create_dir_all(out.parent().unwrap()).unwrap();
            vend(&root(), &delivery, &out).unwrap();
        }
        out
    }

    fn release(&mut self, name: &str, folder: &Path) {
        let commit = self.repositories.release(&self.desk, name, folder, "v0.1.0").unwrap();
        self.commits.push((name.to_owned(), commit));
    }

    /// The commit of the only release of a repository.
    pub(crate) fn commit(&self, name: &str) -> &str {
        self.commits.iter().find(|(known, _)| known == name).map(|(_, commit)| commit.as_str()).unwrap()
    }

    /// Lets a customer see what they have bought.
    pub(crate) fn grant(&self, name: &str) {
        self.customers.grant(name, token(name), self.bought(name).iter().flat_map(|id| [*id, package(id)]));
    }

    /// What a customer has bought.
    pub(crate) fn bought(&self, customer: &str) -> &'static [&'static str] {
        if customer == "acme" { &PAID } else { &["advanced_risk"] }
    }

    /// The same repositories over ssh, a deploy key for each customer; `None` where there is no sshd.
    pub(crate) fn ssh(&self) -> Option<SshGit> {
        let customers = CUSTOMERS.map(|name| (name, self.bought(name)));
        SshGit::start(&self.desk, &self.repositories, &customers).unwrap()
    }
}

/// Somebody new sits down at a desk: no credentials, and nothing fetched but the crates that everybody may have. The folder
/// stays the same, so what is compiled already need not be compiled again.
pub(crate) fn newcomer(desk: &Desk) {
    for folder in [desk.home(), desk.cargo_home().join("git")] {
        let _ = fs::remove_dir_all(folder);
    }
    fs::create_dir_all(desk.home()).unwrap();
    let _ = fs::remove_file(desk.cargo_home().join("credentials.toml"));
    for part in ["index", "cache", "src"] {
        for registry in fs::read_dir(desk.cargo_home().join("registry").join(part)).into_iter().flatten() {
            let registry = registry.unwrap();
            if registry.file_type().unwrap().is_dir()
                && registry.file_name().to_string_lossy().starts_with("127.0.0.1-")
            {
                fs::remove_dir_all(registry.path()).unwrap();
            }
        }
    }
}

/// The package of a paid crate.
pub(crate) fn package(id: &str) -> &'static str {
    match id {
        "ai_strategy" => "quantmesh-ai-strategy",
        _ => "quantmesh-advanced-risk",
    }
}

/// What must be nowhere: the tokens and the private keys.
pub(crate) fn secrets(ssh: &SshGit) -> Vec<String> {
    let mut found = Vec::new();
    for name in CUSTOMERS {
        found.push(token(name).to_owned());
        let key = fs::read_to_string(ssh.key(name)).unwrap();
        // The first lines of a key are nearly the same in all keys, and the last one is short.
        found.extend(key.lines().skip(2).filter(|line| line.len() > 40).map(str::to_owned));
    }
    assert!(found.len() > 4, "a key has several lines");
    found
}

/// None of the secrets is in these bytes.
#[track_caller]
pub(crate) fn assert_clean(secrets: &[String], what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{what} holds `{secret}`");
    }
}

/// None of the secrets is in any file below a folder, git's own files and whatever is hidden included.
pub(crate) fn assert_clean_folder(secrets: &[String], folder: &Path) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files += assert_clean_folder(secrets, &path);
        } else {
            assert_clean(secrets, &path.display().to_string(), &fs::read(&path).unwrap());
            files += 1;
        }
    }
    files
}

/// The token of a customer, another one in every run: what stands in a source could not be told from a leak.
pub(crate) fn token(customer: &str) -> &'static str {
    static TOKENS: LazyLock<[String; 2]> = LazyLock::new(|| {
        let chance = RandomState::new();
        CUSTOMERS.map(|name| format!("qm_{:016x}", chance.hash_one(name)))
    });
    let place = CUSTOMERS.iter().position(|name| *name == customer).unwrap();
    &TOKENS[place]
}
