//! Whose a command or an event is: the one account that it is about.

use clutch_core::command::{Adjust, AnswerOffer, CashOut, PlaceBet, PlaceOnTerms, Slip};
use clutch_core::event::{BonusBet, LedgerAccount, PaymentView};
use clutch_core::units::AccountId;
use clutch_core::{Command, Envelope, Event};

/// The account that a command names. What names a bet alone, or several accounts' bets, names nobody.
pub fn account_of(envelope: &Envelope) -> Option<AccountId> {
    match &envelope.command {
        Command::PlaceBet(PlaceBet { account, .. })
        | Command::SetAccountState { account, .. }
        | Command::Deposit { account, .. }
        | Command::CancelBet { account, .. }
        | Command::SetAccountFactor { account, .. }
        | Command::LinkAccount { account, .. }
        | Command::SetPlayLimit { account, .. }
        | Command::ConfirmPlayLimit { account, .. }
        | Command::Rest { account, .. }
        | Command::EndRest { account }
        | Command::Payment { account, .. }
        | Command::Bonus { account, .. }
        | Command::VoidBet { account, .. }
        | Command::Customer { account, .. }
        | Command::AnswerOffer(AnswerOffer { account, .. })
        | Command::Adjust(Adjust { account, .. })
        | Command::CashOut(CashOut { account, .. })
        | Command::Session { account, .. } => Some(*account),
        Command::PlaceMultiple(place) => Some(place.account),
        Command::PlaceOnTerms(PlaceOnTerms { slip, .. }) => match slip {
            Slip::Single(place) => Some(place.account),
            Slip::Multiple(place) => Some(place.account),
        },
        Command::PlaceBatch(batch) => batch.places().next().map(|place| place.account),
        Command::Genesis { .. }
        | Command::Configure { .. }
        | Command::CreateMatch(_)
        | Command::SetMap(_)
        | Command::OpenMarket { .. }
        | Command::Feed(_)
        | Command::Suspend { .. }
        | Command::Resume { .. }
        | Command::Kill { .. }
        | Command::OpenAccount { .. }
        | Command::Tick
        | Command::BriefTick
        | Command::Override { .. }
        | Command::Approve { .. }
        | Command::LiftOverride { .. }
        | Command::SetNextRound(_)
        | Command::SetTier { .. }
        | Command::SetDelay { .. }
        | Command::Grade { .. }
        | Command::RejectProposal { .. }
        | Command::HandOver { .. }
        | Command::AdoptHouseRules { .. }
        | Command::MatchIncident { .. }
        | Command::TakeBackIncident { .. }
        | Command::SetMode { .. }
        | Command::ResetTrip { .. }
        | Command::Shed { .. }
        | Command::ResumeSettlement { .. }
        | Command::PauseSettlement { .. }
        | Command::VoidBets(_)
        | Command::AdoptPlayPolicy { .. }
        | Command::DecideReferral { .. }
        | Command::SetCurrency(_)
        | Command::Enlarge { .. } => None,
    }
}

/// Whether an event says something of an account.
pub fn is_of(account: AccountId, event: &Event) -> bool {
    match event {
        Event::Bet(view) => view.account == account,
        Event::Multiple(view) => view.account == account,
        Event::Leg(leg) => leg.account == account,
        Event::CashOut(view) => view.account == account,
        Event::Payment(PaymentView { account: id, .. })
        | Event::Balance { account: id, .. }
        | Event::Account { account: id, .. }
        | Event::AccountTerms { account: id, .. }
        | Event::PlayLimit { account: id, .. }
        | Event::Rest { account: id, .. }
        | Event::Bonus { account: id, .. }
        | Event::BonusBet(BonusBet { account: id, .. })
        | Event::Customer { account: id, .. }
        | Event::Counter { account: id, .. }
        | Event::Case { account: id, .. }
        | Event::Session { account: id, .. } => *id == account,
        Event::Posting { from, to, .. } => {
            [*from, *to].into_iter().any(|side| owner(side) == Some(account))
        }
        _ => false,
    }
}

/// Whose a side of the ledger is; `None` for the operator's own.
fn owner(side: LedgerAccount) -> Option<AccountId> {
    match side {
        LedgerAccount::PlayerAvailable(id)
        | LedgerAccount::PlayerHeld(id)
        | LedgerAccount::PlayerBonus(id)
        | LedgerAccount::PlayerBonusHeld(id)
        | LedgerAccount::DepositInTransit(id)
        | LedgerAccount::WithdrawalInTransit(id) => Some(id),
        LedgerAccount::House
        | LedgerAccount::Provider
        | LedgerAccount::TaxWithheld
        | LedgerAccount::Adjustments
        | LedgerAccount::BadDebt => None,
    }
}
