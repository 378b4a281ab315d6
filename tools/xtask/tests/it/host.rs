//! Small strategy crates, and a program of one's own that joins them with this engine: what a test of wrong builds is made of.

use std::fs;
use std::path::{Path, PathBuf};

use loopback::Desk;
use toml::{Table, Value};

use crate::tree::{root, write};

/// A strategy crate to be written.
pub(crate) struct Crate<'t> {
    pub(crate) package: &'t str,
    pub(crate) version: &'t str,
    pub(crate) library: &'t str,
    /// The id it registers; empty for one that registers nothing.
    pub(crate) id: &'t str,
    /// How it asks for the sdk.
    pub(crate) sdk: &'t str,
    /// More lines of `[package]`.
    pub(crate) more: &'t str,
}

/// One that is as it should be, for the slot of `ai_strategy`.
pub(crate) const SOUND: Crate<'static> = Crate {
    package: "quantmesh-ai-strategy",
    version: "0.1.0",
    library: "ai_strategy",
    id: "ai_strategy",
    sdk: "version = \"0.1\"",
    more: "",
};

const LIBRARY: &str = "\
//! Does nothing, on purpose.

#[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Params {}

struct Idle;

impl sdk::Strategy for Idle {
    fn on_event(&mut self, _: &sdk::View<'_>, _: &sdk::Event, _: &mut sdk::Intents) {}
}

fn build(_: Params, _: &sdk::Setup) -> Result<Idle, sdk::BuildError> {
    Ok(Idle)
}
";

impl Crate<'_> {
    /// Writes it to a folder at the desk.
    pub(crate) fn write(&self, folder: &Path) {
        let Self { package, version, library, id, sdk, more } = self;
        let manifest = format!(
            "[package]\nname = \"{package}\"\nversion = \"{version}\"\nedition = \"2024\"\n{more}\n[lib]\nname = \"{library}\"\n\
             [dependencies]\nsdk = {{ package = \"quantmesh-sdk\", {sdk} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
             schemars = \"1\"\n"
        );
        write(&folder.join("Cargo.toml"), &manifest);
        let mut source = LIBRARY.to_owned();
        if !id.is_empty() {
            source += &format!(
                "\nsdk::register_strategy! {{\n    id: \"{id}\",\n    summary: \"does nothing\",\n    \
                 tier: sdk::Tier::Free,\n    params: Params,\n    build: build,\n}}\n"
            );
        }
        write(&folder.join("src/lib.rs"), &source);
    }
}

/// Writes a program at the desk that has this engine with `features`, and the crates that `needs` and `patches` name.
/// `uses` are the libraries that its `main` names.
pub(crate) fn host(desk: &Desk, features: &str, needs: &str, patches: &str, uses: &[&str]) -> PathBuf {
    let host = desk.path().join("host");
    let root = root();
    let manifest = format!(
        "[workspace]\n[package]\nname = \"host\"\nedition = \"2024\"\n[dependencies]\n\
         quantmesh = {{ path = {root:?}, default-features = false, features = [{features}] }}\n{needs}\n\
         [patch.crates-io]\nquantmesh-sdk = {{ path = {:?} }}\nquantmesh-types = {{ path = {:?} }}\n{patches}\n",
        root.join("engine/sdk"),
        root.join("engine/types"),
    );
    write(&host.join("Cargo.toml"), &manifest);
    // The versions of this tree, so that nothing has to be looked for; what is not needed falls out.
    let lock: Table = fs::read_to_string(root.join("Cargo.lock")).unwrap().parse().unwrap();
    let mut outside = lock.clone();
    let list = outside.get_mut("package").and_then(Value::as_array_mut).unwrap();
    list.retain(|package| package.get("source").is_some());
    write(&host.join("Cargo.lock"), &toml::to_string(&outside).unwrap());
    let uses: String = uses.iter().map(|library| format!("use {library} as _;\n")).collect();
    let main = format!(
        "//! A program of one's own.\n\n{uses}\nfn main() -> std::process::ExitCode {{\n    quantmesh::run(std::env::args_os())\n}}\n"
    );
    write(&host.join("src/main.rs"), &main);
    host
}
