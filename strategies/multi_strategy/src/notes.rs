//! What is said about a child in the run's record. Remarks are texts that live for ever, so each is made once and kept.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Every text that was ever made, so that building a strategy again makes none anew.
static TEXTS: LazyLock<Mutex<BTreeSet<&'static str>>> = LazyLock::new(Mutex::default);

/// The remarks about one child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Notes {
    pub(crate) by_its_wish: &'static str,
    pub(crate) without_bound: &'static str,
    pub(crate) lost_too_much: &'static str,
    pub(crate) books_overflow: &'static str,
    pub(crate) flat: &'static str,
    pub(crate) paused: &'static str,
    pub(crate) resumed: &'static str,
}

impl Notes {
    /// Those of the child `id` in a place, counted from 1.
    pub(crate) fn new(place: usize, id: &str) -> Self {
        let of = |what: &str| kept(format!("child {place} ({id}): {what}"));
        Self {
            by_its_wish: of("shut off, as it asked for its end"),
            without_bound: of("shut off: it wishes without bound"),
            lost_too_much: of("shut off: it lost its max_loss_pct"),
            books_overflow: of("shut off: its books can't hold a number this large"),
            flat: of("flat and shut off for good"),
            paused: of("paused: the regime is none of its own"),
            resumed: of("resumed: the regime is one of its own"),
        }
    }
}

fn kept(text: String) -> &'static str {
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = texts.get(text.as_str()) {
        return text;
    }
    let text: &'static str = Box::leak(text.into_boxed_str());
    texts.insert(text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_made_once() {
        let [one, other] = [Notes::new(1, "grid"), Notes::new(1, "grid")];
        assert!(std::ptr::eq(one.flat, other.flat));
        assert_eq!(one.flat, "child 1 (grid): flat and shut off for good");
    }
}
