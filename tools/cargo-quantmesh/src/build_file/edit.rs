//! Changing a build file in place: comments and order stay.

use toml_edit::{Array, DocumentMut, Item, TableLike, Value, value};

use crate::{Failure, Kind};

fn document(text: &str) -> Result<DocumentMut, Failure> {
    text.parse().map_err(|error: toml_edit::TomlError| Failure::new(Kind::BuildFile, error))
}

/// The text with `key` (tag, rev or version) of the engine or of one strategy set.
pub(crate) fn moved(text: &str, id: &str, key: &str, to: &str) -> Result<String, Failure> {
    let mut document = document(text)?;
    let table: Option<&mut dyn TableLike> = if id == "engine" {
        document.get_mut("engine").and_then(Item::as_table_like_mut)
    } else {
        let strategies = document.get_mut("strategies").and_then(Item::as_table_like_mut);
        strategies.and_then(|all| all.get_mut(id)).and_then(Item::as_table_like_mut)
    };
    let Some(there) = table.and_then(|table| table.get_mut(key)).and_then(Item::as_value_mut) else {
        return Err(Failure::new(Kind::BuildFile, format!("{id} has no `{key}` that could be moved")));
    };
    let decor = there.decor().clone();
    *there = Value::from(to);
    *there.decor_mut() = decor;
    Ok(document.to_string())
}

/// The text with exactly these features.
pub(crate) fn with_features(text: &str, features: &[String]) -> Result<String, Failure> {
    let mut document = document(text)?;
    let list: Array = features.iter().map(String::as_str).collect();
    match document.get_mut("features").and_then(Item::as_value_mut) {
        Some(there) => {
            let decor = there.decor().clone();
            *there = Value::from(list);
            *there.decor_mut() = decor;
        }
        None => {
            document.insert("features", value(list));
        }
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_order_stay() {
        let text = "# ours\nfeatures = [\"grid\"] # free\n\n[engine] # the engine\ngit = \"https://e.example/q\" # there\ntag = \"v1\" # now\n\n[strategies]\n# bought in May\nai = { git = \"ssh://git@v.example/ai\", tag = \"v1.2.0\" } # renew\n";
        let after = moved(text, "ai", "tag", "v1.3.0").expect("is there");
        assert_eq!(after, text.replace("v1.2.0", "v1.3.0"));
        let after = moved(&after, "engine", "tag", "v2").expect("is there");
        assert_eq!(after, text.replace("v1.2.0", "v1.3.0").replace("\"v1\"", "\"v2\""));
        let after = with_features(text, &["a".to_owned(), "b".to_owned()]).expect("is there");
        assert_eq!(after, text.replace("[\"grid\"]", "[\"a\", \"b\"]"));
        let refused = moved(text, "ai", "rev", "x").expect_err("there is no rev");
        assert_eq!(refused.message, "ai has no `rev` that could be moved");
    }
}
