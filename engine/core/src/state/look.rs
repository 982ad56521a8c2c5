//! What can be seen of the state from outside, beside the answers to queries.

use super::{State, Tables};
use crate::command::Incident;
use crate::event::Word;
use crate::market::MarketResult;
use crate::risk::{RuleId, RuleReport};
use crate::switches::Switches;
use crate::units::{MarketId, MatchId, Money, SelectionIndex, Timestamp};
use crate::wallet::Wallet;

impl State {
    /// Balances and the house's books; `None` before [`crate::Command::Genesis`].
    pub fn wallet(&self) -> Option<&Wallet> {
        self.tables.as_ref().map(|tables| &tables.wallet)
    }

    /// What a risk rule has refused, and how what it would have refused ended; `None` before
    /// [`crate::Command::Genesis`].
    pub fn rule_report(&self, rule: RuleId) -> Option<RuleReport> {
        let tables = self.tables.as_ref()?;
        let mut reports = tables.rule_reports(&self.config, tables.ends());
        reports.find(|report| report.rule == rule)
    }

    /// The kill switches and the mode; `None` before [`crate::Command::Genesis`].
    pub fn switches(&self) -> Option<Switches> {
        self.tables.as_ref().map(|tables| tables.switches)
    }

    /// Bets of several legs that are waiting, open, or settled and not yet retired.
    pub fn multiples_live(&self) -> usize {
        self.tables.as_ref().map_or(0, |tables| tables.multiples.live())
    }

    /// How often a market's result has changed; what a grade of it must name.
    pub fn settlement_version(&self, market: MarketId) -> Option<u32> {
        let tables = self.tables.as_ref()?;
        tables.markets.get(market).map(|market| market.settlement_version)
    }

    /// When what decided a market happened, by the clock of the source that said so; `None` if none did.
    pub fn happened_at(&self, market: MarketId) -> Option<Timestamp> {
        let tables = self.tables.as_ref()?;
        let happened_at = tables.markets.get(market)?.happened_at;
        (happened_at != Timestamp::default()).then_some(happened_at)
    }

    /// The result that stands in place of the score's, and whose word that is; `None` where the score decides.
    pub fn word_on(&self, market: MarketId) -> Option<(MarketResult, Word)> {
        self.tables.as_ref()?.markets.get(market)?.word()
    }

    /// What happened to a match beside its score, by the number of the incident.
    pub fn incident(&self, match_id: MatchId, index: u8) -> Option<Incident> {
        let fixture = self.tables.as_ref()?.fixture(match_id)?;
        fixture.incidents.get(usize::from(index)).map(|reported| reported.incident)
    }

    /// Whether what each match could cost, kept up bet by bet, is what its markets' sums say.
    pub fn exposures_agree(&self) -> bool {
        self.tables.as_ref().is_none_or(Tables::exposures_agree)
    }

    /// What limits count on a selection, in the book currency: the stakes of its singles, and what they could be
    /// paid with what bets of several legs on it could cost. `None` for a selection that does not exist.
    pub fn counted_on(&self, market: MarketId, selection: SelectionIndex) -> Option<[Money; 2]> {
        let markets = &self.tables.as_ref()?.markets;
        let row = markets.selection(markets.get(market)?, selection)?;
        Some([row.stakes, row.payouts])
    }

    /// Singles waiting, open, or settled and not yet retired.
    pub fn bets_live(&self) -> usize {
        self.tables.as_ref().map_or(0, |tables| tables.bets.live())
    }
}
