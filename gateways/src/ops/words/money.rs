//! Money in words: sides of the ledger, and why it moved.

use clutch_core::State;
use clutch_core::command::{Adjust, AdjustReason, PaymentStep, SetCurrency};
use clutch_core::event::{BonusBet, LedgerAccount, PostingReason};
use clutch_core::play::{LimitBy, LimitView};
use clutch_core::units::{AccountId, BonusId, Currency, Money};
use clutch_core::wallet::{BonusKind, BonusView};

use super::{account, money, time};
use crate::wire::decimal::USUAL_PLACES;
use crate::wire::play::show_amount;

/// How many places money of an account has; of nobody's, that of the book currency.
pub fn places(state: &State, account: Option<AccountId>) -> u8 {
    let Some(wallet) = state.wallet() else { return USUAL_PLACES };
    let currency = account.and_then(|account| wallet.get(account)).map(|row| row.currency);
    let row = wallet.currencies().get(currency.unwrap_or_default());
    row.map_or(USUAL_PLACES, |row| row.decimals)
}

/// The letters of an account's currency.
pub fn currency_code(state: &State, account: AccountId) -> String {
    let row = state.wallet().and_then(|wallet| {
        let currency = wallet.get(account).map(|row| row.currency).unwrap_or_default();
        wallet.currencies().get(currency)
    });
    row.map_or_else(String::new, |row| row.code.as_str().to_owned())
}

/// The letters of the currency of the book.
pub fn book_currency(state: &State) -> String {
    let row = state.wallet().and_then(|wallet| wallet.currencies().get(Currency::default()));
    row.map_or_else(String::new, |row| row.code.as_str().to_owned())
}

/// "currency 1 is JPY with 0 places; a billion of it count 620000000 in limits".
pub(super) fn currency(set: &SetCurrency) -> String {
    let SetCurrency { currency, code, decimals, book_ppb } = *set;
    let (number, code) = (currency.0, code.as_str());
    format!(
        "currency {number} is {code} with {decimals} places; a billion of its minor units count \
         {book_ppb} of the book's in limits"
    )
}

/// Minor units as money.
pub fn minor(amount: i64) -> String {
    money(Money::from_minor(amount))
}

/// "bonus 830 (money) has 24.00 left and 90.00 to be wagered, is active, until 2026-01-20 00:00:00.000".
pub fn bonus(view: &BonusView) -> String {
    let (kind, left) = (view.kind, money(view.available + view.held));
    let (bonus, state) = (view.bonus.0, view.state.name());
    let to_wager = match view.wagering_left {
        Money::ZERO => String::new(),
        wagering => format!(" and {} to be wagered", money(wagering)),
    };
    format!(
        "bonus {bonus} ({kind}) has {left} left{to_wager}, is {state}, until {}",
        time(view.expires_at)
    )
}

/// "limit on loss over 7d: 50.00, 12.50 used".
pub fn limit(view: LimitView) -> String {
    let LimitView { key, amount, used, wish } = view;
    let show = |amount| show_amount(key, amount);
    let whose = match key.by {
        LimitBy::Player => "own",
        LimitBy::House => "the house's",
        LimitBy::Counter => "counted",
    };
    let now = amount.map_or_else(|| "lifted".to_owned(), show);
    let wish = wish.map_or_else(String::new, |wish| {
        let wanted = wish.amount.map_or_else(|| "none".to_owned(), show);
        format!(", {wanted} wished from {} on", time(wish.confirm_from))
    });
    let (quantity, window) = (key.quantity.name(), key.window.name());
    format!("{whose} limit on {quantity} over {window}: {now}, {} used{wish}", show(used))
}

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

/// What a bonus does for a bet, in words.
pub fn bonus_bet(with: &BonusBet) -> String {
    let (BonusId(bonus), part) = (with.bonus, money(with.part));
    match with.kind {
        BonusKind::FreeBet => {
            format!("{part} of the stake from bonus {bonus} ({}), which is not paid out", with.kind)
        }
        BonusKind::Money => {
            let counts = if with.counts { "the stake counts" } else { "too short to count" };
            format!(
                "{part} of the stake from bonus {bonus} (money), to which the same part of what is paid \
                 returns; {counts} towards what must be wagered"
            )
        }
        BonusKind::Boost { percent } => {
            format!("bonus {bonus}, which raises what it wins by {percent} %, {part} at most")
        }
    }
}

/// Why money moved, in words.
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
        PostingReason::BonusConverted => "bonus wagered",
        PostingReason::BonusUsedAgain => "bonus used again meanwhile, put in by the house",
        PostingReason::CashOut => "cashed out",
        PostingReason::Adjusted(AdjustReason::Correction) => "correction",
        PostingReason::Adjusted(AdjustReason::Goodwill) => "goodwill",
        PostingReason::Adjusted(AdjustReason::Fee) => "fee",
        PostingReason::Adjusted(AdjustReason::Chargeback) => "chargeback",
        PostingReason::Adjusted(AdjustReason::WriteOff) | PostingReason::DebtWrittenOff => {
            "debt written off"
        }
        PostingReason::DebtRecovered => "debt recovered",
    }
    .to_owned()
}
