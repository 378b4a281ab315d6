//! The importer `tardis_snapshots`, under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz::import::text("tardis_snapshots", bytes);
});
