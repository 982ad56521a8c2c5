//! One match as the book sees it: its series, its feed, its markets, and why it may be stopped.

use alloc::vec::Vec;

use super::series::Series;
use crate::codec::{DecodeError, wire_enum, wire_struct};
use crate::command::{Capacity, CreateMatch, Incident, RoundFormat, SuspendReason, Title};
use crate::event::{MatchPhase, Score, VoidReason};
use crate::feed::sources::FeedState;
use crate::house_rules::incidents::{INCIDENTS_MAX, Reported};
use crate::market::{Market, Stops};
use crate::pricing::{MobaModels, WinBranches};
use crate::snapshot::{Loader, Saver, Table};
use crate::units::{BetId, MarketId, MatchId, Name, Seq, SourceId, Timestamp};

/// Most markets of one match.
pub const MARKETS_PER_MATCH_MAX: usize = 512;
/// Most feeds in the operator's list.
pub const SOURCES_MAX: usize = 8;
/// Most rewinds of one match before a person must look.
pub const REWINDS_MAX: usize = 16;
/// Most other stretches of the journal in which bets on one match are void: by incidents and by hand. They
/// have room of their own, so that no void by hand keeps a rewind from being followed.
pub const VOIDED_MAX: usize = 48;

/// A match.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// Its id; [`MatchId::NONE`] where a slot is free.
    pub(crate) id: MatchId,
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
    /// The tier from which it counts how far one person went beyond.
    pub(crate) agreed_tier: u8,
    /// How long bets on it wait in play, if not as usual.
    pub delay_ns: Option<u64>,
    /// What its feeds said last.
    pub feed: FeedState,
    /// Stretches of the journal in which bets on this match are void.
    pub undone: Vec<Undone>,
    /// The version of the house rules that it is played under.
    pub house_rules: u16,
    /// What happened to it beside its score.
    pub incidents: Vec<Reported>,
    /// If it has not begun by then, its bets are void.
    pub void_at: Timestamp,
    /// The map that is about to be played again after a fault.
    pub replays: Option<u8>,
    /// Since when it is waited for whether it is done with; [`Timestamp::MAX`] if it is not.
    pub(crate) waits_since: Timestamp,
    /// The live map's next two prices; derived.
    pub branches: Option<WinBranches>,
}

/// A stretch of the journal whose bets are void, between its two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The last command before it: the one that said the first round taken back.
    pub from: Seq,
    /// The first command after it: the rewind.
    pub to: Seq,
    /// Why they are void.
    pub reason: VoidReason,
    /// Which of the match's bets.
    pub scope: UndoneScope,
}

wire_struct!(Undone { from, to, reason, scope });

/// Bets on which of a match's markets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoneScope {
    /// All of them.
    Match,
    /// Those on this map and on the match as a whole.
    Map(u8),
    /// One alone.
    Market(MarketId),
}
wire_enum!(UndoneScope { 0 = Match, 1 = Map(map), 2 = Market(market) });

impl Fixture {
    /// A match before its first map.
    pub fn new(create: &CreateMatch, models: MobaModels) -> Self {
        Self {
            id: MatchId::NONE,
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
            agreed_tier: 0,
            delay_ns: None,
            feed: FeedState { last_heard: create.starts_at, ..FeedState::default() },
            undone: Vec::with_capacity(REWINDS_MAX + VOIDED_MAX),
            house_rules: 0,
            incidents: Vec::with_capacity(INCIDENTS_MAX),
            void_at: Timestamp::MAX,
            replays: None,
            waits_since: Timestamp::MAX,
            branches: None,
        }
    }

    /// What stands in a free slot: as little as can be.
    pub(super) fn vacant() -> Self {
        let nobody = Name::new("nobody").expect("a name of six bytes");
        let nothing = CreateMatch {
            key: nobody,
            title: Title::Lol,
            rounds: RoundFormat::NoRounds,
            best_of: 1,
            team_a: nobody,
            team_b: nobody,
            starts_at: Timestamp::default(),
            round_markets: false,
        };
        let empty = Self::new(&nothing, MobaModels::default());
        Self { markets: Vec::new(), undone: Vec::new(), incidents: Vec::new(), ..empty }
    }

    /// Whether nothing more is to come of it: its series has ended, or it was put off for too long and is void.
    pub(crate) fn has_ended(&self) -> bool {
        let is_put_off =
            |reported: &Reported| matches!(reported.incident, Incident::Postponed { .. });
        let is_void = || {
            let has_begun = self.series.current() != 0;
            !has_begun && self.void_at == Timestamp::MAX && self.incidents.iter().any(is_put_off)
        };
        self.series.phase() == MatchPhase::Over || is_void()
    }

    /// Whether its score is in dispute: two sources contradict each other, or only a person can say what
    /// is true. Nothing is settled by such a score.
    pub fn is_disputed(&self) -> bool {
        let is_for_a_person =
            self.feed.needs_person && self.stops.has(SuspendReason::ImpossibleState);
        is_for_a_person || self.stops.has(SuspendReason::FeedsDisagree)
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

    /// Whether a bet on this market of the match was struck on rounds that were taken back, or too late,
    /// and so is void. What the house rules decided stays decided.
    #[inline]
    pub(crate) fn is_undone(
        &self,
        bet: BetId,
        id: MarketId,
        market: &Market,
    ) -> Option<VoidReason> {
        if self.undone.is_empty() { None } else { self.find_undone(bet.seq(), id, market) }
    }

    #[cold]
    fn find_undone(&self, placed: Seq, id: MarketId, market: &Market) -> Option<VoidReason> {
        let is_on = |scope| match scope {
            UndoneScope::Match => true,
            UndoneScope::Map(map) => market.kind.map().is_none_or(|on| on == map),
            UndoneScope::Market(only) => only == id,
        };
        // A result that the house rules fixed stood before what was undone, but for late bets.
        let counts = |undone: &&Undone| match undone.scope {
            UndoneScope::Map(_) => market.by_rules.is_none(),
            UndoneScope::Match | UndoneScope::Market(_) => {
                undone.reason != VoidReason::Rewound || market.by_rules.is_none()
            }
        };
        let found = self
            .undone
            .iter()
            .filter(counts)
            .find(|undone| undone.from < placed && placed < undone.to && is_on(undone.scope));
        found.map(|undone| undone.reason)
    }

    /// How many stretches are void by rewinds.
    pub(crate) fn rewinds(&self) -> usize {
        self.undone.iter().filter(|undone| undone.reason == VoidReason::Rewound).count()
    }

    /// Whether no other stretch can be void.
    pub(crate) fn voids_are_full(&self) -> bool {
        self.undone.len() - self.rewinds() == VOIDED_MAX
    }

    /// The version a source spoke last; `None` for a source outside the list.
    pub fn version(&mut self, source: SourceId) -> Option<&mut u64> {
        self.feed.versions.get_mut(usize::from(source.0))
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
            // The table's.
            id: _,
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
            agreed_tier,
            delay_ns,
            feed,
            undone,
            house_rules,
            incidents,
            void_at,
            replays,
            waits_since,
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
        out.put(agreed_tier);
        out.put(delay_ns);
        out.put(feed);
        out.list(undone.iter());
        out.put(house_rules);
        out.list(incidents.iter());
        out.put(void_at);
        out.put(replays);
        out.put(waits_since);
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let (key, title) = (input.take()?, input.take()?);
        let teams = [input.take()?, input.take()?];
        let (starts_at, round_markets) = (input.take()?, input.take()?);
        let series = Series::load(input, capacity)?;
        let branches = series.branches();
        Ok(Self {
            id: MatchId::NONE,
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
            agreed_tier: input.take()?,
            delay_ns: input.take()?,
            feed: input.take()?,
            undone: input.list(REWINDS_MAX + VOIDED_MAX)?,
            house_rules: input.take()?,
            incidents: input.list(INCIDENTS_MAX)?,
            void_at: input.take()?,
            replays: input.take()?,
            waits_since: input.take()?,
            branches,
        })
    }
}
