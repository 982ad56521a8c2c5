//! Lets the demo's player hear what the gateway hears: a second pair of ears on one publisher.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use clutch_core::{Envelope, Query, Record, Reject};
use clutch_engine::Waker;

use super::play::Records;
use crate::server::{EngineHealth, EnginePort};

/// The gateway's side: passes everything on and keeps a copy of each record for the player.
pub struct Tap<P> {
    port: P,
    player: Sender<Record>,
}

/// The player's side.
pub struct Tapped(Receiver<Record>);

/// Puts a tap on a port.
pub fn tap<P: EnginePort>(port: P) -> (Tap<P>, Tapped) {
    let (player, records) = channel();
    (Tap { port, player }, Tapped(records))
}

impl<P: EnginePort> EnginePort for Tap<P> {
    fn send(&mut self, envelope: Envelope) -> Result<(), Reject> {
        self.port.send(envelope)
    }

    fn ask(&mut self, trace: u64, query: Query) -> Result<(), Reject> {
        self.port.ask(trace, query)
    }

    fn poll(&mut self, records_max: usize, take: &mut dyn FnMut(&Record)) -> bool {
        let Self { port, player } = self;
        port.poll(records_max, &mut |record| {
            // A player that has left needs no copy.
            let _ = player.send(*record);
            take(record);
        })
    }

    fn wake_by(&mut self, wake: Waker) {
        self.port.wake_by(wake);
    }

    fn health(&self) -> EngineHealth {
        self.port.health()
    }
}

impl Records for Tapped {
    fn drain(&mut self, timeout: Duration, take: &mut dyn FnMut(&Record)) {
        match self.0.recv_timeout(timeout) {
            Ok(record) => take(&record),
            // The gateway has gone: nothing will come any more, but nobody should spin on that.
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(timeout),
            Err(RecvTimeoutError::Timeout) => {}
        }
        self.0.try_iter().for_each(|record| take(&record));
    }
}
