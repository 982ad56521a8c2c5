//! A night that happened to others: one market is decided with very many bets open on it, while new bets
//! arrive on another match. `CLUTCH_NIGHT_BETS` sets how many; run it with `--release -- --nocapture` to
//! read the times.

use std::time::Duration;

use clutch_core::command::Config;
use clutch_core::event::{BetStatus, Event};
use clutch_core::risk::{RuleId, RuleSet};
use clutch_core::units::{MarketId, Money};
use clutch_tests::hall::Hall;

/// A million in earnest.
const BETS: u64 = 10_000;
/// One bet in so many has a large stake.
const LARGE_EVERY: u64 = 500;

#[test]
fn bets_are_taken_while_a_market_of_very_many_is_settled() {
    let bets =
        std::env::var("CLUTCH_NIGHT_BETS").map_or(BETS, |text| text.parse().expect("a number"));
    // Arrivals are fewer than what is settled, and a few thousand before.
    let mut hall = Hall::with_room(config(), 2 * bets as u32 + 20_000);
    for number in 0..bets {
        hall.bet((number % 2) as u8, if number % LARGE_EVERY == 0 { 600 } else { 1 });
    }
    let mut quiet: Vec<Duration> = Vec::new();
    for _ in 0..2_000 {
        let (status, took, _) = hall.arrive();
        assert!(matches!(status, Some(BetStatus::Accepted { .. })), "{status:?}");
        quiet.push(took);
    }
    let mut records = hall.decide_without_ticks();
    let mut busy: Vec<Duration> = Vec::new();
    while hall.has_work() {
        let (status, took, said) = hall.arrive();
        assert!(matches!(status, Some(BetStatus::Accepted { .. })), "{status:?}");
        busy.push(took);
        records.extend(said);
    }
    let settled: Vec<i64> = records
        .iter()
        .filter_map(|record| match record.event {
            Event::Bet(view) if view.market == MarketId(0) => Some(view.stake.money().minor()),
            _ => None,
        })
        .collect();
    assert_eq!(settled.len() as u64, bets, "each once");
    let large = bets.div_ceil(LARGE_EVERY) as usize;
    assert!(settled[..large].iter().all(|stake| *stake == 60_000), "large stakes first");
    let p99 = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() * 99 / 100]
    };
    let (quiet, arrivals, busy) = (p99(&mut quiet), busy.len(), p99(&mut busy));
    println!(
        "{bets} bets settled while {arrivals} were taken; p99 of taking one {quiet:?} before and \
         {busy:?} meanwhile, a slice included"
    );
}

/// No limit is in the way of one account that bets for all.
fn config() -> Config {
    let far = Money::from_minor(1_000_000_000_000);
    let rules_off = RuleSet::of(&[
        RuleId::BetsPerSecond,
        RuleId::BetsPerMinute,
        RuleId::BetsPerHour,
        RuleId::StakesPerHour,
        RuleId::MatchLiability,
        RuleId::TraderStake,
    ]);
    Config {
        margin_ppb: 0,
        rules_off,
        stake_max: far,
        payout_max: far,
        liability_selection_max: far,
        liability_market_max: far,
        liability_account_max: far,
        payout_day_max: far,
        in_play_delay_ns: 0,
        ..Config::default()
    }
}
