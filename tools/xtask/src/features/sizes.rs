//! `tools/xtask/sizes.toml`: how large the program is with which features, as measured once and committed, so that the page can
//! be written and checked without a release build.

use std::collections::BTreeMap;

use toml::Table;

/// The file, from the workspace's root.
pub const SIZES: &str = "tools/xtask/sizes.toml";

/// The name under which a build without any feature is kept.
pub const NONE: &str = "none";

/// What one build came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    /// The version of the leaf's package; empty for a collection.
    pub version: String,
    /// Bytes of the program.
    pub bytes: u64,
    /// Seconds of CPU time to build the crates of this workspace and link them, other crates being there.
    pub cpu_seconds: u64,
}

/// The table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sizes {
    /// The compiler, as `rustc -V` says it.
    pub rustc: String,
    /// The target.
    pub target: String,
    /// Seconds of CPU time of the first build, which compiles every crate.
    pub first_cpu_seconds: u64,
    /// By feature, [`NONE`] among them.
    pub builds: BTreeMap<String, Size>,
}

const OPENING: &str = "\
# How large the program is with which features: release profile, every feature alone, collections as they are. Written by
# `cargo xtask features --measure`, which takes a release build each; features.md is rendered from it. CPU seconds are those of
# building the crates of this workspace and linking; the first build, of every crate, is counted apart.
";

impl Sizes {
    /// Reads the file's text.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
        let word = |table: &Table, key: &str| {
            let value = table.get(key).and_then(|value| value.as_str());
            value.map(str::to_owned).ok_or_else(|| format!("it has no text `{key}`"))
        };
        let count = |table: &Table, key: &str| {
            let value = table.get(key).and_then(toml::Value::as_integer);
            value
                .and_then(|value| u64::try_from(value).ok())
                .ok_or_else(|| format!("it has no count `{key}`"))
        };
        let mut builds = BTreeMap::new();
        let rows = table.get("build").and_then(|rows| rows.as_table()).ok_or("it has no [build]")?;
        for (feature, row) in rows {
            let row = row.as_table().ok_or_else(|| format!("build.{feature} is no table"))?;
            let size = Size {
                version: word(row, "version")?,
                bytes: count(row, "bytes")?,
                cpu_seconds: count(row, "cpu_seconds")?,
            };
            builds.insert(feature.clone(), size);
        }
        Ok(Self {
            rustc: word(&table, "rustc")?,
            target: word(&table, "target")?,
            first_cpu_seconds: count(&table, "first_cpu_seconds")?,
            builds,
        })
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { rustc, target, first_cpu_seconds, builds } = self;
        let mut text = format!(
            "{OPENING}rustc = \"{rustc}\"\ntarget = \"{target}\"\nfirst_cpu_seconds = {first_cpu_seconds}\n\n[build]\n"
        );
        for (feature, Size { version, bytes, cpu_seconds }) in builds {
            text += &format!(
                "{feature} = {{ version = \"{version}\", bytes = {bytes}, cpu_seconds = {cpu_seconds} }}\n"
            );
        }
        text
    }

    /// The bytes of a build without any feature.
    #[must_use]
    pub fn least(&self) -> Option<u64> {
        self.builds.get(NONE).map(|size| size.bytes)
    }

    /// What a feature adds to a build without any, in KiB with one digit, as `+12.3 KiB`.
    #[must_use]
    pub fn added(&self, feature: &str) -> Option<String> {
        let bytes = self.builds.get(feature)?.bytes;
        let none = self.least()?;
        let (sign, by) = if bytes < none { ("−", none - bytes) } else { ("+", bytes - none) };
        // In tenths of a KiB, rounded half up; whole numbers, so that every machine writes the same.
        let tenths = (by * 10 + 512) / 1024;
        Some(format!("{sign}{}.{} KiB", tenths / 10, tenths % 10))
    }
}
