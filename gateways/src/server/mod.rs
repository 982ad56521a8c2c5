//! The network side: one loop on one port for HTTP, WebSocket and the bettor's page.
//!
//! [`Server::run`] owns every socket and waits in one place. Nothing in it blocks, no thread is
//! started, and an idle gateway wakes up at most a few times a second to look at deadlines. It knows
//! the engine only through [`EnginePort`], and holds no business state: everything here can be lost
//! at any moment and asked for again.
//!
//! Read on in `turn` for what a turn of records does, `hub` for what clients' messages do, `routes`
//! for what HTTP addresses answer, `delivery` for how what changed goes out.

mod admin;
mod alerts;
mod bucket;
mod bugs;
mod complaint;
pub mod config;
mod connection;
mod delivery;
mod engine;
pub mod feed;
mod health;
mod hub;
mod metrics;
mod outgoing;
mod placing;
pub mod port;
mod purses;
mod routes;
mod turn;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token, Waker};
use slab::Slab;
use tungstenite::protocol::frame::coding::CloseCode;

use self::bugs::contained;
use self::connection::{Connection, Inbound, Key, Phase};
use self::feed::FeedDoors;
use self::hub::Hub;
use self::outgoing::{Bytes, ping_frame, text_frame};
use self::turn::{Connections, find};
use crate::codes::{Fault, GatewayCode};
use crate::http::Response;
use crate::wire::client;
use crate::wire::server::heartbeat;

pub use self::config::{Limits, ServerConfig};
pub use self::engine::EngineLink;
pub use self::feed::{FeedClock, FeedDoor, FeedReply, FeedSink, OpenDoors};
pub use self::port::{EngineHealth, EnginePort, EngineState};

const LISTENER: Token = Token(usize::MAX);
const WAKER: Token = Token(usize::MAX - 1);

/// Records taken from the engine in one turn; the sockets get their turn in between.
const RECORDS_PER_TURN: usize = 4096;

/// Messages and bytes read from one session in one turn; the others get their turn in between.
const MESSAGES_PER_TURN: usize = 32;
const BYTES_PER_TURN: usize = 64 * 1024;

/// How long leaving clients are given to take their last bytes.
const GOODBYE: Duration = Duration::from_millis(500);

/// How long a server still says that its engine has failed: long enough for a load balancer to ask.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// The gateway. See the module's documentation.
pub struct Server {
    poll: Poll,
    waker: Arc<Waker>,
    listener: TcpListener,
    connections: Connections,
    hub: Hub,
    records: Vec<clutch_core::Record>,
    next_session: u64,
    next_sweep: Instant,
    next_heartbeat: Instant,
    /// Once the engine has failed: until when the server still says so.
    failed_until: Option<Instant>,
}

impl Server {
    /// A gateway that listens on `address`. It answers nobody before [`Self::run`].
    ///
    /// # Errors
    /// As the operating system's, if the address is taken or there are no file descriptors.
    pub fn bind(
        address: SocketAddr,
        config: ServerConfig,
        mut engine: Box<dyn EnginePort>,
        doors: Vec<FeedDoor>,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
        engine.wake_by(wake_by(&waker));
        let mut listener = TcpListener::bind(address)?;
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        let now = Instant::now();
        let next_heartbeat = now + config.limits.heartbeat;
        Ok(Self {
            poll,
            waker,
            listener,
            connections: Slab::new(),
            hub: Hub::new(config, engine, FeedDoors::new(doors)),
            records: Vec::with_capacity(RECORDS_PER_TURN),
            next_session: 0,
            next_sweep: now,
            next_heartbeat,
            failed_until: None,
        })
    }

    /// Where it listens; useful after binding port 0.
    ///
    /// # Errors
    /// As the operating system's.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Wakes the loop from any thread, for example after asking it to stop.
    pub fn waker(&self) -> clutch_engine::Waker {
        wake_by(&self.waker)
    }

    /// Who opens the doors of matches that come into being while it runs.
    pub fn open_doors_by(&mut self, opener: OpenDoors) {
        self.hub.doors.opened_by(opener);
    }

    /// The clock that feeds outside HTTP touch when they speak.
    pub fn feed_clock(&self) -> FeedClock {
        self.hub.feed_clock.clone()
    }

    /// Serves until `shutdown` is set, then says goodbye to everybody. So it does some seconds after the engine has
    /// failed; who owns the engine learns from it what failed.
    ///
    /// # Errors
    /// As the operating system's, when waiting for sockets fails; nothing a client does can cause it.
    pub fn run(&mut self, shutdown: &AtomicBool) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        while !shutdown.load(Ordering::Relaxed) && !self.is_over() {
            self.turn(&mut events)?;
        }
        self.say_goodbye();
        let end = Instant::now() + GOODBYE;
        while !self.connections.is_empty() && Instant::now() < end {
            self.poll.poll(&mut events, Some(Duration::from_millis(20)))?;
            self.handle_sockets(&events, Instant::now());
            self.reap();
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.failed_until.is_some_and(|until| until <= Instant::now())
    }

    /// Waits for something to do and does it.
    fn turn(&mut self, events: &mut Events) -> io::Result<()> {
        let has_work = self.look_after_due(Instant::now());
        self.hub.ask_for_offer();
        let has_records = self.release_records();
        self.reap();
        let now = Instant::now();
        let wait = if has_work || has_records {
            Duration::ZERO
        } else {
            self.next_sweep.saturating_duration_since(now)
        };
        match self.poll.poll(events, Some(wait)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(error) => return Err(error),
        }
        let now = Instant::now();
        self.handle_sockets(events, now);
        if self.next_sweep <= now {
            self.sweep(now);
        }
        Ok(())
    }

    fn handle_sockets(&mut self, events: &Events, now: Instant) {
        for event in events {
            match event.token() {
                LISTENER => self.accept(now),
                WAKER => {}
                Token(slot) => {
                    if let Some(connection) = self.connections.get_mut(slot) {
                        attend(&mut self.hub, connection, now);
                    }
                }
            }
        }
    }

    /// Goes on with connections that had more to do than their share of the last turn. Answers
    /// whether some still have.
    fn look_after_due(&mut self, now: Instant) -> bool {
        for key in std::mem::take(&mut self.hub.due) {
            if let Some(connection) = find(&mut self.connections, key)
                && std::mem::take(&mut connection.is_due)
            {
                attend(&mut self.hub, connection, now);
            }
        }
        !self.hub.due.is_empty()
    }

    /// Takes what the engine has released. Answers whether there may be more to do at once.
    fn release_records(&mut self) -> bool {
        let Self { hub, records, connections, .. } = self;
        records.clear();
        let has_more = hub.port.poll(RECORDS_PER_TURN, &mut |record| records.push(*record));
        hub.take_records(records, connections, Instant::now());
        has_more || !hub.due.is_empty()
    }

    fn accept(&mut self, now: Instant) {
        // Ends with `WouldBlock`, or with an error of one connection or of the machine: the next
        // sweep tries again.
        while let Ok((mut stream, _)) = self.listener.accept() {
            self.hub.metrics.accepted.inc();
            if self.hub.config.limits.connections_max <= self.connections.len() {
                let fault = Fault::from(GatewayCode::TooManyConnections);
                self.hub.metrics.count_fault(fault.code);
                // A new socket takes this much at once; if not, it is simply closed.
                let _ = stream.write(&Response::fault(&fault).into_bytes(false, false));
                continue;
            }
            self.welcome(stream, now);
        }
    }

    fn welcome(&mut self, mut stream: TcpStream, now: Instant) {
        let entry = self.connections.vacant_entry();
        let slot = entry.key();
        let interest = Interest::READABLE | Interest::WRITABLE;
        if self.poll.registry().register(&mut stream, Token(slot), interest).is_err() {
            return;
        }
        // A bet's status must not wait for a full packet.
        let _ = stream.set_nodelay(true);
        // Left alone, the kernel keeps megabytes for one client that does not read.
        let kernel_bytes = self.hub.config.limits.kernel_send_bytes;
        let _ = rustix::net::sockopt::set_socket_send_buffer_size(&stream, kernel_bytes);
        self.next_session += 1;
        let key = Key { slot, session: self.next_session };
        entry.insert(Connection::new(key, stream, now + self.hub.config.limits.head_timeout));
        self.hub.metrics.connections.inc();
    }

    /// Forgets connections that are gone.
    fn reap(&mut self) {
        let Self { hub, connections, .. } = self;
        for key in std::mem::take(&mut hub.gone) {
            if find(connections, key).is_some() {
                hub.sign_out(&connections.remove(key.slot));
                hub.metrics.connections.dec();
            }
        }
    }

    /// Looks at every deadline, and sends heartbeats and pings when it is time.
    fn sweep(&mut self, now: Instant) {
        self.next_sweep = now + self.hub.config.limits.sweep_every();
        // A listener that ran out of file descriptors reports nothing again by itself.
        self.accept(now);
        if self.hub.port.health().state == EngineState::Failed {
            if self.failed_until.is_none() {
                tracing::error!(
                    "the engine has failed: nothing is answered any more, and the server stops"
                );
                self.failed_until = Some(now + AFTER_FAILURE);
            }
            self.hub.give_up_waiting(&mut self.connections, now);
        }
        self.hub.placements.retain(|_, bucket| !bucket.is_full(now));
        let heartbeat = (self.next_heartbeat <= now).then(|| {
            self.next_heartbeat = now + self.hub.config.limits.heartbeat;
            self.hub.ask_for_waits();
            self.heartbeat_frame()
        });
        let Self { hub, connections, .. } = self;
        for (_, connection) in connections {
            check_deadlines(hub, connection, now);
            if let Some(frame) = &heartbeat
                && connection.claims().is_some()
                && connection.out.unsent_bytes() < hub.config.limits.unread_bytes_soft
            {
                connection.send_frame(Bytes::clone(frame));
            }
            hub.tend(connection, now);
        }
        self.reap();
    }

    fn heartbeat_frame(&self) -> Bytes {
        let hub = &self.hub;
        let age = hub.feed_clock.age().filter(|_| hub.book.is_live());
        let stale = age.is_some_and(|age| hub.config.limits.stale_after < age);
        let age_ms = age.map(|age| age.as_millis() as u64);
        text_frame(heartbeat(hub.book.last_seq(), age_ms, stale))
    }

    fn say_goodbye(&mut self) {
        let reason = routes::goodbye_reason(self.hub.book.last_seq());
        let now = Instant::now();
        for (_, connection) in &mut self.connections {
            connection.close(CloseCode::Restart, &reason, &self.hub.config.limits);
            self.hub.tend(connection, now);
        }
        self.reap();
    }
}

fn wake_by(waker: &Arc<Waker>) -> clutch_engine::Waker {
    let waker = Arc::clone(waker);
    // A loop that is gone needs no waking.
    Arc::new(move || drop(waker.wake()))
}

/// Reads what a connection has to say, does it, and sends what there is to send.
fn attend(hub: &mut Hub, connection: &mut Connection, now: Instant) {
    if matches!(connection.phase, Phase::Gone) {
        return;
    }
    let attended = contained(|| match &mut connection.phase {
        Phase::Http(_) => attend_http(hub, connection, now),
        Phase::Session(_) => attend_session(hub, connection, now),
        Phase::Closing { .. } => connection.discard(),
        Phase::Gone => {}
    });
    match attended {
        Some(()) => hub.tend(connection, now),
        None => hub.end_after_bug(connection),
    }
}

fn attend_http(hub: &mut Hub, connection: &mut Connection, now: Instant) {
    let Phase::Http(http) = &mut connection.phase else { return };
    if http.closes_after {
        connection.finish(&hub.config.limits);
        return;
    }
    let inbox_max = hub.inbox_bytes_max(http.awaited_bytes);
    let was_resting = http.inbox.is_empty() && !http.awaits_answer;
    let may_have_more = connection.fill_inbox(inbox_max);
    let Phase::Http(http) = &mut connection.phase else { return };
    if was_resting && !http.inbox.is_empty() {
        connection.deadline = now + hub.config.limits.head_timeout;
    }
    hub.serve_http(connection, now);
    match &connection.phase {
        // A full inbox goes on as soon as a request has left it.
        Phase::Http(http) => {
            let has_room = http.inbox.len() < hub.inbox_bytes_max(http.awaited_bytes);
            let waits = http.awaits_answer || http.is_held_back;
            connection.is_due |= may_have_more && has_room && !waits;
        }
        // The handshake may have brought the first messages along.
        Phase::Session(_) => attend_session(hub, connection, now),
        Phase::Closing { .. } | Phase::Gone => {}
    }
}

fn attend_session(hub: &mut Hub, connection: &mut Connection, now: Instant) {
    let mut budget = BYTES_PER_TURN;
    for _ in 0..MESSAGES_PER_TURN {
        let Connection { phase: Phase::Session(session), stream, out, .. } = connection else {
            return;
        };
        let inbound = session.read(stream, out, &mut budget);
        if matches!(inbound, Inbound::Nothing) {
            // The socket reports nothing again before it has been read to its end.
            connection.is_due = budget == 0;
            return;
        }
        session.heard_at = now;
        session.is_pinged = false;
        let allowed = session.messages.take(now);
        match inbound {
            Inbound::Text(text) => {
                hub.metrics.messages.inc();
                let request = hub.in_money_of(session.claims.as_ref(), || client::parse(&text));
                let (result, client_id) = match (request, allowed) {
                    (Err(refused), Ok(())) => (Err(refused.fault), refused.client_id),
                    (Err(refused), Err(wait)) => {
                        (Err(Fault::rate_limited(wait)), refused.client_id)
                    }
                    (Ok(request), Err(wait)) => {
                        (Err(Fault::rate_limited(wait)), request.client_id())
                    }
                    (Ok(request), Ok(())) => {
                        let client_id = request.client_id();
                        (hub.request(connection, request), client_id)
                    }
                };
                if let Err(fault) = result {
                    hub.complain(connection, &fault, client_id, now);
                }
            }
            Inbound::Binary => {
                hub.complain(connection, &GatewayCode::BinaryMessage.into(), None, now);
            }
            Inbound::Control => {
                if let Err(wait) = allowed {
                    hub.complain(connection, &Fault::rate_limited(wait), None, now);
                }
            }
            Inbound::Broken(code, reason) => {
                connection.close(code, &reason, &hub.config.limits);
            }
            Inbound::Over => connection.finish(&hub.config.limits),
            Inbound::Nothing => return,
        }
    }
    connection.is_due = true;
}

fn check_deadlines(hub: &mut Hub, connection: &mut Connection, now: Instant) {
    let limits = &hub.config.limits;
    if connection.stalled_since.is_some_and(|since| limits.stall_max < now - since) {
        connection.phase = Phase::Gone;
        return;
    }
    let is_over = connection.deadline <= now;
    match &mut connection.phase {
        Phase::Http(http) => {
            // Who does not read his answers has a deadline of his own, above.
            if !is_over || http.awaits_answer || http.is_held_back {
                return;
            }
            if http.inbox.is_empty() {
                connection.finish(limits);
            } else {
                let fault = Fault::from(GatewayCode::RequestTimeout);
                hub.metrics.count_fault(fault.code);
                hub.answer_http(connection, Response::fault(&fault), false, false);
            }
        }
        Phase::Session(session) => {
            let silence = now - session.heard_at;
            if session.claims.is_none() && is_over {
                let fault = Fault::from(GatewayCode::AuthTimeout);
                hub.metrics.count_fault(fault.code);
                connection.send(crate::wire::server::notice(&fault, None));
                connection.close(CloseCode::Policy, fault.code.sentence(), &hub.config.limits);
            } else if limits.idle_max < silence {
                connection.close(CloseCode::Away, "Nothing was heard for too long.", limits);
            } else if limits.ping_after < silence && !session.is_pinged {
                session.is_pinged = true;
                connection.out.push(ping_frame());
            }
        }
        Phase::Closing { .. } => {
            if is_over {
                connection.phase = Phase::Gone;
            }
        }
        Phase::Gone => {}
    }
}
