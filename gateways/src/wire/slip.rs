//! A bet as a client asks for it.

use clutch_core::command::{Pick, Picks, PlaceMultiple, PricePolicy};
use clutch_core::settlement::system::{Bankers, FoldSizes, LEGS_MAX, NAMED_SYSTEMS, NamedSystem};
use clutch_core::units::{AccountId, ClientBetId, MarketId, Odds, SelectionIndex, Stake};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::client::{number, odds};
use crate::codes::Fault;

/// A bet as a client asks for it, on one selection or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slip {
    /// On one.
    Single(Placement),
    /// On several; its account is still to be filled in.
    Multiple(Box<PlaceMultiple>),
}

impl Slip {
    /// The client's id of the bet.
    pub const fn client_id(&self) -> ClientBetId {
        match self {
            Self::Single(placement) => placement.client_id,
            Self::Multiple(place) => place.client_id,
        }
    }
}

/// A bet on one selection as a client asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The client's id of the bet.
    pub client_id: ClientBetId,
    /// The market.
    pub market: MarketId,
    /// The selection.
    pub selection: SelectionIndex,
    /// The odds seen.
    pub odds: Odds,
    /// The `price_seq` seen.
    pub price_seq: u64,
    /// The `epoch` seen.
    pub epoch: u32,
    /// The stake.
    pub stake: Stake,
    /// Which other odds are welcome.
    pub policy: PricePolicy,
}

/// Reads the legs, line sizes and bankers of a bet. The account is filled in by whoever knows it.
///
/// # Errors
/// [`Fault`] naming the field, and the leg if it is about one.
pub(super) fn multiple(
    client_id: ClientBetId,
    policy: PricePolicy,
    unit: Stake,
    legs: &RawValue,
    sizes: Option<&RawValue>,
) -> Result<PlaceMultiple, Fault> {
    let expected = "a list of 1 to 20 legs, each with market, selection, odds, price_seq and epoch";
    let legs: Vec<LegFields<'_>> =
        serde_json::from_str(legs.get()).map_err(|_| Fault::bad_field("legs", expected))?;
    let mut bankers = 0;
    let mut picks = Vec::new();
    for (index, leg) in legs.iter().enumerate().take(LEGS_MAX) {
        picks.push(leg.pick(index)?);
        bankers |= u32::from(leg.banker) << index;
    }
    let few = Picks::new(&picks).filter(|_| legs.len() <= LEGS_MAX);
    let picks = few.ok_or_else(|| Fault::bad_field("legs", expected))?;
    let folds = match sizes {
        None => FoldSizes::new([picks.len() as u8]),
        Some(sizes) => fold_sizes(sizes, bankers.count_ones() as u8),
    };
    let folds = folds.ok_or_else(|| {
        let names: Vec<&str> = NAMED_SYSTEMS.iter().map(|system| system.name).collect();
        let names = names.join(", ");
        Fault::bad_field(
            "sizes",
            &format!("a list of different line sizes from 1 to 20, or one of {names}"),
        )
    })?;
    let who = (AccountId(0), client_id);
    PlaceMultiple::new(who, policy, unit, (folds, Bankers(bankers)), picks)
        .map_err(|error| Fault::bad_field("sizes", &format!("possible with these legs: {error}")))
}

/// `[2,3]`, or the name of a system.
fn fold_sizes(raw: &RawValue, bankers: u8) -> Option<FoldSizes> {
    if let Ok(name) = serde_json::from_str::<String>(raw.get()) {
        return NamedSystem::find(&name)?.folds(bankers);
    }
    FoldSizes::new(serde_json::from_str::<Vec<u8>>(raw.get()).ok()?)
}

#[derive(Deserialize)]
struct LegFields<'a> {
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
    #[serde(default)]
    banker: bool,
}

impl LegFields<'_> {
    fn pick(&self, index: usize) -> Result<Pick, Fault> {
        let at = |field: &str| format!("legs[{index}].{field}");
        Ok(Pick {
            market: MarketId(number(&at("market"), self.market)?),
            selection: SelectionIndex(number(&at("selection"), self.selection)?),
            odds: odds(&at("odds"), self.odds)?,
            price_seq: number(&at("price_seq"), self.price_seq)?,
            epoch: number(&at("epoch"), self.epoch)?,
        })
    }
}
