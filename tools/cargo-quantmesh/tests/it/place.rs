//! A desk with an engine in a git repository, house crates, and the tool.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use loopback::Desk;

/// What the tool said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// The last message: from `error:` on.
    pub(crate) fn error(&self) -> &str {
        let at = self
            .err
            .rfind("\nerror: ")
            .map_or_else(|| usize::from(!self.err.starts_with("error: ")), |at| at + 1);
        self.err[at..].trim_end()
    }
}

pub(crate) struct Place {
    pub(crate) desk: Desk,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { desk: Desk::new(&workspace(), "wrapped").unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.desk.path().join(name)
    }

    /// The tool, in a folder.
    pub(crate) fn tool(&self, folder: &Path, words: &[&str]) -> Command {
        let mut command = self.desk.command(env!("CARGO_BIN_EXE_cargo-quantmesh"), folder);
        command.arg("quantmesh").args(words);
        command
    }

    pub(crate) fn run(&self, folder: &Path, words: &[&str]) -> Said {
        self.said(&mut self.tool(folder, words))
    }

    pub(crate) fn said(&self, command: &mut Command) -> Said {
        let output = self.desk.alone(command, Ok).unwrap();
        let said = Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        // Where it is told from where the desk stands, a desk at another place would tell another story.
        let here = |text: &str| text.replace(&self.desk.path().display().to_string(), "DESK");
        Said { out: here(&said.out), err: here(&said.err), ..said }
    }

    /// Runs it, and shows what it said where it did not end well.
    pub(crate) fn good(&self, folder: &Path, words: &[&str]) -> Said {
        let said = self.run(folder, words);
        assert_eq!(said.code, 0, "{words:?}\n{}\n{}", said.out, said.err);
        said
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.path(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        file
    }

    /// A project with this build file; `DESK` stands for the desk.
    pub(crate) fn project(&self, name: &str, text: &str) -> PathBuf {
        let text = text.replace("DESK", &self.desk.path().display().to_string());
        self.write(&format!("{name}/quantmesh.build.toml"), &text);
        self.path(name)
    }

    pub(crate) fn git(&self, folder: &Path, words: &[&str]) {
        let mut command = self.desk.command("git", folder);
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "Test")
                .env(format!("GIT_{who}_EMAIL"), "test@example.invalid");
            command.env(format!("GIT_{who}_DATE"), "2026-01-01T00:00:00Z");
        }
        let output = command.args(words).output().unwrap();
        assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Commits what is in a folder, under a tag.
    pub(crate) fn tag(&self, name: &str, tag: &str) {
        let folder = self.path(name);
        if !folder.join(".git").exists() {
            self.git(&folder, &["init", "--quiet"]);
        }
        self.git(&folder, &["add", "--all"]);
        self.git(&folder, &["commit", "--quiet", "--allow-empty", "--message", tag]);
        self.git(&folder, &["tag", tag]);
    }

    /// The sources of this workspace, without its history.
    pub(crate) fn engine_folder(&self, name: &str) -> PathBuf {
        let root = workspace();
        let mut list = Command::new("git");
        list.current_dir(&root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let output = list.output().unwrap();
        assert!(output.status.success(), "these tests run in a clone");
        let folder = self.path(name);
        for file in String::from_utf8(output.stdout).unwrap().split('\0').filter(|file| !file.is_empty()) {
            let (from, to) = (root.join(file), folder.join(file));
            if from.is_file() {
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::copy(from, to).unwrap();
            }
        }
        folder
    }

    /// The engine in a repository, at the tag v0.1.0.
    ///
    /// Its dev profile is made as quick to build as can be: it is built several times here, and hardly run.
    pub(crate) fn engine(&self) {
        let manifest = self.engine_folder("engine").join("Cargo.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        let (before, after) =
            text.split_once("[profile.dev]\ndebug = \"line-tables-only\"\nopt-level = 1\n").unwrap();
        fs::write(&manifest, format!("{before}[profile.dev]\ndebug = false\nopt-level = 0\n{after}"))
            .unwrap();
        self.tag("engine", "v0.1.0");
    }

    /// A strategy crate of the house.
    pub(crate) fn house(&self, folder: &str, house: &House) {
        let House { package, version, sdk, more, registers } = house;
        self.write(
            &format!("{folder}/Cargo.toml"),
            &format!(
                "[package]\nname = \"{package}\"\nversion = \"{version}\"\nedition = \"2024\"\n{more}\n\
                 [dependencies]\nquantmesh-sdk = \"{sdk}\"\nschemars = \"1\"\nserde = {{ version = \"1\", features = [\"derive\"] }}\n"
            ),
        );
        let registration = registers.map_or_else(String::new, |id| {
            format!(
                "quantmesh_sdk::register_strategy! {{\n    id: \"{id}\",\n    summary: \"does nothing\",\n    \
                 tier: quantmesh_sdk::Tier::Free,\n    released: \"2026-10-01\",\n    params: Params,\n    build: build,\n}}\n"
            )
        });
        self.write(
            &format!("{folder}/src/lib.rs"),
            &format!(
                "//! For a test.\nuse quantmesh_sdk::{{BuildError, Event, Intents, Setup, Strategy, View}};\n\n\
                 #[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]\n\
                 #[serde(default, deny_unknown_fields)]\npub struct Params {{}}\n\npub struct Idle;\n\n\
                 impl Strategy for Idle {{\n    fn on_event(&mut self, _: &View<'_>, _: &Event, _: &mut Intents) {{}}\n}}\n\n\
                 pub fn build(_: Params, _: &Setup) -> Result<Idle, BuildError> {{\n    Ok(Idle)\n}}\n\n{registration}"
            ),
        );
    }
}

/// How a house crate is.
#[derive(Debug, Clone)]
pub(crate) struct House {
    pub(crate) package: &'static str,
    pub(crate) version: &'static str,
    pub(crate) sdk: &'static str,
    /// Lines of its package.
    pub(crate) more: &'static str,
    pub(crate) registers: Option<&'static str>,
}

/// As it should be.
pub(crate) const ALPHA: House =
    House { package: "house-alpha", version: "1.0.0", sdk: "0.1", more: "", registers: Some("house_alpha") };

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
