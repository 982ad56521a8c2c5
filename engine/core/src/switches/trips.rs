//! Automatic trips: betting stops by itself when too much goes wrong within a while.
//!
//! Each trip is one line in [`TripId`]: what it counts over a sliding window, and which setting is its
//! limit. Tripped, it stops all betting like a kill switch, from the next command on, until a person
//! resets it: after the cool-down, and with a second person where the settings say so. In shadow it
//! only says that it would have tripped.
//!
//! A window is eight buckets, so it forgets in steps of an eighth and takes no more memory in a storm.
//! Nothing here is touched by a bet that is taken.

use crate::codec::{DecodeError, Decoder, Encoder, Wire, wire_enum, wire_struct};
use crate::command::{Actor, Config, SuspendReason};
use crate::event::Event;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::units::{Money, Timestamp, millis};

/// What can stop betting by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum TripId {
    /// Matches whose feeds fell silent, lagged or had gaps.
    FeedLag,
    /// Matches that froze because a feed said what cannot be, feeds contradicted each other, or a
    /// price guard fired.
    ErrorRate,
    /// What the house lost on balance by settlement, in minor units.
    LossRate,
    /// Bets refused for the market, its price or a risk rule, in percent of all commands since the
    /// first of them.
    RejectRate,
}
wire_enum!(TripId { 0 = FeedLag, 1 = ErrorRate, 2 = LossRate, 3 = RejectRate });

const COUNT: usize = TripId::ALL.len();

impl TripId {
    /// Every trip.
    pub const ALL: &'static [Self] =
        &[Self::FeedLag, Self::ErrorRate, Self::LossRate, Self::RejectRate];

    /// Its name in settings and for the staff.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FeedLag => "feed_lag",
            Self::ErrorRate => "error_rate",
            Self::LossRate => "loss_rate",
            Self::RejectRate => "reject_rate",
        }
    }

    /// The trip with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|trip| trip.name() == name)
    }

    /// What it bears: more than this trips it.
    fn limit(self, config: &Config) -> i64 {
        match self {
            Self::FeedLag => config.trip_feed_max.into(),
            Self::ErrorRate => config.trip_error_max.into(),
            Self::LossRate => config.trip_loss_max.minor(),
            Self::RejectRate => config.trip_reject_percent.into(),
        }
    }
}

/// A set of trips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TripSet(u32);

impl TripSet {
    /// No trip.
    pub const EMPTY: Self = Self(0);
    /// Every trip.
    pub const ALL: Self = Self((1 << COUNT) - 1);

    /// This set and a trip.
    #[must_use]
    pub const fn with(self, trip: TripId) -> Self {
        Self(self.0 | 1 << trip as u32)
    }

    /// Whether a trip is in it.
    pub const fn has(self, trip: TripId) -> bool {
        self.0 & 1 << trip as u32 != 0
    }

    /// Whether no trip is in both.
    pub const fn is_apart_from(self, other: Self) -> bool {
        self.0 & other.0 == 0
    }

    /// Its trips.
    pub fn iter(self) -> impl Iterator<Item = TripId> {
        TripId::ALL.iter().copied().filter(move |trip| self.has(*trip))
    }

    /// As bits, the first trip lowest.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// From bits; `None` if one of them is no trip's.
    pub const fn from_bits(bits: u32) -> Option<Self> {
        if bits >> COUNT == 0 { Some(Self(bits)) } else { None }
    }
}

impl Wire for TripSet {
    fn put(&self, out: &mut Encoder<'_>) {
        self.0.put(out);
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::from_bits(u32::take(input)?).ok_or(DecodeError::OutOfRange)
    }
}

/// Where a trip stands. Its numbers are minor units, percent or a count, as [`TripId`] says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum TripStanding {
    /// It has not tripped, or was reset.
    #[default]
    Clear,
    /// It stops all betting.
    Tripped {
        /// Since when.
        at: Timestamp,
        /// What it bears.
        limit: i64,
        /// What was found.
        found: i64,
        /// Who wants to reset it, if that takes a second person.
        wanted_by: Option<u32>,
    },
    /// In shadow: it would have tripped.
    WouldTrip {
        /// What it bears.
        limit: i64,
        /// What was found.
        found: i64,
    },
}
wire_enum!(TripStanding {
    0 = Clear,
    1 = Tripped { at, limit, found, wanted_by },
    2 = WouldTrip { limit, found },
});

const BUCKETS: u64 = 8;

/// One eighth of a window.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    /// Which eighth since the Unix epoch, and zero for none.
    number: u64,
    /// What came in it.
    sum: i64,
    /// How often something came.
    count: u32,
    /// The command at which the first came.
    first_seq: u64,
}
wire_struct!(Bucket { number, sum, count, first_seq });

/// What came lately.
#[derive(Clone, Copy, Debug, Default)]
struct Window([Bucket; BUCKETS as usize]);

impl Window {
    fn note(&mut self, number: u64, seq: u64, amount: i64) {
        let bucket = &mut self.0[(number % BUCKETS) as usize];
        if bucket.number != number {
            *bucket = Bucket { number, first_seq: seq, ..Bucket::default() };
        }
        bucket.sum = bucket.sum.saturating_add(amount);
        bucket.count = bucket.count.saturating_add(1);
    }

    /// The buckets that still count in the one with this number.
    fn lately(&self, number: u64) -> impl Iterator<Item = &Bucket> {
        self.0.iter().filter(move |bucket| {
            bucket.number != 0 && bucket.number <= number && number < bucket.number + BUCKETS
        })
    }
}

/// What all trips have counted, and where each stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trips {
    windows: [Window; COUNT],
    standings: [TripStanding; COUNT],
}

impl Trips {
    /// Where a trip stands.
    pub fn standing(&self, trip: TripId) -> TripStanding {
        self.standings[trip as usize]
    }

    /// The first that stops betting.
    pub fn tripped(&self) -> Option<TripId> {
        let is_tripped =
            |trip: &TripId| matches!(self.standing(*trip), TripStanding::Tripped { .. });
        TripId::ALL.iter().copied().find(is_tripped)
    }
}

impl Wire for Trips {
    fn put(&self, out: &mut Encoder<'_>) {
        self.windows.iter().flat_map(|window| &window.0).for_each(|bucket| bucket.put(out));
        self.standings.iter().for_each(|standing| standing.put(out));
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut trips = Self::default();
        for bucket in trips.windows.iter_mut().flat_map(|window| &mut window.0) {
            *bucket = Wire::take(input)?;
        }
        for standing in &mut trips.standings {
            *standing = Wire::take(input)?;
        }
        Ok(trips)
    }
}

impl Step<'_> {
    /// Notes that a match was stopped, unless a person stopped it.
    pub(crate) fn note_stop(&mut self, reason: SuspendReason) {
        let trip = match reason {
            SuspendReason::FeedStale | SuspendReason::FeedLag | SuspendReason::FeedGap => {
                TripId::FeedLag
            }
            SuspendReason::ImpossibleState
            | SuspendReason::FeedsDisagree
            | SuspendReason::BranchCheck
            | SuspendReason::PriceBand
            | SuspendReason::PriceInvalid => TripId::ErrorRate,
            SuspendReason::Trader
            | SuspendReason::FeedHeld
            | SuspendReason::Unpriced
            | SuspendReason::RoundLive
            | SuspendReason::Override
            | SuspendReason::FeedsApart => return,
        };
        if !matches!(self.actor, Actor::Operator(_)) {
            self.note(trip, 1);
        }
    }

    /// Notes a refused bet. What the bettor himself is the reason of says nothing about us, and what
    /// is stopped already stops nothing more.
    pub(crate) fn note_refused_bet(&mut self, code: Reject) {
        if (200..500).contains(&code.code()) {
            self.note(TripId::RejectRate, 1);
        }
    }

    /// Notes what settlement made of the house's balance.
    pub(crate) fn note_house(&mut self, before: Money) {
        let lost = before.minor() - self.tables.wallet.house_in_book().minor();
        if lost != 0 {
            self.note(TripId::LossRate, lost);
        }
    }

    #[cold]
    fn note(&mut self, trip: TripId, amount: i64) {
        if self.config.trips_off.has(trip) {
            return;
        }
        let number = self.trip_bucket();
        let window = &mut self.tables.trips.windows[trip as usize];
        window.note(number, self.seq.0, amount);
        let is_clear = !matches!(self.tables.trips.standing(trip), TripStanding::Tripped { .. });
        let (limit, found) = (trip.limit(self.config), self.found(trip, number));
        if is_clear && limit < found {
            self.pull(trip, limit, found);
        }
    }

    /// The eighth of a window that it is.
    fn trip_bucket(&self) -> u64 {
        self.now.nanos() / (self.config.trip_window_ns / BUCKETS).max(1)
    }

    /// What a trip has counted lately.
    fn found(&self, trip: TripId, number: u64) -> i64 {
        let lately = || self.tables.trips.windows[trip as usize].lately(number);
        let sum: i64 = lately().fold(0, |sum, bucket| sum.saturating_add(bucket.sum));
        match trip {
            TripId::FeedLag | TripId::ErrorRate | TripId::LossRate => sum,
            TripId::RejectRate => {
                let first = lately().map(|bucket| bucket.first_seq).min().unwrap_or(self.seq.0);
                let commands = (self.seq.0 - first + 1) as i64;
                // A few refusals after a quiet while are no storm.
                let is_storm = i64::from(self.config.trip_reject_min) <= sum;
                if is_storm { sum * 100 / commands.max(sum) } else { 0 }
            }
        }
    }

    fn pull(&mut self, trip: TripId, limit: i64, found: i64) {
        let standing = if self.config.trips_shadow.has(trip) {
            // Said once, not with each of a storm.
            if matches!(self.tables.trips.standing(trip), TripStanding::WouldTrip { .. }) {
                return;
            }
            TripStanding::WouldTrip { limit, found }
        } else {
            self.tables.switches.set_tripped(true);
            TripStanding::Tripped { at: self.now, limit, found, wanted_by: None }
        };
        self.tables.trips.standings[trip as usize] = standing;
        self.outbox.push(Event::Trip { trip, standing, by: self.actor });
    }

    /// A person lets betting go on, or wants to if it takes a second one.
    pub(crate) fn reset_trip(&mut self, trip: TripId) -> Result<(), Refusal> {
        let Actor::Operator(operator) = self.actor else {
            return Err(Reject::OperatorOnly.into());
        };
        let standing = match self.tables.trips.standing(trip) {
            TripStanding::Clear => return Err(Reject::NotTripped.into()),
            TripStanding::WouldTrip { .. } => self.clear(trip),
            TripStanding::Tripped { at, limit, found, wanted_by } => {
                let (rest, passed) = (self.config.trip_cool_down_ns, self.now.since(at));
                if passed < rest {
                    return Err(Refusal::with(Reject::TripCooling, millis(rest), millis(passed)));
                }
                match wanted_by {
                    None if self.config.trips_two_people.has(trip) => {
                        let wanted_by = Some(operator);
                        TripStanding::Tripped { at, limit, found, wanted_by }
                    }
                    Some(first) if first == operator => {
                        let (first, second) = (i64::from(first), i64::from(operator));
                        return Err(Refusal::with(Reject::SamePerson, first, second));
                    }
                    None | Some(_) => self.clear(trip),
                }
            }
        };
        self.tables.trips.standings[trip as usize] = standing;
        let is_tripped = self.tables.trips.tripped().is_some();
        self.tables.switches.set_tripped(is_tripped);
        self.outbox.push(Event::Trip { trip, standing, by: self.actor });
        Ok(())
    }

    /// Forgets what led to a trip, so that the same does not pull it again at once.
    fn clear(&mut self, trip: TripId) -> TripStanding {
        self.tables.trips.windows[trip as usize] = Window::default();
        TripStanding::Clear
    }
}
