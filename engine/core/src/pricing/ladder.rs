//! The ladder: the odds an operator puts on a board.
//!
//! Owns the table of steps and the way from a booked probability to decimal odds in thousandths.
//! Every rounding goes down, towards the house, so the margin achieved is never below the margin
//! asked for.

use core::fmt;

/// The most bands a ladder can have.
pub const BANDS_MAX: usize = 16;
/// The lowest odds there are, in thousandths.
pub const ODDS_MILLI_MIN: u32 = 1_001;
/// The highest odds there are, in thousandths.
pub const ODDS_MILLI_MAX: u32 = 1_000_000;

/// From the end of the band below (or the ladder's first odds) up to `up_to_milli`, odds move by
/// `step_milli`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LadderBand {
    /// The last odds of the band, in thousandths.
    pub up_to_milli: u32,
    /// The distance between neighbours, in thousandths.
    pub step_milli: u32,
}

/// One operator's ladder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ladder {
    /// Each band; after them the top of the ladder, which nothing is above.
    bands: [Band; BAND_ROWS],
    bands_len: usize,
    /// In which band the lowest odds of each bucket stand: a look-up instead of a search.
    first_band: [u8; BUCKETS],
    /// The highest odds on the ladder.
    top_milli: f64,
}

/// As many rows as there are bands, and one for the top; a power of two, so that a place within it
/// needs no question.
const BAND_ROWS: usize = 2 * BANDS_MAX;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Band {
    /// Its first odds, and those of the next band.
    from_milli: u32,
    next_milli: u32,
    step_milli: u32,
    /// 2⁴⁰ / step, rounded up: multiplying by it divides, exactly for any odds and any step, in a
    /// fraction of the time.
    reciprocal: u64,
}

impl Band {
    /// Where the ladder ends.
    const fn top(from_milli: u32) -> Self {
        Self::new(from_milli, u32::MAX, 1)
    }

    const fn new(from_milli: u32, next_milli: u32, step_milli: u32) -> Self {
        let reciprocal = (1 << RECIPROCAL_BITS) / step_milli as u64 + 1;
        Self { from_milli, next_milli, step_milli, reciprocal }
    }
}

/// Odds with the same leading four bits share a bucket, eight to each doubling of the odds: most lie
/// inside one band, and the search ends where it begins.
const BUCKETS: usize = 256;

/// The bucket of odds from eight thousandths on, as a float has them: its exponent and the first three
/// bits behind it.
const fn bucket(odds_milli: f64) -> u8 {
    const FROM: u64 = 8.0_f64.to_bits() >> BITS_BEHIND;
    const BITS_BEHIND: u32 = f64::MANTISSA_DIGITS - 4;
    (odds_milli.to_bits() >> BITS_BEHIND).wrapping_sub(FROM) as u8
}

/// With odds and steps of at most a million, x·step < 2⁴⁰ holds, and the error stays below a step.
const RECIPROCAL_BITS: u32 = 40;

/// Why a table is not a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LadderError {
    /// The first odds are outside what odds can be.
    FirstOdds,
    /// There is no band, or there are more than `BANDS_MAX`.
    BandCount,
    /// A band does not end above the one before, ends above the highest odds, or is not a whole
    /// number of steps long.
    Band {
        /// Which one, counted from 0.
        index: usize,
    },
}

impl Ladder {
    /// The usual bookmaker's: from 1.01 by .01 to 3, .05 to 5, .1 to 10, .5 to 20, 1 to 1000.
    pub const DEFAULT: Self = match Self::new(
        1_010,
        &[
            LadderBand { up_to_milli: 3_000, step_milli: 10 },
            LadderBand { up_to_milli: 5_000, step_milli: 50 },
            LadderBand { up_to_milli: 10_000, step_milli: 100 },
            LadderBand { up_to_milli: 20_000, step_milli: 500 },
            LadderBand { up_to_milli: 1_000_000, step_milli: 1_000 },
        ],
    ) {
        Ok(ladder) => ladder,
        Err(_) => panic!("the default table is a ladder"),
    };

    /// The usual exchange's: from 1.01 by .01 to 2, .02 to 3, .05 to 4, .1 to 6, .2 to 10, .5 to 20,
    /// 1 to 30, 2 to 50, 5 to 100, 10 to 1000.
    pub const EXCHANGE: Self = match Self::new(
        1_010,
        &[
            LadderBand { up_to_milli: 2_000, step_milli: 10 },
            LadderBand { up_to_milli: 3_000, step_milli: 20 },
            LadderBand { up_to_milli: 4_000, step_milli: 50 },
            LadderBand { up_to_milli: 6_000, step_milli: 100 },
            LadderBand { up_to_milli: 10_000, step_milli: 200 },
            LadderBand { up_to_milli: 20_000, step_milli: 500 },
            LadderBand { up_to_milli: 30_000, step_milli: 1_000 },
            LadderBand { up_to_milli: 50_000, step_milli: 2_000 },
            LadderBand { up_to_milli: 100_000, step_milli: 5_000 },
            LadderBand { up_to_milli: 1_000_000, step_milli: 10_000 },
        ],
    ) {
        Ok(ladder) => ladder,
        Err(_) => panic!("the exchange's table is a ladder"),
    };

    /// Every thousandth to 5, every hundredth to 100, every tenth to 1000: margins hardly grow by
    /// rounding.
    pub const FINE: Self = match Self::new(
        1_001,
        &[
            LadderBand { up_to_milli: 5_000, step_milli: 1 },
            LadderBand { up_to_milli: 100_000, step_milli: 10 },
            LadderBand { up_to_milli: 1_000_000, step_milli: 100 },
        ],
    ) {
        Ok(ladder) => ladder,
        Err(_) => panic!("the fine table is a ladder"),
    };

    /// Checks an operator's table.
    pub const fn new(first_milli: u32, bands: &[LadderBand]) -> Result<Self, LadderError> {
        if first_milli < ODDS_MILLI_MIN || ODDS_MILLI_MAX < first_milli {
            return Err(LadderError::FirstOdds);
        }
        if bands.is_empty() || BANDS_MAX < bands.len() {
            return Err(LadderError::BandCount);
        }
        let mut rows = [Band::top(ODDS_MILLI_MAX); BAND_ROWS];
        let mut from_milli = first_milli;
        let mut index = 0;
        while index < bands.len() {
            let LadderBand { up_to_milli, step_milli } = bands[index];
            let rising = from_milli < up_to_milli && up_to_milli <= ODDS_MILLI_MAX;
            let whole =
                step_milli != 0 && rising && (up_to_milli - from_milli).is_multiple_of(step_milli);
            if !whole {
                return Err(LadderError::Band { index });
            }
            rows[index] = Band::new(from_milli, up_to_milli, step_milli);
            from_milli = up_to_milli;
            index += 1;
        }
        rows[index] = Band::top(from_milli);
        let first_band = Self::bands_by_bucket(&rows);
        Ok(Self { bands: rows, bands_len: index, first_band, top_milli: from_milli as f64 })
    }

    /// The band of the lowest odds of each bucket.
    const fn bands_by_bucket(bands: &[Band; BAND_ROWS]) -> [u8; BUCKETS] {
        let mut first_band = [0; BUCKETS];
        let (mut index, mut band) = (0, 0);
        // Up to the bucket of the highest odds that there are.
        while index <= bucket(ODDS_MILLI_MAX as f64) as usize {
            let lowest = (8 + index as u32 % 8) << (index / 8);
            while bands[band].next_milli <= lowest {
                band += 1;
            }
            first_band[index] = band as u8;
            index += 1;
        }
        first_band
    }

    /// The highest odds on the ladder that are not above these; `None` below its first odds.
    pub fn floor_to_ladder(&self, odds_milli: u32) -> Option<u32> {
        self.floor(f64::from(odds_milli))
    }

    /// The same for odds with a fraction, which is cut off; `None` for NaN.
    #[inline(always)]
    fn floor(&self, odds_milli: f64) -> Option<u32> {
        // No ladder begins so low, and a NaN is in no range.
        if !(1_000.0..).contains(&odds_milli) {
            return None;
        }
        let odds = if odds_milli < self.top_milli { odds_milli } else { self.top_milli };
        let mut index = usize::from(self.first_band[usize::from(bucket(odds))]);
        let odds_milli = odds as u32;
        let mut band = &self.bands[index % BAND_ROWS];
        while band.next_milli <= odds_milli {
            index += 1;
            band = &self.bands[index % BAND_ROWS];
        }
        let above = u64::from(odds_milli.checked_sub(band.from_milli)?);
        // Below 2⁶¹, as odds are below 2²⁰ and the reciprocal is at most 2⁴⁰ + 1.
        let steps = (above.wrapping_mul(band.reciprocal) >> RECIPROCAL_BITS) as u32;
        let floor = u64::from(band.from_milli) + u64::from(steps) * u64::from(band.step_milli);
        Some(floor as u32)
    }

    /// How many steps lead from odds on the ladder up to higher ones; zero if they are not higher.
    pub fn steps(&self, from_milli: u32, to_milli: u32) -> u32 {
        self.place(to_milli).saturating_sub(self.place(from_milli))
    }

    /// How many steps lie between the ladder's first odds and these.
    fn place(&self, odds_milli: u32) -> u32 {
        let bands = &self.bands[..self.bands_len];
        bands
            .iter()
            .map(|band| {
                let end = odds_milli.min(band.next_milli);
                end.saturating_sub(band.from_milli) / band.step_milli
            })
            .sum()
    }

    /// The odds on the board for unrounded odds in thousandths; `None` if there are none.
    #[inline(always)]
    pub fn price_milli(&self, odds_milli: f64) -> Option<u32> {
        self.floor(odds_milli)
    }

    /// The odds on the board for a booked probability; `None` if there are none.
    pub fn price(&self, booked: f64) -> Option<u32> {
        self.floor_to_ladder(odds_milli_floor(booked)?)
    }
}

impl Default for Ladder {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The tables that an operator can choose from. Each is data and a line in [`LadderTable::ladder`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum LadderTable {
    /// [`Ladder::DEFAULT`].
    #[default]
    Bookmaker,
    /// [`Ladder::EXCHANGE`].
    Exchange,
    /// [`Ladder::FINE`].
    Fine,
}

impl LadderTable {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Bookmaker, Self::Exchange, Self::Fine];

    /// Its name in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bookmaker => "bookmaker",
            Self::Exchange => "exchange",
            Self::Fine => "fine",
        }
    }

    /// The table.
    pub const fn ladder(self) -> &'static Ladder {
        match self {
            Self::Bookmaker => &Ladder::DEFAULT,
            Self::Exchange => &Ladder::EXCHANGE,
            Self::Fine => &Ladder::FINE,
        }
    }
}

/// The odds of a booked probability in thousandths, rounded down; above the highest odds, those.
/// `None` for what is not a probability (NaN, infinite, zero or less, 1 or more) and for odds under
/// 1.001.
pub fn odds_milli_floor(booked: f64) -> Option<u32> {
    // Written so that NaN fails.
    if !(0.0 < booked && booked < 1.0) {
        return None;
    }
    let odds_milli = 1_000.0 / booked;
    if f64::from(ODDS_MILLI_MAX) <= odds_milli {
        return Some(ODDS_MILLI_MAX);
    }
    // Positive and below a million here, so the cast only cuts the fraction off.
    let floor = odds_milli as u32;
    (ODDS_MILLI_MIN <= floor).then_some(floor)
}

impl fmt::Display for LadderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FirstOdds => {
                f.write_str("the first odds of a ladder must lie within 1.001 and 1000")
            }
            Self::BandCount => write!(f, "a ladder has 1 to {BANDS_MAX} bands"),
            Self::Band { index } => {
                write!(
                    f,
                    "ladder band {index} must end above the one before, by a whole number of its steps"
                )
            }
        }
    }
}

impl core::error::Error for LadderError {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_default_ladder_floors_to_its_steps() {
        for (odds_milli, expected) in [
            (1_009, None),
            (1_010, Some(1_010)),
            (1_019, Some(1_010)),
            (2_999, Some(2_990)),
            (3_000, Some(3_000)),
            (3_049, Some(3_000)),
            (4_999, Some(4_950)),
            (5_099, Some(5_000)),
            (9_999, Some(9_900)),
            (10_499, Some(10_000)),
            (19_999, Some(19_500)),
            (20_999, Some(20_000)),
            (999_999, Some(999_000)),
            (1_000_000, Some(1_000_000)),
            (u32::MAX, Some(1_000_000)),
        ] {
            assert_eq!(Ladder::DEFAULT.floor_to_ladder(odds_milli), expected, "{odds_milli}");
        }
    }

    #[test]
    fn steps_are_counted_across_bands() {
        for (from, to, steps) in [
            (1_010, 1_020, 1),
            (1_900, 1_900, 0),
            (1_950, 1_900, 0),
            (2_990, 3_050, 2),
            (2_990, 5_100, 42),
            (20_000, 22_000, 2),
        ] {
            assert_eq!(Ladder::DEFAULT.steps(from, to), steps, "{from} to {to}");
        }
    }

    #[test]
    fn each_table_has_its_own_steps() {
        for (odds_milli, bookmaker, exchange, fine) in [
            (1_009, None, None, Some(1_009)),
            (1_923, Some(1_920), Some(1_920), Some(1_923)),
            (2_019, Some(2_010), Some(2_000), Some(2_019)),
            (5_678, Some(5_600), Some(5_600), Some(5_670)),
            (7_399, Some(7_300), Some(7_200), Some(7_390)),
            (129_999, Some(129_000), Some(120_000), Some(129_900)),
        ] {
            let floors = LadderTable::ALL.map(|table| table.ladder().floor_to_ladder(odds_milli));
            assert_eq!(floors, [bookmaker, exchange, fine], "{odds_milli}");
        }
    }

    #[test]
    fn a_floored_price_is_never_raised_and_stays_on_the_ladder() {
        let mut last = 0;
        for odds_milli in 1_010..=1_000_000 {
            let floor = Ladder::DEFAULT.floor_to_ladder(odds_milli).unwrap();
            assert!(last <= floor && floor <= odds_milli, "{odds_milli}");
            assert_eq!(Ladder::DEFAULT.floor_to_ladder(floor), Some(floor));
            last = floor;
        }
    }

    #[test]
    fn odds_are_cut_after_the_third_decimal() {
        for (booked, expected) in [
            (0.5, Some(2_000)),
            (0.52, Some(1_923)),
            (0.999, Some(1_001)),
            (0.9995, None),
            (0.001, Some(1_000_000)),
            (1e-9, Some(1_000_000)),
            (f64::MIN_POSITIVE, Some(1_000_000)),
            (0.0, None),
            (-0.0, None),
            (1.0, None),
            (-0.5, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
            (f64::NEG_INFINITY, None),
        ] {
            assert_eq!(odds_milli_floor(booked), expected, "{booked}");
        }
        assert_eq!(Ladder::DEFAULT.price(0.52), Some(1_920));
        assert_eq!(Ladder::DEFAULT.price(0.995), None);
    }

    #[test]
    fn multiplying_by_the_reciprocal_divides_exactly() {
        for step_milli in [1, 2, 3, 7, 10, 50, 100, 333, 500, 999, 1_000, 4_999, 65_537, 900_000] {
            let up_to_milli = 1_010 + (998_990 / step_milli) * step_milli;
            let ladder = Ladder::new(1_010, &[LadderBand { up_to_milli, step_milli }]).unwrap();
            for odds_milli in (1_010..=up_to_milli).step_by(17).chain([up_to_milli - 1]) {
                let expected = odds_milli - (odds_milli - 1_010) % step_milli;
                assert_eq!(ladder.floor_to_ladder(odds_milli), Some(expected), "{odds_milli}");
            }
        }
    }

    #[test]
    fn a_table_that_is_no_ladder_is_refused() {
        let band = |up_to_milli, step_milli| LadderBand { up_to_milli, step_milli };
        let refused = |first, bands: &[LadderBand]| Ladder::new(first, bands).unwrap_err();
        assert_eq!(refused(1_000, &[band(2_000, 10)]), LadderError::FirstOdds);
        assert_eq!(refused(1_010, &[]), LadderError::BandCount);
        assert_eq!(refused(1_001, &[band(2_000, 1); 17]), LadderError::BandCount);
        for (second, why) in [
            (band(2_000, 10), "does not end above the first"),
            (band(1_000_010, 10), "ends above the highest odds"),
            (band(3_000, 0), "has no step"),
            (band(3_000, 7), "is not a whole number of steps"),
        ] {
            let bands = [band(2_000, 10), second];
            assert_eq!(refused(1_010, &bands), LadderError::Band { index: 1 }, "{why}");
        }
    }
}
