//! `clutch journal verify`: what is wrong with a journal, and the one way to give up what is lost.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clutch_journal::{Class, Finding, JournalError, Loss, Options, Report, Severity};

use super::VerifyArgs;
use crate::cli::Failure;
use crate::cli::source::RING;
use crate::ops::progress::bar;
use crate::output::answer;

/// See [`damaged`].
const DAMAGED: u8 = 2;

pub fn run(args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let bar = bar("reading", Some(0), "bytes");
    let (archive, ring) = (args.archive.as_deref(), Some(Path::new(RING)));
    let mut tell = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let read = clutch_journal::verify_with_archive(&args.dir, archive, ring, &mut tell);
    bar.finish_and_clear();
    let report = match read {
        Ok(report) => report,
        Err(error) => {
            if args.json {
                let said = serde_json::json!({ "class": "unreadable", "why": error.to_string() });
                writeln!(answer(), "{said}")?;
            }
            return Ok(damaged(&error));
        }
    };
    let mut output = answer();
    if args.json {
        serde_json::to_writer(&mut output, &as_json(&report))?;
        output.write_all(b"\n")?;
    } else {
        write_words(&mut output, &report)?;
    }
    output.flush()?;
    if args.accept_loss {
        drop(output);
        // Exit code 1 says "torn tail" here, so what prevents a cut is no ordinary failure.
        let cut = accept_loss(args).unwrap_or_else(|error| {
            damaged(&error);
            false
        });
        if cut {
            return Ok(ExitCode::SUCCESS);
        }
    }
    Ok(match report.class() {
        Class::Clean => ExitCode::SUCCESS,
        Class::TornTail => ExitCode::from(1),
        Class::Damaged => ExitCode::from(DAMAGED),
    })
}

/// Says why, and gives the exit code of a journal that is damaged, incomplete, or none.
fn damaged(why: &dyn std::fmt::Display) -> ExitCode {
    crate::output::remark(format_args!("clutch: {why}"));
    ExitCode::from(DAMAGED)
}

fn write_words(output: &mut impl Write, report: &Report) -> std::io::Result<()> {
    for finding in &report.findings {
        writeln!(output, "{}", in_words(finding))?;
    }
    match &report.halt {
        Some(halt) if report.is_archive => writeln!(output, "a reader stops here: {halt}")?,
        Some(halt) => writeln!(output, "a start stops here: {halt}")?,
        None => {}
    }
    let verdict = match report.class() {
        Class::Clean => "clean",
        Class::TornTail => "torn tail",
        Class::Damaged => "damaged",
    };
    let live = match report.writer {
        Some(Some(pid)) => format!(", being written by process {pid}"),
        Some(None) => ", being written".to_owned(),
        None => String::new(),
    };
    let what = if report.is_archive { "archive of journal" } else { "journal" };
    let archived = match report.archived_segments {
        0 => String::new(),
        count => format!(" ({count} of them archived)"),
    };
    let (first, last) = (report.first_seq, report.last_seq);
    let segments = super::segments(report.segments);
    let records = match report.segments {
        0 => "no records".to_owned(),
        _ if last < first => {
            format!("no record can be read in {segments}{archived}, beginning with record {first}")
        }
        _ => format!("records {first} to {last} in {segments}{archived}"),
    };
    write!(
        output,
        "{verdict}: {what} {:032x}, {records}, {} bytes of records",
        report.journal_id, report.bytes
    )?;
    if report.is_archive {
        return writeln!(
            output,
            "\nNo start can use it by itself: it holds what was moved out of that journal's directory, and the \
             tools read both with `--archive`."
        );
    }
    writeln!(output, ", {} good snapshots{live}", report.good_snapshots.len())?;
    if report.engine_version == 0 && report.halt.is_some() {
        return Ok(());
    }
    let (encoding, rule_set) = clutch_engine::encoding_and_rule_set(report.rule_set);
    writeln!(
        output,
        "journal format {}, last opened by clutch {} with rule set {rule_set} and encoding {encoding}",
        clutch_journal::FORMAT,
        release(report.engine_version)
    )
}

/// An engine's version as people write it.
fn release(version: u64) -> String {
    let part = |shift: u32| version >> shift & 0xffff;
    format!("{}.{}.{}", part(32), part(16), part(0))
}

fn in_words(finding: &Finding) -> String {
    let Finding { severity, file, offset, records, what } = finding;
    let records = match records {
        Some((first, last)) if first == last => format!(", record {first}"),
        Some((first, last)) => format!(", records {first} to {last}"),
        None => String::new(),
    };
    format!("{}: {} at {offset}{records}: {what}", named(*severity), file.display())
}

fn named(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::TornTail => "torn",
        Severity::Damage => "DAMAGE",
    }
}

fn as_json(report: &Report) -> serde_json::Value {
    let class = match report.class() {
        Class::Clean => "clean",
        Class::TornTail => "torn_tail",
        Class::Damaged => "damaged",
    };
    let findings = report.findings.iter().map(|finding| {
        serde_json::json!({
            "severity": named(finding.severity).to_lowercase(),
            "file": finding.file.display().to_string(),
            "offset": finding.offset,
            "records": finding.records.map(|(first, last)| [first, last]),
            "what": finding.what,
        })
    });
    let (encoding, rule_set) = clutch_engine::encoding_and_rule_set(report.rule_set);
    serde_json::json!({
        "class": class,
        "journal_id": format!("{:032x}", report.journal_id),
        "format": clutch_journal::FORMAT,
        "engine": release(report.engine_version),
        "rule_set": rule_set,
        "encoding": encoding,
        "first_seq": report.first_seq,
        "last_seq": report.last_seq,
        "records": report.records,
        "bytes": report.bytes,
        "segments": report.segments,
        "archived_segments": report.archived_segments,
        "is_archive": report.is_archive,
        "good_snapshots": report.good_snapshots,
        "being_written": report.writer.is_some(),
        "a_start_stops": report.halt.as_ref().map(ToString::to_string),
        "findings": findings.collect::<Vec<_>>(),
    })
}

/// Cuts behind the last good record, after saying what is lost and being told to. Whether it did.
fn accept_loss(args: &VerifyArgs) -> Result<bool, String> {
    let keep = args.keep.clone().unwrap_or_else(|| beside(&args.dir));
    let asks = !args.yes;
    if asks && !std::io::stdin().is_terminal() {
        let text = "--accept-loss asks before it cuts; without a terminal it needs --yes";
        return Err(text.to_owned());
    }
    let mut confirm = |loss: &Loss| {
        eprint!("{}", loss_in_words(loss));
        if !asks {
            return true;
        }
        eprint!("Type \"accept\" to cut: ");
        let mut line = String::new();
        let heard = std::io::stdin().lock().read_line(&mut line);
        heard.is_ok() && line.trim() == "accept"
    };
    let cut = clutch_journal::accept_loss(&args.dir, &keep, &Options::default(), &mut confirm);
    match cut {
        Ok(Some(loss)) => {
            crate::output::remark(format_args!(
                "cut behind record {}; copies are in {}",
                loss.last_kept,
                loss.keep.display()
            ));
            Ok(true)
        }
        Ok(None) => {
            crate::output::remark(format_args!("nothing was changed"));
            Ok(false)
        }
        Err(error @ JournalError::Locked { .. }) => Err(format!("{error}; stop the engine first")),
        Err(error) => Err(error.to_string()),
    }
}

fn loss_in_words(loss: &Loss) -> String {
    let (file, offset) = &loss.cut;
    let mut text = format!(
        "{}\nWhat would be lost: {}.\n  {} is cut at {offset}: {} bytes\n",
        loss.reason,
        match (loss.last_kept + 1, loss.last_known) {
            (first, last) if first <= last => format!("records {first} to at least {last}"),
            (first, _) => format!("records from {first} on, nobody can say how many"),
        },
        file.display(),
        loss.cut_bytes
    );
    for path in &loss.segments {
        text.push_str(&format!("  {} goes as a whole\n", path.display()));
    }
    for path in &loss.snapshots {
        text.push_str(&format!("  {} goes: the journal no longer leads to it\n", path.display()));
    }
    text.push_str(&format!("Copies of all of them go to {}.\n", loss.keep.display()));
    text
}

fn beside(dir: &Path) -> PathBuf {
    let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    dir.with_file_name(format!("{name}.before-cut"))
}
