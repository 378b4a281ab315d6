//! What the http servers of this crate share: a thread of their own on loopback, limits, and an end.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// The most that a client may send: a fetch names the commits it has, and nothing else.
const BODY_BYTES_MAX: usize = 1 << 20;

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(60);

/// How many answers are worked on at a time.
const WORKERS: usize = 4;

/// A server; it ends with this value.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts to answer by a function, which may block.
    pub(crate) fn start(
        answer: impl Fn(&Parts, Bytes) -> Result<Response, Refusal> + Clone + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().max_blocking_threads(WORKERS).build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(move |request: Request| respond(answer.clone(), request));
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = axum::serve(listener, router) => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        });
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens, as the start of an address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A request that is not served, with words for people.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
    /// How the client may say who it is, as the header `WWW-Authenticate` has it.
    pub(crate) ask: Option<&'static str>,
}

impl Refusal {
    /// One that no other credential would change.
    pub(crate) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), ask: None }
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))];
        let mut response = (refusal.status, kind, refusal.text).into_response();
        if let Some(ask) = refusal.ask {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(ask));
        }
        response
    }
}

async fn respond(
    answer: impl Fn(&Parts, Bytes) -> Result<Response, Refusal> + Clone + Send + Sync + 'static,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        return Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, format!("more than {BODY_BYTES_MAX} bytes\n"))
            .into();
    };
    let work = tokio::task::spawn_blocking(move || answer(&parts, body));
    match tokio::time::timeout(ANSWER, work).await {
        Ok(Ok(answer)) => answer.unwrap_or_else(Response::from),
        _ => Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the test server failed\n").into(),
    }
}
