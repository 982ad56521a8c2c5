//! What a demo shows in the terminal: one line for each thing that happens in the match.

use clutch_core::command::{GameEvent, MarketKind, MobaState, Side, Team, Title};
use clutch_core::event::{BetStatus, MarketStatus, Score};
use clutch_core::units::{Name, Odds};
use clutch_core::{Event, Record};

use super::board::Board;
use super::crowd::YOU;
use super::play::Observer;
use super::timeline::{Beat, Timeline};
use crate::odds_format::OddsFormat;
use crate::output::say;
use crate::server::FeedClock;
use crate::wire::decimal::ShowMoney;

/// Prints a demo as it goes.
pub struct Terminal {
    title: Title,
    teams: [Name; 2],
    maps: Vec<String>,
    taken: u64,
    refused: u64,
    settled: u64,
    /// Said by the feed, shown once the engine has answered.
    shown: Option<String>,
    score: Option<Score>,
    bold: [&'static str; 2],
    feed_clock: FeedClock,
    format: OddsFormat,
}

impl Terminal {
    /// A terminal that has shown nothing; `colours` if it understands them. `feed_clock` tells the
    /// gateway how old the prices are; odds are shown in `format`.
    pub fn new(
        timeline: &Timeline,
        colours: bool,
        feed_clock: FeedClock,
        format: OddsFormat,
    ) -> Self {
        Self {
            title: timeline.title,
            teams: timeline.teams,
            maps: timeline.maps.iter().map(|map| map.name.clone()).collect(),
            taken: 0,
            refused: 0,
            settled: 0,
            shown: None,
            score: None,
            bold: if colours { ["\u{1b}[1m", "\u{1b}[0m"] } else { [""; 2] },
            feed_clock,
            format,
        }
    }

    fn show(&self, odds: Option<Odds>) -> String {
        odds.map_or("-".to_owned(), |odds| self.format.show(odds).to_string())
    }

    fn words(&self, beat: &Beat) -> Option<String> {
        let [bold, plain] = self.bold;
        let name = |team: Team| self.teams[team as usize];
        let map_name = |map: u8| {
            let index = usize::from(map).checked_sub(1);
            index.and_then(|index| self.maps.get(index)).map_or("", String::as_str)
        };
        Some(match beat.event()? {
            GameEvent::MapStarted { map, first_side_a } => {
                let sides = match self.title {
                    Title::CounterStrike => ["T", "CT"],
                    Title::Valorant => ["attack", "defence"],
                    Title::Lol => ["blue", "red"],
                    Title::Dota2 => ["Radiant", "Dire"],
                };
                let side = sides[usize::from(first_side_a == Side::Ct)];
                let [a, b] = &self.teams;
                format!("{bold}{}{plain} begins: {a} ({side}) v {b}", map_name(map))
            }
            GameEvent::RoundWon { round, winner, .. } => {
                let how = beat.note.trim_start_matches("SFUI_Notice_").replace('_', " ");
                format!("round {round:>2} to {bold}{}{plain} ({how})", name(winner))
            }
            GameEvent::Rewound { to_round, .. } => {
                format!(
                    "{bold}the server restored round {to_round}{plain}: later rounds are undone"
                )
            }
            GameEvent::MapOver { map, rounds_a, rounds_b } => {
                format!("{bold}{}{plain} is over, {rounds_a}:{rounds_b}", map_name(map))
            }
            GameEvent::MobaState { state, .. } => in_play(&state),
            GameEvent::MobaRewound { state, .. } => {
                format!("{bold}the server went back{plain} to {}", in_play(&state))
            }
            GameEvent::MapWon { map, winner } => {
                format!("{bold}{}{plain} is over, {} won", map_name(map), name(winner))
            }
            GameEvent::Held => "the feed is not sure: betting is suspended".to_owned(),
            GameEvent::Released => "the feed is sure again".to_owned(),
            GameEvent::Disputed => "the feed contradicts itself: the match is frozen".to_owned(),
            GameEvent::Heartbeat | GameEvent::RoundStarted { .. } | GameEvent::NextRound { .. } => {
                return None;
            }
        })
    }
}

impl Observer for Terminal {
    fn record(&mut self, record: &Record) {
        match &record.event {
            Event::Score(score) => self.score = Some(*score),
            Event::Bet(bet) => {
                match bet.status {
                    BetStatus::Accepted { .. } => self.taken += 1,
                    BetStatus::Refused(_) => self.refused += 1,
                    BetStatus::Won { .. }
                    | BetStatus::Lost
                    | BetStatus::Void(_)
                    | BetStatus::CashedOut { .. } => {
                        self.settled += 1;
                    }
                    BetStatus::Pending { .. }
                    | BetStatus::Referred { .. }
                    | BetStatus::Offered { .. } => {}
                }
                if bet.account == YOU {
                    say(format_args!("          your bet: {}", describe(&bet.status)));
                }
            }
            _ => {}
        }
    }

    fn beat(&mut self, beat: &Beat) {
        self.shown = self.words(beat).map(|words| format!("{}  {words}", time_of_day(beat.at_ms)));
    }

    fn heartbeat(&mut self) {
        self.feed_clock.touch();
    }

    fn settled_down(&mut self, board: &Board) {
        let Some(shown) = self.shown.take() else { return };
        let map = self.score.map_or(1, |score| score.map);
        let [a, b] = self.score.map_or([0; 2], |score| score.rounds);
        let price = board.offer(MarketKind::MapWinner { map }).map_or_else(String::new, |offer| {
            if matches!(offer.status, MarketStatus::Decided { .. }) {
                return "decided".to_owned();
            }
            let odds: Vec<String> = offer.odds.iter().map(|odds| self.show(*odds)).collect();
            odds.join(" / ")
        });
        let Self { taken, refused, settled, .. } = self;
        say(format_args!(
            "{shown}\n          {a}:{b}   map winner {price}   bets {taken} taken, {refused} refused, {settled} settled"
        ));
    }
}

/// Lead, kills and towers of a map against the clock.
fn in_play(state: &MobaState) -> String {
    let MobaState { time_s, lead_milli, kills: [a, b], towers: [ours, theirs], .. } = *state;
    let (minutes, seconds) = (time_s / 60, time_s % 60);
    format!("{minutes:>2}:{seconds:02}  lead {lead_milli:+}, kills {a}:{b}, towers {ours}:{theirs}")
}

fn describe(status: &BetStatus) -> String {
    match status {
        BetStatus::Pending { .. } => "waits out the delay".to_owned(),
        BetStatus::Referred { .. } => "a trader looks at it".to_owned(),
        BetStatus::Offered { .. } => "other odds or another stake are on offer".to_owned(),
        BetStatus::Refused(refusal) => {
            format!("refused, {} ({})", refusal.code.sentence(), refusal.code.name())
        }
        BetStatus::Accepted { payout } => format!("accepted, pays {}", ShowMoney(payout.minor())),
        BetStatus::Won { payout } => format!("won {}", ShowMoney(payout.minor())),
        BetStatus::Lost => "lost".to_owned(),
        BetStatus::Void(_) => "void, the stake goes back".to_owned(),
        BetStatus::CashedOut { paid } => format!("cashed out for {}", ShowMoney(paid.minor())),
    }
}

fn time_of_day(unix_ms: u64) -> String {
    let seconds = unix_ms / 1000 % 86_400;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
