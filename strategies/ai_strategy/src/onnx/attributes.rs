//! What the nodes of an ONNX graph are set to.

use rten_onnx::onnx::{AttributeProto, NodeProto};

use super::table::Table;

fn find<'n>(node: &'n NodeProto, name: &str) -> Option<&'n AttributeProto> {
    node.attribute.iter().find(|attribute| attribute.name.as_deref() == Some(name))
}

pub(super) fn text(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

pub(super) fn float(node: &NodeProto, name: &str, or: f32) -> f32 {
    find(node, name).and_then(|attribute| attribute.f).unwrap_or(or)
}

pub(super) fn int(node: &NodeProto, name: &str, or: i64) -> i64 {
    find(node, name).and_then(|attribute| attribute.i).unwrap_or(or)
}

pub(super) fn word<'n>(node: &'n NodeProto, name: &str, or: &'n str) -> &'n str {
    find(node, name).and_then(|attribute| attribute.s.as_deref()).unwrap_or(or)
}

pub(super) fn floats<'n>(node: &'n NodeProto, name: &str) -> &'n [f32] {
    find(node, name).map_or(&[], |attribute| &attribute.floats)
}

pub(super) fn ints<'n>(node: &'n NodeProto, name: &str) -> &'n [i64] {
    find(node, name).map_or(&[], |attribute| &attribute.ints)
}

pub(super) fn words<'n>(node: &'n NodeProto, name: &str) -> &'n [String] {
    find(node, name).map_or(&[], |attribute| &attribute.strings)
}

/// How many classes a classifier tells apart.
pub(super) fn classes(node: &NodeProto) -> usize {
    let lists = ["classlabels_ints", "classlabels_int64s", "classlabels_strings"];
    let lengths = lists.map(|name| ints(node, name).len().max(words(node, name).len()));
    lengths.into_iter().max().unwrap_or(0)
}

/// The value of a `Constant`.
pub(super) fn constant(node: &NodeProto) -> Result<Table, String> {
    if let Some(tensor) = find(node, "value").and_then(|attribute| attribute.t.as_ref()) {
        return Table::read(tensor);
    }
    let many = floats(node, "value_floats");
    if !many.is_empty() {
        return Ok(Table::row(many.to_vec()));
    }
    let one = find(node, "value_float").and_then(|attribute| attribute.f);
    one.map(|value| Table::row(vec![value])).ok_or_else(|| "its value is no float".to_owned())
}
