//! How far a long reading has come, shown on a terminal and nowhere else.

use std::io::IsTerminal;

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
