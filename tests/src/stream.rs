//! What must hold of everything that the engine says, read in its order by somebody who knows no rule of betting:
//! balances are the sums of their postings in each currency, a bet is taken at the price that was told last and
//! never at one that is told later, and one that waited stands only if nothing was told meanwhile of what it is on.

use std::collections::BTreeMap;

use clutch_core::command::{MarketKind, MobaState};
use clutch_core::event::{BetStatus, Event, LedgerAccount, Score};
use clutch_core::units::{BetId, Currency, MarketId, Money, SelectionIndex};
use clutch_core::{Record, State};

/// A reader of the whole stream.
#[derive(Debug, Default)]
pub struct Stream {
    /// What each ledger account of a currency holds.
    ledger: BTreeMap<(u8, u8, u32), i128>,
    /// The odds that were told last.
    board: BTreeMap<(u32, u8), Option<u32>>,
    /// By id, of which no two markets have the same.
    markets: BTreeMap<u32, (u32, MarketKind)>,
    /// The score of each match, as it was told last, and the numbers of the map that is played.
    scores: BTreeMap<u32, Score>,
    numbers: BTreeMap<(u32, u8), MobaState>,
    /// Matches and maps of which something was told, with the command that did.
    news: Vec<(u64, u32, u8)>,
    bets: BTreeMap<BetId, Told>,
    /// The legs that were said last.
    legs: Vec<On>,
    /// How many bets of several legs were taken, each leg at the odds that were told last.
    taken_together: u64,
    /// How many bets waited and stand, and how many of them on a map against the clock.
    stood: [u64; 2],
}

/// What a bet, or one leg of it, is on, and at which odds in thousandths.
type On = (MarketId, SelectionIndex, u32);

/// What is known of a bet.
#[derive(Debug)]
struct Told {
    /// Since which command it waits, if it does.
    waits_since: Option<u64>,
}

impl Stream {
    /// Reads what one command led to, after which the state is this.
    ///
    /// # Panics
    /// If something does not hold.
    pub fn read(&mut self, records: &[Record], state: &State) {
        for record in records {
            self.take(record.seq.0, &record.event);
        }
        self.check_books(state);
    }

    /// How many bets that waited were taken.
    pub fn stood(&self) -> u64 {
        self.stood[0]
    }

    /// How many bets of several legs were taken.
    pub fn taken_together(&self) -> u64 {
        self.taken_together
    }

    /// How many of them are on a map against the clock.
    pub fn stood_against_the_clock(&self) -> u64 {
        self.stood[1]
    }

    fn take(&mut self, seq: u64, event: &Event) {
        match *event {
            Event::Posting { from, to, amount, currency, .. } => {
                assert!(amount > Money::ZERO, "a posting of {amount:?}");
                *self.side(currency, from) -= i128::from(amount.minor());
                *self.side(currency, to) += i128::from(amount.minor());
            }
            Event::MarketOpened { market, match_id, kind, .. } => {
                let before = self.markets.insert(market.0, (match_id.0, kind));
                assert_eq!(before, None, "{market:?} was another market's");
            }
            Event::Price(price) => {
                assert_eq!(price.price_seq, seq, "a price of another command");
                let odds = price.odds.map(|odds| odds.milli());
                self.board.insert((price.market.0, price.selection.0), odds);
            }
            Event::Score(score) => {
                let before = self.scores.insert(score.match_id.0, score);
                let shown = |score: Score| (score.map, score.rounds, score.maps, score.phase);
                if before.map(shown) != Some(shown(score)) {
                    self.news.push((seq, score.match_id.0, score.map));
                }
            }
            Event::Moba { match_id, map, state } => {
                let before = self.numbers.insert((match_id.0, map), state);
                let fell = |state: MobaState| (state.towers, state.objectives);
                if before.map(fell) != Some(fell(state)) {
                    self.news.push((seq, match_id.0, map));
                }
            }
            Event::Bet(view) => {
                let Some(bet) = view.bet else { return };
                let on = (view.market, view.selection, view.odds.milli());
                self.hear_of(seq, bet, view.status, &[on]);
            }
            Event::Leg(leg) => {
                if leg.index == 0 {
                    self.legs.clear();
                }
                self.legs.push((leg.market, leg.selection, leg.odds.milli()));
            }
            Event::Multiple(view) => {
                let legs = std::mem::take(&mut self.legs);
                let Some(bet) = view.bet else { return };
                assert_eq!(
                    legs.len(),
                    usize::from(view.legs),
                    "the legs of {bet:?} come before it"
                );
                let is_news = !self.bets.contains_key(&bet);
                self.hear_of(seq, bet, view.status, &legs);
                self.taken_together += u64::from(is_news && is_taken(view.status));
            }
            _ => {}
        }
    }

    /// `on` is what the bet is on: its legs, or the one selection of a single.
    fn hear_of(&mut self, seq: u64, bet: BetId, status: BetStatus, on: &[On]) {
        if is_taken(status) && !self.bets.contains_key(&bet) {
            for (market, selection, odds) in on {
                let told = self.board.get(&(market.0, selection.0)).copied().flatten();
                let at = format_args!("{selection:?} of {market:?}");
                assert_eq!(
                    Some(*odds),
                    told,
                    "{bet:?} on {at} is taken at odds that nobody was told"
                );
            }
        }
        let known = self.bets.entry(bet).or_insert(Told { waits_since: None });
        let since = match status {
            BetStatus::Pending { .. } => {
                known.waits_since.get_or_insert(seq);
                return;
            }
            BetStatus::Accepted { .. } => known.waits_since.take(),
            _ => {
                known.waits_since = None;
                return;
            }
        };
        let Some(since) = since else { return };
        let is_timed = |(market, ..): &On| {
            let (of, _) = self.markets[&market.0];
            self.numbers.keys().any(|(match_id, _)| *match_id == of)
        };
        self.stood[0] += 1;
        self.stood[1] += u64::from(on.iter().any(is_timed));
        let is_on = |map: u8, match_id: u32| {
            let on = on.iter().map(|(market, ..)| self.markets[&market.0]);
            on.into_iter().any(|(of, kind)| of == match_id && kind.map().is_none_or(|on| on == map))
        };
        let lately = self.news.iter().rev().take_while(|(at, ..)| *at > since);
        let mut missed = lately.filter(|(_, match_id, map)| is_on(*map, *match_id));
        assert!(
            missed.next().is_none(),
            "{bet:?} waited from {since} to {seq}, and stands over another score"
        );
    }

    fn side(&mut self, currency: Currency, ledger: LedgerAccount) -> &mut i128 {
        self.ledger.entry(key(currency, ledger)).or_default()
    }

    fn holds(&self, currency: Currency, kinds: &[u8]) -> i128 {
        let of = |((in_currency, kind, _), amount): (&(u8, u8, u32), &i128)| {
            (*in_currency == currency.0 && kinds.contains(kind)).then_some(*amount)
        };
        self.ledger.iter().filter_map(of).sum()
    }

    /// Every balance is the sum of its postings, and those of a currency add up to zero.
    fn check_books(&self, state: &State) {
        let Some(wallet) = state.wallet() else { return };
        for (account, row) in wallet.iter() {
            let of = |ledger| *self.ledger.get(&key(row.currency, ledger)).unwrap_or(&0);
            let told = [
                of(LedgerAccount::PlayerAvailable(account)),
                of(LedgerAccount::PlayerHeld(account)),
            ];
            let is = [row.available, row.held].map(|money| i128::from(money.minor()));
            assert_eq!(is, told, "what {account:?} has available and held, by its postings");
        }
        for (currency, _) in wallet.currencies().iter() {
            assert_eq!(wallet.recomputed_sum_in(currency), Money::ZERO, "all of {currency:?}");
            let books = wallet.books(currency);
            let is = [
                books.players,
                books.house,
                books.provider,
                books.in_transit,
                books.tax_withheld,
                books.adjustments,
                books.bad_debt,
            ];
            let is = is.map(|money| i128::from(money.minor()));
            let told = [&[0, 1, 4, 5][..], &[2], &[3], &[6, 7], &[8], &[9], &[10]]
                .map(|kinds| self.holds(currency, kinds));
            assert_eq!(is, told, "the books of {currency:?}, by their postings");
            assert_eq!(told.iter().sum::<i128>(), 0, "debits and credits of {currency:?}");
        }
    }
}

fn is_taken(status: BetStatus) -> bool {
    matches!(status, BetStatus::Pending { .. } | BetStatus::Accepted { .. })
}

fn key(currency: Currency, ledger: LedgerAccount) -> (u8, u8, u32) {
    let (kind, of) = match ledger {
        LedgerAccount::PlayerAvailable(account) => (0, account.0),
        LedgerAccount::PlayerHeld(account) => (1, account.0),
        LedgerAccount::House => (2, 0),
        LedgerAccount::Provider => (3, 0),
        LedgerAccount::PlayerBonus(account) => (4, account.0),
        LedgerAccount::PlayerBonusHeld(account) => (5, account.0),
        LedgerAccount::DepositInTransit(account) => (6, account.0),
        LedgerAccount::WithdrawalInTransit(account) => (7, account.0),
        LedgerAccount::TaxWithheld => (8, 0),
        LedgerAccount::Adjustments => (9, 0),
        LedgerAccount::BadDebt => (10, 0),
    };
    (currency.0, kind, of)
}
