//! hftbacktest's arrays of events, under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz::import::events(bytes);
});
