//! Automatic trips a second time: every refusal and every loss with its time, summed up each time.
//!
//! Which match stopped for which reason is the engine's to say, so trips over feeds and errors are
//! taken from it; those over refusals and losses are held against what the twin has counted.

use clutch_core::event::{Event, LedgerAccount, PostingReason};
use clutch_core::switches::{TripId, TripStanding};
use clutch_core::{Record, Reject};

use super::Twin;

/// What was counted, and where each trip stands.
#[derive(Debug, Default)]
pub(super) struct Tripped {
    /// Refusals: the eighth of the window, and the command.
    refused: Vec<(u64, u64)>,
    /// Losses: the eighth of the window, and minor units.
    lost: Vec<(u64, i128)>,
    standings: [TripStanding; 4],
}

const EIGHTHS: u64 = 8;

/// What was counted in eighths of another window is no longer within it.
fn is_lately(eighth: u64, now: u64) -> bool {
    eighth <= now && now < eighth + EIGHTHS
}

impl Twin {
    fn eighth(&self) -> u64 {
        self.now / (self.config.trip_window_ns / EIGHTHS)
    }

    /// The first trip that stops betting.
    pub fn tripped(&self) -> Option<TripId> {
        let stops = |trip: &&TripId| {
            matches!(self.trips.standings[**trip as usize], TripStanding::Tripped { .. })
        };
        TripId::ALL.iter().find(stops).copied()
    }

    /// Notes a refused bet, unless the bettor himself is the reason.
    pub(super) fn note_refused_bet(&mut self, code: Reject) {
        let counts = (200..500).contains(&code.code());
        if counts && !self.config.trips_off.has(TripId::RejectRate) {
            self.trips.refused.push((self.eighth(), self.seq));
        }
    }

    fn refused_percent(&self) -> i64 {
        let now = self.eighth();
        let lately: Vec<u64> = self
            .trips
            .refused
            .iter()
            .filter(|(eighth, _)| is_lately(*eighth, now))
            .map(|(_, seq)| *seq)
            .collect();
        let (count, Some(first)) = (lately.len() as i64, lately.first()) else { return 0 };
        if count < i64::from(self.config.trip_reject_min) {
            return 0;
        }
        count * 100 / ((self.seq - first + 1) as i64).max(count)
    }

    fn lost_lately(&self) -> i128 {
        let now = self.eighth();
        let lately = self.trips.lost.iter().filter(|(eighth, _)| is_lately(*eighth, now));
        lately.map(|(_, amount)| amount).sum()
    }

    /// Takes what settlement made of the house's balance, and where trips stand now.
    pub(super) fn learn_trips(&mut self, records: &[Record]) {
        let (mut lost, mut stake) = (0, 0);
        for record in records {
            let Event::Posting { from, to, amount, reason, .. } = record.event else { continue };
            let amount = i128::from(amount.minor());
            match reason {
                // What a bet was cashed out for is no settlement, nor is the stake taken just before.
                PostingReason::CashOut => lost += stake,
                PostingReason::StakeTaken
                | PostingReason::Payout
                | PostingReason::Reversal
                | PostingReason::BonusUsedAgain
                | PostingReason::BonusConverted => {
                    stake = amount;
                    lost += i128::from(from == LedgerAccount::House) * amount;
                    lost -= i128::from(to == LedgerAccount::House) * amount;
                }
                // A bonus is no loss by settlement, and what else there is moves no house.
                _ => {}
            }
        }
        if lost != 0 && !self.config.trips_off.has(TripId::LossRate) {
            self.trips.lost.push((self.eighth(), lost));
        }
        let said = |wanted: TripId| {
            records.iter().find_map(|record| match record.event {
                Event::Trip { trip, standing, .. } if trip == wanted => Some(standing),
                _ => None,
            })
        };
        for &trip in TripId::ALL {
            let Some(standing) = said(trip) else {
                self.must_not_pull(trip);
                continue;
            };
            let found = match standing {
                TripStanding::Clear => {
                    self.forget(trip);
                    None
                }
                TripStanding::Tripped { wanted_by: Some(_), .. } => None,
                TripStanding::Tripped { limit, found, wanted_by: None, .. } => {
                    assert!(!self.config.trips_shadow.has(trip), "{trip:?} is in shadow");
                    Some((limit, found))
                }
                TripStanding::WouldTrip { limit, found } => {
                    assert!(self.config.trips_shadow.has(trip), "{trip:?} is not in shadow");
                    Some((limit, found))
                }
            };
            if let Some((limit, found)) = found {
                assert!(limit < found, "{trip:?} pulled at {found} of {limit}");
                match trip {
                    TripId::RejectRate => assert_eq!(found, self.refused_percent()),
                    // What is rounded when it is weighed the twin does not follow.
                    TripId::LossRate if self.are_currencies_mixed() => {}
                    TripId::LossRate => assert_eq!(i128::from(found), self.lost_lately()),
                    TripId::FeedLag | TripId::ErrorRate => {}
                }
            }
            self.trips.standings[trip as usize] = standing;
        }
    }

    /// A trip that is clear, and about which nothing was said, is within its limit.
    fn must_not_pull(&self, trip: TripId) {
        let is_clear = self.trips.standings[trip as usize] == TripStanding::Clear;
        if !is_clear || self.config.trips_off.has(trip) {
            return;
        }
        let config = &self.config;
        match trip {
            TripId::RejectRate => {
                let refused_now =
                    self.trips.refused.last().is_some_and(|(_, seq)| *seq == self.seq);
                let percent = self.refused_percent();
                assert!(
                    !refused_now || percent <= config.trip_reject_percent.into(),
                    "{percent} % of bets are refused and nothing stops them"
                );
            }
            TripId::LossRate | TripId::FeedLag | TripId::ErrorRate => {}
        }
    }

    fn forget(&mut self, trip: TripId) {
        match trip {
            TripId::RejectRate => self.trips.refused.clear(),
            TripId::LossRate => self.trips.lost.clear(),
            TripId::FeedLag | TripId::ErrorRate => {}
        }
    }

    /// What the answer to a reset must be; where the trip stands then is learnt with it.
    pub(super) fn reset_trip(&self, trip: TripId) -> Result<(), Reject> {
        match self.trips.standings[trip as usize] {
            TripStanding::Clear => Err(Reject::NotTripped),
            TripStanding::WouldTrip { .. } => Ok(()),
            TripStanding::Tripped { at, wanted_by, .. } => {
                if self.now - at.nanos() < self.config.trip_cool_down_ns {
                    return Err(Reject::TripCooling);
                }
                // The tests' operators take turns.
                let operator = 1 + (self.seq - 1) % 2;
                match wanted_by {
                    Some(first) if u64::from(first) == operator => Err(Reject::SamePerson),
                    Some(_) | None => Ok(()),
                }
            }
        }
    }
}
