//! Brings a journal to what the configuration asks for: matches with their markets, and accounts.
//!
//! Runs before the gateway opens, on the engine's own way in and out. What the journal has already
//! is left alone.

mod book;
mod known;
pub(crate) mod plan;
pub(crate) mod steps;

pub use book::book;
pub use known::Known;
use steps::{Next, Providing};

use std::time::{Duration, Instant};

use clutch_core::command::{Actor, CreateMatch, RoundFormat, SetCurrency, Team, Title};
use clutch_core::hash::StateHasher;
use clutch_core::title::SOURCES_MAX;
use clutch_core::units::{AccountId, Currency, CurrencyCode, MatchId, Money, Name, SourceId};
use clutch_core::{Command, Envelope, Event, Query, Record, Refusal, Reject};
use clutch_engine::{CommandSender, Publisher, Rest, SendError};

use crate::book::{Book, Match};
use crate::config::{AccountSection, CurrencySection, MatchSection};
use crate::house_rules;
use crate::play_policy;
use crate::wire::admin::Ranges;
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
    /// What the engine has said.
    book: Book,
    knows_all_matches: bool,
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

impl Provisioned {
    /// A match of the book, whose sources were followed so far; `None` if it has no key, as no match is without.
    pub fn of(game: &Match, heard: [u64; SOURCES_MAX]) -> Option<Self> {
        Some(Self {
            match_id: game.id,
            key: game.key?,
            title: game.title,
            teams: [Team::A, Team::B].map(|team| Name::lossy(game.team(team), "?")),
            format: game.rounds,
            best_of: game.best_of,
            heard,
        })
    }
}

/// How long the engine is given for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

impl<'a> Provisioner<'a> {
    /// Works on an engine whose publisher nobody else reads meanwhile.
    pub fn new(sender: CommandSender, publisher: &'a mut Publisher) -> Self {
        Self {
            sender,
            publisher,
            trace: 0,
            currencies: Vec::new(),
            book: Book::default(),
            knows_all_matches: false,
        }
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

    /// Creates a match with its maps and markets, or what of them is missing where one with its key exists.
    ///
    /// # Errors
    /// A sentence naming the match and the field that is wrong, or the engine's refusal.
    pub fn provide_match(&mut self, section: &MatchSection) -> Result<Provisioned, String> {
        let wrong = |what: String| format!("[[match]] {}: {what}", section.key);
        let plan = plan::whole(section).map_err(wrong)?;
        let (create, are_named) = (plan.create, !section.markets.is_empty());
        let teams = [create.team_a, create.team_b];
        let (heard, mut providing, mut next);
        match self.find_match(create.key)? {
            None => {
                let first;
                (providing, first) = Providing::of_match(plan, are_named);
                (heard, next) = ([0; SOURCES_MAX], Next::Do(first));
            }
            Some(match_id) => {
                heard = self.look(match_id)?;
                let game =
                    self.book.game(match_id).ok_or_else(|| wrong("it is gone".to_owned()))?;
                let differs = differs(game, &create);
                if !differs.is_empty() {
                    let (key, here) = (&section.key, differs.join("; "));
                    tracing::warn!(
                        key,
                        "the [[match]] in the file is another than the journal's, which stays as it is: {here}"
                    );
                }
                if game.title != create.title {
                    let what = differs.join("; ");
                    return Err(wrong(format!(
                        "{what}: write it as it is there, or choose another key"
                    )));
                }
                // Its format may have been changed since it was created. What belongs to another number of maps is left out.
                if game.best_of != create.best_of {
                    let known =
                        Provisioned::of(game, heard).map(|known| Provisioned { teams, ..known });
                    return known.ok_or_else(|| wrong("it has no key".to_owned()));
                }
                // A start that was cut short left some of it out; what a trader changed since then stays.
                (providing, next) = Providing::of_known(plan, are_named, game, &self.book);
            }
        }
        let made = loop {
            next = match next {
                Next::Do(command) => {
                    let answer = match self.answer(command) {
                        Ok(records) => Ok(records),
                        Err(Refused::With(refusal)) => Err(refusal),
                        Err(unanswered) => return Err(wrong(unanswered.to_string())),
                    };
                    providing.hear(answer.as_deref().map_err(|refusal| *refusal), &self.book)
                }
                Next::Done(made) => break made,
                Next::Refused(refusal) => {
                    let why = Refused::With(refusal).of(providing.last());
                    return Err(wrong(format!("{}{why}", providing.about())));
                }
            };
        };
        for (key, lines) in made.left_out {
            tracing::info!(
                key,
                lines,
                "not opened: the house rules in force have no use for them, or the match has begun"
            );
        }
        let game = self.book.game(made.match_id);
        let known = game.and_then(|game| Provisioned::of(game, heard));
        known
            .map(|known| Provisioned { teams, ..known })
            .ok_or_else(|| wrong("it was not created".to_owned()))
    }

    /// Every match of the engine that is none of these: created by an order on a running server, or by a file of before.
    ///
    /// # Errors
    /// If the engine does not answer.
    pub fn others(&mut self, provided: &[Provisioned]) -> Result<Vec<Provisioned>, String> {
        self.know_matches()?;
        let is_provided = |id| provided.iter().any(|provided| provided.match_id == id);
        let ids = self.book.matches().map(|game| game.id).filter(|id| !is_provided(*id));
        let mut others = Vec::new();
        for id in ids.collect::<Vec<_>>() {
            let heard = self.look(id)?;
            others.extend(self.book.game(id).and_then(|game| Provisioned::of(game, heard)));
        }
        Ok(others)
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
                let open = Command::OpenAccount { key, currency };
                self.command(open).map_err(|refused| wrong(refused.of(&open)))?;
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
                other => {
                    other.map_err(|refused| wrong(format!("deposit: {}", refused.of(&deposit))))?
                }
            }
        }
        Ok(account)
    }

    fn know_matches(&mut self) -> Result<(), String> {
        if !self.knows_all_matches {
            self.ask(Query::Catalogue, |_| {})?;
            self.knows_all_matches = true;
        }
        Ok(())
    }

    fn find_match(&mut self, key: Name) -> Result<Option<MatchId>, String> {
        self.know_matches()?;
        Ok(self.book.matches().find(|game| game.key == Some(key)).map(|game| game.id))
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

    /// Has the book know all of a match, and answers how far each source was followed.
    fn look(&mut self, match_id: MatchId) -> Result<[u64; SOURCES_MAX], String> {
        let mut heard = [0; SOURCES_MAX];
        self.ask(Query::Match { match_id }, |record| {
            if let Event::FeedHeard { source: SourceId(source), version, .. } = record.event
                && let Some(heard) = heard.get_mut(usize::from(source))
            {
                *heard = version;
            }
        })?;
        Ok(heard)
    }

    fn command(&mut self, command: Command) -> Result<(), Refused> {
        self.answer(command).map(|_| ())
    }

    /// Sends a command and a question behind it, whose answer proves that the command was applied.
    fn answer(&mut self, command: Command) -> Result<Vec<Record>, Refused> {
        self.trace += 1;
        let trace = self.trace;
        let envelope = Envelope { actor: Actor::Operator(0), trace, command };
        self.insist(|sender| sender.try_send(envelope)).map_err(|_| Refused::Unanswered)?;
        let mut records = Vec::new();
        let behind = Query::Account { account: AccountId(0), bets_max: 0 };
        let heard = self.ask(behind, |record| {
            records.extend(Some(*record).filter(|record| record.trace == trace));
        });
        heard.map_err(|_| Refused::Unanswered)?;
        let refused = records.iter().find_map(|record| match record.event {
            Event::Refused(refusal) => Some(refusal),
            _ => None,
        });
        refused.map_or(Ok(records), |refusal| Err(Refused::With(refusal)))
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
                self.book.apply(record);
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

/// What the file says otherwise of a match than the journal, in words.
fn differs(game: &Match, create: &CreateMatch) -> Vec<String> {
    let mut differs = Vec::new();
    if game.title != create.title {
        let (here, there) = (game.title.rules().key, create.title.rules().key);
        differs.push(format!("the game is {here} in the journal and {there} in the file"));
    }
    if game.best_of != create.best_of {
        let (here, there) = (game.best_of, create.best_of);
        differs.push(format!("best_of is {here} in the journal and {there} in the file"));
    }
    let named = [("team_a", Team::A, create.team_a), ("team_b", Team::B, create.team_b)];
    for (field, team, there) in named {
        let (here, there) = (game.team(team), there.as_str());
        if here != there {
            differs.push(format!("{field} is `{here}` in the journal and `{there}` in the file"));
        }
    }
    differs
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

    /// Why, where a command can be named.
    fn of(&self, command: &Command) -> String {
        let Self::With(refusal) = self else { return self.to_string() };
        let text = Ranges::of(command).sentence(*refusal);
        text.map_or_else(|| self.to_string(), |text| format!("{text} ({})", refusal.code.name()))
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
