//! Lines about bets of several legs.

use clutch_core::Query;
use clutch_core::command::Channel;
use clutch_core::command::{Pick, Picks, PlaceMultiple, PricePolicy};
use clutch_core::event::{Event, LegStanding};
use clutch_core::settlement::multiplier::LegResult;
use clutch_core::settlement::system::{Bankers, FoldSizes, LEGS_MAX, NamedSystem};
use clutch_core::units::{ClientBetId, Odds, Stake};

use super::lines::Words;
use super::trading::{price_policy, selection};
use super::values::{money, odds_milli, show_money, show_refusal};
use super::{Answer, Outcome, Scenario, View, Wish};

impl Scenario {
    /// `multi NAME ACCOUNT UNIT FOLDS LEG… [policy P] [id N]`
    pub(super) fn multiple(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let key = words.next()?.to_owned();
        let account = self.account_named(words.next()?)?;
        let unit = Stake::new(money(words.next()?)?).ok_or("a stake is above zero")?;
        let folds = words.next()?;
        let now = self.world().now().millis();
        self.ids += 1;
        let mut client_id = ClientBetId::from_parts(now, self.ids);
        let (mut picks, mut bankers, mut policy) = (Vec::new(), 0, PricePolicy::Exact);
        while let Some(word) = words.optional() {
            match word {
                "partial" => self.terms.get_or_insert_default().partial = true,
                "offers" => self.terms.get_or_insert_default().offers = true,
                "with" => {
                    let bonus = self.bonus_named(words.next()?);
                    self.terms.get_or_insert_default().bonus = Some(bonus);
                }
                "policy" => policy = price_policy(words)?,
                "id" => client_id = ClientBetId::from_parts(now, words.number()?),
                leg => {
                    let (leg, is_banker) = match leg.strip_suffix('*') {
                        Some(leg) => (leg, true),
                        None => (leg, false),
                    };
                    bankers |= u32::from(is_banker) << picks.len();
                    picks.push(self.pick(leg)?);
                }
            }
        }
        let folds = fold_sizes(folds, bankers.count_ones() as u8)?;
        let picks = Picks::new(&picks).ok_or(format!("a bet has 1 to {LEGS_MAX} legs"))?;
        let lines = (folds, Bankers(bankers));
        let place = PlaceMultiple::new((account, client_id), policy, unit, lines, picks)
            .map_err(|error| error.to_string())?;
        self.bets.insert(key, Wish::Multiple(Box::new(place)));
        self.place(Wish::Multiple(Box::new(place)))
    }

    /// `MARKET:SELECTION`, with `@ODDS` for other odds than those on the board and `~VIEW` for what
    /// was seen earlier.
    fn pick(&mut self, word: &str) -> Outcome<Pick> {
        let (word, seen) = match word.split_once('~') {
            Some((word, seen)) => (word, Some(seen)),
            None => (word, None),
        };
        let (word, asked) = match word.split_once('@') {
            Some((word, odds)) => (word, Some(odds_milli(odds)?)),
            None => (word, None),
        };
        let (market_word, selected) =
            word.split_once(':').ok_or(format!("{word:?} is no leg such as W:a"))?;
        let (market, selection) = (self.market_named(market_word)?, selection(selected)?);
        let view = match seen {
            Some(seen) => self.views.get(seen).cloned().ok_or("nobody looked")?,
            None => self.view(market_word)?,
        };
        let View { odds, price_seq, epoch } = view;
        let on_board = odds.get(usize::from(selection.0)).copied().flatten();
        let milli = asked.or(on_board).unwrap_or(2_000);
        let odds = Odds::from_milli(milli).ok_or("these are no odds")?;
        Ok(Pick { market, selection, odds, price_seq, epoch })
    }

    /// `expect legs NAME STANDING…`: of every leg, in the bettor's order.
    pub(super) fn expect_legs(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let (account, client_id) = self.bet_named(words.next()?)?.id();
        let events = self.world().ask(Query::Bet { account, client_id });
        let standings: Vec<String> = legs(&events).map(|(_, shown)| shown).collect();
        compare(words, &standings)
    }

    /// `expect reasons LEG:REASON…`: those of the last placement that was refused.
    pub(super) fn expect_reasons(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let reasons = self.leg_reasons.clone();
        compare(words, &reasons)
    }

    /// `expect max_unit NAME AMOUNT`: for a bet like that one, asked now.
    pub(super) fn expect_max_unit(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let Wish::Multiple(place) = self.bet_named(words.next()?)? else {
            return Err("that is a single".to_owned());
        };
        let expected = show_money(money(words.next()?)?);
        let answer = self
            .world()
            .ask(Query::MaxUnit { place: *place, channel: Channel::Web })
            .into_iter()
            .find_map(|event| match event {
                Event::MaxUnit { unit, .. } => Some(show_money(unit)),
                _ => None,
            });
        let answer = answer.ok_or("no answer")?;
        if answer == expected { Ok(()) } else { Err(format!("it is {answer}")) }
    }
}

/// The reasons of legs among the events, as `LEG:REASON` counted from 1.
pub(super) fn reasons(events: impl Iterator<Item = Event>) -> Vec<String> {
    let events: Vec<Event> = events.collect();
    legs(&events).filter(|(_, shown)| shown.contains(':')).map(|(_, shown)| shown).collect()
}

fn legs(events: &[Event]) -> impl Iterator<Item = (u8, String)> + '_ {
    events.iter().filter_map(|event| match event {
        Event::Leg(leg) => {
            let shown = match leg.standing {
                LegStanding::Open => "open".to_owned(),
                LegStanding::Decided(LegResult::Won) => "won".to_owned(),
                LegStanding::Decided(LegResult::Lost) => "lost".to_owned(),
                LegStanding::Decided(other) => format!("{other:?}"),
                LegStanding::Void(reason) => format!("void-{reason:?}"),
                LegStanding::Refused(refusal) => {
                    format!("{}:{}", leg.index + 1, show_refusal(refusal).replace(' ', ""))
                }
            };
            Some((leg.index, shown))
        }
        _ => None,
    })
}

fn compare(words: &mut Words<'_>, actual: &[String]) -> Outcome<()> {
    let mut expected = Vec::new();
    while let Some(word) = words.optional() {
        expected.push(word.to_owned());
    }
    if expected == actual { Ok(()) } else { Err(format!("it is {}", actual.join(" "))) }
}

/// `2`, `1,2,3`, or a system's name.
fn fold_sizes(word: &str, bankers: u8) -> Outcome<FoldSizes> {
    if let Some(system) = NamedSystem::find(word) {
        return system.folds(bankers).ok_or("a bet has at most 20 legs".to_owned());
    }
    let sizes: Result<Vec<u8>, _> = word.split(',').map(str::parse).collect();
    let sizes = sizes.map_err(|_| format!("{word:?} are no line sizes such as 2,3"))?;
    FoldSizes::new(sizes).ok_or(format!("a line has 1 to {LEGS_MAX} legs"))
}
