//! `cargo quantmesh init`: a build file to start from.

use crate::cli::InitArgs;
use crate::copy::write_whole;
use crate::{Failure, Kind, tell};

/// The build file to start from.
pub(crate) const START: &str = r#"# What this build is made of. Commit it, and quantmesh.build.lock beside it.
#
#     cargo quantmesh check     is everything within reach, and does it fit together?
#     cargo quantmesh build     one binary in dist/, with a receipt

# Features of the engine, as its features.md lists them: the strategies that come with it.
features = ["free"]

# The engine. A tag or a revision, not a branch: a branch moves.
[engine]
git = "https://engine.example/quantmesh.git"
tag = "v0.1.0"
# path = "../quantmesh"         # or a folder; it is copied, so that the build repeats elsewhere
# version = "0.1"               # or a registry's version

# Strategy crates from elsewhere, by the id under which each registers itself. A user name or a token does not belong
# here: git and cargo find them in the ssh agent, in a credential helper, or in an environment variable.
[strategies]
# ai_strategy = { git = "ssh://git@vendor.example/ai_strategy.git", tag = "v1.2.0" }
# advanced_risk = { version = "1.2", registry = "vendor" }
# house_alpha = { path = "../house_alpha" }
# pairs = { path = "../pairs", package = "acme-pairs" }   # where the package has a name of its own

[build]
# target = "x86_64-unknown-linux-gnu"   # a static binary that runs on any Linux of that kind
# profile = "release"                   # or one of the engine's others, such as "dev"
# customer = "ACME"                     # goes into the receipt, never into the binary
"#;

pub(crate) fn init(args: &InitArgs) -> Result<(), Failure> {
    let file = &args.file.file;
    if file.exists() && !args.force {
        return Err(Failure::new(
            Kind::BuildFile,
            format!("{} is there already; edit it, or overwrite it with --force", file.display()),
        ));
    }
    write_whole(file, START.as_bytes())?;
    tell(&format!("wrote {}; edit it, then `cargo quantmesh build`", file.display()));
    Ok(())
}
