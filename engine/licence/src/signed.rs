//! A licence as a file holds it: well formed, signed by somebody, not yet trusted.

use crate::keys::{from_hex, to_hex};
use crate::text::{check, read, signed_part};
use crate::{FormatError, KeyId, Licence, PublicKey, SecretKey, Terms};

/// A licence whose signature nobody has looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    claims: Terms,
    key: KeyId,
    signature: String,
}

/// Why a licence is not the vendor's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// It names another key.
    #[error(
        "licence {id} of {customer} is signed with the key {theirs}, and this strategy's vendor has the key {ours}; it is another vendor's, or of before the vendor changed keys: ask for a new one"
    )]
    OtherKey {
        /// The licence.
        id: String,
        /// Whose.
        customer: String,
        /// The key it names.
        theirs: KeyId,
        /// The vendor's.
        ours: KeyId,
    },
    /// The signature does not fit the text.
    #[error(
        "licence {id} of {customer} was changed after it was signed, or not signed by its vendor; ask the vendor for the file again"
    )]
    Changed {
        /// The licence.
        id: String,
        /// Whose.
        customer: String,
    },
}

impl SignatureError {
    /// The exit code; see the crate's page.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::OtherKey { .. } => 22,
            Self::Changed { .. } => 23,
        }
    }
}

impl Signed {
    /// Reads the text of a licence.
    ///
    /// # Errors
    /// [`FormatError`] with the line, for a text that is not exactly as [`sign`] writes one.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let (claims, key, signature) = read(text)?;
        Ok(Self { claims, key, signature })
    }

    /// What it claims, for showing: nothing of it is proved.
    #[must_use]
    pub const fn claims(&self) -> &Terms {
        &self.claims
    }

    /// The key that it says it is signed with.
    #[must_use]
    pub const fn key_id(&self) -> &KeyId {
        &self.key
    }

    /// Holds it against a vendor's key.
    ///
    /// # Errors
    /// [`SignatureError`] where it names another key, or the signature does not fit.
    pub fn verify(&self, key: &PublicKey) -> Result<Licence, SignatureError> {
        let (id, customer) = (self.claims.id.clone(), self.claims.customer.clone());
        if self.key != key.id() {
            return Err(SignatureError::OtherKey { id, customer, theirs: self.key.clone(), ours: key.id() });
        }
        let message = signed_part(&self.claims, &self.key);
        let fits = from_hex(&self.signature)
            .is_some_and(|signature: [u8; 64]| key.has_signed(message.as_bytes(), &signature));
        if fits {
            Ok(Licence::new(self.claims.clone(), key))
        } else {
            Err(SignatureError::Changed { id, customer })
        }
    }
}

/// The text of a licence, signed.
///
/// # Errors
/// [`FormatError`] for terms that can't be written down, such as a customer's name of two lines.
pub fn sign(terms: &Terms, key: &SecretKey) -> Result<String, FormatError> {
    check(terms)?;
    let part = signed_part(terms, &key.public().id());
    let signature = to_hex(&key.sign(part.as_bytes()));
    Ok(format!("{part}signature: {signature}\n"))
}
