//! The order of things: setting up, then facts and wishes by time.

use clutch_core::command::{Actor, CreateMatch, MarketKind, RoundFormat, SetMap, Side, Strengths};
use clutch_core::units::{Currency, Name, Probability, Timestamp};
use clutch_core::{Command, Envelope};

use super::crowd::{self, BETTOR_DEPOSIT, BETTORS, Dice, Mood, Wish, YOUR_DEPOSIT};
use super::timeline::{Beat, MATCH, Timeline};
use crate::provision::book;
use clutch_core::units::AccountId;

/// Chance of team A to win a round as T and as CT: teams of equal strength on a map that favours
/// defence.
const CHANCES_PPB: [u32; 2] = [480_000_000, 520_000_000];
/// The same on a map against the clock, whatever its side.
const MAP_CHANCE_PPB: u32 = 500_000_000;
/// How long before the first fact the first bets come.
const PRE_MATCH_MS: u64 = 20_000;
/// How long after a fact the crowd has made up its mind.
const CALM_MS: u64 = 6_000;
/// How long before the next fact the late ones press the button.
const LATE_MS: u64 = 1_000;

/// One thing to do at a time.
#[derive(Clone, Debug)]
pub enum Item {
    /// Tell the engine a fact.
    Beat(Box<Beat>),
    /// Place bets.
    Crowd {
        /// When, in Unix milliseconds of the log's clock.
        at_ms: u64,
        /// Which crowd of the series this is: makes the bets' ids unique.
        number: u32,
        /// What it wants.
        wishes: Vec<Wish>,
    },
}

impl Item {
    /// When it is due, in Unix milliseconds of the log's clock.
    pub fn at_ms(&self) -> u64 {
        match self {
            Self::Beat(beat) => beat.at_ms,
            Self::Crowd { at_ms, .. } => *at_ms,
        }
    }
}

/// A demo, ready to be played.
#[derive(Clone, Debug)]
pub struct Script {
    /// What creates the match, its markets and its accounts.
    pub setup: Vec<Envelope>,
    /// What follows, in order of time.
    pub items: Vec<Item>,
    /// The operator's key of the match: names the logs it is made of.
    pub key: Name,
    /// Rounds per map.
    pub format: RoundFormat,
    /// Maps at most.
    pub best_of: u8,
}

impl Script {
    /// Writes the script of a series. `starts_at` is journal time.
    pub fn write(timeline: &Timeline, starts_at: Timestamp) -> Self {
        let best_of = timeline.best_of;
        let first = timeline.maps.first().map_or("?", |map| map.name.as_str());
        let [a, b] = &timeline.teams;
        let key = Name::lossy(&format!("{a} v {b} {first}"), "demo");
        let format = timeline.format;
        let kinds = book(format, best_of);
        let mut setup = vec![create_match(timeline, key, starts_at)];
        let strengths = even_strengths(format);
        setup.extend((1..=best_of).map(|map| set_map(timeline, map, strengths)));
        setup.extend(kinds.iter().map(|kind| Command::OpenMarket { match_id: MATCH, kind: *kind }));
        for account in 0..=BETTORS {
            setup.extend(open_account(account));
        }
        let operator = Actor::Operator(0);
        let setup =
            setup.into_iter().map(|command| Envelope { actor: operator, trace: 0, command });
        Self { setup: setup.collect(), items: items(timeline, &kinds), key, format, best_of }
    }
}

/// The match of a timeline.
pub fn create_match(timeline: &Timeline, key: Name, starts_at: Timestamp) -> Command {
    let [team_a, team_b] = timeline.teams;
    Command::CreateMatch(CreateMatch {
        key,
        title: timeline.title,
        rounds: timeline.format,
        best_of: timeline.best_of,
        team_a,
        team_b,
        starts_at,
        round_markets: has_rounds(timeline.format),
    })
}

/// One of its maps, played or not.
pub fn set_map(timeline: &Timeline, map_no: u8, strengths: Strengths) -> Command {
    let plan = timeline.maps.get(usize::from(map_no) - 1);
    let name = plan.map_or("to be decided", |plan| plan.name.as_str());
    Command::SetMap(SetMap {
        match_id: MATCH,
        map_no,
        name: Name::lossy(name, "to be decided"),
        first_side_a: plan.map_or(Side::Ct, |plan| plan.first_side_a),
        strengths,
    })
}

fn has_rounds(format: RoundFormat) -> bool {
    match format {
        RoundFormat::Mr12 | RoundFormat::Mr15 => true,
        RoundFormat::NoRounds => false,
    }
}

/// Teams of equal strength.
fn even_strengths(format: RoundFormat) -> Strengths {
    let chance = |ppb| Probability::from_ppb(ppb).expect("below one");
    if has_rounds(format) {
        let [t, ct] = CHANCES_PPB.map(chance);
        Strengths::BySide { t, ct }
    } else {
        Strengths::MapPrice { a: chance(MAP_CHANCE_PPB) }
    }
}

fn open_account(account: u32) -> [Command; 2] {
    let (key, amount) = match account {
        0 => ("you".to_owned(), YOUR_DEPOSIT),
        bettor => (format!("bettor-{bettor:02}"), BETTOR_DEPOSIT),
    };
    let key = Name::lossy(&key, "bettor");
    let deposit =
        Command::Deposit { account: AccountId(account), amount, reference: u128::from(account) };
    [Command::OpenAccount { key, currency: Currency::default() }, deposit]
}

/// Facts and crowds by time. Between two facts that are far enough apart a calm crowd bets after
/// the first, and a late one just before the second.
fn items(timeline: &Timeline, kinds: &[MarketKind]) -> Vec<Item> {
    let rounds = has_rounds(timeline.format);
    let mut crowds = Crowds { kinds, rounds, number: 0 };
    let mut items = Vec::new();
    let opening = timeline.starts_ms().saturating_sub(PRE_MATCH_MS);
    let mut round = (1, 1);
    items.push(crowds.gather(opening, Mood::Calm, round));
    for (index, beat) in timeline.beats.iter().enumerate() {
        round = beat.next_round().unwrap_or(round);
        items.push(Item::Beat(Box::new(beat.clone())));
        let Some(next) = timeline.beats.get(index + 1) else { break };
        let pause = next.at_ms - beat.at_ms;
        if CALM_MS < pause {
            items.push(crowds.gather(beat.at_ms + CALM_MS, Mood::Calm, round));
        }
        if CALM_MS + LATE_MS < pause {
            items.push(crowds.gather(next.at_ms - LATE_MS, Mood::Late, round));
        }
    }
    items
}

struct Crowds<'a> {
    kinds: &'a [MarketKind],
    /// Whether there are rounds to bet on.
    rounds: bool,
    number: u32,
}

impl Crowds<'_> {
    fn gather(&mut self, at_ms: u64, mood: Mood, (map, round): (u8, u8)) -> Item {
        self.number += 1;
        let mut dice = Dice::new(u64::from(self.number));
        let round = self.rounds.then_some(round);
        let wishes = crowd::wishes(&mut dice, mood, map, round, self.kinds);
        Item::Crowd { at_ms, number: self.number, wishes }
    }
}
