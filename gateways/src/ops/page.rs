//! The dispute pack as one page of plain text that can be read aloud to a customer.

use std::io::{self, Write};

use super::dispute::{CheckLine, Dispute, Leg, Line, PriceLine};

/// Prices shown before the bet; the one it was decided at is the last of them.
const PRICES_BEFORE: usize = 6;
const PRICES_AFTER: usize = 3;
/// How often a market's changes are shown up to the bet, behind it, and at the end.
const STATUSES_BEFORE: usize = 3;
const STATUSES_AFTER: usize = 6;
const STATUSES_LAST: usize = 3;

/// Writes the page: what a customer asks about, or all that is known.
///
/// # Errors
/// If it cannot be written.
pub fn write(output: &mut impl Write, bet: &Dispute, all: bool) -> io::Result<()> {
    writeln!(output, "BET {} of {}, placed {} UTC", bet.seq, bet.account, bet.time)?;
    writeln!(output, "The bettor's own id of it: {}", bet.client_id)?;
    let legend =
        "The number behind a time of day is the record of the journal that proves the line.";
    writeln!(output, "All times are UTC, all money of the bettor is {}. {legend}\n", bet.currency)?;
    match &bet.legs[..] {
        [leg] => writeln!(
            output,
            "{} wanted to bet {} on {} in {} ({})\nat odds of {}, and would take {}.",
            bet.account, bet.stake, leg.selection, leg.market, leg.game, leg.odds_seen, bet.policy
        )?,
        legs => {
            let (account, kind, stake) = (&bet.account, &bet.kind, &bet.stake);
            match bet.lines {
                1 => {
                    let article = if kind.starts_with(['8', 'e']) { "an" } else { "a" };
                    writeln!(output, "{account} wanted to bet {stake} on {article} {kind}:")?;
                }
                lines => writeln!(
                    output,
                    "{account} wanted to bet {} on each of {lines} lines, {stake} in all: {kind}:",
                    bet.unit
                )?,
            }
            for leg in legs {
                let banker = if leg.banker { ", banker" } else { "" };
                let taken = leg.odds_taken.as_ref().filter(|taken| **taken != leg.odds_seen);
                let taken = taken.map_or_else(String::new, |odds| format!(", taken at {odds}"));
                let (number, seen) = (leg.leg, &leg.odds_seen);
                writeln!(output, "  {number}  {} at odds of {seen}{taken}{banker}", named(leg))?;
            }
            writeln!(output, "and would take {} on each of them.", bet.policy)?;
        }
    }
    if let Some(bonus) = &bet.bonus {
        writeln!(output, "With it: {bonus}.")?;
    }
    if let Some(device) = bet.device {
        writeln!(output, "It came from device {device}.")?;
    }
    for sentence in &bet.told {
        writeln!(output, "{sentence}")?;
    }
    if bet.told_from != 0 {
        writeln!(
            output,
            "(Told from a snapshot at record {} on; what came before is archived.)",
            bet.told_from
        )?;
    }

    heading(output, "What happened to it")?;
    lines(output, &bet.fate)?;
    for leg in bet.legs.iter().filter(|leg| !leg.standing.is_empty()) {
        writeln!(output, "  leg {}, {}:", leg.leg, named(leg))?;
        lines(output, &leg.standing)?;
    }

    if !bet.cash_outs.is_empty() {
        heading(output, "Cashing it out")?;
        lines(output, &bet.cash_outs)?;
    }
    if !bet.group.is_empty() {
        heading(output, "Its group: all are taken or none")?;
        for other in &bet.group {
            writeln!(output, "  {}  {}: {}", other.client_id, other.what, other.answer)?;
        }
    }

    heading(output, "What was checked, in this order")?;
    checks(output, &bet.checks, all)?;

    for leg in &bet.legs {
        match bet.legs.len() {
            1 => heading(output, "The price of the selection")?,
            _ => heading(output, &format!("The price of leg {}, {}", leg.leg, named(leg)))?,
        }
        prices(output, bet, &leg.prices)?;
    }
    for leg in &bet.legs {
        match bet.legs.len() {
            1 => heading(output, "The market")?,
            _ => heading(output, &format!("The market of leg {}, {}", leg.leg, named(leg)))?,
        }
        statuses(output, bet, &leg.market_status)?;
    }

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
            "  {time} {seq:>9}  {:>10}  {}: {} -> {}",
            posting.amount, posting.why, posting.from, posting.to
        )?;
    }

    if !bet.incidents.is_empty() {
        heading(output, "What happened to the match beside its score")?;
        lines(output, &bet.incidents)?;
    }

    heading(output, "Rules")?;
    for rules in &bet.house_rules {
        writeln!(output, "  house rules of {rules}")?;
    }
    let (rule_set, configuration) = (bet.rule_set, bet.config_version);
    if !all {
        writeln!(
            output,
            "  configuration {configuration} of rule set {rule_set}; its settings are shown with --all"
        )?;
        return Ok(());
    }
    writeln!(output, "  configuration {configuration} of rule set {rule_set}:")?;
    let settings: Vec<String> =
        bet.settings.iter().map(|(name, value)| format!("{name} {value}")).collect();
    for row in settings.chunks(3) {
        writeln!(output, "  {}", row.join(", "))?;
    }
    Ok(())
}

/// The questions and their answers: without `all` those that were answered no.
fn checks(output: &mut impl Write, checks: &[CheckLine], all: bool) -> io::Result<()> {
    if checks.is_empty() {
        return writeln!(output, "  nothing: this id had been answered before");
    }
    for check in checks.iter().filter(|check| all || !check.passed) {
        let verdict = if check.passed { "yes" } else { "NO " };
        let leg = check.leg.map_or_else(String::new, |leg| format!("leg {leg}: "));
        let numbers = match &check.numbers {
            Some(_) if check.of_the_book && !all => {
                ": by numbers of the house's own book, shown with --all".to_owned()
            }
            Some(numbers) => format!(": {numbers}"),
            None => String::new(),
        };
        let shadow = match (check.in_shadow, check.to_trader) {
            (true, _) => ", in shadow",
            (_, true) => ", put to a trader",
            (false, false) => "",
        };
        let code = if check.passed { String::new() } else { format!("  [{}{shadow}]", check.code) };
        writeln!(output, "  {verdict}  {leg}{}{numbers}{code}", spoken(check.question))?;
    }
    let passed = checks.iter().filter(|check| check.passed).count();
    match (all, passed) {
        (true, _) | (false, 0) => Ok(()),
        (false, 1) => writeln!(output, "  yes  to one other question, shown with --all"),
        (false, _) if passed == checks.len() => {
            writeln!(output, "  yes  to all {passed} questions, shown with --all")
        }
        (false, _) => writeln!(output, "  yes  to {passed} other questions, shown with --all"),
    }
}

/// The prices around the bet.
fn prices(output: &mut impl Write, bet: &Dispute, prices: &[PriceLine]) -> io::Result<()> {
    let before = prices.iter().filter(|price| price.seq < bet.seq).count();
    let from = before.saturating_sub(PRICES_BEFORE);
    let to = (before + PRICES_AFTER).min(prices.len());
    if from != 0 {
        writeln!(output, "  ({from} earlier ones; all of them with --json)")?;
    }
    for (index, price) in prices[from..to].iter().enumerate() {
        if from + index == before {
            writeln!(output, "  {} {:>9}  -- the bet was placed --", clock(&bet.time), bet.seq)?;
        }
        let odds = price.odds.as_deref().unwrap_or("none");
        let (time, seq) = (clock(&price.time), price.seq);
        writeln!(output, "  {time} {seq:>9}  {odds:>7}  {}: {}", price.cause, price.by)?;
    }
    if before == prices.len() {
        writeln!(output, "  {} {:>9}  -- the bet was placed --", clock(&bet.time), bet.seq)?;
    }
    Ok(())
}

/// "Spirit in Map 1 winner (Spirit v Vitality)".
fn named(leg: &Leg) -> String {
    format!("{} in {} ({})", leg.selection, leg.market, leg.game)
}

/// How a market stood around the bet and in the end. What was so inside of one record nobody met.
fn statuses(output: &mut impl Write, bet: &Dispute, all: &[Line]) -> io::Result<()> {
    let met =
        |(place, line): &(usize, &Line)| all.get(place + 1).is_none_or(|next| next.seq != line.seq);
    let met: Vec<&Line> = all.iter().enumerate().filter(met).map(|(_, line)| line).collect();
    let before = met.iter().filter(|line| line.seq <= bet.seq).count();
    let shown = &met[before.saturating_sub(STATUSES_BEFORE)..];
    if shown.is_empty() {
        return writeln!(output, "  nothing");
    }
    let (first, last) = (STATUSES_BEFORE.min(before) + STATUSES_AFTER, STATUSES_LAST);
    let left_out = shown.len().saturating_sub(first + last);
    for (place, line) in shown.iter().enumerate() {
        if left_out == 0 || place < first || first + left_out <= place {
            writeln!(output, "  {} {:>9}  {}", clock(&line.time), line.seq, line.what)?;
        } else if place == first {
            writeln!(output, "  ({left_out} more; all of them with --json)")?;
        }
    }
    Ok(())
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
