//! What stands behind a price, in words: opinions on maps, overrides, states of a map, and why a source is
//! not believed.

use clutch_core::command::{MobaState, Side, Strengths, Team, Title};
use clutch_core::event::{Event, FeedAlert};
use clutch_core::units::{MatchId, Probability};

use super::{Words, time};
use crate::wire::overrides::{standing, word};
use crate::wire::setting;

impl Words {
    /// "52% as T, 49% as CT": how strong team A is on a map.
    pub(super) fn strengths(&self, id: MatchId, strengths: Strengths) -> String {
        let [first, second] = [Side::T, Side::Ct].map(|side| self.side(id, side));
        let by_side = |t, ct| format!("{} as {first}, {} as {second}", percent(t), percent(ct));
        match strengths {
            Strengths::BySide { t, ct } => format!("wins a round at {}", by_side(t, ct)),
            Strengths::WithPistols { t, ct, pistol_t, pistol_ct } => format!(
                "wins a round at {}, a pistol round at {}",
                by_side(t, ct),
                by_side(pistol_t, pistol_ct)
            ),
            Strengths::MapPrice { a } => format!("wins the map at {}", percent(a)),
        }
    }

    /// The name of a side in the game of a match.
    pub(super) fn side(&self, id: MatchId, side: Side) -> &'static str {
        self.book.game(id).map_or(Title::CounterStrike, |game| game.title).side(side)
    }

    /// The chance of one round, or that the sides speak for it again.
    pub(super) fn next_round(
        &self,
        id: MatchId,
        round: (u8, u8),
        a: Option<Probability>,
    ) -> String {
        let ((map, round), team) = (round, self.team(id, Team::A));
        match a {
            Some(a) => format!("map {map} round {round} at {} for {team}", percent(a)),
            None => format!("map {map} round {round} by the sides again"),
        }
    }

    /// How a map against the clock stands.
    pub(super) fn moba(&self, id: MatchId, map: u8, state: &MobaState) -> String {
        let MobaState { time_s, lead_milli, kills, towers, objectives } = *state;
        let ahead = self.team(id, if lead_milli < 0 { Team::B } else { Team::A });
        let milli = lead_milli.unsigned_abs();
        let lead = match (self.book.game(id).map(|game| game.title), lead_milli) {
            (_, 0) => "nobody ahead".to_owned(),
            (Some(Title::Dota2), _) => format!("{ahead} {milli} experience ahead"),
            _ => format!("{ahead} {}.{:03}% of all gold ahead", milli / 1_000, milli % 1_000),
        };
        let pair = |[a, b]: [u8; 2]| format!("{a}:{b}");
        let (minute, second) = (time_s / 60, time_s % 60);
        format!(
            "map {map} at {minute}:{second:02}: {lead}, kills {}:{}, towers {}, objectives {}",
            kills[0],
            kills[1],
            pair(towers),
            pair(objectives)
        )
    }

    /// An override with everything that belongs to it, or nothing for another event.
    pub fn overridden(&self, event: &Event) -> Option<String> {
        let Event::Override { id, kind, expires_at, by, status } = *event else { return None };
        let second = match status {
            clutch_core::event::OverrideStatus::InForce { approved_by: Some(approver) } => {
                format!(", approved by operator {approver}")
            }
            _ => String::new(),
        };
        let (number, word, until) = (id.0, word(&self.book, kind), time(expires_at));
        let until = until.split('.').next().unwrap_or_default();
        let stands = standing(status);
        Some(format!(
            "override {number} by operator {by}{second}, until {until}: {word} ({stands})"
        ))
    }
}

/// What is wrong with the word of a source, with the name of the rule that it breaks.
pub fn alert(alert: FeedAlert) -> String {
    match alert {
        FeedAlert::Impossible { rule, expected, actual } => {
            format!("impossible, {}", super::impossible(rule, expected, actual))
        }
        FeedAlert::Apart { map, rule, expected, actual } => {
            format!("against the truth on map {map}, {}", super::impossible(rule, expected, actual))
        }
        FeedAlert::Disagrees { map, round: 0 } => format!("names another winner of map {map}"),
        FeedAlert::Disagrees { map, round } => {
            format!("names another winner of map {map} round {round}")
        }
        FeedAlert::Gap { after } => format!("its messages after {after} are missing"),
        FeedAlert::Late { lag_ms } => format!("late by {lag_ms} ms"),
        FeedAlert::Ahead => "knows more than the source that is followed".to_owned(),
        FeedAlert::Behind => "has not confirmed in time what is known".to_owned(),
        FeedAlert::Contradictory => "contradicts itself; it is not asked for now".to_owned(),
        FeedAlert::HandedOver => "the score follows it from now on".to_owned(),
        FeedAlert::TookOver { silent_ms } => {
            format!(
                "the score follows it from now on: the one before was silent for {silent_ms} ms"
            )
        }
        FeedAlert::Paid { markets } => format!(
            "what it puts in question has been paid by, on {markets} markets; a hand-over or grades correct it"
        ),
    }
}

fn percent(p: Probability) -> String {
    setting::percent(i64::from(p.ppb()))
}
