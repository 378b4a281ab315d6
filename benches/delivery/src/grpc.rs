//! A strategy behind gRPC: unary calls of tonic over one HTTP/2 connection.

use std::net::Ipv4Addr;
use std::sync::Mutex;

use session::{AnySession, Facts, Order, Trouble};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Request, Response, Status};

use crate::sidecar::{self, Sidecar, runtime};
use crate::ways::{Way, weight};

mod wire {
    //! What `build.rs` made of `proto/strategy.proto`.
    #![expect(
        unreachable_pub,
        unused_qualifications,
        clippy::allow_attributes,
        clippy::allow_attributes_without_reason,
        reason = "written by a generator"
    )]

    tonic::include_proto!("sidecar");
}

use wire::strategy_client::StrategyClient;
use wire::strategy_server::{Strategy, StrategyServer};

pub(crate) struct Client {
    runtime: Runtime,
    client: StrategyClient<Channel>,
    sidecar: Sidecar,
}

impl Client {
    pub(crate) fn open(strategy: &str) -> Result<Self, Trouble> {
        let sidecar = Sidecar::start("grpc", strategy)?;
        let runtime = runtime()?;
        let endpoint =
            Endpoint::from_shared(format!("http://127.0.0.1:{}", sidecar.place))?.tcp_nodelay(true);
        let channel = runtime.block_on(endpoint.connect())?;
        Ok(Self { runtime, client: StrategyClient::new(channel), sidecar })
    }
}

impl Way for Client {
    fn feed(&mut self, bars: &[Facts], rounds: usize) -> Result<i64, Trouble> {
        self.runtime.block_on(async {
            let mut sum = 0;
            for _ in 0..rounds {
                for facts in bars {
                    let answer = self.client.on_bar(pack(facts)).await?.into_inner();
                    let orders =
                        answer.orders.iter().map(|order| Order { side: order.side, lots: order.lots });
                    sum += orders.map(|order| weight(&order)).sum::<i64>();
                }
            }
            Ok(sum)
        })
    }

    fn other_process(&self) -> Option<u32> {
        Some(self.sidecar.process())
    }
}

fn pack(facts: &Facts) -> wire::Facts {
    let Facts { close_time, open, high, low, close, volume, position } = *facts;
    wire::Facts { close_time, open, high, low, close, volume, position }
}

struct Service(Mutex<AnySession>);

#[tonic::async_trait]
impl Strategy for Service {
    async fn on_bar(&self, request: Request<wire::Facts>) -> Result<Response<wire::Orders>, Status> {
        let wire::Facts { close_time, open, high, low, close, volume, position } = request.into_inner();
        let facts = Facts { close_time, open, high, low, close, volume, position };
        let mut session = self.0.lock().map_err(|_| Status::internal("the strategy panicked"))?;
        let orders = session.on_bar(&facts).map(|order| wire::Order { side: order.side, lots: order.lots });
        Ok(Response::new(wire::Orders { orders: orders.collect() }))
    }
}

pub(crate) fn serve(session: AnySession) -> Result<(), Trouble> {
    runtime()?.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        sidecar::say_place(&listener.local_addr()?.port())?;
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let service = StrategyServer::new(Service(Mutex::new(session)));
        Ok(Server::builder().add_service(service).serve_with_incoming(incoming).await?)
    })
}
