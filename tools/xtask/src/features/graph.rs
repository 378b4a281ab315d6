//! Which outside crates a package brings into a build, from the manifests of the workspace and its lock file.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::Sources;

/// Who depends on whom. Packages of the workspace without their development dependencies, which no build contains;
/// outside crates as the lock file has them, for all platforms together.
pub(crate) struct Graph {
    edges: BTreeMap<String, Vec<String>>,
    outside: BTreeSet<String>,
}

impl Graph {
    /// The graph of a workspace. What can't be parsed is left out; `rows` has already complained about it.
    pub(crate) fn new(sources: &Sources) -> Self {
        let mut graph = Self { edges: BTreeMap::new(), outside: BTreeSet::new() };
        graph.take_in_lock(&sources.lock);
        let root: Table = sources.manifest.parse().unwrap_or_default();
        let shared = root.get("workspace").and_then(|workspace| workspace.get("dependencies"));
        let leaves = sources.leaves.values().map(|leaf| &leaf.manifest);
        for manifest in sources.rooms.values().chain(leaves).chain([&sources.manifest]) {
            let manifest: Table = manifest.parse().unwrap_or_default();
            if let Some(name) = manifest.get("package").and_then(|package| package.get("name")?.as_str()) {
                graph.edges.insert(name.to_owned(), normal_dependencies(&manifest, shared));
            }
        }
        graph
    }

    /// The outside crates that `package` needs and `base` does not, sorted.
    pub(crate) fn adds(&self, package: &str, base: &str) -> Vec<String> {
        let has = self.closure(base);
        self.closure(package).difference(&has).filter(|name| self.outside.contains(*name)).cloned().collect()
    }

    fn closure(&self, package: &str) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut open = vec![package.to_owned()];
        while let Some(name) = open.pop() {
            if seen.insert(name.clone()) {
                open.extend(self.edges.get(&name).into_iter().flatten().cloned());
            }
        }
        seen
    }

    fn take_in_lock(&mut self, lock: &str) {
        let lock: Table = lock.parse().unwrap_or_default();
        for package in lock.get("package").and_then(Value::as_array).into_iter().flatten() {
            let Some(name) = package.get("name").and_then(Value::as_str) else { continue };
            if package.get("source").is_some() {
                self.outside.insert(name.to_owned());
            }
            // Two versions of one crate count as one here: the page shows names.
            let needs = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
            let needs = needs.filter_map(|need| need.as_str()?.split(' ').next().map(str::to_owned));
            self.edges.entry(name.to_owned()).or_default().extend(needs);
        }
    }
}

/// The packages that a build of this manifest needs whatever its features are.
fn normal_dependencies(manifest: &Table, shared: Option<&Value>) -> Vec<String> {
    let mut found = Vec::new();
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let tables = targets.filter_map(Value::as_table).chain([manifest]);
    for table in tables.flat_map(|table| ["dependencies", "build-dependencies"].map(|key| table.get(key))) {
        for (key, wish) in table.and_then(Value::as_table).into_iter().flatten() {
            if wish.get("optional").and_then(Value::as_bool) == Some(true) {
                continue;
            }
            let inherited = wish.get("workspace").is_some().then(|| shared?.get(key)).flatten();
            let package = inherited.unwrap_or(wish).get("package").and_then(Value::as_str);
            found.push(package.unwrap_or(key).to_owned());
        }
    }
    found
}
