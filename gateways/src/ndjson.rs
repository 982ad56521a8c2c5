//! Filters for other tools: one JSON object a line in, one answer a line out.
//!
//! Owns lines and their limit. A line that cannot be answered gets an error of its own under its own
//! id, and the run goes on. Memory is bounded by the longest line.

use serde::Serialize;
use serde_json::Value;
use std::io::{self, BufRead, Read, Write};

/// The longest line that is read.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines answered.
    pub answered: u64,
    /// Lines answered with an error.
    pub errors: u64,
}

/// What is wrong with a line: its id as far as it could be read, and a sentence.
pub type LineError = (Value, String);

/// Answers every line of `input`. Empty lines are skipped; only reading and writing themselves can
/// fail.
pub fn run<A: Serialize>(
    mut input: impl BufRead,
    mut output: impl Write,
    answer: impl Fn(&[u8]) -> Result<A, LineError>,
) -> io::Result<Summary> {
    let mut summary = Summary::default();
    let mut bytes = Vec::new();
    let mut line = 0;
    while let Some(complete) = read_line(&mut input, &mut bytes)? {
        line += 1;
        if bytes.trim_ascii().is_empty() && complete {
            continue;
        }
        let answer = if complete {
            answer(&bytes)
        } else {
            Err((Value::Null, format!("the line is longer than {LINE_BYTES_MAX} bytes")))
        };
        match answer {
            Ok(answer) => {
                summary.answered += 1;
                serde_json::to_writer(&mut output, &answer)?;
            }
            Err((id, what)) => {
                summary.errors += 1;
                serde_json::to_writer(&mut output, &Refusal { id, error: Problem { line, what } })?;
            }
        }
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(summary)
}

/// Reads the next line into `bytes`, without its end. `None` at the end of the input; `Some(false)`
/// for a line beyond the limit, whose rest is read and dropped.
fn read_line(input: &mut impl BufRead, bytes: &mut Vec<u8>) -> io::Result<Option<bool>> {
    bytes.clear();
    if input.by_ref().take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', bytes)? == 0 {
        return Ok(None);
    }
    if bytes.ends_with(b"\n") {
        bytes.pop();
        return Ok(Some(true));
    }
    let complete = bytes.len() <= LINE_BYTES_MAX;
    if !complete {
        input.skip_until(b'\n')?;
    }
    Ok(Some(complete))
}

/// What the parser says, with the column only: it sees each line as line 1.
pub fn json_problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    format!("not a case in JSON: {what} at column {}", error.column())
}

#[derive(Serialize)]
struct Refusal {
    id: Value,
    error: Problem,
}

#[derive(Serialize)]
struct Problem {
    line: u64,
    what: String,
}
