//! The way through a library that is loaded while the program runs: the only place in this program that is `unsafe`.
#![expect(unsafe_code, reason = "what a loaded library holds is known to nobody but its author")]

use std::path::PathBuf;

use libloading::Symbol;
use sdk::{Setup, Strategy};
use session::{AnySession, Facts, Order, Trouble};

use crate::ways::{Way, weight};

type Open = unsafe extern "C" fn(*const u8, usize) -> *mut AnySession;
type OnBar = unsafe extern "C" fn(*mut AnySession, *const Facts, *mut Order, usize) -> usize;
type Close = unsafe extern "C" fn(*mut AnySession);
type Build = extern "Rust" fn(&str, &Setup) -> Option<Box<dyn Strategy>>;

/// The library that the package `plugin` makes, beside this program.
pub(crate) struct Library(libloading::Library);

impl Library {
    /// Loads it.
    pub(crate) fn load() -> Result<Self, Trouble> {
        let path = path()?;
        // SAFETY: it was built in one go with this program, and does nothing while it is loaded but register its strategies.
        let library = unsafe { libloading::Library::new(&path) };
        Ok(Self(
            library.map_err(|error| {
                format!("{}: {error}; build it with benches/delivery/run", path.display())
            })?,
        ))
    }

    /// Has it build a strategy, which stays a Rust object. The library stays loaded for good.
    pub(crate) fn build(self, id: &str, setup: &Setup) -> Result<Box<dyn Strategy>, Trouble> {
        let library = Box::leak(Box::new(self.0));
        // SAFETY: the name has this type in the package `plugin`, which was built from the same sources by the same compiler.
        let build: Symbol<'_, Build> = unsafe { library.get(b"strategy_build\0")? };
        build(id, setup).ok_or_else(|| format!("the library has no strategy `{id}`").into())
    }
}

fn path() -> Result<PathBuf, Trouble> {
    let program = std::env::current_exe()?;
    let folder = program.parent().ok_or("this program is in no folder")?;
    Ok(folder.join(libloading::library_filename("plugin")))
}

/// A session behind the C interface.
pub(crate) struct CSession {
    session: *mut AnySession,
    on_bar: OnBar,
    close: Close,
    // Functions of the library are called to the end.
    _library: Library,
}

impl CSession {
    /// Opens a session for a strategy.
    pub(crate) fn open(library: Library, id: &str) -> Result<Self, Trouble> {
        // SAFETY: the names have these types in the package `plugin`.
        let (open, on_bar, close) = unsafe {
            let open = *library.0.get::<Open>(b"strategy_open\0")?;
            let on_bar = *library.0.get::<OnBar>(b"strategy_on_bar\0")?;
            (open, on_bar, *library.0.get::<Close>(b"strategy_close\0")?)
        };
        // SAFETY: the id is as long as it says.
        let session = unsafe { open(id.as_ptr(), id.len()) };
        if session.is_null() {
            return Err(format!("the library has no strategy `{id}`").into());
        }
        Ok(Self { session, on_bar, close, _library: library })
    }
}

impl Way for CSession {
    fn feed(&mut self, bars: &[Facts], rounds: usize) -> Result<i64, Trouble> {
        let mut orders = [Order::default(); 8];
        let mut sum = 0;
        for _ in 0..rounds {
            for facts in bars {
                // SAFETY: the session is open, and the pointers are to what their types say.
                let count = unsafe { (self.on_bar)(self.session, facts, orders.as_mut_ptr(), orders.len()) };
                sum += orders.iter().take(count).map(weight).sum::<i64>();
            }
        }
        Ok(sum)
    }
}

impl Drop for CSession {
    fn drop(&mut self) {
        // SAFETY: the session is open, and nobody uses it after this.
        unsafe { (self.close)(self.session) }
    }
}
