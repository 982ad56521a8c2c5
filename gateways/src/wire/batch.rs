//! A group of bets of which all are taken or none, as a client asks for it.

use clutch_core::command::{BATCH_MAX, BatchBet, PlaceBatch, PricePolicy};
use clutch_core::units::{AccountId, MarketId, SelectionIndex};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::client::{client_id, number, odds, stake};
use crate::codes::Fault;

#[derive(Deserialize)]
struct BetFields<'a> {
    #[serde(borrow)]
    cid: Option<&'a RawValue>,
    #[serde(borrow)]
    market: Option<&'a RawValue>,
    #[serde(borrow)]
    selection: Option<&'a RawValue>,
    #[serde(borrow)]
    odds: Option<&'a RawValue>,
    #[serde(borrow)]
    price_seq: Option<&'a RawValue>,
    #[serde(borrow)]
    epoch: Option<&'a RawValue>,
    #[serde(borrow)]
    stake: Option<&'a RawValue>,
}

impl BetFields<'_> {
    fn bet(&self, index: usize) -> Result<BatchBet, Fault> {
        let at = |field: &str| format!("bets[{index}].{field}");
        Ok(BatchBet {
            client_id: client_id(&at("cid"), self.cid)?,
            market: MarketId(number(&at("market"), self.market)?),
            selection: SelectionIndex(number(&at("selection"), self.selection)?),
            odds: odds(&at("odds"), self.odds)?,
            price_seq: number(&at("price_seq"), self.price_seq)?,
            epoch: number(&at("epoch"), self.epoch)?,
            stake: stake(&at("stake"), self.stake)?,
        })
    }
}

/// Reads the bets of a group. The account is filled in by whoever knows it.
///
/// # Errors
/// [`Fault`] naming the field, and the bet that it is about.
pub(super) fn batch(policy: PricePolicy, bets: &RawValue) -> Result<PlaceBatch, Fault> {
    let expected = format!(
        "a list of 1 to {BATCH_MAX} bets, each with a cid of its own, market, selection, odds, price_seq, epoch and stake"
    );
    let fault = || Fault::bad_field("bets", &expected);
    let fields: Vec<BetFields<'_>> = serde_json::from_str(bets.get()).map_err(|_| fault())?;
    if BATCH_MAX < fields.len() {
        return Err(fault());
    }
    let read = fields.iter().enumerate().map(|(index, fields)| fields.bet(index));
    let bets: Vec<BatchBet> = read.collect::<Result<_, _>>()?;
    PlaceBatch::new(AccountId(0), policy, &bets).ok_or_else(fault)
}
