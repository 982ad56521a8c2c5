//! The outputs of the engine: what changed, for everybody who follows.
//!
//! An event says what is now true, not what to do. Each carries the sequence and time of the command that caused it, so
//! prices, bets and balances are mutually ordered. What they carry has chapters by subject.

mod bet;
mod cash_out;
mod contradiction;
mod feed;
mod fixture;
mod late;
mod multiple;
mod payment;
mod posting;
mod price;
pub mod table;
mod trading;

pub use bet::{BetStatus, BetView, BonusBet, VoidReason};
pub use cash_out::{CashOutStatus, CashOutView};
pub use contradiction::{Contradiction, Word};
pub use feed::FeedAlert;
pub use fixture::{MarketStatus, MatchPhase, NamedPart, Score};
pub use late::LateBets;
pub use multiple::{LegStanding, LegView, MultipleView};
pub use payment::{DepositStatus, PaymentStatus, PaymentView, WithdrawalStatus};
pub use posting::{LedgerAccount, PostingReason};
pub use price::{Price, PriceCause};
pub use table::TableFill;
pub use trading::{
    IncidentStatus, IncidentView, OverrideStatus, ProposalStatus, SettlementStatus, WishedSetting,
};

use crate::command::{
    AccountState, Actor, Capacity, Grade, KillScope, MarketKind, MobaState, Mode, OverrideKind,
    RoundFormat, Scope, SuspendReason, Title,
};
use crate::house_rules::HouseRules;
use crate::play::{CounterId, CustomerView, LimitKey, LimitView, Rest, SessionView, Term};
use crate::proposals::About;
use crate::reject::Refusal;
use crate::risk::RuleReport;
use crate::settings::Setting;
use crate::switches::{TripId, TripStanding};
use crate::units::{
    AccountId, BetId, ClientBetId, Currency, CurrencyCode, MarketId, MatchId, Money, Name,
    OverrideId, ProposalId, SelectionIndex, Seq, SourceId, Timestamp,
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
        /// The currency of all its money.
        currency: Currency,
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
    /// A person said how a market ended; in the answer to [`crate::Query::Match`], what holds of that.
    Graded {
        /// The market.
        market: MarketId,
        /// The settlement version that it is about.
        version: u32,
        /// What was said.
        grade: Grade,
        /// The operator who said it.
        by: u32,
        /// Who approved it, if it took a second person.
        approved_by: Option<u32>,
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
    /// An override was said, approved, or ended; in [`crate::Query::Match`], that it waits or holds.
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
    /// How many messages of a source were this late, over all its matches; in [`crate::Query::Sources`].
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
    /// Where the settlement of a market stands; what stops it calls a person.
    Settlement {
        /// The market.
        market: MarketId,
        /// How often its result has changed.
        version: u32,
        /// Where it stands.
        status: SettlementStatus,
    },
    /// Something waits for a second person, or no longer does.
    Proposal {
        /// Its number.
        id: ProposalId,
        /// Who wished it.
        by: u32,
        /// When it is dropped.
        expires_at: Timestamp,
        /// What it is about.
        about: About,
        /// Where it stands.
        status: ProposalStatus,
    },
    /// A setting that would change with what waits; follows what is said of that.
    Wished(WishedSetting),
    /// Two persons voided the bets of a stretch of the journal.
    BetsVoided {
        /// The match.
        match_id: MatchId,
        /// Only those on this market; `None` for all.
        market: Option<MarketId>,
        /// The first command.
        from: Seq,
        /// The last one.
        to: Seq,
    },
    /// A rule set was adopted; in the answer to [`crate::Query::HouseRules`], one of all versions.
    HouseRules {
        /// Its version, from 1.
        version: u16,
        /// For matches of this title.
        title: Title,
        /// What the operator calls it.
        name: Name,
        /// Its answers.
        rules: HouseRules,
    },
    /// A match and its bets are under this version of the house rules.
    MatchRules {
        /// The match.
        match_id: MatchId,
        /// The version; 0 is the default of the release.
        version: u16,
    },
    /// Something happened to a match beside its score.
    Incident(IncidentView),
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
    /// The engine went into a mode; in the answer to [`crate::Query::Catalogue`], the one it is in.
    Mode {
        /// The mode.
        mode: Mode,
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
    /// A trip pulled, or was reset; in [`crate::Query::Catalogue`], where those stand that are not clear.
    Trip {
        /// The trip.
        trip: TripId,
        /// Where it stands.
        standing: TripStanding,
        /// Who caused it.
        by: Actor,
    },
    /// So much load is shed from now on.
    Shed {
        /// From 0, nothing, to [`crate::switches::SHED_MAX`].
        level: u8,
    },
    /// What a bet is worth, or what became of the wish to cash it out.
    CashOut(CashOutView),
    /// What is asked of players from now on; each term follows as [`Event::PlayTerm`].
    PlayPolicy {
        /// How often a policy was adopted; 0 is the default of the release.
        version: u32,
        /// What the operator calls it; `None` for the default.
        name: Option<Name>,
    },
    /// A term of the policy in force has this number, in the unit of [`Term::unit`].
    PlayTerm {
        /// Which.
        term: Term,
        /// Its number.
        value: i64,
    },
    /// What is known of an account's owner; for the staff alone.
    Customer {
        /// The account.
        account: AccountId,
        /// What is known.
        customer: CustomerView,
    },
    /// What was counted of an account; in the answer to [`crate::Query::Customer`].
    Counter {
        /// The account.
        account: AccountId,
        /// What is counted, over which time.
        key: LimitKey,
        /// How much.
        used: Money,
    },
    /// Somebody has to look into an account, or has; for the staff alone.
    Case {
        /// The account.
        account: AccountId,
        /// Which sum reached its threshold.
        counter: CounterId,
        /// The threshold in force.
        threshold: Money,
        /// The sum now.
        counted: Money,
        /// Who looked and closed the case; `None` while it is open.
        reviewed_by: Option<u32>,
    },
    /// A player's session as it stands now.
    Session {
        /// The account.
        account: AccountId,
        /// `None` if he is in none.
        session: Option<SessionView>,
        /// At which interval he wants to be reminded, in minutes; zero is never.
        every_minutes: u8,
    },
    /// A currency exists; in the answer to [`crate::Query::Catalogue`], each.
    Currency {
        /// Its number.
        currency: Currency,
        /// Its three letters.
        code: CurrencyCode,
        /// How many places its amounts have.
        decimals: u8,
        /// How many minor units of the book currency a billion of its minor units count in limits.
        book_ppb: u64,
    },
    /// What decided markets still owe their bets; in the answer to [`crate::Query::SettlementTimes`].
    SettlementOwed {
        /// How many markets.
        markets: u32,
        /// Which of them has waited longest.
        oldest: Option<MarketId>,
        /// Since when.
        since: Option<Timestamp>,
    },
    /// How many bets were settled within a time of their decision; in the same answer, each bucket.
    SettlementTime {
        /// The upper end of the bucket in milliseconds; `None` for all that took longer.
        at_most_ms: Option<u32>,
        /// How many bets.
        bets: u64,
    },
    /// A bonus has a part in a bet; follows what is said of the bet itself.
    BonusBet(BonusBet),
    /// Bets came after what decided their market; said when it is settled, and in [`crate::Query::LateBets`].
    LateBets(LateBets),
    /// How long bets on a match or a market wait in play.
    Delay {
        /// Which.
        scope: Scope,
        /// In nanoseconds; `None` is as usual.
        delay_ns: Option<u64>,
    },
    /// Tables are larger from now on: all sizes.
    Enlarged(Capacity),
    /// How full a table is; in the answer to [`crate::Query::Tables`], each.
    Table(table::TableFill),
    /// A match and its markets are done with and have left the engine. Their ids are not given to others.
    MatchRetired {
        /// The match.
        match_id: MatchId,
    },
    /// The score denies the result of a person or the house rules; also in [`crate::Query::SettlementTimes`].
    Contradicted(Contradiction),
    /// The last event of an answer to a query.
    QueryDone,
}
