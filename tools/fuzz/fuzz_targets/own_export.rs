//! The importer `own_export`, under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz::import::text("own_export", bytes);
});
