//! A group of bets of which all are taken or none, as it is asked for.

use super::{Pick, PlaceBet, PlaceMultiple, PricePolicy};
use crate::codec::{DecodeError, Decoder, Encoder, Wire, wire_struct};
use crate::units::{AccountId, ClientBetId, MarketId, Odds, SelectionIndex, Stake};

/// Most bets of one group.
pub const BATCH_MAX: usize = 10;

/// One bet of a group: a selection as the bettor saw it, with a stake and an id of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BatchBet {
    /// The bettor's own id of this bet.
    pub client_id: ClientBetId,
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
    /// The stake.
    pub stake: Stake,
}
wire_struct!(BatchBet { client_id, market, selection, odds, price_seq, epoch, stake });

impl BatchBet {
    /// The same as a placement of its own.
    pub const fn of(self, account: AccountId, policy: PricePolicy) -> PlaceBet {
        let Self { client_id, market, selection, odds, price_seq, epoch, stake } = self;
        PlaceBet { account, client_id, market, selection, odds, price_seq, epoch, stake, policy }
    }
}

impl BatchBet {
    /// What unused places hold.
    const BLANK: Self = Self {
        client_id: ClientBetId(0),
        market: MarketId(0),
        selection: SelectionIndex(0),
        odds: Odds::MIN,
        price_seq: 0,
        epoch: 0,
        stake: Stake::MAX,
    };
}

/// See [`super::Command::PlaceBatch`]. Holding one is the proof that it has 1 to [`BATCH_MAX`] bets and
/// that each has an id of its own.
#[derive(Clone, Copy)]
pub struct PlaceBatch {
    /// The account that pays.
    pub account: AccountId,
    /// Which other odds are welcome, for every bet.
    pub policy: PricePolicy,
    /// The device that they come from; see [`super::Terms::device`].
    pub device: u32,
    bets: [BatchBet; BATCH_MAX],
    count: u8,
}

// The ring of commands has places of one size.
const _: () = assert!(size_of::<PlaceBatch>() <= size_of::<PlaceMultiple>());

impl PlaceBatch {
    /// A group of these bets; `None` if there are none or too many, or if two have the same id.
    pub fn new(account: AccountId, policy: PricePolicy, bets: &[BatchBet]) -> Option<Self> {
        let is_repeated =
            |at: usize| bets[..at].iter().any(|earlier| earlier.client_id == bets[at].client_id);
        if bets.is_empty() || BATCH_MAX < bets.len() || (0..bets.len()).any(is_repeated) {
            return None;
        }
        let mut all = [BatchBet::BLANK; BATCH_MAX];
        all[..bets.len()].copy_from_slice(bets);
        Some(Self { account, policy, device: 0, bets: all, count: bets.len() as u8 })
    }

    /// Its bets, in the bettor's order.
    pub fn bets(&self) -> &[BatchBet] {
        &self.bets[..usize::from(self.count)]
    }

    /// Looks at each selection otherwise.
    pub(super) fn see(&mut self, look: impl Fn(Pick) -> Pick) {
        for bet in &mut self.bets[..usize::from(self.count)] {
            let BatchBet { client_id, market, selection, odds, price_seq, epoch, stake } = *bet;
            let Pick { market, selection, odds, price_seq, epoch } =
                look(Pick { market, selection, odds, price_seq, epoch });
            *bet = BatchBet { client_id, market, selection, odds, price_seq, epoch, stake };
        }
    }

    /// The same as placements of their own.
    pub fn places(&self) -> impl Iterator<Item = PlaceBet> {
        let Self { account, policy, .. } = *self;
        self.bets().iter().map(move |bet| bet.of(account, policy))
    }
}

impl PartialEq for PlaceBatch {
    fn eq(&self, other: &Self) -> bool {
        let head = |ask: &Self| (ask.account, ask.policy, ask.device);
        (head(self), self.bets()) == (head(other), other.bets())
    }
}

impl Eq for PlaceBatch {}

impl core::fmt::Debug for PlaceBatch {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PlaceBatch")
            .field("account", &self.account)
            .field("policy", &self.policy)
            .field("device", &self.device)
            .field("bets", &self.bets())
            .finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for PlaceBatch {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("PlaceBatch", 4)?;
        fields.serialize_field("account", &self.account)?;
        fields.serialize_field("policy", &self.policy)?;
        fields.serialize_field("device", &self.device)?;
        fields.serialize_field("bets", self.bets())?;
        fields.end()
    }
}

impl Wire for PlaceBatch {
    fn put(&self, out: &mut Encoder<'_>) {
        self.account.put(out);
        self.policy.put(out);
        self.device.put(out);
        (u64::from(self.count)).put(out);
        self.bets().iter().for_each(|bet| bet.put(out));
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let (account, policy) = (AccountId::take(input)?, PricePolicy::take(input)?);
        let device = u32::take(input)?;
        let count = u64::take(input)?;
        if !(1..=BATCH_MAX as u64).contains(&count) {
            return Err(DecodeError::OutOfRange);
        }
        let mut bets = [BatchBet::BLANK; BATCH_MAX];
        for bet in &mut bets[..count as usize] {
            *bet = BatchBet::take(input)?;
        }
        let ask = Self::new(account, policy, &bets[..count as usize]);
        ask.map(|ask| Self { device, ..ask }).ok_or(DecodeError::OutOfRange)
    }
}
