//! The checks that a placement goes through, each with the questions that it answers.

use super::{Offer, Request};
use crate::bets::questions::{Listener, Question, Seen};
use crate::command::PricePolicy;
use crate::event::MarketStatus;
use crate::reject::{Refusal, Reject};
use crate::state::{Step, Tables};
use crate::units::{ClientBetId, Money, Odds, millis};

impl Step<'_> {
    #[inline(always)]
    pub(in crate::bets) fn check_client_id(
        &self,
        client_id: ClientBetId,
        heard: &mut impl Listener,
    ) -> Result<(), Refusal> {
        let made = client_id.time().ok_or(Refusal::from(Reject::ClientIdInvalid));
        let made = heard.hear(Question::ProperId, made)?;
        // What was forgotten stays refused when the window is widened later.
        let remembered = self.now.since(self.tables.ids_forgotten_to).saturating_sub(1);
        let limits = [
            (self.now.since(made), self.config.client_id_past_ns.min(remembered)),
            (made.since(self.now), self.config.client_id_future_ns),
        ];
        let outside = limits.into_iter().find(|(distance, limit)| limit < distance);
        let answer = outside.map_or(Ok(()), |(distance, limit)| {
            let (limit, distance) = (millis(limit), millis(distance));
            Err(Refusal::with(Reject::ClientIdOutsideWindow, limit, distance))
        });
        let limit = self.config.client_id_past_ns;
        let distance = self.now.since(made).max(made.since(self.now));
        heard.hear(Question::RecentId { limit, distance }, answer)
    }

    /// The odds at which the bet is struck: those on offer, if the policy welcomes them.
    #[inline(always)]
    pub(in crate::bets) fn check_price(
        &self,
        seen: Seen,
        offer: &Offer<'_>,
        heard: &mut impl Listener,
    ) -> Result<Odds, Refusal> {
        let Offer { market, odds: current, .. } = *offer;
        let no = |code, limit, actual| Err(Refusal::with(code, limit, actual));
        let Seen { odds, price_seq, epoch, policy } = seen;
        let answer = if epoch == market.epoch {
            Ok(())
        } else {
            no(Reject::MaterialChange, i64::from(epoch), i64::from(market.epoch))
        };
        heard.hear(Question::SameEpoch(seen, market), answer)?;
        let (seen_milli, now) = (odds.milli(), current.milli());
        let welcome = match policy {
            PricePolicy::Exact => now == seen_milli,
            PricePolicy::Better => seen_milli <= now,
            PricePolicy::Any => true,
            PricePolicy::Within { permille } => {
                let least = u64::from(seen_milli) * (1000 - u64::from(permille.min(1000)));
                least <= u64::from(now) * 1000
            }
        };
        let answer = if welcome {
            Ok(())
        } else {
            no(Reject::OddsChanged, i64::from(seen_milli), i64::from(now))
        };
        heard.hear(Question::Welcome(seen, current), answer)?;
        let age = market.prices.outdated_for(price_seq, self.now);
        let limit = self.config.view_age_max_ns;
        let answer =
            if age <= limit { Ok(()) } else { no(Reject::StaleView, millis(limit), millis(age)) };
        heard.hear(Question::FreshView { limit, age }, answer)?;
        let newest = market.prices.price_seq();
        let answer = if price_seq <= newest {
            Ok(())
        } else {
            no(Reject::UnknownView, as_number(newest), as_number(price_seq))
        };
        heard.hear(Question::KnownView { newest, named: price_seq }, answer)?;
        Ok(current)
    }
}

impl Tables {
    /// Whether there is room for a bet behind so many others.
    #[inline(always)]
    pub(super) fn check_room(&self, before: usize) -> Result<(), Refusal> {
        let max = if !self.bets.has_room(before) || !self.waiting.has_room(before) {
            self.capacity.bets_max
        } else if !self.client_ids.has_room(before) {
            self.capacity.client_ids_max
        } else {
            return Ok(());
        };
        Err(Refusal::with(Reject::CapacityReached, i64::from(max), i64::from(max)))
    }

    /// The account, the market and the selection.
    #[inline(always)]
    pub(in crate::bets) fn check_offer(
        &self,
        request: Request,
        heard: &mut impl Listener,
    ) -> Result<Offer<'_>, Refusal> {
        let market = self.markets.get(request.market);
        let fixture = market.map(|market| &self.fixtures[market.match_id]);
        let account = self.wallet.may_bet(request.account, request.adds);
        let account = heard.hear(Question::Account, account)?;
        let rows = match (market, fixture) {
            (Some(market), Some(fixture)) => {
                let selection = self.markets.selection(market, request.selection);
                selection.map(|selection| (market, fixture, selection)).ok_or_else(|| {
                    let count = i64::from(market.selections());
                    let wanted = i64::from(request.selection.0);
                    Refusal::with(Reject::UnknownSelection, count, wanted)
                })
            }
            _ => Err(Reject::UnknownMarket.into()),
        };
        let (market, fixture, selection) = heard.hear(Question::Exists, rows)?;
        let is_open = match market.status_under(fixture.stops.and(self.stops)) {
            MarketStatus::Open => Ok(()),
            MarketStatus::Suspended(_) => Err(Reject::MarketSuspended.into()),
            MarketStatus::Decided { .. } | MarketStatus::Graded | MarketStatus::Void => {
                Err(Reject::MarketDecided.into())
            }
        };
        heard.hear(Question::IsOpen, is_open)?;
        let odds = selection.odds.ok_or(Refusal::from(Reject::SelectionInactive));
        let odds = heard.hear(Question::OnOffer, odds)?;
        let account_id = request.account;
        let selection_index = request.selection;
        Ok(Offer { account_id, account, fixture, market, selection, selection_index, odds })
    }
}

/// Whether the player has what he himself stakes.
#[inline(always)]
pub(in crate::bets) fn check_funds(
    offer: &Offer<'_>,
    own: Money,
    heard: &mut impl Listener,
) -> Result<(), Refusal> {
    let available = offer.account.available;
    let answer = if available < own {
        Err(offer.account.lacks(own, Reject::InsufficientFunds))
    } else {
        Ok(())
    };
    heard.hear(Question::Funds { available, own }, answer)
}

/// A sequence as a refusal's numbers say it; a client may name any.
pub(super) const fn as_number(seq: u64) -> i64 {
    if seq < i64::MAX as u64 { seq as i64 } else { i64::MAX }
}
