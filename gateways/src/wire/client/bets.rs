//! The fields of bets: slips, what would be taken in their place, and parts of them.

use clutch_core::command::{PlaceMultiple, PricePolicy, Terms};
use clutch_core::units::{BonusId, ClientBetId, MarketId, Money, SelectionIndex, Stake};
use serde::Deserialize;

use super::Fields;
use super::value::{self, decimal_text, flag, number, odds, stake};
use crate::codes::Fault;
use crate::wire::decimal;
use crate::wire::slip::{self, Placement, Slip};

#[derive(Deserialize)]
struct Within {
    within_permille: u16,
}

impl Fields<'_> {
    pub(super) fn slip(&self) -> Result<Slip, Fault> {
        if self.legs.is_none() {
            return self.placement().map(Slip::Single);
        }
        let (client_id, policy) = (self.client_id()?, self.policy()?);
        let unit = stake("unit", self.unit)?;
        Ok(Slip::Multiple(Box::new(self.multiple(client_id, policy, unit)?)))
    }

    pub(super) fn multiple(
        &self,
        client_id: ClientBetId,
        policy: PricePolicy,
        unit: Stake,
    ) -> Result<PlaceMultiple, Fault> {
        let legs = self.legs.ok_or_else(|| Fault::missing("legs"))?;
        slip::multiple(client_id, policy, unit, legs, self.sizes)
    }

    pub(super) fn placement(&self) -> Result<Placement, Fault> {
        Ok(Placement {
            client_id: self.client_id()?,
            market: self.market()?,
            selection: self.selection()?,
            odds: odds("odds", self.odds)?,
            price_seq: number("price_seq", self.price_seq)?,
            epoch: number("epoch", self.epoch)?,
            stake: stake("stake", self.stake)?,
            policy: self.policy()?,
        })
    }

    pub(super) fn client_id(&self) -> Result<ClientBetId, Fault> {
        value::client_id("cid", self.cid)
    }

    pub(super) fn market(&self) -> Result<MarketId, Fault> {
        number("market", self.market).map(MarketId)
    }

    pub(super) fn selection(&self) -> Result<SelectionIndex, Fault> {
        number("selection", self.selection).map(SelectionIndex)
    }

    /// The number of the client's device; zero if it says none.
    pub(super) fn device(&self) -> Result<u32, Fault> {
        let expected = "a whole number from 1 to 4294967295";
        let device = self.device.map(|raw| {
            let said = number("device", Some(raw)).ok().filter(|device| *device != 0);
            said.ok_or_else(|| Fault::bad_field("device", expected))
        });
        device.transpose().map(Option::unwrap_or_default)
    }

    /// What would be taken in place of a bet, and its device, if the client speaks of that.
    pub(super) fn terms(&self) -> Result<Option<Terms>, Fault> {
        let (partial, offers) = (flag("partial", self.partial)?, flag("offers", self.offers)?);
        let bonus = self.bonus.map(|raw| number("bonus", Some(raw)).map(BonusId)).transpose()?;
        if bonus.is_some() && (partial == Some(true) || offers == Some(true)) {
            let expected =
                "alone: a bet with a bonus is taken as it is, without partial and offers";
            return Err(Fault::bad_field("bonus", expected));
        }
        let device = self.device()?;
        let is_silent = partial.is_none() && offers.is_none() && bonus.is_none() && device == 0;
        Ok((!is_silent).then(|| Terms {
            partial: partial.unwrap_or_default(),
            offers: offers.unwrap_or_default(),
            bonus,
            device,
        }))
    }

    /// How much of a bet's stake.
    pub(super) fn part(&self) -> Result<Option<Stake>, Fault> {
        if self.part.is_none() {
            return Ok(None);
        }
        stake("part", self.part).map(Some)
    }

    pub(super) fn amount(&self) -> Result<Money, Fault> {
        let text = decimal_text("amount", self.amount)?;
        decimal::parse_money(&text)
            .filter(|amount| Money::ZERO <= *amount)
            .ok_or_else(|| Fault::bad_amount("amount", &text, true))
    }

    pub(super) fn policy(&self) -> Result<PricePolicy, Fault> {
        let raw = self.policy.ok_or_else(|| Fault::missing("policy"))?;
        match raw.get() {
            "\"exact\"" => Ok(PricePolicy::Exact),
            "\"better\"" => Ok(PricePolicy::Better),
            "\"any\"" => Ok(PricePolicy::Any),
            other => serde_json::from_str(other)
                .ok()
                .filter(|within: &Within| within.within_permille <= 1000)
                .map(|within| PricePolicy::Within { permille: within.within_permille })
                .ok_or_else(|| {
                    Fault::bad_field(
                        "policy",
                        "exact, better, any or {\"within_permille\": 0 to 1000}",
                    )
                }),
        }
    }
}
