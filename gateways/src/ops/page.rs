//! The dispute pack as one page of plain text that can be read aloud to a customer.

use std::io::{self, Write};

use super::dispute::{Dispute, Line};

/// Prices shown before the bet; the one it was decided at is the last of them.
const PRICES_BEFORE: usize = 6;
const PRICES_AFTER: usize = 3;

/// Writes the page.
///
/// # Errors
/// If it cannot be written.
pub fn write(output: &mut impl Write, bet: &Dispute) -> io::Result<()> {
    writeln!(output, "BET {} of {}, {} UTC", bet.seq, bet.account, bet.time)?;
    writeln!(output, "{}\n", bet.client_id)?;
    writeln!(
        output,
        "{} wanted to bet {} on {} in {} ({})\nat odds of {}, and would take {}.",
        bet.account, bet.stake, bet.selection, bet.market, bet.game, bet.odds_seen, bet.policy
    )?;
    writeln!(output, "{}", in_a_sentence(bet))?;

    heading(output, "What happened to it")?;
    lines(output, &bet.fate)?;

    heading(output, "What it was asked, in this order")?;
    if bet.checks.is_empty() {
        writeln!(output, "  nothing: this id had been answered before")?;
    }
    for check in &bet.checks {
        let verdict = if check.passed { "yes" } else { "NO " };
        let numbers = check.numbers.as_ref().map_or_else(String::new, |it| format!(": {it}"));
        let shadow = if check.in_shadow { ", in shadow" } else { "" };
        let code = if check.passed { String::new() } else { format!("  [{}{shadow}]", check.code) };
        writeln!(output, "  {verdict}  {}{numbers}{code}", spoken(check.question))?;
    }

    heading(output, "The price of the selection")?;
    let before = bet.prices.iter().filter(|price| price.seq < bet.seq).count();
    let from = before.saturating_sub(PRICES_BEFORE);
    let to = (before + PRICES_AFTER).min(bet.prices.len());
    if from != 0 {
        writeln!(output, "  ({from} earlier ones; all of them with --json)")?;
    }
    for (index, price) in bet.prices[from..to].iter().enumerate() {
        if from + index == before {
            writeln!(output, "  {} {:>9}  -- the bet was placed --", clock(&bet.time), bet.seq)?;
        }
        let odds = price.odds.as_deref().unwrap_or("none");
        let (time, seq) = (clock(&price.time), price.seq);
        writeln!(output, "  {time} {seq:>9}  {odds:>7}  {}: {}", price.cause, price.by)?;
    }

    heading(output, "The market")?;
    let before = bet.market_status.iter().filter(|line| line.seq <= bet.seq).count();
    lines(output, &bet.market_status[before.saturating_sub(3)..])?;

    heading(output, "What the feed said around it")?;
    lines(output, &bet.feed)?;

    heading(output, "Money")?;
    if bet.postings.is_empty() {
        writeln!(output, "  nothing moved")?;
    }
    for posting in &bet.postings {
        let (time, seq) = (clock(&posting.time), posting.seq);
        writeln!(
            output,
            "  {time} {seq:>9}  {:>10}  {} -> {} ({})",
            posting.amount, posting.from, posting.to, posting.why
        )?;
    }

    heading(output, "Rules")?;
    writeln!(output, "  rule set {}, configuration {}:", bet.rule_set, bet.config_version)?;
    let settings: Vec<String> =
        bet.settings.iter().map(|(name, value)| format!("{name} {value}")).collect();
    for row in settings.chunks(3) {
        writeln!(output, "  {}", row.join(", "))?;
    }
    Ok(())
}

/// What an agent says first.
fn in_a_sentence(bet: &Dispute) -> String {
    let Some(last) = bet.fate.last() else {
        return "It was never answered: the engine stopped before.".to_owned();
    };
    match (bet.refused, bet.fate.len()) {
        (true, 1) => format!("It was not taken ({}).", last.what),
        (true, _) => format!("It waited and was then not taken ({}).", last.what),
        (false, _) => format!("It was taken ({}).", last.what),
    }
}

fn heading(output: &mut impl Write, text: &str) -> io::Result<()> {
    writeln!(output, "\n{text}")
}

fn lines(output: &mut impl Write, lines: &[Line]) -> io::Result<()> {
    if lines.is_empty() {
        writeln!(output, "  nothing")?;
    }
    for line in lines {
        writeln!(output, "  {} {:>9}  {}", clock(&line.time), line.seq, line.what)?;
    }
    Ok(())
}

/// The time of day alone: the page's first line has the date.
fn clock(time: &str) -> &str {
    time.get(11..).unwrap_or(time)
}

/// A question as it is read aloud: risk rules are known by the names of their settings.
fn spoken(question: &str) -> String {
    let words = question.replace('_', " ");
    for (short, long) in [(" min", " minimum"), (" max", " maximum")] {
        if let Some(rule) = words.strip_suffix(short) {
            return format!("{rule}{long}");
        }
    }
    words
}
