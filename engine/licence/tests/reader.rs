//! Any bytes at all may be handed to the reader: the seeds of the fuzzer, what grows from them, and noise.

#[path = "../fuzz/property.rs"]
mod property;

use std::fs;
use std::path::Path;

use property::{check, genuine};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};
use quantmesh_licence::Signed;

#[test]
fn the_seeds_hold_and_the_first_is_the_genuine_licence() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let mut read = 0;
    for entry in fs::read_dir(&folder)? {
        check(&fs::read(entry?.path())?);
        read += 1;
    }
    assert!(read >= 5, "{read} seeds");
    let (text, key) = genuine();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(folder.join("genuine"), text)?;
    }
    let seed = fs::read_to_string(folder.join("genuine"))?;
    assert_eq!(seed, *text, "UPDATE=1 writes it anew");
    assert!(Signed::parse(&seed).is_ok_and(|signed| signed.verify(key).is_ok()));
    Ok(())
}

/// Cutting the file anywhere: refused by its own words; only the last line end may be missing or not be there.
#[test]
fn a_file_that_was_cut_is_refused_at_every_byte() {
    let (text, key) = genuine();
    for at in 0..text.len() {
        let cut = String::from_utf8_lossy(&text.as_bytes()[..at]).into_owned();
        check(cut.as_bytes());
        let passes = Signed::parse(&cut).is_ok_and(|signed| signed.verify(key).is_ok());
        assert!(!passes, "cut at byte {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn noise(bytes in vec(any::<u8>(), 0..2_000)) {
        check(&bytes);
    }

    /// A genuine licence with up to four bytes of it changed, dropped or put in.
    #[test]
    fn what_grows_from_a_genuine_licence(
        edits in vec((any::<proptest::sample::Index>(), any::<u8>(), 0_u8..3), 1..5),
    ) {
        let mut bytes = genuine().0.clone().into_bytes();
        for (at, byte, how) in edits {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, byte),
            }
        }
        check(&bytes);
    }

    /// The words of a licence in any order.
    #[test]
    fn lines_of_licences_in_any_order(lines in vec(0_usize..20, 0..30)) {
        let all: Vec<_> = genuine().0.lines().collect();
        let text: String = lines.iter().filter_map(|line| all.get(*line)).map(|line| format!("{line}\n")).collect();
        check(text.as_bytes());
    }
}
