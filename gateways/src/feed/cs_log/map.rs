//! The rounds of one map, and whether a score that the server shows follows from them.
//!
//! Rounds that were taken back are kept behind those that stand, because an administrator who restored the wrong backup
//! restores a later one next; they go when another round is won in their place.

use super::event::{Side, TeamScore};
use super::format::{Roster, RoundFormat};
use super::time::LogTime;

/// Where in the log something was said.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub line: u64,
    pub time: LogTime,
}

/// Team names, the roster that began as CT first.
pub(super) type Names = [Option<String>; 2];

/// A round that somebody won.
#[derive(Clone, Debug)]
pub(super) struct Round {
    pub winner: Roster,
    pub side: Side,
    pub reason: String,
    pub ct: u32,
    pub t: u32,
    pub at: At,
}

/// A first round that may not count.
#[derive(Debug)]
pub(super) struct Unconfirmed {
    pub round: Round,
    /// Nobody was killed but by a knife, and somebody was.
    pub by_knives: bool,
}

/// What players of a round were killed with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kills {
    pub knife: bool,
    pub other: bool,
}

/// A backup on its way back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Restore {
    /// So many rounds stand in it, if its name says so.
    pub rounds: Option<u32>,
    /// Where it was asked for, if it was.
    pub asked: Option<At>,
}

/// One map, from its first live round to its end.
#[derive(Debug)]
pub(super) struct Map {
    pub name: String,
    pub names: Names,
    pub format: RoundFormat,
    /// The names and format of the last `MapStart`.
    pub announced: Option<(Names, RoundFormat)>,
    /// The first round, won but perhaps with knives. Only while no round stands.
    pub unconfirmed: Option<Unconfirmed>,
    /// The kills since the last round start.
    pub kills: Kills,
    /// A freeze period began after the last win: names may be those of the next half from here on.
    pub frozen: bool,
    /// The names shown are those of the last round won.
    pub names_are_current: bool,
    pub restore: Option<Restore>,
    rounds: Vec<Round>,
    standing: usize,
}

impl Map {
    pub(super) fn new(name: String, names: Names, format: RoundFormat) -> Self {
        Self {
            name,
            names,
            format,
            announced: None,
            unconfirmed: None,
            kills: Kills::default(),
            frozen: false,
            names_are_current: false,
            restore: None,
            rounds: Vec::new(),
            standing: 0,
        }
    }

    /// How many rounds count.
    pub(super) fn standing(&self) -> u32 {
        u32::try_from(self.standing).unwrap_or(u32::MAX)
    }

    /// The last round that counts.
    pub(super) fn last(&self) -> Option<&Round> {
        self.rounds[..self.standing].last()
    }

    /// The round with this number, whether it stands or was taken back.
    pub(super) fn round(&self, number: u32) -> Option<&Round> {
        self.rounds.get(number.checked_sub(1)? as usize)
    }

    /// Counts a round, in place of whatever was once played after the rounds that stand.
    pub(super) fn push(&mut self, round: Round) {
        self.rounds.truncate(self.standing);
        self.rounds.push(round);
        self.standing = self.rounds.len();
        assert!(self.unconfirmed.is_none(), "a first round was counted while another waits");
    }

    /// Lets so many of the known rounds stand.
    pub(super) fn stand_at(&mut self, rounds: u32) {
        let rounds = rounds as usize;
        assert!(rounds <= self.rounds.len(), "a rewind or restore to rounds that were never seen");
        self.standing = rounds;
    }

    /// The roster on a side in a round.
    pub(super) fn roster(&self, side: Side, round: u32) -> Roster {
        if self.format.side(Roster::BeganAsCt, round) == side {
            Roster::BeganAsCt
        } else {
            Roster::BeganAsT
        }
    }

    /// The name of the team on a side in a round.
    pub(super) fn team(&self, roster: Roster) -> Option<String> {
        self.names[roster.index()].clone()
    }

    /// Who won the round of a win line, if its score follows from the rounds before it.
    pub(super) fn winner_of(&self, side: Side, ct: u32, t: u32) -> Option<Roster> {
        let number = ct + t;
        let winner = self.roster(side, number);
        let mut wins = self.wins(number.checked_sub(1)?)?;
        wins[winner.index()] += 1;
        (wins == self.by_roster(ct, t, number)).then_some(winner)
    }

    /// Whether the known rounds up to that score give that score: on the sides of the last round, or already on those
    /// of the next one, as servers show it from the freeze period on.
    pub(super) fn gives(&self, ct: u32, t: u32) -> bool {
        let count = ct + t;
        self.wins(count).is_some_and(|wins| {
            wins == self.by_roster(ct, t, count) || wins == self.by_roster(ct, t, count + 1)
        })
    }

    /// Whether no round can follow.
    pub(super) fn is_decided(&self) -> bool {
        self.wins(self.standing())
            .is_some_and(|[first, second]| self.format.is_decided(first, second))
    }

    /// The score that stands, on the sides of the last round.
    pub(super) fn score(&self) -> [TeamScore; 2] {
        let [first, second] = self.wins(self.standing()).unwrap_or_default();
        self.team_scores([first, second], self.standing())
    }

    /// A final score that the server shows, whatever stands here.
    pub(super) fn score_shown(&self, ct: u32, t: u32) -> [TeamScore; 2] {
        self.team_scores(self.by_roster(ct, t, ct + t), ct + t)
    }

    fn team_scores(&self, rounds: [u32; 2], last_round: u32) -> [TeamScore; 2] {
        [Roster::BeganAsCt, Roster::BeganAsT].map(|roster| TeamScore {
            team: self.team(roster),
            side: self.format.side(roster, last_round),
            rounds: rounds[roster.index()],
        })
    }

    /// Wins by roster in the first so many known rounds; `None` if that many were never seen.
    fn wins(&self, rounds: u32) -> Option<[u32; 2]> {
        let mut wins = [0; 2];
        for round in self.rounds.get(..rounds as usize)? {
            wins[round.winner.index()] += 1;
        }
        Some(wins)
    }

    /// A score by side, sorted by roster with the sides of a round.
    fn by_roster(&self, ct: u32, t: u32, round: u32) -> [u32; 2] {
        match self.format.side(Roster::BeganAsCt, round) {
            Side::Ct => [ct, t],
            Side::Terrorist => [t, ct],
        }
    }
}
