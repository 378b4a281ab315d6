//! The text of a licence: read strictly, written in one way.

use crate::terms::{ANY, NEVER, NOTHING, read_time};
use crate::{Grant, KeyId, Plan, Terms};

/// The first line. It also keeps a signature over something else from being taken for one over a licence.
pub(crate) const HEADER: &str = "QuantMesh licence 1";

/// The longest file.
const LONGEST: usize = 64 * 1024;

/// Why a text is no licence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Longer than a licence can be.
    #[error("this is no licence: it is longer than 64 KiB")]
    TooLong,
    /// The first line is another one.
    #[error("this is no licence: its first line is not `{HEADER}`")]
    Header,
    /// A line does not say what has to stand there.
    #[error("line {line}: `{field}: …` has to stand here; ask the vendor for the file again")]
    Expected {
        /// The line, from 1.
        line: usize,
        /// The field.
        field: &'static str,
    },
    /// A value can't be used.
    #[error("line {line}: {field}: {what}")]
    Value {
        /// The line, from 1.
        line: usize,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Something follows the signature.
    #[error("line {line}: nothing may follow the signature; ask the vendor for the file again")]
    TooMuch {
        /// The line, from 1.
        line: usize,
    },
    /// A list of revoked licences that is longer than one can be.
    #[error("this is no list of revoked licences: it is longer than 1 MiB")]
    ListTooLong,
    /// The first line of a list of revoked licences is another one.
    #[error("this is no list of revoked licences: its first line says something else")]
    ListHeader,
    /// A line of such a list says something else.
    #[error("line {line} is none of a list of revoked licences; ask the vendor for the file again")]
    ListLine {
        /// The line, from 1.
        line: usize,
    },
    /// It says the same in another way.
    #[error(
        "it was written by another hand: spaces, line ends or numbers are not as a licence has them; ask the vendor for the file again"
    )]
    NotCanonical,
}

impl FormatError {
    /// The exit code; see the crate's page.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        21
    }
}

/// Everything that is signed.
pub(crate) fn signed_part(terms: &Terms, key: &KeyId) -> String {
    let mut text = format!("{HEADER}\n");
    for (name, value) in terms.fields() {
        text.push_str(&format!("{name}: {value}\n"));
    }
    text.push_str(&format!("key-id: {key}\n"));
    text
}

/// Holds every value against what can be written and read back.
pub(crate) fn check(terms: &Terms) -> Result<(), FormatError> {
    let part = signed_part(terms, &KeyId::read("0000000000000000").ok_or(FormatError::Header)?);
    let (again, ..) = read(&format!("{part}signature: \n"))?;
    if again == *terms { Ok(()) } else { Err(FormatError::NotCanonical) }
}

/// A text as terms, key id and the digits of the signature. Line ends of Windows are taken as those of Unix.
pub(crate) fn read(text: &str) -> Result<(Terms, KeyId, String), FormatError> {
    if text.len() > LONGEST {
        return Err(FormatError::TooLong);
    }
    let text = text.replace("\r\n", "\n");
    let mut lines = Lines { rest: text.lines().collect(), at: 0 };
    if lines.rest.first() != Some(&HEADER) {
        return Err(FormatError::Header);
    }
    lines.at = 1;
    let terms = Terms {
        id: lines.text("id")?,
        customer: lines.text("customer")?,
        strategies: lines.grants()?,
        issued: lines.time("issued")?,
        starts: lines.time("starts")?,
        expires: lines.time_or_never("expires")?,
        notify_from: lines.time_or_never("notify-from")?,
        max_instances: lines.value("max-instances", "a whole number from 1 to 10000", |text| {
            text.parse().ok().filter(|most| (1..=10_000).contains(most))
        })?,
        machine: Some(lines.text("machine")?).filter(|machine| machine != ANY),
        plan: lines.value("plan", "subscription or perpetual-fallback", Plan::read)?,
        engine: lines.text("engine")?,
        msrv: lines.text("msrv")?,
        renew: lines.text("renew")?,
        notes: Some(lines.text("notes")?).filter(|notes| notes != NOTHING).unwrap_or_default(),
    };
    let key = lines.value("key-id", "16 digits of 0-9a-f", KeyId::read)?;
    let signature = lines.next("signature")?.to_owned();
    if lines.at < lines.rest.len() {
        return Err(FormatError::TooMuch { line: lines.at + 1 });
    }
    // One way to write it: whatever reads the same and looks otherwise is refused.
    if format!("{}signature: {signature}\n", signed_part(&terms, &key)) != text {
        return Err(FormatError::NotCanonical);
    }
    Ok((terms, key, signature))
}

struct Lines<'t> {
    rest: Vec<&'t str>,
    at: usize,
}

impl<'t> Lines<'t> {
    fn peek(&self, field: &'static str) -> Option<&'t str> {
        self.rest.get(self.at)?.strip_prefix(field)?.strip_prefix(": ")
    }

    fn next(&mut self, field: &'static str) -> Result<&'t str, FormatError> {
        let found = self.peek(field).ok_or(FormatError::Expected { line: self.at + 1, field })?;
        self.at += 1;
        Ok(found)
    }

    fn value<T>(
        &mut self,
        field: &'static str,
        what: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, FormatError> {
        let found = self.next(field)?;
        read(found).ok_or(FormatError::Value { line: self.at, field, what })
    }

    /// One line of text without control characters and without space around it.
    fn text(&mut self, field: &'static str) -> Result<String, FormatError> {
        self.value(field, "plain text on one line, without space around it", |text| {
            let plain = !text.is_empty() && text.trim() == text && !text.chars().any(char::is_control);
            plain.then(|| text.to_owned())
        })
    }

    fn time(&mut self, field: &'static str) -> Result<i64, FormatError> {
        self.value(field, "a time such as 2026-11-24T00:00:00Z", read_time)
    }

    fn time_or_never(&mut self, field: &'static str) -> Result<Option<i64>, FormatError> {
        self.value(field, "a time such as 2026-11-24T00:00:00Z, or never", |text| {
            if text == NEVER { Some(None) } else { read_time(text).map(Some) }
        })
    }

    fn grants(&mut self) -> Result<Vec<Grant>, FormatError> {
        let mut grants = Vec::new();
        while grants.is_empty() || self.peek("strategy").is_some() {
            let what = "an id and a range of versions, such as ai_strategy ^1.2";
            grants.push(self.value("strategy", what, |text| {
                let (id, versions) = text.split_once(' ')?;
                let plain = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
                let versions = versions.parse().ok().filter(|_| plain && !id.is_empty())?;
                Some(Grant { id: id.to_owned(), versions })
            })?);
        }
        Ok(grants)
    }
}
