//! What a journal comes to, read by a follower: every bet's end and every account's money.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use clutch_core::Event;
use clutch_core::event::{BetStatus, BetView, MatchPhase, PostingReason, Score, VoidReason};
use clutch_engine::Follower;

/// One bet at the end of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bet {
    /// Its market, selection, odds in thousandths and stake in cents.
    pub terms: (u32, u8, u32, i64),
    pub ended: Ended,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    Pending,
    Refused(&'static str),
    Accepted,
    Won(i64),
    Lost,
    Void(VoidReason),
    CashedOut(i64),
}

/// Names a bet, whatever sequence it came to have: account and client id.
pub type Who = (u32, u128);

/// Compared, two books say whether two runs came to the same.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Books {
    pub bets: BTreeMap<Who, Bet>,
    /// Available and held, in cents.
    pub balances: Vec<(i64, i64)>,
    pub house: i64,
}

/// What is about one run alone.
#[derive(Debug, Default)]
pub struct Run {
    pub books: Books,
    pub bet_ids: BTreeMap<Who, u64>,
    pub score: Option<Score>,
    pub rounds_by_map: BTreeMap<u8, [u8; 2]>,
    pub last_seq: u64,
    pub state_hash: u64,
}

/// Reads a journal to its end. Panics if a bet was settled twice without a reversal between, has
/// two ids, or if money was made or lost.
pub fn read(journal: &Path) -> Run {
    let mut follower = Follower::open(journal).unwrap();
    let mut run = Run::default();
    let mut deposits = 0;
    let mut settlements: HashMap<u64, Settlement> = HashMap::new();
    while let Some(step) = follower.step().unwrap() {
        for record in step.events {
            match &record.event {
                Event::Bet(view) => {
                    run.see(view);
                    if let (Some(bet), true) = (view.bet, ended(view).is_settled()) {
                        let settlement = settlements.entry(bet.0).or_default();
                        assert!(!settlement.done || settlement.reversed, "{view:?} settled twice");
                        *settlement = Settlement { done: true, reversed: false };
                    }
                }
                Event::Score(score) => {
                    run.score = Some(*score);
                    if score.phase != MatchPhase::Scheduled {
                        run.rounds_by_map.insert(score.map, score.rounds);
                    }
                }
                Event::Posting { amount, reason: PostingReason::Deposit, .. } => {
                    deposits += amount.minor();
                }
                Event::Posting { bet: Some(bet), reason: PostingReason::Reversal, .. } => {
                    settlements.entry(bet.0).or_default().reversed = true;
                }
                _ => {}
            }
        }
    }
    let wallet = follower.state().wallet().expect("the journal begins with a genesis");
    assert_eq!(wallet.recomputed_sum().minor(), 0, "the ledger adds up to zero");
    let accounts = wallet.iter().map(|(_, account)| account);
    run.books.balances =
        accounts.map(|account| (account.available.minor(), account.held.minor())).collect();
    run.books.house = wallet.house().minor();
    let players: i64 = run.books.balances.iter().map(|(available, held)| available + held).sum();
    assert_eq!(players + run.books.house, deposits, "money is what was deposited");
    run.last_seq = follower.last_seq().0;
    run.state_hash = follower.state_hash();
    run
}

#[derive(Default)]
struct Settlement {
    done: bool,
    /// Taken back since, so that it may be done again.
    reversed: bool,
}

fn ended(view: &BetView) -> Ended {
    match view.status {
        BetStatus::Pending { .. } | BetStatus::Referred { .. } | BetStatus::Offered { .. } => {
            Ended::Pending
        }
        BetStatus::Refused(refusal) => Ended::Refused(refusal.code.name()),
        BetStatus::Accepted { .. } => Ended::Accepted,
        BetStatus::Won { payout } => Ended::Won(payout.minor()),
        BetStatus::Lost => Ended::Lost,
        BetStatus::Void(reason) => Ended::Void(reason),
        BetStatus::CashedOut { paid } => Ended::CashedOut(paid.minor()),
    }
}

impl Run {
    fn see(&mut self, view: &BetView) {
        let who = (view.account.0, view.client_id.0);
        let terms =
            (view.market.0, view.selection.0, view.odds.milli(), view.stake.money().minor());
        if let Some(id) = view.bet {
            let known = *self.bet_ids.entry(who).or_insert(id.0);
            assert_eq!(known, id.0, "one client id, two bets");
        }
        self.books.bets.insert(who, Bet { terms, ended: ended(view) });
    }

    /// Every bet that counts, by how it ended.
    pub fn count(&self, is: impl Fn(&Ended) -> bool) -> usize {
        self.books.bets.values().filter(|bet| is(&bet.ended)).count()
    }
}

impl Ended {
    pub fn is_settled(&self) -> bool {
        matches!(self, Self::Won(_) | Self::Lost | Self::Void(_))
    }
}
