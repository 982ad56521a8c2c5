//! What each HTTP address answers.

use std::time::Instant;

use clutch_core::command::{Actor, Channel};
use clutch_core::event::{BetStatus, LegView};
use clutch_core::units::Seq;
use clutch_core::{Command, Envelope, Event, Record, Refusal, Reject};
use serde_json::json;

use super::connection::{Connection, Phase, Session};
use super::feed::{FeedDoors, FeedReply};
use super::hub::{Asked, Hub, Pending, unix_now};
use super::metrics::Metrics;
use crate::book::Book;
use crate::codes::{Fault, GatewayCode};
use crate::http::{Head, Method, Response, parse_head};
use crate::token::{self, Claims, Role};
use crate::wire::client::{parse_batch, parse_placement};
use crate::wire::decimal::with_places;
use crate::wire::multiple::{Multiple, multiple};
use crate::wire::server::{bet, bet_refused, refusal_notice, refusal_to_staff};

/// Where bets of which all are taken or none are placed.
const BATCHES: &str = "/bets/batch";
/// Where the staff gives orders and asks.
const ORDERS: &str = "/admin/commands";
const QUESTIONS: &str = "/admin/queries";

/// The bettor's page: each file with its path and its type.
const PAGES: &[(&str, &str, &str)] = &[
    ("/", HTML, include_str!("../../web/index.html")),
    ("/app.js", SCRIPT, include_str!("../../web/app.js")),
    ("/bets.js", SCRIPT, include_str!("../../web/bets.js")),
    ("/bonuses.js", SCRIPT, include_str!("../../web/bonuses.js")),
    ("/odds.js", SCRIPT, include_str!("../../web/odds.js")),
    ("/session.js", SCRIPT, include_str!("../../web/session.js")),
    ("/slip.js", SCRIPT, include_str!("../../web/slip.js")),
    ("/style.css", "text/css; charset=utf-8", include_str!("../../web/style.css")),
];
const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Nothing from elsewhere, nothing inline: the page works offline and runs no foreign script.
const PAGE_HEADERS: &str = "Cache-Control: no-cache\r\n\
    Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'\r\n";

/// What an answer of this moment must not become: one of a later moment.
pub(super) const NO_STORE: &str = "Cache-Control: no-store\r\n";

/// Requests served for one connection in one turn; the others get their turn in between.
const REQUESTS_PER_TURN: usize = 32;

/// How long a demonstration's token is worth something.
const DEMO_TOKEN_S: u64 = 12 * 3600;

/// What a request comes to.
pub(super) enum Outcome {
    /// An answer at once.
    Answer(Response),
    /// A bet is on its way through the engine.
    Awaits,
    /// The connection is a WebSocket from now on.
    Upgrade { accept: String, claims: Option<String> },
}

impl Hub {
    /// Serves the requests that stand in a connection's inbox, one after the other.
    pub(super) fn serve_http(&mut self, connection: &mut Connection, now: Instant) {
        for served in 0.. {
            let Phase::Http(http) = &mut connection.phase else { break };
            http.is_held_back = false;
            if http.awaits_answer || http.inbox.is_empty() {
                break;
            }
            // A request is small and its answer may be large: who does not read gets no more.
            if self.config.limits.unread_bytes_soft <= connection.out.unsent_bytes() {
                http.is_held_back = true;
                break;
            }
            if served == REQUESTS_PER_TURN {
                connection.is_due = true;
                break;
            }
            match self.next_request(connection, now) {
                Ok(Some((head, body))) => self.serve(connection, &head, &body, now),
                Ok(None) => break,
                Err(fault) => {
                    self.metrics.count_fault(fault.code);
                    self.answer_http(connection, Response::fault(&fault), false, false);
                }
            }
        }
        if let Phase::Http(http) = &connection.phase
            && http.has_ended
            && !http.awaits_answer
            && !http.is_held_back
            && !connection.is_due
        {
            connection.finish(&self.config.limits);
        }
    }

    /// Takes the next whole request out of the inbox.
    fn next_request(
        &mut self,
        connection: &mut Connection,
        now: Instant,
    ) -> Result<Option<(Head, Vec<u8>)>, Fault> {
        let limits = &self.config.limits;
        let Phase::Http(http) = &mut connection.phase else { return Ok(None) };
        // Only the part that may be a head is read as one.
        let window = &http.inbox[..http.inbox.len().min(limits.head_bytes_max)];
        let Some(head) = parse_head(window)? else {
            if limits.head_bytes_max <= http.inbox.len() {
                return Err(GatewayCode::HeadTooLarge.into());
            }
            return Ok(None);
        };
        // The large body is kept only for those who may hand it in; others hear why at once.
        if let Some(provider) = FeedDoors::provider(&head.path)
            && limits.body_bytes_max < head.body_bytes
        {
            self.doors.open(provider, &head)?;
        }
        let body_max = self.body_bytes_max(&head);
        if body_max < head.body_bytes {
            let text = format!("The body has {} bytes, {body_max} are allowed.", head.body_bytes);
            return Err(Fault::with(GatewayCode::TooLarge, text));
        }
        if http.inbox.len() < head.total_bytes() {
            if http.awaited_bytes == 0 {
                http.awaited_bytes = head.total_bytes();
                connection.deadline = now + limits.body_timeout;
                if head.expects_continue {
                    connection.out.push((*b"HTTP/1.1 100 Continue\r\n\r\n").into());
                }
            }
            return Ok(None);
        }
        let body = http.inbox[head.head_bytes..head.total_bytes()].to_vec();
        http.inbox.drain(..head.total_bytes());
        http.awaited_bytes = 0;
        // What follows already has begun; otherwise the connection may rest.
        let patience = if http.inbox.is_empty() { limits.keep_alive } else { limits.head_timeout };
        connection.deadline = now + patience;
        Ok(Some((head, body)))
    }

    fn body_bytes_max(&self, head: &Head) -> usize {
        let limits = &self.config.limits;
        match FeedDoors::provider(&head.path) {
            Some(_) => limits.feed_body_bytes_max,
            None => limits.body_bytes_max,
        }
    }

    /// How much of what a connection sends is kept before it is served: a whole request of usual
    /// size, or the large one that has been let in.
    pub(super) fn inbox_bytes_max(&self, awaited_bytes: usize) -> usize {
        let limits = &self.config.limits;
        awaited_bytes.max(limits.head_bytes_max + limits.body_bytes_max)
    }

    fn serve(&mut self, connection: &mut Connection, head: &Head, body: &[u8], now: Instant) {
        let is_head = head.method == Method::Head;
        match self.outcome(connection, head, body) {
            Ok(Outcome::Answer(response)) => {
                self.answer_http(connection, response, is_head, head.keep_alive);
            }
            Ok(Outcome::Awaits) => {
                if let Phase::Http(http) = &mut connection.phase {
                    http.awaits_answer = true;
                }
            }
            Ok(Outcome::Upgrade { accept, claims }) => {
                self.upgrade(connection, &accept, claims, now);
            }
            Err(fault) => {
                self.metrics.count_fault(fault.code);
                self.answer_http(connection, Response::fault(&fault), is_head, head.keep_alive);
            }
        }
    }

    fn outcome(
        &mut self,
        connection: &Connection,
        head: &Head,
        body: &[u8],
    ) -> Result<Outcome, Fault> {
        let read = matches!(head.method, Method::Get | Method::Head);
        let hand_in = head.method == Method::Post;
        if let Some(provider) = FeedDoors::provider(&head.path) {
            return self.feed(provider, head, body).map(Outcome::Answer);
        }
        if let Some((_, kind, text)) = PAGES.iter().find(|(path, ..)| *path == head.path) {
            if !read {
                return Ok(Outcome::Answer(method_not_allowed("GET, HEAD")));
            }
            let page = Response::new(200, kind, text.as_bytes().to_vec());
            return Ok(Outcome::Answer(page.with_headers(PAGE_HEADERS)));
        }
        let response = match (head.path.as_str(), read, hand_in) {
            ("/ws", true, _) if head.method == Method::Get => return self.handshake(head),
            ("/health", true, _) => self.health(),
            ("/metrics", true, _) => {
                self.metrics.note_stops(&self.book);
                self.metrics.note_cases(&self.book);
                let text = self.metrics.text(&self.port.health()).into_bytes();
                let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                Response::new(200, kind, text).with_headers(NO_STORE)
            }
            ("/demo-token", true, _) if self.config.demo_account.is_some() => {
                self.demo_token(head)?
            }
            ("/bets", _, true) => return self.place_by_http(connection, head, body),
            (BATCHES, _, true) => return self.place_batch_by_http(connection, head, body),
            (ORDERS, _, true) => return self.order(connection, head, body),
            (QUESTIONS, _, true) => return self.look_up(connection, head, body),
            ("/ws" | "/health" | "/metrics", ..) => {
                return Ok(Outcome::Answer(method_not_allowed("GET, HEAD")));
            }
            ("/bets" | BATCHES | ORDERS | QUESTIONS, ..) => {
                return Ok(Outcome::Answer(method_not_allowed("POST")));
            }
            _ => return Err(GatewayCode::NotFound.into()),
        };
        Ok(Outcome::Answer(response))
    }

    fn handshake(&self, head: &Head) -> Result<Outcome, Fault> {
        if !head.origin_is_welcome(&self.config.origins) {
            return Err(GatewayCode::ForeignOrigin.into());
        }
        let key = head.websocket_key.as_deref().filter(|_| head.wants_websocket);
        let key = key.ok_or(GatewayCode::BadHandshake)?;
        let accept = tungstenite::handshake::derive_accept_key(key.as_bytes());
        Ok(Outcome::Upgrade { accept, claims: head.bearer.clone() })
    }

    fn upgrade(
        &mut self,
        connection: &mut Connection,
        accept: &str,
        bearer: Option<String>,
        now: Instant,
    ) {
        let Phase::Http(http) = &mut connection.phase else { return };
        // A client may send its first messages right behind the handshake.
        let early = std::mem::take(&mut http.inbox);
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        self.metrics.count_http(101);
        connection.out.push(answer.into_bytes().into());
        let session = Session::new(&self.config.limits, early, now);
        connection.phase = Phase::Session(Box::new(session));
        connection.deadline = now + self.config.limits.auth_timeout;
        if let Some(token) = bearer
            && let Err(fault) = self.sign_in(connection, &token)
        {
            self.complain(connection, &fault, None, now);
        }
    }

    fn demo_token(&self, head: &Head) -> Result<Response, Fault> {
        if !head.origin_is_welcome(&self.config.origins) {
            return Err(GatewayCode::ForeignOrigin.into());
        }
        let account = self.config.demo_account.ok_or(GatewayCode::NotFound)?;
        let issued_at_s = unix_now().as_secs();
        let expires_at_s = issued_at_s + DEMO_TOKEN_S;
        let claims = Claims {
            account,
            channel: Channel::Web,
            roles: vec![Role::Bettor],
            issued_at_s,
            expires_at_s,
        };
        let token = token::issue(&self.config.secret, &claims);
        let body = json!({"token": token, "account": account.0, "expires": expires_at_s * 1000});
        Ok(Response::json(200, body.to_string().into_bytes()).with_headers(NO_STORE))
    }

    /// Who bets with this request, the text of it, and how many places his money has.
    fn bettor<'a>(&self, head: &Head, body: &'a [u8]) -> Result<(Claims, &'a str, u8), Fault> {
        let token = head.bearer.as_deref().ok_or(GatewayCode::NotAuthenticated)?;
        let claims = self.verify(token)?;
        if !claims.may_bet() {
            return Err(GatewayCode::Forbidden.into());
        }
        let text = std::str::from_utf8(body).map_err(|_| GatewayCode::MalformedJson)?;
        let places = self.places_known(claims.account)?;
        Ok((claims, text, places))
    }

    fn place_batch_by_http(
        &mut self,
        connection: &Connection,
        head: &Head,
        body: &[u8],
    ) -> Result<Outcome, Fault> {
        let (claims, text, places) = self.bettor(head, body)?;
        let mut ask = with_places(places, || parse_batch(text))?;
        ask.account = claims.account;
        for _ in ask.bets() {
            self.admit(claims.account)?;
        }
        let actor = Actor::Account { account: claims.account, channel: claims.channel };
        let (trace, left) = (self.trace(), ask.bets().len());
        let command = Command::PlaceBatch(ask);
        if let Err(reject) = self.port.send(Envelope { actor, trace, command }) {
            return Ok(Outcome::Answer(refused_answer(reject.into())));
        }
        self.metrics.placed.inc_by(left as u64);
        let (since, answers) = (Instant::now(), Vec::with_capacity(left));
        let asked = Asked::BatchByHttp { since, keep_alive: head.keep_alive, left, answers };
        self.pending.insert(trace, Pending { asker: Some(connection.key), asked });
        Ok(Outcome::Awaits)
    }

    fn place_by_http(
        &mut self,
        connection: &Connection,
        head: &Head,
        body: &[u8],
    ) -> Result<Outcome, Fault> {
        let (claims, text, places) = self.bettor(head, body)?;
        let placed = with_places(places, || parse_placement(text));
        let (slip, terms) = placed.map_err(|refused| refused.fault)?;
        self.admit(claims.account)?;
        let keep_alive = head.keep_alive;
        let asked = Asked::PlaceByHttp { since: Instant::now(), keep_alive };
        let bettor = (claims.account, claims.channel);
        match self.place(connection.key, bettor, (&slip, terms), asked) {
            Ok(()) => Ok(Outcome::Awaits),
            Err(reject) => {
                let refusal = Refusal::new(reject);
                let body = bet_refused(self.book.last_seq(), slip.client_id(), refusal);
                Ok(Outcome::Answer(Response::json(503, body)))
            }
        }
    }

    /// Every feed; one that does not come over HTTP has no door, only a clock.
    /// A feed's address: lines are handed in, and who asks is told where to go on.
    fn feed(&mut self, provider: &str, head: &Head, body: &[u8]) -> Result<Response, Fault> {
        let hand_in = match head.method {
            Method::Post => true,
            Method::Get | Method::Head => false,
            Method::Other => return Ok(method_not_allowed("GET, HEAD, POST")),
        };
        let door = self.doors.open(provider, head)?;
        if !hand_in {
            let body = door.health().to_string().into_bytes();
            return Ok(Response::json(200, body).with_headers(NO_STORE));
        }
        match door.push(body) {
            FeedReply::Taken(taken) => {
                self.feed_clock.touch();
                if let Some(first) = taken.errors.first() {
                    let (wrong, source) = (taken.wrong, door.source.0);
                    tracing::warn!(
                        match_key = door.match_key,
                        source,
                        "{wrong} lines of a push of {provider} are wrong, the first of them line {}: {}",
                        first.line,
                        first.text
                    );
                }
                self.metrics.count_push(provider, door.source, &taken, door.capture_dropped());
                Ok(Response::json(200, taken.answer().to_string().into_bytes()))
            }
            FeedReply::NotKept => Err(GatewayCode::FeedNotKept.into()),
            FeedReply::Busy => {
                let body = refusal_notice(Refusal::new(Reject::EngineBusy), None);
                Ok(Response::json(503, body))
            }
        }
    }

    /// Answers a request and, unless the connection stays, ends it.
    pub(super) fn answer_http(
        &self,
        connection: &mut Connection,
        response: Response,
        head_only: bool,
        keep_alive: bool,
    ) {
        self.metrics.count_http(response.status());
        connection.out.push(response.into_bytes(head_only, keep_alive).into());
        if !keep_alive {
            connection.finish(&self.config.limits);
        }
    }
}

fn method_not_allowed(methods: &str) -> Response {
    Response::fault(&GatewayCode::MethodNotAllowed.into()).allowing(methods)
}

/// The HTTP answer to a placement: 200 accepted, 202 waiting, 422 refused, 503 not possible now.
pub(super) fn placement_answer(book: &Book, record: &Record, legs: &[LegView]) -> Response {
    match &record.event {
        Event::Bet(view) => {
            Response::json(http_status(view.status), bet(book, record.seq, record.time, view))
        }
        Event::Multiple(view) => {
            let status = http_status(view.status);
            let bet = Multiple { view: *view, legs: legs.to_vec() };
            Response::json(status, multiple(book, record.seq, record.time, &bet))
        }
        Event::Refused(refusal) => refused_answer(*refusal),
        _ => Response::json(503, refusal_notice(Refusal::new(Reject::EngineFailed), None)),
    }
}

/// The HTTP answer to a group of bets: each as it would be answered alone, under the highest of their statuses.
pub(super) fn batch_answer(answers: &[Response]) -> Response {
    let status = answers.iter().map(Response::status).max().unwrap_or(200);
    let bodies: Vec<&[u8]> = answers.iter().map(Response::body).collect();
    let body = [&b"{\"bets\":["[..], &bodies.join(&b","[..]), &b"]}"[..]].concat();
    Response::json(status, body)
}

const fn http_status(status: BetStatus) -> u16 {
    match status {
        BetStatus::Pending { .. } | BetStatus::Referred { .. } | BetStatus::Offered { .. } => 202,
        BetStatus::Refused(refusal) => refused_status(refusal.code),
        BetStatus::Accepted { .. }
        | BetStatus::Won { .. }
        | BetStatus::Lost
        | BetStatus::Void(_)
        | BetStatus::CashedOut { .. } => 200,
    }
}

pub(super) fn refused_answer(refusal: Refusal) -> Response {
    Response::json(refused_status(refusal.code), refusal_notice(refusal, None))
}

/// The same to the staff; `text` says it better than the code alone, if it is there.
pub(super) fn refused_to_staff(refusal: Refusal, text: Option<String>) -> Response {
    Response::json(refused_status(refusal.code), refusal_to_staff(refusal, text))
}

/// 503 says that the engine cannot now, 422 that it will not.
const fn refused_status(code: Reject) -> u16 {
    if code.is_of_the_engine() { 503 } else { 422 }
}

/// Gives a waiting HTTP client its answer; the requests behind it are served in the next turn.
pub(super) fn answer_awaited(
    connection: &mut Connection,
    response: Response,
    keep_alive: bool,
    metrics: &Metrics,
) {
    let Phase::Http(http) = &mut connection.phase else { return };
    http.awaits_answer = false;
    http.closes_after = !keep_alive;
    connection.is_due = true;
    metrics.count_http(response.status());
    connection.out.push(response.into_bytes(false, keep_alive).into());
}

/// The `seq` that a goodbye names, so that the client can resume from it.
pub(super) fn goodbye_reason(seq: Seq) -> String {
    format!("{} seq={}", Reject::EngineDraining.sentence(), seq.0)
}
