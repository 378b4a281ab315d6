//! A comparison as one self-contained page.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Comparison;
use super::forms::starred;
use crate::html::{self, Escaped};
use crate::write::{ReportError, files_into};
use crate::{Group, show};

const TEMPLATE: &str = include_str!("page.html");
const SCRIPT: &str = include_str!("page.js");

impl Comparison {
    /// Writes `compare.html`, `compare.csv` and `compare.json` into a folder, made where it is missing.
    ///
    /// # Errors
    /// [`ReportError`]; files of an earlier comparison stay as they were, and none is left half-written.
    pub fn write_all(&self, folder: &Path) -> Result<Vec<PathBuf>, ReportError> {
        let table = self.csv().map_err(|source| ReportError::Table { name: "compare.csv", source })?;
        let files = [
            ("compare.html", self.html().into_bytes()),
            ("compare.csv", table),
            ("compare.json", format!("{}\n", self.json()).into_bytes()),
        ];
        files_into(folder, files)
    }

    /// The page: curves over each other, every figure, correlations and findings. It fetches nothing.
    #[must_use]
    pub fn html(&self) -> String {
        let parts = [
            ("chart-style", html::CHART_STYLE.to_owned()),
            ("style", html::STYLE.to_owned()),
            ("title", Escaped(&self.runs.join(" · ")).to_string()),
            ("names", self.names()),
            ("metrics", self.metrics()),
            ("correlations", self.correlation_rows()),
            ("findings", self.finding_rows()),
            ("data", self.data()),
            ("chart-script", html::CHART_SCRIPT.to_owned()),
            ("script", SCRIPT.to_owned()),
        ];
        html::fill(TEMPLATE, &parts)
    }

    fn names(&self) -> String {
        self.runs.iter().map(|name| format!("<th class=n>{}", Escaped(name))).collect()
    }

    fn metrics(&self) -> String {
        let mut out = String::new();
        for group in Group::ALL {
            let _ = write!(out, "<tr><th colspan={}><h3>{}</h3>", self.runs.len() + 1, group.name());
            for row in self.rows.iter().filter(|row| row.metric.group == group) {
                let how = Escaped(&row.metric.convention);
                let _ = write!(out, "<tr title=\"{how}\"><th>{}", Escaped(row.metric.label));
                for at in 0..row.values.len() {
                    let tone = if row.best == Some(at) { " gain" } else { "" };
                    let _ = write!(out, "<td class=\"n{tone}\">{}", Escaped(starred(row, at).trim_end()));
                }
            }
        }
        out
    }

    fn correlation_rows(&self) -> String {
        let mut out = String::new();
        for (name, row) in self.runs.iter().zip(&self.correlations) {
            let _ = write!(out, "<tr><th>{}", Escaped(name));
            for value in row {
                let _ = write!(out, "<td class=n>{}", show::number(*value, 2));
            }
        }
        out
    }

    fn finding_rows(&self) -> String {
        let mut out = String::new();
        for (name, list) in self.runs.iter().zip(&self.findings) {
            let _ = write!(out, "<h3>{}</h3><ul class=findings>{}</ul>", Escaped(name), html::findings(list));
        }
        out
    }

    /// JSON for the page's script. `<` is written so that no text in it can end the script.
    fn data(&self) -> String {
        let step = self.days.len().div_ceil(html::MAX_POINTS).max(1);
        // The end of a day, in seconds.
        let times: Vec<i64> = self.days.iter().step_by(step).map(|day| (day + 1) * 86_400).collect();
        let curves: Vec<Vec<Option<f64>>> =
            self.curves.iter().map(|curve| curve.iter().step_by(step).copied().collect()).collect();
        json!({ "runs": self.runs, "t": times, "curves": curves }).to_string().replace('<', "\\u003c")
    }
}
