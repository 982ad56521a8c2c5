//! A player who has excluded himself neither bets nor pays in, and comes back only by his own wish.
//!
//! Implements UKGC LCCP social responsibility code 3.5.3 and ordinary code 3.5.4: at least six months,
//! up to five years here; it holds beyond its term until the player asks to return, and then one more
//! day. Bets that wait are refused when their delay ends and the stake goes back; open bets stand or are
//! void as the policy says. What the account holds can be taken out, always: code 3.5.3 has it returned.
//! The staff can begin one and nobody can shorten one: no state of the account lifts it, and no bonus
//! calls the player back meanwhile (ordinary code 3.5.4: no marketing).

use super::{Asked, PlayRule, RestKind, Subject};
use crate::reject::{Refusal, Reject};

const DAY_NS: u64 = 24 * 3_600 * 1_000_000_000;

/// The shortest: six months.
pub(super) const SHORTEST_NS: u64 = 182 * DAY_NS;
/// The longest: five years.
pub(super) const LONGEST_NS: u64 = 1_827 * DAY_NS;
/// What passes between the wish to return and the first bet.
pub(super) const RETURN_NS: u64 = DAY_NS;

pub(super) const RULE: PlayRule =
    PlayRule { name: "self_exclusion", cites: "UKGC LCCP 3.5.3, 3.5.4", check };

fn check(subject: &Subject<'_>) -> Result<(), Refusal> {
    match subject.rest() {
        _ if subject.asked == Asked::Withdraw => Ok(()),
        Some(rest) if rest.kind == RestKind::SelfExclusion => {
            Err(Reject::AccountSelfExcluded.into())
        }
        Some(_) | None => Ok(()),
    }
}
