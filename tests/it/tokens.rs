//! Rust sources as flat lists of tokens: no comments, no insides of texts, and test code marked as such.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    /// Counted from 1.
    pub(crate) line: usize,
    /// Whether it stands under `#[cfg(test)]`.
    pub(crate) in_test: bool,
}

/// The tokens of a source text, brackets included.
pub(crate) fn tokens(source: &str) -> Result<Vec<Token>, String> {
    let stream: TokenStream = source.parse().map_err(|error| format!("not Rust: {error}"))?;
    let mut found = Vec::new();
    flatten(stream, false, &mut found);
    Ok(found)
}

fn flatten(stream: TokenStream, in_test: bool, found: &mut Vec<Token>) {
    let trees: Vec<_> = stream.into_iter().collect();
    // Where the item that a `#[cfg(test)]` marks ends.
    let mut test_until = 0;
    for (at, tree) in trees.iter().enumerate() {
        if at >= test_until && is_cfg_test(&trees, at) {
            test_until = end_of_item(&trees, at + 2);
        }
        let in_test = in_test || at < test_until;
        let mut push = |text: String, line| found.push(Token { text, line, in_test });
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                push(open.to_owned(), group.span_open().start().line);
                flatten(group.stream(), in_test, found);
                found.push(Token { text: close.to_owned(), line: group.span_close().end().line, in_test });
            }
            // A literal's text may say anything, and end on a later line.
            TokenTree::Literal(literal) => push("\"\"".to_owned(), literal.span().start().line),
            other => push(other.to_string(), other.span().start().line),
        }
    }
}

fn is_cfg_test(trees: &[TokenTree], at: usize) -> bool {
    let (Some(TokenTree::Punct(hash)), Some(TokenTree::Group(group))) = (trees.get(at), trees.get(at + 1))
    else {
        return false;
    };
    let condition = group.stream().to_string().replace(char::is_whitespace, "");
    hash.as_char() == '#' && (condition == "cfg(test)" || condition.starts_with("cfg(all(test,"))
}

/// One past the braces or the semicolon that end the item beginning at `from`.
fn end_of_item(trees: &[TokenTree], from: usize) -> usize {
    let ends = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    };
    (from..trees.len()).find(|at| ends(&trees[*at])).map_or(trees.len(), |at| at + 1)
}

/// The lines on which these tokens follow one another.
pub(crate) fn lines_of(tokens: &[Token], words: &[&str]) -> Vec<usize> {
    let hit = |window: &&[Token]| window.iter().map(|token| token.text.as_str()).eq(words.iter().copied());
    tokens.windows(words.len()).filter(hit).map(|window| window[0].line).collect()
}

/// The modules of `krate` that are named, `krate::{a, b}` included, with their lines.
pub(crate) fn modules_of<'t>(tokens: &'t [Token], krate: &str) -> Vec<(&'t str, usize)> {
    let mut found = Vec::new();
    for (at, window) in tokens.windows(4).enumerate() {
        let [name, colon, second, next] = window else { continue };
        if name.text != krate || colon.text != ":" || second.text != ":" {
            continue;
        }
        if next.text != "{" {
            found.push((next.text.as_str(), next.line));
            continue;
        }
        let mut depth = 0;
        let mut before = "";
        for token in &tokens[at + 3..] {
            depth += i32::from(token.text == "{") - i32::from(token.text == "}");
            if depth == 0 {
                break;
            }
            // The first word after the brace or a comma names a module; what follows it is inside that one.
            if depth == 1 && matches!(before, "{" | ",") {
                found.push((token.text.as_str(), token.line));
            }
            before = &token.text;
        }
    }
    found
}

#[test]
fn comments_and_texts_are_no_tokens() {
    let found = tokens("// unsafe\n/// unsafe\nfn a() { let _ = \"unsafe\"; }").unwrap();
    assert!(found.iter().all(|token| token.text != "unsafe"));
    assert_eq!(lines_of(&found, &["fn", "a"]), [3]);
}

#[test]
fn test_code_is_marked() {
    let found = tokens(
        "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n#[cfg(test)]\nuse d;\nfn e() {}",
    );
    let marked =
        |name: &str| found.as_ref().unwrap().iter().find(|token| token.text == name).unwrap().in_test;
    assert_eq!(["a", "b", "c", "d", "e"].map(marked), [false, true, false, true, false]);
}

#[test]
fn modules_are_found_in_groups() {
    let found =
        tokens("use std::fs::File; use std::{env, time::{Duration, Instant}, io}; type A = std::net::B;")
            .unwrap();
    let names: Vec<_> = modules_of(&found, "std").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["fs", "env", "time", "io", "net"]);
}
