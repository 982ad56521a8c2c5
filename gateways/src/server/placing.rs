//! Placements on their way to the engine.

use std::time::Instant;

use clutch_core::command::{self, Actor, Channel, PlaceBet, PlaceMultiple, PlaceOnTerms, Terms};
use clutch_core::units::AccountId;
use clutch_core::{Command, Envelope, Reject};

use super::bucket::Bucket;
use super::connection::Key;
use super::hub::{Asked, Hub, Pending};
use crate::codes::Fault;
use crate::wire::client::Slip;

impl Hub {
    /// Takes one placement from an account's share. Every bet that is asked for leaves its client id
    /// in a table that all accounts share, so one of them must not fill it over many connections.
    ///
    /// # Errors
    /// [`Fault`] with how long to wait.
    pub(super) fn admit(&mut self, account: AccountId) -> Result<(), Fault> {
        let (now, limits) = (Instant::now(), &self.config.limits);
        let full = || Bucket::full(limits.messages_per_s, limits.messages_burst, now);
        let bucket = self.placements.entry(account).or_insert_with(full);
        bucket.take(now).map_err(Fault::rate_limited)
    }

    /// Hands a placement to the engine.
    ///
    /// # Errors
    /// The engine's own code if it could not take it.
    pub(super) fn place(
        &mut self,
        asker: Key,
        (account, channel): (AccountId, Channel),
        (slip, terms): (&Slip, Option<Terms>),
        asked: Asked,
    ) -> Result<(), Reject> {
        let trace = self.trace();
        let slip = match slip {
            Slip::Single(placement) => command::Slip::Single(PlaceBet {
                account,
                client_id: placement.client_id,
                market: placement.market,
                selection: placement.selection,
                odds: placement.odds,
                price_seq: placement.price_seq,
                epoch: placement.epoch,
                stake: placement.stake,
                policy: placement.policy,
            }),
            Slip::Multiple(place) => {
                let mut place: PlaceMultiple = **place;
                place.account = account;
                command::Slip::Multiple(place)
            }
        };
        let command = match (terms, slip) {
            (Some(terms), slip) => Command::PlaceOnTerms(PlaceOnTerms { terms, slip }),
            (None, command::Slip::Single(place)) => Command::PlaceBet(place),
            (None, command::Slip::Multiple(place)) => Command::PlaceMultiple(place),
        };
        let actor = Actor::Account { account, channel };
        self.port.send(Envelope { actor, trace, command })?;
        self.metrics.placed.inc();
        self.pending.insert(trace, Pending { asker: Some(asker), asked });
        Ok(())
    }
}
