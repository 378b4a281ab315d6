//! The strategies whose features are on, linked by name, and the list of their ids. Written by `build.rs`.

include!(concat!(env!("OUT_DIR"), "/registered.rs"));
