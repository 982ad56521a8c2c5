//! The names of everything that can be said, so that a run can tell what it never said.
//!
//! Each list is its own `match`, without a rest: what is new does not compile until it stands here, and then a run
//! that never says it fails.

use clutch_core::Command;
use clutch_core::command::{GameEvent, Incident};

macro_rules! names {
    ($(#[$about:meta])* $list:ident, $name_of:ident, $of:ident: $($variant:ident)*) => {
        $(#[$about])*
        pub const $list: &[&str] = &[$(stringify!($variant)),*];

        $(#[$about])*
        pub const fn $name_of(said: &$of) -> &'static str {
            match said {
                $($of::$variant { .. } => stringify!($variant),)*
            }
        }
    };
}

names! {
    /// Commands.
    COMMANDS, command, Command:
    Genesis Configure CreateMatch SetMap OpenMarket Feed Suspend Resume Kill OpenAccount SetAccountState Deposit
    PlaceBet CancelBet Tick Override Approve LiftOverride SetNextRound PlaceMultiple SetAccountFactor LinkAccount
    SetTier SetPlayLimit ConfirmPlayLimit Rest EndRest Grade RejectProposal HandOver AdoptHouseRules MatchIncident
    TakeBackIncident SetMode Payment Bonus ResetTrip Shed CashOut ResumeSettlement PauseSettlement VoidBet VoidBets
    AdoptPlayPolicy Customer PlaceOnTerms AnswerOffer DecideReferral Adjust SetCurrency PlaceBatch Session SetDelay
    Enlarge BriefTick
}

names! {
    /// What a source says of a match.
    WORDS, word, GameEvent:
    Heartbeat MapStarted RoundWon Rewound MapOver Held Released Disputed RoundStarted NextRound MobaState MapWon
    MobaRewound
}

names! {
    /// What happens to a match beside its score.
    INCIDENTS, incident, Incident:
    Walkover Forfeit ShortHanded FormatChanged Postponed Replayed StartedEarly StandIns
}
