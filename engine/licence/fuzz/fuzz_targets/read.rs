//! The reader of licences, under libFuzzer.
//!
//! Run in `engine/licence`, with a nightly compiler and `cargo install cargo-fuzz`:
//! `cargo +nightly fuzz run read fuzz/corpus/read fuzz/seeds -- -max_len=4096 -max_total_time=120`
#![no_main]

#[path = "../property.rs"]
mod property;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| property::check(bytes));
