//! What an operator decides about the gateway. Every limit has a name here, and those that a client
//! can run into are told to it in `welcome`.

use std::time::Duration;

use clutch_core::units::AccountId;

use crate::token::Secret;

/// The gateway's settings.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Signs and proves tokens.
    pub secret: Secret,
    /// Names the journal that `seq` counts in. Clients give it back when they resume, so it must
    /// stay the same over a restart with the same journal.
    pub epoch: String,
    /// Origins whose pages may connect, beside our own: `https://bets.example`.
    pub origins: Vec<String>,
    /// For demonstrations only: `GET /demo-token` signs anybody in to this account.
    pub demo_account: Option<AccountId>,
    /// How much of anything.
    pub limits: Limits,
}

impl ServerConfig {
    /// Settings with the default limits, no foreign origins and no demo account.
    pub fn new(secret: Secret, epoch: String) -> Self {
        let limits = Limits::default();
        Self { secret, epoch, origins: Vec::new(), demo_account: None, limits }
    }
}

/// How much of anything a client may use.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub connections_max: usize,
    /// Bytes of a request's head.
    pub head_bytes_max: usize,
    /// Bytes of a request's body.
    pub body_bytes_max: usize,
    /// Bytes of a feed's body.
    pub feed_body_bytes_max: usize,
    /// From the first byte of a request to the end of its head.
    pub head_timeout: Duration,
    /// From the end of the head to the end of the body.
    pub body_timeout: Duration,
    /// How long a connection may rest between two requests.
    pub keep_alive: Duration,
    /// From the WebSocket handshake to a valid sign-in.
    pub auth_timeout: Duration,
    /// Bytes of a WebSocket message.
    pub message_bytes_max: usize,
    /// Bytes of a WebSocket frame.
    pub frame_bytes_max: usize,
    /// Messages per second of one connection in the long run, and bets of one account over all of its
    /// connections.
    pub messages_per_s: u32,
    /// Messages of one connection at once, and bets of one account.
    pub messages_burst: u32,
    /// Faulty messages of one connection at once; one a second is forgiven.
    pub errors_burst: u32,
    /// Subscriptions of one connection.
    pub subscriptions_max: u8,
    /// How often `heartbeat` goes out.
    pub heartbeat: Duration,
    /// After this long without a word from a client it is pinged.
    pub ping_after: Duration,
    /// After this long without a word it is gone.
    pub idle_max: Duration,
    /// Bytes that the kernel keeps for a client to read, before any are counted as unread here.
    pub kernel_send_bytes: usize,
    /// A client with more unread bytes than this gets no price deltas, but the latest state later.
    pub unread_bytes_soft: usize,
    /// A client with more unread bytes than this is closed: bets and balance are never left out.
    pub unread_bytes_hard: usize,
    /// A client that has read nothing for this long although there was something is closed.
    pub stall_max: Duration,
    /// A price older than this is called stale in heartbeats.
    pub stale_after: Duration,
    /// Bets in the image of an account.
    pub bets_in_image: u16,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 10_000,
            head_bytes_max: 8 * 1024,
            body_bytes_max: 16 * 1024,
            feed_body_bytes_max: 1024 * 1024,
            head_timeout: Duration::from_secs(5),
            body_timeout: Duration::from_secs(15),
            keep_alive: Duration::from_secs(30),
            auth_timeout: Duration::from_secs(3),
            message_bytes_max: 16 * 1024,
            frame_bytes_max: 4 * 1024,
            messages_per_s: 50,
            messages_burst: 100,
            errors_burst: 50,
            subscriptions_max: 16,
            heartbeat: Duration::from_secs(5),
            ping_after: Duration::from_secs(20),
            idle_max: Duration::from_secs(60),
            kernel_send_bytes: 64 * 1024,
            unread_bytes_soft: 256 * 1024,
            unread_bytes_hard: 4 * 1024 * 1024,
            stall_max: Duration::from_secs(10),
            stale_after: Duration::from_secs(5),
            bets_in_image: 50,
        }
    }
}

impl Limits {
    /// How often deadlines are looked at: often enough for the shortest, rarely enough to cost
    /// nothing while the gateway idles.
    pub(super) fn sweep_every(&self) -> Duration {
        let shortest = [self.head_timeout, self.auth_timeout, self.heartbeat, self.ping_after];
        let shortest = shortest.into_iter().min().unwrap_or_default();
        (shortest / 4).clamp(Duration::from_millis(10), Duration::from_secs(1))
    }
}
