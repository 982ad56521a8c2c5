//! Who may give which order.

use clutch_core::Command;

use super::Order;
use crate::token::{Role, StaffClaims};

impl Order {
    /// Whether somebody with these roles may give it. Traders stop and resume betting, set prices and
    /// choose the source to follow; risk also sets what may be lost; finance moves money, says what
    /// accounts may do and looks into them; all else is for operators.
    pub fn is_allowed_to(&self, staff: &StaffClaims) -> bool {
        let is_for_traders = matches!(
            self,
            Self::Command(
                Command::Suspend { .. }
                    | Command::Resume { .. }
                    | Command::Kill { .. }
                    | Command::SetMode { .. }
                    | Command::ResetTrip { .. }
                    | Command::Override { .. }
                    | Command::Approve { .. }
                    | Command::Withdraw { .. }
                    | Command::LiftOverride { .. }
                    | Command::DecideReferral { .. }
                    | Command::HandOver { .. }
                    | Command::SetMap(_)
                    | Command::SetNextRound(_)
            )
        );
        let is_for_risk = matches!(
            self,
            Self::Configure(_)
                | Self::Command(
                    Command::SetTier { .. }
                        | Command::SetDelay { .. }
                        | Command::SetAccountFactor { .. }
                        | Command::LinkAccount { .. }
                )
        );
        let is_for_finance = matches!(
            self,
            Self::Command(
                Command::Deposit { .. }
                    | Command::Payment { .. }
                    | Command::Bonus { .. }
                    | Command::Adjust(_)
                    | Command::OpenAccount { .. }
                    // What a person of finance wishes, another one of finance approves.
                    | Command::Approve { .. }
                    | Command::Withdraw { .. }
                    | Command::SetAccountState { .. }
                    | Command::SetPlayLimit { .. }
                    | Command::ConfirmPlayLimit { .. }
                    | Command::Rest { .. }
                    | Command::EndRest { .. }
                    | Command::Customer { .. }
            )
        );
        staff.roles.iter().any(|role| match role {
            Role::Operator => true,
            Role::Trader => is_for_traders,
            Role::Risk => is_for_traders || is_for_risk,
            Role::Finance => is_for_finance,
            Role::Bettor | Role::Viewer | Role::Unknown => false,
        })
    }
}
