//! One match as the book sees it: its series, its feed, its markets, and why it may be stopped.

use alloc::vec::Vec;

use super::series::Series;
use crate::codec::{DecodeError, wire_struct};
use crate::command::{Capacity, CreateMatch, MarketKind, SuspendReason, Title};
use crate::event::Score;
use crate::feed::sources::FeedState;
use crate::market::Stops;
use crate::pricing::{MobaModels, SeriesForecast, WinBranches};
use crate::snapshot::{Loader, Saver, Table};
use crate::units::{MarketId, MatchId, Name, Seq, SourceId, Timestamp};

/// Most markets of one match.
pub const MARKETS_PER_MATCH_MAX: usize = 512;
/// Most feeds in the operator's list.
pub const SOURCES_MAX: usize = 8;
/// Most rewinds of one match before a person must look.
pub const REWINDS_MAX: usize = 16;

/// A match.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// The operator's key.
    pub key: Name,
    /// The game.
    pub title: Title,
    /// The teams: A, B.
    pub teams: [Name; 2],
    /// Planned start.
    pub starts_at: Timestamp,
    /// Whether a market on each coming round is opened.
    pub round_markets: bool,
    /// The score.
    pub series: Series,
    /// Its markets, in order of opening.
    pub markets: Vec<MarketId>,
    /// Reasons to suspend all of them.
    pub stops: Stops,
    /// Whether its kill switch is on.
    pub killed: bool,
    /// How well it is known, 0 is best: how much may be staked, and what is given up first.
    pub tier: u8,
    /// What its feeds said last.
    pub feed: FeedState,
    /// Stretches of the journal in which bets on this match are void.
    pub undone: Vec<Undone>,
    /// The live map's next two prices; derived.
    pub branches: Option<WinBranches>,
}

/// A stretch of the journal that a rewind took back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The command that said the first round taken back.
    pub from: Seq,
    /// The rewind.
    pub to: Seq,
}

wire_struct!(Undone { from, to });

impl Fixture {
    /// A match before its first map.
    pub fn new(create: &CreateMatch, models: MobaModels) -> Self {
        Self {
            key: create.key,
            title: create.title,
            teams: [create.team_a, create.team_b],
            starts_at: create.starts_at,
            round_markets: create.round_markets,
            series: Series::new(create.title, create.rounds, create.best_of, models),
            markets: Vec::with_capacity(MARKETS_PER_MATCH_MAX),
            stops: Stops::none(),
            killed: false,
            tier: 0,
            feed: FeedState { last_heard: create.starts_at, ..FeedState::default() },
            undone: Vec::with_capacity(REWINDS_MAX),
            branches: None,
        }
    }

    /// Adds a reason to suspend the match. Returns whether it is new.
    pub fn stop(&mut self, reason: SuspendReason) -> bool {
        let before = self.stops;
        self.stops = self.stops.with(reason);
        before != self.stops
    }

    /// Lifts a reason. Returns whether it was there.
    pub fn lift(&mut self, reason: SuspendReason) -> bool {
        let before = self.stops;
        self.stops = self.stops.without(reason);
        before != self.stops
    }

    /// Whether a bet placed by this command was struck on rounds that were taken back.
    pub fn is_undone(&self, placed: Seq) -> bool {
        self.undone.iter().any(|undone| undone.from < placed && placed < undone.to)
    }

    /// The version a source spoke last; `None` for a source outside the list.
    pub fn version(&mut self, source: SourceId) -> Option<&mut u64> {
        self.feed.versions.get_mut(usize::from(source.0))
    }

    /// The forecast of the series, if this market is on it; markets on a map do without.
    pub fn forecast_for(&self, kind: MarketKind) -> Option<SeriesForecast> {
        if kind.map().is_some() { None } else { self.series.series_forecast() }
    }

    /// The score to announce.
    pub fn score(&self, match_id: MatchId) -> Score {
        let map = self.series.current().max(1);
        Score {
            match_id,
            map,
            rounds: self.series.rounds(map),
            maps: self.series.maps_won(),
            phase: self.series.phase(),
            a_is_t: self.series.a_is_t(),
        }
    }
}

impl Table for Fixture {
    fn save(&self, out: &mut Saver<'_>) {
        let Self {
            key,
            title,
            teams,
            starts_at,
            round_markets,
            series,
            markets,
            stops,
            killed,
            tier,
            feed,
            undone,
            // Derived from the series.
            branches: _,
        } = self;
        let [team_a, team_b] = teams;
        out.put(key);
        out.put(title);
        out.put(team_a);
        out.put(team_b);
        out.put(starts_at);
        out.put(round_markets);
        series.save(out);
        out.list(markets.iter());
        out.put(stops);
        out.put(killed);
        out.put(tier);
        out.put(feed);
        out.list(undone.iter());
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let (key, title) = (input.take()?, input.take()?);
        let teams = [input.take()?, input.take()?];
        let (starts_at, round_markets) = (input.take()?, input.take()?);
        let series = Series::load(input, capacity)?;
        let branches = series.branches();
        Ok(Self {
            key,
            title,
            teams,
            starts_at,
            round_markets,
            series,
            markets: input.list(MARKETS_PER_MATCH_MAX)?,
            stops: input.take()?,
            killed: input.take()?,
            tier: input.take()?,
            feed: input.take()?,
            undone: input.list(REWINDS_MAX)?,
            branches,
        })
    }
}
