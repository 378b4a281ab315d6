//! Parameters that name files: a strategy reads none itself, so it is handed their content in the place of their names.
//!
//! A parameter is one where its schema says `"x-file": true`. Text goes over as it is, anything else as `hex:` and its
//! bytes in hexadecimal. What equals the parameter's default, or is such content already, is no name. The parameters of a
//! `child`, an entry that another one holds, are looked through in the same way, by the child's own schema.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use sdk::{Catalogue, Registered};
use serde_json::Value as Json;
use toml::{Table, Value};

use super::Source;
use crate::Failure;

/// The largest file that is handed over: models of this engine are a thousand times smaller.
const MOST: u64 = 8 * 1024 * 1024;

/// The parameters of an entry with the content of the files that they name; children are looked up among those that the run
/// may use. One that is not there is left as it is: whoever holds it refuses it by name.
pub(crate) fn handed_over(
    source: &Source,
    entry: &Registered,
    params: &Table,
    usable: &Catalogue,
) -> Result<Table, Failure> {
    let schema = (entry.schema)();
    let properties = schema.as_value().get("properties").and_then(Json::as_object);
    let mut filled = params.clone();
    for (key, property) in properties.into_iter().flatten() {
        let Some(Value::String(name)) = filled.get_mut(key) else { continue };
        let is_default = property.get("default").and_then(Json::as_str) == Some(name.as_str());
        let is_content = name.trim_start().starts_with('{') || name.starts_with("hex:");
        if property.get("x-file") != Some(&Json::Bool(true)) || is_default || is_content {
            continue;
        }
        *name = content(&source.folder.join(&*name)).map_err(|what| {
            let place = source.place_of(key);
            Failure::config(format!("{place}: {} {}: {key} = {name}: {what}", entry.kind().text(), entry.id))
        })?;
    }
    for child in filled.get_mut("child").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(id) = child.get("id").and_then(Value::as_str) else { continue };
        let (Some(entry), Some(Value::Table(own))) = (usable.get(id), child.get_mut("params")) else {
            continue;
        };
        *own = handed_over(source, entry, own, usable)?;
    }
    Ok(filled)
}

fn content(path: &Path) -> Result<String, String> {
    let unread = |error: std::io::Error| {
        format!(
            "{}: {error}; name a file, with its path from the configuration's folder, or leave the parameter out",
            path.display()
        )
    };
    let size = fs::metadata(path).map_err(unread)?.len();
    if size > MOST {
        return Err(format!(
            "{}: it has {size} bytes, and {MOST} are the most; give a smaller file",
            path.display()
        ));
    }
    let bytes = fs::read(path).map_err(unread)?;
    let is_text = |text: &String| text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
    match String::from_utf8(bytes).map_err(|error| error.into_bytes()) {
        Ok(text) if is_text(&text) => Ok(text),
        Ok(other) => Ok(hex(other.as_bytes())),
        Err(bytes) => Ok(hex(&bytes)),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("hex:".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {

    use super::*;

    /// Takes a file.
    #[derive(serde::Serialize, schemars::JsonSchema)]
    #[serde(default)]
    struct Params {
        /// The file.
        #[schemars(extend("x-file" = true))]
        model: String,
        /// No file.
        label: String,
    }

    impl Default for Params {
        fn default() -> Self {
            Self { model: "shipped".to_owned(), label: String::new() }
        }
    }

    const READER: Registered =
        Registered { id: "reader", schema: || schemars::schema_for!(Params), ..crate::catalogue::ENTRY };

    /// Holds others.
    const HOLDER: Registered = Registered { id: "holder", ..READER };
    static ENTRIES: [Registered; 2] = [HOLDER, READER];

    fn over(source: &Source, entry: &Registered, params: &Table) -> Result<Table, String> {
        let usable = Catalogue::from_entries(&ENTRIES).map_err(|error| error.to_string())?;
        handed_over(source, entry, params, &usable).map_err(|failure| failure.to_string())
    }

    fn filled(folder: &Path, params: &str) -> Result<String, String> {
        let text = format!("[[strategy]]\n{params}\n");
        let source = Source { name: "c.toml".to_owned(), text, folder: folder.to_owned() };
        let table = toml::from_str(params).map_err(|error| error.to_string())?;
        let filled = over(&source, &READER, &table)?;
        Ok(filled.get("model").or(filled.get("label")).and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    #[test]
    fn content_comes_in_the_place_of_names() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes);
        write("text.json", b"{\"a\": 1}\n")?;
        write("bytes.onnx", &[8, 8, 0xFF, 0])?;
        write("control", &[8, 8])?;
        for (params, expected) in [
            ("model = 'text.json'", "{\"a\": 1}\n"),
            ("model = 'bytes.onnx'", "hex:0808ff00"),
            ("model = 'control'", "hex:0808"),
            ("model = 'shipped'", "shipped"),
            ("model = ' {}'", " {}"),
            ("model = 'hex:00'", "hex:00"),
            ("label = 'text.json'", "text.json"),
            ("", ""),
        ] {
            assert_eq!(filled(folder.path(), params).as_deref(), Ok(expected), "{params}");
        }
        Ok(())
    }

    #[test]
    fn a_child_is_handed_its_own_files_however_deep_it_is_held() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("my.json"), "{}")?;
        let text = "
            [[child]]
            id = 'reader'
            params = { model = 'my.json', label = 'my.json' }
            [[child]]
            id = 'stranger'
            params.model = 'my.json'
            [[child]]
            id = 'holder'
            [[child.params.child]]
            id = 'reader'
            params.model = 'my.json'
        ";
        let expected = "
            [[child]]
            id = 'reader'
            params = { model = '{}', label = 'my.json' }
            [[child]]
            id = 'stranger'
            params.model = 'my.json'
            [[child]]
            id = 'holder'
            [[child.params.child]]
            id = 'reader'
            params.model = '{}'
        ";
        let source =
            Source { name: "c.toml".to_owned(), text: text.to_owned(), folder: folder.path().to_owned() };
        assert_eq!(over(&source, &HOLDER, &toml::from_str(text)?)?, toml::from_str::<Table>(expected)?);
        // One that is not there is named with its child.
        let none = text.replacen("my.json", "none.json", 1);
        let said = over(&source, &HOLDER, &toml::from_str(&none)?).err().unwrap_or_default();
        assert!(said.contains("strategy reader: model = none.json: "), "{said}");
        // What is no list of tables is for the schema to refuse.
        for odd in ["child = 3", "child = [1]", "child = [{ id = 'reader', params = 1 }]"] {
            let odd: Table = toml::from_str(odd)?;
            assert_eq!(over(&source, &HOLDER, &odd)?, odd);
        }
        Ok(())
    }

    #[test]
    fn what_can_not_be_handed_over_is_said() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        fs::File::create(folder.path().join("large"))?.set_len(MOST + 1)?;
        for (params, parts) in [
            (
                "model = 'none.json'",
                ["c.toml:2: strategy reader: model = none.json: ", "none.json: No such file or directory"],
            ),
            ("model = 'large'", ["large: it has 8388609 bytes", "8388608 are the most; give a smaller file"]),
            ("model = '.'", ["c.toml:2: strategy reader: model = .: ", "; name a file, with its path from"]),
        ] {
            let said = filled(folder.path(), params).err().unwrap_or_default();
            assert!(parts.iter().all(|part| said.contains(part)), "{said}");
        }
        Ok(())
    }
}
