//! A private registry of a vendor: a sparse index that asks for a token, and downloads for those who have bought them.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use crate::customers::Customers;
use crate::desk::Desk;
use crate::http::{Refusal, Server};
use crate::packed::{Packed, pack};

/// A registry on loopback that can only be read; it ends with this value.
///
/// It has two doors to the same crates. Behind [`Registry::index`] everything asks for a customer's token. Behind
/// [`Registry::open_index`] anybody may read the index, so that everybody has the same lock file, and downloads are refused:
/// customers go by the other door (`[source.…] replace-with`).
#[derive(Debug)]
pub struct Registry {
    server: Server,
    crates: Crates,
}

type Crates = Arc<Mutex<BTreeMap<String, Vec<Packed>>>>;

impl Registry {
    /// Starts one without crates.
    ///
    /// # Errors
    /// Where it can't listen.
    pub fn start(customers: &Customers) -> io::Result<Self> {
        let crates = Crates::default();
        let desk = FrontDesk { customers: customers.clone(), crates: Arc::clone(&crates) };
        let server = Server::start(move |request, _| desk.answer(request))?;
        Ok(Self { server, crates })
    }

    /// Adds the package in a folder, which must stand alone.
    ///
    /// # Errors
    /// Where there is no such package, or its version is there already.
    pub fn publish(&self, desk: &Desk, folder: &Path) -> io::Result<()> {
        let packed = pack(desk, folder)?;
        let mut crates = self.crates.lock().unwrap_or_else(PoisonError::into_inner);
        let versions = crates.entry(packed.name.clone()).or_default();
        if versions.iter().any(|one| one.version == packed.version) {
            return Err(io::Error::other(format!("{} {} is there already", packed.name, packed.version)));
        }
        versions.push(packed);
        Ok(())
    }

    /// The index, as a manifest names it.
    #[must_use]
    pub fn index(&self) -> String {
        format!("sparse+{}/index/", self.server.url())
    }

    /// The index that anybody may read.
    #[must_use]
    pub fn open_index(&self) -> String {
        format!("sparse+{}/open/", self.server.url())
    }
}

/// Who answers requests.
#[derive(Clone)]
struct FrontDesk {
    customers: Customers,
    crates: Crates,
}

impl FrontDesk {
    fn answer(&self, request: &Parts) -> Result<Response, Refusal> {
        let place = request.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let path: Vec<_> = request.uri.path().trim_start_matches('/').split('/').collect();
        match path.as_slice() {
            ["open", "config.json"] => Ok(config(place, false)),
            ["index", "config.json"] => self.customer(&request.headers).map(|_| config(place, true)),
            ["open", .., name] => self.line(name),
            ["index", .., name] => self.customer(&request.headers).and_then(|_| self.line(name)),
            ["crates", name, version] => {
                let customer =
                    self.customer(&request.headers).map_err(|_| not_bought("whoever has no token", name))?;
                if !self.customers.may_see(&customer, name) {
                    return Err(not_bought(&customer, name));
                }
                self.download(name, version)
            }
            _ => Err(Refusal::new(StatusCode::NOT_FOUND, "no such page\n")),
        }
    }

    fn customer(&self, headers: &HeaderMap) -> Result<String, Refusal> {
        let token =
            headers.get(header::AUTHORIZATION).and_then(|token| token.to_str().ok()).unwrap_or_default();
        self.customers.by_token(token.strip_prefix("Bearer ").unwrap_or(token)).ok_or_else(|| Refusal {
            status: StatusCode::UNAUTHORIZED,
            text: "this registry is for customers; tokens are at vendor.example\n".to_owned(),
            ask: Some("Cargo login_url=\"http://vendor.example/tokens\""),
        })
    }

    fn line(&self, name: &str) -> Result<Response, Refusal> {
        let crates = self.crates.lock().unwrap_or_else(PoisonError::into_inner);
        let versions =
            crates.get(name).ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "no such crate\n"))?;
        let lines: String = versions.iter().map(|version| format!("{}\n", version.line)).collect();
        Ok(Response::new(Body::from(lines)))
    }

    fn download(&self, name: &str, version: &str) -> Result<Response, Refusal> {
        let crates = self.crates.lock().unwrap_or_else(PoisonError::into_inner);
        let found = crates.get(name).and_then(|all| all.iter().find(|one| one.version == version));
        let found = found.ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "no such version\n"))?;
        Ok(Response::new(Body::from(found.bytes.clone())))
    }
}

fn config(place: &str, auth: bool) -> Response {
    let downloads = format!("http://{place}/crates/{{crate}}/{{version}}");
    Response::new(Body::from(json!({ "dl": downloads, "auth-required": auth }).to_string()))
}

fn not_bought(customer: &str, name: &str) -> Refusal {
    let text =
        format!("{customer} has no licence for {name}; buy or renew it at http://vendor.example/renew\n");
    Refusal::new(StatusCode::FORBIDDEN, text)
}
