//! The inputs of the engine. Every [`Command`] is journaled in its [`Envelope`]; a [`Query`] takes
//! the same road but is neither journaled nor able to change anything.
//!
//! This page is the list of commands; what they carry is told in chapters by subject. Fields are
//! proofs: a gateway that holds a [`Stake`](crate::units::Stake) or [`Odds`](crate::units::Odds) has already refused nonsense.

mod account;
mod adjust;
mod batch;
mod bet;
mod cash;
mod cash_out;
mod catalogue;
mod config;
mod currency;
mod customer;
mod envelope;
mod feed;
mod grade;
mod incident;
mod kind;
mod market_kind;
mod multiple;
mod query;
mod rename;
mod session;
mod switch;
mod terms;
mod trading;

pub use account::AccountState;
pub use adjust::{Adjust, AdjustReason};
pub use batch::{BATCH_MAX, BatchBet, PlaceBatch};
pub use bet::{PlaceBet, PricePolicy};
pub use cash::{BonusStep, PaymentStep, Wagering};
pub use cash_out::CashOut;
pub use catalogue::{CreateMatch, RoundFormat, SetMap, SetNextRound, Side, Strengths, Team, Title};
pub use config::{Capacity, Config};
pub use currency::SetCurrency;
pub use customer::CustomerStep;
pub use envelope::{Actor, ENCODED_MAX, Envelope};
pub use feed::{FeedMessage, GameEvent, MobaState};
pub use grade::{Grade, Results};
pub use incident::{Incident, VoidBets};
pub use market_kind::{Line, MarketKind};
pub use multiple::{MultipleError, Pick, Picks, PlaceMultiple};
pub use query::Query;
pub use session::SessionStep;
pub use switch::{Channel, KillScope, MarketClass, Mode};
pub use terms::{AnswerOffer, PlaceOnTerms, ReferralWord, Slip, Terms};
pub use trading::{OverrideKind, Scope, SuspendReason};

use crate::codec::wire_enum;
use crate::house_rules::HouseRules;
use crate::play::{LimitKey, PlayPolicy, Rest};
use crate::switches::TripId;
use crate::units::{
    AccountId, BetId, ClientBetId, Currency, MarketId, MatchId, Money, Name, OverrideId,
    ProposalId, SourceId, Timestamp,
};

/// Everything that can be asked of the engine and stands in the journal.
///
/// The variants' order is part of the format: new ones go at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Command {
    /// The first record of every journal: table sizes and the first configuration.
    Genesis {
        /// Table sizes; [`Command::Enlarge`] can raise them.
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
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::units::uuid::serialize"))]
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
    /// [`Command::Approve`].
    Override {
        /// What it says.
        kind: OverrideKind,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// A second operator approves what waits for one: it is done now, in the name of both.
    Approve {
        /// What waits.
        id: ProposalId,
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
    /// [`Command::Approve`].
    Grade {
        /// The market.
        market: MarketId,
        /// The settlement version that it is about; zero before the first result.
        version: u32,
        /// How it ended.
        grade: Grade,
    },
    /// Drops what waits for a second operator.
    RejectProposal {
        /// What waits.
        id: ProposalId,
    },
    /// Makes another source the one that a match's score follows.
    HandOver {
        /// The match.
        match_id: MatchId,
        /// The source to follow.
        source: SourceId,
    },
    /// Adopts a rule set for the matches of a title that are created from now on.
    AdoptHouseRules {
        /// For this title.
        title: Title,
        /// What the operator calls it.
        name: Name,
        /// Its answers.
        rules: HouseRules,
    },
    /// Something happened to a match beside its score; its house rules say what that means.
    MatchIncident {
        /// The match.
        match_id: MatchId,
        /// What happened.
        incident: Incident,
    },
    /// Takes back the last incident of a match, with all that followed from it.
    TakeBackIncident {
        /// The match.
        match_id: MatchId,
    },
    /// Goes into a mode.
    SetMode {
        /// The mode.
        mode: Mode,
    },
    /// One step of a payment in two phases, under the provider's reference.
    Payment {
        /// The account.
        account: AccountId,
        /// How much, above zero; the same in each step.
        amount: Money,
        /// The provider's reference: the idempotency key.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::units::uuid::serialize"))]
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
    /// Lets betting go on after a trip, once it has cooled down.
    ResetTrip {
        /// The trip.
        trip: TripId,
    },
    /// The engine's edge gives up the least valued bets, as many as its input ring is full.
    Shed {
        /// From 0, nothing, to [`crate::switches::SHED_MAX`].
        level: u8,
    },
    /// Ends a bet that stands, or a part of it, for what it is worth now.
    CashOut(CashOut),
    /// A person has looked at a market whose settlement stopped, and lets it go on.
    ResumeSettlement {
        /// The market.
        market: MarketId,
    },
    /// Sets the settlement of less known matches aside, or takes it up again.
    PauseSettlement {
        /// This tier and all less known ones, from 1; `None` pauses nothing.
        from_tier: Option<u8>,
    },
    /// Voids one bet that was taken; by two persons.
    VoidBet {
        /// The account.
        account: AccountId,
        /// The bettor's own id of the bet.
        client_id: ClientBetId,
    },
    /// Voids the bets of a stretch of the journal; by two persons.
    VoidBets(VoidBets),
    /// Adopts what is asked of players from now on; by two persons if anybody may do more by it.
    AdoptPlayPolicy {
        /// What the operator calls it.
        name: Name,
        /// Its numbers.
        policy: PlayPolicy,
    },
    /// What the staff tells of one account's owner.
    Customer {
        /// The account.
        account: AccountId,
        /// What.
        step: CustomerStep,
    },
    /// Places a bet, and says what would be taken in its place.
    PlaceOnTerms(PlaceOnTerms),
    /// Answers an offer that was made in place of a bet.
    AnswerOffer(AnswerOffer),
    /// Says what becomes of a bet that was put to a trader.
    DecideReferral {
        /// The bet.
        bet: BetId,
        /// What becomes of it.
        word: ReferralWord,
    },
    /// Corrects a balance by hand; by two persons above `adjust_alone_max`.
    Adjust(Adjust),
    /// Adds a currency, or changes one that no account has.
    SetCurrency(SetCurrency),
    /// Places bets of which all are taken or none.
    PlaceBatch(PlaceBatch),
    /// What a player says of his session.
    Session {
        /// The account.
        account: AccountId,
        /// What.
        step: SessionStep,
    },
    /// Says how long bets on a match or a market wait in play.
    SetDelay {
        /// Which; not all of them, for that there are settings.
        scope: Scope,
        /// In nanoseconds: no shorter than the settings say, and no longer than a market can be settled again; `None` is
        /// as usual.
        delay_ns: Option<u64>,
    },
    /// Enlarges tables; no size may be lower than it is. The engine says it itself, at a start with larger sizes in
    /// its configuration.
    Enlarge {
        /// All sizes.
        capacity: Capacity,
    },
    /// [`Command::Tick`] between bets that keep coming: whoever comes next waits for a short slice of the work in
    /// progress, and not for a long one. The engine says which of the two, as only it sees who comes.
    BriefTick,
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
    16 = Approve { id },
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
    28 = RejectProposal { id },
    29 = HandOver { match_id, source },
    30 = AdoptHouseRules { title, name, rules },
    31 = MatchIncident { match_id, incident },
    32 = TakeBackIncident { match_id },
    33 = SetMode { mode },
    34 = Payment { account, amount, reference, step },
    35 = Bonus { account, step },
    36 = ResetTrip { trip },
    37 = Shed { level },
    38 = CashOut(cash_out),
    39 = ResumeSettlement { market },
    40 = PauseSettlement { from_tier },
    41 = VoidBet { account, client_id },
    42 = VoidBets(stretch),
    43 = AdoptPlayPolicy { name, policy },
    44 = Customer { account, step },
    45 = PlaceOnTerms(place),
    46 = AnswerOffer(answer),
    47 = DecideReferral { bet, word },
    48 = Adjust(adjust),
    49 = SetCurrency(set),
    50 = PlaceBatch(ask),
    51 = Session { account, step },
    52 = SetDelay { scope, delay_ns },
    53 = Enlarge { capacity },
    54 = BriefTick,
});
