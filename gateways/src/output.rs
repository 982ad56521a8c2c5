//! Standard output and standard error, when nobody reads them any more (`clutch config 2>&1 | head -1`).
//!
//! A command that only prints has nothing left to do then and ends. A demo or a server goes on: its
//! bettors are still there. Neither panics, as `println!` and `eprintln!` would.

use std::fmt;
use std::io::{self, BufWriter, StdoutLock, Write, stderr, stdout};

/// Says something beside the work; that it cannot be said does not stop the work.
pub fn say(words: impl fmt::Display) {
    let _ = writeln!(stdout().lock(), "{words}");
}

/// Says a line beside the answer, on standard error; that it cannot be said does not stop the work.
pub fn remark(words: impl fmt::Display) {
    let _ = writeln!(stderr().lock(), "{words}");
}

/// Where a command that only prints puts its answer. Flush it at the end.
pub fn answer() -> BufWriter<Answer> {
    BufWriter::new(Answer(stdout().lock()))
}

/// Ends the process, in peace, as soon as its reader has left.
#[derive(Debug)]
pub struct Answer(StdoutLock<'static>);

impl Write for Answer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        while_heard(self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        while_heard(self.0.flush())
    }
}

fn while_heard<T>(written: io::Result<T>) -> io::Result<T> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => other,
    }
}
