//! Brings a journal to what the configuration asks for: matches with their markets, and accounts.
//!
//! Runs before the gateway opens, on the engine's own way in and out. What the journal has already
//! is left alone.

mod book;
mod known;
pub(crate) mod plan;
mod present;

pub use book::book;
pub use known::Known;
use present::Present;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use clutch_core::command::{
    Actor, CreateMatch, MarketKind, RoundFormat, SetCurrency, SetMap, Team, Title,
};
use clutch_core::event::NamedPart;
use clutch_core::hash::StateHasher;
use clutch_core::title::SOURCES_MAX;
use clutch_core::units::{AccountId, Currency, CurrencyCode, MatchId, Money, Name, SourceId};
use clutch_core::{Command, Envelope, Event, Query, Record, Refusal, Reject};
use clutch_engine::{CommandSender, Publisher, Rest, SendError};

use crate::config::{AccountSection, CurrencySection, MatchSection};
use crate::house_rules;
use crate::play_policy;
use crate::wire::currency::book_ppb;
use crate::wire::decimal::{USUAL_PLACES, parse_money, with_places};
use crate::wire::sentence::sentence;

/// Sends commands and questions one by one and waits for each answer.
pub struct Provisioner<'a> {
    sender: CommandSender,
    publisher: &'a mut Publisher,
    trace: u64,
    /// Letters and places of the currencies that were provided.
    currencies: Vec<(CurrencyCode, u8)>,
}

/// A match that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// Its id.
    pub match_id: MatchId,
    /// The operator's key for it.
    pub key: Name,
    /// Its game.
    pub title: Title,
    /// Its teams.
    pub teams: [Name; 2],
    /// Rounds per map.
    pub format: RoundFormat,
    /// Maps at most.
    pub best_of: u8,
    /// How far each source was followed.
    pub heard: [u64; SOURCES_MAX],
}

/// How long the engine is given for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

impl<'a> Provisioner<'a> {
    /// Works on an engine whose publisher nobody else reads meanwhile.
    pub fn new(sender: CommandSender, publisher: &'a mut Publisher) -> Self {
        Self { sender, publisher, trace: 0, currencies: Vec::new() }
    }

    /// Adopts house rules for every title, unless they are in force.
    ///
    /// # Errors
    /// The engine's refusal.
    pub fn provide_house_rules(&mut self, named: &house_rules::Named) -> Result<(), String> {
        for &title in Title::ALL {
            let (name, rules) = (named.name, named.rules);
            match self.command(Command::AdoptHouseRules { title, name, rules }) {
                Ok(()) => {}
                Err(refused) if refused.is(Reject::HouseRulesUnchanged) => {}
                Err(refused) => return Err(format!("[book] house_rules: {refused}")),
            }
        }
        Ok(())
    }

    /// Adopts what is asked of players, unless it is in force. What would loosen the policy in force waits
    /// for a second person, as ever: a restart is nobody's signature.
    ///
    /// # Errors
    /// The engine's refusal.
    pub fn provide_play_policy(&mut self, named: &play_policy::Named) -> Result<(), String> {
        let (name, policy) = (named.name, named.policy);
        match self.command(Command::AdoptPlayPolicy { name, policy }) {
            Ok(()) => Ok(()),
            Err(refused) if refused.is(Reject::PlayPolicyUnchanged) => Ok(()),
            Err(refused) => Err(format!("[book] play_policy: {refused}")),
        }
    }

    /// Whether a match of the file was provided before and is there no longer: it is over and has left the engine. To
    /// create it again would be to offer bets on a match of long ago.
    ///
    /// # Errors
    /// As [`Provisioner::provide_match`].
    pub fn has_left(&mut self, section: &MatchSection, known: &Known) -> Result<bool, String> {
        if !known.has(&section.key) {
            return Ok(false);
        }
        let key = Name::new(&section.key);
        let key = key.map_err(|error| format!("[[match]] {}: {error}", section.key))?;
        Ok(self.find_match(key)?.is_none())
    }

    /// Creates a match with its maps and markets, unless one with its key exists.
    ///
    /// # Errors
    /// A sentence naming the match and the field that is wrong, or the engine's refusal.
    pub fn provide_match(&mut self, section: &MatchSection) -> Result<Provisioned, String> {
        let wrong = |what: String| format!("[[match]] {}: {what}", section.key);
        let plan = plan::whole(section).map_err(wrong)?;
        let CreateMatch { key, title, rounds: format, best_of, team_a, team_b, .. } = plan.create;
        let match_id = match self.find_match(key)? {
            Some(match_id) => match_id,
            None => {
                self.command(Command::CreateMatch(plan.create))
                    .map_err(|refused| wrong(refused.named("matches_max")))?;
                self.find_match(key)?.ok_or_else(|| wrong("it was not created".to_owned()))?
            }
        };
        // A start that was cut short left some of them out; what a trader changed since then stays.
        let present = self.look(match_id)?;
        let differs = present.differs_from(&plan.create);
        if !differs.is_empty() {
            let (key, here) = (&section.key, differs.join("; "));
            tracing::warn!(
                key,
                "the [[match]] in the file is another than the journal's, which stays as it is: {here}"
            );
        }
        if present.title.is_some_and(|known| known != title) {
            let what = differs.join("; ");
            return Err(wrong(format!("{what}: write it as it is there, or choose another key")));
        }
        // Its format may have been changed since it was created. What belongs to another number of maps is left out.
        if present.best_of != best_of {
            let teams = [team_a, team_b];
            let (best_of, heard) = (present.best_of, present.heard);
            return Ok(Provisioned { match_id, key, title, teams, format, best_of, heard });
        }
        for map in plan.maps.into_iter().filter(|map| !present.maps.contains(&map.map_no)) {
            self.command(Command::SetMap(SetMap { match_id, ..map })).map_err(|refused| {
                wrong(format!("map {}: its chances: {refused}", map.name.as_str()))
            })?;
        }
        if present.heard == [0; SOURCES_MAX] {
            let missing = plan.markets.into_iter().filter(|kind| !present.kinds.contains(kind));
            let are_named = !section.markets.is_empty();
            self.open_markets(match_id, missing, are_named).map_err(wrong)?;
        }
        let teams = [team_a, team_b];
        Ok(Provisioned { match_id, key, title, teams, format, best_of, heard: present.heard })
    }

    /// Every match of the engine that is none of these: created by an order on a running server, or by a file of before.
    ///
    /// # Errors
    /// If the engine does not answer.
    pub fn others(&mut self, provided: &[Provisioned]) -> Result<Vec<Provisioned>, String> {
        let mut others: Vec<Provisioned> = Vec::new();
        let is_provided = |id| provided.iter().any(|provided| provided.match_id == id);
        let unnamed = Name::lossy("", "?");
        self.ask(Query::Catalogue, |record| match record.event {
            Event::MatchCreated { match_id, title, rounds: format, best_of, .. }
                if !is_provided(match_id) =>
            {
                let (key, teams, heard) = (unnamed, [unnamed; 2], [0; SOURCES_MAX]);
                others.push(Provisioned { match_id, key, title, teams, format, best_of, heard });
            }
            Event::Named { match_id, part, name } => {
                let Some(other) = others.iter_mut().find(|other| other.match_id == match_id) else {
                    return;
                };
                match part {
                    NamedPart::Match => other.key = name,
                    NamedPart::Team(Team::A) => other.teams[0] = name,
                    NamedPart::Team(Team::B) => other.teams[1] = name,
                    NamedPart::Map(_) => {}
                }
            }
            _ => {}
        })?;
        for other in &mut others {
            other.heard = self.look(other.match_id)?.heard;
        }
        Ok(others)
    }

    /// Opens markets. The house rules in force may have no use for some, as for a total beyond regulation where a map ends
    /// with it: those are left out with a word in the log, unless the operator named their type.
    fn open_markets(
        &mut self,
        match_id: MatchId,
        kinds: impl Iterator<Item = MarketKind>,
        are_named: bool,
    ) -> Result<(), String> {
        let mut left_out = BTreeMap::<_, u32>::new();
        for kind in kinds {
            let key = kind.market_type().key;
            match self.command(Command::OpenMarket { match_id, kind }) {
                Ok(()) => {}
                Err(refused) if !are_named && refused.is(Reject::InvalidParameter) => {
                    *left_out.entry(key).or_default() += 1;
                }
                Err(refused) => {
                    return Err(format!("markets: {key}: {}", refused.named("markets_max")));
                }
            }
        }
        for (key, lines) in left_out {
            tracing::info!(key, lines, "not opened: the house rules in force have no use for them");
        }
        Ok(())
    }

    /// Adds the currencies of the file, in its order.
    ///
    /// # Errors
    /// A sentence naming the currency, or the engine's refusal.
    pub fn provide_currencies(&mut self, sections: &[CurrencySection]) -> Result<(), String> {
        let book_places = sections.first().map_or(USUAL_PLACES, |first| first.places);
        for (number, section) in (0..).zip(sections) {
            let wrong = |what: String| format!("[[currency]] {}: {what}", section.code);
            let code = CurrencyCode::new(&section.code)
                .ok_or_else(|| wrong("a code is three capital letters".to_owned()))?;
            let (currency, decimals) = (Currency(number), section.places);
            let book_ppb = book_ppb(&section.factor, decimals, book_places)
                .ok_or_else(|| wrong(format!("`{}` is no factor above zero", section.factor)))?;
            let set = SetCurrency { currency, code, decimals, book_ppb };
            self.command(Command::SetCurrency(set))
                .map_err(|refused| wrong(refused.to_string()))?;
            self.currencies.push((code, decimals));
        }
        Ok(())
    }

    /// The number of an account's currency, and its places.
    fn currency(&self, section: &AccountSection) -> Result<(Currency, u8), String> {
        let Some(wanted) = &section.currency else {
            let places = self.currencies.first().map_or(USUAL_PLACES, |(_, places)| *places);
            return Ok((Currency::default(), places));
        };
        let mut known = (0..).zip(&self.currencies);
        let found = known.find(|(_, (code, _))| code.as_str() == wanted);
        let (number, (_, places)) =
            found.ok_or_else(|| format!("there is no [[currency]] {wanted}"))?;
        Ok((Currency(number), *places))
    }

    /// Opens an account with its deposit, unless one with its key exists.
    ///
    /// # Errors
    /// A sentence naming the account, or the engine's refusal.
    pub fn provide_account(&mut self, section: &AccountSection) -> Result<AccountId, String> {
        let wrong = |what: String| format!("[[account]] {}: {what}", section.key);
        let key = Name::new(&section.key).map_err(|error| wrong(error.to_string()))?;
        let (currency, places) = self.currency(section).map_err(wrong)?;
        // Asked first: on a full disk no account is opened, and those that are there are served all the same.
        let account = match self.find_account(key)? {
            Some(account) => account,
            None => {
                self.command(Command::OpenAccount { key, currency })
                    .map_err(|refused| wrong(refused.named("accounts_max")))?;
                self.find_account(key)?.ok_or_else(|| wrong("it was not opened".to_owned()))?
            }
        };
        let deposit = section.deposit.as_deref().unwrap_or("0");
        let amount = with_places(places, || parse_money(deposit)).ok_or_else(|| {
            wrong(format!("`{deposit}` is not an amount with at most {places} places"))
        })?;
        let reference = first_deposit(&section.key);
        if amount.minor() != 0 {
            // What was credited is not sent again: every start would journal it, and records would list it as a payment.
            match self.find_payment(reference)? {
                Some(known) if known == amount => return Ok(account),
                // The amount in the file changed after the account had been opened with another.
                Some(_) => {
                    tracing::warn!(
                        account = section.key,
                        "the deposit was made before with another amount and is not made again"
                    );
                    return Ok(account);
                }
                None => {}
            }
            let deposit = Command::Deposit { account, amount, reference };
            match self.command(deposit) {
                // A licence may ask who a player is before he pays in; the house opens all the same.
                Err(Refused::With(Refusal {
                    code: code @ (Reject::NotVerified | Reject::UnverifiedDeposits),
                    ..
                })) => {
                    tracing::warn!(
                        account = section.key,
                        "the first deposit is not made: {} ({})",
                        code.sentence(),
                        code.name()
                    );
                }
                other => other.map_err(|refused| {
                    wrong(format!("deposit: {}", refused.named("payments_max")))
                })?,
            }
        }
        Ok(account)
    }

    fn find_match(&mut self, key: Name) -> Result<Option<MatchId>, String> {
        let mut found = None;
        self.ask(Query::Catalogue, |record| {
            if let Event::Named { match_id, part: NamedPart::Match, name } = &record.event
                && *name == key
            {
                found = Some(*match_id);
            }
        })?;
        Ok(found)
    }

    fn find_account(&mut self, key: Name) -> Result<Option<AccountId>, String> {
        let mut found = None;
        self.ask(Query::AccountNamed { key, bets_max: 0 }, |record| {
            if let Event::Account { account, key: named, .. } = &record.event
                && *named == key
            {
                found = Some(*account);
            }
        })?;
        Ok(found)
    }

    /// The amount of a payment that is known.
    fn find_payment(&mut self, reference: u128) -> Result<Option<Money>, String> {
        let mut found = None;
        self.ask(Query::Payment { reference }, |record| {
            if let Event::Payment(view) = &record.event
                && view.reference == reference
            {
                found = Some(view.amount);
            }
        })?;
        Ok(found)
    }

    fn look(&mut self, match_id: MatchId) -> Result<Present, String> {
        let mut present = Present::default();
        self.ask(Query::Match { match_id }, |record| match &record.event {
            Event::FeedHeard { source: SourceId(source), version, .. } => {
                if let Some(heard) = present.heard.get_mut(usize::from(*source)) {
                    *heard = *version;
                }
            }
            Event::MatchCreated { match_id: id, title, best_of, .. } if *id == match_id => {
                (present.title, present.best_of) = (Some(*title), *best_of);
            }
            Event::Named { match_id: id, part: NamedPart::Team(team), name } if *id == match_id => {
                present.teams[usize::from(*team == Team::B)] = Some(*name);
            }
            Event::Named { part: NamedPart::Map(map), .. } => present.maps.push(*map),
            Event::MarketOpened { kind, .. } => present.kinds.push(*kind),
            _ => {}
        })?;
        Ok(present)
    }

    /// Sends a command and a question behind it, whose answer proves that the command was applied.
    fn command(&mut self, command: Command) -> Result<(), Refused> {
        self.trace += 1;
        let trace = self.trace;
        let envelope = Envelope { actor: Actor::Operator(0), trace, command };
        self.insist(|sender| sender.try_send(envelope)).map_err(|_| Refused::Unanswered)?;
        let mut refused = None;
        self.ask(Query::Account { account: AccountId(0), bets_max: 0 }, |record| {
            if let Event::Refused(refusal) = &record.event
                && record.trace == trace
            {
                refused = Some(*refusal);
            }
        })
        .map_err(|_| Refused::Unanswered)?;
        refused.map_or(Ok(()), |refusal| Err(Refused::With(refusal)))
    }

    fn ask(&mut self, query: Query, mut hear: impl FnMut(&Record)) -> Result<(), String> {
        self.trace += 1;
        let trace = self.trace;
        self.insist(|sender| sender.try_query(trace, query))?;
        let end = Instant::now() + PATIENCE;
        let mut done = false;
        while !done {
            let polled = self.publisher.poll(1024, |record| {
                done |= record.trace == trace && record.event == Event::QueryDone;
                hear(record);
            });
            match polled.rest {
                Rest::Closed | Rest::Failed => return Err("the engine has stopped".to_owned()),
                Rest::More => {}
                Rest::Blocked | Rest::Nothing if !done => {
                    if end < Instant::now() {
                        return Err("the engine does not answer".to_owned());
                    }
                    self.publisher.wait(Duration::from_millis(20));
                }
                Rest::Blocked | Rest::Nothing => {}
            }
        }
        Ok(())
    }

    fn insist(
        &mut self,
        mut send: impl FnMut(&mut CommandSender) -> Result<(), SendError>,
    ) -> Result<(), String> {
        let end = Instant::now() + PATIENCE;
        loop {
            match send(&mut self.sender) {
                Err(SendError::EngineBusy) if Instant::now() < end => std::thread::yield_now(),
                other => return other.map_err(|error| error.to_string()),
            }
        }
    }
}

/// Why a command was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    /// The engine refused it.
    With(Refusal),
    /// The engine did not answer.
    Unanswered,
}

impl Refused {
    fn is(&self, code: Reject) -> bool {
        matches!(self, Self::With(refusal) if refusal.code == code)
    }

    /// Why, where `table` is the setting of the table that the command wanted a place in.
    fn named(&self, table: &str) -> String {
        match self {
            Self::With(Refusal { code: Reject::CapacityReached, limit, .. }) => format!(
                "its table is full: [engine] {table} is {limit} here; raise it and start again (CapacityReached)"
            ),
            other => other.to_string(),
        }
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::With(Refusal { code: Reject::JournalFull, .. }) => f.write_str(
                "the journal's disk is full (JournalFull); make room, or take this new entry out of the file for now",
            ),
            Self::With(refusal) => write!(f, "{} ({})", sentence(*refusal), refusal.code.name()),
            Self::Unanswered => f.write_str("the engine does not answer"),
        }
    }
}

/// The reference of an account's first deposit: the same for the same key, so it is credited once.
fn first_deposit(key: &str) -> u128 {
    let mut hasher = StateHasher::default();
    hasher.bytes(key.as_bytes());
    u128::from(hasher.finish()) | 1 << 64
}
