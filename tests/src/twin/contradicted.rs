//! Results that the score denies: whoever gave a word in place of the score knew what it said then, and is told
//! when it says otherwise later.

use clutch_core::market::MarketResult;
use clutch_core::settlement::multiplier::LegResult;
use clutch_core::units::SelectionIndex;
use clutch_core::{Event, Record};

use super::Twin;
use super::incidents::Ruled;
use super::results::{result, selections};

/// The word that stands in place of a market's score, what the score said when it was given, and what of the score was
/// told against it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weighed {
    word: Option<(Option<MarketResult>, Option<Ruled>)>,
    knew: Option<MarketResult>,
    told: Option<MarketResult>,
}

impl Twin {
    /// After a command or its timers: what was told is what holds.
    pub(super) fn weigh_words(&mut self, records: &[Record]) {
        for record in records {
            if let Event::Contradicted(told) = record.event {
                let market = &mut self.markets[told.market.0 as usize];
                assert_eq!(told.stands, market.result, "what stands of {:?}", told.market);
                market.weighed.told = told.score;
            }
        }
        for (id, market) in self.markets.iter_mut().enumerate() {
            let series = &self.matches[market.match_index].series;
            let is_of_format = selections(market.kind, series) == Some(market.odds.len());
            let score = match is_of_format {
                true => result(market.kind, series),
                false => MarketResult::Undecided,
            };
            // The rules are asked only where no person spoke.
            let by_rules = market.by_rules.filter(|_| market.graded.is_none());
            let word = (market.graded, by_rules);
            let stands = market.graded.or(by_rules.map(|(result, _)| result));
            let Some(stands) = stands.filter(|_| !market.retired) else {
                market.weighed = Weighed::default();
                continue;
            };
            if market.weighed.word != Some(word) {
                market.weighed = Weighed { word: Some(word), knew: Some(score), told: None };
            }
            let differs = match stands {
                MarketResult::Graded(results) => (0..market.odds.len()).any(|selection| {
                    let wins = score == MarketResult::Won(SelectionIndex(selection as u8));
                    let by_score = if wins { LegResult::Won } else { LegResult::Lost };
                    let stands = results.of(selection);
                    let is_void = score == MarketResult::NotPlayed;
                    stands != LegResult::Void && (is_void || stands != by_score)
                }),
                // What is void says nothing of who won.
                MarketResult::DeclaredVoid | MarketResult::VoidByRules => false,
                _ => score != stands,
            };
            let is_news = score != MarketResult::Undecided && Some(score) != market.weighed.knew;
            let holds = (is_news && differs).then_some(score);
            assert_eq!(market.weighed.told, holds, "what the score says against market {id}");
            self.contradictions += u64::from(holds.is_some());
        }
    }

    /// How often a result was found to be denied by the score.
    pub fn contradictions(&self) -> u64 {
        self.contradictions
    }
}
