//! The demo's bettors: a crowd that wants the same things on every run.
//!
//! What a bettor wants follows from the seed and the moment alone, never from what the engine
//! answered, so that a demo that was killed goes on with exactly the bets that are still missing.

use clutch_core::command::{Actor, MarketKind, PlaceBet, PricePolicy};
use clutch_core::units::{
    AccountId, ClientBetId, MarketId, Money, Odds, SelectionIndex, Stake, Timestamp,
};
use clutch_core::{Command, Envelope};

use super::board::Board;

/// The account of the person in front of the page; the crowd's follow it.
pub const YOU: AccountId = AccountId(0);
/// Bettors in the crowd.
pub const BETTORS: u32 = 24;
/// What each of them begins with, in cents.
pub const BETTOR_DEPOSIT: Money = Money::from_minor(500_000);
/// What you begin with, in cents.
pub const YOUR_DEPOSIT: Money = Money::from_minor(100_000);

/// When the crowd presses the button, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// With time to spare.
    Calm,
    /// A moment before the next thing happens.
    Late,
}

/// One wish.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    bettor: u32,
    kind: MarketKind,
    selection: u8,
    stake: Stake,
    policy: PricePolicy,
    /// Asks for the odds of a while ago.
    outdated: bool,
}

/// A small generator of numbers that depend on nothing but where it starts (splitmix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Begins at a place.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }
}

/// What the crowd wants at one moment.
pub fn wishes(
    dice: &mut Dice,
    mood: Mood,
    map: u8,
    round: Option<u8>,
    kinds: &[MarketKind],
) -> Vec<Wish> {
    let count = match mood {
        Mood::Calm => 6 + dice.below(7),
        Mood::Late => 1 + dice.below(3),
    };
    (0..count).map(|_| wish(dice, map, round, kinds)).collect()
}

fn wish(dice: &mut Dice, map: u8, round: Option<u8>, kinds: &[MarketKind]) -> Wish {
    let kind = match dice.below(10) {
        0..=3 => match round {
            Some(round) => MarketKind::RoundWinner { map, round },
            None => MarketKind::MapWinner { map },
        },
        4 | 5 => MarketKind::MapWinner { map },
        6 => MarketKind::MatchWinner,
        _ => kinds[dice.below(kinds.len() as u64) as usize],
    };
    // Most stakes are small; now and then somebody tries what no house would take.
    let cents = match dice.below(40) {
        0 => 5,
        1 => 250_000,
        2..=5 => 10_000 + 1_000 * dice.below(40),
        _ => 100 + 50 * dice.below(80),
    };
    let stake = Stake::new(Money::from_minor(cents as i64)).expect("all of these are stakes");
    let policy = match dice.below(4) {
        0 => PricePolicy::Any,
        1 => PricePolicy::Better,
        2 => PricePolicy::Within { permille: 50 },
        _ => PricePolicy::Exact,
    };
    Wish {
        bettor: 1 + dice.below(u64::from(BETTORS)) as u32,
        kind,
        selection: dice.below(2) as u8,
        stake,
        policy,
        outdated: dice.below(20) == 0,
    }
}

impl Wish {
    /// The bet as the bettor sends it, looking at the board.
    pub fn place(&self, board: &Board, now: Timestamp, unique: u128) -> Envelope {
        let account = AccountId(YOU.0 + self.bettor);
        let offer = board.offer(self.kind);
        let odds = offer
            .and_then(|offer| offer.odds.get(usize::from(self.selection)).copied().flatten())
            .unwrap_or(Odds::MIN);
        // A bettor with old odds in mind hopes for better ones than are on offer.
        let asked = if self.outdated { Odds::from_milli(odds.milli() + 250) } else { None };
        let place = PlaceBet {
            account,
            client_id: ClientBetId::from_parts(now.millis(), unique),
            market: offer.map_or(MarketId(u32::MAX), |offer| offer.market),
            selection: SelectionIndex(self.selection),
            odds: asked.unwrap_or(odds),
            price_seq: offer.map_or(0, |offer| offer.price_seq),
            epoch: offer.map_or(0, |offer| offer.epoch),
            stake: self.stake,
            policy: self.policy,
        };
        let command = Command::PlaceBet(place);
        Envelope { actor: Actor::account(account), trace: 0, command }
    }
}
