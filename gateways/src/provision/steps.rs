//! How a match comes into being: the same steps at a start and on a running server, and as often as it is asked for.
//!
//! Each step is a command of its own, so a crash in between leaves a match without some of its markets; the same wish again
//! goes on there. What exists already is left alone, and what a trader changed stays.

use std::collections::VecDeque;

use clutch_core::command::{CreateMatch, MarketKind, SetMap, Team};
use clutch_core::event::MatchPhase;
use clutch_core::units::{MarketId, MatchId};
use clutch_core::{Command, Event, Record, Refusal, Reject};

use super::plan::Plan;
use crate::book::{Book, Match};
use crate::wire::provided::Provided;

/// What is still to be done, and what was.
#[derive(Debug)]
pub(crate) struct Providing {
    match_id: Option<MatchId>,
    maps: VecDeque<SetMap>,
    kinds: VecDeque<MarketKind>,
    /// Whether somebody named these markets; of others the house rules may have no use for some.
    are_named: bool,
    /// What the engine was asked last.
    last: Command,
    provided: Provided,
}

/// Where it stands after an answer.
#[expect(clippy::large_enum_variant, reason = "one is alive at a time, and none is moved often")]
pub(crate) enum Next {
    /// This is to be done now.
    Do(Command),
    /// All is there.
    Done(Provided),
    /// The engine does not want it.
    Refused(Refusal),
}

impl Providing {
    /// A whole match, and its first command.
    pub(crate) fn of_match(plan: Plan, are_named: bool) -> (Self, Command) {
        let Plan { create, maps, markets } = plan;
        let providing = Self {
            match_id: None,
            maps: maps.into(),
            kinds: markets.into(),
            are_named,
            last: Command::CreateMatch(create),
            provided: Provided::default(),
        };
        (providing, Command::CreateMatch(create))
    }

    /// What a match that is there has not got of a plan, and what is to be done first.
    pub(super) fn of_known(plan: Plan, are_named: bool, game: &Match, book: &Book) -> (Self, Next) {
        let (mut providing, _) = Self::of_match(plan, are_named);
        providing.go_on_with(game, book);
        let next = providing.next(game.id);
        (providing, next)
    }

    /// One market of a match that is there, and its command.
    pub(crate) fn of_market(match_id: MatchId, kind: MarketKind) -> (Self, Command) {
        let provided = Provided { existed: true, match_id, ..Provided::default() };
        let providing = Self {
            match_id: Some(match_id),
            maps: VecDeque::new(),
            kinds: VecDeque::new(),
            are_named: true,
            last: Command::OpenMarket { match_id, kind },
            provided,
        };
        (providing, Command::OpenMarket { match_id, kind })
    }

    /// Takes the engine's answer to the last step: what it did, or why not.
    pub(crate) fn hear(&mut self, answer: Result<&[Record], Refusal>, book: &Book) -> Next {
        match (answer, self.last) {
            (Ok(records), _) => self.note(records),
            (Err(refusal), Command::CreateMatch(create)) if refusal.code == Reject::MatchExists => {
                let id = u32::try_from(refusal.actual).ok().map(MatchId);
                match id.and_then(|id| book.game(id)) {
                    Some(game) if is_the_same(game, &create) => self.go_on_with(game, book),
                    _ => return Next::Refused(refusal),
                }
            }
            (Err(refusal), Command::OpenMarket { .. }) if refusal.code == Reject::MarketExists => {
                let id = u32::try_from(refusal.actual).ok().map(MarketId);
                self.provided.present.extend(id);
            }
            // Of a whole book the house rules may have no use for some lines.
            (Err(refusal), Command::OpenMarket { kind, .. })
                if refusal.code == Reject::InvalidParameter && !self.are_named =>
            {
                *self.provided.left_out.entry(kind.market_type().key).or_default() += 1;
            }
            (Err(refusal), _) => return Next::Refused(refusal),
        }
        match self.match_id {
            Some(match_id) => self.next(match_id),
            None => Next::Refused(Reject::UnknownMatch.into()),
        }
    }

    /// The last command.
    pub(crate) fn last(&self) -> &Command {
        &self.last
    }

    /// What the last command was about, by the words of a `[[match]]`.
    pub(super) fn about(&self) -> String {
        match self.last {
            Command::SetMap(map) => format!("map {}: its chances: ", map.name.as_str()),
            Command::OpenMarket { kind, .. } => format!("markets: {}: ", kind.market_type().key),
            _ => String::new(),
        }
    }

    fn next(&mut self, match_id: MatchId) -> Next {
        let map = self.maps.pop_front().map(|map| Command::SetMap(SetMap { match_id, ..map }));
        let market = || self.kinds.pop_front().map(|kind| Command::OpenMarket { match_id, kind });
        if let Some(command) = map.or_else(market) {
            self.last = command;
            return Next::Do(command);
        }
        Next::Done(std::mem::take(&mut self.provided))
    }

    fn note(&mut self, records: &[Record]) {
        if let Command::SetMap(map) = self.last {
            self.provided.maps.push(map.map_no);
        }
        for record in records {
            match record.event {
                Event::MatchCreated { match_id, .. } => {
                    self.match_id = Some(match_id);
                    self.provided.match_id = match_id;
                }
                Event::MarketOpened { market, .. } => self.provided.opened.push(market),
                _ => {}
            }
        }
    }

    /// The match was created before: only what is missing is to be done, and no market once it has begun.
    fn go_on_with(&mut self, game: &Match, book: &Book) {
        self.match_id = Some(game.id);
        self.provided.match_id = game.id;
        self.provided.existed = true;
        let names: Vec<_> = game.map_names().collect();
        let is_known = |map: &SetMap| {
            let index = usize::from(map.map_no).wrapping_sub(1);
            names.get(index).is_some_and(Option::is_some)
        };
        self.maps.retain(|map| !is_known(map));
        let has_begun = game.score.is_some_and(|score| score.phase != MatchPhase::Scheduled);
        let present: Vec<_> =
            book.markets_of(game).map(|market| (market.kind, market.id)).collect();
        let mut missing = VecDeque::new();
        for kind in self.kinds.drain(..) {
            match present.iter().find(|(other, _)| *other == kind) {
                Some((_, id)) => self.provided.present.push(*id),
                None if has_begun => {
                    *self.provided.left_out.entry(kind.market_type().key).or_default() += 1;
                }
                None => missing.push_back(kind),
            }
        }
        self.kinds = missing;
    }
}

/// Whether a match is the one that an order describes, and not another under its key.
fn is_the_same(game: &Match, create: &CreateMatch) -> bool {
    let CreateMatch { key, title, rounds, best_of, team_a, team_b, starts_at, round_markets: _ } =
        *create;
    game.key == Some(key)
        && game.title == title
        && game.rounds == rounds
        && game.best_of == best_of
        && game.starts_at == starts_at
        && game.team(Team::A) == team_a.as_str()
        && game.team(Team::B) == team_b.as_str()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clutch_core::event::{NamedPart, Score};
    use clutch_core::units::{Name, Seq, Timestamp};

    use super::*;
    use crate::provision::plan;

    const GAME: MatchId = MatchId(0);

    fn say(book: &mut Book, event: Event) {
        book.apply(&Record { seq: Seq(1), time: Timestamp::default(), trace: 0, event });
    }

    /// Whatever is still to be done, step by step.
    fn steps(plan: &Plan, book: &Book) -> Vec<Command> {
        let game = book.game(GAME).unwrap();
        let (mut providing, mut next) = Providing::of_known(plan.clone(), true, game, book);
        let mut steps = Vec::new();
        while let Next::Do(command) = next {
            steps.push(command);
            next = providing.hear(Ok(&[]), book);
        }
        steps
    }

    #[test]
    fn what_is_missing_is_added_and_no_market_once_the_match_has_begun() {
        let text = "key = \"k\"\nteam_a = \"A\"\nteam_b = \"B\"\nbest_of = 1\ngame = \"lol\"\n\
                    [[maps]]\nname = \"m\"\nfirst_side_a = \"blue\"\np_a_map = 0.5\n";
        let plan = plan::whole(&toml::from_str(text).unwrap()).unwrap();
        let [first, second] = plan.markets[..] else { panic!("{:?}", plan.markets) };
        let CreateMatch { title, rounds, best_of, starts_at, .. } = plan.create;
        let mut book = Book::default();
        say(&mut book, Event::MatchCreated { match_id: GAME, title, rounds, best_of, starts_at });
        let (market, selections) = (MarketId(0), 2);
        let kind = first;
        say(&mut book, Event::MarketOpened { market, match_id: GAME, kind, selections });
        let (set, open) = (
            Command::SetMap(SetMap { match_id: GAME, ..plan.maps[0] }),
            Command::OpenMarket { match_id: GAME, kind: second },
        );
        assert_eq!(steps(&plan, &book), [set, open]);
        let (part, name) = (NamedPart::Map(1), Name::new("m").unwrap());
        say(&mut book, Event::Named { match_id: GAME, part, name });
        assert_eq!(steps(&plan, &book), [open]);
        let (phase, rounds, maps) = (MatchPhase::Live, [0, 0], [0, 0]);
        let live = Score { match_id: GAME, map: 1, rounds, maps, phase, a_is_t: true };
        say(&mut book, Event::Score(live));
        assert_eq!(steps(&plan, &book), []);
    }
}
