//! Who may give which order, and who may be the second person for it.

use clutch_core::proposals::About;
use clutch_core::units::ProposalId;
use clutch_core::{Command, Event, Record};

use super::Order;
use crate::token::{Role, StaffClaims};

/// Whose business something is. Operators do all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// Odds, stops, results.
    Trading,
    /// What may be lost, and what is asked of players. Whoever sits here trades as well.
    Risk,
    /// Money, and what accounts may do.
    Finance,
}

impl Desk {
    /// Whether somebody with these roles sits here.
    fn has(self, staff: &StaffClaims) -> bool {
        staff.roles.iter().any(|role| match role {
            Role::Operator => true,
            Role::Trader => self == Self::Trading,
            Role::Risk => matches!(self, Self::Trading | Self::Risk),
            Role::Finance => self == Self::Finance,
            Role::Bettor | Role::Viewer | Role::Unknown => false,
        })
    }

    /// The desk that such a wish comes from.
    const fn of(about: About) -> Self {
        match about {
            About::Grade { .. }
            | About::Incident { .. }
            | About::TakeBackIncident(_)
            | About::VoidBet(_)
            | About::VoidBets(_)
            | About::HandOver { .. }
            | About::Strengths { .. }
            | About::NextRound { .. } => Self::Trading,
            About::Limits
            | About::PlayPolicy
            | About::AccountFactor { .. }
            | About::Tier { .. }
            | About::Link { .. } => Self::Risk,
            About::Adjust { .. } | About::Deposit { .. } | About::Bonus { .. } => Self::Finance,
        }
    }

    /// Its people.
    const fn people(self) -> &'static str {
        match self {
            Self::Trading => "trading or risk",
            Self::Risk => "risk",
            Self::Finance => "finance",
        }
    }
}

impl Order {
    /// Whether somebody with these roles may give it. Traders create matches and open markets, stop and resume betting, set prices, say how
    /// markets ended, which bets are void and which source to follow; risk also sets what may be lost and
    /// what is asked of players; finance moves money, says what accounts may do and looks into them; all
    /// else is for operators. Of wishes that wait, see [`may_decide`].
    pub fn is_allowed_to(&self, staff: &StaffClaims) -> bool {
        let is_for_traders = matches!(
            self,
            Self::CreateMatch { .. }
                | Self::Command(
                    Command::OpenMarket { .. }
                        | Command::Suspend { .. }
                        | Command::Resume { .. }
                        | Command::Kill { .. }
                        | Command::SetMode { .. }
                        | Command::ResetTrip { .. }
                        | Command::Override { .. }
                        | Command::LiftOverride { .. }
                        | Command::DecideReferral { .. }
                        | Command::HandOver { .. }
                        | Command::SetMap(_)
                        | Command::SetNextRound(_)
                        | Command::Grade { .. }
                        | Command::MatchIncident { .. }
                        | Command::TakeBackIncident { .. }
                        | Command::VoidBet { .. }
                        | Command::VoidBets(_)
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
                        | Command::AdoptPlayPolicy { .. }
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
                    | Command::SetAccountState { .. }
                    | Command::SetPlayLimit { .. }
                    | Command::ConfirmPlayLimit { .. }
                    | Command::Rest { .. }
                    | Command::EndRest { .. }
                    | Command::Customer { .. }
            )
        );
        let desks = [
            (is_for_traders, Desk::Trading),
            (is_for_risk, Desk::Risk),
            (is_for_finance, Desk::Finance),
        ];
        let may = |desk: Desk| desk.has(staff);
        match self.wish() {
            // What it is about says who may; somebody of any desk may ask.
            Some(_) => [Desk::Trading, Desk::Risk, Desk::Finance].into_iter().any(may),
            None => {
                staff.roles.contains(&Role::Operator)
                    || desks.into_iter().any(|(is_for, desk)| is_for && may(desk))
            }
        }
    }

    /// The wish that it decides about, if it is the second person's word.
    pub fn wish(&self) -> Option<ProposalId> {
        match self {
            Self::Command(Command::Approve { id } | Command::RejectProposal { id }) => Some(*id),
            Self::Command(_) | Self::Configure(_) | Self::CreateMatch { .. } => None,
        }
    }
}

/// Whether somebody with these roles may approve or drop a wish, given everything that waits: only one
/// that he could have wished himself. A wish that does not wait is the engine's to refuse.
///
/// # Errors
/// The sentence that says who may.
pub fn may_decide(staff: &StaffClaims, id: ProposalId, waiting: &[Record]) -> Result<(), String> {
    let desk = waiting.iter().find_map(|record| match record.event {
        Event::Proposal { id: other, about, .. } if other == id => Some(Desk::of(about)),
        Event::Override { id: other, .. } if other.0 == id.0 => Some(Desk::Trading),
        _ => None,
    });
    match desk {
        Some(desk) if !desk.has(staff) => Err(format!(
            "Only somebody of {} may approve or drop this, as he could have wished it himself.",
            desk.people()
        )),
        Some(_) | None => Ok(()),
    }
}
