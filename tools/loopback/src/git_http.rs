//! Private git over http: user and token, and who may see which repository, in front of git's own `http-backend`.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::customers::Customers;
use crate::http::{Refusal, Server};
use crate::repositories::Repositories;

/// A git server on loopback that can only be read; it ends with this value.
///
/// Nobody without a known token sees anything (401), and a customer sees what they have bought (403 otherwise).
/// Repositories that are `open` are everybody's.
#[derive(Debug)]
pub struct HttpGit {
    server: Server,
}

impl HttpGit {
    /// Starts one over the repositories.
    ///
    /// # Errors
    /// Where it can't listen.
    pub fn start(repositories: &Repositories, customers: &Customers, open: &[&str]) -> io::Result<Self> {
        let root = repositories.folder().to_owned();
        let customers = customers.clone();
        let open: Vec<_> = open.iter().map(|name| (*name).to_owned()).collect();
        let server = Server::start(move |request, body| {
            let user = judge(request, &customers, &open)?;
            backend(&root, request, &body, &user)
                .map_err(|error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")))
        })?;
        Ok(Self { server })
    }

    /// The address of a repository, without any user.
    #[must_use]
    pub fn url(&self, repository: &str) -> String {
        format!("{}/{repository}.git", self.server.url())
    }

    /// The variables by which git puts a user and token into this server's addresses, for one command and in no file.
    #[must_use]
    pub fn instead_of(&self, user: &str, token: &str) -> [(String, String); 3] {
        let place = self.server.url();
        let with_user = place.replacen("://", &format!("://{user}:{token}@"), 1);
        [
            ("GIT_CONFIG_COUNT".to_owned(), "1".to_owned()),
            ("GIT_CONFIG_KEY_0".to_owned(), format!("url.{with_user}/.insteadOf")),
            ("GIT_CONFIG_VALUE_0".to_owned(), format!("{place}/")),
        ]
    }
}

/// Who asks, if they may have it; what to answer, if not.
fn judge(request: &Parts, customers: &Customers, open: &[String]) -> Result<String, Refusal> {
    let query = request.uri.query().unwrap_or_default();
    let path = request.uri.path();
    let repository = path.trim_start_matches('/').split_once(".git/").map_or(path, |(name, _)| name);
    if query.contains("git-receive-pack") || path.ends_with("/git-receive-pack") {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "this server is for reading only\n"));
    }
    if open.iter().any(|name| name == repository) {
        return Ok("anybody".to_owned());
    }
    let named = login(&request.headers);
    let known = named.filter(|(user, token)| customers.by_token(token).is_some_and(|name| name == *user));
    let Some((user, _)) = known else {
        let text = "this repository is for customers: user and token, please\n".to_owned();
        let ask = Some("Basic realm=\"customers\"");
        return Err(Refusal { status: StatusCode::UNAUTHORIZED, text, ask });
    };
    if customers.may_see(&user, repository) {
        return Ok(user);
    }
    Err(Refusal::new(
        StatusCode::FORBIDDEN,
        format!("{user} has not bought {repository}; renew at vendor.example\n"),
    ))
}

fn login(headers: &HeaderMap) -> Option<(String, String)> {
    let encoded = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    decoded.split_once(':').map(|(user, token)| (user.to_owned(), token.to_owned()))
}

/// Asks `git http-backend`, which speaks the Common Gateway Interface (RFC 3875).
fn backend(root: &Path, request: &Parts, body: &Bytes, user: &str) -> io::Result<Response> {
    let field =
        |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut child = Command::new("git")
        .arg("http-backend")
        .current_dir(root)
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_PROTOCOL", field("git-protocol"))
        .env("REQUEST_METHOD", request.method.as_str())
        .env("PATH_INFO", request.uri.path())
        .env("QUERY_STRING", request.uri.query().unwrap_or_default())
        .env("CONTENT_TYPE", field("content-type"))
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", field("content-encoding"))
        .env("REMOTE_USER", user)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let sends = child.stdin.take().map(|mut stdin| {
        let body = body.clone();
        thread::spawn(move || stdin.write_all(&body))
    });
    let output = child.wait_with_output()?;
    if let Some(Err(_)) = sends.map(thread::JoinHandle::join) {
        return Err(io::Error::other("the request did not reach git"));
    }
    parse(&output.stdout)
}

/// Header lines, an empty line, the body.
fn parse(answer: &[u8]) -> io::Result<Response> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let end = end.ok_or_else(|| io::Error::other("git http-backend gave no header"))?;
    let (head, body) = answer.split_at(end);
    let mut response = Response::builder();
    for line in String::from_utf8_lossy(head).lines() {
        let Some((name, value)) = line.split_once(": ") else { continue };
        response = match name {
            "Status" => response.status(value.split(' ').next().unwrap_or_default()),
            _ => response.header(name, value),
        };
    }
    response.body(Body::from(body.get(4..).unwrap_or_default().to_vec())).map_err(io::Error::other)
}
