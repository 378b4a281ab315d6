//! Keys: a vendor's secret one, the public one in their crates, and the short name of it.

use std::fmt;

use ed25519_dalek::{Digest, Sha512, Signature, Signer, SigningKey, VerifyingKey};

/// A vendor's public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// A vendor's secret key. It is wiped from memory when it is dropped, and never shown.
pub struct SecretKey(SigningKey);

/// The short name of a public key: the first 16 hexadecimal digits of its SHA-512.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyId(String);

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is not 64 hexadecimal digits.
    #[error("a key is 64 hexadecimal digits")]
    Digits,
    /// It is no point of the curve that can be trusted.
    #[error("these digits are no Ed25519 public key")]
    Weak,
}

/// The public key of RFC 8032's first test vector, whose secret half everybody can read there.
const DEMO: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

impl PublicKey {
    /// Reads 64 hexadecimal digits, with space around them.
    ///
    /// # Errors
    /// [`KeyError`] for anything else.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(&from_hex(text.trim()).ok_or(KeyError::Digits)?)
            .map_err(|_| KeyError::Weak)?;
        if key.is_weak() { Err(KeyError::Weak) } else { Ok(Self(key)) }
    }

    /// As 64 hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        to_hex(self.0.as_bytes())
    }

    /// Its short name.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId(short_hash(self.0.as_bytes()))
    }

    /// Whether this is the demonstration key: what is signed with it proves nothing.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.to_hex() == DEMO
    }

    /// Whether `signature` is this key's over `message`, by the strict reading of RFC 8032.
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl SecretKey {
    /// A key of 32 random bytes. They must come from the operating system's source of randomness.
    #[must_use]
    pub fn from_bytes(random: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&random))
    }

    /// Reads 64 hexadecimal digits, with space around them.
    ///
    /// # Errors
    /// [`KeyError`] for anything else.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        Ok(Self::from_bytes(from_hex(text.trim()).ok_or(KeyError::Digits)?))
    }

    /// As 64 hexadecimal digits, to be kept where nobody else can read them.
    #[must_use]
    pub fn reveal(&self) -> String {
        to_hex(self.0.as_bytes())
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public().id())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl KeyId {
    /// Reads 16 lower-case hexadecimal digits.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let digits = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        digits.then(|| Self(text.to_owned()))
    }
}

/// A short name for something that is not to be told itself, such as a machine's number: 16 hexadecimal digits of SHA-512.
#[must_use]
pub fn fingerprint(of: &str) -> String {
    short_hash(format!("QuantMesh fingerprint\n{of}").as_bytes())
}

fn short_hash(bytes: &[u8]) -> String {
    to_hex(Sha512::digest(bytes).get(..8).unwrap_or_default())
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads exactly `2 × N` hexadecimal digits, in lower case only: there is one way to write a key or a signature.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text.len() != 2 * N || !lower {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}
