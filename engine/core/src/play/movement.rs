//! Movements of a player's money: what each posting means for limits and counters.

use crate::event::LedgerAccount;
use crate::units::{AccountId, BetId, Seq};

/// How a posting moved a player's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Movement {
    /// A stake is held.
    Staked(BetId),
    /// A stake comes back, as if its bet had never been.
    Unstaked(BetId),
    /// A bet paid.
    Won,
    /// What a bet paid is taken back.
    Unwon,
    /// Money came in, or was promised.
    Deposited,
    /// What was promised by this command did not come in.
    Undeposited(Seq),
    /// Money went out.
    Withdrawn,
    /// So many seconds were played, in the place of an amount.
    Played,
}

impl Movement {
    /// What a posting means for the player whose available money it touches.
    #[inline(always)]
    pub fn of(
        from: LedgerAccount,
        to: LedgerAccount,
        bet: Option<BetId>,
    ) -> Option<(AccountId, Self)> {
        let bet = bet.unwrap_or(BetId(0));
        match (from, to) {
            (LedgerAccount::PlayerAvailable(account), to) => match to {
                LedgerAccount::PlayerHeld(_) => Some((account, Self::Staked(bet))),
                LedgerAccount::House => Some((account, Self::Unwon)),
                // A withdrawal counts once it has left: asked for and taken back, it would make room
                // for deposits that nothing stands against.
                LedgerAccount::WithdrawalInTransit(_)
                | LedgerAccount::DepositInTransit(_)
                | LedgerAccount::Provider
                | LedgerAccount::PlayerAvailable(_)
                | LedgerAccount::PlayerBonus(_)
                | LedgerAccount::PlayerBonusHeld(_)
                | LedgerAccount::TaxWithheld
                | LedgerAccount::Adjustments
                | LedgerAccount::BadDebt => None,
            },
            (from, LedgerAccount::PlayerAvailable(account)) => match from {
                LedgerAccount::PlayerHeld(_) => Some((account, Self::Unstaked(bet))),
                LedgerAccount::House => Some((account, Self::Won)),
                LedgerAccount::Provider => Some((account, Self::Deposited)),
                // A deposit counts once it is promised, so that two of them cannot pass one limit.
                LedgerAccount::DepositInTransit(_)
                | LedgerAccount::WithdrawalInTransit(_)
                | LedgerAccount::PlayerAvailable(_)
                | LedgerAccount::PlayerBonus(_)
                | LedgerAccount::PlayerBonusHeld(_)
                | LedgerAccount::TaxWithheld
                | LedgerAccount::Adjustments
                | LedgerAccount::BadDebt => None,
            },
            (LedgerAccount::Provider, LedgerAccount::DepositInTransit(account)) => {
                Some((account, Self::Deposited))
            }
            (
                LedgerAccount::WithdrawalInTransit(account),
                LedgerAccount::Provider | LedgerAccount::TaxWithheld,
            ) => Some((account, Self::Withdrawn)),
            (
                LedgerAccount::PlayerHeld(_)
                | LedgerAccount::House
                | LedgerAccount::Provider
                | LedgerAccount::PlayerBonus(_)
                | LedgerAccount::PlayerBonusHeld(_)
                | LedgerAccount::DepositInTransit(_)
                | LedgerAccount::WithdrawalInTransit(_)
                | LedgerAccount::TaxWithheld
                | LedgerAccount::Adjustments
                | LedgerAccount::BadDebt,
                LedgerAccount::PlayerHeld(_)
                | LedgerAccount::House
                | LedgerAccount::Provider
                | LedgerAccount::PlayerBonus(_)
                | LedgerAccount::PlayerBonusHeld(_)
                | LedgerAccount::DepositInTransit(_)
                | LedgerAccount::WithdrawalInTransit(_)
                | LedgerAccount::TaxWithheld
                | LedgerAccount::Adjustments
                | LedgerAccount::BadDebt,
            ) => None,
        }
    }
}
