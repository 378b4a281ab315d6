//! Who may read what: the customers of a vendor, each with a token and the names of what they have bought.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Customers that several servers share; what is granted or withdrawn counts from the next request on.
#[derive(Debug, Clone, Default)]
pub struct Customers(Arc<Mutex<BTreeMap<String, Customer>>>);

#[derive(Debug, Default)]
struct Customer {
    token: String,
    sees: BTreeSet<String>,
}

impl Customers {
    /// Adds a customer, or gives one a new token and other things to see.
    pub fn grant<'a>(&self, name: &str, token: &str, sees: impl IntoIterator<Item = &'a str>) {
        let sees = sees.into_iter().map(str::to_owned).collect();
        self.with(|all| all.insert(name.to_owned(), Customer { token: token.to_owned(), sees }));
    }

    /// Leaves a customer with a token that opens nothing any more.
    pub fn withdraw(&self, name: &str) {
        self.with(|all| all.get_mut(name).map(|customer| customer.sees.clear()));
    }

    /// The customer with this token.
    pub(crate) fn by_token(&self, token: &str) -> Option<String> {
        self.with(|all| all.iter().find(|(_, one)| one.token == token).map(|(name, _)| name.clone()))
    }

    /// Whether a customer may see something.
    pub(crate) fn may_see(&self, name: &str, what: &str) -> bool {
        self.with(|all| all.get(name).is_some_and(|customer| customer.sees.contains(what)))
    }

    fn with<T>(&self, look: impl FnOnce(&mut BTreeMap<String, Customer>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
