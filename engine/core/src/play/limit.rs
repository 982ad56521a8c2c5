//! One limit: how much, over which time, what counts towards it, and a wish to raise it.

use super::window::PLACES;
use super::{Movement, NO_LIMIT, Quantity, Window};
use crate::codec::{wire_enum, wire_struct};
use crate::units::{Money, Seq, Timestamp};

/// Who wants a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum LimitBy {
    /// The player himself.
    Player,
    /// The staff: what he can afford, as far as they know.
    House,
    /// The policy: it is counted and refuses nothing.
    Counter,
}
wire_enum!(LimitBy { 0 = Player, 1 = House, 2 = Counter });

impl LimitBy {
    /// Its name in messages and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Player => "player",
            Self::House => "house",
            Self::Counter => "counter",
        }
    }
}

/// Which limit of an account. It has each at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LimitKey {
    /// On what.
    pub quantity: Quantity,
    /// Over which time.
    pub window: Window,
    /// Who wants it.
    pub by: LimitBy,
}
wire_struct!(LimitKey { quantity, window, by });

/// A wish to raise a limit or to be rid of it, which waits for its time and for a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LimitWish {
    /// The new amount; `None` lifts the limit.
    pub amount: Option<Money>,
    /// When it can be confirmed.
    pub confirm_from: Timestamp,
}
wire_struct!(LimitWish { amount, confirm_from });

/// A limit as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LimitView {
    /// Which.
    pub key: LimitKey,
    /// How much; `None` once it is lifted.
    pub amount: Option<Money>,
    /// How much of it is used. Below zero when bets won more than they cost.
    pub used: Money,
    /// A wish to raise it.
    pub wish: Option<LimitWish>,
}

/// A limit with what counts towards it.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    pub key: LimitKey,
    pub amount: Money,
    pub wish: Option<LimitWish>,
    /// What moved, by buckets in a ring; those between the newest and the present one are stale.
    buckets: [Money; PLACES],
    newest: u64,
    /// The first command that counted in the newest bucket: bets since then were placed in it.
    newest_began: Seq,
    /// The account's next limit, or the next unused row.
    pub next: u32,
}

impl crate::codec::Wire for Limit {
    fn put(&self, out: &mut crate::codec::Encoder<'_>) {
        let Self { key, amount, wish, buckets, newest, newest_began, next: _ } = self;
        ((*key, *amount), *wish).put(out);
        buckets.put(out);
        (*newest, *newest_began).put(out);
    }

    fn take(input: &mut crate::codec::Decoder<'_>) -> Result<Self, crate::codec::DecodeError> {
        use crate::codec::Wire;
        let ((key, amount), wish) = Wire::take(input)?;
        let buckets = Wire::take(input)?;
        let (newest, newest_began) = Wire::take(input)?;
        Ok(Self { key, amount, wish, buckets, newest, newest_began, next: NO_LIMIT })
    }
}

impl Limit {
    /// A limit set now: it counts from here on.
    pub fn new(key: LimitKey, amount: Money, seq: Seq, now: Timestamp) -> Self {
        Self {
            key,
            amount,
            wish: None,
            buckets: [Money::ZERO; PLACES],
            newest: key.window.bucket(now),
            newest_began: seq,
            next: NO_LIMIT,
        }
    }

    /// Whether it limits a quantity, and does not only count it.
    pub fn limits(&self, quantity: Quantity) -> bool {
        self.key.quantity == quantity && self.key.by != LimitBy::Counter
    }

    /// What counts at this time.
    pub fn used(&self, now: Timestamp) -> Money {
        let (now, places) = (self.key.window.bucket(now), self.key.window.places());
        let oldest = (now + 1).saturating_sub(places);
        let fresh =
            (oldest..=self.newest.min(now)).map(|number| self.buckets[Self::place(number, places)]);
        fresh.fold(Money::ZERO, |sum, bucket| sum + bucket)
    }

    /// How much more may be added.
    pub fn room(&self, now: Timestamp) -> Money {
        self.amount - self.used(now)
    }

    /// How it stands.
    pub fn view(&self, now: Timestamp) -> LimitView {
        let Self { key, amount, wish, .. } = *self;
        LimitView { key, amount: Some(amount), used: self.used(now), wish }
    }

    /// Counts a movement, if the limit is about it.
    pub fn note(&mut self, movement: Movement, amount: Money, seq: Seq, now: Timestamp) {
        let bucket = self.key.window.bucket(now);
        let places = self.key.window.places();
        if self.newest < bucket {
            for number in (self.newest + 1).max((bucket + 1).saturating_sub(places))..=bucket {
                self.buckets[Self::place(number, places)] = Money::ZERO;
            }
            (self.newest, self.newest_began) = (bucket, seq);
        }
        let added = match self.key.quantity {
            Quantity::Stake => match movement {
                Movement::Staked(_) => amount,
                // What was staked in an earlier bucket stays counted there: taken out of this one,
                // it would make room for more than the limit.
                Movement::Unstaked(bet) if self.newest_began <= bet.seq() => -amount,
                Movement::Unstaked(_)
                | Movement::Won
                | Movement::Unwon
                | Movement::Deposited
                | Movement::Undeposited(_)
                | Movement::Withdrawn
                | Movement::Played => Money::ZERO,
            },
            Quantity::Loss => match movement {
                Movement::Staked(_) | Movement::Unwon => amount,
                Movement::Unstaked(_) | Movement::Won => -amount,
                Movement::Deposited
                | Movement::Undeposited(_)
                | Movement::Withdrawn
                | Movement::Played => Money::ZERO,
            },
            Quantity::Deposit => match movement {
                Movement::Deposited => amount,
                Movement::Undeposited(began) if self.newest_began <= began => -amount,
                Movement::Undeposited(_)
                | Movement::Staked(_)
                | Movement::Unstaked(_)
                | Movement::Won
                | Movement::Unwon
                | Movement::Played
                | Movement::Withdrawn => Money::ZERO,
            },
            Quantity::Time => match movement {
                Movement::Played => amount,
                Movement::Staked(_)
                | Movement::Unstaked(_)
                | Movement::Won
                | Movement::Unwon
                | Movement::Deposited
                | Movement::Undeposited(_)
                | Movement::Withdrawn => Money::ZERO,
            },
            Quantity::LinkedDeposit => match movement {
                Movement::Deposited => amount,
                // A payment that failed was an attempt all the same.
                Movement::Undeposited(_)
                | Movement::Staked(_)
                | Movement::Unstaked(_)
                | Movement::Won
                | Movement::Unwon
                | Movement::Played
                | Movement::Withdrawn => Money::ZERO,
            },
            Quantity::NetDeposit => match movement {
                Movement::Deposited => amount,
                Movement::Undeposited(began) if self.newest_began <= began => -amount,
                Movement::Withdrawn => -amount,
                Movement::Undeposited(_)
                | Movement::Staked(_)
                | Movement::Unstaked(_)
                | Movement::Won
                | Movement::Played
                | Movement::Unwon => Money::ZERO,
            },
        };
        self.buckets[Self::place(bucket, places)] += added;
    }

    fn place(number: u64, places: u64) -> usize {
        (number % places) as usize
    }
}
