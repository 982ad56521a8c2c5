//! Why the engine says no: one code, one sentence, and the two numbers that decided.

macro_rules! rejects {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $transient:literal, $numbers:ident, $sentence:literal;)*) => {
        /// A refusal's wire code. Families: 1xx account, 2xx market and match, 3xx price, 4xx risk,
        /// 5xx wallet, 6xx bet life-cycle, 9xx engine. Listed in order of precedence within a
        /// family, but for [`Reject::ASKED_BEFORE`]; never renumbered. The order of the families is that of
        /// the steps in which a bet is looked at, [`Reject::FAMILIES`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[repr(u16)]
        pub enum Reject {
            $($(#[$doc])* $name = $code,)*
        }

        impl Reject {
            /// Every code, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The wire code.
            pub const fn code(self) -> u16 {
                self as u16
            }

            /// The code with this number.
            pub const fn from_code(code: u16) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// A plain sentence for the bettor, without the numbers.
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }

            /// Whether the same wish may succeed later or with a fresh view.
            pub const fn is_transient(self) -> bool {
                match self { $(Self::$name => $transient,)* }
            }

            /// What the two numbers of a [`Refusal`] with this code mean.
            pub const fn numbers(self) -> Numbers {
                match self { $(Self::$name => Numbers::$numbers,)* }
            }
        }
    };
}

impl Reject {
    /// The families in the order in which a bet meets them: its id (6xx), the engine and its room (9xx), the
    /// account and its player (1xx), the legs (2xx), their prices (3xx), the risk rules (4xx), the money (5xx). Only
    /// room that one account needs for itself (904 of counters and of bonuses) is asked for with what needs it.
    pub const FAMILIES: [u16; 7] = [6, 9, 1, 2, 3, 4, 5];

    /// The codes that are asked about before a lower one of their family, each with that one.
    ///
    /// Odds that are not welcome are the answer before the age of what was seen, as they come with the odds on
    /// the board, by which the bettor can go on. A bonus is looked at before the balance, as only then is it
    /// known what the player himself has to pay.
    pub const ASKED_BEFORE: &[(Self, Self)] = &[
        (Self::OddsChanged, Self::StaleView),
        (Self::UnknownBonus, Self::InsufficientFunds),
        (Self::BonusUsedUp, Self::InsufficientFunds),
        (Self::BonusWorthless, Self::InsufficientFunds),
        (Self::BonusUsedUp, Self::AccountInDebt),
        (Self::BonusWorthless, Self::AccountInDebt),
    ];

    /// Whether the engine cannot, whatever exactly is asked of it: something is full, stopped or failed, and nothing is
    /// wrong with the command. All of these are of the 9xx family, whose others are about the command itself.
    pub const fn is_of_the_engine(self) -> bool {
        matches!(
            self,
            Self::EngineBusy
                | Self::EngineDraining
                | Self::BettingStopped
                | Self::CapacityReached
                | Self::EngineFailed
                | Self::JournalFull
                | Self::CashOutStopped
                | Self::WithdrawalsStopped
                | Self::ReadOnly
                | Self::LoadShed
        )
    }
}

/// What `limit` and `actual` of a [`Refusal`] count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Nothing; both are zero.
    None,
    /// Minor units: the limit, and what the bet would make of it.
    Money,
    /// Odds in thousandths: those asked for, and those on offer now.
    Odds,
    /// Epochs of the market: the one seen, and the one now.
    Epoch,
    /// Milliseconds: the limit, and the age or distance found.
    Millis,
    /// A plain count: the limit or expectation, and what came.
    Count,
    /// A switch: the tag of its [`crate::command::KillScope`] or [`crate::switches::SWITCH_MODE`], and
    /// which one of those it is.
    Switch,
}

rejects! {
    /// No account has this id.
    UnknownAccount = 101, false, None, "This account does not exist.";
    /// The account may not bet for now.
    AccountSuspended = 102, true, None, "This account is suspended. Please contact support.";
    /// The account is closed.
    AccountClosed = 103, false, None, "This account is closed.";
    /// The player excluded himself.
    AccountSelfExcluded = 104, false, None, "This account is self-excluded from betting.";
    /// An account with this key exists already.
    AccountExists = 105, false, None, "An account with this key exists already.";

    /// The player takes a break from betting; the second number is how long it still lasts.
    AccountTimedOut = 106, true, Millis, "You are taking a break from betting.";
    /// The account's owner is not known well enough; the numbers are the level needed and his.
    NotVerified = 107, false, Count, "Please verify your identity first.";
    /// More than the player lets himself stake.
    StakeLimitReached = 108, true, Money, "This stake is above the limit that you set yourself.";
    /// More than the player lets himself lose.
    LossLimitReached = 109, true, Money, "This bet could lose more than the limit that you set yourself.";
    /// More than the player lets himself pay in.
    DepositLimitReached = 110, true, Money, "This deposit is above the limit that you set yourself.";
    /// More than the player lets himself pay in beyond what he takes out.
    NetDepositLimitReached = 111, true, Money, "This deposit is above the net limit that you set yourself.";
    /// The player has no such limit, or does not wish to raise it.
    UnknownPlayLimit = 112, false, None, "There is no such limit to change or confirm.";
    /// A limit can be raised some time after it was asked for; the numbers are that time and what has passed.
    PlayLimitCooling = 113, true, Millis, "A higher limit can be confirmed some time after you asked for it.";
    /// A rest may not be so short or so long.
    RestLength = 114, false, Millis, "A break lasts up to six weeks, a self-exclusion six months to five years.";
    /// A rest can be made longer and cannot be ended; the first number is how long it still lasts.
    RestNotOver = 115, true, Millis, "A break or self-exclusion cannot be shortened.";
    /// The account takes no rest.
    NotResting = 116, false, None, "This account takes no break from betting.";
    /// The level of verification is enough for some time only; the numbers are that and what has passed.
    VerificationOverdue = 117, false, Millis, "The time to verify your identity is over. Please verify it first.";
    /// More than may be paid in at this level of verification.
    UnverifiedDeposits = 118, true, Money, "This deposit is above what you can pay in before we know you better.";
    /// More than may be staked at this level of verification.
    UnverifiedStake = 119, false, Money, "This stake is above what you can bet before we know you better.";
    /// Somebody looks into the account, which moves nothing until then.
    AccountUnderReview = 120, true, None, "Your account is being reviewed. Please contact support.";
    /// Somebody looks into the account, which takes nothing out until then.
    FundsHeld = 121, true, None, "We need to know more before we can pay this out. Please contact support.";
    /// More than the operator lets this player stake, lose or pay in.
    HouseLimitReached = 122, true, Money, "This is above the limit that was set for you.";
    /// The same policy is in force already.
    PlayPolicyUnchanged = 123, false, None, "This policy is in force already.";
    /// No case of this kind waits for anybody.
    NothingToReview = 124, false, None, "Nothing of this kind waits to be reviewed.";
    /// Whoever limits his time, or is reminded of it, bets in a session.
    NoSession = 125, true, None, "Please begin a session before you bet.";
    /// The player sees how long he has played before he goes on; the numbers are his interval and how long it is.
    RealityCheckDue = 126, true, Millis, "Please look at how long you have played, and confirm it, before you go on.";
    /// The player has played as long as he may; the numbers are that time and how long he has.
    SessionTimeReached = 127, true, Millis, "You have played as long as the limit on your time allows.";
    /// The player was not reminded.
    NothingToConfirm = 128, false, None, "There is nothing to confirm.";
    /// A reminder comes within this time at the latest; the numbers are that and what was asked for.
    RealityInterval = 129, false, Millis, "A reminder comes every 1 to 240 minutes.";

    /// No match has this id.
    UnknownMatch = 201, false, None, "This match does not exist.";
    /// No market has this id.
    UnknownMarket = 202, false, None, "This market does not exist.";
    /// The market has no such selection.
    UnknownSelection = 203, false, Count, "This market has no such selection.";
    /// The outcome is known.
    MarketDecided = 204, false, None, "This market is already decided.";
    /// Betting is stopped for the moment.
    MarketSuspended = 205, true, None, "This market is suspended for the moment.";
    /// The selection cannot be priced now.
    SelectionInactive = 206, true, None, "This selection is not on offer at the moment.";
    /// A match with this key exists already.
    MatchExists = 207, false, None, "A match with this key exists already.";
    /// The same market is open already.
    MarketExists = 208, false, None, "This market is open already.";
    /// A map's parameters are missing, or a field is outside its range.
    InvalidParameter = 209, false, Count, "A field lies outside its allowed range.";
    /// The feed message is a duplicate or older than one already applied.
    FeedOutdated = 210, false, Count, "This feed message was already applied.";
    /// The feed message cannot follow what is known; the match is frozen.
    FeedImpossible = 211, false, Count, "This feed message contradicts the match and froze it.";
    /// A bet has the same selection twice.
    SelectionRepeated = 212, false, None, "This selection is in the bet already.";
    /// Two legs are on one match, so one result says something about the other.
    LegsRelated = 213, false, None, "Selections from the same match cannot be combined.";
    /// The market's result has changed since it was looked at.
    GradeOutdated = 214, true, Count, "The market was settled otherwise meanwhile. Please look again.";
    /// A grade does not fit the market's selections.
    GradeContradictory = 215, false, Count, "A market has one result for each of its selections, and they must agree.";
    /// The grade is what holds already.
    GradeUnchanged = 216, false, None, "The market is graded like this already.";
    /// The market's bets have left the engine.
    GradeTooLate = 217, false, None, "This market was settled too long ago to be settled again.";
    /// Nothing with this number waits for a second person.
    NothingToApprove = 218, false, None, "Nothing with this number waits for approval.";
    /// Messages of the feed are missing before this one.
    FeedGap = 219, false, Count, "Messages of this feed are missing before this one.";
    /// A source that has not spoken lately cannot be followed.
    SourceSilent = 220, true, Millis, "This source has not spoken for too long to be followed.";
    /// The same rule set is in force already.
    HouseRulesUnchanged = 221, false, None, "These house rules are in force already.";
    /// An incident cannot follow from how the match stands; the numbers are what would, and what came.
    IncidentImpossible = 222, false, Count, "This cannot have happened to the match as it stands.";
    /// The match has no incident to take back.
    UnknownIncident = 223, false, None, "This match has no incident to take back.";
    /// The market's settlement has not stopped.
    SettlementNotStopped = 224, false, None, "The settlement of this market does not wait for anybody.";
    /// No feed said when what decided the market happened, so a person has to.
    DecidedByNoFeed = 225, false, None, "No feed has said when what decided this market happened.";
    /// A source that never said anything of a match cannot be followed.
    SourceUnheard = 226, true, None, "This source has not spoken of this match yet.";
    /// Bets on a match or market can wait longer than the settings say, and not shorter; the numbers are the settings'
    /// wait and what was asked for.
    DelayTooShort = 227, false, Millis, "Here bets can be made to wait longer than the settings say, and not shorter.";

    /// The match moved since the bettor saw the price.
    MaterialChange = 301, true, Epoch, "The match has moved on since you saw this price.";
    /// The bettor looked at a price replaced too long ago.
    StaleView = 302, true, Millis, "The price you saw is too old.";
    /// The odds moved beyond what the price policy allows.
    OddsChanged = 303, true, Odds, "The odds have changed.";
    /// A quote lives for a short time; the numbers are that time and the quote's age.
    QuoteExpired = 304, true, Millis, "This quote has expired. Please ask for a new one.";
    /// A leg of the bet moved materially since the quote was made, or the bet itself did.
    QuoteOutdated = 305, true, None, "The match has moved on since this quote was made.";
    /// The bet is worth less than was asked for it.
    CashOutChanged = 306, true, Money, "The cash-out value has changed.";
    /// The bettor names a price that was never made; the numbers are the newest sequence and the one named.
    UnknownView = 307, true, Count, "The price you name has not been made yet.";
    /// No override has this id, or it has ended.
    UnknownOverride = 321, false, None, "This override does not exist or has ended.";
    /// An override must end after now and within its longest life.
    OverrideExpiry = 322, false, Millis, "An override must end in the future, within its longest life.";
    /// A market's book must sum to more than one; the numbers are one and the sum, in parts per billion.
    NoOverround = 323, false, Count, "With these odds the book of this market would sum to 1 or less.";

    /// Below the smallest stake.
    StakeBelowMinimum = 401, false, Money, "The stake is below the minimum.";
    /// Above the largest stake.
    StakeAboveLimit = 402, false, Money, "The stake is above the limit.";
    /// The payout would be above the cap of one bet.
    PayoutAboveLimit = 403, false, Money, "The possible payout is above the limit.";
    /// The selection's liability limit is reached.
    SelectionLiability = 404, true, Money, "The limit for this selection is reached.";
    /// The market's liability limit is reached.
    MarketLiability = 405, true, Money, "The limit for this market is reached.";
    /// The account's liability limit is reached.
    AccountLiability = 406, true, Money, "The limit for your open bets is reached.";
    /// The liability limit of linked accounts is reached.
    GroupLiability = 407, true, Money, "The limit for open bets is reached.";
    /// Above the part of the largest stake that is open on this tier at this time before the start.
    StakeAboveStage = 408, true, Money, "The stake is above the limit for this match at this time.";
    /// Above the account's own part of the largest stake.
    StakeAboveFactor = 409, false, Money, "The stake is above your limit for this match.";
    /// All bets of the account on one day could pay more than the cap.
    DayPayoutAboveLimit = 410, true, Money, "The possible payouts of your bets of today are above the limit.";
    /// Too many bets within a second.
    BetsPerSecond = 411, true, Count, "You are betting too fast. Please wait a moment.";
    /// Too many bets within a minute.
    BetsPerMinute = 412, true, Count, "You have placed many bets within a minute. Please wait a moment.";
    /// Too many bets within an hour.
    BetsPerHour = 413, true, Count, "You have placed many bets within an hour. Please try again later.";
    /// Too much staked within an hour.
    StakesPerHour = 414, true, Money, "Your stakes within an hour reach the limit. Please try again later.";
    /// The liability limit of a whole match is reached.
    MatchLiability = 415, true, Money, "The limit for this match is reached.";
    /// Only bets that reduce what their market could cost are taken.
    BetNotReducing = 416, true, Money, "We take no more bets on this selection at the moment.";
    /// Above what is taken without a trader's word.
    StakeForTrader = 417, false, Money, "A stake of this size is looked at by a trader first.";

    /// Not enough money.
    InsufficientFunds = 501, true, Money, "The balance is too low for this stake.";
    /// A payment reference was used before with another amount or account.
    ReferenceReused = 502, false, Money, "This payment reference was used before for something else.";
    /// The amount is not above zero, or would overflow the books.
    InvalidAmount = 503, false, Money, "The amount must be above zero and below the largest sum.";
    /// The engine keeps its books in another currency.
    UnknownCurrency = 504, false, Count, "This currency is not available.";

    /// No payment has this reference.
    UnknownPayment = 505, false, None, "This payment is not known.";
    /// The payment ended otherwise before, and a payment ends once.
    PaymentClosed = 506, false, None, "This payment has ended otherwise already.";
    /// More than can be taken out.
    BalanceTooLow = 507, true, Money, "The balance is too low for this.";
    /// A tax below zero or above its withdrawal.
    TaxOutOfRange = 508, false, Money, "The tax must lie between zero and the amount.";
    /// No bonus of this account has this id, or it has ended.
    UnknownBonus = 509, false, None, "This bonus does not exist or has ended.";
    /// A bonus ends in the future; money must be wagered, a free bet need not be.
    BonusTerms = 510, false, None, "A bonus ends in the future; only bonus money must be wagered.";
    /// The balance is below zero after a correction; the numbers are the balance and what was asked for.
    AccountInDebt = 511, true, Money, "Your balance is below zero after a correction. A deposit makes it good.";
    /// The adjustment would leave a player owing more than the limit.
    DebtAboveLimit = 512, true, Money, "This would take the balance further below zero than is allowed.";
    /// The adjustment's reason does not go with its direction, or there is no such debt to write off.
    AdjustmentTerms = 513, false, None, "Goodwill and write-offs give, up to the debt; fees and chargebacks take.";
    /// A currency that accounts have stays as it is, and a code is one currency's.
    CurrencyInUse = 514, false, None, "This currency is in use and stays as it is.";
    /// More would have to be wagered than the operator may ask for.
    WageringAboveLimit = 515, false, Money, "This bonus would have to be wagered more often than is allowed.";
    /// All that is left of the bonus is held by other bets.
    BonusUsedUp = 516, true, None, "Nothing is left of this bonus.";
    /// The bonus would add nothing to what this bet pays.
    BonusWorthless = 517, false, None, "This bet would win too little for a bonus.";

    /// The client bet id is no UUIDv7.
    ClientIdInvalid = 601, false, None, "The bet id must be a UUID of version 7.";
    /// The client bet id's own time lies outside the window.
    ClientIdOutsideWindow = 602, false, Millis, "The time inside the bet id is too far from now. Check your clock.";
    /// No bet has this id.
    UnknownBet = 603, false, None, "This bet does not exist.";
    /// The bet no longer waits, so it cannot be cancelled.
    BetNotWaiting = 604, false, None, "This bet is no longer waiting and cannot be cancelled.";
    /// The bettor cancelled the bet while it waited.
    BetCancelled = 605, false, None, "You cancelled this bet.";
    /// The bet was settled so long ago that it has left the engine.
    BetRetired = 606, false, None, "This bet was settled some time ago.";
    /// Only a bet that was taken and still stands can be cashed out.
    BetNotOpen = 607, false, None, "This bet is not open, so it cannot be cashed out.";
    /// One cash-out of a bet waits at a time.
    CashOutWaiting = 608, true, None, "A cash-out of this bet is being decided already.";
    /// More than is left of the stake (of each line's stake); the first number is what is left.
    CashOutPart = 609, false, Money, "You asked to cash out more than is left of this bet.";
    /// Less than the smallest amount of money would be paid.
    CashOutWorthless = 610, true, None, "This bet is worth too little to be cashed out.";
    /// Only a bet that was taken and is not void can be voided.
    BetNotStanding = 611, false, None, "This bet does not stand.";
    /// The bettor has no such offer, or it has ended.
    UnknownOffer = 612, false, None, "There is no such offer, or it has expired.";
    /// The bettor did not want the offer that was made in place of his bet.
    OfferDeclined = 613, false, None, "You declined this offer.";
    /// The bettor did not answer the offer in time.
    OfferExpired = 614, true, None, "The offer has expired.";
    /// No bet of this id waits for a trader.
    UnknownReferral = 615, false, None, "No such bet waits for a trader.";
    /// A trader can take less than was asked for, not more; the first number is what was asked for.
    ReferralStake = 616, false, Money, "A trader can take less of a bet than was asked for, not more.";
    /// A trader can offer no longer odds than were asked for or are on the board.
    ReferralOdds = 617, false, Odds, "These odds are longer than those asked for and those on the board.";
    /// A trader did not take the bet.
    ReferralRefused = 618, false, None, "A trader did not take this bet.";
    /// No trader looked at the bet in time.
    ReferralTimedOut = 619, true, None, "Nobody could look at this bet in time.";
    /// Another bet of the same group was refused, so none of them was taken.
    BatchRefused = 620, false, None, "Another bet of this group was refused, so none of them was taken.";
    /// A bet that a bonus has a part in is played to its end.
    BetWithBonus = 621, false, None, "A bet with a bonus in it cannot be cashed out.";
    /// The bet pays less than its odds come to; the numbers are what it pays at most and what the odds come to.
    PayoutIsCut = 622, false, Money, "A bet that pays less than its odds come to cannot be cashed out.";

    /// The input ring is full; nothing was read.
    EngineBusy = 901, true, None, "We are very busy. Please try again in a moment.";
    /// The engine is shutting down.
    EngineDraining = 902, true, None, "We are restarting. Please try again in a moment.";
    /// A kill switch is on.
    BettingStopped = 903, true, Switch, "Betting is stopped at the moment.";
    /// A table of the engine is full.
    CapacityReached = 904, true, Count, "We have no more room for this at the moment.";
    /// The journal failed; nothing more will be accepted until a restart.
    EngineFailed = 905, true, None, "We have a technical problem. Your bet was not taken.";
    /// The command may only be the journal's first record, or must be.
    OutOfPlace = 906, false, None, "This command is not allowed here.";
    /// The configuration moved since the change to it was made.
    ConfigurationMoved = 907, true, Count, "The configuration has changed meanwhile. Look at it again first.";
    /// Only an operator may do this.
    OperatorOnly = 908, false, None, "Only an operator may do this.";
    /// The second person must be another one; the numbers are both operators.
    SamePerson = 909, false, Count, "A second person must approve this.";
    /// The disk is nearly full; what is left is for settlement.
    JournalFull = 910, true, None, "We cannot take this at the moment. Please try again in a moment.";
    /// A kill switch or a mode stops cash-outs.
    CashOutStopped = 911, true, Switch, "Cashing out is stopped at the moment.";
    /// A kill switch or a mode stops withdrawals.
    WithdrawalsStopped = 912, true, Switch, "Withdrawals are stopped at the moment.";
    /// The engine is read-only.
    ReadOnly = 913, true, Switch, "Nothing can be changed at the moment. Please try again later.";
    /// A trip that has not pulled cannot be reset.
    NotTripped = 914, false, None, "This trip has not stopped anything.";
    /// A trip cools down before it can be reset; the numbers are how long and how long it has.
    TripCooling = 915, true, Millis, "This trip still cools down. Please look at its cause meanwhile.";
    /// Load is shed, and this market comes late in its order.
    LoadShed = 916, true, None, "We are very busy and take no bets on this market for a moment.";
    /// No table becomes smaller; the numbers are the size that it has and the one asked for.
    TablesNeverShrink = 917, false, Count, "A table cannot be made smaller than it is.";
}

/// A refusal with the numbers that decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Refusal {
    /// The code.
    pub code: Reject,
    /// The limit, the expectation, or what the bettor asked for; see [`Reject::numbers`].
    pub limit: i64,
    /// What was found instead.
    pub actual: i64,
}

crate::codec::wire_struct!(Refusal { code, limit, actual });

impl Refusal {
    /// A refusal without numbers.
    pub const fn new(code: Reject) -> Self {
        Self { code, limit: 0, actual: 0 }
    }

    /// A refusal with its numbers.
    pub const fn with(code: Reject, limit: i64, actual: i64) -> Self {
        Self { code, limit, actual }
    }
}

impl From<Reject> for Refusal {
    fn from(code: Reject) -> Self {
        Self::new(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_cannot_do_now_it_may_do_later_and_only_the_last_family_says_it() {
        for reject in Reject::ALL.iter().filter(|reject| reject.is_of_the_engine()) {
            assert!(900 <= reject.code() && reject.is_transient(), "{reject:?}");
        }
        // Of the last family these are about the command: sent again it would be refused again, or it was wrong.
        let others = Reject::ALL.iter().filter(|it| 900 <= it.code() && !it.is_of_the_engine());
        let codes: alloc::vec::Vec<u16> = others.map(|reject| reject.code()).collect();
        assert_eq!(codes, [906, 907, 908, 909, 914, 915, 917]);
    }

    #[test]
    fn codes_are_in_order_and_lead_back_to_themselves() {
        for pair in Reject::ALL.windows(2) {
            assert!(
                pair[0].code() < pair[1].code(),
                "{:?} is listed before {:?}",
                pair[0],
                pair[1]
            );
        }
        for reject in Reject::ALL {
            assert_eq!(Reject::from_code(reject.code()), Some(*reject));
            assert!(reject.sentence().ends_with('.'), "{reject:?} needs a whole sentence");
        }
    }
}
