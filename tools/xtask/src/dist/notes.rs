//! `RELEASE_NOTES.md`: what is in a release, for people.

use std::fmt::Write;

use super::Record;

/// The notes of a release.
#[must_use]
pub fn notes(record: &Record) -> String {
    let mut text = format!("# QuantMesh {}\n\n", record.version);
    let _ = writeln!(text, "Of {}, from revision {}{}.", record.date, record.revision, dirty(record));
    let _ = writeln!(
        text,
        "To build it again: Rust {} or newer (the compilers used are below), features `{}`.\n",
        record.msrv,
        record.features.join(",")
    );
    let _ =
        writeln!(text, "## Strategies\n\n| id | version | tier | what it does |\n| --- | --- | --- | --- |");
    for one in &record.strategies {
        let _ = writeln!(text, "| `{}` | {} | {} | {} |", one.id, one.version, one.tier, one.what);
    }
    if record.strategies.is_empty() {
        let _ = writeln!(text, "| none | | | |");
    }
    let _ = writeln!(
        text,
        "\n## Platforms\n\n| platform | linking | archive | compiler |\n| --- | --- | --- | --- |"
    );
    for part in &record.targets {
        let _ = writeln!(
            text,
            "| {} {} (`{}`) | {} | `{}` | {} |",
            part.os, part.arch, part.target, part.linking, part.archive, part.rustc
        );
    }
    let images: Vec<_> = record.targets.iter().filter_map(|part| part.image.as_ref()).collect();
    if !images.is_empty() {
        let _ = writeln!(text, "\n## Images\n\n| file | digest |\n| --- | --- |");
        for image in images {
            let _ = writeln!(text, "| `{}` | `{}` |", image.file, image.digest);
        }
    }
    let _ = writeln!(text, "\n## To check\n\n    sha256sum --check SHA256SUMS");
    match &record.signed_by {
        Some(key) => {
            let _ = writeln!(text, "    minisign -V -m SHA256SUMS -P {key}");
            let _ = writeln!(text, "\nCompare this key with the one that was published elsewhere.");
        }
        None => text.push_str("\nThis release is unsigned.\n"),
    }
    text
}

fn dirty(record: &Record) -> &'static str {
    if record.dirty { ", with changes that were not committed" } else { "" }
}
