//! A trader's word in place of the model's.

use clutch_core::command::OverrideKind;
use clutch_core::market::MarketResult;
use clutch_core::{Reject, market};

use super::Twin;

#[derive(Debug)]
pub(super) struct Override {
    pub id: u64,
    pub kind: OverrideKind,
    pub expires_at: u64,
    pub in_force: bool,
}

/// Operator 1 says every override; see `World::apply`.
const WHO_SAYS_THEM: u64 = 1;

impl Twin {
    pub(super) fn set_override(&mut self, kind: OverrideKind, end: u64) -> Result<(), Reject> {
        let id = kind.market().0 as usize;
        let market = self.markets.get(id).ok_or(Reject::UnknownMarket)?;
        if market.result != MarketResult::Undecided {
            return Err(Reject::MarketDecided);
        }
        if end <= self.now || end - self.now > self.config.override_life_max_ns {
            return Err(Reject::OverrideExpiry);
        }
        let selection = kind.selection().map(|selection| usize::from(selection.0));
        if selection.is_some_and(|selection| selection >= market.odds.len()) {
            return Err(Reject::UnknownSelection);
        }
        if self.overrides.len() == market::overrides::OVERRIDES_MAX {
            return Err(Reject::CapacityReached);
        }
        let model = selection.map_or(0.0, |selection| f64::from(market.model[selection]) / 1e9);
        let booked = |margin: u32| (1.0 + f64::from(margin) / 1e9) / 2.0;
        let pair = match kind {
            OverrideKind::Odds { odds, .. } => Some((1000.0 / f64::from(odds.milli()), model)),
            OverrideKind::Fair { fair, .. } => {
                if !(1..1_000_000_000).contains(&fair.ppb()) {
                    return Err(Reject::InvalidParameter);
                }
                Some((f64::from(fair.ppb()) / 1e9, model))
            }
            OverrideKind::Margin { margin_ppb, .. } => {
                if margin_ppb >= 1_000_000_000 {
                    return Err(Reject::InvalidParameter);
                }
                Some((booked(margin_ppb), booked(self.config.margin_ppb)))
            }
            OverrideKind::SuspendSelection { .. } | OverrideKind::SuspendMarket { .. } => None,
        };
        let ratio = |p: f64| p / (1.0 - p);
        let limit = f64::from(self.config.override_distance_milli) / 1000.0;
        let is_near = |(asked, model): (f64, f64)| {
            let factor = ratio(asked) / ratio(model);
            factor <= limit && 1.0 / factor <= limit
        };
        self.check_book(kind)?;
        let gives_all_away = match kind {
            OverrideKind::Margin { margin_ppb, .. } => {
                margin_ppb == 0 && self.config.margin_ppb > 0
            }
            _ => false,
        };
        let is_of_model = matches!(kind, OverrideKind::Odds { .. } | OverrideKind::Fair { .. });
        let is_moved = self.matches[market.match_index].series.is_moved_by_one();
        let in_force = pair.is_none_or(is_near) && !gives_all_away && !(is_of_model && is_moved);
        if in_force {
            self.take_force(kind);
        }
        self.overrides.push(Override { id: self.seq, kind, expires_at: end, in_force });
        Ok(())
    }

    pub(super) fn approve_override(&mut self, id: u64) -> Result<(), Reject> {
        let waits = |row: &&Override| row.id == id && !row.in_force;
        let row = self.overrides.iter().find(waits).ok_or(Reject::NothingToApprove)?;
        if 1 + (self.seq - 1) % 2 == WHO_SAYS_THEM {
            return Err(Reject::SamePerson);
        }
        let kind = row.kind;
        self.check_book(kind)?;
        self.take_force(kind);
        for row in self.overrides.iter_mut().filter(|row| row.id == id) {
            row.in_force = true;
        }
        Ok(())
    }

    pub(super) fn withdraw_override(&mut self, id: u64) -> Result<(), Reject> {
        let before = self.overrides.len();
        self.overrides.retain(|row| row.id != id || row.in_force);
        if self.overrides.len() == before { Err(Reject::NothingToApprove) } else { Ok(()) }
    }

    pub(super) fn lift_override(&mut self, id: u64) -> Result<(), Reject> {
        if !self.overrides.iter().any(|row| row.id == id) {
            return Err(Reject::UnknownOverride);
        }
        self.end_overrides(|row| row.id == id);
        Ok(())
    }

    pub(super) fn expire_overrides(&mut self) {
        let now = self.now;
        self.end_overrides(|row| row.expires_at <= now);
        self.notice_closing();
    }

    fn end_overrides(&mut self, ends: impl Fn(&Override) -> bool) {
        let ended: Vec<_> = self.overrides.extract_if(.., |row| ends(row)).collect();
        for row in ended.iter().filter(|row| row.in_force) {
            self.market_of_override_moves(row.kind);
        }
    }

    /// One word on each thing.
    fn take_force(&mut self, kind: OverrideKind) {
        let thing = |kind: OverrideKind| match kind {
            OverrideKind::Odds { market, selection, .. }
            | OverrideKind::SuspendSelection { market, selection } => (market, 1, selection.0),
            OverrideKind::Fair { market, .. } => (market, 2, 0),
            OverrideKind::Margin { market, .. } => (market, 3, 0),
            OverrideKind::SuspendMarket { market } => (market, 4, 0),
        };
        self.overrides.retain(|row| !row.in_force || thing(row.kind) != thing(kind));
        self.market_of_override_moves(kind);
    }

    /// No odds make a market's book sum to one or less, unless nothing is sold on it.
    fn check_book(&self, kind: OverrideKind) -> Result<(), Reject> {
        let OverrideKind::Odds { market, selection, odds } = kind else { return Ok(()) };
        let market = &self.markets[market.0 as usize];
        let selection = usize::from(selection.0);
        let mut board = market.odds.clone();
        board[selection] = Some(odds.milli());
        let is_sold = (1..1_000_000_000).contains(&market.fair[selection]);
        if is_sold && is_given_away(&board, &market.fair) {
            return Err(Reject::NoOverround);
        }
        Ok(())
    }

    /// Whether somebody fixed odds on this market's board, and all of it can be bought for what it pays.
    fn is_sure_loss(&self, id: usize) -> bool {
        let market = &self.markets[id];
        let is_fixed = self.overrides.iter().any(|row| match row.kind {
            OverrideKind::Odds { market: on, selection, .. } => {
                row.in_force
                    && on.0 as usize == id
                    && market.odds[usize::from(selection.0)].is_some()
            }
            _ => false,
        });
        is_fixed && is_given_away(&market.odds, &market.fair)
    }

    fn market_of_override_moves(&mut self, kind: OverrideKind) {
        let market = &mut self.markets[kind.market().0 as usize];
        if market.result == MarketResult::Undecided {
            market.epoch_must_move = true;
            market.moved_early += 1;
        }
    }

    /// Whether a trader's word stops a market: he said so, his price was for another score, or it would
    /// be given away.
    pub(super) fn is_stopped_by_override(&self, id: usize) -> bool {
        self.is_sure_loss(id)
            || self.overrides.iter().any(|row| {
                let on_it = row.in_force && row.kind.market().0 as usize == id;
                on_it
                    && match row.kind {
                        OverrideKind::SuspendMarket { .. } => true,
                        OverrideKind::Odds { .. } | OverrideKind::Fair { .. } => {
                            row.id < self.markets[id].moved_at
                        }
                        OverrideKind::Margin { .. } | OverrideKind::SuspendSelection { .. } => {
                            false
                        }
                    }
            })
    }

    /// Every override that waits or holds, and one that never was.
    pub fn override_ids(&self) -> Vec<u64> {
        self.overrides.iter().map(|row| row.id).chain([u64::MAX]).collect()
    }
}

/// Whether a stake on everything, what is not sold at its fair odds, never loses.
fn is_given_away(odds: &[Option<u32>], fair: &[u32]) -> bool {
    let price = |(odds, fair): (&Option<u32>, &u32)| match odds {
        Some(milli) => 1_000_000_000_000 / u64::from(*milli),
        None => u64::from(*fair),
    };
    odds.iter().zip(fair).map(price).sum::<u64>() <= 1_000_000_000
}
