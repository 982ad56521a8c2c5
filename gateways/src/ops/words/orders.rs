//! What the staff and players order beside bets and money, in words.

use clutch_core::State;
use clutch_core::command::{CustomerStep, Grade, Incident, SessionStep, Team, VoidBets};
use clutch_core::play::{LimitBy, LimitKey, Rest, RestKind};
use clutch_core::settlement::multiplier::{DeadHeat, LegResult};
use clutch_core::units::{AccountId, MarketId, MatchId, Money, SelectionIndex};

use super::{Words, account, time};
use crate::wire::play::show_amount;

impl Words {
    /// How a person said that a market ended.
    pub(super) fn grade(&self, market: MarketId, version: u32, grade: &Grade) -> String {
        let ended = ended(grade, |selection| self.selection(market, selection));
        format!("grade {} at settlement version {version}: {ended}", self.market(market))
    }

    /// What happened to a match beside its score.
    pub fn incident(&self, match_id: MatchId, incident: Incident) -> String {
        happened(incident, |team| self.team(match_id, team))
    }

    /// Which bets are void.
    pub(super) fn void_bets(&self, stretch: VoidBets) -> String {
        let VoidBets { match_id, market, from, to } = stretch;
        let of = market.map_or_else(|| self.game(match_id), |market| self.market(market));
        format!("void the bets on {of} from record {} to {}", from.0, to.0)
    }
}

/// How a grade says that a market ended, with the names of its selections.
pub fn ended(grade: &Grade, name: impl Fn(SelectionIndex) -> String) -> String {
    match grade {
        Grade::Void => "void".to_owned(),
        Grade::Automatic => "what the score says holds again".to_owned(),
        Grade::Results(results) => {
            let said = (0..results.selections()).map(|index| {
                format!("{} {}", name(SelectionIndex(index)), result(results.of(index.into())))
            });
            said.collect::<Vec<_>>().join(", ")
        }
    }
}

/// What happened to a match beside its score, with the names of its teams.
pub fn happened(incident: Incident, team: impl Fn(Team) -> String) -> String {
    match incident {
        Incident::Walkover { map, to, stated } => {
            let stated = if stated { ", as its markets stated" } else { "" };
            format!("map {map} is awarded to {} before it starts{stated}", team(to))
        }
        Incident::Forfeit { map, by } => format!("{} gives up map {map}", team(by)),
        Incident::ShortHanded { map } => {
            format!("map {map} starts with fewer than ten players")
        }
        Incident::FormatChanged { best_of } => format!("it is a best of {best_of} now"),
        Incident::Postponed { to: Some(to) } => format!("it is put off to {}", time(to)),
        Incident::Postponed { to: None } => "it is put off, nobody knows to when".to_owned(),
        Incident::Replayed { map } => format!("map {map} is played again"),
        Incident::StartedEarly { from } => {
            format!("it had begun after record {}, before betting was closed", from.0)
        }
        Incident::StandIns { team: of, officials } => {
            format!("{} plays with stand-ins and {officials} official players", team(of))
        }
    }
}

/// How a selection ended.
pub(super) fn result(result: LegResult) -> String {
    match result {
        LegResult::Won => "won".to_owned(),
        LegResult::Lost => "lost".to_owned(),
        LegResult::Void => "void".to_owned(),
        LegResult::HalfWon => "half won".to_owned(),
        LegResult::HalfLost => "half lost".to_owned(),
        LegResult::DeadHeat(heat) => dead_heat(heat),
    }
}

/// How many shared how many places.
pub(super) fn dead_heat(heat: DeadHeat) -> String {
    format!("one of {} tied for {}", heat.tied(), heat.places())
}

/// A limit, lifted or of so much.
pub(super) fn limit_wish(
    state: &State,
    id: AccountId,
    key: LimitKey,
    amount: Option<Money>,
) -> String {
    let whose = match key.by {
        LimitBy::Player => "own",
        LimitBy::House => "the house's",
        LimitBy::Counter => "counted",
    };
    let (quantity, window) = (key.quantity.name(), key.window.name());
    let amount = amount.map_or("none".to_owned(), |amount| show_amount(key, amount));
    format!("of {}: {whose} limit on {quantity} over {window}: {amount}", account(state, id))
}

/// Which limit's wish holds.
pub(super) fn confirmed(state: &State, id: AccountId, key: LimitKey) -> String {
    let (quantity, window) = (key.quantity.name(), key.window.name());
    let whose = account(state, id);
    format!("{whose} confirms the wish about the limit on {quantity} over {window}")
}

/// A time-out or a self-exclusion.
pub(super) fn rest(state: &State, id: AccountId, rest: Rest) -> String {
    let kind = match rest.kind {
        RestKind::TimeOut => "takes a time-out",
        RestKind::SelfExclusion => "is excluded at the own wish",
    };
    format!("{} {kind} until {}", account(state, id), time(rest.until))
}

/// What the staff knows of an account's owner.
pub(super) fn customer(state: &State, id: AccountId, step: CustomerStep) -> String {
    let whose = account(state, id);
    match step {
        CustomerStep::Verified(level) => format!("{whose} is known as far as {}", level.name()),
        CustomerStep::Hold(hold) => format!("held of {whose}: {}", hold.name()),
        CustomerStep::Reviewed(counter) => {
            format!("somebody has looked at {} of {whose}", counter.counter().name)
        }
    }
}

/// What a player says of his session.
pub(super) fn session(state: &State, id: AccountId, step: SessionStep) -> String {
    let who = account(state, id);
    match step {
        SessionStep::Open => format!("{who} begins a session"),
        SessionStep::Alive => format!("{who} is still there"),
        SessionStep::Confirm => format!("{who} has read how long he has played, and goes on"),
        SessionStep::Close => format!("{who} ends the session"),
        SessionStep::Every { minutes: 0 } => format!("{who} wants no reminder of his own"),
        SessionStep::Every { minutes } => {
            format!("{who} wants to be reminded every {minutes} minutes")
        }
    }
}
