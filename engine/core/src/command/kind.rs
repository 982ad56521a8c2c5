//! The kind of record that each command is in the journal.

use super::Command;

impl Command {
    /// Whether others come right behind it, so that only a short slice of the work in progress is done with it.
    #[inline]
    pub(crate) const fn has_others_behind(&self) -> bool {
        matches!(
            self,
            Self::PlaceBet(_)
                | Self::PlaceMultiple(_)
                | Self::PlaceOnTerms(_)
                | Self::PlaceBatch(_)
                | Self::BriefTick
        )
    }

    /// The record kind in the journal: one more than the variant's tag, so that zero is nothing.
    pub const fn kind(&self) -> u16 {
        match self {
            Self::Genesis { .. } => 1,
            Self::Configure { .. } => 2,
            Self::CreateMatch(_) => 3,
            Self::SetMap(_) => 4,
            Self::OpenMarket { .. } => 5,
            Self::Feed(_) => 6,
            Self::Suspend { .. } => 7,
            Self::Resume { .. } => 8,
            Self::Kill { .. } => 9,
            Self::OpenAccount { .. } => 10,
            Self::SetAccountState { .. } => 11,
            Self::Deposit { .. } => 12,
            Self::PlaceBet(_) => 13,
            Self::CancelBet { .. } => 14,
            Self::Tick => 15,
            Self::Override { .. } => 16,
            Self::Approve { .. } => 17,
            Self::LiftOverride { .. } => 18,
            Self::SetNextRound(_) => 19,
            Self::PlaceMultiple(_) => 20,
            Self::SetAccountFactor { .. } => 21,
            Self::LinkAccount { .. } => 22,
            Self::SetTier { .. } => 23,
            Self::SetPlayLimit { .. } => 24,
            Self::ConfirmPlayLimit { .. } => 25,
            Self::Rest { .. } => 26,
            Self::EndRest { .. } => 27,
            Self::Grade { .. } => 28,
            Self::RejectProposal { .. } => 29,
            Self::HandOver { .. } => 30,
            Self::AdoptHouseRules { .. } => 31,
            Self::MatchIncident { .. } => 32,
            Self::TakeBackIncident { .. } => 33,
            Self::SetMode { .. } => 34,
            Self::Payment { .. } => 35,
            Self::Bonus { .. } => 36,
            Self::ResetTrip { .. } => 37,
            Self::Shed { .. } => 38,
            Self::CashOut(_) => 39,
            Self::ResumeSettlement { .. } => 40,
            Self::PauseSettlement { .. } => 41,
            Self::VoidBet { .. } => 42,
            Self::VoidBets(_) => 43,
            Self::AdoptPlayPolicy { .. } => 44,
            Self::Customer { .. } => 45,
            Self::PlaceOnTerms(_) => 46,
            Self::AnswerOffer(_) => 47,
            Self::DecideReferral { .. } => 48,
            Self::Adjust(_) => 49,
            Self::SetCurrency(_) => 50,
            Self::PlaceBatch(_) => 51,
            Self::Session { .. } => 52,
            Self::SetDelay { .. } => 53,
            Self::Enlarge { .. } => 54,
            Self::BriefTick => 55,
        }
    }
}
