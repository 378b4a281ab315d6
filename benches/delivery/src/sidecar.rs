//! What the other process of a sidecar has in common, whatever it speaks: how it is started, says where it listens, and ends.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use session::Trouble;

use crate::{grpc, http, socket};

/// A sidecar that listens. It ends when this is dropped.
pub(crate) struct Sidecar {
    child: Child,
    /// Where it listens: a port on loopback, or the path of a socket.
    pub(crate) place: String,
}

impl Sidecar {
    /// Starts one and waits until it listens.
    pub(crate) fn start(way: &str, strategy: &str) -> Result<Self, Trouble> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", way, strategy])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut place = String::new();
        let output = child.stdout.take().ok_or("the sidecar has no output")?;
        BufReader::new(output).read_line(&mut place)?;
        let place = place.trim().to_owned();
        let sidecar = Self { child, place };
        if sidecar.place.is_empty() { Err("the sidecar did not start".into()) } else { Ok(sidecar) }
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        // The end of its input is what it ends at.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// The other process: listens, and ends with its input.
pub(crate) fn serve(way: &str, strategy: &str) -> Result<(), Trouble> {
    std::thread::spawn(|| {
        let _ = io::stdin().lock().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let session = session::session(strategy)?;
    match way {
        "socket" => socket::serve(session),
        "http" => http::serve(session),
        "grpc" => grpc::serve(session),
        _ => Err(format!("there is no sidecar `{way}`").into()),
    }
}

/// Says where this sidecar listens.
pub(crate) fn say_place(place: &dyn std::fmt::Display) -> Result<(), Trouble> {
    let mut output = io::stdout().lock();
    writeln!(output, "{place}")?;
    Ok(output.flush()?)
}

/// A runtime of one thread: both sides share one core, and more threads would only get into each other's way.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Trouble> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?)
}
