//! What a run found out, for people and for programs.

use std::fmt;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::Context;
use hdrhistogram::Histogram;
use serde::Serialize;

use crate::engine_run::Proof;
use crate::floor::{Gaps, LOST_MAX};
use crate::open_loop::Outcome;

/// Writes a report to this file as JSON too, if one is named.
pub fn write_json(path: Option<&Path>, report: &impl Serialize) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(serde_json::to_writer_pretty(BufWriter::new(file), report)?)
}

/// Latencies in nanoseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Percentiles {
    /// 50 %.
    pub p50: u64,
    /// 90 %.
    pub p90: u64,
    /// 99 %.
    pub p99: u64,
    /// 99.9 %.
    pub p99_9: u64,
    /// 99.99 %.
    pub p99_99: u64,
    /// The longest.
    pub max: u64,
}

impl Percentiles {
    fn of(latencies: &Histogram<u64>) -> Self {
        let at = |quantile| latencies.value_at_quantile(quantile);
        Self {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p99_9: at(0.999),
            p99_99: at(0.9999),
            max: latencies.max(),
        }
    }

    fn values(self) -> [u64; 6] {
        [self.p50, self.p90, self.p99, self.p99_9, self.p99_99, self.max]
    }
}

/// One component at one rate.
#[derive(Debug, Serialize)]
pub struct Row {
    /// "engine" or "null"; of a night, "quiet" or "settling".
    pub component: &'static str,
    /// Bets a second asked for, and handed over.
    pub rate: u64,
    /// Bets a second that were really handed over.
    pub achieved: f64,
    /// Bets handed over, warm-up included.
    pub sent: u64,
    /// Refused because the input ring was full.
    pub busy: u64,
    /// Sent late, because the load thread itself did not get to it.
    pub late: u64,
    /// The longest such delay.
    pub late_max_ns: u64,
    /// Answered with "accepted".
    pub accepted: u64,
    /// Answered with a refusal.
    pub refused: u64,
    /// From planned send time to answer.
    pub latency_ns: Percentiles,
    /// What the machine took away before, during (from the load thread) and after.
    pub floor: [Gaps; 3],
    /// Whether the figures say anything about the component up to the 99th percentile.
    pub is_valid: bool,
    /// What the state showed, beside the last row of an engine.
    pub proof: Option<Proof>,
}

impl Row {
    /// Sums a run up.
    pub fn new(
        component: &'static str,
        rate: u64,
        outcome: &Outcome,
        before: Gaps,
        after: Gaps,
    ) -> Self {
        let floor = [before, outcome.gaps, after];
        Self {
            component,
            rate,
            achieved: outcome.achieved,
            sent: outcome.sent,
            busy: outcome.busy,
            late: outcome.late,
            late_max_ns: outcome.late_max_ns,
            accepted: outcome.accepted,
            refused: outcome.refused,
            latency_ns: Percentiles::of(&outcome.latencies),
            floor,
            is_valid: floor.iter().all(|gaps| gaps.lost_share() <= LOST_MAX),
            proof: None,
        }
    }
}

/// Everything one invocation found out.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Which thread ran where, how answers were released, and the working set.
    pub setup: Vec<String>,
    /// Two rows per rate: what the engine is compared with, and the engine.
    pub rows: Vec<Row>,
}

const HEADINGS: [&str; 6] = ["p50", "p90", "p99", "p99.9", "p99.99", "max"];

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.setup {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "latency from planned send time to released answer, in µs\n")?;
        write!(f, "{:>9}  {:<8}{:>10}{:>8}{:>8}", "rate/s", "", "achieved", "busy", "late")?;
        HEADINGS.iter().try_for_each(|heading| write!(f, "{heading:>10}"))?;
        writeln!(f)?;
        for pair in self.rows.chunks(2) {
            pair.iter().try_for_each(|row| write_row(f, row))?;
            if let [base, more] = pair {
                let difference = format!("{} - {}", more.component, base.component);
                write!(f, "{:>9}  {difference:<34}", "")?;
                let pairs = more.latency_ns.values().into_iter().zip(base.latency_ns.values());
                for (more, base) in pairs {
                    write!(f, "{:>10}", micros(more as f64 - base as f64))?;
                }
                writeln!(f)?;
            }
        }
        writeln!(f)?;
        self.rows.iter().try_for_each(|row| write_notes(f, row))
    }
}

fn write_row(f: &mut fmt::Formatter<'_>, row: &Row) -> fmt::Result {
    let Row { component, rate, achieved, busy, late, .. } = row;
    write!(f, "{rate:>9}  {component:<8}{achieved:>10.0}{busy:>8}{late:>8}")?;
    row.latency_ns.values().iter().try_for_each(|ns| write!(f, "{:>10}", micros(*ns as f64)))?;
    writeln!(f, "{}", if row.is_valid { "" } else { "   INVALID" })
}

/// What the table has no room for: the machine's floor, and what was checked.
fn write_notes(f: &mut fmt::Formatter<'_>, row: &Row) -> fmt::Result {
    let Row { component, rate, floor, .. } = row;
    let share = |gaps: &Gaps| format!("{:.3} %", 100.0 * gaps.lost_share());
    let longest = floor.iter().map(|gaps| gaps.longest_ns).max().unwrap_or_default();
    let [before, during, after] = floor.each_ref().map(share);
    writeln!(
        f,
        "{rate} {component}: the machine took {before} before, {during} during, {after} after; \
         longest gap {} µs",
        micros(longest as f64)
    )?;
    if !row.is_valid {
        writeln!(
            f,
            "{rate} {component}: INVALID, not slow: the machine took more than {} % of the time, \
             so the 99th percentile and all above are its own",
            100.0 * LOST_MAX
        )?;
    }
    if let Some(proof) = &row.proof {
        writeln!(
            f,
            "{rate} {component}: {} bets stand, the books add up to {}, and {} commands replay \
             to the same hash at {:.2} M/s",
            proof.bets,
            proof.ledger_sum_minor,
            proof.replayed,
            proof.replay_rate / 1e6
        )?;
        proof
            .warnings
            .iter()
            .try_for_each(|warning| writeln!(f, "{rate} {component}: {warning}"))?;
    }
    Ok(())
}

fn micros(ns: f64) -> String {
    format!("{:.1}", ns / 1000.0)
}
