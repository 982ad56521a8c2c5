//! What is put into the chapters of a dispute pack, line by line.

use clutch_core::event::PriceCause;
use clutch_core::units::{Odds, Seq, Timestamp};

use super::{Line, PriceLine};
use crate::ops::words;

/// How a market's line begins whose grade is taken back, and what parts that from where it stands then.
pub(super) const GRADE_TAKEN_BACK: &str = "the grade was taken back ";
pub(super) const NOW: &str = "; now ";

/// Where, when and by whom something was said.
pub(super) struct Said {
    pub seq: Seq,
    pub time: Timestamp,
    pub by: String,
}

impl Said {
    /// Puts a line unless it repeats the last one: a question asked again is answered with the same
    /// words, and they are said once. Whether it was put.
    pub fn puts(&self, lines: &mut Vec<Line>, what: String) -> bool {
        let is_new = lines.last().is_none_or(|last| last.what != what);
        if is_new {
            lines.push(Line { seq: self.seq.0, time: words::time(self.time), what });
        }
        is_new
    }

    /// Puts how a market stands. What a grade that is taken back leaves is told with who took it back.
    pub fn stands(&self, lines: &mut Vec<Line>, status: String) {
        match lines.last_mut() {
            Some(last) if last.seq == self.seq.0 && last.what.starts_with(GRADE_TAKEN_BACK) => {
                let who = last.what.split(NOW).next().unwrap_or_default();
                last.what = format!("{who}{NOW}{status}");
            }
            _ => {
                self.puts(lines, status);
            }
        }
    }

    pub fn price(&self, odds: Option<Odds>, cause: PriceCause) -> PriceLine {
        PriceLine {
            seq: self.seq.0,
            time: words::time(self.time),
            odds: odds.map(words::odds),
            cause: words::why_priced(cause).to_owned(),
            by: self.by.clone(),
        }
    }
}
