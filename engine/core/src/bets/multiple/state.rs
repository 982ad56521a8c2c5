//! Where a bet of several legs stands.

use crate::codec::wire_enum;
use crate::event::VoidReason;
use crate::reject::Refusal;
use crate::units::{Money, Timestamp};

/// Where a multiple stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MultipleState {
    /// Waits out the longest in-play delay of its legs.
    Waiting {
        /// When it is decided.
        due: Timestamp,
    },
    /// Refused or cancelled after waiting.
    Refused(Refusal),
    /// Stands.
    Open,
    /// Some of its lines won, or came back in part, and were paid.
    Won {
        /// What was paid, stake included.
        paid: Money,
    },
    /// No line can win any more.
    Lost,
    /// No leg counts: the stake went back.
    Void(VoidReason),
    /// The bettor ended it, all that was left of it.
    CashedOut {
        /// What was paid for it, over all its cash-outs.
        paid: Money,
    },
    /// Waits for a trader.
    Referred {
        /// When his time is over.
        due: Timestamp,
    },
    /// Waits for the bettor, who was offered these odds and this stake.
    Offered {
        /// When the offer ends.
        due: Timestamp,
    },
}

impl MultipleState {
    /// See [`BetState::follows_results`](crate::bets::BetState::follows_results).
    pub(crate) fn follows_results(self) -> bool {
        match self {
            Self::Waiting { .. }
            | Self::Referred { .. }
            | Self::Offered { .. }
            | Self::Refused(_)
            | Self::CashedOut { .. }
            | Self::Void(VoidReason::ByHand | VoidReason::Rest) => false,
            Self::Open | Self::Won { .. } | Self::Lost | Self::Void(_) => true,
        }
    }

    /// When a bet that is not decided is; `None` if it is.
    pub const fn due(self) -> Option<Timestamp> {
        match self {
            Self::Waiting { due } | Self::Referred { due } | Self::Offered { due } => Some(due),
            Self::Refused(_)
            | Self::Open
            | Self::Won { .. }
            | Self::Lost
            | Self::Void(_)
            | Self::CashedOut { .. } => None,
        }
    }
}

wire_enum!(MultipleState {
    0 = Waiting { due },
    1 = Refused(refusal),
    2 = Open,
    3 = Won { paid },
    4 = Lost,
    5 = Void(reason),
    6 = CashedOut { paid },
    7 = Referred { due },
    8 = Offered { due },
});
