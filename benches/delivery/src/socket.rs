//! The floor under every sidecar: fixed-size messages over a Unix socket, no format, no protocol, no runtime.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};

use session::{AnySession, Facts, Order, Trouble};

use crate::sidecar::{self, Sidecar};
use crate::ways::{Way, weight};

const ASKED: usize = 7 * 8;
/// One order at most; no lots for none. Both strategies wish for one at a time.
const ANSWERED: usize = 2 * 8;

pub(crate) struct Client {
    stream: UnixStream,
    sidecar: Sidecar,
}

impl Client {
    pub(crate) fn open(strategy: &str) -> Result<Self, Trouble> {
        let sidecar = Sidecar::start("socket", strategy)?;
        let stream = UnixStream::connect(&sidecar.place)?;
        std::fs::remove_file(&sidecar.place)?;
        Ok(Self { stream, sidecar })
    }
}

impl Way for Client {
    fn feed(&mut self, bars: &[Facts], rounds: usize) -> Result<i64, Trouble> {
        let mut sum = 0;
        for _ in 0..rounds {
            for facts in bars {
                self.stream.write_all(&pack(facts))?;
                let mut answer = [0; ANSWERED];
                self.stream.read_exact(&mut answer)?;
                let mut numbers = numbers(&answer);
                let mut next = || numbers.next().unwrap_or(0);
                sum += weight(&Order { side: next(), lots: next() });
            }
        }
        Ok(sum)
    }

    fn other_process(&self) -> Option<u32> {
        Some(self.sidecar.process())
    }
}

pub(crate) fn serve(mut session: AnySession) -> Result<(), Trouble> {
    let path = std::env::temp_dir().join(format!("quantmesh-delivery-{}", std::process::id()));
    let listener = UnixListener::bind(&path)?;
    sidecar::say_place(&path.display())?;
    let (mut stream, _) = listener.accept()?;
    let mut asked = [0; ASKED];
    while stream.read_exact(&mut asked).is_ok() {
        let order = session.on_bar(&unpack(&asked)).next().unwrap_or_default();
        let mut answer = [0; ANSWERED];
        fill(&mut answer, &[order.side, order.lots]);
        stream.write_all(&answer)?;
    }
    Ok(())
}

fn pack(facts: &Facts) -> [u8; ASKED] {
    let Facts { close_time, open, high, low, close, volume, position } = *facts;
    let mut bytes = [0; ASKED];
    fill(&mut bytes, &[close_time, open, high, low, close, volume, position]);
    bytes
}

fn unpack(bytes: &[u8]) -> Facts {
    let mut numbers = numbers(bytes);
    let mut next = || numbers.next().unwrap_or(0);
    Facts {
        close_time: next(),
        open: next(),
        high: next(),
        low: next(),
        close: next(),
        volume: next(),
        position: next(),
    }
}

fn fill(bytes: &mut [u8], numbers: &[i64]) {
    for (place, number) in bytes.as_chunks_mut().0.iter_mut().zip(numbers) {
        *place = number.to_le_bytes();
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = i64> {
    bytes.as_chunks().0.iter().map(|eight| i64::from_le_bytes(*eight))
}
