//! What this binary was built from. Nothing here tells who built it, where, or on which machine.

include!(concat!(env!("OUT_DIR"), "/identity.rs"));

/// The version of the engine.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The identity of this build, one fact a row, in a fixed order.
///
/// `revision`, `dirty` and `date` come from git, or from the file that `cargo package` adds, and are `unknown`
/// for sources that have neither. `date` is the commit's, or what `SOURCE_DATE_EPOCH` said: never the time of building, so
/// that two builds of the same sources are the same bytes. `lock` is the FNV-1a hash of the `Cargo.lock` beside the
/// engine's manifest.
#[must_use]
pub fn rows() -> Vec<(&'static str, String)> {
    [
        ("version", VERSION),
        ("revision", REVISION),
        ("dirty", DIRTY),
        ("date", DATE),
        ("rustc", RUSTC),
        ("target", TARGET),
        ("linking", linking()),
        ("profile", PROFILE),
        ("opt-level", OPT_LEVEL),
        ("debug-assertions", if cfg!(debug_assertions) { "on" } else { "off" }),
        ("panic", panic_strategy()),
        ("features", FEATURES),
        ("lock", LOCK),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

/// What a panic does in this build: `abort` or `unwind`.
///
/// Taken from the compiler itself: the variable that cargo gives build scripts says `unwind` either way.
#[must_use]
pub const fn panic_strategy() -> &'static str {
    if cfg!(panic = "abort") { "abort" } else { "unwind" }
}

const fn linking() -> &'static str {
    if cfg!(target_feature = "crt-static") { "static" } else { "dynamic" }
}
