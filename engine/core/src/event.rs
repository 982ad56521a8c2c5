//! The outputs of the engine: what changed, for everybody who follows.
//!
//! An event says what is now true, not what to do. Each carries the sequence and time of the command
//! that caused it, so prices, bets and balances are mutually ordered.

mod multiple;
mod payment;
mod posting;

pub use multiple::{LegStanding, LegView, MultipleView};
pub use payment::{AdjustmentStatus, DepositStatus, PaymentStatus, PaymentView, WithdrawalStatus};
pub use posting::{LedgerAccount, PostingReason};

use crate::codec::wire_enum;
use crate::command::{
    AccountState, Actor, Grade, KillScope, MarketKind, MobaState, OverrideKind, RoundFormat,
    SuspendReason, Team, Title,
};
use crate::play::{LimitView, Rest};
use crate::reject::Refusal;
use crate::risk::RuleReport;
use crate::settings::Setting;
use crate::title::Rule;
use crate::units::{
    AccountId, BetId, ClientBetId, Currency, MarketId, MatchId, Money, Name, Odds, OverrideId,
    Probability, SelectionIndex, Seq, SourceId, Stake, Timestamp,
};
use crate::wallet::{BonusView, FACTORS};

/// An event with its place and time.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Record {
    /// The command that caused it; for answers to queries the last command applied before.
    pub seq: Seq,
    /// That command's time.
    pub time: Timestamp,
    /// The trace number of the command or query that caused it.
    pub trace: u64,
    /// What is now true.
    pub event: Event,
}

/// What is now true.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Event {
    /// A match exists. Its teams' names follow as [`Event::Named`].
    MatchCreated {
        /// The match.
        match_id: MatchId,
        /// Its game.
        title: Title,
        /// Rounds per map.
        rounds: RoundFormat,
        /// Maps at most.
        best_of: u8,
        /// Planned start.
        starts_at: Timestamp,
    },
    /// Something of a match has a name.
    Named {
        /// The match.
        match_id: MatchId,
        /// What is named.
        part: NamedPart,
        /// The name.
        name: Name,
    },
    /// The score.
    Score(Score),
    /// How a map of a MOBA stands.
    Moba {
        /// The match.
        match_id: MatchId,
        /// The map, from 1.
        map: u8,
        /// How it stands.
        state: MobaState,
    },
    /// A market exists. Its selections' prices follow.
    MarketOpened {
        /// The market.
        market: MarketId,
        /// Its match.
        match_id: MatchId,
        /// What it is on.
        kind: MarketKind,
        /// How many selections it has.
        selections: u8,
    },
    /// A market's status or epoch changed.
    Market {
        /// The market.
        market: MarketId,
        /// Its status.
        status: MarketStatus,
        /// Its epoch: moves when the match materially changed.
        epoch: u32,
    },
    /// A selection's price changed.
    Price(Price),
    /// An account exists, or what it may do changed.
    Account {
        /// The account.
        account: AccountId,
        /// The operator's own key for it.
        key: Name,
        /// What it may do.
        state: AccountState,
    },
    /// An account's money.
    Balance {
        /// The account.
        account: AccountId,
        /// What it can stake.
        available: Money,
        /// What its open bets hold.
        held: Money,
    },
    /// Where a bet stands.
    Bet(BetView),
    /// A person said how a market ended, or proposed to.
    Graded {
        /// The market.
        market: MarketId,
        /// The settlement version that it is about.
        version: u32,
        /// What was said.
        grade: Grade,
        /// The operator who said it.
        by: u32,
        /// Where it stands.
        status: GradeStatus,
    },
    /// A leg of a bet of several; the bet itself follows as [`Event::Multiple`]. Of a bet refused at
    /// once only the legs with a reason of their own are said.
    Leg(LegView),
    /// Where a bet of several legs stands.
    Multiple(MultipleView),
    /// One double entry: `amount` went from one ledger account to another.
    Posting {
        /// Debited.
        from: LedgerAccount,
        /// Credited.
        to: LedgerAccount,
        /// How much; above zero.
        amount: Money,
        /// In which currency.
        currency: Currency,
        /// The bet, if there is one.
        bet: Option<BetId>,
        /// Why.
        reason: PostingReason,
    },
    /// A command other than a bet was refused, and nothing changed.
    Refused(Refusal),
    /// An override was said, approved, or ended; in the answer to [`crate::Query::Match`], that it
    /// waits or holds.
    Override {
        /// The override.
        id: OverrideId,
        /// What it says.
        kind: OverrideKind,
        /// When it ends.
        expires_at: Timestamp,
        /// The operator who said it.
        by: u32,
        /// Where it stands now.
        status: OverrideStatus,
    },
    /// A person's command other than a bet was carried out: the last event that it caused itself, so
    /// that whoever gave it knows that he has heard all of the answer.
    Applied,
    /// A guard or a feed froze or released a match.
    MatchFrozen {
        /// The match.
        match_id: MatchId,
        /// Why; `None` when it was lifted.
        reason: Option<SuspendReason>,
    },
    /// Something about a source that a person should know.
    FeedAlert {
        /// The match.
        match_id: MatchId,
        /// The source.
        source: SourceId,
        /// What.
        alert: FeedAlert,
    },
    /// How many messages of a source were this late, over all its matches; in the answer to
    /// [`crate::Query::Sources`].
    SourceLag {
        /// The source.
        source: SourceId,
        /// The upper end of the bucket in milliseconds; `None` for all that were later.
        at_most_ms: Option<u32>,
        /// How many messages.
        count: u64,
    },
    /// How far a source has been followed; in the answer to [`crate::Query::Match`], so that a feed
    /// knows after a restart where to go on.
    FeedHeard {
        /// The match.
        match_id: MatchId,
        /// The source.
        source: SourceId,
        /// Its newest version.
        version: u64,
    },
    /// A kill switch was turned; in the answer to [`crate::Query::Catalogue`], how it stands.
    KillSwitch {
        /// What it stops.
        scope: KillScope,
        /// Whether betting on that is stopped.
        on: bool,
    },
    /// The configuration in force has this version: one at first, and one more with each change.
    Configured {
        /// The version.
        version: u32,
    },
    /// What a risk rule has refused; in the answer to [`crate::Query::Risk`].
    Rule(RuleReport),
    /// What limits an account beside everybody's limits.
    AccountTerms {
        /// The account.
        account: AccountId,
        /// Percentages of what everybody may stake: by title, before and after the match begins.
        factors: [u8; FACTORS],
        /// The group that it belongs to.
        group: Option<u32>,
    },
    /// A player's own limit, as it stands now.
    PlayLimit {
        /// The account.
        account: AccountId,
        /// The limit.
        limit: LimitView,
    },
    /// The rest from betting that an account takes.
    Rest {
        /// The account.
        account: AccountId,
        /// Which and until when; `None` if it takes none.
        rest: Option<Rest>,
    },
    /// How well a match is known.
    Tier {
        /// The match.
        match_id: MatchId,
        /// From 0, the best known, to 3.
        tier: u8,
    },
    /// A setting has this value, in the unit of [`Setting::unit`]. After a change only those that
    /// moved are said; in the answer to [`crate::Query::Settings`], all.
    Setting {
        /// Which.
        setting: Setting,
        /// Its number.
        value: i64,
    },
    /// The answer to [`crate::Query::MaxStake`].
    MaxStake {
        /// The account.
        account: AccountId,
        /// The market.
        market: MarketId,
        /// The selection.
        selection: SelectionIndex,
        /// The largest stake that would be accepted now; zero if none.
        stake: Money,
    },
    /// The answer to [`crate::Query::MaxUnit`].
    MaxUnit {
        /// The account.
        account: AccountId,
        /// The bettor's own id of the bet asked about.
        client_id: ClientBetId,
        /// The largest stake a line that would be accepted now; zero if none.
        unit: Money,
    },
    /// Where a payment stands.
    Payment(PaymentView),
    /// A bonus of a player as it stands now.
    Bonus {
        /// The account.
        account: AccountId,
        /// The bonus.
        bonus: BonusView,
    },
    /// The last event of an answer to a query.
    QueryDone,
}

/// What of a match a name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum NamedPart {
    /// The match itself: the operator's key.
    Match,
    /// A team.
    Team(Team),
    /// A map, from 1.
    Map(u8),
}

/// A match's score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Score {
    /// The match.
    pub match_id: MatchId,
    /// The map being played or played last, from 1.
    pub map: u8,
    /// Rounds of that map: A, B.
    pub rounds: [u8; 2],
    /// Maps won: A, B.
    pub maps: [u8; 2],
    /// Where the match stands.
    pub phase: MatchPhase,
    /// Whether team A plays the next round as T.
    pub a_is_t: bool,
}

/// Where a match stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum MatchPhase {
    /// Not begun.
    Scheduled,
    /// A map is being played.
    Live,
    /// Between two maps.
    Break,
    /// Decided.
    Over,
}

/// Whether a market can be bet on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum MarketStatus {
    /// Yes.
    Open,
    /// Not for the moment.
    Suspended(SuspendReason),
    /// No: this selection won.
    Decided {
        /// The winning selection.
        winner: SelectionIndex,
    },
    /// No: a person said how each selection ended.
    Graded,
    /// No: the market will never have a result and every stake goes back.
    Void,
}

wire_enum!(MarketStatus { 0 = Open, 1 = Suspended(reason), 2 = Decided { winner }, 3 = Void, 4 = Graded });

/// A selection's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Price {
    /// The market.
    pub market: MarketId,
    /// The selection within it.
    pub selection: SelectionIndex,
    /// The odds on offer; `None` while the selection cannot be bet on.
    pub odds: Option<Odds>,
    /// The fair probability before margin.
    pub fair: Probability,
    /// What the model says of it; another number only under a trader's override.
    pub model: Probability,
    /// The market's price sequence: the [`Seq`] of the command that last changed a price in it.
    pub price_seq: u64,
    /// Why the price was made.
    pub cause: PriceCause,
    /// Who caused it; the engine itself for timers and for work that it does in slices.
    pub by: Actor,
}

/// What a person should know about a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum FeedAlert {
    /// It said something that cannot be, and the match froze.
    Impossible {
        /// What that breaks.
        rule: Rule,
        /// The number that would have fitted.
        expected: i64,
        /// The number that came.
        actual: i64,
    },
    /// Messages after this version are missing. It should say them again.
    Gap {
        /// The last version that was heard.
        after: u64,
    },
    /// It is late beyond the limit.
    Late {
        /// By how much, in milliseconds.
        lag_ms: u32,
    },
    /// It knows more than the truth; betting waits until the primary says the same.
    Ahead,
    /// It has not confirmed the truth within the grace.
    Behind,
    /// It names another winner of a round, or of a map if the round is 0; the match froze.
    Disagrees {
        /// The map, from 1.
        map: u8,
        /// The round, from 1.
        round: u8,
    },
    /// It contradicted itself, and is not asked until it agrees with the truth again.
    Contradictory,
    /// The score follows it from now on.
    HandedOver,
}

/// Where an override stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum OverrideStatus {
    /// It waits for a second person.
    Proposed,
    /// It holds.
    InForce {
        /// The second person, if it took one.
        approved_by: Option<u32>,
    },
    /// A new one took its place.
    Replaced,
    /// It was taken back.
    Lifted,
    /// Its time was over.
    Expired,
}

/// Why a price was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum PriceCause {
    /// The market was opened.
    Opened,
    /// The score or the sides moved.
    Score,
    /// A trader changed the strengths.
    Parameters,
    /// The margin, or how the book is shaded and sent, changed.
    Margin,
    /// The market's liability moved by a step.
    Shading,
    /// An override began.
    Override,
    /// An override was lifted or expired.
    OverrideEnded,
    /// A grade was rolled back, and the market has no result any more.
    RolledBack,
    /// It was not made now: an answer to a query shows the price as it stands.
    Image,
}

/// Where a person's grade of a market stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum GradeStatus {
    /// It waits for a second person.
    Proposed,
    /// It holds.
    InForce {
        /// Who approved it, if it took a second person.
        approved_by: Option<u32>,
    },
    /// It was turned down.
    TurnedDown {
        /// By whom.
        by: u32,
    },
}

/// Where a bet stands. The same view answers a placement, a status query and a settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BetView {
    /// The bet; `None` if it was refused at once and so never existed.
    pub bet: Option<BetId>,
    /// Its account.
    pub account: AccountId,
    /// The bettor's own id.
    pub client_id: ClientBetId,
    /// The market.
    pub market: MarketId,
    /// The selection.
    pub selection: SelectionIndex,
    /// The odds it stands at, or asked for.
    pub odds: Odds,
    /// The stake.
    pub stake: Stake,
    /// Where it stands.
    pub status: BetStatus,
}

/// Where a bet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum BetStatus {
    /// It waits out the in-play delay; stake and liability are held.
    Pending {
        /// When it will be decided.
        due: Timestamp,
    },
    /// It was not taken.
    Refused(Refusal),
    /// It stands.
    Accepted {
        /// What it pays if it wins, stake included.
        payout: Money,
    },
    /// It won.
    Won {
        /// What was paid, stake included.
        payout: Money,
    },
    /// It lost.
    Lost,
    /// The stake went back.
    Void(VoidReason),
}

/// Why a bet is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum VoidReason {
    /// The market never got a result: its map or round was not played.
    NotPlayed,
    /// The server took back the rounds after which the bet was struck.
    Rewound,
    /// A person declared the market or the selection void.
    Declared,
}

wire_enum!(VoidReason { 0 = NotPlayed, 1 = Rewound, 2 = Declared });
