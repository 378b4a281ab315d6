//! Each server by itself: who gets in, who does not, and that nothing is left when it ends.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use loopback::{Agent, Customers, Desk, HttpGit, Registry, Repositories, SshGit};

use crate::said::{Said, run, write};

fn desk() -> Desk {
    Desk::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), "plain").unwrap()
}

/// Two repositories, `gold` and `silver`.
fn repositories(desk: &Desk) -> Repositories {
    let repositories = Repositories::new(desk).unwrap();
    for name in ["gold", "silver"] {
        let folder = desk.path().join(name);
        write(&folder.join("README.md"), name);
        repositories.release(desk, name, &folder, "v1.0.0").unwrap();
    }
    repositories
}

/// `git ls-remote` at a desk.
fn look(desk: &Desk, url: &str) -> Command {
    let mut command = desk.command("git", desk.path());
    command.args(["ls-remote", "--tags", url]);
    command
}

/// Nobody listens at this address any more.
#[track_caller]
fn gone(url: &str) {
    let place = url.split("://").nth(1).unwrap().split('/').next().unwrap();
    let place = place.rsplit('@').next().unwrap();
    assert!(TcpStream::connect(place).is_err(), "{place} still answers");
}

#[test]
fn a_repository_is_the_same_commit_wherever_it_is_made() {
    let commit = |text: &str| {
        let desk = desk();
        write(&desk.path().join("x/file"), text);
        let repositories = Repositories::new(&desk).unwrap();
        repositories.release(&desk, "x", &desk.path().join("x"), "v1").unwrap()
    };
    assert_eq!(commit("1"), commit("1"));
    assert_ne!(commit("1"), commit("2"));
}

#[test]
fn ssh_lets_a_key_read_what_it_was_made_for() {
    let desk = desk();
    let repositories = repositories(&desk);
    let customers: &[(&str, &[&str])] = &[("both", &["gold", "silver"]), ("one", &["gold"])];
    let Some(ssh) = SshGit::start(&desk, &repositories, customers).unwrap() else { return };
    let with = |customer: &str, name: &str| -> Said {
        run(look(&desk, &ssh.url(name)).env("GIT_SSH_COMMAND", ssh.command(customer)))
    };
    with("both", "gold").fine().says("refs/tags/v1.0.0");
    with("both", "silver").fine().says("refs/tags/v1.0.0");
    with("one", "gold").fine().says("refs/tags/v1.0.0");
    with("one", "silver").refused().says("one has not bought this: git-upload-pack '/silver.git'");
    // Out of the folder and back in is another way to write the same name.
    with("one", "../repositories/silver").refused().says("one has not bought this");

    let mut shell = desk.command("sh", desk.path());
    let place = ssh.url("gold").replace("/gold.git", "");
    shell.arg("-c").arg(format!("{} {place} id", ssh.command("both")));
    run(&mut shell).refused().says("both has not bought this: id");

    run(look(&desk, &ssh.url("gold")).env("GIT_SSH_COMMAND", ssh.command_without_key()))
        .refused()
        .says("Permission denied (publickey)");
    let agent = Agent::start(&desk, &ssh.key("one")).unwrap();
    run(look(&desk, &ssh.url("gold"))
        .env("GIT_SSH_COMMAND", ssh.command_without_key())
        .env("SSH_AUTH_SOCK", agent.socket()))
    .fine()
    .says("refs/tags/v1.0.0");
    let socket: PathBuf = agent.socket().to_owned();
    drop(agent);
    assert!(std::os::unix::net::UnixStream::connect(socket).is_err(), "the agent still answers");

    assert!(ssh.log().unwrap().contains("Accepted publickey"));
    let url = ssh.url("gold");
    drop(ssh);
    gone(&url);
}

#[test]
fn http_asks_who_you_are_and_what_you_have_bought() {
    let desk = desk();
    let repositories = repositories(&desk);
    let customers = Customers::default();
    customers.grant("one", "token-of-one", ["gold"]);
    let http = HttpGit::start(&repositories, &customers, &[]).unwrap();
    let with = |user: &str, token: &str, name: &str| -> Said {
        run(look(&desk, &http.url(name)).envs(http.instead_of(user, token)))
    };
    with("one", "token-of-one", "gold").fine().says("refs/tags/v1.0.0");
    with("one", "token-of-one", "silver").refused().says("error: 403").says("one has not bought silver");
    with("one", "guessed", "gold").refused().says("Authentication failed");
    with("other", "token-of-one", "gold").refused().says("Authentication failed");
    run(&mut look(&desk, &http.url("gold"))).refused().says("could not read Username");

    let clone = desk.path().join("clone");
    let mut command = desk.command("git", desk.path());
    command
        .args(["clone", "--quiet", &http.url("gold")])
        .arg(&clone)
        .envs(http.instead_of("one", "token-of-one"));
    run(&mut command).fine();
    assert_eq!(std::fs::read_to_string(clone.join("README.md")).unwrap(), "gold");
    let mut command = desk.command("git", &clone);
    command.args(["push", "--quiet", "origin", "HEAD:new"]).envs(http.instead_of("one", "token-of-one"));
    run(&mut command).refused().says("this server is for reading only");

    customers.withdraw("one");
    with("one", "token-of-one", "gold").refused().says("error: 403");
    drop(http);

    let open = HttpGit::start(&repositories, &customers, &["silver"]).unwrap();
    run(&mut look(&desk, &open.url("silver"))).fine().says("refs/tags/v1.0.0");
    run(&mut look(&desk, &open.url("gold"))).refused();
    let url = open.url("gold");
    drop(open);
    gone(&url);
}

/// A crate `gold` with every kind of dependency, and one that uses it from a registry called `vendor`.
fn crates(desk: &Desk, registry: &Registry) -> PathBuf {
    let gold = desk.path().join("crates/gold");
    write(
        &gold.join("Cargo.toml"),
        "[package]\nname = \"gold\"\nversion = \"1.2.0\"\nedition = \"2024\"\nlinks = \"gold_mine\"\nbuild = \"build.rs\"\nrust-version = \"1.95\"\n\
         [dependencies]\nwords = { package = \"thiserror\", version = \"2.0\", optional = true }\nserde_json = { version = \"1.0\", default-features = false, features = [\"alloc\"] }\n\
         [features]\nloud = [\"dep:words\"]\n[workspace]\n",
    );
    write(&gold.join("build.rs"), "fn main() {}\n");
    write(&gold.join("src/lib.rs"), "pub const PURE: &str = \"24 carat\";\n");
    registry.publish(desk, &gold).unwrap();
    let twice = registry.publish(desk, &gold).unwrap_err().to_string();
    assert_eq!(twice, "gold 1.2.0 is there already");
    let user = desk.path().join("crates/user");
    write(
        &user.join("Cargo.toml"),
        "[package]\nname = \"user\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\ngold = { version = \"1\", registry = \"vendor\", features = [\"loud\"] }\n[workspace]\n",
    );
    write(&user.join("src/main.rs"), "fn main() { print!(\"{}\", gold::PURE); }\n");
    user
}

#[test]
fn the_registry_asks_for_a_token_and_says_what_was_not_bought() {
    let desk = desk();
    let customers = Customers::default();
    customers.grant("rich", "token-of-rich", ["gold"]);
    customers.grant("poor", "token-of-poor", []);
    let registry = Registry::start(&customers).unwrap();
    let user = crates(&desk, &registry);
    write(
        &user.join(".cargo/config.toml"),
        &format!("[registries.vendor]\nindex = \"{}\"\n", registry.index()),
    );
    let cargo = |token: &str, args: &[&str]| -> Said {
        let mut command = desk.cargo(&user);
        if !token.is_empty() {
            command.env("CARGO_REGISTRIES_VENDOR_TOKEN", token);
        }
        command.env("CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS", "cargo:token").args(args);
        desk.alone(&mut command, |output| Ok(output.into())).unwrap()
    };
    cargo("", &["fetch"])
        .refused()
        .says("no token found for `vendor`, please run `cargo login --registry vendor`");
    cargo("guessed", &["fetch"]).refused().says("token rejected for `vendor`");
    cargo("token-of-poor", &["fetch"])
        .refused()
        .says("got 403")
        .says("poor has no licence for gold; buy or renew it at http://vendor.example/renew");
    cargo("token-of-rich", &["run", "--quiet"]).fine().says("24 carat");
    let tree = cargo("token-of-rich", &["tree", "--format", "{lib} {f}", "--depth", "2", "--locked"]).fine();
    assert!(
        tree.out.contains("gold loud")
            && tree.out.contains("thiserror")
            && tree.out.contains("serde_json alloc")
    );
    let lock = std::fs::read_to_string(user.join("Cargo.lock")).unwrap();
    assert!(lock.contains(&format!("source = \"{}\"", registry.index())), "{lock}");
    // With everything here, nobody is asked.
    customers.withdraw("rich");
    cargo("", &["run", "--quiet", "--locked", "--offline"]).fine().says("24 carat");

    let url = registry.index();
    drop(registry);
    gone(&url);
}

#[test]
fn an_open_index_gives_everybody_one_lock_and_nobody_the_sources() {
    let desk = desk();
    let customers = Customers::default();
    customers.grant("rich", "token-of-rich", ["gold"]);
    let registry = Registry::start(&customers).unwrap();
    let user = crates(&desk, &registry);
    let public = format!("[registries.vendor]\nindex = \"{}\"\n", registry.open_index());
    write(&user.join(".cargo/config.toml"), &public);
    run(desk.cargo(&user).arg("generate-lockfile")).fine();
    let lock = std::fs::read_to_string(user.join("Cargo.lock")).unwrap();
    run(desk.cargo(&user).args(["fetch", "--locked"]))
        .refused()
        .says("got 403")
        .says("whoever has no token has no licence for gold; buy or renew it at http://vendor.example/renew");

    let mirror = format!(
        "{public}[source.open]\nregistry = \"{}\"\nreplace-with = \"mine\"\n[source.mine]\nregistry = \"{}\"\n[registries.mine]\nindex = \"{}\"\n[registry]\nglobal-credential-providers = [\"cargo:token\"]\n",
        registry.open_index(),
        registry.index(),
        registry.index(),
    );
    write(&user.join(".cargo/config.toml"), &mirror);
    run(desk.cargo(&user).args(["fetch", "--locked"])).refused().says("no token found for `mine`");
    run(desk.cargo(&user).args(["fetch", "--locked"]).env("CARGO_REGISTRIES_MINE_TOKEN", "token-of-rich"))
        .fine();
    assert_eq!(std::fs::read_to_string(user.join("Cargo.lock")).unwrap(), lock);
}
