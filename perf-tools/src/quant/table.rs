//! Files with one row a game: CSV, plain or gzip, columns found by name.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use csv::StringRecord;
use flate2::bufread::MultiGzDecoder;

/// Opens a file; gzip is known by its first two bytes, not by the name.
pub fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    let shown = path.display();
    let mut file =
        BufReader::new(File::open(path).with_context(|| format!("cannot open {shown}"))?);
    let first = file.fill_buf().with_context(|| format!("cannot read {shown}"))?;
    Ok(if first.starts_with(&[0x1f, 0x8b]) {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}

/// What a field must hold, in words and as a question.
pub type Wanted = (&'static str, fn(f64) -> bool);

/// A whole file.
pub struct Table {
    /// What it is called in complaints.
    name: String,
    headers: StringRecord,
    /// The rows, in the order of the file.
    pub rows: Vec<StringRecord>,
}

impl Table {
    /// Reads a file and checks that it has these columns.
    pub fn read(path: &Path, columns: &[&str]) -> anyhow::Result<Self> {
        let shown = path.display();
        let mut reader = csv::Reader::from_reader(open(path)?);
        let headers = reader.headers().with_context(|| format!("cannot read {shown}"))?.clone();
        for column in columns {
            if !headers.iter().any(|header| header == *column) {
                bail!("{shown} has no column `{column}`; it has {}", list(&headers));
            }
        }
        let rows = reader.records().collect::<Result<Vec<_>, _>>();
        let rows = rows.with_context(|| format!("cannot read {shown}"))?;
        Ok(Self { name: shown.to_string(), headers, rows })
    }

    /// The field of a row; the column has been checked.
    pub fn text<'a>(&self, row: &'a StringRecord, column: &str) -> &'a str {
        let index = self.headers.iter().position(|header| header == column);
        index.and_then(|index| row.get(index)).unwrap_or_default()
    }

    /// The field as a number that fits; `None` if it is empty.
    ///
    /// # Errors
    /// Anything else in it, with file, line, column and what was wanted. A row is never left out
    /// because of a slip in it: whoever fits would not notice.
    pub fn number(
        &self,
        row: &StringRecord,
        column: &str,
        (wanted, fits): Wanted,
    ) -> anyhow::Result<Option<f64>> {
        let text = self.text(row, column);
        if text.is_empty() {
            return Ok(None);
        }
        // NaN and infinity can be read, and are no numbers here.
        let number = text.parse().ok().filter(|number: &f64| number.is_finite() && fits(*number));
        let at = || self.place(row, column);
        ensure!(number.is_some(), "{}: `{text}` must be {wanted}", at());
        Ok(number)
    }

    /// Where a field stands.
    pub fn place(&self, row: &StringRecord, column: &str) -> String {
        let line = row.position().map_or(0, csv::Position::line);
        format!("{}, line {line}, column {column}", self.name)
    }
}

fn list(headers: &StringRecord) -> String {
    let first: Vec<&str> = headers.iter().take(8).collect();
    format!("{}, …", first.join(", "))
}
