//! A bet of several legs, as it is asked for.

use super::PricePolicy;
use crate::codec::{DecodeError, Decoder, Encoder, Wire, wire_struct};
use crate::settlement::system::{Bankers, FoldSizes, LEGS_MAX, System, SystemError};
use crate::units::{AccountId, ClientBetId, MarketId, Money, Odds, SelectionIndex, Stake};

/// One leg: a selection as the bettor saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Pick {
    /// The market.
    pub market: MarketId,
    /// The selection within it.
    pub selection: SelectionIndex,
    /// The odds seen.
    pub odds: Odds,
    /// The market's `price_seq` seen.
    pub price_seq: u64,
    /// The market's `epoch` seen.
    pub epoch: u32,
}
wire_struct!(Pick { market, selection, odds, price_seq, epoch });

impl Pick {
    /// What unused places hold.
    const BLANK: Self = Self {
        market: MarketId(0),
        selection: SelectionIndex(0),
        odds: Odds::MIN,
        price_seq: 0,
        epoch: 0,
    };
}

/// The legs of a bet, 1 to [`LEGS_MAX`] of them, in the bettor's order.
#[derive(Clone, Copy)]
pub struct Picks {
    picks: [Pick; LEGS_MAX],
    count: u8,
}

impl Picks {
    /// These legs; `None` if there are none or too many.
    pub fn new(picks: &[Pick]) -> Option<Self> {
        if picks.is_empty() || LEGS_MAX < picks.len() {
            return None;
        }
        let mut all = [Pick::BLANK; LEGS_MAX];
        all[..picks.len()].copy_from_slice(picks);
        Some(Self { picks: all, count: picks.len() as u8 })
    }
}

impl core::ops::Deref for Picks {
    type Target = [Pick];

    fn deref(&self) -> &[Pick] {
        &self.picks[..usize::from(self.count)]
    }
}

impl PartialEq for Picks {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Picks {}

impl core::fmt::Debug for Picks {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Picks {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl Wire for Picks {
    fn put(&self, out: &mut Encoder<'_>) {
        (self.len() as u64).put(out);
        self.iter().for_each(|pick| pick.put(out));
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let count = u64::take(input)?;
        if !(1..=LEGS_MAX as u64).contains(&count) {
            return Err(DecodeError::OutOfRange);
        }
        let mut picks = Self { picks: [Pick::BLANK; LEGS_MAX], count: count as u8 };
        for pick in &mut picks.picks[..count as usize] {
            *pick = Pick::take(input)?;
        }
        Ok(picks)
    }
}

/// See [`super::Command::PlaceMultiple`]. Holding one is the proof that its legs, line sizes and
/// bankers make a bet whose whole stake is a [`Stake`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PlaceMultiple {
    /// The account that pays.
    pub account: AccountId,
    /// The bettor's own id of this bet.
    pub client_id: ClientBetId,
    /// Which other odds are welcome, on every leg.
    pub policy: PricePolicy,
    unit: Stake,
    folds: FoldSizes,
    bankers: Bankers,
    picks: Picks,
}

/// Why a bet of several legs is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MultipleError {
    /// Its lines cannot be made.
    System(SystemError),
    /// The stake on all its lines together is larger than any stake.
    Stake,
}

impl core::fmt::Display for MultipleError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::System(error) => error.fmt(f),
            Self::Stake => f.write_str("the stake on all lines together is too large"),
        }
    }
}

impl core::error::Error for MultipleError {}

impl PlaceMultiple {
    /// A bet with the stake `unit` on every line of these sizes.
    ///
    /// # Errors
    /// [`MultipleError`] if the parts do not make a bet.
    pub fn new(
        (account, client_id): (AccountId, ClientBetId),
        policy: PricePolicy,
        unit: Stake,
        (folds, bankers): (FoldSizes, Bankers),
        picks: Picks,
    ) -> Result<Self, MultipleError> {
        let place = Self { account, client_id, policy, unit, folds, bankers, picks };
        let system = System::new(picks.len(), folds, bankers).map_err(MultipleError::System)?;
        total(unit, &system).ok_or(MultipleError::Stake)?;
        Ok(place)
    }

    /// The stake on each line.
    pub fn unit(&self) -> Stake {
        self.unit
    }

    /// The stake on all lines together.
    pub fn stake(&self) -> Stake {
        total(self.unit, &self.system()).expect("proved when it was made")
    }

    /// The same bet with another stake on each line, if that is one.
    pub fn with_unit(&self, unit: Stake) -> Option<Self> {
        total(unit, &self.system()).map(|_| Self { unit, ..*self })
    }

    /// Its lines.
    pub fn system(&self) -> System {
        System::new(self.picks.len(), self.folds, self.bankers).expect("proved when it was made")
    }

    /// Its legs.
    pub fn picks(&self) -> &[Pick] {
        &self.picks
    }

    /// Looks at each leg otherwise: under another market's id, at other odds. What makes them a bet is none of it.
    pub(super) fn see(&mut self, look: impl Fn(Pick) -> Pick) {
        let Picks { picks, count } = &mut self.picks;
        picks[..usize::from(*count)].iter_mut().for_each(|pick| *pick = look(*pick));
    }
}

/// The stake on all lines; `None` if that is no stake.
fn total(unit: Stake, system: &System) -> Option<Stake> {
    let minor = unit.money().minor().checked_mul(i64::from(system.lines()))?;
    Stake::new(Money::from_minor(minor))
}

impl Wire for PlaceMultiple {
    fn put(&self, out: &mut Encoder<'_>) {
        let Self { account, client_id, policy, unit, folds, bankers, picks } = self;
        account.put(out);
        client_id.put(out);
        policy.put(out);
        unit.put(out);
        folds.put(out);
        bankers.put(out);
        picks.put(out);
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let who = (Wire::take(input)?, Wire::take(input)?);
        let (policy, unit) = (Wire::take(input)?, Wire::take(input)?);
        let lines = (Wire::take(input)?, Wire::take(input)?);
        Self::new(who, policy, unit, lines, Wire::take(input)?).map_err(|_| DecodeError::OutOfRange)
    }
}
