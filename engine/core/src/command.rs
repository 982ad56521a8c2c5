//! The inputs of the engine. Every [`Command`] is journaled in its [`Envelope`]; a [`Query`] takes
//! the same road but is neither journaled nor able to change anything.
//!
//! Fields are proofs: a gateway that holds a [`Stake`] or [`Odds`] has already refused nonsense.

mod cash;
mod grade;
mod multiple;

pub use cash::{BonusStep, PaymentStep};
pub use grade::{Grade, Results};
pub use multiple::{MultipleError, Pick, Picks, PlaceMultiple};

use crate::codec::{DecodeError, Decoder, Encoder, Wire, wire_enum, wire_struct};
use crate::play::{LimitKey, Rest};
use crate::pricing::LadderTable;
use crate::risk::{RuleSet, Stages};
use crate::units::{
    AccountId, ClientBetId, Currency, MarketId, MatchId, Money, Name, Odds, OverrideId,
    Probability, SelectionIndex, SourceId, Stake, Timestamp,
};

/// More than any encoded envelope takes; a test encodes the largest.
pub const ENCODED_MAX: usize = 1024;

/// A command with who sent it and the number under which its traces are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Envelope {
    /// Who sent it.
    pub actor: Actor,
    /// A number chosen at the edge, carried unchanged to the events: it ties an answer to a request.
    pub trace: u64,
    /// What is asked.
    pub command: Command,
}
wire_struct!(Envelope { actor, trace, command });

impl Envelope {
    /// Writes the bytes of record into `buffer` and returns how many they are.
    #[inline]
    pub fn encode(&self, buffer: &mut [u8; ENCODED_MAX]) -> usize {
        let mut encoder = Encoder::new(buffer);
        self.put(&mut encoder);
        encoder.written()
    }

    /// Reads the bytes of record back.
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes are not exactly one envelope with every field in its range.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut decoder = Decoder::new(bytes);
        let envelope = Self::take(&mut decoder)?;
        decoder.finish()?;
        Ok(envelope)
    }
}

/// Who is behind a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Actor {
    /// The engine itself: ticks and the first record.
    Engine,
    /// A bettor, for his own account.
    Account(AccountId),
    /// A feed.
    Feed(SourceId),
    /// A trader or an operator, by his number.
    Operator(u32),
}
wire_enum!(Actor { 0 = Engine, 1 = Account(account), 2 = Feed(source), 3 = Operator(operator) });

/// Everything that can be asked of the engine and stands in the journal.
///
/// The variants' order is part of the format: new ones go at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[expect(
    clippy::large_enum_variant,
    reason = "nothing is allocated on the way of a bet, and only a variant's own bytes are read"
)]
pub enum Command {
    /// The first record of every journal: table sizes and the first configuration.
    Genesis {
        /// Table sizes, fixed for the life of the journal.
        capacity: Capacity,
        /// The first configuration.
        config: Config,
    },
    /// Replaces the configuration; its version moves by one.
    Configure {
        /// The new configuration, whole.
        config: Config,
        /// The version from which it was made. If another is in force by now nothing changes, so
        /// that two people cannot undo each other's change unseen. `None` replaces any.
        based_on: Option<u32>,
    },
    /// Creates a match.
    CreateMatch(CreateMatch),
    /// Sets one map's name, sides and strengths; before the map, or while it is played.
    SetMap(SetMap),
    /// Opens a market.
    OpenMarket {
        /// The match.
        match_id: MatchId,
        /// What is bet on.
        kind: MarketKind,
    },
    /// One normalised message of a feed.
    Feed(FeedMessage),
    /// Stops betting on a market, a match or everything.
    Suspend {
        /// What to stop.
        scope: Scope,
        /// Why.
        reason: SuspendReason,
    },
    /// Lifts what [`Command::Suspend`] or a freeze stopped.
    Resume {
        /// What to resume.
        scope: Scope,
    },
    /// Turns a kill switch on or off.
    Kill {
        /// What it stops.
        scope: KillScope,
        /// On or off.
        on: bool,
    },
    /// Opens an account.
    OpenAccount {
        /// The operator's own key for it.
        key: Name,
        /// Its currency.
        currency: Currency,
    },
    /// Changes what an account may do.
    SetAccountState {
        /// The account.
        account: AccountId,
        /// The new state.
        state: AccountState,
    },
    /// Credits a captured payment, whether it was authorised before or not.
    Deposit {
        /// The account.
        account: AccountId,
        /// How much.
        amount: Money,
        /// The provider's reference: the idempotency key.
        reference: u128,
    },
    /// Places a single bet.
    PlaceBet(PlaceBet),
    /// Takes back a bet that still waits.
    CancelBet {
        /// The account.
        account: AccountId,
        /// The bettor's id of the bet.
        client_id: ClientBetId,
    },
    /// Nothing but time: fires what is due.
    Tick,
    /// A trader's word in place of the model's. If it lies far from the model it waits for
    /// [`Command::ApproveOverride`].
    Override {
        /// What it says.
        kind: OverrideKind,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// A second operator approves an override that waits.
    ApproveOverride {
        /// The override.
        id: OverrideId,
    },
    /// Takes back an override, or one that waits.
    LiftOverride {
        /// The override.
        id: OverrideId,
    },
    /// Sets the chance of the next round alone, or takes it back.
    SetNextRound(SetNextRound),
    /// Places a bet of several legs.
    PlaceMultiple(PlaceMultiple),
    /// Sets an account's part of what everybody may stake.
    SetAccountFactor {
        /// The account.
        account: AccountId,
        /// On matches of this title.
        title: Title,
        /// Whether for matches that have begun, or for those that have not.
        has_begun: bool,
        /// The percentage, from 0 (no bet) to 100.
        percent: u8,
    },
    /// Says that an account belongs to a group: one device, one card. Or, again, to none.
    LinkAccount {
        /// The account.
        account: AccountId,
        /// The group's number, below [`Capacity::accounts_max`].
        group: Option<u32>,
    },
    /// Sets how well a match is known: limits follow it, and the least known are given up first.
    SetTier {
        /// The match.
        match_id: MatchId,
        /// From 0, the best known, to 3.
        tier: u8,
    },
    /// Sets a player's own limit: lower at once; higher, or none at all, only after a day and
    /// [`Command::ConfirmPlayLimit`].
    SetPlayLimit {
        /// The account.
        account: AccountId,
        /// Which limit.
        key: LimitKey,
        /// How much; `None` lifts it.
        amount: Option<Money>,
    },
    /// Confirms the wish to raise or lift a limit.
    ConfirmPlayLimit {
        /// The account.
        account: AccountId,
        /// Which limit.
        key: LimitKey,
    },
    /// Has an account rest from betting. It can be made longer, not shorter.
    Rest {
        /// The account.
        account: AccountId,
        /// How and until when.
        rest: Rest,
    },
    /// The player wants to come back from a self-exclusion whose time is over: after one more day.
    EndRest {
        /// The account.
        account: AccountId,
    },
    /// A trader says how a market ended. If that changes a result it waits for
    /// [`Command::DecideGrade`].
    Grade {
        /// The market.
        market: MarketId,
        /// The settlement version that it is about; zero before the first result.
        version: u32,
        /// How it ended.
        grade: Grade,
    },
    /// A second operator approves the grade that waits for a market, or anybody turns it down.
    DecideGrade {
        /// The market.
        market: MarketId,
        /// Whether it shall hold.
        approve: bool,
    },
    /// Makes another source the one that a match's score follows.
    HandOver {
        /// The match.
        match_id: MatchId,
        /// The source to follow.
        source: SourceId,
    },
    /// One step of a payment in two phases, under the provider's reference.
    Payment {
        /// The account.
        account: AccountId,
        /// How much, above zero; the same in each step.
        amount: Money,
        /// The provider's reference: the idempotency key.
        reference: u128,
        /// What happened.
        step: PaymentStep,
    },
    /// Grants a bonus or takes one back.
    Bonus {
        /// The account.
        account: AccountId,
        /// What happens.
        step: BonusStep,
    },
}
wire_enum!(Command {
    0 = Genesis { capacity, config },
    1 = Configure { config, based_on },
    2 = CreateMatch(create),
    3 = SetMap(set),
    4 = OpenMarket { match_id, kind },
    5 = Feed(message),
    6 = Suspend { scope, reason },
    7 = Resume { scope },
    8 = Kill { scope, on },
    9 = OpenAccount { key, currency },
    10 = SetAccountState { account, state },
    11 = Deposit { account, amount, reference },
    12 = PlaceBet(place),
    13 = CancelBet { account, client_id },
    14 = Tick,
    15 = Override { kind, expires_at },
    16 = ApproveOverride { id },
    17 = LiftOverride { id },
    18 = SetNextRound(set),
    19 = PlaceMultiple(place),
    20 = SetAccountFactor { account, title, has_begun, percent },
    21 = LinkAccount { account, group },
    22 = SetTier { match_id, tier },
    23 = SetPlayLimit { account, key, amount },
    24 = ConfirmPlayLimit { account, key },
    25 = Rest { account, rest },
    26 = EndRest { account },
    27 = Grade { market, version, grade },
    28 = DecideGrade { market, approve },
    29 = HandOver { match_id, source },
    30 = Payment { account, amount, reference, step },
    31 = Bonus { account, step },
});

impl Command {
    /// The record kind in the journal: one more than the variant's tag, so that zero is nothing.
    pub const fn kind(&self) -> u16 {
        match self {
            Self::Genesis { .. } => 1,
            Self::Configure { .. } => 2,
            Self::CreateMatch(_) => 3,
            Self::SetMap(_) => 4,
            Self::OpenMarket { .. } => 5,
            Self::Feed(_) => 6,
            Self::Suspend { .. } => 7,
            Self::Resume { .. } => 8,
            Self::Kill { .. } => 9,
            Self::OpenAccount { .. } => 10,
            Self::SetAccountState { .. } => 11,
            Self::Deposit { .. } => 12,
            Self::PlaceBet(_) => 13,
            Self::CancelBet { .. } => 14,
            Self::Tick => 15,
            Self::Override { .. } => 16,
            Self::ApproveOverride { .. } => 17,
            Self::LiftOverride { .. } => 18,
            Self::SetNextRound(_) => 19,
            Self::PlaceMultiple(_) => 20,
            Self::SetAccountFactor { .. } => 21,
            Self::LinkAccount { .. } => 22,
            Self::SetTier { .. } => 23,
            Self::SetPlayLimit { .. } => 24,
            Self::ConfirmPlayLimit { .. } => 25,
            Self::Rest { .. } => 26,
            Self::EndRest { .. } => 27,
            Self::Grade { .. } => 28,
            Self::DecideGrade { .. } => 29,
            Self::HandOver { .. } => 30,
            Self::Payment { .. } => 31,
            Self::Bonus { .. } => 32,
        }
    }
}

/// Table sizes. Everything is allocated at start; a full table answers with a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Capacity {
    /// Accounts.
    pub accounts_max: u32,
    /// Matches.
    pub matches_max: u32,
    /// Markets over all matches.
    pub markets_max: u32,
    /// Singles that are waiting, open, or settled within the re-settlement window.
    pub bets_max: u32,
    /// Client bet ids remembered.
    pub client_ids_max: u32,
    /// Bets of several legs that are waiting, open, or settled within the re-settlement window.
    pub multiples_max: u32,
    /// The legs of all of them together.
    pub legs_max: u32,
    /// Payment references remembered, for ever.
    pub payments_max: u32,
    /// Bonuses that are not used up.
    pub bonuses_max: u32,
    /// Limits that players have set for themselves.
    pub play_limits_max: u32,
}
wire_struct!(Capacity {
    accounts_max,
    matches_max,
    markets_max,
    bets_max,
    client_ids_max,
    multiples_max,
    legs_max,
    payments_max,
    bonuses_max,
    play_limits_max,
});

impl Default for Capacity {
    /// Room for a laptop: 100,000 accounts, 256 matches, 16,384 markets, 250,000 singles, 50,000 multiples.
    fn default() -> Self {
        Self {
            accounts_max: 100_000,
            matches_max: 256,
            markets_max: 16_384,
            bets_max: 250_000,
            client_ids_max: 500_000,
            multiples_max: 50_000,
            legs_max: 250_000,
            payments_max: 500_000,
            bonuses_max: 25_000,
            play_limits_max: 25_000,
        }
    }
}

/// The operator's settings. A replay uses those of its time, since each change is a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Config {
    /// Smallest stake.
    pub stake_min: Money,
    /// Largest stake.
    pub stake_max: Money,
    /// Largest payout of one bet, stake included.
    pub payout_max: Money,
    /// Largest sum that one selection may cost: its payouts less its own stakes.
    pub liability_selection_max: Money,
    /// Largest sum that one market may cost in its worst case: payouts less all its stakes.
    pub liability_market_max: Money,
    /// Largest sum that one account may win with its open bets.
    pub liability_account_max: Money,
    /// How long a bet waits while its match is played.
    pub in_play_delay_ns: u64,
    /// Oldest feed message on which a live match is still priced.
    pub feed_age_live_ns: u64,
    /// The same before the match has begun.
    pub feed_age_prematch_ns: u64,
    /// How long a bettor may still act on a price after it was replaced.
    pub view_age_max_ns: u64,
    /// What a book's booked probabilities sum to, in parts per billion above one.
    pub margin_ppb: u32,
    /// Largest factor by which one update may move a selection's odds ratio p/(1−p), in thousandths.
    pub band_milli: u32,
    /// How far a client bet id's own time may lie in the past.
    pub client_id_past_ns: u64,
    /// How far it may lie in the future.
    pub client_id_future_ns: u64,
    /// How long a settled bet is kept so that it can be settled again.
    pub resettle_window_ns: u64,
    /// What a rewind does to bets struck after the undone moment.
    pub rewind_rule: RewindRule,
    /// Odds that grow by fewer steps of the ladder than this are not sent; 1 sends every change.
    /// Odds that shrink are always sent, so the margin never falls below its target.
    pub price_steps_min: u32,
    /// How far an override may lie from the model before a second person must approve it: the
    /// largest factor between their odds ratios p/(1−p), in thousandths.
    pub override_distance_milli: u32,
    /// The longest life of an override.
    pub override_life_max_ns: u64,
    /// Shading by liability: κ, the largest part by which a selection's probability is weighted up
    /// or down before the book is scaled again, in parts per billion; zero is off.
    pub shading_ppb: u32,
    /// The distance from the market's mean result at which a selection is shaded in full.
    pub shading_scale: Money,
    /// A market is shaded anew once its payouts moved by this much; every other change of its price
    /// shades it as well.
    pub shading_step: Money,
    /// How much longer than at its best a source may take from its own clock to ours.
    pub feed_lag_max_ns: u64,
    /// How long a second source may take to confirm what the primary said.
    pub feed_grace_ns: u64,
    /// How many updates in a row must fit before a match that froze on something impossible goes on
    /// without a person; zero always waits for a person.
    pub agreeing_updates: u32,
    /// Risk rules that are not asked.
    pub rules_off: RuleSet,
    /// Risk rules that are asked and counted, and refuse nothing.
    pub rules_shadow: RuleSet,
    /// Largest sum that one match may cost over all its markets where a bet wins.
    pub liability_match_max: Money,
    /// Largest sum that a group of linked accounts may win with its open bets.
    pub liability_group_max: Money,
    /// Largest sum that all bets of one account on one day may pay, stakes included.
    pub payout_day_max: Money,
    /// Most bets of one account within a second; from 1 to 5.
    pub bets_per_second_max: u32,
    /// Most within a minute; from 1 to 250.
    pub bets_per_minute_max: u32,
    /// Most within an hour; from 1 to 60,000.
    pub bets_per_hour_max: u32,
    /// Largest sum of one account's stakes within an hour.
    pub stakes_per_hour_max: Money,
    /// Parts of the largest stake by time to the start, for matches of the best known tier.
    pub tier_0: Stages,
    /// The same for the second.
    pub tier_1: Stages,
    /// The same for the third.
    pub tier_2: Stages,
    /// The same for the least known.
    pub tier_3: Stages,
    /// The odds that can stand on the board.
    pub ladder: LadderTable,
}
wire_struct!(Config {
    stake_min,
    stake_max,
    payout_max,
    liability_selection_max,
    liability_market_max,
    liability_account_max,
    in_play_delay_ns,
    feed_age_live_ns,
    feed_age_prematch_ns,
    view_age_max_ns,
    margin_ppb,
    band_milli,
    client_id_past_ns,
    client_id_future_ns,
    resettle_window_ns,
    rewind_rule,
    price_steps_min,
    override_distance_milli,
    override_life_max_ns,
    shading_ppb,
    shading_scale,
    shading_step,
    feed_lag_max_ns,
    feed_grace_ns,
    agreeing_updates,
    rules_off,
    rules_shadow,
    liability_match_max,
    liability_group_max,
    payout_day_max,
    bets_per_second_max,
    bets_per_minute_max,
    bets_per_hour_max,
    stakes_per_hour_max,
    tier_0,
    tier_1,
    tier_2,
    tier_3,
    ladder,
});

const SECOND_NS: u64 = 1_000_000_000;

impl Default for Config {
    fn default() -> Self {
        Self {
            stake_min: Money::from_minor(10),
            stake_max: Money::from_minor(100_000),
            payout_max: Money::from_minor(5_000_000),
            liability_selection_max: Money::from_minor(5_000_000),
            liability_market_max: Money::from_minor(5_000_000),
            liability_account_max: Money::from_minor(2_000_000),
            in_play_delay_ns: 3 * SECOND_NS,
            feed_age_live_ns: 3 * SECOND_NS,
            feed_age_prematch_ns: 60 * SECOND_NS,
            view_age_max_ns: 10 * SECOND_NS,
            margin_ppb: 60_000_000,
            band_milli: 4_000,
            client_id_past_ns: 7 * 24 * 3600 * SECOND_NS,
            client_id_future_ns: 5 * 60 * SECOND_NS,
            resettle_window_ns: 72 * 3600 * SECOND_NS,
            rewind_rule: RewindRule::Void,
            price_steps_min: 1,
            override_distance_milli: 1_500,
            override_life_max_ns: 24 * 3600 * SECOND_NS,
            // Off: how much a book may lean depends on the money behind it, and a scale that is too
            // small would let the prices sway with every bet. 0.10 is usual once the scale is set.
            shading_ppb: 0,
            shading_scale: Money::from_minor(1_000_000),
            shading_step: Money::from_minor(50_000),
            feed_lag_max_ns: 10 * SECOND_NS,
            feed_grace_ns: 5 * SECOND_NS,
            agreeing_updates: 2,
            rules_off: Self::RULES_OFF,
            rules_shadow: RuleSet::EMPTY,
            liability_match_max: Money::from_minor(10_000_000),
            liability_group_max: Money::from_minor(4_000_000),
            payout_day_max: Money::from_minor(20_000_000),
            bets_per_second_max: 5,
            bets_per_minute_max: 60,
            bets_per_hour_max: 600,
            stakes_per_hour_max: Money::from_minor(1_000_000),
            tier_0: Stages::WHOLE,
            tier_1: Stages::WHOLE,
            tier_2: Stages::WHOLE,
            tier_3: Stages::WHOLE,
            ladder: LadderTable::Bookmaker,
        }
    }
}

/// What happens to bets struck between an undone round and its rewind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum RewindRule {
    /// They are void: their price knew a score that no longer stands.
    Void,
    /// They stand on the result after the rewind.
    Stand,
}
wire_enum!(RewindRule { 0 = Void, 1 = Stand });
wire_enum!(LadderTable { 0 = Bookmaker, 1 = Exchange, 2 = Fine });

/// A game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Title {
    /// Counter-Strike: CS2, and CS:GO by its longer format.
    CounterStrike,
    /// Valorant.
    Valorant,
    /// League of Legends.
    Lol,
    /// Dota 2.
    Dota2,
}
wire_enum!(Title { 0 = CounterStrike, 1 = Valorant, 2 = Lol, 3 = Dota2 });

/// How many rounds a map has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum RoundFormat {
    /// Twelve rounds a half, first to 13: CS2, Valorant.
    Mr12,
    /// Fifteen rounds a half, first to 16: CS:GO.
    Mr15,
    /// The game has no rounds: a MOBA.
    NoRounds,
}
wire_enum!(RoundFormat { 0 = Mr12, 1 = Mr15, 2 = NoRounds });

/// One of the two teams of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Team {
    /// The first.
    A,
    /// The second.
    B,
}
wire_enum!(Team { 0 = A, 1 = B });

impl Team {
    /// The opponent.
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// A side of a map, in the words of Counter-Strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Side {
    /// Terrorists, who attack; in Valorant the attackers, in LoL blue, in Dota 2 Radiant.
    T,
    /// Counter-terrorists, who defend; in Valorant the defenders, in LoL red, in Dota 2 Dire.
    Ct,
}
wire_enum!(Side { 0 = T, 1 = Ct });

impl Side {
    /// The opposite side.
    pub const fn other(self) -> Self {
        match self {
            Self::T => Self::Ct,
            Self::Ct => Self::T,
        }
    }
}

/// See [`Command::CreateMatch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CreateMatch {
    /// The operator's own key for the match; unique.
    pub key: Name,
    /// The game.
    pub title: Title,
    /// Rounds per map.
    pub rounds: RoundFormat,
    /// Maps at most: 1, 2, 3 or 5. A best of two may end level.
    pub best_of: u8,
    /// The first team.
    pub team_a: Name,
    /// The second team.
    pub team_b: Name,
    /// Planned start; zero if none is planned. If no feed speaks by then, the match is suspended.
    pub starts_at: Timestamp,
    /// Whether a market on the winner of each coming round is opened as the match goes on.
    pub round_markets: bool,
}
wire_struct!(CreateMatch { key, title, rounds, best_of, team_a, team_b, starts_at, round_markets });

/// See [`Command::SetMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SetMap {
    /// The match.
    pub match_id: MatchId,
    /// Which map of the series, from 1.
    pub map_no: u8,
    /// The map's name.
    pub name: Name,
    /// The side on which team A plays the first round.
    pub first_side_a: Side,
    /// How strong the teams are on it.
    pub strengths: Strengths,
}
wire_struct!(SetMap { match_id, map_no, name, first_side_a, strengths });

/// A trader's opinion on one map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Strengths {
    /// By side, for a game of rounds.
    BySide {
        /// P(team A wins a round it plays as T).
        t: Probability,
        /// P(team A wins a round it plays as CT).
        ct: Probability,
    },
    /// The same with chances of their own for the first round of each half.
    WithPistols {
        /// P(team A wins a round it plays as T).
        t: Probability,
        /// P(team A wins a round it plays as CT).
        ct: Probability,
        /// P(team A wins a pistol round it plays as T).
        pistol_t: Probability,
        /// P(team A wins a pistol round it plays as CT).
        pistol_ct: Probability,
    },
    /// The price in mind. A game of rounds solves for strengths that lead to it from the score as it
    /// stands, and keeps the gap between the sides; in a MOBA it is the price before the map.
    MapPrice {
        /// P(team A wins the map).
        a: Probability,
    },
}
wire_enum!(Strengths {
    0 = BySide { t, ct },
    1 = WithPistols { t, ct, pistol_t, pistol_ct },
    2 = MapPrice { a },
});

/// See [`Command::SetNextRound`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SetNextRound {
    /// The match.
    pub match_id: MatchId,
    /// Which map of the series, from 1.
    pub map_no: u8,
    /// Which round, from 1: the next one of that map.
    pub round: u8,
    /// P(team A wins it); `None` lets the sides speak again.
    pub a: Option<Probability>,
}
wire_struct!(SetNextRound { match_id, map_no, round, a });

/// A line at a half: 21.5 or −3.5. Never whole, so a bet on it is never returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Line(i16);

impl Line {
    /// A line from half points: 43 is 21.5. `None` for even numbers, which are whole points.
    pub const fn from_halves(halves: i16) -> Option<Self> {
        if halves % 2 != 0 { Some(Self(halves)) } else { None }
    }

    /// The line in half points.
    pub const fn halves(self) -> i16 {
        self.0
    }
}

impl core::fmt::Display for Line {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.5", self.0.unsigned_abs() / 2)
    }
}

impl Wire for Line {
    fn put(&self, out: &mut Encoder<'_>) {
        self.0.put(out);
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::from_halves(i16::take(input)?).ok_or(DecodeError::OutOfRange)
    }
}

/// What a market is on: its type and specifiers. Selections are listed with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum MarketKind {
    /// Who wins the match: A, B.
    MatchWinner,
    /// The result in maps: for a best of three 2–0, 2–1, 1–2, 0–2.
    CorrectMapScore,
    /// Who wins a map: A, B.
    MapWinner {
        /// Which map, from 1.
        map: u8,
    },
    /// How many rounds a map takes, overtime included: over, under.
    TotalRounds {
        /// Which map, from 1.
        map: u8,
        /// The line.
        line: Line,
    },
    /// Who wins a map once the line is added to A's rounds, overtime included: A, B.
    RoundHandicap {
        /// Which map, from 1.
        map: u8,
        /// The line, added to A.
        line: Line,
    },
    /// Who wins one round, named by its number: A, B.
    RoundWinner {
        /// Which map, from 1.
        map: u8,
        /// Which round, from 1.
        round: u8,
    },
    /// Who wins the match once the line is added to A's maps: A, B.
    MapHandicap {
        /// The line, added to A.
        line: Line,
    },
    /// How many maps the match takes: over, under.
    TotalMaps {
        /// The line.
        line: Line,
    },
    /// The result of a map in rounds: A's wins in regulation from the clearest, B's likewise, then A
    /// and B in overtime.
    CorrectRoundScore {
        /// Which map, from 1.
        map: u8,
    },
    /// Who is the first to win so many rounds of a map: A, B.
    RaceToRounds {
        /// Which map, from 1.
        map: u8,
        /// How many rounds.
        rounds: u8,
    },
    /// Who wins the first round of a half of regulation: A, B.
    PistolRound {
        /// Which map, from 1.
        map: u8,
        /// Which half: 1 or 2.
        half: u8,
    },
    /// Whether a map goes to overtime: yes, no.
    Overtime {
        /// Which map, from 1.
        map: u8,
    },
    /// Whether a map takes an odd number of rounds, overtime included: odd, even.
    OddRounds {
        /// Which map, from 1.
        map: u8,
    },
    /// Who leads a map at the end of regulation: A, draw, B.
    RegulationWinner {
        /// Which map, from 1.
        map: u8,
    },
    /// How many rounds a map takes, overtime not counted: over, under.
    RegulationTotal {
        /// Which map, from 1.
        map: u8,
        /// The line.
        line: Line,
    },
    /// Who leads a map at the end of regulation once the line is added to A's rounds: A, B.
    RegulationHandicap {
        /// Which map, from 1.
        map: u8,
        /// The line, added to A.
        line: Line,
    },
    /// How many rounds one team wins on a map, overtime included: over, under.
    TeamRounds {
        /// Which map, from 1.
        map: u8,
        /// Which team.
        team: Team,
        /// The line.
        line: Line,
    },
    /// How many rounds all maps of the match take, overtime included: over, under.
    SeriesRounds {
        /// The line.
        line: Line,
    },
}
wire_enum!(MarketKind {
    0 = MatchWinner,
    1 = CorrectMapScore,
    2 = MapWinner { map },
    3 = TotalRounds { map, line },
    4 = RoundHandicap { map, line },
    5 = RoundWinner { map, round },
    6 = MapHandicap { line },
    7 = TotalMaps { line },
    8 = CorrectRoundScore { map },
    9 = RaceToRounds { map, rounds },
    10 = PistolRound { map, half },
    11 = Overtime { map },
    12 = OddRounds { map },
    13 = RegulationWinner { map },
    14 = RegulationTotal { map, line },
    15 = RegulationHandicap { map, line },
    16 = TeamRounds { map, team, line },
    17 = SeriesRounds { line },
});

/// One normalised message of one source about one match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FeedMessage {
    /// The match.
    pub match_id: MatchId,
    /// The source.
    pub source: SourceId,
    /// The source's own running number; one already seen is dropped. A heartbeat repeats the last,
    /// or is zero.
    pub version: u64,
    /// The version of the message before this one, so that a missing one is noticed; zero if the
    /// source cannot say.
    pub follows: u64,
    /// When it happened, by the source's clock; zero if the source does not say.
    pub source_time: Timestamp,
    /// When it reached us, by the gateway's clock.
    pub received_at: Timestamp,
    /// What happened.
    pub event: GameEvent,
}
wire_struct!(FeedMessage { match_id, source, version, follows, source_time, received_at, event });

/// What a feed can say about a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum GameEvent {
    /// The source is alive and nothing changed.
    Heartbeat,
    /// A map is live from its first round.
    MapStarted {
        /// Which map, from 1.
        map: u8,
        /// The side on which team A plays the first round.
        first_side_a: Side,
    },
    /// A round was won.
    RoundWon {
        /// Which map, from 1.
        map: u8,
        /// Which round, from 1.
        round: u8,
        /// Who won it.
        winner: Team,
    },
    /// The server restored an earlier round: `to_round` rounds still stand.
    Rewound {
        /// Which map, from 1.
        map: u8,
        /// How many rounds still stand.
        to_round: u8,
    },
    /// A map is over with this score; must agree with the rounds.
    MapOver {
        /// Which map, from 1.
        map: u8,
        /// Team A's rounds.
        rounds_a: u8,
        /// Team B's rounds.
        rounds_b: u8,
    },
    /// The source is not sure of what it last said, or expects to take it back. Nothing is sold
    /// until it says [`GameEvent::Released`], whatever else it says meanwhile.
    Held,
    /// The source is sure again of all that it said.
    Released,
    /// The source contradicts itself; a person must look.
    Disputed,
    /// A round is being played: what it decides can no longer be bet on.
    RoundStarted {
        /// Which map, from 1.
        map: u8,
        /// Which round, from 1.
        round: u8,
    },
    /// What the source thinks of the next round alone, from the money or from who is still alive.
    NextRound {
        /// Which map, from 1.
        map: u8,
        /// Which round, from 1.
        round: u8,
        /// P(team A wins it); `None` takes it back.
        a: Option<Probability>,
    },
    /// Where a map of a MOBA stands.
    MobaState {
        /// Which map, from 1.
        map: u8,
        /// How it stands.
        state: MobaState,
    },
    /// A map of a MOBA is over.
    MapWon {
        /// Which map, from 1.
        map: u8,
        /// Who won it.
        winner: Team,
    },
    /// The server restored a map of a MOBA to an earlier moment; what came later no longer stands.
    MobaRewound {
        /// Which map, from 1.
        map: u8,
        /// How it stands now.
        state: MobaState,
    },
}
wire_enum!(GameEvent {
    0 = Heartbeat,
    1 = MapStarted { map, first_side_a },
    2 = RoundWon { map, round, winner },
    3 = Rewound { map, to_round },
    4 = MapOver { map, rounds_a, rounds_b },
    5 = Held,
    6 = Released,
    7 = Disputed,
    8 = RoundStarted { map, round },
    9 = NextRound { map, round, a },
    10 = MobaState { map, state },
    11 = MapWon { map, winner },
    12 = MobaRewound { map, state },
});

/// How a map of a MOBA stands. Pairs are of teams: A, B.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MobaState {
    /// Seconds on the game clock.
    pub time_s: u16,
    /// What A has more than B: in LoL gold, in thousandths of a percent of all gold; in Dota 2
    /// experience.
    pub lead_milli: i32,
    /// Kills.
    pub kills: [u16; 2],
    /// Towers that the team has taken.
    pub towers: [u8; 2],
    /// What else it has taken that counts: in LoL dragons, in Dota 2 Roshans.
    pub objectives: [u8; 2],
}
wire_struct!(MobaState { time_s, lead_milli, kills, towers, objectives });

/// What a trader says in place of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum OverrideKind {
    /// A selection has these odds. They need not stand on the ladder.
    Odds {
        /// The market.
        market: MarketId,
        /// The selection.
        selection: SelectionIndex,
        /// Its odds.
        odds: Odds,
    },
    /// A selection has this fair probability; the others share the rest as before.
    Fair {
        /// The market.
        market: MarketId,
        /// The selection.
        selection: SelectionIndex,
        /// Its probability, neither 0 nor 1.
        fair: Probability,
    },
    /// A market has this margin.
    Margin {
        /// The market.
        market: MarketId,
        /// What its booked probabilities sum to, in parts per billion above one.
        margin_ppb: u32,
    },
    /// A selection is off the board.
    SuspendSelection {
        /// The market.
        market: MarketId,
        /// The selection.
        selection: SelectionIndex,
    },
    /// A market is suspended.
    SuspendMarket {
        /// The market.
        market: MarketId,
    },
}
wire_enum!(OverrideKind {
    0 = Odds { market, selection, odds },
    1 = Fair { market, selection, fair },
    2 = Margin { market, margin_ppb },
    3 = SuspendSelection { market, selection },
    4 = SuspendMarket { market },
});

/// What [`Command::Suspend`] and [`Command::Resume`] act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Scope {
    /// Every match.
    All,
    /// One match.
    Match(MatchId),
    /// One market.
    Market(MarketId),
}
wire_enum!(Scope { 0 = All, 1 = Match(match_id), 2 = Market(market) });

/// What a kill switch stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum KillScope {
    /// All betting.
    All,
    /// One title.
    Title(Title),
    /// One match.
    Match(MatchId),
}
wire_enum!(KillScope { 0 = All, 1 = Title(title), 2 = Match(match_id) });

/// Why betting on something is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum SuspendReason {
    /// A trader said so.
    Trader,
    /// The feed is too old.
    FeedStale,
    /// The feed holds its last word back.
    FeedHeld,
    /// The feed said something impossible.
    ImpossibleState,
    /// A price guard fired: the new probability is not one of the two foreseen.
    BranchCheck,
    /// A price guard fired: the price moved too far at once.
    PriceBand,
    /// The market has no price: its map's parameters are not set.
    Unpriced,
    /// The round it is on is being played, and no model here sees into a round.
    RoundLive,
    /// A price guard fired: the model gave no probability between 0 and 1.
    PriceInvalid,
    /// Two feeds contradict each other.
    FeedsDisagree,
    /// Messages of the feed are missing; it is asked to say them again.
    FeedGap,
    /// The feed is too far behind its own clock.
    FeedLag,
    /// A trader's override stops it until that expires.
    Override,
    /// One feed knows of news that the other has not confirmed yet.
    FeedsApart,
}

impl SuspendReason {
    /// How many reasons there are.
    pub const COUNT: usize = 14;
}
wire_enum!(SuspendReason {
    0 = Trader,
    1 = FeedStale,
    2 = FeedHeld,
    3 = ImpossibleState,
    4 = BranchCheck,
    5 = PriceBand,
    6 = Unpriced,
    7 = RoundLive,
    8 = PriceInvalid,
    9 = FeedsDisagree,
    10 = FeedGap,
    11 = FeedLag,
    12 = Override,
    13 = FeedsApart,
});

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum AccountState {
    /// Everything.
    Open,
    /// Nothing until support lifts it.
    Suspended,
    /// Nothing, for ever.
    Closed,
    /// No betting, by the player's own wish.
    SelfExcluded,
}
wire_enum!(AccountState { 0 = Open, 1 = Suspended, 2 = Closed, 3 = SelfExcluded });

/// See [`Command::PlaceBet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PlaceBet {
    /// The account that pays.
    pub account: AccountId,
    /// The bettor's own id of this bet.
    pub client_id: ClientBetId,
    /// The market.
    pub market: MarketId,
    /// The selection within it.
    pub selection: SelectionIndex,
    /// The odds seen.
    pub odds: Odds,
    /// The market's `price_seq` seen.
    pub price_seq: u64,
    /// The market's `epoch` seen.
    pub epoch: u32,
    /// The stake.
    pub stake: Stake,
    /// Which other odds are welcome.
    pub policy: PricePolicy,
}
wire_struct!(PlaceBet {
    account,
    client_id,
    market,
    selection,
    odds,
    price_seq,
    epoch,
    stake,
    policy,
});

/// Which odds a bettor takes when they moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum PricePolicy {
    /// Only those seen.
    Exact,
    /// Those seen or longer.
    Better,
    /// Whatever is on offer.
    Any,
    /// Shorter by at most this many thousandths of the odds seen; longer always.
    Within {
        /// Tolerance in thousandths: 50 is 5 %.
        permille: u16,
    },
}
wire_enum!(PricePolicy { 0 = Exact, 1 = Better, 2 = Any, 3 = Within { permille } });

/// A question. Sees the same state as a command in its place, changes nothing, is not journaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nothing is allocated on the way of a bet, and only a variant's own bytes are read"
)]
pub enum Query {
    /// Every match with its names and score.
    Catalogue,
    /// One match: names, score, and every market with its status and prices.
    Match {
        /// The match.
        match_id: MatchId,
    },
    /// One account's balance and its latest bets, newest first: its singles, then its multiples.
    Account {
        /// The account.
        account: AccountId,
        /// At most this many singles and this many multiples, of those at most 256.
        bets_max: u16,
    },
    /// The same, by the operator's key of the account.
    AccountNamed {
        /// The operator's key.
        key: Name,
        /// At most this many bets.
        bets_max: u16,
    },
    /// Accounts with their state and balance, in order of opening, a page at a time.
    Accounts {
        /// The first.
        from: AccountId,
        /// At most this many; no answer holds more than [`Query::ACCOUNTS_MAX`].
        accounts_max: u16,
    },
    /// How late every source was, over all its matches.
    Sources,
    /// The version of the configuration and every setting.
    Settings,
    /// Every risk rule: how it stands, and what it has refused.
    Risk,
    /// One bet by the bettor's id.
    Bet {
        /// The account.
        account: AccountId,
        /// The bettor's id of the bet.
        client_id: ClientBetId,
    },
    /// The largest stake that would be accepted now.
    MaxStake {
        /// The account.
        account: AccountId,
        /// The market.
        market: MarketId,
        /// The selection.
        selection: SelectionIndex,
    },
    /// The largest stake a line that would be accepted now for this bet, whatever its own stake and
    /// the odds seen.
    MaxUnit(PlaceMultiple),
    /// A payment by its reference.
    Payment {
        /// The provider's reference.
        reference: u128,
    },
}

impl Query {
    /// The most accounts in one answer.
    pub const ACCOUNTS_MAX: u16 = 1_000;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_largest_envelope_fits_the_buffer() {
        let name = Name::new(&"x".repeat(Name::MAX_BYTES)).unwrap();
        let create = CreateMatch {
            key: name,
            title: Title::CounterStrike,
            rounds: RoundFormat::Mr12,
            best_of: 3,
            team_a: name,
            team_b: name,
            starts_at: Timestamp::MAX,
            round_markets: true,
        };
        let genesis = Command::Genesis { capacity: Capacity::default(), config: Config::default() };
        for command in [Command::CreateMatch(create), genesis] {
            let envelope = Envelope { actor: Actor::Operator(1), trace: 7, command };
            let mut buffer = [0; ENCODED_MAX];
            let written = envelope.encode(&mut buffer);
            assert_eq!(Envelope::decode(&buffer[..written]), Ok(envelope));
            assert_eq!(Envelope::decode(&buffer[..written - 1]), Err(DecodeError::Truncated));
            assert_eq!(Envelope::decode(&buffer[..=written]), Err(DecodeError::TrailingBytes));
        }
    }

    #[test]
    fn a_line_shows_its_half() {
        for (halves, shown) in [(43, "21.5"), (-7, "-3.5"), (-1, "-0.5"), (1, "0.5")] {
            assert_eq!(std::format!("{}", Line::from_halves(halves).unwrap()), shown);
        }
        assert_eq!(Line::from_halves(42), None);
    }
}
