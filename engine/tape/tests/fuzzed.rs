//! Whatever bytes come in: the seeds of the fuzzer and what grows from them by a few bytes. The fuzzer itself is `tools/fuzz`.

#[path = "../../../tools/fuzz/src/import.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "written for the fuzzer, which uses all of it and may stop anywhere"
)]
mod import;

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};

/// The seeds, each with its importer.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/fuzz/seeds");
    let folders = fs::read_dir(&all).into_iter().flatten().flatten();
    let files = folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten());
    let seed = |file: fs::DirEntry| {
        let importer = file.path().parent()?.file_name()?.to_str()?.to_owned();
        Some((importer, fs::read(file.path()).ok()?))
    };
    let mut seeds: Vec<_> = files.filter_map(seed).collect();
    seeds.sort();
    seeds
}

/// Whether the importer takes it; none where it is no importer.
fn check(importer: &str, bytes: &[u8]) -> Option<bool> {
    match importer {
        "any" => Some(import::any(bytes)),
        "hft_events" => Some(import::events(bytes)),
        "signals" => Some(import::signals(bytes)),
        "packed" | "parquet" => None,
        text => Some(import::text(text, bytes)),
    }
}

#[test]
fn the_seeds_hold() {
    let seeds = seeds();
    for (format, _) in import::TEXTS {
        assert!(seeds.iter().any(|seed| seed.0 == format), "no seed of {format}");
    }
    let refused: Vec<_> =
        seeds.iter().filter(|(importer, bytes)| check(importer, bytes) == Some(false)).collect();
    assert!(refused.is_empty(), "no good place to begin: {refused:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn what_grows_from_a_seed(
        seed in any::<proptest::sample::Index>(),
        edits in vec((any::<proptest::sample::Index>(), any::<u8>(), 0_u8..3), 1..5),
    ) {
        let seeds = seeds();
        let (importer, bytes) = seed.get(&seeds);
        let mut bytes = bytes.clone();
        for (at, byte, how) in edits {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, byte),
            }
        }
        check(importer, &bytes);
    }
}
