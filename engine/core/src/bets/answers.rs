//! What was answered to which client bet id.
//!
//! A bet that was written down carries its account and client id itself, so under its key stands only
//! where it is: 24 bytes for each bet. Answers that are longer, refusals, stand in a ring of their own,
//! which has room for a quarter of all ids: a flood of refusals cannot take the room of bets.
//!
//! Nor can the flood of one account take the room of another's refusals. As long as more than half of the
//! places are free nobody is asked for a share, and no account has more than 255 of them, as its count is a
//! byte. In the other half an account may have one more remembered as long as those that it has are fewer than
//! a sixty-fourth of the places that are free: each account that sends a flood comes to a small part of what is
//! left, and one that had no refusal finds a place until the very last is taken. (Sharing of a buffer by a
//! dynamic threshold: Choudhury and Hahne, IEEE/ACM Transactions on Networking 6 (2), 1998.) A refusal beyond
//! its account's share is not remembered, and its id may be tried again.

use alloc::vec;
use alloc::vec::Vec;

use super::RefusedBet;
use super::client_ids::{ClientIds, Key};
use super::multiple::RefusedMultiple;
use crate::codec::{DecodeError, wire_enum};
use crate::command::Capacity;
use crate::memory::{RowOf, TableSize};
use crate::snapshot::{Loader, Saver, Table};
use crate::units::AccountId;
use crate::wallet::NO_BET;

/// The part of the free places that an account's refusals stay below.
const SHARE: usize = 64;

/// What is remembered under a client bet id.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// A bet was written down in this slot; its own id proves that the slot still holds it.
    Bet {
        /// The slot.
        slot: u32,
    },
    /// It was refused at once.
    Refused(RefusedBet),
    /// A bet of several legs was written down in this slot.
    Multiple {
        /// The slot.
        slot: u32,
    },
    /// A bet of several legs was refused at once.
    RefusedMultiple(RefusedMultiple),
}

wire_enum!(Answer {
    0 = Bet { slot },
    1 = Refused(refused),
    2 = Multiple { slot },
    3 = RefusedMultiple(refused),
});

/// Where an answer is: a slot or a place, and in the two highest bits of which table.
#[derive(Clone, Copy, Debug)]
struct Place(u32);

impl Place {
    const KIND: u32 = 3 << 30;
    const BET: u32 = 0;
    const MULTIPLE: u32 = 1 << 30;
    const REFUSAL: u32 = 2 << 30;

    #[inline(always)]
    fn new(kind: u32, number: u32) -> Self {
        // No table is larger: see `Capacity::validate`.
        assert!(number & Self::KIND == 0, "a slot beyond the largest table");
        Self(kind | number)
    }

    fn number(self) -> u32 {
        self.0 & !Self::KIND
    }
}

impl Capacity {
    /// The most refusals of bets that are remembered at one time.
    pub fn refusals_max(&self) -> u32 {
        self.client_ids_max.div_ceil(4)
    }
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Answers {
    places: ClientIds<Place>,
    /// A ring, every page of it touched. Refusals leave it in the order in which they came.
    refusals: Vec<Answer>,
    oldest_refusal: usize,
    refusals_count: usize,
    /// How many of them are whose.
    refusals_of: Vec<u8>,
}

impl Answers {
    /// An empty memory.
    pub fn with_capacity(capacity: &Capacity) -> Self {
        let blank = Answer::Bet { slot: NO_BET };
        Self {
            places: ClientIds::with_capacity(capacity.client_ids_max, Place(0)),
            refusals: vec![blank; capacity.refusals_max() as usize],
            oldest_refusal: 0,
            refusals_count: 0,
            refusals_of: vec![0; capacity.accounts_max as usize],
        }
    }

    /// What its tables take.
    pub(crate) fn sizes(capacity: &Capacity, sizes: &mut Vec<TableSize>) {
        let names = ["client ids", "index of client ids"];
        let ids = capacity.client_ids_max;
        sizes.extend(ClientIds::<Place>::sizes(names, RowOf::ClientId, ids));
        let refusals = capacity.refusals_max() as usize;
        sizes.push(TableSize::of::<Answer>("refusals remembered", RowOf::ClientId, refusals));
        let accounts = capacity.accounts_max as usize;
        sizes.push(TableSize::of::<u8>("refusals by account", RowOf::Account, accounts));
    }

    /// Whether no bet can be remembered.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.places.is_full()
    }

    /// How many ids are remembered.
    pub(crate) fn used(&self) -> usize {
        self.places.count()
    }

    /// Whether one more bet can be remembered behind so many others.
    #[inline]
    pub fn has_room(&self, before: usize) -> bool {
        self.places.has_room(before)
    }

    /// Whether another refusal of an account can be remembered. Of one that cannot exist nothing is.
    pub fn has_room_for_refusal(&self, account: AccountId) -> bool {
        let Some(own) = self.refusals_of.get(account.0 as usize) else { return false };
        let free = self.refusals.len() - self.refusals_count;
        let is_idle = self.refusals.len() < 2 * free;
        !self.is_full() && *own < u8::MAX && (is_idle || usize::from(*own) * SHARE < free)
    }

    /// The memory at which [`Answers::get`] will look first.
    #[inline]
    pub fn looked_at_first(&self, key: Key) -> *const u8 {
        self.places.looked_at_first(key)
    }

    /// The memory of the entry that will be written so many entries from now.
    #[inline]
    pub fn written_after(&self, entries: usize) -> *const u8 {
        self.places.written_after(entries)
    }

    /// Whether something was answered to this key.
    #[inline]
    pub fn get(&self, key: Key) -> Option<Answer> {
        let place = self.places.get(key)?;
        Some(self.at(place))
    }

    fn at(&self, place: Place) -> Answer {
        let number = place.number();
        match place.0 & Place::KIND {
            Place::BET => Answer::Bet { slot: number },
            Place::MULTIPLE => Answer::Multiple { slot: number },
            _ => self.refusals[number as usize],
        }
    }

    /// Remembers the slot of a single. The key must be new and the memory not full.
    #[inline(always)]
    pub fn insert_bet(&mut self, key: Key, slot: u32) {
        self.places.insert(key, Place::new(Place::BET, slot));
    }

    /// Remembers any answer. The key must be new, and there must be room.
    pub fn insert(&mut self, key: Key, answer: Answer) {
        let place = match answer {
            Answer::Bet { slot } => Place::new(Place::BET, slot),
            Answer::Multiple { slot } => Place::new(Place::MULTIPLE, slot),
            Answer::Refused(_) | Answer::RefusedMultiple(_) => {
                self.push_refusal(key.account(), answer)
            }
        };
        self.places.insert(key, place);
    }

    fn push_refusal(&mut self, account: AccountId, refusal: Answer) -> Place {
        let has_room = self.refusals_count < self.refusals.len();
        assert!(has_room, "the caller checks has_room_for_refusal first");
        self.refusals_of[account.0 as usize] += 1;
        let place = (self.oldest_refusal + self.refusals_count) % self.refusals.len();
        self.refusals[place] = refusal;
        self.refusals_count += 1;
        Place::new(Place::REFUSAL, place as u32)
    }

    /// What came first.
    pub fn oldest(&self) -> Option<(Key, Answer)> {
        self.places.oldest().map(|(key, place)| (key, self.at(place)))
    }

    /// Forgets what came first.
    pub fn forget_oldest(&mut self) {
        let Some((key, place)) = self.places.oldest() else { return };
        if place.0 & Place::KIND == Place::REFUSAL {
            assert!(place.number() as usize == self.oldest_refusal, "refusals leave in order");
            self.oldest_refusal = (self.oldest_refusal + 1) % self.refusals.len();
            self.refusals_count -= 1;
            self.refusals_of[key.account().0 as usize] -= 1;
        }
        self.places.forget_oldest();
    }

    /// Every answer, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (Key, Answer)> {
        self.places.iter().map(|(key, place)| (key, self.at(place)))
    }
}

impl Table for Answers {
    /// Writes every answer, the oldest first. Where one stands in the index or in the ring of refusals
    /// never reaches an output, so both are made anew.
    fn save(&self, out: &mut Saver<'_>) {
        let Self { places: _, refusals: _, oldest_refusal: _, refusals_count: _, refusals_of: _ } =
            self;
        out.count(self.places.count());
        self.iter().for_each(|answer| out.put(&answer));
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let mut answers = Self::with_capacity(capacity);
        for _ in 0..input.count(capacity.client_ids_max as usize)? {
            let (key, answer): (Key, Answer) = input.take()?;
            let fits = match answer {
                Answer::Bet { slot } | Answer::Multiple { slot } => slot & Place::KIND == 0,
                // Its account's share was larger when it came if there are more of others now.
                Answer::Refused(_) | Answer::RefusedMultiple(_) => {
                    let of = answers.refusals_of.get(key.account().0 as usize);
                    of.is_some_and(|count| *count < u8::MAX)
                        && answers.refusals_count < answers.refusals.len()
                }
            };
            if !fits || answers.places.get(key).is_some() {
                return Err(DecodeError::OutOfRange);
            }
            answers.insert(key, answer);
        }
        Ok(answers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Capacity;
    use crate::reject::Reject;
    use crate::units::{AccountId, MarketId, Odds, SelectionIndex, Stake};

    fn refused(market: u32) -> Answer {
        Answer::Refused(RefusedBet {
            market: MarketId(market),
            selection: SelectionIndex(0),
            odds: Odds::MIN,
            stake: Stake::MAX,
            refusal: Reject::OddsChanged.into(),
        })
    }

    #[test]
    fn a_flood_of_refusals_leaves_room_for_bets_and_each_keeps_its_own_answer() {
        let capacity = Capacity { client_ids_max: 8, ..Capacity::default() };
        let mut answers = Answers::with_capacity(&capacity);
        // Two ids each of as many accounts.
        let key = |id: u32| Key::new(AccountId(id / 2), id.into());
        // More than twice around the ring of two refusals.
        for id in 0..5 {
            assert!(answers.has_room_for_refusal(AccountId(id)));
            answers.insert(key(2 * id), refused(id));
            answers.insert_bet(key(2 * id + 1), 100 + id);
            let of_refusal = answers.get(key(2 * id));
            assert!(matches!(of_refusal, Some(Answer::Refused(it)) if it.market.0 == id));
            assert!(
                matches!(answers.get(key(2 * id + 1)), Some(Answer::Bet { slot }) if slot == 100 + id)
            );
            if id == 0 {
                continue;
            }
            assert!(!answers.has_room_for_refusal(AccountId(9)) && !answers.is_full());
            answers.forget_oldest();
            answers.forget_oldest();
            assert!(answers.get(key(2 * id - 2)).is_none());
        }
    }

    /// Of 800 places one account comes to 255, and the next to what is left of the first half. Each of 60 more
    /// finds a share of the rest, and whoever had none is remembered.
    #[test]
    fn the_flood_of_one_account_leaves_room_for_the_refusals_of_all_others() {
        let capacity = Capacity { client_ids_max: 3_200, accounts_max: 200, ..Capacity::default() };
        let mut answers = Answers::with_capacity(&capacity);
        let mut id = 0;
        let mut flood = |answers: &mut Answers, account: u32| {
            let before = answers.refusals_count;
            for _ in 0..1_000 {
                id += 1;
                if answers.has_room_for_refusal(AccountId(account)) {
                    answers.insert(Key::new(AccountId(account), id), refused(account));
                }
            }
            answers.refusals_count - before
        };
        assert_eq!(flood(&mut answers, 0), 255);
        assert_eq!(flood(&mut answers, 0), 0);
        assert_eq!(flood(&mut answers, 1), 145);
        assert_eq!(flood(&mut answers, 2), 7, "6 are fewer than a sixty-fourth of 394");
        (3..63).for_each(|account| assert_ne!(flood(&mut answers, account), 0, "{account}"));
        assert!(answers.has_room_for_refusal(AccountId(199)));
        assert!(!answers.has_room_for_refusal(AccountId(200)), "there is no such account");
        // What left makes room again for whose it was.
        (0..255).for_each(|_| answers.forget_oldest());
        assert_ne!(flood(&mut answers, 0), 0);
    }
}
