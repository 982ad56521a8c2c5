//! What all connections share, and what a signed-in client's messages do.
//!
//! The hub holds the book, the way to the engine and the list of unanswered questions. It owns no
//! business state: a bet goes in as a command and comes back as a record.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clutch_core::command::{Actor, AnswerOffer, Command};
use clutch_core::event::LegView;
use clutch_core::play::{LimitView, Rest};
use clutch_core::units::{AccountId, ClientBetId, MatchId, Seq, Timestamp};
use clutch_core::{Envelope, Query, Refusal, Reject};

use super::admin::Work;
use super::alerts::AlertLog;
use super::bucket::Bucket;
use super::config::ServerConfig;
use super::connection::{Connection, Key, Phase, Subscription};
use super::feed::{FeedClock, FeedDoors};
use super::metrics::Metrics;
use super::outgoing::{Bytes, text_frame};
use super::port::EnginePort;
use crate::book::Book;
use crate::codes::{Fault, GatewayCode};
use crate::http::Response;
use crate::token::{self, Claims, TokenError};
use crate::wire::client::{Request, ResumePoint, Topic};
use crate::wire::offer::{self, Occasion};
use crate::wire::server::{self, Welcome, WelcomeLimits};
use crate::wire::settlement::Waits;

/// Trace numbers of the gateway have this bit, so that other senders can number theirs as they like.
const TRACE_BIT: u64 = 1 << 63;

/// Encodings kept within a turn.
const ENCODINGS_MAX: usize = 256;

/// See the module's documentation.
pub struct Hub {
    /// The operator's settings.
    pub config: ServerConfig,
    /// The way to the engine.
    pub port: Box<dyn EnginePort>,
    /// Take the lines of feeds.
    pub doors: FeedDoors,
    /// When a feed last spoke.
    pub feed_clock: FeedClock,
    /// What is on offer.
    pub book: Book,
    /// The counters.
    pub metrics: Metrics,
    /// When the gateway started.
    pub started: Instant,
    /// The sockets of each signed-in account.
    pub accounts: HashMap<AccountId, Vec<Key>>,
    /// How many bets each account may place, whatever it places them through. Full ones are dropped.
    pub(super) placements: HashMap<AccountId, Bucket>,
    pub(super) pending: HashMap<u64, Pending>,
    /// Questions about the offer that the engine was too busy to take.
    pub(super) unasked: VecDeque<Query>,
    /// Connections that records of this turn gave something to send.
    pub(super) touched: Vec<Key>,
    pub(super) alerts: AlertLog,
    /// Accounts whose owners excluded themselves in this turn.
    pub(super) excluded: Vec<AccountId>,
    /// Legs said so far of the multiple that comes next.
    pub(super) legs: Vec<LegView>,
    /// Connections that had more to do than their share of a turn.
    pub(super) due: Vec<Key>,
    /// Connections to be forgotten.
    pub(super) gone: Vec<Key>,
    next_trace: u64,
    encodings: HashMap<Encoding, Bytes>,
}

/// What tells two encodings of an offer apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Encoding {
    id: u8,
    topic: Topic,
    from: Option<Seq>,
    occasion: Occasion,
}

/// Something asked of the engine and not yet answered.
#[derive(Debug)]
pub(super) struct Pending {
    /// Who asked; `None` is the gateway itself.
    pub asker: Option<Key>,
    pub asked: Asked,
}

/// What was asked.
#[derive(Debug)]
pub(super) enum Asked {
    /// Which matches there are, and then what each offers.
    Catalogue { matches: Vec<MatchId> },
    /// What one match offers.
    Match,
    /// A page of accounts that somebody has to look at: so many, and the last.
    Cases { last: Option<AccountId>, count: usize },
    /// A page of accounts, for their currencies.
    Accounts { from: u32 },
    /// A placement over a socket: its answer goes to all of the account's sockets.
    Place { since: Instant },
    /// A group of bets over a socket: answered as each by itself, so many are still to come.
    PlaceBatch { since: Instant, left: usize },
    /// A group of bets over HTTP: answered together, so many are still to come.
    BatchByHttp { since: Instant, keep_alive: bool, left: usize, answers: Vec<Response> },
    /// A placement over HTTP.
    PlaceByHttp { since: Instant, keep_alive: bool },
    /// A cancellation, or the answer to an offer.
    Cancel { client_id: ClientBetId },
    /// Where a bet stands.
    Bet { client_id: ClientBetId, is_found: bool },
    /// Balance and bets, gathered until they are complete.
    Mine { id: Option<u8>, own: server::Own },
    /// The largest stake.
    QuoteMax,
    /// What a bet could be cashed out for.
    QuoteCashOut,
    /// A cash-out: its answer goes to all of the account's sockets.
    CashOut { client_id: ClientBetId },
    /// Something that a player sets for himself.
    Play,
    /// All that he has set, gathered until it is complete.
    Limits { rest: Option<Rest>, limits: Vec<LimitView> },
    /// How long bets waited for their money, for the metrics.
    Waits(Waits),
    /// How full the tables are.
    Tables,
    /// Something of the staff's.
    Staff(Box<Work>),
}

/// Unix time.
pub(super) fn unix_now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

impl Hub {
    /// A hub that has asked for the catalogue.
    pub fn new(config: ServerConfig, port: Box<dyn EnginePort>, doors: FeedDoors) -> Self {
        Self {
            config,
            port,
            doors,
            feed_clock: FeedClock::new(),
            book: Book::default(),
            metrics: Metrics::new(),
            started: Instant::now(),
            accounts: HashMap::new(),
            placements: HashMap::new(),
            pending: HashMap::new(),
            unasked: VecDeque::from([Query::Catalogue, Query::Cases { from: AccountId(0) }]),
            touched: Vec::new(),
            alerts: AlertLog::default(),
            excluded: Vec::new(),
            legs: Vec::new(),
            due: Vec::new(),
            gone: Vec::new(),
            next_trace: TRACE_BIT,
            encodings: HashMap::new(),
        }
    }

    pub(super) fn trace(&mut self) -> u64 {
        self.next_trace = self.next_trace.wrapping_add(1) | TRACE_BIT;
        self.next_trace
    }

    /// Asks what is on offer, as far as the engine has room for questions.
    pub(super) fn ask_for_offer(&mut self) {
        while let Some(query) = self.unasked.pop_front() {
            let trace = self.trace();
            if self.port.ask(trace, query).is_err() {
                self.unasked.push_front(query);
                return;
            }
            let asked = match query {
                Query::Cases { .. } => Asked::Cases { last: None, count: 0 },
                Query::Catalogue => Asked::Catalogue { matches: Vec::new() },
                Query::Accounts { from, .. } => Asked::Accounts { from: from.0 },
                Query::SettlementTimes => Asked::Waits(Waits::default()),
                Query::Tables => Asked::Tables,
                _ => Asked::Match,
            };
            self.pending.insert(trace, Pending { asker: None, asked });
        }
    }

    /// Does what a client asked for.
    ///
    /// # Errors
    /// [`Fault`] if the gateway itself says no. What the engine refuses comes as a record.
    pub(super) fn request(
        &mut self,
        connection: &mut Connection,
        request: Request,
    ) -> Result<(), Fault> {
        match request {
            Request::Auth { token } => return self.sign_in(connection, &token),
            Request::Ping => {
                connection.send(server::done("pong", self.book.last_seq(), None));
                return Ok(());
            }
            Request::Time { t0 } => {
                let now = unix_now().as_millis() as u64;
                connection.send(server::time(t0, now, unix_now().as_millis() as u64));
                return Ok(());
            }
            _ => {}
        }
        let claims = connection.claims().ok_or(GatewayCode::NotAuthenticated)?;
        let (account, channel, may_bet) = (claims.account, claims.channel, claims.may_bet());
        let bettor = Actor::Account { account, channel };
        if claims.is_expired(unix_now().as_secs()) {
            return Err(GatewayCode::ExpiredToken.into());
        }
        if request.names_money() {
            self.places_known(account)?;
        }
        match request {
            Request::Auth { .. } | Request::Ping | Request::Time { .. } => {}
            Request::Subscribe { id, topic, resume } => {
                self.subscribe(connection, account, id, topic, resume)?;
            }
            Request::Unsubscribe { id } => {
                if let Phase::Session(session) = &mut connection.phase {
                    session.subscriptions.retain(|subscription| subscription.id != id);
                }
                connection.send(server::done("unsubscribed", self.book.last_seq(), Some(id)));
            }
            Request::Place(slip, terms) => {
                if !may_bet {
                    return Err(GatewayCode::Forbidden.into());
                }
                self.admit(account)?;
                let asked = Asked::Place { since: Instant::now() };
                let client_id = slip.client_id();
                let bettor = (account, channel);
                if let Err(reject) = self.place(connection.key, bettor, (&slip, terms), asked) {
                    let refusal = Refusal::new(reject);
                    let seq = self.book.last_seq();
                    connection.send(server::bet_refused(seq, client_id, refusal));
                }
            }
            Request::PlaceBatch(ask) => {
                if !may_bet {
                    return Err(GatewayCode::Forbidden.into());
                }
                for _ in ask.bets() {
                    self.admit(account)?;
                }
                let mut ask = *ask;
                ask.account = account;
                self.place_batch(connection, bettor, ask);
            }
            Request::Cancel { client_id } => {
                if !may_bet {
                    return Err(GatewayCode::Forbidden.into());
                }
                let trace = self.trace();
                let command = Command::CancelBet { account, client_id };
                let sent = self.port.send(Envelope { actor: bettor, trace, command });
                self.note(connection, trace, sent, Asked::Cancel { client_id }, Some(client_id));
            }
            Request::AnswerOffer { client_id, offer, accept } => {
                if !may_bet {
                    return Err(GatewayCode::Forbidden.into());
                }
                let trace = self.trace();
                let answer = AnswerOffer { account, client_id, offer, accept };
                let command = Command::AnswerOffer(answer);
                let sent = self.port.send(Envelope { actor: bettor, trace, command });
                self.note(connection, trace, sent, Asked::Cancel { client_id }, Some(client_id));
            }
            Request::QuoteCashOut { client_id, part } => {
                let query = Query::CashOut { account, client_id, part, channel };
                self.ask(connection, query, Asked::QuoteCashOut, Some(client_id));
            }
            Request::CashOut(wish) => {
                if !may_bet {
                    return Err(GatewayCode::Forbidden.into());
                }
                let (trace, client_id) = (self.trace(), wish.client_id);
                let command = Command::CashOut(wish.command(account));
                let sent = self.port.send(Envelope { actor: bettor, trace, command });
                self.note(connection, trace, sent, Asked::CashOut { client_id }, Some(client_id));
            }
            Request::Bet { client_id } => {
                let asked = Asked::Bet { client_id, is_found: false };
                self.ask(connection, Query::Bet { account, client_id }, asked, Some(client_id));
            }
            Request::Play(wish) => {
                let trace = self.trace();
                let now = Timestamp::from_millis(unix_now().as_millis() as u64);
                let command = wish.command(account, now);
                let sent = self.port.send(Envelope { actor: bettor, trace, command });
                self.note(connection, trace, sent, Asked::Play, None);
            }
            Request::Limits => {
                let asked = Asked::Limits { rest: None, limits: Vec::new() };
                self.ask(connection, Query::Account { account, bets_max: 0 }, asked, None);
            }
            Request::Balance => self.ask_for_mine(connection, account, None),
            Request::QuoteMaxUnit(mut place) => {
                place.account = account;
                let query = Query::MaxUnit { place: *place, channel };
                self.ask(connection, query, Asked::QuoteMax, None);
            }
            Request::QuoteMax { market, selection } => {
                let query = Query::MaxStake { account, market, selection, channel };
                self.ask(connection, query, Asked::QuoteMax, None);
            }
        }
        Ok(())
    }

    /// Proves a token, as of now.
    ///
    /// # Errors
    /// [`Fault`] with the reason.
    pub(super) fn verify(&self, token: &str) -> Result<Claims, Fault> {
        token::verify(&self.config.secret, token, unix_now().as_secs()).map_err(|error| {
            Fault::from(match error {
                TokenError::Invalid | TokenError::WrongAudience | TokenError::NotYet => {
                    GatewayCode::BadToken
                }
                TokenError::Expired => GatewayCode::ExpiredToken,
            })
        })
    }

    /// Signs a session in, or renews its sign-in.
    pub(super) fn sign_in(
        &mut self,
        connection: &mut Connection,
        token: &str,
    ) -> Result<(), Fault> {
        let claims = self.verify(token)?;
        let key = connection.key;
        let account = claims.account;
        let expires = claims.expires_at_s.saturating_mul(1000);
        let Phase::Session(session) = &mut connection.phase else { return Ok(()) };
        match &session.claims {
            // Subscriptions and waiting answers belong to one account only.
            Some(earlier) if earlier.account != account => {
                let text = "This connection is signed in to another account already.";
                return Err(Fault::with(GatewayCode::Forbidden, text.to_owned()));
            }
            Some(_) => {}
            None => self.accounts.entry(account).or_default().push(key),
        }
        session.claims = Some(claims);
        connection.account = Some(account);
        let limits = &self.config.limits;
        let welcome = Welcome {
            session: key.session,
            epoch: &self.config.epoch,
            seq: self.book.last_seq().0,
            server_time: unix_now().as_millis() as u64,
            account: account.0,
            expires,
            limits: WelcomeLimits {
                message_bytes: limits.message_bytes_max,
                frame_bytes: limits.frame_bytes_max,
                messages_per_s: limits.messages_per_s,
                messages_burst: limits.messages_burst,
                subscriptions: limits.subscriptions_max,
                heartbeat_ms: limits.heartbeat.as_millis() as u64,
            },
        };
        connection.send(welcome.to_json());
        self.ask_for_mine(connection, account, None);
        Ok(())
    }

    fn subscribe(
        &mut self,
        connection: &mut Connection,
        account: AccountId,
        id: u8,
        topic: Topic,
        resume: Option<ResumePoint>,
    ) -> Result<(), Fault> {
        let Phase::Session(session) = &mut connection.phase else { return Ok(()) };
        if let Topic::Markets(match_id) = topic
            && self.book.game(match_id).is_none()
        {
            return Err(Fault::bad_field("match", "the id of a match that exists"));
        }
        // The same id again replaces what it stood for.
        session.subscriptions.retain(|subscription| subscription.id != id);
        if usize::from(self.config.limits.subscriptions_max) <= session.subscriptions.len() {
            return Err(GatewayCode::TooManySubscriptions.into());
        }
        session.subscriptions.push(Subscription { id, topic, missed_from: None });
        if topic == Topic::Mine {
            self.ask_for_mine(connection, account, Some(id));
            return Ok(());
        }
        let (from, occasion) = match resume {
            None => (None, Occasion::Subscribed),
            Some(point)
                if point.epoch == self.config.epoch && self.book.can_tell_since(point.seq) =>
            {
                (Some(point.seq), Occasion::Resumed)
            }
            Some(_) => (None, Occasion::CannotResume),
        };
        let frame = self.offer(id, topic, from, occasion);
        connection.send_frame(frame);
        Ok(())
    }

    /// An image (`from` is `None`) or a delta as a finished frame; encoded once a turn for all.
    pub(super) fn offer(
        &mut self,
        id: u8,
        topic: Topic,
        from: Option<Seq>,
        occasion: Occasion,
    ) -> Bytes {
        let Self { encodings, book, metrics, .. } = self;
        metrics.delivered.inc();
        // Many different resume points could fill the memory before the book changes.
        if ENCODINGS_MAX <= encodings.len() {
            encodings.clear();
        }
        let frame = encodings.entry(Encoding { id, topic, from, occasion }).or_insert_with(|| {
            metrics.encoded.inc();
            text_frame(match from {
                None => offer::image(book, id, topic, occasion),
                Some(from) => offer::delta(book, id, topic, from, occasion),
            })
        });
        Bytes::clone(frame)
    }

    /// Forgets the encodings of this turn: the book is about to change.
    pub(super) fn forget_encodings(&mut self) {
        self.encodings.clear();
    }

    fn ask_for_mine(&mut self, connection: &mut Connection, account: AccountId, id: Option<u8>) {
        let bets_max = self.config.limits.bets_in_image;
        let asked = Asked::Mine { id, own: server::Own::default() };
        self.ask(connection, Query::Account { account, bets_max }, asked, None);
    }

    fn ask(
        &mut self,
        connection: &mut Connection,
        query: Query,
        asked: Asked,
        client_id: Option<ClientBetId>,
    ) {
        let trace = self.trace();
        let sent = self.port.ask(trace, query);
        self.note(connection, trace, sent, asked, client_id);
    }

    /// Remembers what was asked, or tells the client that the engine did not take it.
    fn note(
        &mut self,
        connection: &mut Connection,
        trace: u64,
        sent: Result<(), Reject>,
        asked: Asked,
        client_id: Option<ClientBetId>,
    ) {
        match sent {
            Ok(()) => {
                self.pending.insert(trace, Pending { asker: Some(connection.key), asked });
            }
            Err(reject) => {
                connection.send(server::refusal_notice(Refusal::new(reject), client_id));
            }
        }
    }
}
