//! One turn of records: the book learns, answers find their askers, then changes fan out.
//!
//! Bets and balances go first and are never left out. Prices follow as one encoding per topic; a
//! client that reads too slowly gets none of them now and the latest state later.

use std::time::Instant;

use clutch_core::command::AccountState;
use clutch_core::event::{LateBets, table::TableFill};
use clutch_core::play::{CUSTOMERS_PER_ANSWER, RestKind};
use clutch_core::units::AccountId;
use clutch_core::{Event, Query, Record, Refusal, Reject};
use slab::Slab;
use tungstenite::protocol::frame::coding::CloseCode;

use super::admin::Progress;
use super::bugs::contained;
use super::connection::{Connection, Key};
use super::hub::{Asked, Hub, Pending};
use super::outgoing::{Bytes, text_frame};
use super::routes;
use crate::book::Book;
use crate::codes::{Fault, GatewayCode};
use crate::http::Response;
use crate::wire::cash;
use crate::wire::cash_out::cash_out;
use crate::wire::client::Topic;
use crate::wire::contradiction::ContradictionView;
use crate::wire::decimal::with_places;
use crate::wire::multiple::{Multiple, multiple, quote_max_unit};
use crate::wire::play;
use crate::wire::server;

/// Every connection by its slot.
pub type Connections = Slab<Connection>;

/// The connection of this name, if it is still there.
pub fn find(connections: &mut Connections, key: Key) -> Option<&mut Connection> {
    connections.get_mut(key.slot).filter(|connection| connection.key == key)
}

impl Hub {
    /// Takes a turn's records. Answers at once, fans out at the end.
    pub(super) fn take_records(
        &mut self,
        records: &[Record],
        connections: &mut Connections,
        now: Instant,
    ) {
        let Some(first) = records.first() else { return };
        self.forget_encodings();
        self.metrics.records.inc_by(records.len() as u64);
        for record in records {
            self.book.apply(record);
            self.doors.hear(&record.event);
            self.route(record, connections);
        }
        // Before anybody is told of a match, its feeds can speak.
        self.doors.open_new(&self.book);
        // The first command of this turn may have begun in the turn before, so its own changes
        // belong to this delta too.
        if self.book.changed_since(Topic::All, first.seq) {
            self.fan_out(first.seq, connections, now);
        }
        for account in std::mem::take(&mut self.excluded) {
            self.shut_out(account, Reject::AccountSelfExcluded, connections);
        }
        for key in std::mem::take(&mut self.touched) {
            if let Some(connection) = find(connections, key) {
                self.tend(connection, now);
            }
        }
    }

    fn route(&mut self, record: &Record, connections: &mut Connections) {
        // The legs of a multiple come just before the bet itself.
        if let Event::Leg(leg) = record.event {
            return self.legs.push(leg);
        }
        self.route_whole(record, connections);
        if matches!(record.event, Event::Multiple(_)) {
            self.legs.clear();
        }
    }

    /// Asks how long bets wait for their money and how full the tables are, unless that is being asked already.
    pub(super) fn ask_for_waits(&mut self) {
        for query in [Query::SettlementTimes, Query::Tables] {
            if !self.unasked.contains(&query) {
                self.unasked.push_back(query);
            }
        }
    }

    fn route_whole(&mut self, record: &Record, connections: &mut Connections) {
        if let Some(mut pending) = self.pending.remove(&record.trace) {
            let is_question = match &pending.asked {
                Asked::Place { .. }
                | Asked::PlaceBatch { .. }
                | Asked::PlaceByHttp { .. }
                | Asked::BatchByHttp { .. }
                | Asked::Cancel { .. }
                | Asked::CashOut { .. }
                | Asked::Play => false,
                Asked::Staff(work) => work.is_question(),
                Asked::Catalogue { .. }
                | Asked::Match
                | Asked::Cases { .. }
                | Asked::Accounts { .. }
                | Asked::Bet { .. }
                | Asked::Mine { .. }
                | Asked::QuoteMax
                | Asked::QuoteCashOut
                | Asked::Limits { .. }
                | Asked::Waits(_)
                | Asked::Tables => true,
            };
            let places = self.places_of_answer(&record.event, &pending, connections);
            let answer = || self.answer(record, &mut pending, connections);
            match contained(|| with_places(places, answer)) {
                Some(true) => {}
                Some(false) => drop(self.pending.insert(record.trace, pending)),
                None => {
                    if let Some(asker) = pending.asker.and_then(|key| find(connections, key)) {
                        self.end_after_bug(asker);
                    }
                }
            }
            // What a question brings up is for its asker only; what a command changed is news.
            if is_question {
                return;
            }
        }
        match record.event {
            Event::Bet(view) => {
                let frame = |book: &Book| server::bet(book, record.seq, record.time, &view);
                self.push(view.account, frame, connections);
            }
            Event::Multiple(view) => {
                let bet = Multiple { view, legs: self.legs.clone() };
                let frame = |book: &Book| multiple(book, record.seq, record.time, &bet);
                self.push(view.account, frame, connections);
            }
            Event::CashOut(view) => {
                let frame = |_: &Book| cash_out(record.seq, record.time, &view);
                self.push(view.account, frame, connections);
            }
            Event::Balance { account, available, held } => {
                let frame = |_: &Book| server::balance(record.seq, available, held);
                self.push(account, frame, connections);
            }
            Event::PlayLimit { account, limit } => {
                self.push(account, |_| play::limit(record.seq, limit), connections);
            }
            Event::Payment(view) => {
                self.push(view.account, |_| cash::payment(record.seq, &view), connections);
            }
            Event::Bonus { account, bonus } => {
                self.push(account, |_| cash::bonus(record.seq, &bonus), connections);
            }
            Event::BonusBet(with) => {
                self.push(with.account, |_| cash::bonus_bet(record.seq, &with), connections);
            }
            Event::Rest { account, rest } => {
                self.push(account, |_| play::rest(record.seq, rest), connections);
                // What becomes of his bets by it is said behind this, and shall reach him.
                let is_excluded = rest.is_some_and(|rest| rest.kind == RestKind::SelfExclusion);
                self.excluded.extend(is_excluded.then_some(account));
            }
            Event::Session { account, session, every_minutes } => {
                let frame =
                    |_: &Book| play::session(record.seq, record.time, session, every_minutes);
                self.push(account, frame, connections);
            }
            Event::Account { account, state, .. } => {
                self.account_changed(account, state, connections)
            }
            // Accounts that were opened before mattered to nobody until now.
            Event::Currency { .. } => self.ask_for_purses(0),
            Event::FeedAlert { match_id, source, alert } => {
                self.alerts.warn((match_id, source), alert, Instant::now());
                self.metrics.count_alert(source, alert);
            }
            Event::LateBets(LateBets { market, bets, is_whole, .. }) => {
                let (id, more) = (market.0, if is_whole { "" } else { " or more" });
                tracing::warn!(
                    market = id,
                    "{bets}{more} bets came after what decided the market: `clutch admin sweep market:{id}`"
                );
                self.metrics.late_markets.inc();
            }
            Event::Contradicted(told) => {
                let sentence = ContradictionView::of(&self.book, &told).sentence();
                tracing::warn!(market = told.market.0, "{sentence}");
                self.metrics.contradictions.inc_by(u64::from(told.score.is_some()));
            }
            _ => {}
        }
    }

    /// Tells everybody who waits for an answer that a failed engine gives none. What became of a bet
    /// is known after the restart, under its client id.
    pub(super) fn give_up_waiting(&mut self, connections: &mut Connections, now: Instant) {
        let unanswered = Fault::from(GatewayCode::Unanswered);
        for (_, Pending { asker, asked }) in std::mem::take(&mut self.pending) {
            let Some(asker) = asker.and_then(|key| find(connections, key)) else { continue };
            self.metrics.count_fault(unanswered.code);
            match asked {
                Asked::Staff(work) => {
                    let response = Response::fault(&unanswered);
                    routes::answer_awaited(asker, response, work.keep_alive, &self.metrics);
                }
                Asked::PlaceByHttp { keep_alive, .. } | Asked::BatchByHttp { keep_alive, .. } => {
                    let response = Response::fault(&unanswered);
                    routes::answer_awaited(asker, response, keep_alive, &self.metrics);
                }
                // Without its client id, since this is no refusal of the bet.
                _ => asker.send(server::notice(&unanswered, None)),
            }
            self.tend(asker, now);
        }
    }

    /// Gives a record to whoever asked for it; answers whether that was all.
    fn answer(
        &mut self,
        record: &Record,
        pending: &mut Pending,
        connections: &mut Connections,
    ) -> bool {
        let asker = pending.asker.and_then(|key| find(connections, key));
        self.touched.extend(asker.as_ref().map(|asker| asker.key));
        if let Asked::Staff(work) = &mut pending.asked {
            let keep_alive = work.keep_alive;
            let response = match (self.progress(record, work), pending.asker) {
                (Progress::Waits, _) => return false,
                (Progress::Done(response), _) => Some(response),
                (Progress::Goes(envelope, work), Some(asker)) => self.go_on(asker, envelope, *work),
                (Progress::Asks(query, work), Some(asker)) => self.ask_on(asker, query, *work),
                // Nobody waits for the answer any more, and nothing has been done yet.
                (Progress::Goes(..) | Progress::Asks(..), None) => None,
            };
            if let (Some(response), Some(asker)) = (response, asker) {
                routes::answer_awaited(asker, response, keep_alive, &self.metrics);
            }
            return true;
        }
        let (seq, event) = (record.seq, &record.event);
        match (&mut pending.asked, event) {
            (Asked::Catalogue { matches }, Event::MatchCreated { match_id, .. }) => {
                matches.push(*match_id);
            }
            (Asked::Cases { last, count }, Event::Customer { account, .. }) => {
                (*last, *count) = (Some(*account), *count + 1);
            }
            (Asked::Cases { last: Some(last), count }, Event::QueryDone)
                if CUSTOMERS_PER_ANSWER <= *count =>
            {
                let from = AccountId(last.0.saturating_add(1));
                self.unasked.push_back(Query::Cases { from });
            }
            (Asked::Accounts { from }, Event::QueryDone) => {
                let next = *from + u32::from(Query::ACCOUNTS_MAX);
                if next <= self.book.purses().known_accounts() {
                    self.ask_for_purses(next);
                } else {
                    self.book.knows_all_purses();
                }
            }
            (Asked::Tables, Event::Table(TableFill { name, used, most })) => {
                self.metrics.note_table(name, *used, *most);
            }
            (Asked::Waits(waits), Event::QueryDone) => self.metrics.note_waits(waits),
            (Asked::Waits(waits), event) => waits.hear(event),
            (Asked::Catalogue { matches }, Event::QueryDone) => {
                let details = matches.iter().map(|&match_id| Query::Match { match_id });
                self.unasked.extend(details);
                self.ask_for_purses(0);
            }
            // The largest stake comes with the refusal of a bet on terms.
            (Asked::Place { .. }, Event::MaxStake { account, market, selection, stake }) => {
                if let Some(asker) = asker {
                    asker.send(server::quote_max(seq, *account, market.0, selection.0, *stake));
                }
            }
            (Asked::Place { .. }, Event::MaxUnit { account, unit, .. }) => {
                if let Some(asker) = asker {
                    asker.send(quote_max_unit(seq, *account, *unit));
                }
            }
            (Asked::Place { since }, Event::Bet(_) | Event::Multiple(_) | Event::Refused(_)) => {
                self.metrics.placement_seconds.observe(since.elapsed().as_secs_f64());
                if let (Event::Refused(refusal), Some(asker)) = (event, asker) {
                    asker.send(server::refusal_notice(*refusal, None));
                }
                return true;
            }
            (Asked::PlaceBatch { since, left }, Event::Bet(_) | Event::Multiple(_)) => {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.metrics.placement_seconds.observe(since.elapsed().as_secs_f64());
                    return true;
                }
            }
            (Asked::PlaceBatch { .. }, Event::Refused(refusal)) => {
                if let Some(asker) = asker {
                    asker.send(server::refusal_notice(*refusal, None));
                }
                return true;
            }
            (
                Asked::BatchByHttp { since, keep_alive, left, answers },
                Event::Bet(_) | Event::Multiple(_),
            ) => {
                answers.push(routes::placement_answer(&self.book, record, &self.legs));
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.metrics.placement_seconds.observe(since.elapsed().as_secs_f64());
                    if let Some(asker) = asker {
                        let response = routes::batch_answer(answers);
                        routes::answer_awaited(asker, response, *keep_alive, &self.metrics);
                    }
                    return true;
                }
            }
            (Asked::BatchByHttp { keep_alive, .. }, Event::Refused(refusal)) => {
                if let Some(asker) = asker {
                    let response = routes::refused_answer(*refusal);
                    routes::answer_awaited(asker, response, *keep_alive, &self.metrics);
                }
                return true;
            }
            (
                Asked::PlaceByHttp { since, keep_alive },
                Event::Bet(_) | Event::Multiple(_) | Event::Refused(_),
            ) => {
                self.metrics.placement_seconds.observe(since.elapsed().as_secs_f64());
                if let Some(asker) = asker {
                    let response = routes::placement_answer(&self.book, record, &self.legs);
                    routes::answer_awaited(asker, response, *keep_alive, &self.metrics);
                }
                return true;
            }
            (Asked::CashOut { .. }, Event::CashOut(_)) => return true,
            (Asked::QuoteCashOut, Event::CashOut(view)) => {
                if let Some(asker) = asker {
                    asker.send(cash_out(seq, record.time, view));
                }
            }
            (
                Asked::Cancel { client_id } | Asked::CashOut { client_id },
                Event::Refused(refusal),
            ) => {
                if let Some(asker) = asker {
                    asker.send(server::refusal_notice(*refusal, Some(*client_id)));
                }
                return true;
            }
            (Asked::Cancel { .. }, Event::Bet(_) | Event::Multiple(_)) => return true,
            (Asked::Play, Event::Refused(refusal)) => {
                if let Some(asker) = asker {
                    asker.send(server::refusal_notice(*refusal, None));
                }
                return true;
            }
            (Asked::Play, Event::PlayLimit { .. } | Event::Rest { .. } | Event::Session { .. }) => {
                return true;
            }
            (Asked::Limits { .. }, Event::Session { session, every_minutes, .. }) => {
                if let Some(asker) = asker {
                    asker.send(play::session(seq, record.time, *session, *every_minutes));
                }
            }
            (Asked::Limits { rest, .. }, Event::Rest { rest: now, .. }) => *rest = *now,
            (Asked::Limits { limits, .. }, Event::PlayLimit { limit, .. }) => limits.push(*limit),
            (Asked::Limits { rest, limits }, Event::QueryDone) => {
                if let Some(asker) = asker {
                    asker.send(play::limits(seq, *rest, limits));
                }
            }
            (Asked::Bet { is_found, .. }, Event::Bet(view)) => {
                *is_found = true;
                if let Some(asker) = asker {
                    asker.send(server::bet(&self.book, seq, record.time, view));
                }
            }
            (Asked::Bet { is_found, .. }, Event::Multiple(view)) => {
                *is_found = true;
                let bet = Multiple { view: *view, legs: self.legs.clone() };
                if let Some(asker) = asker {
                    asker.send(multiple(&self.book, seq, record.time, &bet));
                }
            }
            (Asked::Bet { client_id, is_found }, Event::Refused(refusal)) => {
                *is_found = true;
                if let Some(asker) = asker {
                    asker.send(server::refusal_notice(*refusal, Some(*client_id)));
                }
            }
            (Asked::Bet { client_id, is_found: false }, Event::QueryDone) => {
                if let Some(asker) = asker {
                    let unknown = Refusal::new(Reject::UnknownBet);
                    asker.send(server::refusal_notice(unknown, Some(*client_id)));
                }
            }
            (Asked::Mine { own, .. }, Event::Balance { available, held, .. }) => {
                own.balance = Some((*available, *held));
            }
            (Asked::Mine { own, .. }, Event::Bet(view)) => {
                own.bets.push(server::Mine::Single(*view));
            }
            (Asked::Mine { own, .. }, Event::Multiple(view)) => {
                let bet = Multiple { view: *view, legs: self.legs.clone() };
                own.bets.push(server::Mine::Multiple(bet));
            }
            (Asked::Mine { own, .. }, Event::Bonus { bonus, .. }) => own.bonuses.push(*bonus),
            (Asked::Mine { own, .. }, Event::BonusBet(with)) => own.with_bonus.push(*with),
            (Asked::Mine { id, own }, Event::QueryDone) => {
                if let Some(asker) = asker {
                    asker.send(server::mine(&self.book, *id, seq, own));
                }
            }
            (Asked::QuoteMax, Event::MaxUnit { account, unit, .. }) => {
                if let Some(asker) = asker {
                    asker.send(quote_max_unit(seq, *account, *unit));
                }
            }
            (Asked::QuoteMax, Event::MaxStake { account, market, selection, stake }) => {
                if let Some(asker) = asker {
                    asker.send(server::quote_max(seq, *account, market.0, selection.0, *stake));
                }
            }
            (
                Asked::Mine { .. } | Asked::QuoteMax | Asked::QuoteCashOut | Asked::Limits { .. },
                Event::Refused(refusal),
            ) => {
                if let Some(asker) = asker {
                    asker.send(server::refusal_notice(*refusal, None));
                }
            }
            _ => {}
        }
        matches!(event, Event::QueryDone)
    }

    /// Sends a message, encoded once, to every socket of an account.
    fn push(
        &mut self,
        account: AccountId,
        json: impl FnOnce(&Book) -> Vec<u8>,
        connections: &mut Connections,
    ) {
        let Some(keys) = self.accounts.get(&account) else { return };
        let places = self.places_shown(account);
        let frame = text_frame(with_places(places, || json(&self.book)));
        for key in keys {
            if let Some(connection) = find(connections, *key) {
                connection.send_frame(Bytes::clone(&frame));
                self.touched.push(*key);
            }
        }
    }

    /// Closes the sockets of an account that may not be used any more.
    fn account_changed(
        &mut self,
        account: AccountId,
        state: AccountState,
        connections: &mut Connections,
    ) {
        let reject = match state {
            AccountState::Open | AccountState::Suspended => return,
            AccountState::Closed => Reject::AccountClosed,
            AccountState::SelfExcluded => Reject::AccountSelfExcluded,
        };
        self.shut_out(account, reject, connections);
    }

    /// Says why, and closes every socket of an account.
    fn shut_out(&mut self, account: AccountId, reject: Reject, connections: &mut Connections) {
        for key in self.accounts.get(&account).into_iter().flatten() {
            if let Some(connection) = find(connections, *key) {
                connection.send(server::refusal_notice(Refusal::new(reject), None));
                connection.close(CloseCode::Policy, reject.sentence(), &self.config.limits);
                self.touched.push(*key);
            }
        }
    }
}
