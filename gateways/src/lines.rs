//! A filter for other tools: one JSON object a line in, one a line out, in order.
//!
//! Owns what `clutch price`, `clutch margin` and `clutch grade` have in common: the limits, the
//! count, and how a line that cannot be answered is refused, under its own id and with what was
//! wrong. Knows nothing of what the lines are about. Memory is bounded by the longest line, and
//! lines have a limit.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::{self, BufRead, Read, Write};

use crate::json::Once;

/// The longest line that is read.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines that got what they asked for.
    pub answered: u64,
    /// Lines answered with an error.
    pub errors: u64,
}

/// Why a line gets no answer: the name and value of its id, and a sentence.
#[derive(Debug)]
pub struct Refusal {
    id: (&'static str, Value),
    what: String,
}

impl Refusal {
    /// Refuses the line with this id.
    pub fn new(key: &'static str, id: Value, what: impl Into<String>) -> Self {
        Self { id: (key, id), what: what.into() }
    }

    /// Refuses a line whose id nobody could read.
    pub fn of_unreadable(what: impl Into<String>) -> Self {
        Self::new("id", Value::Null, what)
    }
}

/// Answers every line of `input`. Empty lines are skipped; only reading and writing themselves can
/// fail.
pub fn run<A: Serialize>(
    mut input: impl BufRead,
    mut output: impl Write,
    mut answer: impl FnMut(&[u8]) -> Result<A, Refusal>,
) -> io::Result<Summary> {
    let mut summary = Summary::default();
    let mut bytes = Vec::new();
    let mut line = 0_u64;
    while let Some(complete) = read_line(&mut input, &mut bytes)? {
        line += 1;
        if bytes.trim_ascii().is_empty() && complete {
            continue;
        }
        let answered = if complete {
            answer(&bytes)
        } else {
            let what = format!("the line is longer than {LINE_BYTES_MAX} bytes");
            Err(Refusal::of_unreadable(what))
        };
        match answered {
            Ok(answer) => {
                summary.answered += 1;
                serde_json::to_writer(&mut output, &answer)?;
            }
            Err(Refusal { id: (key, id), what }) => {
                summary.errors += 1;
                let error = serde_json::json!({ "line": line, "what": what });
                let id = (key, &id);
                serde_json::to_writer(&mut output, &Refused { id, error: ("error", &error) })?;
            }
        }
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(summary)
}

/// The id first, then the error, whatever the id is called.
struct Refused<'a> {
    id: (&'static str, &'a Value),
    error: (&'static str, &'a Value),
}

impl Serialize for Refused<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([self.id, self.error])
    }
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

/// Reads a line as JSON. Many tools write NaN and Infinity, which JSON does not have, as bare words;
/// those are read as strings, so that the line can be refused under its own id and the field named.
pub fn parse<T: DeserializeOwned>(bytes: &[u8], what_it_is: &str) -> Result<T, Refusal> {
    let first = match serde_json::from_slice(bytes) {
        Ok(value) => return has_each_key_once(bytes).map(|()| value),
        Err(error) => error,
    };
    let quoted = with_words_quoted(bytes);
    let value = serde_json::from_slice(&quoted)
        .map_err(|_| Refusal::of_unreadable(json_problem(&first, what_it_is)))?;
    has_each_key_once(&quoted).map(|()| value)
}

/// Refuses a line with two values under one key: nobody can know which of them was meant.
fn has_each_key_once(bytes: &[u8]) -> Result<(), Refusal> {
    let Err(error) = serde_json::from_slice::<Once>(bytes) else { return Ok(()) };
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default();
    let line: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let key =
        if line.get("id").is_none() && line.get("book_id").is_some() { "book_id" } else { "id" };
    let id = line.get(key).cloned().unwrap_or_default();
    Err(Refusal::new(key, id, format!("{what}, the second time before column {}", error.column())))
}

/// What the parser says, with the column only: it sees each line as line 1.
fn json_problem(error: &serde_json::Error, what_it_is: &str) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    let what = in_plain_words(what);
    format!("not {what_it_is} in JSON: {what} at column {}", error.column())
}

/// Reads a value that is JSON already.
///
/// # Errors
/// What is wrong with it, after its name, in words for people.
pub fn read<T: DeserializeOwned>(value: Value, name: &str) -> Result<T, String> {
    T::deserialize(value).map_err(|error| format!("{name}: {}", in_plain_words(&error.to_string())))
}

/// The parser names what it expected by the program's types; people know them as something else.
fn in_plain_words(text: &str) -> String {
    let Some((what, expected)) = text.split_once(", expected ") else { return text.to_owned() };
    let (word, rest) = expected.split_at(expected.find([' ', ',']).unwrap_or(expected.len()));
    let plain = match word {
        "struct" => {
            let rest = rest.trim_start();
            let after = rest.find(' ').map_or("", |at| &rest[at..]);
            return format!("{what}, expected an object{after}");
        }
        "f64" | "f32" => "a number",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" => "a whole number from 0 on",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        word => word,
    };
    format!("{what}, expected {plain}{rest}")
}

/// Puts what JSON cannot carry into quotes, so that the rest of the line is read and the field is named:
/// words for no number, and numbers too large for any.
fn with_words_quoted(bytes: &[u8]) -> Vec<u8> {
    const WORDS: [&[u8]; 5] = [b"-Infinity", b"Infinity", b"-NaN", b"NaN", b"nan"];
    let mut quoted = Vec::with_capacity(bytes.len() + 16);
    let mut rest = bytes;
    let (mut in_string, mut escaped) = (false, false);
    while let Some((&byte, after)) = rest.split_first() {
        let word = WORDS.iter().find(|word| !in_string && rest.starts_with(word));
        if let Some(word) = word {
            quoted.push(b'"');
            quoted.extend_from_slice(word);
            quoted.push(b'"');
            rest = &rest[word.len()..];
            continue;
        }
        if !in_string && (byte == b'-' || byte.is_ascii_digit()) {
            let of_number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
            let length = rest.iter().take_while(|byte| of_number(byte)).count();
            let (number, after) = rest.split_at(length);
            let value = std::str::from_utf8(number).ok().and_then(|text| text.parse::<f64>().ok());
            let is_too_large = value.is_some_and(f64::is_infinite);
            quoted.extend(is_too_large.then_some(b'"'));
            quoted.extend_from_slice(number);
            quoted.extend(is_too_large.then_some(b'"'));
            rest = after;
            continue;
        }
        in_string ^= byte == b'"' && !escaped;
        escaped = in_string && byte == b'\\' && !escaped;
        quoted.push(byte);
        rest = after;
    }
    quoted
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn words_that_json_lacks_are_quoted_outside_of_strings_only() {
        for (line, quoted) in [
            (r#"{"p":NaN}"#, r#"{"p":"NaN"}"#),
            (r#"{"p":[-Infinity,Infinity, nan]}"#, r#"{"p":["-Infinity","Infinity", "nan"]}"#),
            (r#"{"a \" NaN":"NaN"}"#, r#"{"a \" NaN":"NaN"}"#),
            (r#"{"a\\":NaN}"#, r#"{"a\\":"NaN"}"#),
            (r#"[1e400,-1e400,1.5e3,"1e400"]"#, r#"["1e400","-1e400",1.5e3,"1e400"]"#),
        ] {
            assert_eq!(String::from_utf8(with_words_quoted(line.as_bytes())).unwrap(), quoted);
        }
    }

    #[test]
    fn a_line_too_long_is_refused_and_the_next_one_answered() {
        let input = format!("{}\n{{\"id\":2}}\n\n", " ".repeat(LINE_BYTES_MAX + 1));
        let mut output = Vec::new();
        let summary =
            run(input.as_bytes(), &mut output, |bytes| parse::<Value>(bytes, "a value")).unwrap();
        assert_eq!(summary, Summary { answered: 1, errors: 1 });
        let text = String::from_utf8(output).unwrap();
        assert_eq!(
            text,
            "{\"id\":null,\"error\":{\"line\":1,\"what\":\"the line is longer than 1048576 bytes\"}}\n\
             {\"id\":2}\n"
        );
    }
}
