//! Why betting is stopped: a set of reasons, of which the gravest is the one named; and how a person
//! sets and lifts his.

use crate::codec::{DecodeError, Decoder, Encoder, Wire};
use crate::command::{Scope, SuspendReason};
use crate::event::Event;
use crate::reject::{Refusal, Reject};
use crate::state::Step;

/// A set of reasons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stops(u32);

/// Every reason, the gravest first: the order in which one is named when several hold. What a person
/// decided comes before what the engine noticed, and doubt about the match before doubt about a
/// single price.
const ORDER: [SuspendReason; SuspendReason::COUNT] = [
    SuspendReason::Trader,
    SuspendReason::FeedStale,
    SuspendReason::FeedHeld,
    SuspendReason::ImpossibleState,
    SuspendReason::FeedsDisagree,
    SuspendReason::FeedsApart,
    SuspendReason::FeedGap,
    SuspendReason::FeedLag,
    SuspendReason::BranchCheck,
    SuspendReason::PriceInvalid,
    SuspendReason::PriceBand,
    SuspendReason::Override,
    SuspendReason::Unpriced,
    SuspendReason::RoundLive,
];

/// The reasons that a person gives, and lifts with [`crate::Command::Resume`]. The others are the
/// engine's own to see and to lift, so that nothing is suspended for ever.
pub const FOR_A_PERSON: Stops = Stops::none()
    .with(SuspendReason::Trader)
    .with(SuspendReason::ImpossibleState)
    .with(SuspendReason::FeedsDisagree)
    .with(SuspendReason::BranchCheck)
    .with(SuspendReason::PriceBand);

impl Stops {
    /// No reason.
    pub const fn none() -> Self {
        Self(0)
    }

    /// The set as bits, one a reason, by its place in [`SuspendReason`].
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The set with this reason in it.
    #[must_use]
    pub const fn with(self, reason: SuspendReason) -> Self {
        Self(self.0 | 1 << reason as u32)
    }

    /// The set without this reason.
    #[must_use]
    pub const fn without(self, reason: SuspendReason) -> Self {
        Self(self.0 & !(1 << reason as u32))
    }

    /// Every reason of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The set without those of another.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the reason is in the set.
    pub const fn has(self, reason: SuspendReason) -> bool {
        self.0 & 1 << reason as u32 != 0
    }

    /// Whether there is no reason.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The reason to name: the first of the order.
    #[inline]
    pub fn first(self) -> Option<SuspendReason> {
        // Markets are mostly open, and asked on every bet.
        if self.is_empty() {
            return None;
        }
        ORDER.into_iter().find(|reason| self.has(*reason))
    }
}

impl Wire for Stops {
    fn put(&self, out: &mut Encoder<'_>) {
        self.0.put(out);
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let bits = u32::take(input)?;
        if bits >> SuspendReason::COUNT == 0 {
            Ok(Self(bits))
        } else {
            Err(DecodeError::OutOfRange)
        }
    }
}

impl Step<'_> {
    /// Stops betting for a reason that a person can lift again; the others are the engine's own to
    /// see and to lift, so that nothing is suspended for ever.
    pub(crate) fn suspend(&mut self, scope: Scope, reason: SuspendReason) -> Result<(), Refusal> {
        if !FOR_A_PERSON.has(reason) {
            return Err(Reject::InvalidParameter.into());
        }
        match scope {
            Scope::All => {
                self.tables.stops = self.tables.stops.with(reason);
                self.announce_all_statuses();
            }
            Scope::Match(match_id) => {
                // What a person froze, a person lets go on.
                self.tables.fixture_mut(match_id)?.feed.needs_person = true;
                self.stop_match(match_id, reason);
            }
            Scope::Market(market) => {
                self.tables.markets.get(market).ok_or(Reject::UnknownMarket)?;
                let stops = &mut self.tables.markets.market_mut(market).stops;
                *stops = stops.with(reason);
                self.announce_status(market, false);
            }
        }
        Ok(())
    }

    /// Lifts every reason that waits for a person. What the engine can see for itself (a silent or
    /// hesitant feed, a missing price) stays.
    pub(crate) fn resume(&mut self, scope: Scope) -> Result<(), Refusal> {
        self.a_person_looks = true;
        match scope {
            Scope::All => {
                self.tables.stops = Stops::none();
                self.announce_all_statuses();
            }
            Scope::Match(match_id) => {
                let fixture = self.tables.fixture_mut(match_id)?;
                fixture.stops = fixture.stops.less(FOR_A_PERSON);
                self.decide_against_dissenters(match_id);
                let reason = self.tables.fixture_mut(match_id)?.stops.first();
                self.outbox.push(Event::MatchFrozen { match_id, reason });
                self.announce_statuses_of(match_id);
                self.settle_what_was_disputed(match_id);
                // Nobody could follow a silent source while the score was in question.
                self.replace_silent(match_id);
            }
            Scope::Market(market) => {
                self.tables.markets.get(market).ok_or(Reject::UnknownMarket)?;
                let stops = &mut self.tables.markets.market_mut(market).stops;
                *stops = stops.less(FOR_A_PERSON);
                self.announce_status(market, false);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_own_bit_and_can_be_named() {
        let mut all = Stops::none();
        for reason in ORDER {
            assert!(!all.has(reason), "{reason:?} shares a bit or stands in the list twice");
            all = all.with(reason);
            assert_eq!(Stops::none().with(reason).first(), Some(reason));
            assert!(all.without(reason).less(all).is_empty());
        }
        assert_eq!(all.bits().count_ones() as usize, SuspendReason::COUNT);
        assert_eq!(all.first(), Some(SuspendReason::Trader));
        assert_eq!(FOR_A_PERSON.and(all), all);
    }
}
