//! Markets: what can be bet on, at which price, and what the result is.
//!
//! A market's type is one file here, with how it is priced and how it is settled, and one line in
//! [`MARKET_TYPES`]. The tables know nothing of money except the sums that limits need.

pub mod correct_map_score;
pub mod correct_round_score;
mod guards;
mod map_handicap;
mod map_winner;
mod match_winner;
mod odd_rounds;
pub mod overrides;
mod overtime;
mod pistol_round;
mod quote;
mod race_to_rounds;
mod regulation_handicap;
mod regulation_total;
mod regulation_winner;
pub(crate) mod requotes;
mod round_handicap;
mod round_winner;
mod selection;
mod series_rounds;
mod shading;
pub mod stops;
mod table;
mod team_rounds;
mod total_maps;
mod total_rounds;

pub use correct_map_score::final_score;
pub(crate) use quote::Requote;
pub use selection::Selection;
pub use stops::Stops;
pub use table::{MarketTable, PriceHistory, Sign};

use core::mem::offset_of;

use crate::bets::multiple::{LegOutcome, NO_LEG};
use crate::codec::{wire_enum, wire_struct};
use crate::command::Results;
use crate::command::{MarketKind, SuspendReason};
use crate::event::{MarketStatus, VoidReason};
use crate::house_rules::incidents::Ruled;
use crate::pricing::SeriesForecast;
use crate::settlement::lanes::{Aside, Lane};
use crate::settlement::multiplier::LegResult;
use crate::title::Series;
use crate::units::{MarketId, MatchId, Money, SelectionIndex, Seq, Timestamp};
use crate::wallet::NO_BET;

/// The most selections a market can have: the correct score of a map whose halves have fifteen
/// rounds.
pub const SELECTIONS_MAX: usize = 32;

/// The fair probabilities of a market's selections, in order.
pub type Fair = [f64; SELECTIONS_MAX];

/// What a final score in maps (A, B) of a series of at most so many says about a market.
pub type ByMaps = fn(MarketKind, u8, [u8; 2]) -> MarketResult;

/// How one type of market is checked, priced and settled.
pub struct MarketType {
    /// Its key on the wire.
    pub key: &'static str,
    /// Its name in field terms.
    pub name: &'static str,
    /// How many selections it has in this series; `None` if its specifiers make no sense there.
    pub selections: fn(MarketKind, &Series) -> Option<u8>,
    /// Writes the fair probabilities, at least as many as there are selections; `None` while the strengths that they need are unknown. The
    /// series has a forecast once all its maps have strengths.
    pub fair: fn(MarketKind, &Series, Option<&SeriesForecast>, &mut [f64]) -> Option<()>,
    /// What the score says about it.
    pub result: fn(MarketKind, &Series) -> MarketResult,
    /// What a final score in maps, of a series of at most so many, says about it; `None` if the market
    /// does not follow from that score.
    pub by_maps: Option<ByMaps>,
}

/// Writes the chances of a question between two, given that of the first.
#[inline]
fn two_sides(fair: &mut [f64], first: f64) -> Option<()> {
    // As one value: what reads both at once need not wait for two writes.
    fair.first_chunk_mut().map(|both| *both = [first, 1.0 - first])
}

/// The result of a market that follows from the final score in maps, once the series is over.
fn once_all_maps_are_known(kind: MarketKind, series: &Series, at_end: ByMaps) -> MarketResult {
    match series.result() {
        Some(_) => at_end(kind, series.best_of(), series.maps_won()),
        None => MarketResult::Undecided,
    }
}

/// Every type of market, in the order of [`MarketKind`].
pub const MARKET_TYPES: &[MarketType] = &[
    match_winner::TYPE,
    correct_map_score::TYPE,
    map_winner::TYPE,
    total_rounds::TYPE,
    round_handicap::TYPE,
    round_winner::TYPE,
    map_handicap::TYPE,
    total_maps::TYPE,
    correct_round_score::TYPE,
    race_to_rounds::TYPE,
    pistol_round::TYPE,
    overtime::TYPE,
    odd_rounds::TYPE,
    regulation_winner::TYPE,
    regulation_total::TYPE,
    regulation_handicap::TYPE,
    team_rounds::TYPE,
    series_rounds::TYPE,
];

impl MarketKind {
    /// The rules of this type.
    pub fn market_type(self) -> &'static MarketType {
        &MARKET_TYPES[match self {
            Self::MatchWinner => 0,
            Self::CorrectMapScore => 1,
            Self::MapWinner { .. } => 2,
            Self::TotalRounds { .. } => 3,
            Self::RoundHandicap { .. } => 4,
            Self::RoundWinner { .. } => 5,
            Self::MapHandicap { .. } => 6,
            Self::TotalMaps { .. } => 7,
            Self::CorrectRoundScore { .. } => 8,
            Self::RaceToRounds { .. } => 9,
            Self::PistolRound { .. } => 10,
            Self::Overtime { .. } => 11,
            Self::OddRounds { .. } => 12,
            Self::RegulationWinner { .. } => 13,
            Self::RegulationTotal { .. } => 14,
            Self::RegulationHandicap { .. } => 15,
            Self::TeamRounds { .. } => 16,
            Self::SeriesRounds { .. } => 17,
        }]
    }

    /// The round it is on, if it is on a single one: counted from 1, as `half` has so many rounds.
    pub const fn round(self, rounds_per_half: u8) -> Option<u8> {
        match self {
            Self::RoundWinner { round, .. } => Some(round),
            Self::PistolRound { half: 1, .. } => Some(1),
            Self::PistolRound { .. } => Some(rounds_per_half + 1),
            Self::MatchWinner
            | Self::CorrectMapScore
            | Self::MapHandicap { .. }
            | Self::TotalMaps { .. }
            | Self::SeriesRounds { .. }
            | Self::MapWinner { .. }
            | Self::TotalRounds { .. }
            | Self::RoundHandicap { .. }
            | Self::CorrectRoundScore { .. }
            | Self::RaceToRounds { .. }
            | Self::Overtime { .. }
            | Self::OddRounds { .. }
            | Self::RegulationWinner { .. }
            | Self::RegulationTotal { .. }
            | Self::RegulationHandicap { .. }
            | Self::TeamRounds { .. } => None,
        }
    }

    /// The map it is on; `None` for markets on the whole series.
    pub const fn map(self) -> Option<u8> {
        match self {
            Self::MatchWinner
            | Self::CorrectMapScore
            | Self::MapHandicap { .. }
            | Self::TotalMaps { .. }
            | Self::SeriesRounds { .. } => None,
            Self::MapWinner { map }
            | Self::TotalRounds { map, .. }
            | Self::RoundHandicap { map, .. }
            | Self::RoundWinner { map, .. }
            | Self::CorrectRoundScore { map }
            | Self::RaceToRounds { map, .. }
            | Self::PistolRound { map, .. }
            | Self::Overtime { map }
            | Self::OddRounds { map }
            | Self::RegulationWinner { map }
            | Self::RegulationTotal { map, .. }
            | Self::RegulationHandicap { map, .. }
            | Self::TeamRounds { map, .. } => Some(map),
        }
    }
}

/// What is known about a market's outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum MarketResult {
    /// Nothing yet.
    Undecided,
    /// This selection won, all others lost.
    Won(SelectionIndex),
    /// It will never have a result: its map or round is not played.
    NotPlayed,
    /// A person said how each selection ended, and it is not one winner alone.
    Graded(Results),
    /// A person declared it void.
    DeclaredVoid,
    /// The house rules void it after an incident.
    VoidByRules,
}

wire_enum!(MarketResult {
    0 = Undecided,
    1 = Won(selection),
    2 = NotPlayed,
    3 = Graded(results),
    4 = DeclaredVoid,
    5 = VoidByRules,
});

impl MarketResult {
    /// How a bet on this selection ended.
    pub fn outcome_of(&self, selection: SelectionIndex) -> LegOutcome {
        match self {
            Self::Undecided => LegOutcome::Open,
            Self::Won(winner) if *winner == selection => LegOutcome::Decided(LegResult::Won),
            Self::Won(_) => LegOutcome::Decided(LegResult::Lost),
            Self::NotPlayed => LegOutcome::Void(VoidReason::NotPlayed),
            Self::Graded(results) => match results.of(usize::from(selection.0)) {
                LegResult::Void => LegOutcome::Void(VoidReason::Declared),
                result => LegOutcome::Decided(result),
            },
            Self::DeclaredVoid => LegOutcome::Void(VoidReason::Declared),
            Self::VoidByRules => LegOutcome::Void(VoidReason::HouseRules),
        }
    }

    /// The result of a question between the first selection and the second.
    pub(crate) const fn first_if(first: bool) -> Self {
        Self::Won(SelectionIndex(if first { 0 } else { 1 }))
    }
}

/// One market. What a bet asks of it stands in its first two cache lines, for most bets have to wait for
/// them; where the rest stands does not matter.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Market {
    /// Its id; [`MarketId::NONE`] where a slot is free.
    pub(crate) id: MarketId,
    /// Its match.
    pub match_id: MatchId,
    /// Moves when the match materially changed.
    pub epoch: u32,
    /// Reasons to suspend it that are its own.
    pub stops: Stops,
    /// What its outcome is.
    pub result: MarketResult,
    /// The slot of its newest bet of a stake that is not large, or [`NO_BET`].
    pub newest_bet: u32,
    /// The slot of its newest bet whose stake was large when it was placed, or [`NO_BET`].
    pub newest_large_bet: u32,
    pub(super) first_selection: u32,
    pub(super) selections: u8,
    /// Whether it stands in the queue of markets to be shaded.
    pub(crate) awaits_shading: bool,
    /// Stakes of all its bets that are not void or refused.
    pub stakes: Money,
    /// Payouts that came and went since it was last priced.
    pub(crate) unshaded: Money,
    /// When prices changed lately.
    pub prices: PriceHistory,
    /// What it is on.
    pub kind: MarketKind,
    /// What a person said it is, in place of the score.
    pub graded: Option<MarketResult>,
    /// Who said so, and who approved it.
    pub(crate) graded_by: (u32, Option<u32>),
    /// What the house rules made of it after an incident, in place of the score.
    pub by_rules: Option<Ruled>,
    /// What the score said when the word was given that stands in its place.
    pub(crate) word_knew: Option<MarketResult>,
    /// What the score says against that word now.
    pub contradicted: Option<MarketResult>,
    /// Moves with every change of its result.
    pub settlement_version: u32,
    /// The status last announced.
    pub status: MarketStatus,
    /// Where the settlement of its bets stands: the next slot, or [`NO_BET`] if all is done.
    pub settling: u32,
    /// The newest leg of a multiple on it, or [`NO_LEG`].
    pub newest_leg: u32,
    /// Where the settlement of its legs stands, as `settling` does for its bets.
    pub settling_leg: u32,
    /// When it was last decided or its result changed; retirement counts from here.
    pub decided_at: Timestamp,
    /// When what decided it happened, by the clock of the source that said so; zero if none did.
    pub happened_at: Timestamp,
    /// Since when its bets disagree with its result; [`Timestamp::MAX`] if they do not.
    pub(crate) owed_since: Timestamp,
    /// Which of its bets are being settled.
    pub lane: Lane,
    /// Why its settlement is set aside, if it is.
    pub aside: Option<Aside>,
    /// Whether payouts on it wait until its result is confirmed.
    pub(crate) leaves_bets_open: bool,
    /// Whether it stands in the settlement queue, or is set aside from it.
    pub(crate) queued: bool,
    /// Whether it stands in the queue of decided markets.
    pub(crate) awaits_retirement: bool,
    /// Whether its bets are gone.
    pub retired: bool,
    /// Legs of bets that have left its list and whose bets are still there for their other legs.
    pub(crate) legs_kept: u32,
    /// The command that closed it last.
    pub closed_at: Seq,
    /// The command that moved the score last, as far as it is on it.
    pub moved_at: Seq,
    /// Whether any override holds on it.
    pub(crate) overridden: bool,
    /// How long bets on it wait in play, if not as on its match.
    pub(crate) delay_ns: Option<u64>,
}

const _: () = assert!(offset_of!(Market, prices) + size_of::<PriceHistory>() <= 2 * 64);

wire_struct!(Market {
    id,
    match_id,
    kind,
    epoch,
    result,
    graded,
    graded_by,
    by_rules,
    word_knew,
    contradicted,
    settlement_version,
    stops,
    status,
    prices,
    stakes,
    newest_bet,
    newest_large_bet,
    settling,
    newest_leg,
    settling_leg,
    decided_at,
    happened_at,
    owed_since,
    lane,
    aside,
    leaves_bets_open,
    queued,
    awaits_retirement,
    awaits_shading,
    retired,
    legs_kept,
    closed_at,
    moved_at,
    unshaded,
    overridden,
    delay_ns,
    first_selection,
    selections,
});

impl Market {
    /// A market without prices.
    pub fn new(match_id: MatchId, kind: MarketKind) -> Self {
        Self {
            id: MarketId::NONE,
            match_id,
            kind,
            epoch: 0,
            result: MarketResult::Undecided,
            graded: None,
            graded_by: (0, None),
            by_rules: None,
            word_knew: None,
            contradicted: None,
            settlement_version: 0,
            stops: Stops::none(),
            status: MarketStatus::Suspended(SuspendReason::Unpriced),
            prices: PriceHistory::default(),
            stakes: Money::ZERO,
            newest_bet: NO_BET,
            newest_large_bet: NO_BET,
            settling: NO_BET,
            newest_leg: NO_LEG,
            settling_leg: NO_LEG,
            decided_at: Timestamp::default(),
            happened_at: Timestamp::default(),
            owed_since: Timestamp::MAX,
            lane: Lane::Large,
            aside: None,
            leaves_bets_open: false,
            queued: false,
            awaits_retirement: false,
            awaits_shading: false,
            retired: false,
            legs_kept: 0,
            closed_at: Seq::default(),
            moved_at: Seq::default(),
            unshaded: Money::ZERO,
            overridden: false,
            delay_ns: None,
            first_selection: 0,
            selections: 0,
        }
    }

    /// What stands in a free slot.
    pub(super) fn vacant() -> Self {
        Self::new(MatchId::NONE, MarketKind::MatchWinner)
    }

    /// Whether nothing leads to it any more but its match: its bets are gone, and it stands in no queue.
    pub(crate) fn is_done(&self) -> bool {
        self.retired && self.legs_kept == 0 && !self.queued && self.aside.is_none()
    }

    /// How many selections it has.
    pub const fn selections(&self) -> u8 {
        self.selections
    }

    /// Its status, given the reasons that come from its match and from above.
    #[inline]
    pub fn status_under(&self, stops_above: Stops) -> MarketStatus {
        match self.result {
            MarketResult::Won(winner) => MarketStatus::Decided { winner },
            MarketResult::NotPlayed | MarketResult::DeclaredVoid | MarketResult::VoidByRules => {
                MarketStatus::Void
            }
            MarketResult::Graded(_) => MarketStatus::Graded,
            MarketResult::Undecided => match self.stops.and(stops_above).first() {
                Some(reason) => MarketStatus::Suspended(reason),
                None => MarketStatus::Open,
            },
        }
    }
}
