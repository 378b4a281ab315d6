//! The importer `agg_trades`, under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz::import::text("agg_trades", bytes);
});
