//! An ssh agent that holds one key, for as long as a test lasts.

use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::desk::Desk;
use crate::programs::output;

/// A running `ssh-agent`; it ends with this value.
#[derive(Debug)]
pub struct Agent {
    child: Child,
    socket: PathBuf,
}

impl Agent {
    /// Starts an agent at a desk and gives it a private key.
    ///
    /// # Errors
    /// Where the agent does not start or the key is refused.
    pub fn start(desk: &Desk, key: &Path) -> io::Result<Self> {
        let name = key.file_name().unwrap_or_default().to_string_lossy();
        let socket = desk.path().join(format!("{name}.agent"));
        let mut command = desk.command("ssh-agent", desk.path());
        let child =
            command.arg("-D").arg("-a").arg(&socket).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut agent = Self { child, socket };
        // It names its socket once it listens there.
        if let Some(stdout) = agent.child.stdout.take() {
            BufReader::new(stdout).read_line(&mut String::new())?;
        }
        output(desk.command("ssh-add", desk.path()).arg("-q").arg(key).env("SSH_AUTH_SOCK", agent.socket()))?;
        Ok(agent)
    }

    /// What `SSH_AUTH_SOCK` is for those who may use it.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
