//! The importer `binance_lines`, under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz::import::text("binance_lines", bytes);
});
