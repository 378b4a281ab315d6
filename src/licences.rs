//! The licences of paid entries: where they are found, what they allow now, and what an entry without one is told.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use kernel::Term;
use licence::{Ask, Licence, PublicKey, Signed, SignedRevocations, Standing};
use sdk::{Catalogue, Registered, Tier};
use types::Time;

use crate::cli::LicenceArgs;
use crate::config::LicenceConfig;
use crate::failure::Kind;
use crate::machine::{self, Instance};
use crate::{Failure, terminal};

/// The licence files of a run, read but not yet held against anything.
#[derive(Debug)]
pub(crate) struct Licences {
    pub(crate) files: Vec<LicenceFile>,
    /// Lists of revoked licences that lie beside them.
    revoked: Vec<SignedRevocations>,
    /// Where they were looked for, for messages.
    pub(crate) looked_in: String,
    demo_allowed: bool,
}

/// One licence file.
#[derive(Debug)]
pub(crate) struct LicenceFile {
    pub(crate) path: PathBuf,
    /// What is in it, or why that is no licence.
    pub(crate) read: Result<Signed, Failure>,
}

/// This machine's clock, before any data is read.
pub(crate) const NOW: Clock = Clock::Wall { seen: None };

/// By which time licences are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// This machine's, which may not be before a time that market data has, in seconds since 1970.
    Wall {
        /// The last of the data, where it is known.
        seen: Option<i64>,
    },
    /// That of market data that starts here, in seconds since 1970.
    Data(i64),
}

/// What a run may use, and how long.
#[derive(Debug, Default)]
pub(crate) struct Granted {
    terms: Vec<(&'static str, Term)>,
    /// Held as long as the run goes on.
    instances: Vec<(String, Instance)>,
}

/// An entry's licence and how it stands.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) licence: Licence,
    pub(crate) standing: Standing,
}

impl Licences {
    /// Finds them by flag, environment, configuration or the user's folder: the first of these that is given counts alone.
    pub(crate) fn find(args: &LicenceArgs, config: Option<(&LicenceConfig, &Path)>) -> Result<Self, Failure> {
        let from_config = config.and_then(|(config, folder)| Some(folder.join(config.path.as_ref()?)));
        let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let given = (args.licence.clone().map(|path| ("--licence", path)))
            .or_else(|| set("QUANTMESH_LICENCE").map(|path| ("QUANTMESH_LICENCE", path.into())))
            .or_else(|| from_config.map(|path| ("licence.path", path)));
        let demo_allowed = cfg!(debug_assertions)
            || args.allow_demo_key
            || config.is_some_and(|(config, _)| config.allow_demo_key);
        if let Some((by, path)) = given {
            let (files, revoked) = if path.is_dir() {
                (files_in(&path)?, lists_in(&path))
            } else {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                (vec![LicenceFile::read(path.clone())?], lists_in(folder.unwrap_or(Path::new("."))))
            };
            return Ok(Self {
                files,
                revoked,
                looked_in: format!("{} ({by})", path.display()),
                demo_allowed,
            });
        }
        let Some(folder) = machine::licence_folder() else {
            let looked_in = "no folder, as HOME is not set".to_owned();
            return Ok(Self { files: Vec::new(), revoked: Vec::new(), looked_in, demo_allowed });
        };
        let files = if folder.is_dir() { files_in(&folder)? } else { Vec::new() };
        let revoked = lists_in(&folder);
        Ok(Self { files, revoked, looked_in: folder.display().to_string(), demo_allowed })
    }

    /// How an entry stands now: `None` for a free one.
    pub(crate) fn held(&self, entry: &Registered, clock: Clock) -> Result<Option<Held>, Failure> {
        let Tier::Paid { vendor_key } = entry.tier else { return Ok(None) };
        let key = PublicKey::from_hex(vendor_key.trim()).map_err(|error| {
            Failure::new(Kind::Build, format!("{}: its vendor key: {error}", entry.package))
        })?;
        let mut worst: Option<(u8, Failure)> = None;
        for file in &self.files {
            match self.judge(file, &key, entry, clock) {
                Ok(held) => return Ok(Some(held)),
                // Of several licences that do not help, the one that came nearest tells why.
                Err((near, failure)) if worst.as_ref().is_none_or(|(known, _)| near > *known) => {
                    worst = Some((near, failure));
                }
                Err(_) => {}
            }
        }
        Err(worst.map_or_else(|| self.none_for(entry), |(_, failure)| failure))
    }

    fn none_for(&self, entry: &Registered) -> Failure {
        let what = format!(
            "{} {} is a paid {}, and there is no licence; looked in {}; `quantmesh licence install FILE` puts one where it is found, and whatever is free runs without",
            entry.id,
            entry.version,
            entry.kind().text(),
            self.looked_in
        );
        Failure::new(Kind::Licence(licence::NO_LICENCE), what)
    }

    /// Judges one file for an entry. The number says how near it came: a file that is not for this vendor is farther off than one that
    /// has ended.
    fn judge(
        &self,
        file: &LicenceFile,
        key: &PublicKey,
        entry: &Registered,
        clock: Clock,
    ) -> Result<Held, (u8, Failure)> {
        let fail = |code: u8, what: String| {
            Failure::new(
                Kind::Licence(code),
                format!("{} {}: {}: {what}", entry.id, entry.version, file.path.display()),
            )
        };
        let signed = file.read.as_ref().map_err(|failure| (0, failure.clone()))?;
        let licence = signed.verify(key).map_err(|error| (1, fail(error.exit_code(), error.to_string())))?;
        if licence.is_demo() && !self.demo_allowed {
            return Err((2, fail(licence::DEMO_KEY, DEMO_REFUSED.to_owned())));
        }
        for list in self.revoked.iter().filter_map(|list| list.verify(key)) {
            list.permits(&licence).map_err(|denied| (3, fail(denied.exit_code(), denied.to_string())))?;
        }
        let (now, last_seen) = match clock {
            Clock::Wall { seen } => {
                let earlier = machine::state_folder().and_then(|state| machine::last_seen(&state));
                (machine::now(), seen.max(earlier))
            }
            Clock::Data(start) => (start, None),
        };
        let machine = machine::name();
        let ask = Ask {
            strategy: entry.id,
            version: entry.version,
            released: released(entry, now),
            now,
            last_seen,
            machine: machine.as_deref(),
            instances: 1,
        };
        match licence.judge(&ask) {
            Ok(standing) => Ok(Held { licence, standing }),
            Err(denied) => Err((3, fail(denied.exit_code(), denied.to_string()))),
        }
    }

    /// The entries of a catalogue that a run may use.
    pub(crate) fn granted(&self, catalogue: &Catalogue, clock: Clock) -> Catalogue {
        catalogue.only(|entry| self.held(entry, clock).is_ok())
    }
}

const DEMO_REFUSED: &str = "it is signed with the demonstration key, which everybody has; get one from the vendor, or ask for it by name with --allow-demo-key";

impl LicenceFile {
    /// Reads a file. That it can't be read at all is an error of whoever named it; what is wrong inside is kept.
    fn read(path: PathBuf) -> Result<Self, Failure> {
        let text = fs::read_to_string(&path).map_err(|error| {
            Failure::config(format!("{}: {error}; a licence is a text file", path.display()))
        })?;
        let read = Signed::parse(&text).map_err(|error| {
            Failure::new(Kind::Licence(error.exit_code()), format!("{}: {error}", path.display()))
        });
        Ok(Self { path, read })
    }
}

/// The files `*.licence` of a folder, by name.
fn files_in(folder: &Path) -> Result<Vec<LicenceFile>, Failure> {
    let failed = |error: std::io::Error| Failure::config(format!("{}: {error}", folder.display()));
    let mut paths = Vec::new();
    for entry in folder.read_dir().map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "licence") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.into_iter().map(LicenceFile::read).collect()
}

/// The lists `*.revoked` of a folder. Who has the folder can take a list away, so one that can't be read stops nothing.
fn lists_in(folder: &Path) -> Vec<SignedRevocations> {
    let paths = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let lists = paths.filter(|path| path.extension().is_some_and(|extension| extension == "revoked"));
    lists
        .filter_map(|path| {
            let text = fs::read_to_string(&path).map_err(|error| error.to_string());
            match text.and_then(|text| SignedRevocations::parse(&text).map_err(|error| error.to_string())) {
                Ok(list) => Some(list),
                Err(error) => {
                    tracing::warn!(file = %path.display(), %error, "a list of revoked licences can't be used");
                    None
                }
            }
        })
        .collect()
}

/// When an entry's version was released, in seconds since 1970. One that does not say counts as released now.
fn released(entry: &Registered, now: i64) -> i64 {
    entry.released.and_then(licence::day).unwrap_or(now)
}

impl Held {
    /// Whether it is about to end.
    pub(crate) const fn is_ending(&self) -> bool {
        matches!(self.standing, Standing::Notice { .. } | Standing::Warning { .. })
    }

    /// The licence and how it stands, in one line.
    pub(crate) fn text(&self, entry: &Registered) -> String {
        let terms = self.licence.terms();
        format!(
            "{} {}: licence {} of {}, {}",
            entry.id, entry.version, terms.id, terms.customer, self.standing
        )
    }
}

impl Granted {
    /// Asks for a licence for everything a run names, and takes a place for it among the running instances. What else a licence
    /// allows is noted down: a named strategy may be made of it.
    pub(crate) fn ask(
        licences: &Licences,
        named: &[&'static Registered],
        all: &Catalogue,
        clock: Clock,
    ) -> Result<Self, Failure> {
        let mut granted = Self::default();
        for entry in all.iter() {
            let is_named = named.iter().any(|one| one.id == entry.id);
            let held = match licences.held(entry, clock) {
                Ok(Some(held)) => held,
                Err(failure) if is_named => return Err(failure),
                Ok(None) | Err(_) => continue,
            };
            granted.terms.push((entry.id, term(&held.licence, entry, clock)));
            if !is_named {
                continue;
            }
            if held.is_ending() {
                terminal::remark(&held.text(entry));
            }
            granted.count(&held.licence, entry)?;
        }
        if let Some(state) = machine::state_folder().filter(|_| !granted.instances.is_empty()) {
            machine::remember(&state, machine::now());
        }
        Ok(granted)
    }

    fn count(&mut self, licence: &Licence, entry: &Registered) -> Result<(), Failure> {
        let terms = licence.terms();
        let Some(state) = machine::state_folder() else { return Ok(()) };
        if self.instances.iter().any(|(known, _)| *known == terms.id) {
            return Ok(());
        }
        let instance = Instance::take(&state, &terms.id, terms.max_instances);
        licence.room(instance.running).map_err(|denied| {
            let what = format!("{} {}: {denied}", entry.id, entry.version);
            Failure::new(Kind::Licence(denied.exit_code()), what)
        })?;
        self.instances.push((terms.id.clone(), instance));
        Ok(())
    }

    /// How long an entry and the parts it is made of may open risk in the time of events: as long as all of them may.
    pub(crate) fn term(&self, id: &str, parts: &[&str]) -> Term {
        let of = |(known, _): &&(&str, Term)| *known == id || parts.contains(known);
        let soonest = |one: Option<Time>, two: Option<Time>| one.into_iter().chain(two).min();
        self.terms.iter().filter(of).fold(Term::default(), |all, (_, term)| Term {
            notice: soonest(all.notice, term.notice),
            warning: soonest(all.warning, term.warning),
            end: soonest(all.end, term.end),
        })
    }
}

/// A licence's end in the time of market data. By the wall clock a backtest is over before anything ends.
fn term(licence: &Licence, entry: &Registered, clock: Clock) -> Term {
    let Clock::Data(start) = clock else { return Term::default() };
    let deadline = licence.deadline(released(entry, start));
    let time = |seconds: Option<i64>| seconds.map(|s| Time::from_nanos(s.saturating_mul(1_000_000_000)));
    Term { notice: time(deadline.notice_at), warning: time(deadline.warning_at), end: time(deadline.ends_at) }
}
