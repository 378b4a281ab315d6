//! Secrets out of whatever is printed or written: passwords in addresses, tokens in variables, keys, known token shapes.

use std::env;
use std::sync::LazyLock;

use regex::Regex;

/// What stands where a secret was.
const MASK: &str = "***";

/// Patterns with what replaces them. `ssh://git@host` names an account and no secret, so it stays.
static PATTERNS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let rows = [
        (r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\z)", MASK),
        (r"(?i)(https?|git)://[^/@ \t\r\n'\x22`]+@", "${1}://***@"),
        (r"(?i)(ssh)://([^/@: \t\r\n]+):[^/@ \t\r\n]+@", "${1}://${2}:***@"),
        (r"(?i)(authorization: *(?:basic|bearer|token)? *)[A-Za-z0-9._~+/=-]+", "${1}***"),
        (r"(?i)\b(bearer +)[A-Za-z0-9._~+/=-]{6,}", "${1}***"),
        (r"\b(ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abprs]|cio)[-_]?[A-Za-z0-9_-]{16,}", MASK),
        (r"\bAKIA[0-9A-Z]{16}\b", MASK),
        (r"(?i)([?&](?:access_token|token|private_token|password|key)=)[^&# \t\r\n]+", "${1}***"),
    ];
    rows.iter().filter_map(|(pattern, mask)| Some((Regex::new(pattern).ok()?, *mask))).collect()
});

/// What our own advice has for a user and a token: no secret, and of no use to anybody with a mask in it.
const ADVICE: &str = "USER:TOKEN@";

/// The values of this process's variables that hold secrets.
static VALUES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let strings = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let mut found: Vec<String> = strings.flat_map(|(name, value)| secrets_of(&name, &value)).collect();
    // The longest first, so that one that is part of another does not spoil it.
    found.sort_by_key(|value| std::cmp::Reverse(value.len()));
    found.dedup();
    found
});

/// A text without secrets.
pub(crate) fn text(text: &str) -> String {
    without(text, &VALUES)
}

fn without(text: &str, values: &[String]) -> String {
    let mut clean = text.to_owned();
    for value in values {
        clean = clean.replace(value.as_str(), MASK);
    }
    // It holds a space, so no pattern takes it for the front of an address.
    clean = clean.replace(ADVICE, "\u{0} ");
    for (pattern, mask) in PATTERNS.iter() {
        clean = pattern.replace_all(&clean, *mask).into_owned();
    }
    clean.replace("\u{0} ", ADVICE)
}

/// What is secret in a variable.
fn secrets_of(name: &str, value: &str) -> Vec<String> {
    let whole =
        ["TOKEN", "PASSWORD", "SECRET", "PRIVATE_KEY", "CREDENTIAL"].iter().any(|word| name.ends_with(word));
    let mut found = Vec::new();
    if whole {
        found.push(value.to_owned());
        // A token is often handed over as `Bearer X`; a server may print only the X.
        found.extend(value.split(' ').skip(1).map(str::to_owned));
    }
    if name.starts_with("GIT_CONFIG_") {
        found.extend(passwords(value));
        if let Some((_, secret)) =
            value.split_once(':').filter(|(head, _)| head.eq_ignore_ascii_case("authorization"))
        {
            found.extend(secret.split_whitespace().map(str::to_owned));
        }
    }
    // What is short would take half of the text with it.
    found.retain(|secret| secret.len() >= 6);
    found
}

/// The passwords in the addresses of a text.
fn passwords(text: &str) -> Vec<String> {
    let after = text.split("://").skip(1).filter_map(|rest| rest.split('/').next()?.rsplit_once('@'));
    after.map(|(user, _)| user.rsplit_once(':').map_or(user, |(_, password)| password).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_goes_and_the_rest_stays() {
        let values: Vec<String> = [
            ("CARGO_REGISTRIES_ACME_TOKEN", "Bearer s3cr3t-t0ken"),
            ("GIT_CONFIG_KEY_0", "url.https://bot:hunter22@vendor.example/.insteadOf"),
            ("PATH", "/usr/bin"),
        ]
        .iter()
        .flat_map(|(name, value)| secrets_of(name, value))
        .collect();
        for (given, wanted) in [
            ("fetch https://bot:pw@vendor.example/a.git", "fetch https://***@vendor.example/a.git"),
            ("fetch https://tok@vendor.example/a.git", "fetch https://***@vendor.example/a.git"),
            ("fetch ssh://git@vendor.example/a.git", "fetch ssh://git@vendor.example/a.git"),
            ("ssh://git:pw1@vendor.example/a.git", "ssh://git:***@vendor.example/a.git"),
            ("Authorization: Basic Ym90OnB3", "Authorization: Basic ***"),
            ("the token s3cr3t-t0ken is refused", "the token *** is refused"),
            ("hunter22 and /usr/bin", "*** and /usr/bin"),
            ("ghp_0123456789abcdef0123", "***"),
            (
                "a\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\nz",
                "a\n***\nz",
            ),
            ("GET /dl?token=abc123&x=1", "GET /dl?token=***&x=1"),
            ("mail a@b.example", "mail a@b.example"),
            ("KEY_0=url.https://USER:TOKEN@vendor.example/", "KEY_0=url.https://USER:TOKEN@vendor.example/"),
        ] {
            assert_eq!(without(given, &values), wanted);
        }
        assert_eq!(PATTERNS.len(), 8);
    }
}
