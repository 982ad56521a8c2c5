//! Money in words: sides of the ledger, and why it moved.

use clutch_core::State;
use clutch_core::command::{Adjust, AdjustReason, PaymentStep};
use clutch_core::event::{LedgerAccount, PostingReason};

use super::{account, json, money};

/// A side of the ledger.
pub fn ledger(state: &State, side: LedgerAccount) -> String {
    match side {
        LedgerAccount::PlayerAvailable(id) => format!("{} available", account(state, id)),
        LedgerAccount::PlayerHeld(id) => format!("{} held", account(state, id)),
        LedgerAccount::House => "house".to_owned(),
        LedgerAccount::Provider => "payment provider".to_owned(),
        LedgerAccount::PlayerBonus(id) => format!("{} bonus", account(state, id)),
        LedgerAccount::PlayerBonusHeld(id) => format!("{} bonus held", account(state, id)),
        LedgerAccount::DepositInTransit(id) => format!("{} deposit in transit", account(state, id)),
        LedgerAccount::WithdrawalInTransit(id) => {
            format!("{} withdrawal in transit", account(state, id))
        }
        LedgerAccount::TaxWithheld => "tax withheld".to_owned(),
        LedgerAccount::Adjustments => "adjustments".to_owned(),
        LedgerAccount::BadDebt => "bad debt".to_owned(),
        #[allow(unreachable_patterns, reason = "a ledger account that comes later says itself")]
        other => json(&other),
    }
}

/// What a payment system says of a payment, in front of its amount.
pub(super) fn payment_step(step: PaymentStep) -> &'static str {
    match step {
        PaymentStep::Authorise => "a deposit is authorised,",
        PaymentStep::Fail => "a deposit fails,",
        PaymentStep::Withdraw { .. } => "withdraw",
        PaymentStep::Paid => "a withdrawal is paid,",
        PaymentStep::Returned => "a withdrawal comes back,",
    }
}

/// "adjust alice by -5.00: fee".
pub(super) fn adjustment(state: &State, adjust: &Adjust) -> String {
    let Adjust { account: id, amount, reason, .. } = *adjust;
    format!("adjust {} by {}: {}", account(state, id), money(amount), reason.name())
}

/// Why money moved.
pub fn posting(reason: PostingReason) -> String {
    match reason {
        PostingReason::Deposit => "deposit",
        PostingReason::Hold => "stake held",
        PostingReason::Release => "stake returned",
        PostingReason::StakeTaken => "stake taken",
        PostingReason::Payout => "payout",
        PostingReason::Reversal => "taken back",
        PostingReason::DepositAuthorised => "deposit authorised",
        PostingReason::DepositFailed => "deposit failed",
        PostingReason::WithdrawalRequested => "withdrawal requested",
        PostingReason::WithdrawalPaid => "withdrawal paid",
        PostingReason::WithdrawalReturned => "withdrawal returned",
        PostingReason::Tax => "tax kept back",
        PostingReason::BonusGranted => "bonus granted",
        PostingReason::BonusExpired => "bonus expired",
        PostingReason::BonusForfeited => "bonus taken back",
        PostingReason::CashOut => "cashed out",
        PostingReason::Adjusted(AdjustReason::Correction) => "correction",
        PostingReason::Adjusted(AdjustReason::Goodwill) => "goodwill",
        PostingReason::Adjusted(AdjustReason::Fee) => "fee",
        PostingReason::Adjusted(AdjustReason::Chargeback) => "chargeback",
        PostingReason::Adjusted(AdjustReason::WriteOff) | PostingReason::DebtWrittenOff => {
            "debt written off"
        }
        PostingReason::DebtRecovered => "debt recovered",
        #[allow(unreachable_patterns, reason = "a reason that comes later says itself")]
        other => return json(&other),
    }
    .to_owned()
}
