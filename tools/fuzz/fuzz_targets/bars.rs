//! Matching on bars, trades and quotes, under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::bars::check(bytes));
