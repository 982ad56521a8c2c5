//! The words of one line.

use super::Outcome;

/// The words of a line, taken one by one.
pub(super) struct Words<'a> {
    rest: std::iter::Peekable<std::str::SplitWhitespace<'a>>,
}

impl<'a> Words<'a> {
    pub fn new(line: &'a str) -> Self {
        Self { rest: line.split_whitespace().peekable() }
    }

    /// The next word, which must be there.
    pub fn next(&mut self) -> Outcome<&'a str> {
        self.rest.next().ok_or_else(|| "the line ends too early".to_owned())
    }

    /// The next word, if there is one.
    pub fn optional(&mut self) -> Option<&'a str> {
        self.rest.next()
    }

    /// The next word, if it begins as a number does.
    pub fn optional_number(&mut self) -> Option<&'a str> {
        self.rest.next_if(|word| word.starts_with(|c: char| c.is_ascii_digit() || c == '-'))
    }

    /// The next word as a number.
    pub fn number<T: std::str::FromStr>(&mut self) -> Outcome<T> {
        let word = self.next()?;
        word.parse().map_err(|_| format!("{word:?} is no number that fits here"))
    }

    /// Takes the next word if it is this one.
    pub fn take(&mut self, word: &str) -> bool {
        self.rest.next_if_eq(&word).is_some()
    }

    /// Nothing may be left over.
    pub fn finish(mut self) -> Outcome<()> {
        match self.rest.next() {
            Some(word) => Err(format!("{word:?} is one word too many")),
            None => Ok(()),
        }
    }
}
