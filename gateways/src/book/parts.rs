//! The parts of the book: matches, their markets and the selections on offer.

use clutch_core::command::{MarketKind, MobaState, RoundFormat, SuspendReason, Team, Title};
use clutch_core::event::{MarketStatus, Score};
use clutch_core::units::{MarketId, MatchId, Name, Odds, SelectionIndex, Seq, Timestamp};

use crate::names;

/// Maps of the longest series.
pub(super) const MAPS_MAX: usize = 5;

/// A match.
#[derive(Debug)]
pub struct Match {
    /// Its id.
    pub id: MatchId,
    /// Its game.
    pub title: Title,
    /// Rounds per map.
    pub rounds: RoundFormat,
    /// Maps at most.
    pub best_of: u8,
    /// Planned start.
    pub starts_at: Timestamp,
    /// The operator's key for it.
    pub key: Option<Name>,
    pub(super) teams: [Option<Name>; 2],
    pub(super) maps: [Option<Name>; MAPS_MAX],
    /// The score, once there is one.
    pub score: Option<Score>,
    /// How its current map stands, by its number, if it is one of a MOBA.
    pub moba: Option<(u8, MobaState)>,
    /// The version of the house rules that it is played under.
    pub house_rules: u16,
    /// Why it is frozen, if it is.
    pub frozen: Option<SuspendReason>,
    pub(super) markets: Vec<MarketId>,
    /// When its names or its setup last changed.
    pub header_seq: Seq,
    /// When its score last changed.
    pub score_seq: Seq,
    /// When it was last frozen or released.
    pub frozen_seq: Seq,
    /// When anything of it or of its markets last changed.
    pub changed: Seq,
}

/// A market.
#[derive(Debug)]
pub struct Market {
    /// Its id.
    pub id: MarketId,
    /// Its match.
    pub match_id: MatchId,
    /// What it is on.
    pub kind: MarketKind,
    /// Its selections.
    pub selections: Vec<Selection>,
    /// Whether it can be bet on.
    pub status: MarketStatus,
    /// Who graded it and who agreed to that, as long as his word stands in place of the score's.
    pub graded_by: Option<(u32, Option<u32>)>,
    /// Its epoch.
    pub epoch: u32,
    /// Its price sequence.
    pub price_seq: u64,
    /// When it was opened or its names changed.
    pub opened_seq: Seq,
    /// When its status or epoch last changed.
    pub status_seq: Seq,
    /// When anything of it last changed.
    pub changed: Seq,
}

/// A selection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection {
    /// The odds on offer.
    pub odds: Option<Odds>,
    /// When they last changed.
    pub changed: Seq,
}

impl Match {
    /// Whether its key and its teams have been heard: they come right behind its creation.
    pub fn is_named(&self) -> bool {
        self.key.is_some() && self.teams.iter().all(Option::is_some)
    }

    /// A team's name; "Team A" and "Team B" until the names are known.
    pub fn team(&self, team: Team) -> &str {
        let unnamed = match team {
            Team::A => "Team A",
            Team::B => "Team B",
        };
        self.teams[team_index(team)].as_ref().map_or(unnamed, Name::as_str)
    }

    /// The names of its maps in order of play, as far as they are known.
    pub fn map_names(&self) -> impl Iterator<Item = Option<&str>> {
        self.maps.iter().take(usize::from(self.best_of)).map(|name| name.as_ref().map(Name::as_str))
    }

    /// Whether anything but its markets changed at or after `from`.
    pub fn head_since(&self, from: Seq) -> bool {
        from <= self.header_seq.max(self.score_seq).max(self.frozen_seq)
    }
}

impl Market {
    /// Whether it has its result, so that nobody can ever bet on it again.
    pub fn is_finished(&self) -> bool {
        match self.status {
            MarketStatus::Open | MarketStatus::Suspended(_) => false,
            MarketStatus::Decided { .. } | MarketStatus::Graded | MarketStatus::Void => true,
        }
    }

    /// Its name for people.
    pub fn name(&self, game: &Match) -> String {
        names::market(self.kind, game)
    }

    /// A selection's name for people.
    pub fn selection_name(&self, game: &Match, selection: SelectionIndex) -> String {
        names::selection(self.kind, selection, self.selections.len(), game)
    }
}

pub(super) const fn team_index(team: Team) -> usize {
    match team {
        Team::A => 0,
        Team::B => 1,
    }
}
