//! Matching in a replayed order book, under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::replay::check(bytes));
