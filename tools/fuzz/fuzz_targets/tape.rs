//! Sealed tapes of any content, under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::sealed::tape(bytes));
