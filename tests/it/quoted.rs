//! Figures in the documents are quoted from files that a measurement wrote, and never typed. `UPDATE=1` quotes them anew.

use std::fs;

use crate::house;

/// What opens a quotation, before the path of the file.
const OPEN: &str = "<!-- quoted from ";
const CLOSE: &str = "<!-- end of quotation -->\n";

/// The page with every quotation as its file has it today: all but the file's title.
fn quoted(page: &str, read: impl Fn(&str) -> String) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (path, after) = after.split_once(" -->\n").ok_or("a quotation's first line does not end")?;
        let (_, after) =
            after.split_once(CLOSE).ok_or_else(|| format!("the quotation of {path} does not end"))?;
        let source = read(path);
        let (title, body) = source.split_once('\n').unwrap_or_default();
        if !title.starts_with("# ") {
            return Err(format!("{path} has no title"));
        }
        text += &format!("{before}{OPEN}{path} -->\n{}\n{CLOSE}", body.trim_start());
        rest = after;
    }
    Ok(text + rest)
}

#[test]
fn figures_are_quoted_and_not_typed() {
    let path = "docs/WHY_COMPILED_IN.md";
    let page = house::read(path);
    let wanted = quoted(&page, house::read).expect("the quotations are whole");
    assert!(wanted.matches(OPEN).count() >= 3, "{path} quotes what was measured");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(house::root().join(path), &wanted).expect("it can be written");
    } else if page != wanted {
        let line = page.lines().zip(wanted.lines()).position(|(page, wanted)| page != wanted);
        panic!(
            "{path}:{}: not what the measurement's file says; run `UPDATE=1 cargo test --test it quoted` and commit it",
            line.map_or(0, |line| line + 1)
        );
    }
}

mod shown_to_fail {
    //! A figure that was changed by hand, and quotations that are not whole.

    use super::*;

    fn read(path: &str) -> String {
        assert_eq!(path, "a.md");
        "# Title\n\n| way | 1.00 |\n".to_owned()
    }

    #[test]
    fn a_figure_that_was_touched_up() {
        let page = format!("Text.\n{OPEN}a.md -->\n| way | 1.00 |\n\n{CLOSE}More.\n");
        assert_eq!(quoted(&page, read).as_deref(), Ok(page.as_str()));
        let better = page.replace("1.00", "0.90");
        assert_eq!(quoted(&better, read).as_deref(), Ok(page.as_str()));
    }

    #[test]
    fn a_quotation_that_does_not_end() {
        let error = quoted(&format!("{OPEN}a.md -->\n| way |\n"), read).unwrap_err();
        assert_eq!(error, "the quotation of a.md does not end");
        let error = quoted(&format!("{OPEN}a.md -->\n{CLOSE}"), |_| "no title\n".to_owned()).unwrap_err();
        assert_eq!(error, "a.md has no title");
    }
}
