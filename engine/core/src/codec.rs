//! The bytes of a command: bincode's fixed-int little-endian format, written down field by field.
//!
//! Integers are little-endian at their own width, an enum is a `u32` tag and its fields, an option
//! is one byte and its value, a text is a `u64` length and its bytes. The golden tests compare every
//! command with the original `bincode` crate, which stays out of the shipped tree.

use crate::reject::Reject;
use crate::units::{
    AccountId, BetId, BonusId, ClientBetId, Currency, CurrencyCode, MarketId, MatchId, Money, Name,
    Odds, OverrideId, Probability, ProposalId, QuoteId, SelectionIndex, Seq, SourceId, Stake,
    Timestamp,
};

/// Why bytes are no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The bytes end before the value does.
    Truncated,
    /// Bytes are left over after the value.
    TrailingBytes,
    /// A tag that no variant has.
    UnknownTag(u32),
    /// A number outside what its type allows: a stake of zero, odds of 0.5.
    OutOfRange,
    /// A text that is no valid name.
    BadText,
}

impl core::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Truncated => f.write_str("the bytes end before the value does"),
            Self::TrailingBytes => f.write_str("bytes are left over after the value"),
            Self::UnknownTag(tag) => write!(f, "no variant has the tag {tag}"),
            Self::OutOfRange => f.write_str("a number lies outside what its type allows"),
            Self::BadText => f.write_str("a text is not a valid name"),
        }
    }
}

impl core::error::Error for DecodeError {}

/// Writes values one after the other into a buffer that is large enough for any command.
#[derive(Debug)]
pub struct Encoder<'a> {
    rest: &'a mut [u8],
    room: usize,
}

impl<'a> Encoder<'a> {
    /// An encoder at the start of `buffer`, which must hold [`crate::command::ENCODED_MAX`] bytes.
    pub fn new(buffer: &'a mut [u8]) -> Self {
        let room = buffer.len();
        Self { rest: buffer, room }
    }

    /// Bytes written so far.
    pub fn written(&self) -> usize {
        self.room - self.rest.len()
    }

    /// Bytes whose number is known beforehand: one check and one store.
    #[inline]
    fn fixed<const N: usize>(&mut self, bytes: [u8; N]) {
        let rest = core::mem::take(&mut self.rest);
        let (place, rest) = rest.split_first_chunk_mut().expect("the buffer holds any command");
        *place = bytes;
        self.rest = rest;
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let (place, rest) = core::mem::take(&mut self.rest).split_at_mut(bytes.len());
        place.copy_from_slice(bytes);
        self.rest = rest;
    }
}

/// Reads values one after the other.
#[derive(Debug)]
pub struct Decoder<'a> {
    rest: &'a [u8],
}

impl<'a> Decoder<'a> {
    /// A decoder at the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`DecodeError::TrailingBytes`] if anything is left.
    pub fn finish(self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::TrailingBytes) }
    }

    /// Bytes not read yet.
    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    #[inline]
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn bytes(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

/// A value with a place in the bytes of record.
pub trait Wire: Sized {
    /// Writes the value.
    fn put(&self, out: &mut Encoder<'_>);
    /// Reads a value and proves it: every range is checked here and nowhere later.
    ///
    /// # Errors
    /// [`DecodeError`] naming what is wrong; no bytes can make this panic.
    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError>;

    /// As [`Wire::take`], into a place that is there already. Of an enum only as much is written as the
    /// variant has: a command has room for twenty legs, and moving it costs more than reading it.
    /// After an error the place holds some value or other.
    ///
    /// # Errors
    /// As [`Wire::take`].
    #[inline]
    fn take_into(place: &mut Self, input: &mut Decoder<'_>) -> Result<(), DecodeError> {
        *place = Self::take(input)?;
        Ok(())
    }
}

macro_rules! wire_integer {
    ($($integer:ty),*) => {$(
        impl Wire for $integer {
            #[inline]
            fn put(&self, out: &mut Encoder<'_>) {
                out.fixed(self.to_le_bytes());
            }
            #[inline]
            fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                input.fixed().map(Self::from_le_bytes)
            }
        }
    )*};
}
wire_integer!(u8, u16, u32, u64, u128, i16, i32, i64);

macro_rules! wire_newtype {
    ($($name:ident),*) => {$(
        impl Wire for $name {
            #[inline]
            fn put(&self, out: &mut Encoder<'_>) {
                self.0.put(out);
            }
            #[inline]
            fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                Wire::take(input).map($name)
            }
        }
    )*};
}
wire_newtype!(
    AccountId,
    BetId,
    BonusId,
    ClientBetId,
    Currency,
    MarketId,
    MatchId,
    OverrideId,
    ProposalId,
    QuoteId,
    SelectionIndex,
    Seq,
    SourceId
);

/// Types whose constructor refuses some numbers: written as the number, proved when read.
macro_rules! wire_proved {
    ($($name:ident: $inner:ty, $get:expr, $make:expr;)*) => {$(
        impl Wire for $name {
            #[inline]
            fn put(&self, out: &mut Encoder<'_>) {
                let get: fn(&Self) -> $inner = $get;
                get(self).put(out);
            }
            #[inline]
            fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                let make: fn($inner) -> Option<Self> = $make;
                make(Wire::take(input)?).ok_or(DecodeError::OutOfRange)
            }
        }
    )*};
}
wire_proved! {
    CurrencyCode: [u8; 3], |code| code.letters(), CurrencyCode::from_letters;
    Reject: u16, |code| code.code(), Reject::from_code;
    Money: i64, |money| money.minor(), |minor| Some(Money::from_minor(minor));
    Stake: i64, |stake| stake.money().minor(), |minor| Stake::new(Money::from_minor(minor));
    Odds: u32, |odds| odds.milli(), Odds::from_milli;
    Probability: u32, |probability| probability.ppb(), Probability::from_ppb;
    Timestamp: u64, |time| time.nanos(), |nanos| Some(Timestamp::from_nanos(nanos));
    bool: u8, |flag| u8::from(*flag), |byte| match byte { 0 => Some(false), 1 => Some(true), _ => None };
}

impl Wire for Name {
    fn put(&self, out: &mut Encoder<'_>) {
        (self.as_bytes().len() as u64).put(out);
        out.bytes(self.as_bytes());
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let len = u64::take(input)?;
        if len > Self::MAX_BYTES as u64 {
            return Err(DecodeError::BadText);
        }
        let text =
            core::str::from_utf8(input.bytes(len as usize)?).map_err(|_| DecodeError::BadText)?;
        Self::new(text).map_err(|_| DecodeError::BadText)
    }
}

impl<T: Wire> Wire for Option<T> {
    #[inline]
    fn put(&self, out: &mut Encoder<'_>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    #[inline]
    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Ok(if bool::take(input)? { Some(T::take(input)?) } else { None })
    }
}

impl<T: Wire + Copy + Default, const N: usize> Wire for [T; N] {
    #[inline]
    fn put(&self, out: &mut Encoder<'_>) {
        self.iter().for_each(|value| value.put(out));
    }

    #[inline]
    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut values = [T::default(); N];
        for value in &mut values {
            *value = T::take(input)?;
        }
        Ok(values)
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    #[inline]
    fn put(&self, out: &mut Encoder<'_>) {
        self.0.put(out);
        self.1.put(out);
    }

    #[inline]
    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Ok((A::take(input)?, B::take(input)?))
    }
}

/// Lists a struct's fields in wire order. A forgotten field does not compile.
macro_rules! wire_struct {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::codec::Wire for $name {
            #[inline]
            fn put(&self, out: &mut $crate::codec::Encoder<'_>) {
                let Self { $($field),* } = self;
                $($crate::codec::Wire::put($field, out);)*
            }
            #[inline]
            fn take(
                input: &mut $crate::codec::Decoder<'_>,
            ) -> Result<Self, $crate::codec::DecodeError> {
                Ok(Self { $($field: $crate::codec::Wire::take(input)?),* })
            }
            #[inline]
            fn take_into(
                place: &mut Self,
                input: &mut $crate::codec::Decoder<'_>,
            ) -> Result<(), $crate::codec::DecodeError> {
                let Self { $($field),* } = place;
                $($crate::codec::Wire::take_into($field, input)?;)*
                Ok(())
            }
        }
    };
}

/// Lists an enum's variants with their tags: the tag is the variant's place in bincode's order.
macro_rules! wire_enum {
    ($name:ident { $($tag:literal = $variant:ident $({ $($field:ident),* })? $(( $inner:ident ))?),* $(,)? }) => {
        impl $name {
            /// The variants' names, in the order of their tags.
            #[allow(dead_code, reason = "some are read by people, and the others may be")]
            pub const VARIANTS: &'static [&'static str] = &[$(stringify!($variant)),*];
        }
        impl $crate::codec::Wire for $name {
            #[inline]
            fn put(&self, out: &mut $crate::codec::Encoder<'_>) {
                match self {
                    $(Self::$variant $({ $($field),* })? $(($inner))? => {
                        $crate::codec::Wire::put(&($tag as u32), out);
                        $($($crate::codec::Wire::put($field, out);)*)?
                        $($crate::codec::Wire::put($inner, out);)?
                    })*
                }
            }
            #[inline]
            fn take(
                input: &mut $crate::codec::Decoder<'_>,
            ) -> Result<Self, $crate::codec::DecodeError> {
                let tag: u32 = $crate::codec::Wire::take(input)?;
                Ok(match tag {
                    $($tag => Self::$variant
                        $({ $($field: $crate::codec::Wire::take(input)?),* })?
                        $(({ let $inner = $crate::codec::Wire::take(input)?; $inner }))?,)*
                    unknown => return Err($crate::codec::DecodeError::UnknownTag(unknown)),
                })
            }
            #[inline]
            fn take_into(
                place: &mut Self,
                input: &mut $crate::codec::Decoder<'_>,
            ) -> Result<(), $crate::codec::DecodeError> {
                let tag: u32 = $crate::codec::Wire::take(input)?;
                match tag {
                    $($tag => *place = Self::$variant
                        $({ $($field: $crate::codec::Wire::take(input)?),* })?
                        $(({ let $inner = $crate::codec::Wire::take(input)?; $inner }))?,)*
                    unknown => return Err($crate::codec::DecodeError::UnknownTag(unknown)),
                }
                Ok(())
            }
        }
    };
}
pub(crate) use {wire_enum, wire_struct};
