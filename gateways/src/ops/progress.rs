//! How far a long reading has come, shown on a terminal and nowhere else.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use clutch_journal::Reader;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// Records between two looks at the clock.
pub const EVERY: u64 = 16_384;

/// A bar for `what`, over so many things if that is known. Hidden where standard error is no terminal,
/// so that no file or pipe is filled with it.
pub fn bar(what: &'static str, total: Option<u64>, unit: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let known = format!("{what} {{bar:40}} {{human_pos}}/{{human_len}} {unit}, {{rate}}");
    let unknown = format!("{what} {{spinner}} {{human_pos}} {unit}, {{rate}}");
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), known),
        None => (ProgressBar::new_spinner(), unknown),
    };
    let style = ProgressStyle::with_template(&template);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
    bar.with_style(style.with_key("rate", |state: &ProgressState, output: &mut dyn fmt::Write| {
        // What cannot be shown is shown the next time.
        let _ = output.write_str(&rate(state.per_sec()));
    }))
}

/// So many a second, as a whole number: nobody counts parts of a record.
fn rate(per_second: f64) -> String {
    format!("{}/s", HumanCount(per_second.round() as u64))
}

/// A bar for a reading of the journal in `dir`. How long that is its writer noted when it stopped, or began its newest
/// segment; before the first note it is not known.
pub fn over(dir: &Path, what: &'static str) -> ProgressBar {
    passes_over(dir, what, 1)
}

/// The same for a reading that ends with record `to`, if that is said.
pub fn up_to(dir: &Path, what: &'static str, to: Option<u64>) -> ProgressBar {
    to.map_or_else(|| over(dir, what), |to| bar(what, Some(to), "records"))
}

/// The same for what reads the journal so many times.
pub fn passes_over(dir: &Path, what: &'static str, times: u64) -> ProgressBar {
    let mark = Reader::open(dir).map_or(0, |reader| reader.durable_mark());
    bar(what, (0 < mark).then_some(mark * times), "records")
}

/// How long no line came before the bar shows that there is work.
const QUIET: Duration = Duration::from_millis(300);

/// The same for what prints as it reads. Where that goes to the terminal itself, its lines are the progress: the bar stands
/// there only while none come, and makes room for the next.
#[derive(Debug)]
pub struct BetweenLines {
    bar: ProgressBar,
    /// The lines go where the bar stands.
    is_shared: bool,
    is_shown: bool,
    last_line: Instant,
}

impl BetweenLines {
    /// For what reads the journal in `dir` once.
    pub fn over(dir: &Path, what: &'static str) -> Self {
        let is_shared = io::stdout().is_terminal() && io::stderr().is_terminal();
        let bar = over(dir, what);
        if is_shared {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        Self { bar, is_shared, is_shown: false, last_line: Instant::now() }
    }

    /// As [`tell`]; cheap for every record. What `output` still holds is shown before the bar.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn tell(&mut self, output: &mut impl Write, seq: u64) -> io::Result<()> {
        let is_quiet = || seq.is_multiple_of(EVERY) && QUIET <= self.last_line.elapsed();
        if self.is_shared && !self.is_shown && is_quiet() {
            output.flush()?;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.is_shown = true;
        }
        tell(&self.bar, seq);
        Ok(())
    }

    /// Makes room for a line.
    pub fn line(&mut self) {
        if self.is_shared {
            self.last_line = Instant::now();
            self.clear();
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            self.bar.set_draw_target(ProgressDrawTarget::hidden());
            // The bar leaves its last picture behind: back to the start of the line, and wipe it.
            let _ = io::stderr().write_all(b"\r\x1b[2K");
        }
    }

    /// The reading is over.
    pub fn finish(mut self) {
        self.clear();
        self.bar.finish_and_clear();
    }
}

/// Tells the bar that record `seq` was reached; cheap for every record. A journal that grows meanwhile makes it longer.
pub fn tell(bar: &ProgressBar, seq: u64) {
    if seq.is_multiple_of(EVERY) {
        if bar.length().is_some_and(|length| length < seq) {
            bar.set_length(seq);
        }
        bar.set_position(seq);
    }
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn a_rate_is_a_whole_number() {
        assert_eq!(rate(1_267_318_497.351_6), "1,267,318,497/s");
        assert_eq!(rate(0.4), "0/s");
        assert_eq!(rate(f64::NAN), "0/s");
    }
}
