//! A program that asks a plugin for a price and prints it. The plugin is in the library named on the command line, or, with
//! the feature `compiled_in`, in the program.
#![cfg_attr(
    not(feature = "compiled_in"),
    expect(unsafe_code, reason = "nothing can check that a library was built against the same interface")
)]

use std::error::Error;
use std::io::{self, Write};

use interface::{Bar, Plugin};
#[cfg(feature = "compiled_in")]
use libloading as _;

/// Three bars; the last one closed at 102.5, after 3000 units were traded.
fn bars() -> Vec<Bar> {
    let rows = [(60, 100.0, 1_000.0), (120, 101.0, 2_000.0), (180, 102.5, 3_000.0)];
    rows.into_iter().map(bar).collect()
}

#[cfg(feature = "field")]
fn bar((close_time, close, volume): (i64, f64, f64)) -> Bar {
    Bar { close_time, close, volume }
}

#[cfg(not(feature = "field"))]
fn bar((close_time, close, _): (i64, f64, f64)) -> Bar {
    Bar { close_time, close }
}

#[cfg(feature = "compiled_in")]
fn ask(tell: impl Fn(&dyn Plugin) -> io::Result<()>) -> Result<(), Box<dyn Error>> {
    Ok(tell(&*stale_plugin::stale_plugin())?)
}

#[cfg(not(feature = "compiled_in"))]
fn ask(tell: impl Fn(&dyn Plugin) -> io::Result<()>) -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("say which library to load")?;
    // SAFETY: none that anybody could check: that is what this program is here to show.
    let library = unsafe { libloading::Library::new(path)? };
    // SAFETY: as above; the name is found whatever stands behind it.
    let make = unsafe { library.get::<extern "Rust" fn() -> Box<dyn Plugin>>(b"stale_plugin\0")? };
    let plugin = make();
    tell(&*plugin)?;
    drop(plugin);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    ask(|plugin| {
        #[cfg(feature = "method")]
        writeln!(io::stdout().lock(), "units {}", plugin.units(5, 3))?;
        writeln!(io::stdout().lock(), "price {}", plugin.price(&bars()))
    })
}
