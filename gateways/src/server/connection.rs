//! One TCP connection: an HTTP client, or, after the handshake, a WebSocket session.

use std::io::{self, Read};
use std::time::Instant;

use clutch_core::units::{AccountId, Seq};
use mio::net::TcpStream;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Message};

use super::bucket::Bucket;
use super::config::Limits;
use super::outgoing::{Bytes, Outgoing, close_frame, text_frame};
use crate::token::Claims;
use crate::wire::client::Topic;

/// Bytes read from a socket at once.
const READ_BYTES: usize = 16 * 1024;

/// A session's own read buffer. The library's default costs 130 KiB a connection.
const SESSION_READ_BYTES: usize = 2 * 1024;

/// Names a connection. The slot is used again after a connection; the session number never is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Its place in the table.
    pub slot: usize,
    /// Its number since the start.
    pub session: u64,
}

/// One connection.
#[derive(Debug)]
pub struct Connection {
    /// Its name.
    pub key: Key,
    /// Its socket.
    pub stream: TcpStream,
    /// What it still has to send.
    pub out: Outgoing,
    /// What it is.
    pub phase: Phase,
    /// The account that it signed in to, kept until it is forgotten.
    pub account: Option<AccountId>,
    /// When the loop stops waiting for it: what for depends on the phase.
    pub deadline: Instant,
    /// Since when it has read nothing although something was there.
    pub stalled_since: Option<Instant>,
    /// Whether it is on the list of those to be looked after in this turn.
    pub is_due: bool,
}

/// What a connection is.
#[derive(Debug)]
pub enum Phase {
    /// It speaks HTTP.
    Http(Http),
    /// It is a WebSocket.
    Session(Box<Session>),
    /// Its last bytes are going out.
    Closing {
        /// Whether our side is shut already.
        is_shut: bool,
    },
    /// It is gone; the table forgets it at the end of the turn.
    Gone,
}

/// See [`Phase::Http`].
#[derive(Debug, Default)]
pub struct Http {
    /// Bytes that came and are not yet used up.
    pub inbox: Vec<u8>,
    /// Whether a bet's answer is awaited; later requests wait behind it.
    pub awaits_answer: bool,
    /// Whether the awaited answer is the last.
    pub closes_after: bool,
    /// Bytes of the request whose head is complete and whose body is not; zero if there is none.
    pub awaited_bytes: usize,
    /// Whether requests wait until the client has read its answers to the earlier ones.
    pub is_held_back: bool,
    /// Whether the client has shut its side: it may still wait for answers.
    pub has_ended: bool,
}

/// See [`Phase::Session`].
#[derive(Debug)]
pub struct Session {
    context: WebSocketContext,
    /// Who signed in.
    pub claims: Option<Claims>,
    /// What it subscribed to.
    pub subscriptions: Vec<Subscription>,
    /// How many messages it may send.
    pub messages: Bucket,
    /// How many faulty ones.
    pub errors: Bucket,
    /// When it last said anything.
    pub heard_at: Instant,
    /// Whether it was pinged since.
    pub is_pinged: bool,
}

/// One subscription.
#[derive(Clone, Copy, Debug)]
pub struct Subscription {
    /// The client's id of it.
    pub id: u8,
    /// What about.
    pub topic: Topic,
    /// From where on this client missed changes, because it read too slowly for them.
    pub missed_from: Option<Seq>,
}

/// What came from a session's socket.
#[derive(Debug)]
pub enum Inbound {
    /// A text message.
    Text(String),
    /// A binary message, which is none of ours.
    Binary,
    /// A ping, a pong or a bit of a goodbye: a sign of life.
    Control,
    /// Nothing more for now.
    Nothing,
    /// The client broke a rule of the protocol: say goodbye with this code.
    Broken(CloseCode, String),
    /// The connection is over.
    Over,
}

/// Reads from the socket for the WebSocket library and keeps what it wants to write, so that its
/// pongs take their turn in the one queue.
struct Tap<'a> {
    stream: &'a TcpStream,
    replies: Vec<u8>,
    /// Bytes that may still be read in this turn. The library reads until a message is whole, so a
    /// client that never ends one could otherwise keep the loop to itself.
    budget: &'a mut usize,
}

impl Read for Tap<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len().min(*self.budget);
        if room == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = (&mut &*self.stream).read(&mut buffer[..room])?;
        *self.budget -= count;
        Ok(count)
    }
}

impl io::Write for Tap<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.replies.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Session {
    /// A session whose client sent `early` together with its handshake.
    pub fn new(limits: &Limits, early: Vec<u8>, now: Instant) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(SESSION_READ_BYTES)
            .write_buffer_size(0)
            .max_write_buffer_size(4 * 1024)
            .max_message_size(Some(limits.message_bytes_max))
            .max_frame_size(Some(limits.frame_bytes_max));
        Self {
            context: WebSocketContext::from_partially_read(early, Role::Server, Some(config)),
            claims: None,
            subscriptions: Vec::new(),
            messages: Bucket::full(limits.messages_per_s, limits.messages_burst, now),
            errors: Bucket::full(1, limits.errors_burst, now),
            heard_at: now,
            is_pinged: false,
        }
    }

    /// The next message, if one is complete after reading at most `budget` bytes, which is reduced
    /// by what was read.
    pub fn read(&mut self, stream: &TcpStream, out: &mut Outgoing, budget: &mut usize) -> Inbound {
        let mut tap = Tap { stream, replies: Vec::new(), budget };
        let result = self.context.read(&mut tap);
        if !tap.replies.is_empty() {
            out.push(tap.replies.into());
        }
        match result {
            Ok(Message::Text(text)) => Inbound::Text(text.as_str().to_owned()),
            Ok(Message::Binary(_)) => Inbound::Binary,
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_)) => {
                Inbound::Control
            }
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Inbound::Nothing,
            Err(Error::Capacity(error)) => Inbound::Broken(CloseCode::Size, error.to_string()),
            Err(Error::Utf8(_)) => {
                Inbound::Broken(CloseCode::Invalid, "a text message is not valid UTF-8".to_owned())
            }
            Err(Error::Protocol(
                tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
            )) => Inbound::Over,
            Err(Error::Protocol(error)) => Inbound::Broken(CloseCode::Protocol, error.to_string()),
            Err(_) => Inbound::Over,
        }
    }
}

impl Connection {
    /// A connection just taken.
    pub fn new(key: Key, stream: TcpStream, deadline: Instant) -> Self {
        Self {
            key,
            stream,
            out: Outgoing::default(),
            phase: Phase::Http(Http::default()),
            account: None,
            deadline,
            stalled_since: None,
            is_due: false,
        }
    }

    /// Whether it has signed in, and as what.
    pub fn claims(&self) -> Option<&Claims> {
        match &self.phase {
            Phase::Session(session) => session.claims.as_ref(),
            Phase::Http(_) | Phase::Closing { .. } | Phase::Gone => None,
        }
    }

    /// Sends a message to a session; other connections get none.
    pub fn send(&mut self, json: Vec<u8>) {
        self.send_frame(text_frame(json));
    }

    /// Sends a finished frame to a session; other connections get none.
    pub fn send_frame(&mut self, frame: Bytes) {
        if matches!(self.phase, Phase::Session(_)) {
            self.out.push(frame);
        }
    }

    /// Ends a session with a code and a reason, or any other connection without.
    pub fn close(&mut self, code: CloseCode, reason: &str, limits: &Limits) {
        if matches!(self.phase, Phase::Session(_)) {
            self.out.push(close_frame(code, reason));
        }
        self.finish(limits);
    }

    /// Sends what is left, then closes. Our side is shut first and the client's bytes are read to
    /// their end, because a socket closed with unread bytes would take our last ones with it.
    pub fn finish(&mut self, limits: &Limits) {
        if !matches!(self.phase, Phase::Closing { .. } | Phase::Gone) {
            self.phase = Phase::Closing { is_shut: false };
            self.deadline = Instant::now() + limits.auth_timeout;
        }
    }

    /// Sends as much as the socket takes.
    pub fn flush(&mut self, now: Instant) -> usize {
        let before = self.out.unsent_bytes();
        let sent = match self.out.write_to(&mut &self.stream) {
            Ok(sent) => sent,
            Err(_) => {
                self.phase = Phase::Gone;
                return 0;
            }
        };
        if self.out.is_empty() {
            self.stalled_since = None;
            if let Phase::Closing { is_shut } = &mut self.phase
                && !*is_shut
            {
                *is_shut = true;
                let _ = self.stream.shutdown(std::net::Shutdown::Write);
                // A client that shut its side first will not be reported again.
                self.discard();
            }
        } else if sent > 0 || before == 0 {
            self.stalled_since = Some(now);
        } else {
            self.stalled_since.get_or_insert(now);
        }
        sent
    }

    /// Reads into the HTTP inbox until it holds `bytes_max` or the socket is empty. Answers whether
    /// there may be more to read.
    pub fn fill_inbox(&mut self, bytes_max: usize) -> bool {
        let mut buffer = [0; READ_BYTES];
        loop {
            let Phase::Http(http) = &mut self.phase else { return false };
            if http.has_ended {
                return false;
            }
            if bytes_max <= http.inbox.len() {
                return true;
            }
            match (&mut &self.stream).read(&mut buffer) {
                Ok(0) => {
                    http.has_ended = true;
                    return false;
                }
                Ok(count) => http.inbox.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    self.phase = Phase::Gone;
                    return false;
                }
            }
        }
    }

    /// Reads and throws away what a closing client still sends.
    pub fn discard(&mut self) {
        let mut buffer = [0; READ_BYTES];
        // A client that keeps sending is cut off by the deadline, not by patience here.
        for _ in 0..4 {
            match (&mut &self.stream).read(&mut buffer) {
                Ok(0) => {
                    self.phase = Phase::Gone;
                    return;
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => {
                    self.phase = Phase::Gone;
                    return;
                }
            }
        }
        self.is_due = true;
    }
}
