//! Lines about house rules, and about what happens to a match beside its score.

use clutch_core::command::{Incident, Title};
use clutch_core::house_rules::HouseRules;
use clutch_core::units::Seq;
use clutch_core::{Command, Event, Query};

use super::catalogue::{name, team};
use super::lines::Words;
use super::r#override::by;
use super::values::duration;
use super::{Answer, Outcome, Scenario};

impl Scenario {
    /// `rules SET|CASE ANSWER …`
    pub(super) fn rules(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let mut rules = HouseRules::default();
        let mut label = "table".to_owned();
        while let Some(key) = words.optional() {
            if let Some(set) = set_named(key) {
                (rules, label) = (set, key.to_owned());
                continue;
            }
            let answer = words.next()?;
            rules = rules.with(key, answer).ok_or(format!("no case {key} has {answer}"))?;
        }
        let name = name(&label)?;
        let mut last = Answer::Done;
        for &title in Title::ALL {
            last = self.send(Command::AdoptHouseRules { title, name, rules });
        }
        Ok(last)
    }

    /// `incident MATCH … [by N]`
    pub(super) fn incident(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let match_id = self.match_named(words.next()?)?;
        let incident = match words.next()? {
            "taken_back" => {
                let by = by(words)?;
                return Ok(self.send_by(by, Command::TakeBackIncident { match_id }));
            }
            "walkover" => Incident::Walkover {
                map: words.number()?,
                to: team(words.next()?)?,
                stated: words.take("stated"),
            },
            "forfeit" => Incident::Forfeit { map: words.number()?, by: team(words.next()?)? },
            "short" => Incident::ShortHanded { map: words.number()? },
            "format" => Incident::FormatChanged { best_of: words.number()? },
            "postponed" if words.take("to") => {
                let to = self.world().now().plus(duration(words.next()?)?);
                Incident::Postponed { to: Some(to) }
            }
            "postponed" => Incident::Postponed { to: None },
            "replayed" => Incident::Replayed { map: words.number()? },
            "early" if words.take("after") => {
                let word = words.next()?;
                Incident::StartedEarly { from: self.seq_of(word)? }
            }
            "stand_ins" => {
                Incident::StandIns { team: team(words.next()?)?, officials: words.number()? }
            }
            other => return Err(format!("no incident is called {other:?}")),
        };
        let by = by(words)?;
        Ok(self.send_by(by, Command::MatchIncident { match_id, incident }))
    }

    /// The command that placed a bet; a number is taken as it is.
    pub(super) fn seq_of(&mut self, word: &str) -> Outcome<Seq> {
        if let Ok(number) = word.parse() {
            return Ok(Seq(number));
        }
        let (account, client_id) = self.bet_named(word)?.id();
        let events = self.world().ask(Query::Bet { account, client_id });
        let id = events.iter().find_map(|event| match event {
            Event::Bet(view) => view.bet,
            Event::Multiple(view) => view.bet,
            _ => None,
        });
        Ok(Seq(id.ok_or("the bet was not taken")?.0))
    }
}

/// A rule set that comes with the product, read as plainly as can be.
fn set_named(name: &str) -> Option<HouseRules> {
    let text = match name {
        "void_when_in_doubt" => {
            include_str!("../../../gateways/data/house_rules/void_when_in_doubt.toml")
        }
        "stand_when_possible" => {
            include_str!("../../../gateways/data/house_rules/stand_when_possible.toml")
        }
        _ => return None,
    };
    let answers = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (key, answer) = line.split_once(" = ")?;
        Some((key, answer.trim_matches('"')))
    });
    answers
        .filter(|(key, _)| *key != "name")
        .try_fold(HouseRules::default(), |rules, (key, answer)| rules.with(key, answer))
}
