//! What a bet's status says of the bet, and what only of the id under which it was sent.

use clutch_core::Reject;
use clutch_core::event::BetStatus;

/// Whether this says no more than that the id is too old to be looked up. The engine forgets what it answered to an
/// id long ago, and refuses the id when it is sent again: of a bet that was placed under it before, that is no new fate.
pub(super) const fn is_of_the_id_alone(status: BetStatus) -> bool {
    match status {
        BetStatus::Refused(refusal) => {
            matches!(refusal.code, Reject::ClientIdOutsideWindow | Reject::BetRetired)
        }
        BetStatus::Pending { .. }
        | BetStatus::Referred { .. }
        | BetStatus::Offered { .. }
        | BetStatus::Accepted { .. }
        | BetStatus::Won { .. }
        | BetStatus::Lost
        | BetStatus::Void(_)
        | BetStatus::CashedOut { .. } => false,
    }
}
