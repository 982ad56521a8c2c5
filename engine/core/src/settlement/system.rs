//! Which lines a bet has: its fold sizes, its bankers, and the systems that have names.
//!
//! A line is a combination of legs that all have to come in. A bet of n legs has every line of each
//! of its fold sizes; bankers stand in every line.

use crate::codec::{DecodeError, Decoder, Encoder, Wire};

/// The most legs of one bet.
pub const LEGS_MAX: usize = 20;

/// The line sizes of a bet, from singles to 20-folds; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FoldSizes(u32);

impl Wire for FoldSizes {
    fn put(&self, out: &mut Encoder<'_>) {
        self.0.put(out);
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::from_bits(u32::take(input)?).ok_or(DecodeError::OutOfRange)
    }
}

impl FoldSizes {
    /// Every leg on its own.
    pub const SINGLES: Self = Self(0b10);

    /// A set of line sizes; `None` if it is empty, if one lies outside 1 and [`LEGS_MAX`], or if one is named twice: who
    /// writes that wants something else than one line of each.
    pub fn new(sizes: impl IntoIterator<Item = u8>) -> Option<Self> {
        let mut bits = 0;
        for size in sizes {
            if size == 0 || LEGS_MAX < usize::from(size) || bits & 1 << size != 0 {
                return None;
            }
            bits |= 1 << size;
        }
        Self::from_bits(bits)
    }

    /// The set whose size k is bit k.
    pub const fn from_bits(bits: u32) -> Option<Self> {
        let all = (1 << (LEGS_MAX + 1)) - 2;
        if bits != 0 && bits & !all == 0 { Some(Self(bits)) } else { None }
    }

    /// Size k is bit k.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether lines of this size are part of the bet.
    pub const fn has(self, size: usize) -> bool {
        size <= LEGS_MAX && self.0 >> size & 1 != 0
    }

    /// The smallest line.
    pub const fn smallest(self) -> usize {
        self.0.trailing_zeros() as usize
    }

    /// The largest line.
    pub const fn largest(self) -> usize {
        31 - self.0.leading_zeros() as usize
    }

    /// Every size, smallest first.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        core::iter::from_fn(move || {
            let size = left.trailing_zeros() as usize;
            // Takes the lowest size out; past the last there is none.
            left &= left.wrapping_sub(1);
            (size <= LEGS_MAX).then_some(size)
        })
    }
}

/// The legs of a bet that stand in every line, as bits: leg k is bit k.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Bankers(pub u32);

impl Wire for Bankers {
    fn put(&self, out: &mut Encoder<'_>) {
        self.0.put(out);
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        u32::take(input).map(Self)
    }
}

impl Bankers {
    /// No leg has to stand in every line.
    pub const NONE: Self = Self(0);

    /// Whether this leg is one.
    pub const fn has(self, leg: usize) -> bool {
        leg < LEGS_MAX && self.0 >> leg & 1 != 0
    }

    /// How many there are.
    pub const fn count(self) -> usize {
        self.0.count_ones() as usize
    }
}

/// Why legs, sizes and bankers do not make a bet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemError {
    /// No legs, or more than [`LEGS_MAX`].
    Legs,
    /// A line is larger than the bet has legs.
    TooFewLegs,
    /// A banker is no leg of the bet.
    UnknownBanker,
    /// A line is too small to hold every banker.
    TooManyBankers,
}

impl core::fmt::Display for SystemError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Legs => write!(f, "a bet has 1 to {LEGS_MAX} legs"),
            Self::TooFewLegs => f.write_str("a fold size is larger than the bet has legs"),
            Self::UnknownBanker => f.write_str("a banker is no leg of the bet"),
            Self::TooManyBankers => f.write_str("a fold size is smaller than the bankers are many"),
        }
    }
}

impl core::error::Error for SystemError {}

/// How a bet of some legs is made into lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct System {
    legs: usize,
    folds: FoldSizes,
    bankers: Bankers,
}

impl System {
    /// Lines of these sizes over so many legs. A size counts all legs of the line, bankers included.
    ///
    /// # Errors
    /// [`SystemError`] saying what does not go together.
    pub const fn new(legs: usize, folds: FoldSizes, bankers: Bankers) -> Result<Self, SystemError> {
        if legs == 0 || LEGS_MAX < legs {
            return Err(SystemError::Legs);
        }
        if legs < folds.largest() {
            return Err(SystemError::TooFewLegs);
        }
        if bankers.0 >> legs != 0 {
            return Err(SystemError::UnknownBanker);
        }
        if folds.smallest() < bankers.count() {
            return Err(SystemError::TooManyBankers);
        }
        Ok(Self { legs, folds, bankers })
    }

    /// How many legs there are.
    pub const fn legs(&self) -> usize {
        self.legs
    }

    /// The line sizes.
    pub const fn folds(&self) -> FoldSizes {
        self.folds
    }

    /// The legs that stand in every line.
    pub const fn bankers(&self) -> Bankers {
        self.bankers
    }

    /// Whether all legs stand in the only line, as in a plain multiple.
    pub const fn is_one_line(&self) -> bool {
        self.folds.smallest() == self.legs
    }

    /// How many lines there are: Σ C(n − b, k − b) over the sizes k; at most 2²⁰ − 1.
    pub fn lines(&self) -> u32 {
        let bankers = self.bankers.count();
        self.folds.iter().map(|size| choose(self.legs - bankers, size - bankers)).sum()
    }

    /// Of these lines, how many have no leg that is lost.
    pub fn winning_lines(&self, is_lost: impl Fn(usize) -> bool) -> u32 {
        let bankers = self.bankers.count();
        if (0..self.legs).any(|leg| self.bankers.has(leg) && is_lost(leg)) {
            return 0;
        }
        let alive = (0..self.legs).filter(|leg| !is_lost(*leg)).count() - bankers;
        self.folds.iter().map(|size| choose(alive, size - bankers)).sum()
    }
}

/// The number of ways to choose k of n, both at most [`LEGS_MAX`]; zero if k is larger than n.
fn choose(n: usize, k: usize) -> u32 {
    CHOOSE[n][k]
}

/// Pascal's triangle.
const CHOOSE: [[u32; LEGS_MAX + 1]; LEGS_MAX + 1] = {
    let mut rows = [[0; LEGS_MAX + 1]; LEGS_MAX + 1];
    rows[0][0] = 1;
    let mut n = 1;
    while n <= LEGS_MAX {
        rows[n][0] = 1;
        let mut k = 1;
        while k <= n {
            rows[n][k] = rows[n - 1][k - 1] + rows[n - 1][k];
            k += 1;
        }
        n += 1;
    }
    rows
};

/// A system with a name: all lines from some size up to all of its legs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedSystem {
    /// Its name in lower case, without spaces.
    pub name: &'static str,
    /// Its legs.
    pub legs: u8,
    /// Its smallest line.
    pub from: u8,
}

/// The systems that have names.
pub const NAMED_SYSTEMS: &[NamedSystem] = &[
    NamedSystem { name: "trixie", legs: 3, from: 2 },
    NamedSystem { name: "patent", legs: 3, from: 1 },
    NamedSystem { name: "yankee", legs: 4, from: 2 },
    NamedSystem { name: "lucky15", legs: 4, from: 1 },
    NamedSystem { name: "canadian", legs: 5, from: 2 },
    NamedSystem { name: "super_yankee", legs: 5, from: 2 },
    NamedSystem { name: "lucky31", legs: 5, from: 1 },
    NamedSystem { name: "heinz", legs: 6, from: 2 },
    NamedSystem { name: "lucky63", legs: 6, from: 1 },
    NamedSystem { name: "super_heinz", legs: 7, from: 2 },
    NamedSystem { name: "goliath", legs: 8, from: 2 },
];

impl NamedSystem {
    /// The system with this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        NAMED_SYSTEMS.iter().find(|system| system.name == name)
    }

    /// Its line sizes, each larger by one for every banker beside its own legs.
    pub fn folds(&self, bankers: u8) -> Option<FoldSizes> {
        FoldSizes::new((self.from..=self.legs).map(|size| size.saturating_add(bankers)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn folds(sizes: &[u8]) -> FoldSizes {
        FoldSizes::new(sizes.iter().copied()).unwrap()
    }

    #[test]
    fn named_systems_have_the_lines_that_their_names_promise() {
        let lines = [
            ("trixie", 4),
            ("patent", 7),
            ("yankee", 11),
            ("lucky15", 15),
            ("canadian", 26),
            ("super_yankee", 26),
            ("lucky31", 31),
            ("heinz", 57),
            ("lucky63", 63),
            ("super_heinz", 120),
            ("goliath", 247),
        ];
        assert_eq!(lines.len(), NAMED_SYSTEMS.len());
        for (name, lines) in lines {
            let named = NamedSystem::find(name).unwrap();
            let legs = usize::from(named.legs);
            let system = System::new(legs, named.folds(0).unwrap(), Bankers::NONE).unwrap();
            assert_eq!(system.lines(), lines, "{name}");
            // With a banker in every line there are as many lines, each one leg longer.
            let with_banker = System::new(legs + 1, named.folds(1).unwrap(), Bankers(1)).unwrap();
            assert_eq!(with_banker.lines(), lines, "{name} with a banker");
        }
    }

    #[test]
    fn lines_that_cannot_be_made_are_refused() {
        for (legs, sizes, bankers, answer) in [
            (3, &[2, 3][..], 0, Ok(4)),
            (3, &[2], 0b100, Ok(2)),
            (3, &[3], 0b111, Ok(1)),
            (20, &[10], 0, Ok(184_756)),
            (0, &[1], 0, Err(SystemError::Legs)),
            (21, &[1], 0, Err(SystemError::Legs)),
            (3, &[2, 4], 0, Err(SystemError::TooFewLegs)),
            (3, &[2], 0b1000, Err(SystemError::UnknownBanker)),
            (3, &[1, 2], 0b11, Err(SystemError::TooManyBankers)),
        ] {
            let system = System::new(legs, folds(sizes), Bankers(bankers));
            assert_eq!(system.map(|system| system.lines()), answer, "{legs} {sizes:?} {bankers}");
        }
    }

    #[test]
    fn every_size_of_twenty_legs_is_a_million_lines() {
        let system = System::new(20, FoldSizes::new(1..=20).unwrap(), Bankers::NONE).unwrap();
        assert_eq!(system.lines(), (1 << 20) - 1);
        assert_eq!(system.winning_lines(|leg| leg == 7), (1 << 19) - 1);
    }

    #[test]
    fn a_size_is_between_one_and_twenty() {
        assert_eq!(FoldSizes::new([]), None);
        assert_eq!(FoldSizes::new([0]), None);
        assert_eq!(FoldSizes::new([21]), None);
        assert_eq!(FoldSizes::new([2, 2]), None);
        assert_eq!(folds(&[3, 1]).iter().collect::<std::vec::Vec<_>>(), [1, 3]);
        assert_eq!((folds(&[3, 20]).smallest(), folds(&[3, 20]).largest()), (3, 20));
    }

    #[test]
    fn a_lost_banker_loses_every_line() {
        let system = System::new(4, folds(&[2, 3]), Bankers(0b1)).unwrap();
        assert_eq!(system.lines(), 6);
        assert_eq!(system.winning_lines(|leg| leg == 0), 0);
        assert_eq!(system.winning_lines(|leg| leg == 1), 3);
    }
}
