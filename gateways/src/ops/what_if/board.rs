//! What the board of a world showed, record by record.

use std::collections::HashMap;

use clutch_core::units::{MarketId, Odds, Seq};
use clutch_core::{Event, Record};

/// What a board showed, moment by moment.
#[derive(Default)]
pub(super) struct Board {
    markets: HashMap<MarketId, Vec<View>>,
}

/// What a market looked like from a record on.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    from: Seq,
    pub epoch: u32,
    pub price_seq: u64,
    pub odds: Vec<Option<Odds>>,
}

impl Board {
    pub fn hear(&mut self, record: &Record) {
        match record.event {
            Event::Market { market, epoch, .. } => self.view(market, record.seq).epoch = epoch,
            Event::Price(price) => {
                let view = self.view(price.market, record.seq);
                let index = usize::from(price.selection.0);
                if view.odds.len() <= index {
                    view.odds.resize(index + 1, None);
                }
                view.odds[index] = price.odds;
                view.price_seq = price.price_seq;
            }
            _ => {}
        }
    }

    /// The view of a market that begins with this record.
    fn view(&mut self, market: MarketId, seq: Seq) -> &mut View {
        let views = self.markets.entry(market).or_default();
        if views.last().is_none_or(|last| last.from != seq) {
            let next = View { from: seq, ..views.last().cloned().unwrap_or_default() };
            views.push(next);
        }
        views.last_mut().expect("one was just put there")
    }

    /// Up to which record a board with this epoch and price was shown, and its odds.
    pub fn seen(
        &self,
        market: MarketId,
        epoch: u32,
        price_seq: u64,
        now: Seq,
    ) -> Option<(Seq, &[Option<Odds>])> {
        let views = self.markets.get(&market)?;
        let is_it = |view: &View| view.epoch == epoch && view.price_seq == price_seq;
        let index = views.iter().rposition(is_it)?;
        let until = views.get(index + 1).map_or(now, |next| next.from);
        Some((Seq(until.0 - 1), &views[index].odds))
    }

    pub fn at(&self, market: MarketId, seq: Seq) -> Option<&View> {
        let views = self.markets.get(&market)?;
        views.iter().rfind(|view| view.from <= seq)
    }
}
