//! What the demo's bettors see: the markets of one match by what they are on.

use std::collections::HashMap;

use clutch_core::command::MarketKind;
use clutch_core::event::{MarketStatus, Score};
use clutch_core::units::{MarketId, Odds};
use clutch_core::{Event, Record};

/// A market as it was last announced.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Its id.
    pub market: MarketId,
    /// Its status.
    pub status: MarketStatus,
    /// Its epoch.
    pub epoch: u32,
    /// Its price sequence.
    pub price_seq: u64,
    /// The odds of its selections.
    pub odds: Vec<Option<Odds>>,
}

/// The markets of the demo's match and its score.
#[derive(Debug, Default)]
pub struct Board {
    kinds: HashMap<MarketId, MarketKind>,
    offers: HashMap<MarketKind, Offer>,
    /// The score last announced.
    pub score: Option<Score>,
}

impl Board {
    /// Takes in one event.
    pub fn see(&mut self, record: &Record) {
        match &record.event {
            Event::MarketOpened { market, kind, selections, .. } => {
                self.kinds.insert(*market, *kind);
                let offer = Offer {
                    market: *market,
                    status: MarketStatus::Void,
                    epoch: 0,
                    price_seq: 0,
                    odds: vec![None; usize::from(*selections)],
                };
                self.offers.insert(*kind, offer);
            }
            Event::Market { market, status, epoch } => {
                if let Some(offer) = self.of(*market) {
                    offer.status = *status;
                    offer.epoch = *epoch;
                }
            }
            Event::Price(price) => {
                if let Some(offer) = self.of(price.market) {
                    offer.price_seq = price.price_seq;
                    if let Some(odds) = offer.odds.get_mut(usize::from(price.selection.0)) {
                        *odds = price.odds;
                    }
                }
            }
            Event::Score(score) => self.score = Some(*score),
            _ => {}
        }
    }

    fn of(&mut self, market: MarketId) -> Option<&mut Offer> {
        self.offers.get_mut(self.kinds.get(&market)?)
    }

    /// The market of this kind, if it was ever opened.
    pub fn offer(&self, kind: MarketKind) -> Option<&Offer> {
        self.offers.get(&kind)
    }
}
