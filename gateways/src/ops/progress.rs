//! How far a long reading has come, shown on a terminal and nowhere else.

use std::io::IsTerminal;
use std::path::Path;

use clutch_journal::Reader;
use indicatif::{ProgressBar, ProgressStyle};

/// Records between two looks at the clock.
pub const EVERY: u64 = 16_384;

/// A bar for `what`, over so many things if that is known. Hidden where standard error is no terminal,
/// so that no file or pipe is filled with it.
pub fn bar(what: &'static str, total: Option<u64>, unit: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let known = format!("{what} {{bar:40}} {{human_pos}}/{{human_len}} {unit}, {{per_sec}}");
    let unknown = format!("{what} {{spinner}} {{human_pos}} {unit}, {{per_sec}}");
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), known),
        None => (ProgressBar::new_spinner(), unknown),
    };
    let style = ProgressStyle::with_template(&template);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

/// A bar for a reading of the journal in `dir`. How long that is its writer noted when it stopped, or began its newest
/// segment; before the first note it is not known.
pub fn over(dir: &Path, what: &'static str) -> ProgressBar {
    passes_over(dir, what, 1)
}

/// The same for what reads the journal so many times.
pub fn passes_over(dir: &Path, what: &'static str, times: u64) -> ProgressBar {
    let mark = Reader::open(dir).map_or(0, |reader| reader.durable_mark());
    bar(what, (0 < mark).then_some(mark * times), "records")
}

/// The same for what prints as it reads: where that goes to the terminal itself, its lines are the progress, and a bar
/// would only stand between them.
pub fn over_lines(dir: &Path, what: &'static str) -> ProgressBar {
    if std::io::stdout().is_terminal() { ProgressBar::hidden() } else { over(dir, what) }
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
