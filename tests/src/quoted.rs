//! What is quoted as the largest stake, held to what is taken.

use clutch_core::command::{
    Actor, Channel, Pick, Picks, PlaceBet, PlaceMultiple, PricePolicy, Slip,
};
use clutch_core::event::{BetStatus, Event, Price};
use clutch_core::settlement::system::System;
use clutch_core::units::{AccountId, ClientBetId, MarketId, Money, SelectionIndex, Seq, Stake};
use clutch_core::{Command, Envelope, Outbox, Query};

use crate::world::{World, restored, saved};

/// The largest stake of a single, or unit of a bet of several legs, that is quoted now.
pub fn largest(world: &mut World, wish: Slip) -> Money {
    let channel = Channel::Web;
    let query = match wish {
        Slip::Single(PlaceBet { account, market, selection, .. }) => {
            Query::MaxStake { account, market, selection, channel }
        }
        Slip::Multiple(place) => Query::MaxUnit { place, channel },
    };
    let amount = world.ask(query).into_iter().find_map(|event| match event {
        Event::MaxStake { stake, .. } => Some(stake),
        Event::MaxUnit { unit, .. } => Some(unit),
        _ => None,
    });
    amount.expect("the largest is always told")
}

/// Whether a copy of the engine takes the wish with this amount, at what is on its board; and what it said.
pub fn would_take(world: &World, wish: Slip, amount: Money) -> (bool, Option<BetStatus>) {
    let Some(amount) = Stake::new(amount) else { return (false, None) };
    let mut copy = restored(&saved(world.state()), 4096).expect("a sound state is read back");
    let mut outbox = Outbox::with_capacity(65_536);
    let mut board = Board::default();
    outbox.clear();
    copy.query(0, &Query::Catalogue, &mut outbox);
    let created = outbox.records().iter().filter_map(|record| match record.event {
        Event::MatchCreated { match_id, .. } => Some(match_id),
        _ => None,
    });
    for match_id in created.collect::<Vec<_>>() {
        outbox.clear();
        copy.query(0, &Query::Match { match_id }, &mut outbox);
        board.hear(outbox.records().iter().map(|record| &record.event));
    }
    let command = match wish {
        Slip::Single(place) => {
            let Pick { odds, price_seq, epoch, .. } = board.on(Pick {
                market: place.market,
                selection: place.selection,
                odds: place.odds,
                price_seq: place.price_seq,
                epoch: place.epoch,
            });
            let policy = PricePolicy::Any;
            Command::PlaceBet(PlaceBet { odds, price_seq, epoch, policy, stake: amount, ..place })
        }
        Slip::Multiple(place) => {
            let picks: Vec<Pick> = place.picks().iter().map(|pick| board.on(*pick)).collect();
            match made(wish.key(), PricePolicy::Any, amount, &place.system(), &picks) {
                Some(place) => Command::PlaceMultiple(place),
                None => return (false, None),
            }
        }
    };
    let (account, client_id) = wish.key();
    let envelope = Envelope { actor: Actor::account(account), trace: 0, command };
    outbox.clear();
    // At the time of the quote: nothing has changed.
    let (seq, now) = (Seq(copy.last_seq().0 + 1), copy.now());
    copy.apply(seq, now, &envelope, &mut outbox);
    let status = outbox.records().iter().find_map(|record| match record.event {
        Event::Bet(view) if view.client_id == client_id => Some(view.status),
        Event::Multiple(view) if view.client_id == client_id => Some(view.status),
        _ => None,
    });
    let taken = matches!(status, Some(BetStatus::Accepted { .. } | BetStatus::Pending { .. }));
    (taken, status)
}

/// The same wish under another id.
pub fn under(wish: Slip, client_id: ClientBetId) -> Slip {
    match wish {
        Slip::Single(place) => Slip::Single(PlaceBet { client_id, ..place }),
        Slip::Multiple(place) => {
            let key = (place.account, client_id);
            let again = made(key, place.policy, place.unit(), &place.system(), place.picks());
            Slip::Multiple(again.expect("it was made of the same parts"))
        }
    }
}

fn made(
    key: (AccountId, ClientBetId),
    policy: PricePolicy,
    unit: Stake,
    system: &System,
    picks: &[Pick],
) -> Option<PlaceMultiple> {
    let lines = (system.folds(), system.bankers());
    PlaceMultiple::new(key, policy, unit, lines, Picks::new(picks)?).ok()
}

/// What is on offer.
#[derive(Default)]
struct Board {
    prices: Vec<Price>,
    epochs: Vec<(MarketId, u32)>,
}

impl Board {
    /// Takes in what a query of a match says.
    fn hear<'a>(&mut self, events: impl Iterator<Item = &'a Event>) {
        for event in events {
            match *event {
                Event::Price(price) => self.prices.push(price),
                Event::Market { market, epoch, .. } => self.epochs.push((market, epoch)),
                _ => {}
            }
        }
    }

    /// A pick as somebody makes it who sees the board.
    fn on(&self, pick: Pick) -> Pick {
        let on = |market: MarketId, selection: SelectionIndex| {
            move |price: &&Price| (price.market, price.selection) == (market, selection)
        };
        let price = self.prices.iter().find(on(pick.market, pick.selection));
        let epoch = self.epochs.iter().find(|(market, _)| *market == pick.market);
        Pick {
            odds: price.and_then(|price| price.odds).unwrap_or(pick.odds),
            price_seq: price.map_or(pick.price_seq, |price| price.price_seq),
            epoch: epoch.map_or(pick.epoch, |(_, epoch)| *epoch),
            ..pick
        }
    }
}
