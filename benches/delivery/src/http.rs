//! A strategy behind HTTP/1.1: JSON in, JSON out, one connection kept open.

use std::cell::RefCell;
use std::net::{Ipv4Addr, TcpStream as Blocking};
use std::rc::Rc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use session::{AnySession, Facts, Order, Trouble};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use crate::sidecar::{self, Sidecar, runtime};
use crate::ways::{Way, weight};

pub(crate) struct Client {
    runtime: Runtime,
    sender: SendRequest<Full<Bytes>>,
    sidecar: Sidecar,
}

impl Client {
    pub(crate) fn open(strategy: &str) -> Result<Self, Trouble> {
        let sidecar = Sidecar::start("http", strategy)?;
        let runtime = runtime()?;
        let stream = Blocking::connect((Ipv4Addr::LOCALHOST, sidecar.place.parse::<u16>()?))?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let sender = runtime.block_on(async {
            let io = TokioIo::new(TcpStream::from_std(stream)?);
            let (sender, connection) = hyper::client::conn::http1::handshake(io).await?;
            tokio::spawn(connection);
            Ok::<_, Trouble>(sender)
        })?;
        Ok(Self { runtime, sender, sidecar })
    }
}

async fn ask(sender: &mut SendRequest<Full<Bytes>>, facts: &Facts) -> Result<Vec<Order>, Trouble> {
    let body = Full::new(Bytes::from(serde_json::to_vec(facts)?));
    let request = Request::post("/on-bar")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .body(body)?;
    sender.ready().await?;
    let answer = sender.send_request(request).await?;
    Ok(serde_json::from_slice(&answer.into_body().collect().await?.to_bytes())?)
}

impl Way for Client {
    fn feed(&mut self, bars: &[Facts], rounds: usize) -> Result<i64, Trouble> {
        self.runtime.block_on(async {
            let mut sum = 0;
            for _ in 0..rounds {
                for facts in bars {
                    sum += ask(&mut self.sender, facts).await?.iter().map(weight).sum::<i64>();
                }
            }
            Ok(sum)
        })
    }

    fn other_process(&self) -> Option<u32> {
        Some(self.sidecar.process())
    }
}

pub(crate) fn serve(session: AnySession) -> Result<(), Trouble> {
    let session = Rc::new(RefCell::new(session));
    runtime()?.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        sidecar::say_place(&listener.local_addr()?.port())?;
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = service_fn(|request| answer(Rc::clone(&session), request));
        let connection = hyper::server::conn::http1::Builder::new();
        Ok(connection.serve_connection(TokioIo::new(stream), service).await?)
    })
}

async fn answer(
    session: Rc<RefCell<AnySession>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Trouble> {
    let facts = serde_json::from_slice(&request.into_body().collect().await?.to_bytes())?;
    let orders: Vec<Order> = session.borrow_mut().on_bar(&facts).collect();
    let body = Full::new(Bytes::from(serde_json::to_vec(&orders)?));
    Ok(Response::builder().header("content-type", "application/json").body(body)?)
}
