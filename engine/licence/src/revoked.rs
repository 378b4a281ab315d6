//! A vendor's signed list of licences that are no longer good. An engine knows of it where the list lies beside its licences.

use crate::judge::{Denied, Licence, Reason};
use crate::keys::{from_hex, to_hex};
use crate::terms::{read_time, show_time};
use crate::{FormatError, KeyId, PublicKey, SecretKey};

/// The first line. It keeps a signature over a list from being taken for one over a licence, and the other way round.
const HEADER: &str = "QuantMesh revoked licences 1";

/// The longest file: some ten thousand licences.
const LONGEST: usize = 1024 * 1024;

/// Licences that are no longer good.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revocations {
    /// When the list was written, in seconds since 1970.
    pub as_of: i64,
    /// What is on it.
    pub revoked: Vec<Revocation>,
}

/// One licence that is no longer good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The licence.
    pub id: String,
    /// Since when, in seconds since 1970.
    pub since: i64,
    /// Why, for the customer to read.
    pub why: String,
}

/// A list whose signature nobody has looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRevocations {
    claims: Revocations,
    key: KeyId,
    signature: String,
}

impl Revocations {
    /// The text of the list, signed.
    ///
    /// # Errors
    /// [`FormatError`] for a list that can't be written down, such as a reason of two lines.
    pub fn sign(&self, key: &SecretKey) -> Result<String, FormatError> {
        let part = self.signed_part(&key.public().id());
        let text = format!("{part}signature: {}\n", to_hex(&key.sign(part.as_bytes())));
        match SignedRevocations::parse(&text)? {
            read if read.claims == *self => Ok(text),
            _ => Err(FormatError::NotCanonical),
        }
    }

    fn signed_part(&self, key: &KeyId) -> String {
        let mut text = format!("{HEADER}\nas-of: {}\n", show_time(self.as_of));
        for one in &self.revoked {
            text.push_str(&format!("revoked: {} {} {}\n", one.id, show_time(one.since), one.why));
        }
        text.push_str(&format!("key-id: {key}\n"));
        text
    }

    /// Whether a licence of the same vendor is not on the list.
    ///
    /// # Errors
    /// [`Reason::Revoked`] for one that is.
    pub fn permits(&self, licence: &Licence) -> Result<(), Denied> {
        match self.revoked.iter().find(|one| one.id == licence.terms().id) {
            None => Ok(()),
            Some(one) => Err(licence.denied(Reason::Revoked { since: one.since, why: one.why.clone() })),
        }
    }
}

impl SignedRevocations {
    /// Whether a text says that it is a list, and no licence.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.lines().next() == Some(HEADER)
    }

    /// Reads the text of a list.
    ///
    /// # Errors
    /// [`FormatError`] for a text that is not exactly as [`Revocations::sign`] writes one.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        if text.len() > LONGEST {
            return Err(FormatError::ListTooLong);
        }
        let text = text.replace("\r\n", "\n");
        let mut lines = text.lines().enumerate();
        if lines.next().map(|(_, line)| line) != Some(HEADER) {
            return Err(FormatError::ListHeader);
        }
        let mut found = Self {
            claims: Revocations::default(),
            key: KeyId::read("0000000000000000").ok_or(FormatError::ListHeader)?,
            signature: String::new(),
        };
        for (at, line) in lines {
            let read = match line.split_once(": ") {
                Some(("as-of", value)) => read_time(value).map(|time| found.claims.as_of = time),
                Some(("revoked", value)) => revocation(value).map(|one| found.claims.revoked.push(one)),
                Some(("key-id", value)) => KeyId::read(value).map(|key| found.key = key),
                Some(("signature", value)) => {
                    value.clone_into(&mut found.signature);
                    Some(())
                }
                _ => None,
            };
            read.ok_or(FormatError::ListLine { line: at + 1 })?;
        }
        // One way to write it, in one order.
        let again = format!("{}signature: {}\n", found.claims.signed_part(&found.key), found.signature);
        if again == text { Ok(found) } else { Err(FormatError::NotCanonical) }
    }

    /// The key that it says it is signed with.
    #[must_use]
    pub const fn key_id(&self) -> &KeyId {
        &self.key
    }

    /// The list, if this vendor signed it.
    #[must_use]
    pub fn verify(&self, key: &PublicKey) -> Option<&Revocations> {
        let message = self.claims.signed_part(&self.key);
        let signature: [u8; 64] = from_hex(&self.signature)?;
        (self.key == key.id() && key.has_signed(message.as_bytes(), &signature)).then_some(&self.claims)
    }
}

/// `ID TIME WHY`.
fn revocation(text: &str) -> Option<Revocation> {
    let (id, rest) = text.split_once(' ')?;
    let (since, why) = rest.split_once(' ')?;
    let plain = !id.is_empty() && !why.is_empty() && why.trim() == why && !why.chars().any(char::is_control);
    let since = read_time(since).filter(|_| plain)?;
    Some(Revocation { id: id.to_owned(), since, why: why.to_owned() })
}
