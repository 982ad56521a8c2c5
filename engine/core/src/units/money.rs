//! Money in minor units, and the stake that is always above zero.

use core::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// An amount in minor units (cents). May be negative: a correction can take a balance below zero.
///
/// Plain `+` and `-` stop the engine on overflow (overflow checks stay on in release), so a sum can
/// never wrap into somebody's account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount that can be written.
    pub const MAX: Self = Self(i64::MAX);

    /// Wraps an amount in minor units.
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// The sum, or `None` if it does not fit; for sums whose operands come from outside.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

/// What a bettor puts at risk: above zero and small enough that stake × odds fits in [`Money`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Stake(Money);

impl Stake {
    /// The largest stake the engine can represent: at odds of 1000.000 its payout still fits.
    pub const MAX: Self = Self(Money(i64::MAX / 1_000_000));

    /// A stake, if the amount is above zero and not above [`Stake::MAX`].
    pub fn new(amount: Money) -> Option<Self> {
        (Money::ZERO < amount && amount <= Self::MAX.0).then_some(Self(amount))
    }

    /// The stake as an amount.
    pub const fn money(self) -> Money {
        self.0
    }
}

/// A currency by its number in the operator's list; 0 is the book currency, that of all limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Currency(pub u8);

/// The three capital letters of a currency (ISO 4217).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CurrencyCode([u8; 3]);

impl CurrencyCode {
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");

    /// A code from its letters; `None` if they are not three capital ones.
    pub fn new(text: &str) -> Option<Self> {
        let letters: [u8; 3] = text.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self(letters))
    }

    /// Its letters; none for what no currency has.
    pub fn as_str(&self) -> &str {
        // Constructors admit capital letters only; the default is three zeros.
        if self.0[0] == 0 { "" } else { core::str::from_utf8(&self.0).unwrap_or_default() }
    }

    pub(crate) const fn letters(self) -> [u8; 3] {
        self.0
    }

    /// A code, or the default of what is unused.
    pub(crate) fn from_letters(letters: [u8; 3]) -> Option<Self> {
        let is_code = letters.iter().all(u8::is_ascii_uppercase);
        (is_code || letters == [0; 3]).then_some(Self(letters))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for CurrencyCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
