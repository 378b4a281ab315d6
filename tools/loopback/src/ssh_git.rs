//! Private git over ssh: a real sshd that lets each deploy key read the repositories it was made for, and nothing else.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crate::desk::Desk;
use crate::programs::{find, output};
use crate::repositories::Repositories;

/// The most connections at a time; a test has one or two.
const CONNECTIONS: usize = 16;

/// An sshd on loopback, run by whoever runs the tests; it ends with this value.
///
/// Each connection has an sshd of its own (`sshd -i`, as from inetd), so there is no daemon that could be left behind.
#[derive(Debug)]
pub struct SshGit {
    folder: PathBuf,
    login: String,
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl SshGit {
    /// Starts one with a deploy key for each customer, who sees the repositories named beside them. `None` where there is no
    /// sshd, which was said on standard error.
    ///
    /// # Errors
    /// Where sshd must be there and is not, or a key or file can't be made.
    pub fn start(
        desk: &Desk,
        repositories: &Repositories,
        customers: &[(&str, &[&str])],
    ) -> io::Result<Option<Self>> {
        let (Some(sshd), Some(keygen), Some(git)) =
            (find("sshd", "openssh-server")?, find("ssh-keygen", "openssh-client")?, find("git", "git")?)
        else {
            return Ok(None);
        };
        let folder = desk.path().join("ssh");
        fs::create_dir_all(&folder)?;
        let new_key = |name: &str| -> io::Result<String> {
            let file = folder.join(name);
            output(
                Command::new(&keygen).args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(&file),
            )?;
            fs::read_to_string(file.with_extension("pub"))
        };
        let host = new_key("host")?;
        let mut authorized = String::new();
        for (customer, sees) in customers {
            let script = folder.join(format!("{customer}.sh"));
            fs::write(&script, gatekeeper(customer, sees, repositories, &git))?;
            let command = format!("sh {}", script.display());
            authorized += &format!("restrict,command=\"{command}\" {}", new_key(customer)?);
        }
        fs::write(folder.join("authorized_keys"), authorized)?;
        fs::write(folder.join("sshd_config"), config(&folder))?;
        let login = output(Command::new("id").arg("-un"))?;
        separate_privileges()?;

        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        fs::write(folder.join("known_hosts"), format!("[127.0.0.1]:{} {host}", address.port()))?;
        let log = File::create(folder.join("sshd.log"))?;
        let stop = Arc::new(AtomicBool::new(false));
        let server = Server { sshd, config: folder.join("sshd_config"), log, stop: Arc::clone(&stop) };
        let accepting = Some(thread::spawn(move || server.accept(&listener)));
        Ok(Some(Self { folder, login, address, stop, accepting }))
    }

    /// The address of a repository.
    #[must_use]
    pub fn url(&self, repository: &str) -> String {
        format!("ssh://{}@{}/{repository}.git", self.login, self.address)
    }

    /// The private key of a customer.
    #[must_use]
    pub fn key(&self, customer: &str) -> PathBuf {
        self.folder.join(customer)
    }

    /// The file by which an ssh client knows this server.
    #[must_use]
    pub fn known_hosts(&self) -> PathBuf {
        self.folder.join("known_hosts")
    }

    /// `GIT_SSH_COMMAND` for somebody with the key of a customer.
    #[must_use]
    pub fn command(&self, customer: &str) -> String {
        format!("{} -o IdentitiesOnly=yes -i {}", self.command_without_key(), self.key(customer).display())
    }

    /// `GIT_SSH_COMMAND` for somebody with no key but those of an agent.
    #[must_use]
    pub fn command_without_key(&self) -> String {
        // Without -F, ssh reads the settings of the account and not of the desk's HOME.
        format!("ssh -F none -o BatchMode=yes -o UserKnownHostsFile={}", self.known_hosts().display())
    }

    /// What sshd wrote down.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn log(&self) -> io::Result<String> {
        fs::read_to_string(self.folder.join("sshd.log"))
    }
}

impl Drop for SshGit {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener up.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

struct Server {
    sshd: PathBuf,
    config: PathBuf,
    log: File,
    stop: Arc<AtomicBool>,
}

impl Server {
    fn accept(&self, listener: &TcpListener) {
        let mut children: Vec<Child> = Vec::new();
        while let Ok((stream, _)) = listener.accept() {
            if self.stop.load(Ordering::SeqCst) {
                break;
            }
            children.retain_mut(|child| !matches!(child.try_wait(), Ok(Some(_))));
            // Beyond the limit a connection is closed at once.
            if children.len() < CONNECTIONS
                && let Ok(child) = self.serve(stream)
            {
                children.push(child);
            }
        }
        for mut child in children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn serve(&self, stream: TcpStream) -> io::Result<Child> {
        let stream = OwnedFd::from(stream);
        let mut command = Command::new(&self.sshd);
        command.args(["-i", "-e", "-f"]).arg(&self.config);
        command
            .stdin(Stdio::from(stream.try_clone()?))
            .stdout(Stdio::from(stream))
            .stderr(self.log.try_clone()?)
            .spawn()
    }
}

/// The one command that a key starts, whatever its owner asks for.
fn gatekeeper(customer: &str, sees: &[&str], repositories: &Repositories, git: &Path) -> String {
    let rows: BTreeMap<_, _> = sees.iter().map(|name| (*name, repositories.path(name))).collect();
    let mut script = "case \"$SSH_ORIGINAL_COMMAND\" in\n".to_owned();
    for (name, path) in rows {
        let (git, path) = (git.display(), path.display());
        script += &format!("\"git-upload-pack '/{name}.git'\") exec '{git}' upload-pack '{path}' ;;\n");
    }
    script + &format!("esac\necho \"{customer} has not bought this: $SSH_ORIGINAL_COMMAND\" >&2\nexit 1\n")
}

fn config(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "HostKey {folder}/host\n\
         AuthorizedKeysFile {folder}/authorized_keys\n\
         PidFile none\n\
         UsePAM no\n\
         StrictModes no\n\
         PermitRootLogin prohibit-password\n\
         PasswordAuthentication no\n\
         KbdInteractiveAuthentication no\n\
         AllowTcpForwarding no\n\
         AcceptEnv GIT_PROTOCOL\n\
         LogLevel VERBOSE\n"
    )
}

/// An sshd run by root wants the empty folder that the service's start script makes, and does not start without.
fn separate_privileges() -> io::Result<()> {
    let empty = Path::new("/run/sshd");
    if output(Command::new("id").arg("-u"))? == "0" && !empty.is_dir() {
        fs::create_dir_all(empty)?;
    }
    Ok(())
}
