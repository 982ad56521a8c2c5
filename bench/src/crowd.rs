//! A crowd that bets on what it sees: uniformly random accounts and selections, small stakes.

use clutch_core::command::{Actor, Pick, Picks, PlaceBet, PlaceMultiple, PricePolicy};
use clutch_core::event::{MarketStatus, Price};
use clutch_core::settlement::system::{Bankers, FoldSizes};
use clutch_core::units::{
    AccountId, ClientBetId, MarketId, Money, Odds, SelectionIndex, Stake, Timestamp,
};
use clutch_core::{Command, Envelope, Event, Record};

/// One selection on offer, as a bettor sees it.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    /// The market.
    pub market: MarketId,
    /// The selection.
    pub selection: SelectionIndex,
    /// The odds.
    pub odds: Odds,
    /// The market's price sequence.
    pub price_seq: u64,
}

/// Everything on offer, learned from the engine's events as a page would.
#[derive(Debug, Default)]
pub struct Board {
    offers: Vec<Offer>,
    epochs: Vec<u32>,
    open: Vec<bool>,
}

impl Board {
    /// Hears one event. Prices are expected once per selection: the book of a load run stands still.
    pub fn learn(&mut self, record: &Record) {
        match record.event {
            Event::Price(Price { market, selection, odds: Some(odds), price_seq, .. }) => {
                self.offers.push(Offer { market, selection, odds, price_seq });
            }
            Event::Market { market, status, epoch } => {
                let index = market.0 as usize;
                if self.epochs.len() <= index {
                    self.epochs.resize(index + 1, 0);
                    self.open.resize(index + 1, false);
                }
                self.epochs[index] = epoch;
                self.open[index] = status == MarketStatus::Open;
            }
            _ => {}
        }
    }

    /// What is on offer on these markets only.
    pub fn on(&self, markets: impl Fn(MarketId) -> bool) -> Self {
        let offers = self.offers.iter().filter(|offer| markets(offer.market)).copied().collect();
        Self { offers, epochs: self.epochs.clone(), open: self.open.clone() }
    }

    /// Selections on offer.
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// The epoch of a market.
    pub fn epoch(&self, market: MarketId) -> u32 {
        self.epochs[market.0 as usize]
    }
}

/// Makes one bet after the other.
#[derive(Debug)]
pub struct Crowd {
    board: Board,
    accounts: u32,
    random: Random,
    bets: u32,
}

impl Crowd {
    /// A crowd of `accounts` bettors in front of a board.
    ///
    /// # Panics
    /// If nothing is on offer or nobody is there.
    pub fn new(board: Board, accounts: u32, seed: u64) -> Self {
        assert!(!board.offers.is_empty(), "nothing is on offer");
        assert!(board.open.iter().all(|open| *open), "a market is not open");
        assert!(accounts != 0, "a crowd needs bettors");
        Self { board, accounts, random: Random(seed | 1), bets: 0 }
    }

    /// The next bet, by a client whose clock shows `now`.
    pub fn bet(&mut self, now: Timestamp) -> PlaceBet {
        let offer = self.board.offers[self.random.below(self.board.offers.len() as u32) as usize];
        self.bets += 1;
        let unique = u128::from(self.random.next()) << 32 | u128::from(self.bets);
        let stake = Stake::new(Money::from_minor(100 + i64::from(self.random.below(900))));
        PlaceBet {
            account: AccountId(self.random.below(self.accounts)),
            client_id: ClientBetId::from_parts(now.millis(), unique),
            market: offer.market,
            selection: offer.selection,
            odds: offer.odds,
            price_seq: offer.price_seq,
            epoch: self.board.epoch(offer.market),
            stake: stake.expect("above zero"),
            policy: PricePolicy::Exact,
        }
    }

    /// The next bet of several legs in one line, each on another of `matches` matches of equal size.
    ///
    /// # Panics
    /// If there are more legs than matches, or than a bet can have.
    pub fn multiple(&mut self, now: Timestamp, legs: u32, matches: u32) -> PlaceMultiple {
        let per_match = self.board.offers.len() as u32 / matches;
        let first = self.random.below(matches);
        let mut picks = Vec::with_capacity(legs as usize);
        for leg in 0..legs {
            let start = (first + leg) % matches * per_match;
            let offer = self.board.offers[(start + self.random.below(per_match)) as usize];
            picks.push(Pick {
                market: offer.market,
                selection: offer.selection,
                odds: offer.odds,
                price_seq: offer.price_seq,
                epoch: self.board.epoch(offer.market),
            });
        }
        self.bets += 1;
        let unique = u128::from(self.random.next()) << 32 | u128::from(self.bets);
        PlaceMultiple::new(
            (
                AccountId(self.random.below(self.accounts)),
                ClientBetId::from_parts(now.millis(), unique),
            ),
            PricePolicy::Exact,
            Stake::new(Money::from_minor(10)).expect("above zero"),
            (FoldSizes::new([legs as u8]).expect("a size"), Bankers::NONE),
            Picks::new(&picks).expect("as many legs as a bet can have"),
        )
        .expect("one line of all legs")
    }

    /// The next bet in its envelope.
    pub fn envelope(&mut self, now: Timestamp, trace: u64) -> Envelope {
        let bet = self.bet(now);
        Envelope { actor: Actor::account(bet.account), trace, command: Command::PlaceBet(bet) }
    }
}

/// Xorshift64*: fast, and the same on every machine.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: u32) -> u32 {
        (((self.next() >> 32) * u64::from(end)) >> 32) as u32
    }
}
