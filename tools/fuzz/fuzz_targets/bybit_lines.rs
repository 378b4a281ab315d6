//! The importer `bybit_lines`, under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz::import::text("bybit_lines", bytes);
});
