//! The receipt in a delivered tree: whose copy it is. It is a mark in a file, never in the code, so that everybody's build of
//! a version is the same bytes; and it has no date, so that the same order is always the same bytes as well.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The receipt's file.
pub const NAME: &str = "VENDOR-RECEIPT.json";

/// Who ordered, under which number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The customer, as the contract has it.
    pub customer: String,
    /// The order's number.
    pub number: String,
}

/// An order that can't be written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {what} of an order must be one line with something in it")]
pub struct OrderError {
    what: &'static str,
}

/// The receipt for these files, which are sorted by name.
pub(super) fn text(
    order: &Order,
    package: &str,
    version: &str,
    files: &[(String, Vec<u8>)],
) -> Result<String, OrderError> {
    for (what, text) in [("customer", &order.customer), ("number", &order.number)] {
        if text.trim().is_empty() || text.contains(char::is_control) {
            return Err(OrderError { what });
        }
    }
    let hashes: serde_json::Map<String, Value> =
        files.iter().map(|(name, bytes)| (name.clone(), hex(&Sha256::digest(bytes)).into())).collect();
    // The same as `sha256sum` over the files in this order, and `sha256sum` over its output.
    let sums: String =
        files.iter().map(|(name, bytes)| format!("{}  {name}\n", hex(&Sha256::digest(bytes)))).collect();
    let receipt = json!({
        "format": 1,
        "package": package,
        "version": version,
        "licensee": order.customer,
        "order": order.number,
        "tree_sha256": hex(&Sha256::digest(sums)),
        "files_sha256": hashes,
    });
    Ok(format!("{receipt:#}\n"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
