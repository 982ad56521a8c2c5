//! Between which accounts money moves, and why.

use crate::command::AdjustReason;
use crate::units::AccountId;

/// A ledger account. Every posting is in one currency, that of the player or the one it names; the
/// accounts that are no player's exist once for each currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum LedgerAccount {
    /// What a player can stake.
    PlayerAvailable(AccountId),
    /// What a player's open bets hold.
    PlayerHeld(AccountId),
    /// The house: what bets earned less what bonuses cost.
    House,
    /// The payment providers: minus what they brought into the books.
    Provider,
    /// What a player was granted and can only stake.
    PlayerBonus(AccountId),
    /// What a player's open bets hold of that.
    PlayerBonusHeld(AccountId),
    /// In transit: deposits of a player that are authorised and not captured yet.
    DepositInTransit(AccountId),
    /// In transit: what a player asked for that has not left yet.
    WithdrawalInTransit(AccountId),
    /// Tax kept back for an authority.
    TaxWithheld,
    /// What was corrected by hand, given as a kindness or charged.
    Adjustments,
    /// What players owe and will not be asked for.
    BadDebt,
}

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum PostingReason {
    /// A payment came in.
    Deposit,
    /// A stake is held.
    Hold,
    /// A held stake goes back: refused after waiting, cancelled, or void.
    Release,
    /// A lost or won bet's stake goes to the house.
    StakeTaken,
    /// A won bet's payout.
    Payout,
    /// An earlier settlement is taken back because the result changed.
    Reversal,
    /// A provider has authorised a deposit.
    DepositAuthorised,
    /// An authorised deposit came to nothing.
    DepositFailed,
    /// A player asked for money.
    WithdrawalRequested,
    /// The money left.
    WithdrawalPaid,
    /// The money came back to the player.
    WithdrawalReturned,
    /// Tax kept back from a withdrawal.
    Tax,
    /// A bonus was granted.
    BonusGranted,
    /// A bonus ran out of time.
    BonusExpired,
    /// A bonus was taken back.
    BonusForfeited,
    /// What a bet that was cashed out, wholly or in part, was worth.
    CashOut,
    /// A person adjusted the balance.
    Adjusted(AdjustReason),
    /// A correction took more than the player may owe; the rest is given up.
    DebtWrittenOff,
    /// A correction gave the player what had been given up before.
    DebtRecovered,
    /// Enough was wagered: a bonus becomes the player's own money, and what is above its limit the house's.
    BonusConverted,
    /// A void is taken back whose part of a bonus was used again meanwhile: the house puts it in.
    BonusUsedAgain,
}
