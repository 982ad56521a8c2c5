//! Files with one row a game: CSV, plain or gzip, columns found by name.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, bail};
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

/// A whole file.
pub struct Table {
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
        Ok(Self { headers, rows: rows.with_context(|| format!("cannot read {shown}"))? })
    }

    /// The field of a row; the column has been checked.
    pub fn text<'a>(&self, row: &'a StringRecord, column: &str) -> &'a str {
        let index = self.headers.iter().position(|header| header == column);
        index.and_then(|index| row.get(index)).unwrap_or_default()
    }

    /// The field as a finite number; `None` if it is empty or none.
    pub fn number(&self, row: &StringRecord, column: &str) -> Option<f64> {
        self.text(row, column).parse().ok().filter(|number: &f64| number.is_finite())
    }
}

fn list(headers: &StringRecord) -> String {
    let first: Vec<&str> = headers.iter().take(8).collect();
    format!("{}, …", first.join(", "))
}
