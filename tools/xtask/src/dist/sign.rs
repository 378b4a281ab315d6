//! Signatures in the format of minisign. The key comes from a file or from the environment, and goes nowhere.

use std::path::{Path, PathBuf};
use std::{env, fmt, fs};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use minisign::{PublicKey, SecretKey, SecretKeyBox};

use super::DistError;

/// Who signs.
pub struct Signer {
    secret: SecretKey,
    public: PublicKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("public", &self.public.to_base64()).finish_non_exhaustive()
    }
}

impl Signer {
    /// The key from a file, from `QUANTMESH_MINISIGN_KEY` or from the file in `QUANTMESH_MINISIGN_KEY_FILE`; `None` where
    /// there is none.
    ///
    /// # Errors
    /// Where there is one that can't be used.
    pub fn find(file: Option<&Path>) -> Result<Option<Self>, DistError> {
        let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let file = file.map(Path::to_path_buf);
        let (text, place) = match (file, set("QUANTMESH_MINISIGN_KEY"), set("QUANTMESH_MINISIGN_KEY_FILE")) {
            (Some(file), ..) => (text(&file)?, format!("the signing key in {}", file.display())),
            (None, Some(text), _) => (text, "the signing key in QUANTMESH_MINISIGN_KEY".to_owned()),
            (None, None, Some(file)) => (text(&PathBuf::from(&file))?, format!("the signing key in {file}")),
            (None, None, None) => return Ok(None),
        };
        Self::read(&text, set("QUANTMESH_MINISIGN_PASSWORD"), &place).map(Some)
    }

    /// Reads a key; `place` says where it was found.
    ///
    /// # Errors
    /// Where it is none, or its password is missing or wrong.
    pub fn read(text: &str, password: Option<String>, place: &str) -> Result<Self, DistError> {
        let refused = |why: &str| DistError::Refused(format!("{place} {why}"));
        let bytes = text.lines().nth(1).and_then(|line| BASE64_STANDARD.decode(line.trim()).ok());
        let bare = bytes.and_then(|bytes| SecretKey::from_bytes(&bytes).ok());
        let secret = match (bare, password) {
            // A key without a password. The library asks it for a checksum that the `minisign` program does not write.
            (Some(secret), _) if !secret.is_encrypted() => secret,
            (Some(_), Some(password)) => SecretKeyBox::from_string(text)
                .and_then(|boxed| boxed.into_secret_key(Some(password)))
                .map_err(|_| refused("does not open with this password"))?,
            (Some(_), None) => return Err(refused("needs its password: set QUANTMESH_MINISIGN_PASSWORD")),
            (None, _) => return Err(refused("is not a minisign secret key")),
        };
        let public = PublicKey::from_secret_key(&secret).map_err(|_| refused("has no public half"))?;
        Ok(Self { secret, public })
    }

    /// The public half, as `minisign -P` takes it.
    #[must_use]
    pub fn public(&self) -> String {
        self.public.to_base64()
    }

    /// A signature over a file's bytes, as the text of a `.minisig`.
    ///
    /// The trusted comment names file and release, so that one can't pass for another.
    ///
    /// # Errors
    /// Where the system has no random numbers.
    pub fn sign(&self, name: &str, version: &str, epoch: u64, bytes: &[u8]) -> Result<String, DistError> {
        let trusted = format!("quantmesh v{version} file:{name} timestamp:{epoch}");
        let signed = minisign::sign(
            Some(&self.public),
            &self.secret,
            bytes,
            Some(&trusted),
            Some("quantmesh release"),
        );
        signed.map(|signature| signature.into_string()).map_err(DistError::wrong("signing"))
    }
}

fn text(file: &Path) -> Result<String, DistError> {
    fs::read_to_string(file)
        .map_err(DistError::io(format!("the signing key {} can't be read", file.display())))
}
