//! Commands, events and refusals in words, with the names that people know things by.

mod about;
mod commands;
mod decided;
mod money;
mod orders;
mod prices;
mod rules;
mod standings;

use std::collections::VecDeque;

use chrono::{DateTime, Timelike};
use clutch_core::command::{Actor, Channel, MarketKind, Team};
use clutch_core::units::{
    AccountId, ClientBetId, MarketId, MatchId, Money, Odds, SelectionIndex, SourceId, Timestamp,
};
use clutch_core::{Event, Outbox, Query, Record, Refusal, State};

use crate::book::Book;
use crate::names;
use crate::wire::decimal::{ShowMoney, ShowOdds};
use crate::wire::server::sentence;

pub use about::{account_of, is_of};
pub use decided::by_whom;
pub use money::{
    bonus, bonus_bet, book_currency, currency_code, ledger, limit, minor, places, posting,
};
pub use orders::{ended, happened};
pub use prices::alert;
pub use rules::impossible;
pub use standings::{
    cash_out, policy, referral, standing, status, why_priced, why_suspended, why_void,
};

/// What things are called, learned from the engine's own events.
#[derive(Debug, Default)]
pub struct Words {
    book: Book,
    /// Matches that have left the engine, whose names are still known, oldest first.
    gone: VecDeque<MatchId>,
}

/// The names of so many matches that have left are kept: what a tool tells is of their time, or little later.
const GONE_MAX: usize = 4_096;

impl Words {
    /// Learns every match and market of a state that was not followed from its beginning. Returns what
    /// the state said of itself.
    pub fn prime(&mut self, state: &State) -> Vec<Record> {
        let mut said = Vec::new();
        let Some(capacity) = state.capacity() else { return said };
        let mut outbox = Outbox::with_capacity(capacity.events_max() + 1);
        state.query(0, &Query::Catalogue, &mut outbox);
        self.hear(outbox.records());
        said.extend_from_slice(outbox.records());
        let matches: Vec<MatchId> = self.book.matches().map(|game| game.id).collect();
        for match_id in matches {
            outbox.clear();
            state.query(0, &Query::Match { match_id }, &mut outbox);
            self.hear(outbox.records());
            said.extend_from_slice(outbox.records());
        }
        said
    }

    /// Learns what records say.
    pub fn hear(&mut self, records: &[Record]) {
        for record in records {
            let Event::MatchRetired { match_id } = record.event else {
                self.book.apply(record);
                continue;
            };
            self.gone.push_back(match_id);
            if GONE_MAX < self.gone.len()
                && let Some(oldest) = self.gone.pop_front()
            {
                self.book.forget(oldest);
            }
        }
    }

    /// "Spirit v Vitality".
    pub fn game(&self, id: MatchId) -> String {
        match self.book.game(id) {
            Some(game) => format!("{} v {}", game.team(Team::A), game.team(Team::B)),
            None => format!("match {}", id.0),
        }
    }

    /// Whether a match has this key, or this number.
    pub fn is_called(&self, id: MatchId, name: &str) -> bool {
        let key = self.book.game(id).and_then(|game| game.key);
        key.is_some_and(|key| key.as_str() == name) || name.parse() == Ok(id.0)
    }

    /// Every match.
    pub fn games(&self) -> impl Iterator<Item = MatchId> {
        self.book.matches().map(|game| game.id)
    }

    /// The keys of all matches.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.book.matches().filter_map(|game| game.key.as_ref()).map(|key| key.as_str())
    }

    /// "Map 1 winner".
    pub fn market(&self, id: MarketId) -> String {
        let named = self
            .book
            .market(id)
            .and_then(|market| Some(market.name(self.book.game(market.match_id)?)));
        named.unwrap_or_else(|| format!("market {}", id.0))
    }

    /// "Map 1 winner", of a market that may not be open yet.
    fn kind(&self, game: MatchId, kind: MarketKind) -> String {
        match self.book.game(game) {
            Some(game) => names::market(kind, game),
            None => kind.market_type().name.to_owned(),
        }
    }

    /// The match that a market is on.
    pub fn match_of(&self, id: MarketId) -> Option<MatchId> {
        self.book.market(id).map(|market| market.match_id)
    }

    /// "Spirit".
    pub fn selection(&self, market: MarketId, selection: SelectionIndex) -> String {
        self.book.selection_name(market, selection)
    }

    /// "Spirit in Map 1 winner (Spirit v Vitality)".
    pub fn pick(&self, market: MarketId, selection: SelectionIndex) -> String {
        let game =
            self.match_of(market).map_or_else(String::new, |id| format!(" ({})", self.game(id)));
        format!("{} in {}{game}", self.selection(market, selection), self.market(market))
    }

    fn team(&self, id: MatchId, team: Team) -> String {
        match self.book.game(id) {
            Some(game) => game.team(team).to_owned(),
            None => format!("team {team:?}"),
        }
    }

    /// Who is behind a command.
    pub fn actor(&self, state: &State, actor: Actor) -> String {
        match actor {
            Actor::Engine => "the engine".to_owned(),
            Actor::Account { account: id, channel: Channel::Web } => account(state, id),
            Actor::Account { account: id, channel } => {
                format!("{} (by {})", account(state, id), channel.key())
            }
            Actor::Feed(SourceId(source)) => format!("feed {source}"),
            // Nobody signs with this number: a server does what its file asks for.
            Actor::Operator(0) => "the configuration".to_owned(),
            Actor::Operator(number) => format!("operator {number}"),
        }
    }

    /// What an event says that is worth a line, or nothing.
    pub fn outcome(&self, state: &State, event: &Event) -> Option<String> {
        Some(match event {
            Event::Bet(view) => {
                format!("bet of {} is {}", account(state, view.account), status(view.status))
            }
            Event::Multiple(view) => {
                let whose = account(state, view.account);
                format!("bet of {} legs of {whose} is {}", view.legs, status(view.status))
            }
            Event::Leg(leg) => {
                let pick = self.pick(leg.market, leg.selection);
                format!("leg {}, {pick}: {}", leg.index + 1, standing(leg.standing))
            }
            Event::Payment(view) => {
                format!("payment {} is {}", reference(view.reference), view.status.name())
            }
            Event::CashOut(view) => {
                format!("cash-out by {} {}", account(state, view.account), cash_out(view))
            }
            Event::Refused(refusal) => format!("refused: {}", refusal_text(*refusal)),
            Event::Market { market, status, .. } => {
                format!(
                    "{} is {}",
                    self.market(*market),
                    self.market_status(state, *market, *status)
                )
            }
            Event::MatchFrozen { match_id, reason: Some(reason) } => {
                format!("{} is stopped: {}", self.game(*match_id), why_suspended(*reason))
            }
            Event::FeedAlert { match_id, source, alert: told } => {
                format!("{}: feed {}: {}", self.game(*match_id), source.0, alert(*told))
            }
            Event::MatchFrozen { match_id, reason: None } => {
                format!("{} is no longer stopped", self.game(*match_id))
            }
            _ => return None,
        })
    }
}

/// The operator's key of an account.
pub fn account(state: &State, id: AccountId) -> String {
    let key = state.wallet().and_then(|wallet| wallet.key(id));
    key.map_or_else(|| format!("account {}", id.0), |key| key.as_str().to_owned())
}

/// "12.50".
pub fn money(amount: Money) -> String {
    ShowMoney(amount.minor()).to_string()
}

/// "1.85".
pub fn odds(odds: Odds) -> String {
    ShowOdds(u64::from(odds.milli())).to_string()
}

/// A payment's reference, which is written alike.
pub fn reference(reference: u128) -> String {
    uuid(ClientBetId(reference))
}

/// A client's bet id as clients write it.
pub fn uuid(id: ClientBetId) -> String {
    id.to_string()
}

/// Reads a client's bet id, with or without dashes.
pub fn parse_uuid(text: &str) -> Option<ClientBetId> {
    let digits: String = text.chars().filter(|char| *char != '-').collect();
    let is_id = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| u128::from_str_radix(&digits, 16).ok()).flatten().map(ClientBetId)
}

/// "2026-07-12 19:02:30.123", in UTC.
pub fn time(time: Timestamp) -> String {
    let nanos = i64::try_from(time.nanos()).unwrap_or(i64::MAX);
    let at = DateTime::from_timestamp_nanos(nanos);
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    let millis = at.nanosecond() / 1_000_000;
    format!("{} {hour:02}:{minute:02}:{second:02}.{millis:03}", at.date_naive())
}

/// A refusal's sentence with its numbers.
pub fn refusal_text(refusal: Refusal) -> String {
    sentence(refusal)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_bet_id_is_read_as_it_is_shown_and_without_dashes() {
        let id = ClientBetId(0x019f_5859_c6e0_7000_8000_0000_0000_0001);
        assert_eq!(uuid(id), "019f5859-c6e0-7000-8000-000000000001");
        assert_eq!(parse_uuid(&uuid(id)), Some(id));
        assert_eq!(parse_uuid(&uuid(id).replace('-', "")), Some(id));
        for no_id in
            ["", "17", "019f5859-c6e0-7000-8000-00000000000g", "+19f5859c6e070008000000000000001"]
        {
            assert_eq!(parse_uuid(no_id), None, "{no_id}");
        }
    }

    #[test]
    fn time_is_shown_in_utc_to_the_millisecond() {
        let at = Timestamp::from_millis(1_767_268_800_123);
        assert_eq!(time(at), "2026-01-01 12:00:00.123");
    }
}
