//! How the bets of both worlds went, side by side.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clutch_core::units::Money;
use serde::Serialize;

use crate::ops::words::money;
use crate::wire::decimal::{USUAL_PLACES, with_places};

/// How the bets of one world went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Bets that stood, of one leg or several: those of the next five together.
    pub taken: u64,
    /// Of them won.
    pub won: u64,
    /// Of them lost.
    pub lost: u64,
    /// Of them void.
    pub void: u64,
    /// Of them cashed out, all that was left of them.
    pub cashed_out: u64,
    /// Of them without a result yet.
    pub open: u64,
    /// Bets not decided when the journal ends.
    pub waiting: u64,
    /// Bets refused, by code.
    pub refused: BTreeMap<&'static str, u64>,
    /// What they came to, by the letters of each currency: amounts of two are never added.
    pub money: BTreeMap<String, Sums>,
}

/// What the bets of one currency came to, in its minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// How many places its amounts have.
    pub places: u8,
    /// Stakes of the bets that stood, with what was cashed out of them.
    pub staked_minor: i64,
    /// Of them what is held by bets without a result.
    pub open_minor: i64,
    /// Of them what went back because the bet is void.
    pub returned_minor: i64,
    /// Payouts of those that won.
    pub won_minor: i64,
    /// What was paid for bets and parts of bets that were cashed out.
    pub cashed_out_minor: i64,
    /// The house's balance, bonuses among it.
    pub house_minor: i64,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            places: USUAL_PLACES,
            staked_minor: 0,
            open_minor: 0,
            returned_minor: 0,
            won_minor: 0,
            cashed_out_minor: 0,
            house_minor: 0,
        }
    }
}

impl Sums {
    fn named(&self) -> [(&'static str, i64); 6] {
        [
            ("staked", self.staked_minor),
            ("  held by open bets", self.open_minor),
            ("  returned as void", self.returned_minor),
            ("paid to winners", self.won_minor),
            ("paid for cash-outs", self.cashed_out_minor),
            ("house", self.house_minor),
        ]
    }
}

/// Both worlds side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The settings that were changed.
    pub changed: Vec<(String, String)>,
    /// What the journal led to.
    pub as_it_was: Outcome,
    /// What it would have led to.
    pub what_if: Outcome,
}

impl Report {
    /// Writes a table.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let (was, other) = (&self.as_it_was, &self.what_if);
        let changed: Vec<String> =
            self.changed.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        writeln!(output, "what if {}\n", changed.join(", "))?;
        writeln!(output, "{:<26}{:>14}{:>14}{:>14}", "", "as it was", "what if", "difference")?;
        let counts = [
            ("bets taken", was.taken, other.taken),
            ("  won", was.won, other.won),
            ("  lost", was.lost, other.lost),
            ("  void", was.void, other.void),
            ("  cashed out", was.cashed_out, other.cashed_out),
            ("  open", was.open, other.open),
            ("bets still waiting", was.waiting, other.waiting),
        ];
        for (name, was, other) in counts {
            count(output, name, was, other)?;
        }
        let of = |outcome: &Outcome| outcome.refused.values().sum::<u64>();
        count(output, "bets refused", of(was), of(other))?;
        let mut codes: Vec<_> = was.refused.keys().chain(other.refused.keys()).collect();
        codes.sort();
        codes.dedup();
        for code in codes {
            let of = |outcome: &Outcome| outcome.refused.get(code).copied().unwrap_or(0);
            count(output, &format!("  {code}"), of(was), of(other))?;
        }
        // A currency is one in both worlds: no setting makes one.
        for (code, was) in &was.money {
            let other = other.money.get(code).copied().unwrap_or_default();
            writeln!(output, "{code}")?;
            with_places(was.places, || sums(output, was, &other))?;
        }
        Ok(())
    }
}

fn sums(output: &mut impl Write, was: &Sums, other: &Sums) -> io::Result<()> {
    for ((name, was), (_, other)) in was.named().into_iter().zip(other.named()) {
        let show = |minor| money(Money::from_minor(minor));
        let sign = if was < other { "+" } else { "" };
        let difference = format!("{sign}{}", show(other - was));
        writeln!(output, "{name:<26}{:>14}{:>14}{difference:>14}", show(was), show(other))?;
    }
    Ok(())
}

fn count(output: &mut impl Write, name: &str, was: u64, other: u64) -> io::Result<()> {
    let difference = other.cast_signed() - was.cast_signed();
    let difference = if difference == 0 { "0".to_owned() } else { format!("{difference:+}") };
    writeln!(output, "{name:<26}{was:>14}{other:>14}{difference:>14}")
}
