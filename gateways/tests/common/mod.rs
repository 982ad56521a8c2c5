//! A gateway on a free port, in front of an engine that answers by a script, and clients for it.
#![allow(clippy::unwrap_used, dead_code)]

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clutch_core::command::{Actor, Line, MarketKind, PlaceMultiple, RoundFormat, Team, Title};
use clutch_core::event::{
    BetStatus, BetView, MarketStatus, MatchPhase, NamedPart, Price, PriceCause, Score,
};
use clutch_core::units::{
    AccountId, BetId, ClientBetId, MarketId, MatchId, Money, Name, Odds, Probability,
    SelectionIndex, Seq, Timestamp,
};
use clutch_core::{Command, Envelope, Event, Query, Record, Refusal, Reject};
use clutch_engine::{Engine, EngineConfig, Space};
use clutch_gateways::server::feed::Taken;
use clutch_gateways::server::{
    EngineHealth, EngineLink, EnginePort, EngineState, FeedDoor, FeedReply, Server, ServerConfig,
};
use clutch_gateways::token::{self, Claims, Role, Secret};
use clutch_journal::{FileSystem, Trust};
use serde_json::Value;
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

pub const ACCOUNT: AccountId = AccountId(7);
pub const EPOCH: &str = "journal-1";
pub const FEED_KEY: &str = "feed-key";
pub const CID: &str = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";

/// A gateway in front of a real engine, which outlives it, with its journal in a directory.
pub fn in_front_of_an_engine(dir: &std::path::Path) -> (Gateway, Engine) {
    let mut config = EngineConfig::new(dir);
    config.journal.unsafe_storage = true;
    let durability = config.journal.durability;
    let mut engine = Engine::start(config).unwrap();
    let publisher = engine.publisher().unwrap();
    let link = EngineLink::new(&engine, publisher, durability);
    (Gateway::start_before(Box::new(link)), engine)
}

/// What the scripted engine has to say and has heard.
#[derive(Default)]
pub struct Script {
    pub records: VecDeque<Record>,
    pub seq: u64,
    pub is_busy: bool,
    /// Takes commands and never answers.
    pub is_silent: bool,
    pub has_failed: bool,
    pub is_full: bool,
    /// A question about the settings meets a bug.
    pub has_bug: bool,
    pub snapshots: Option<clutch_engine::SnapshotStatus>,
    pub heard: Vec<Envelope>,
    waker: Option<clutch_engine::Waker>,
}

impl Script {
    pub fn say(&mut self, trace: u64, event: Event) {
        let time = Timestamp::from_millis(1_000 + self.seq);
        self.records.push_back(Record { seq: Seq(self.seq), time, trace, event });
    }

    /// A command that moves one price.
    pub fn price(&mut self, market: u32, selection: u8, milli: u32) {
        self.seq += 1;
        self.say(
            0,
            Event::Price(Price {
                market: MarketId(market),
                selection: SelectionIndex(selection),
                odds: Odds::from_milli(milli),
                fair: Probability::from_ppb(500_000_000).unwrap(),
                model: Probability::from_ppb(500_000_000).unwrap(),
                price_seq: self.seq,
                cause: PriceCause::Score,
                by: Actor::Engine,
            }),
        );
    }

    fn answer(&mut self, trace: u64, query: Query) {
        let match_id = MatchId(0);
        match query {
            Query::Catalogue => {
                self.say(
                    trace,
                    Event::MatchCreated {
                        match_id,
                        title: Title::CounterStrike,
                        rounds: RoundFormat::Mr12,
                        best_of: 3,
                        starts_at: Timestamp::from_millis(5),
                    },
                );
                for (team, name) in [(Team::A, "Spirit"), (Team::B, "Vitality")] {
                    let name = Name::new(name).unwrap();
                    self.say(trace, Event::Named { match_id, part: NamedPart::Team(team), name });
                }
                self.say(
                    trace,
                    Event::Score(Score {
                        match_id,
                        map: 1,
                        rounds: [3, 4],
                        maps: [0, 0],
                        phase: MatchPhase::Live,
                        a_is_t: true,
                    }),
                );
            }
            Query::Match { .. } => {
                let line = Line::from_halves(43).unwrap();
                let kinds = [
                    (MarketKind::MatchWinner, 2),
                    (MarketKind::TotalRounds { map: 1, line }, 2),
                    (MarketKind::CorrectMapScore, 4),
                ];
                for (market, (kind, selections)) in (0..).map(MarketId).zip(kinds) {
                    self.say(trace, Event::MarketOpened { market, match_id, kind, selections });
                    let status = MarketStatus::Open;
                    self.say(trace, Event::Market { market, status, epoch: 4 });
                    for selection in 0..selections {
                        self.say(
                            trace,
                            Event::Price(Price {
                                market,
                                selection: SelectionIndex(selection),
                                odds: Odds::from_milli(1850 + u32::from(selection) * 100),
                                fair: Probability::from_ppb(500_000_000).unwrap(),
                                model: Probability::from_ppb(500_000_000).unwrap(),
                                price_seq: 1,
                                cause: PriceCause::Image,
                                by: Actor::Engine,
                            }),
                        );
                    }
                }
            }
            Query::Account { account, .. } => {
                let (available, held) = (Money::from_minor(10_000), Money::ZERO);
                self.say(trace, Event::Balance { account, available, held });
            }
            Query::Bet { .. }
            | Query::Payment { .. }
            | Query::CashOut { .. }
            | Query::AccountNamed { .. }
            | Query::Accounts { .. }
            | Query::Sources
            | Query::SettlementTimes
            | Query::Tables
            | Query::LateBets { .. }
            | Query::Settings
            | Query::Referrals
            | Query::HouseRules
            | Query::PlayPolicy
            | Query::Customer { .. }
            | Query::Cases { .. }
            | Query::Proposals
            | Query::Risk { .. } => {}
            Query::MaxStake { account, market, selection, .. } => {
                let stake = Money::from_minor(5_000);
                self.say(trace, Event::MaxStake { account, market, selection, stake });
            }
            Query::MaxUnit { place: PlaceMultiple { account, client_id, .. }, .. } => {
                self.say(
                    trace,
                    Event::MaxUnit { account, client_id, unit: Money::from_minor(500) },
                );
            }
        }
        self.say(trace, Event::QueryDone);
    }

    fn take(&mut self, envelope: Envelope) {
        self.heard.push(envelope);
        self.seq += 1;
        match envelope.command {
            Command::PlaceBet(place) => {
                let limit = Money::from_minor(5_000);
                let is_above = limit < place.stake.money();
                let status = if is_above {
                    let stake = place.stake.money().minor();
                    BetStatus::Refused(Refusal::with(Reject::StakeAboveLimit, limit.minor(), stake))
                } else {
                    BetStatus::Pending { due: Timestamp::from_millis(4_000) }
                };
                let bet = BetView {
                    bet: (!is_above).then_some(BetId(self.seq)),
                    account: place.account,
                    client_id: place.client_id,
                    market: place.market,
                    selection: place.selection,
                    odds: place.odds,
                    stake: place.stake,
                    status,
                };
                self.say(envelope.trace, Event::Bet(bet));
                if is_above {
                    return;
                }
                let available = Money::from_minor(10_000) - place.stake.money();
                let (account, held) = (place.account, place.stake.money());
                self.say(envelope.trace, Event::Balance { account, available, held });
            }
            Command::CancelBet { .. } => {
                self.say(envelope.trace, Event::Refused(Reject::UnknownBet.into()));
            }
            _ => {}
        }
    }
}

struct ScriptedEngine(Arc<Mutex<Script>>);

impl EnginePort for ScriptedEngine {
    fn send(&mut self, envelope: Envelope) -> Result<(), Reject> {
        let mut script = self.0.lock().unwrap();
        if script.is_busy {
            return Err(Reject::EngineBusy);
        }
        if !script.is_silent {
            script.take(envelope);
        }
        Ok(())
    }

    fn ask(&mut self, trace: u64, query: Query) -> Result<(), Reject> {
        let has_bug = self.0.lock().unwrap().has_bug;
        assert!(!has_bug || query != Query::Settings, "a bug");
        let mut script = self.0.lock().unwrap();
        if script.is_busy {
            return Err(Reject::EngineBusy);
        }
        script.answer(trace, query);
        Ok(())
    }

    fn poll(&mut self, records_max: usize, take: &mut dyn FnMut(&Record)) -> bool {
        let mut script = self.0.lock().unwrap();
        let count = records_max.min(script.records.len());
        script.records.drain(..count).for_each(|record| take(&record));
        !script.records.is_empty()
    }

    fn wake_by(&mut self, wake: clutch_engine::Waker) {
        self.0.lock().unwrap().waker = Some(wake);
    }

    fn health(&self) -> EngineHealth {
        let script = self.0.lock().unwrap();
        EngineHealth {
            state: if script.has_failed { EngineState::Failed } else { EngineState::Running },
            last_seq: Seq(script.seq),
            durable_seq: Seq(script.seq),
            durability: "process",
            ring_in_memory_only: true,
            file_system: FileSystem { name: "NFS", trust: Trust::Unsafe },
            clock_behind: Duration::from_millis(1_500),
            warnings: vec!["the journal is on NFS".to_owned()],
            space: if script.is_full { Space::Low } else { Space::Ample },
            snapshots: script.snapshots.clone(),
        }
    }
}

/// A running gateway; it stops when this is dropped.
pub struct Gateway {
    pub address: SocketAddr,
    pub script: Arc<Mutex<Script>>,
    pub secret: Secret,
    waker: Arc<dyn Fn() + Send + Sync>,
    shutdown: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Gateway {
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    pub fn start_with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        let script = Arc::new(Mutex::new(Script { seq: 1, ..Script::default() }));
        let engine = Box::new(ScriptedEngine(Arc::clone(&script)));
        Self::start_whole(change, engine, script, Self::usual_doors())
    }

    /// A gateway with other doors for feeds.
    pub fn start_with_doors(doors: Vec<FeedDoor>) -> Self {
        let script = Arc::new(Mutex::new(Script { seq: 1, ..Script::default() }));
        let engine = Box::new(ScriptedEngine(Arc::clone(&script)));
        Self::start_whole(|_| {}, engine, script, doors)
    }

    fn usual_doors() -> Vec<FeedDoor> {
        let sink = Box::new(|lines: &[u8]| {
            let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            FeedReply::Taken(Taken { lines: lines.count() as u32, ..Taken::default() })
        });
        let (key, about) = (FEED_KEY.to_owned(), "final".to_owned());
        vec![FeedDoor::new("cs-log", key, about, sink)]
    }

    /// A gateway in front of another engine than the scripted one.
    pub fn start_before(engine: Box<dyn EnginePort>) -> Self {
        Self::start_whole(|_| {}, engine, Arc::default(), Self::usual_doors())
    }

    fn start_whole(
        change: impl FnOnce(&mut ServerConfig),
        engine: Box<dyn EnginePort>,
        script: Arc<Mutex<Script>>,
        doors: Vec<FeedDoor>,
    ) -> Self {
        let secret = Secret::new(&[7; 32]).unwrap();
        let mut config = ServerConfig::new(secret.clone(), EPOCH.to_owned());
        config.demo_account = Some(ACCOUNT);
        change(&mut config);
        let any_port = "127.0.0.1:0".parse().unwrap();
        let mut server = Server::bind(any_port, config, engine, doors).unwrap();
        let address = server.local_address().unwrap();
        let waker = server.waker();
        let shutdown = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&shutdown);
        let thread = std::thread::spawn(move || server.run(&flag).unwrap());
        Self { address, script, secret, waker, shutdown, thread: Some(thread) }
    }

    /// Lets the engine say something.
    pub fn say(&self, say: impl FnOnce(&mut Script)) {
        let mut script = self.script.lock().unwrap();
        say(&mut script);
        let waker = script.waker.clone().unwrap();
        drop(script);
        waker();
    }

    pub fn token(&self, expires_in_s: i64) -> String {
        self.token_with(expires_in_s, vec![Role::Bettor])
    }

    pub fn token_with(&self, expires_in_s: i64, roles: Vec<Role>) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let expires_at_s = now.saturating_add_signed(expires_in_s);
        let channel = clutch_core::command::Channel::Web;
        let claims = Claims { account: ACCOUNT, channel, roles, issued_at_s: now, expires_at_s };
        token::issue(&self.secret, &claims)
    }

    pub fn connect(&self) -> Client {
        self.connect_with("", "").unwrap()
    }

    /// Connects with one more header, if it has a name.
    pub fn connect_with(&self, name: &'static str, value: &str) -> tungstenite::Result<Client> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut request = format!("ws://{}/ws", self.address).into_client_request()?;
        if !name.is_empty() {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Client { socket }),
            Err(tungstenite::HandshakeError::Failure(error)) => Err(error),
            Err(tungstenite::HandshakeError::Interrupted(_)) => panic!("the handshake timed out"),
        }
    }

    /// Connects and signs in; the image of the account has come.
    pub fn sign_in(&self) -> Client {
        let mut client = self.connect();
        client.send(&format!(r#"{{"type":"auth","token":"{}"}}"#, self.token(60)));
        assert_eq!(client.next()["type"], "welcome");
        // A payment of this moment, and the balance that it moves, may come first.
        let mut message = client.next();
        while message["type"] == "balance" || message["type"] == "payment" {
            message = client.next();
        }
        assert_eq!(message["topic"], "mine");
        client
    }

    /// Sends bytes as they are and reads until the gateway closes.
    pub fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        // A reset after the answer is the operating system's way to say that we sent too much.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// One request; answers the status and the body.
    /// Whether it serves no longer, without having been asked to stop.
    pub fn has_ended(&mut self) -> bool {
        self.thread.as_ref().unwrap().is_finished()
    }

    pub fn http(&self, method: &str, path: &str, headers: &str, body: &str) -> (u16, Value) {
        let length = body.len();
        let answer = self.raw(
            format!(
                "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\
                 Content-Length: {length}\r\n\r\n{body}",
                self.address
            )
            .as_bytes(),
        );
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        (status, serde_json::from_str(body).unwrap_or(Value::String(body.to_owned())))
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.shutdown.store(true, Ordering::Relaxed);
        (self.waker)();
        let ended = self.thread.take().unwrap().join();
        if !std::thread::panicking() {
            ended.unwrap();
        }
    }
}

/// A WebSocket client.
pub struct Client {
    pub socket: WebSocket<TcpStream>,
}

impl Client {
    pub fn send(&mut self, json: &str) {
        self.socket.send(Message::text(json)).unwrap();
    }

    /// The next message that is no heartbeat.
    pub fn next(&mut self) -> Value {
        loop {
            match self.socket.read().unwrap() {
                Message::Text(text) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    if message["type"] != "heartbeat" {
                        return message;
                    }
                }
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("no text: {other:?}"),
            }
        }
    }

    /// The goodbye's code and reason, whatever comes before it.
    pub fn goodbye(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(Some(frame)) = self.socket.read().unwrap() {
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

/// A placement of 12.50 on the first market.
pub fn place(stake: &str) -> String {
    format!(
        r#"{{"type":"place","cid":"{CID}","market":0,"selection":0,"odds":"1.85","price_seq":1,
        "epoch":4,"stake":"{stake}","policy":"better"}}"#
    )
}

pub fn client_id() -> ClientBetId {
    clutch_gateways::wire::client::parse_client_id(CID).unwrap()
}
