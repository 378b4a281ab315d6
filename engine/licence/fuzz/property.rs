//! What must hold for any bytes that are handed to the reader: used by the fuzz target and by the bounded test.

use std::sync::OnceLock;

use quantmesh_licence::{Grant, Plan, PublicKey, SecretKey, Signed, SignedRevocations, Terms, sign};

/// A licence of a vendor whose key is the fuzzer's own, and that vendor's public key.
pub(crate) fn genuine() -> &'static (String, PublicKey) {
    static GENUINE: OnceLock<(String, PublicKey)> = OnceLock::new();
    GENUINE.get_or_init(|| {
        let key = SecretKey::from_bytes([7; 32]);
        let terms = Terms {
            id: "L-2026-0001".to_owned(),
            customer: "ACME Trading, Zürich".to_owned(),
            strategies: vec![
                Grant { id: "ai_strategy".to_owned(), versions: "^1.2".parse().unwrap_or_default() },
                Grant {
                    id: "multi_strategy".to_owned(),
                    versions: ">=0.1, <0.3".parse().unwrap_or_default(),
                },
            ],
            issued: 1_767_225_600,
            starts: 1_768_003_200,
            expires: Some(1_799_539_200),
            notify_from: None,
            max_instances: 2,
            machine: None,
            plan: Plan::PerpetualFallback,
            engine: "0.1.0".to_owned(),
            msrv: "1.95".to_owned(),
            renew: "sales@vendor.example".to_owned(),
            notes: String::new(),
        };
        (sign(&terms, &key).unwrap_or_default(), key.public())
    })
}

/// Reads the bytes as an engine does. What is well formed means one thing, and only the genuine text passes the key.
///
/// # Panics
/// Where one of those does not hold.
pub(crate) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (genuine, key) = genuine();
    if let Ok(list) = SignedRevocations::parse(text) {
        assert_eq!(list.verify(key), None, "this vendor has revoked nothing");
    }
    let Ok(signed) = Signed::parse(text) else { return };
    if signed.verify(key).is_ok() {
        assert_eq!(text.replace("\r\n", "\n"), *genuine, "a changed licence got through");
    }
    // Well-formed terms can be written down, and read back as they were.
    let again = sign(signed.claims(), &SecretKey::from_bytes([1; 32])).and_then(|text| Signed::parse(&text));
    assert_eq!(
        again.as_ref().map(Signed::claims),
        Ok(signed.claims()),
        "terms that were read can't be written"
    );
}
