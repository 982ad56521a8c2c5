//! A refusal of a bet of several legs, kept so that it can be said again.

use crate::codec::wire_struct;
use crate::command::PlaceMultiple;
use crate::event::{BetStatus, MultipleView};
use crate::reject::Refusal;
use crate::settlement::system::{Bankers, FoldSizes};
use crate::units::{AccountId, ClientBetId, Stake};

/// A multiple that was refused at once and so never had a slot: enough to answer again.
#[derive(Clone, Copy, Debug)]
pub struct RefusedMultiple {
    unit: Stake,
    folds: FoldSizes,
    bankers: Bankers,
    legs: u8,
    leg_at_fault: Option<u8>,
    refusal: Refusal,
}

wire_struct!(RefusedMultiple { unit, folds, bankers, legs, leg_at_fault, refusal });

impl RefusedMultiple {
    pub(in crate::bets) fn new(
        place: &PlaceMultiple,
        refusal: Refusal,
        leg_at_fault: Option<u8>,
    ) -> Self {
        let system = place.system();
        Self {
            unit: place.unit(),
            folds: system.folds(),
            bankers: system.bankers(),
            legs: system.legs() as u8,
            leg_at_fault,
            refusal,
        }
    }

    /// The refusal as the bettor sees it.
    pub fn view(&self, account: AccountId, client_id: ClientBetId) -> MultipleView {
        let Self { unit, folds, bankers, legs, leg_at_fault, refusal } = *self;
        MultipleView {
            bet: None,
            account,
            client_id,
            unit,
            folds,
            bankers,
            legs,
            leg_at_fault,
            status: BetStatus::Refused(refusal),
        }
    }
}
