//! The same command where matches and markets have other ids: a second world that takes the commands of a first may
//! have let a match go at another time, and then a later one has another slot. Its board may show other prices, too.

use super::{Command, KillScope, OverrideKind, Pick, PlaceOnTerms, Scope, Slip};
use crate::units::{MarketId, MatchId};

/// What matches and markets are called there, and what its board showed a bettor.
struct Names<M, K, L> {
    game: M,
    market: K,
    look: L,
}

impl Command {
    /// The command with each match and market under the id that these say.
    #[must_use]
    pub fn renamed(
        &self,
        game: impl Fn(MatchId) -> MatchId,
        market: impl Fn(MarketId) -> MarketId,
    ) -> Self {
        Names { game, market, look: |pick| pick }.command(*self)
    }

    /// The command with each selection that it bets on as somebody in front of another board saw it.
    #[must_use]
    pub fn seen_as(&self, look: impl Fn(Pick) -> Pick) -> Self {
        Names { game: |game| game, market: |market| market, look }.command(*self)
    }
}

impl<M: Fn(MatchId) -> MatchId, K: Fn(MarketId) -> MarketId, L: Fn(Pick) -> Pick> Names<M, K, L> {
    fn command(&self, mut command: Command) -> Command {
        match &mut command {
            Command::SetMap(set) => set.match_id = (self.game)(set.match_id),
            Command::SetNextRound(set) => set.match_id = (self.game)(set.match_id),
            Command::Feed(message) => message.match_id = (self.game)(message.match_id),
            Command::OpenMarket { match_id, .. }
            | Command::SetTier { match_id, .. }
            | Command::HandOver { match_id, .. }
            | Command::MatchIncident { match_id, .. }
            | Command::TakeBackIncident { match_id } => *match_id = (self.game)(*match_id),
            Command::Suspend { scope, .. }
            | Command::Resume { scope }
            | Command::SetDelay { scope, .. } => match scope {
                Scope::All => {}
                Scope::Match(match_id) => *match_id = (self.game)(*match_id),
                Scope::Market(market) => *market = (self.market)(*market),
            },
            Command::Kill { scope, .. } => {
                if let KillScope::Match(match_id) = scope {
                    *match_id = (self.game)(*match_id);
                }
            }
            Command::Grade { market, .. } | Command::ResumeSettlement { market } => {
                *market = (self.market)(*market);
            }
            Command::VoidBets(stretch) => {
                stretch.match_id = (self.game)(stretch.match_id);
                stretch.market = stretch.market.map(&self.market);
            }
            Command::Override { kind, .. } => match kind {
                OverrideKind::Odds { market, .. }
                | OverrideKind::Fair { market, .. }
                | OverrideKind::Margin { market, .. }
                | OverrideKind::SuspendSelection { market, .. }
                | OverrideKind::SuspendMarket { market } => *market = (self.market)(*market),
            },
            Command::PlaceBet(place) => place.see(|pick| self.pick(pick)),
            Command::PlaceMultiple(place) => place.see(|pick| self.pick(pick)),
            Command::PlaceOnTerms(PlaceOnTerms { slip, .. }) => match slip {
                Slip::Single(place) => place.see(|pick| self.pick(pick)),
                Slip::Multiple(place) => place.see(|pick| self.pick(pick)),
            },
            Command::PlaceBatch(batch) => batch.see(|pick| self.pick(pick)),
            Command::Genesis { .. }
            | Command::Configure { .. }
            | Command::CreateMatch(_)
            | Command::OpenAccount { .. }
            | Command::SetAccountState { .. }
            | Command::Deposit { .. }
            | Command::CancelBet { .. }
            | Command::Tick
            | Command::BriefTick
            | Command::Approve { .. }
            | Command::LiftOverride { .. }
            | Command::SetAccountFactor { .. }
            | Command::LinkAccount { .. }
            | Command::SetPlayLimit { .. }
            | Command::ConfirmPlayLimit { .. }
            | Command::Rest { .. }
            | Command::EndRest { .. }
            | Command::RejectProposal { .. }
            | Command::AdoptHouseRules { .. }
            | Command::SetMode { .. }
            | Command::Payment { .. }
            | Command::Bonus { .. }
            | Command::ResetTrip { .. }
            | Command::Shed { .. }
            | Command::CashOut(_)
            | Command::PauseSettlement { .. }
            | Command::VoidBet { .. }
            | Command::AdoptPlayPolicy { .. }
            | Command::Customer { .. }
            | Command::AnswerOffer(_)
            | Command::DecideReferral { .. }
            | Command::Adjust(_)
            | Command::SetCurrency(_)
            | Command::Session { .. }
            | Command::Enlarge { .. } => {}
        }
        command
    }

    fn pick(&self, pick: Pick) -> Pick {
        let seen = (self.look)(pick);
        Pick { market: (self.market)(seen.market), ..seen }
    }
}
