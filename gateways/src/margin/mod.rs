//! The margin of a book, put on and taken off by every method a quant compares.
//!
//! The engine itself books by odds ratio or multiplicatively; where a method is the engine's, its own
//! code is called here, so that what is checked is what runs. The other methods live here only, and
//! may use powers and as many iterations as they need.
//!
//! With q = 1/odds, B = Σq, n outcomes and p the fair probabilities:
//!
//! | method | taken off | put on |
//! |---|---|---|
//! | multiplicative | p = q/B | q = pB |
//! | additive | p = q − (B−1)/n | q = p + (B−1)/n |
//! | power | p = qᵏ | q = pᵏ |
//! | odds ratio | p = q/(c + q − cq) | q = cp/(1 − p + cp) |
//! | Shin | p = (√(z² + 4(1−z)q²/B) − z) / 2(1−z) | q = y·Σy with y = √(zp + (1−z)p²) |
//! | goto | p = q − s·√(1−q), s = (B−1)/Σ√(1−q) | – |
//!
//! k, c and z solve Σp = 1 or Σq = B. Sources: the odds ratio is Cheung's (2015), the power method and
//! its comparison Clarke, Kovalchik and Ingram's (2017), Shin's model (1993) is used in the form of
//! Jullien and Salanié (1994), goto is the `goto_conversion` of the package of that name.

mod apply;
mod ndjson;
mod remove;

pub use apply::{Booked, apply};
pub use ndjson::run;
pub use remove::{Fair, remove};

use std::fmt;

use clutch_core::pricing::MarginError;
use clutch_core::pricing::margin::FAIR_SUM_TOLERANCE;

/// How a margin is spread over a book's outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Every probability times the same factor.
    Multiplicative,
    /// The same amount on every probability.
    Additive,
    /// Every probability to the same power.
    Power,
    /// Every p : (1 − p) times the same factor.
    OddsRatio,
    /// As much as protects against a share z of bettors who know the winner.
    Shin,
    /// The same number of standard errors on every probability; only ever taken off.
    Goto,
}

impl Method {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 6] = [
        Self::Multiplicative,
        Self::Additive,
        Self::Power,
        Self::OddsRatio,
        Self::Shin,
        Self::Goto,
    ];

    /// The word for it in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Multiplicative => "multiplicative",
            Self::Additive => "additive",
            Self::Power => "power",
            Self::OddsRatio => "odds_ratio",
            Self::Shin => "shin",
            Self::Goto => "goto",
        }
    }

    /// The method of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

/// Why a book is refused. Positions count from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BookError {
    /// Fewer than two outcomes.
    OutcomeCount(usize),
    /// Decimal odds that are no number above 1.
    Odds(usize, f64),
    /// A fair probability that is no number strictly between 0 and 1.
    FairProbability(usize, f64),
    /// Fair probabilities that do not sum to 1.
    FairSum(f64),
    /// Odds whose probabilities sum to 1 or less: there is no margin to take off.
    BookSum(f64),
    /// A target that is not from 1 to below 2.
    TargetSum(f64),
    /// The method only takes margins off.
    RemoveOnly(Method),
    /// The engine's own method refuses.
    Core(MarginError),
}

impl fmt::Display for BookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutcomeCount(count) => {
                write!(f, "the book has {count} outcomes; it needs at least 2")
            }
            Self::Odds(index, odds) => write!(
                f,
                "odds[{index}] is {odds}; decimal odds are finite and above 1, so that the \
                 probability 1/odds lies strictly between 0 and 1"
            ),
            Self::FairProbability(index, p) => {
                write!(f, "fair[{index}] is {p}; it must lie strictly between 0 and 1")
            }
            Self::FairSum(sum) => {
                write!(f, "fair sums to {sum}; it must sum to 1 within {FAIR_SUM_TOLERANCE}")
            }
            Self::BookSum(sum) => {
                write!(f, "the book sums to {sum}; only a sum above 1 has a margin to take off")
            }
            Self::TargetSum(sum) => {
                write!(f, "target_book_sum is {sum}; it must be at least 1 and below 2")
            }
            Self::RemoveOnly(method) => write!(
                f,
                "method \"{}\" only takes margins off; it has no form that puts one on",
                method.name()
            ),
            Self::Core(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BookError {}

/// Where a falling function crosses zero between `low` (above zero) and `high` (below it), to the
/// last bit.
fn root_of_falling(mut low: f64, mut high: f64, value: impl Fn(f64) -> f64) -> f64 {
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || high <= middle {
            return middle;
        }
        if 0.0 < value(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// A bound above the root of a falling function: `from` doubled until the function is below zero.
fn bound_above(from: f64, value: impl Fn(f64) -> f64) -> f64 {
    let mut high = from;
    while 0.0 < value(high) {
        high *= 2.0;
    }
    high
}
