//! Where bets, legs and cash-outs stand in words, and why: terms, suspensions and prices.

use clutch_core::command::{PricePolicy, ReferralWord, SuspendReason};
use clutch_core::event::{
    BetStatus, CashOutStatus, CashOutView, LegStanding, PriceCause, VoidReason,
};
use clutch_core::settlement::multiplier::LegResult;

use super::{money, odds, orders, refusal_text, time};

/// Where a bet stands.
pub fn status(status: BetStatus) -> String {
    match status {
        BetStatus::Pending { due } => format!("waiting until {}", &time(due)[11..]),
        BetStatus::Referred { until } => format!("with a trader until {}", &time(until)[11..]),
        BetStatus::Offered { until } => {
            format!("offered otherwise, until {}", &time(until)[11..])
        }
        BetStatus::Refused(refusal) => format!("refused: {}", refusal_text(refusal)),
        BetStatus::Accepted { payout } => format!("accepted, to pay {}", money(payout)),
        BetStatus::Won { payout } => format!("won, paid {}", money(payout)),
        BetStatus::Lost => "lost".to_owned(),
        BetStatus::CashedOut { paid } => format!("cashed out, paid {}", money(paid)),
        BetStatus::Void(reason) => format!("void, stake returned: {}", why_void(reason)),
    }
}

/// What a trader says of a bet that was put to him.
pub fn referral(word: ReferralWord) -> String {
    match word {
        ReferralWord::Accept => "take it".to_owned(),
        ReferralWord::AcceptPart { stake } => format!("take {} of it", money(stake.money())),
        ReferralWord::Offer { stake, odds: None } => format!("offer {}", money(stake.money())),
        ReferralWord::Offer { stake, odds: Some(at) } => {
            format!("offer {} at {}", money(stake.money()), odds(at))
        }
        ReferralWord::Refuse => "do not take it".to_owned(),
    }
}

/// Where a cash-out stands.
pub fn cash_out(view: &CashOutView) -> String {
    let what = format!("{} for a stake of {}", money(view.amount), money(view.stake));
    match view.status {
        CashOutStatus::Quoted { expires_at } => {
            format!("is worth {what}, until {}", &time(expires_at)[11..])
        }
        CashOutStatus::Pending { due } => format!("of {what} waits until {}", &time(due)[11..]),
        CashOutStatus::Paid => format!("is paid: {what}"),
        CashOutStatus::Refused(refusal) => format!("is refused: {}", refusal_text(refusal)),
    }
}

/// Where a leg stands.
pub fn standing(standing: LegStanding) -> String {
    match standing {
        LegStanding::Open => "no result yet".to_owned(),
        LegStanding::Refused(refusal) => format!("refused: {}", refusal_text(refusal)),
        LegStanding::Decided(LegResult::Won) => "won".to_owned(),
        LegStanding::Decided(LegResult::Lost) => "lost".to_owned(),
        LegStanding::Decided(LegResult::Void) => "void: it does not count".to_owned(),
        LegStanding::Decided(LegResult::HalfWon) => "half won, half void".to_owned(),
        LegStanding::Decided(LegResult::HalfLost) => "half lost, half void".to_owned(),
        LegStanding::Decided(LegResult::DeadHeat(heat)) => orders::dead_heat(heat),
        LegStanding::Void(reason) => format!("void: {}", why_void(reason)),
    }
}

/// Why a bet or a leg is void.
pub fn why_void(reason: VoidReason) -> &'static str {
    match reason {
        VoidReason::NotPlayed => "what it was on was not played",
        VoidReason::Rewound => "the server took back the rounds it was struck on",
        VoidReason::Declared => "a person declared it",
        VoidReason::HouseRules => "the house rules say so after what happened to the match",
        VoidReason::TakenLate => "it was struck when the outcome could already be known",
        VoidReason::ByHand => "two persons of the staff voided this bet",
        VoidReason::Rest => {
            "its owner began to rest from betting, and the policy voids open bets then"
        }
    }
}

/// Which odds a bettor takes when they moved.
pub fn policy(policy: PricePolicy) -> String {
    match policy {
        PricePolicy::Exact => "only these odds".to_owned(),
        PricePolicy::Better => "these odds or better".to_owned(),
        PricePolicy::Any => "any odds".to_owned(),
        PricePolicy::Within { permille } => {
            format!("odds shorter by at most {}.{} %", permille / 10, permille % 10)
        }
    }
}

/// Why betting on something is suspended.
pub fn why_suspended(reason: SuspendReason) -> &'static str {
    match reason {
        SuspendReason::Trader => "by a trader",
        SuspendReason::FeedStale => "the feed has been silent too long",
        SuspendReason::FeedHeld => "the feed is not sure of its last word",
        SuspendReason::ImpossibleState => "the feed said something impossible",
        SuspendReason::FeedsDisagree => "two feeds contradict each other",
        SuspendReason::FeedsApart => "one feed knows more than another",
        SuspendReason::FeedGap => "messages of the feed are missing",
        SuspendReason::FeedLag => "the feed is late",
        SuspendReason::BranchCheck => "the price is not one of the two foreseen",
        SuspendReason::PriceInvalid => "the model's probabilities are no book",
        SuspendReason::PriceBand => "the price moved too far at once",
        SuspendReason::Override => {
            "a trader's override suspends it, is older than the score, or leaves a book of no more than 1"
        }
        SuspendReason::Unpriced => "there is no price",
        SuspendReason::RoundLive => "the round is being played",
    }
}

/// Why a price was made.
pub fn why_priced(cause: PriceCause) -> &'static str {
    match cause {
        PriceCause::Opened => "the market was opened",
        PriceCause::Score => "the score moved",
        PriceCause::Parameters => "the strengths changed",
        PriceCause::Margin => "the margin, or how the book is shaded, changed",
        PriceCause::Shading => "the market's liability moved",
        PriceCause::Override => "an override began",
        PriceCause::OverrideEnded => "an override ended",
        PriceCause::RolledBack => "a grade was rolled back",
        PriceCause::Image => "as it stands",
    }
}
