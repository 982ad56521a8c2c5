//! The table of coefficients: its form, its reader, and what it refuses.
//!
//! A line `title` and the key of the game, so that no game is priced by the table of another. Then one
//! knot a line: the second of the game clock, then side, lead, objective and strength in
//! millionths. The last line is `end` and the seconds of all knots again, so that a file that lost a line
//! or was cut is not taken for a whole one. Whatever follows a `#` is for people. The reader is `const`,
//! so a committed table that is wrong does not compile, and a quant's own one is refused by the same rules
//! with its line.

use crate::command::Title;
use core::fmt;

/// The most knots a table can have.
pub const KNOTS_MAX: usize = 16;
/// The largest coefficient: beyond it one step of a lead would cross the whole logistic table.
const COEFFICIENT_MICRO_MAX: i64 = 16_000_000;
/// The last second a knot can stand at: no map has taken longer than ten hours.
const SECOND_MAX: i64 = 36_000;
const FIELDS: usize = 5;

/// The coefficients at one second of the game clock, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knot {
    /// The game clock.
    pub second: u32,
    /// The advantage of the first side.
    pub side_micro: i32,
    /// What one unit of lead is worth.
    pub lead_micro: i32,
    /// What one objective is worth.
    pub objective_micro: i32,
    /// What is left of the log-odds before the map.
    pub strength_micro: i32,
}

/// The coefficients of one title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MobaModel {
    knots: [Knot; KNOTS_MAX],
    knots_len: usize,
}

/// The coefficients between knots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coefficients {
    pub side: f64,
    pub lead: f64,
    pub objective: f64,
    pub strength: f64,
}

/// Why a text is not a table of coefficients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoefficientError {
    /// The line, counted from 1; the last one for what only the end shows.
    pub line: u32,
    /// What is wrong with it.
    pub problem: CoefficientProblem,
}

/// See [`CoefficientError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoefficientProblem {
    /// The line does not have exactly five fields.
    FieldCount {
        /// How many it has.
        found: usize,
    },
    /// A field is no whole number.
    NotWhole {
        /// Which one, counted from 1.
        field: usize,
    },
    /// A number is out of range.
    Range {
        /// Which one, counted from 1.
        field: usize,
    },
    /// The table does not begin at second 0.
    FirstSecond,
    /// A knot does not stand after the one before.
    Order,
    /// There are more than `KNOTS_MAX` knots.
    KnotCount,
    /// The table has no knot.
    Empty,
    /// A lead, an objective or strength counts against the team that has it.
    Negative {
        /// Which field, counted from 1.
        field: usize,
    },
    /// The strength at second 0 is not 1: it is the log-odds before the map by definition.
    FirstStrength,
    /// The table does not end with `end` and the seconds of its knots.
    NoEnd,
    /// A knot that the last line names is not there.
    Missing {
        /// Its second.
        second: u32,
    },
    /// A knot is there that the last line does not name.
    Unnamed {
        /// Its second.
        second: u32,
    },
    /// Something follows the last line.
    AfterEnd,
    /// No line says which game the table is of.
    NoTitle {
        /// The one that was asked for.
        wanted: Title,
    },
    /// The line of the title says another game.
    OtherTitle {
        /// The one that was asked for.
        wanted: Title,
    },
}

impl MobaModel {
    /// League of Legends; the lead is A's gold less B's, in percent of all gold.
    pub const LOL: Self = committed(Title::Lol, include_str!("../../../data/lol.coefficients"));
    /// Dota 2; the lead is A's experience less B's, in thousands.
    pub const DOTA2: Self =
        committed(Title::Dota2, include_str!("../../../data/dota2.coefficients"));

    /// Reads a table of this game.
    ///
    /// # Errors
    /// [`CoefficientError`] with the line and what is wrong with it: a missing or additional field, a
    /// number that is none or out of range, knots out of order, a start other than second 0, no or another
    /// title.
    pub const fn parse(title: Title, text: &str) -> Result<Self, CoefficientError> {
        use CoefficientProblem as Problem;
        let bytes = text.as_bytes();
        let none =
            Knot { second: 0, side_micro: 0, lead_micro: 0, objective_micro: 0, strength_micro: 0 };
        let mut model = Self { knots: [none; KNOTS_MAX], knots_len: 0 };
        let (mut at, mut line, mut has_ended, mut has_title) = (0, 0, false, false);
        while at < bytes.len() {
            line += 1;
            if let Some(seconds) = after_word(bytes, at, b"end") {
                if has_ended {
                    return Err(CoefficientError { line, problem: Problem::AfterEnd });
                }
                match model.ends_at(bytes, seconds) {
                    Ok(next) => (at, has_ended) = (next, true),
                    Err(problem) => return Err(CoefficientError { line, problem }),
                }
                continue;
            }
            if let Some(key) = after_word(bytes, at, b"title") {
                match after_title(bytes, key, title) {
                    Some(next) => (at, has_title) = (next, true),
                    None => {
                        let problem = Problem::OtherTitle { wanted: title };
                        return Err(CoefficientError { line, problem });
                    }
                }
                continue;
            }
            let (fields, found, next) = match fields_of_line(bytes, at) {
                Ok(read) => read,
                Err(problem) => return Err(CoefficientError { line, problem }),
            };
            at = next;
            if found == 0 {
                continue;
            }
            if has_ended {
                return Err(CoefficientError { line, problem: Problem::AfterEnd });
            }
            if let Some(problem) = model.problem_with(&fields, found) {
                return Err(CoefficientError { line, problem });
            }
            // Every field has been found within range, so no cast cuts anything off.
            model.knots[model.knots_len] = Knot {
                second: fields[0] as u32,
                side_micro: fields[1] as i32,
                lead_micro: fields[2] as i32,
                objective_micro: fields[3] as i32,
                strength_micro: fields[4] as i32,
            };
            model.knots_len += 1;
        }
        if model.knots_len == 0 {
            return Err(CoefficientError { line, problem: Problem::Empty });
        }
        if !has_ended {
            return Err(CoefficientError { line, problem: Problem::NoEnd });
        }
        if !has_title {
            return Err(CoefficientError { line, problem: Problem::NoTitle { wanted: title } });
        }
        Ok(model)
    }

    /// Whether the seconds of the last line are those of the knots; where the line after it begins.
    const fn ends_at(&self, bytes: &[u8], mut at: usize) -> Result<usize, CoefficientProblem> {
        use CoefficientProblem as Problem;
        let mut index = 0;
        while at < bytes.len() && bytes[at] != b'\n' && bytes[at] != b'#' {
            if bytes[at].is_ascii_whitespace() {
                at += 1;
                continue;
            }
            let (second, end) = match whole_number(bytes, at) {
                Some(read) => read,
                None => return Err(Problem::NotWhole { field: 1 }),
            };
            if second < 0 || SECOND_MAX < second {
                return Err(Problem::Range { field: 1 });
            }
            let second = second as u32;
            if index == self.knots_len || second < self.knots[index].second {
                return Err(Problem::Missing { second });
            }
            if self.knots[index].second < second {
                return Err(Problem::Unnamed { second: self.knots[index].second });
            }
            (index, at) = (index + 1, end);
        }
        if index < self.knots_len {
            return Err(Problem::Unnamed { second: self.knots[index].second });
        }
        while at < bytes.len() && bytes[at] != b'\n' {
            at += 1;
        }
        Ok(at + 1)
    }

    const fn problem_with(
        &self,
        fields: &[i64; FIELDS],
        found: usize,
    ) -> Option<CoefficientProblem> {
        use CoefficientProblem as Problem;
        if found != FIELDS {
            return Some(Problem::FieldCount { found });
        }
        if fields[0] < 0 || SECOND_MAX < fields[0] {
            return Some(Problem::Range { field: 1 });
        }
        let mut index = 1;
        while index < FIELDS {
            let value = fields[index];
            if value < -COEFFICIENT_MICRO_MAX || COEFFICIENT_MICRO_MAX < value {
                return Some(Problem::Range { field: index + 1 });
            }
            if index != 1 && value < 0 {
                return Some(Problem::Negative { field: index + 1 });
            }
            index += 1;
        }
        if self.knots_len == KNOTS_MAX {
            return Some(Problem::KnotCount);
        }
        if self.knots_len == 0 {
            if fields[0] != 0 {
                return Some(Problem::FirstSecond);
            }
            if fields[4] != 1_000_000 {
                return Some(Problem::FirstStrength);
            }
        } else if fields[0] <= self.knots[self.knots_len - 1].second as i64 {
            return Some(Problem::Order);
        }
        None
    }

    /// The knots, by time.
    pub fn knots(&self) -> &[Knot] {
        &self.knots[..self.knots_len]
    }

    pub(super) fn at(&self, clock_s: u32) -> Coefficients {
        let knots = self.knots();
        // The first knot stands at 0, so at least one is not after the clock.
        let after = knots.partition_point(|knot| knot.second <= clock_s);
        let before = knots[after - 1];
        let next = *knots.get(after).unwrap_or(&before);
        let span = f64::from(next.second - before.second);
        let part = if span == 0.0 { 0.0 } else { f64::from(clock_s - before.second) / span };
        let between =
            |from: i32, to: i32| (f64::from(from) + (f64::from(to) - f64::from(from)) * part) / 1e6;
        Coefficients {
            side: between(before.side_micro, next.side_micro),
            lead: between(before.lead_micro, next.lead_micro),
            objective: between(before.objective_micro, next.objective_micro),
            strength: between(before.strength_micro, next.strength_micro),
        }
    }
}

const fn committed(title: Title, text: &str) -> MobaModel {
    match MobaModel::parse(title, text) {
        Ok(model) => model,
        Err(_) => panic!("a committed table of coefficients is wrong"),
    }
}

/// Where the rest of the line at `at` begins, if `word` is its first.
const fn after_word(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    let end = at + word.len();
    if bytes.len() < end || (end < bytes.len() && !bytes[end].is_ascii_whitespace()) {
        return None;
    }
    let mut index = 0;
    while index < word.len() {
        if bytes[at + index] != word[index] {
            return None;
        }
        index += 1;
    }
    Some(end)
}

/// Where the next line begins, if what is left of this one is the key of the title.
const fn after_title(bytes: &[u8], mut at: usize, title: Title) -> Option<usize> {
    while at < bytes.len() && (bytes[at] == b' ' || bytes[at] == b'\t') {
        at += 1;
    }
    match after_word(bytes, at, title_key(title).as_bytes()) {
        None => None,
        Some(mut at) => {
            while at < bytes.len() && bytes[at] != b'\n' {
                if bytes[at] == b'#' {
                    return Some(line_end(bytes, at));
                }
                if !bytes[at].is_ascii_whitespace() {
                    return None;
                }
                at += 1;
            }
            Some(at + 1)
        }
    }
}

const fn line_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b'\n' {
        at += 1;
    }
    at + 1
}

const fn title_key(title: Title) -> &'static str {
    title.rules().key
}

/// The numbers of the line that begins at `at`, how many there are, and where the next line begins.
const fn fields_of_line(
    bytes: &[u8],
    mut at: usize,
) -> Result<([i64; FIELDS], usize, usize), CoefficientProblem> {
    let mut fields = [0; FIELDS];
    let mut found = 0;
    let mut is_remark = false;
    while at < bytes.len() && bytes[at] != b'\n' {
        if is_remark || bytes[at].is_ascii_whitespace() {
            at += 1;
        } else if bytes[at] == b'#' {
            is_remark = true;
        } else {
            let (value, end) = match whole_number(bytes, at) {
                Some(read) => read,
                None => return Err(CoefficientProblem::NotWhole { field: found + 1 }),
            };
            if found < FIELDS {
                fields[found] = value;
            }
            found += 1;
            at = end;
        }
    }
    Ok((fields, found, at + 1))
}

/// A number of up to ten digits, and where it ends; `None` for anything else.
const fn whole_number(bytes: &[u8], mut at: usize) -> Option<(i64, usize)> {
    let negative = bytes[at] == b'-';
    at += negative as usize;
    let (mut value, mut digits) = (0_i64, 0);
    while at < bytes.len() && !bytes[at].is_ascii_whitespace() && bytes[at] != b'#' {
        if !bytes[at].is_ascii_digit() || digits == 10 {
            return None;
        }
        value = value * 10 + (bytes[at] - b'0') as i64;
        digits += 1;
        at += 1;
    }
    if digits == 0 {
        return None;
    }
    Some((if negative { -value } else { value }, at))
}

const FIELD_NAMES: [&str; FIELDS] = ["second", "side", "lead", "objective", "strength"];

impl fmt::Display for CoefficientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use CoefficientProblem as Problem;
        let name = |field: usize| FIELD_NAMES.get(field - 1).copied().unwrap_or("additional");
        write!(f, "line {}: ", self.line)?;
        match self.problem {
            Problem::FieldCount { found } => {
                write!(f, "has {found} fields; a knot has 5: ")?;
                f.write_str("second, side, lead, objective, strength")
            }
            Problem::NotWhole { field } => {
                write!(f, "the {} field is not a whole number", name(field))
            }
            Problem::Range { field: 1 } => {
                write!(f, "the second must be from 0 to {SECOND_MAX}")
            }
            Problem::Range { field } => {
                write!(f, "the {} field must be within ±{COEFFICIENT_MICRO_MAX}", name(field))
            }
            Problem::FirstSecond => f.write_str("the first knot must stand at second 0"),
            Problem::Order => f.write_str("a knot must stand after the one before"),
            Problem::KnotCount => write!(f, "a table has at most {KNOTS_MAX} knots"),
            Problem::Empty => f.write_str("the table has no knot"),
            Problem::Negative { field } => {
                write!(f, "the {} field must not be below 0", name(field))
            }
            Problem::FirstStrength => {
                f.write_str("the strength at second 0 must be 1000000, which is 1")
            }
            Problem::NoEnd => f.write_str(
                "the file is cut: its last line must be `end` and the seconds of all knots",
            ),
            Problem::Missing { second } => {
                write!(f, "the knot at second {second} is named at the end and missing above")
            }
            Problem::Unnamed { second } => {
                write!(f, "the knot at second {second} is not named at the end")
            }
            Problem::AfterEnd => f.write_str("nothing may follow the line that ends the table"),
            Problem::NoTitle { wanted } => {
                let key = title_key(wanted);
                write!(f, "no line says which game the table is of; begin it with `title {key}`")
            }
            Problem::OtherTitle { wanted } => {
                write!(
                    f,
                    "the table is not one of {}, whose title is `title {}`",
                    wanted.rules().name,
                    title_key(wanted)
                )
            }
        }
    }
}

impl core::error::Error for CoefficientError {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use CoefficientProblem as Problem;
    use std::string::ToString;

    const TABLE: &str = "# a remark\ntitle lol # whose\n0 100 -0 0 1000000 # start\r\n\n600 300 20 4000000 500000\r\nend 0 600";

    #[test]
    fn coefficients_run_in_straight_lines_and_stay_level_after_the_last_knot() {
        let model = MobaModel::parse(Title::Lol, TABLE).unwrap();
        assert_eq!(model.knots().len(), 2);
        for (clock_s, side, objective, strength) in [
            (0, 100.0, 0.0, 1.0),
            (150, 150.0, 1.0, 0.875),
            (600, 300.0, 4.0, 0.5),
            (601, 300.0, 4.0, 0.5),
            (u32::MAX, 300.0, 4.0, 0.5),
        ] {
            let at = model.at(clock_s);
            let found = (at.side * 1e6, at.objective, at.strength);
            assert!((found.0 - side).abs() < 1e-9, "{clock_s}: {at:?}");
            assert_eq!((found.1, found.2), (objective, strength), "{clock_s}");
        }
    }

    #[test]
    fn a_table_with_gaps_is_refused_with_its_line() {
        let start = "0 0 0 0 1000000\n";
        let after = |rest: &str| std::format!("{start}{rest}");
        let seventeen: std::string::String =
            (1..17).map(|second| std::format!("{second} 0 0 0 0\n")).collect();
        for (text, line, problem) in [
            ("".into(), 0, Problem::Empty),
            ("# nothing\n".into(), 1, Problem::Empty),
            ("60 0 0 0 1000000".into(), 1, Problem::FirstSecond),
            ("0 0 0 0 900000".into(), 1, Problem::FirstStrength),
            (after("600 0 0 0"), 2, Problem::FieldCount { found: 4 }),
            (after("\n600 0 0 0 0 0"), 3, Problem::FieldCount { found: 6 }),
            (after("600 0 nan 0 0"), 2, Problem::NotWhole { field: 3 }),
            (after("600 0.5 0 0 0"), 2, Problem::NotWhole { field: 2 }),
            (after("600 - 0 0 0"), 2, Problem::NotWhole { field: 2 }),
            (after("99999999999 0 0 0 0"), 2, Problem::NotWhole { field: 1 }),
            (after("36001 0 0 0 0"), 2, Problem::Range { field: 1 }),
            (after("600 16000001 0 0 0"), 2, Problem::Range { field: 2 }),
            (after("600 0 -1 0 0"), 2, Problem::Negative { field: 3 }),
            (after("600 0 0 0 -1"), 2, Problem::Negative { field: 5 }),
            (after("0 0 0 0 0"), 2, Problem::Order),
            (after(&seventeen), 17, Problem::KnotCount),
            // A file that was cut, and one that lost a line.
            (start.into(), 1, Problem::NoEnd),
            (after("600 0 0 0 0\n"), 2, Problem::NoEnd),
            (after("600 0 0 0 0\nen"), 3, Problem::NotWhole { field: 1 }),
            (after("600 0 0 0 0\nend"), 3, Problem::Unnamed { second: 0 }),
            (after("600 0 0 0 0\nend 0"), 3, Problem::Unnamed { second: 600 }),
            (after("840 0 0 0 0\nend 0 600 840"), 3, Problem::Missing { second: 600 }),
            (after("600 0 0 0 0\nend 0 600 840"), 3, Problem::Missing { second: 840 }),
            (after("600 0 0 0 0\nend 0 840"), 3, Problem::Unnamed { second: 600 }),
            (after("end 0 x"), 2, Problem::NotWhole { field: 1 }),
            (after("end 0 36001"), 2, Problem::Range { field: 1 }),
            (after("end 0\n600 0 0 0 0"), 3, Problem::AfterEnd),
            (after("end 0\n\nend 0"), 4, Problem::AfterEnd),
            ("end".into(), 1, Problem::Empty),
            // A table of no game, and one of another.
            (after("end 0"), 2, Problem::NoTitle { wanted: Title::Lol }),
            ("title dota2\n".into(), 1, Problem::OtherTitle { wanted: Title::Lol }),
            ("title lol 2\n".into(), 1, Problem::OtherTitle { wanted: Title::Lol }),
            ("title\n".into(), 1, Problem::OtherTitle { wanted: Title::Lol }),
        ] {
            let error = MobaModel::parse(Title::Lol, &text).unwrap_err();
            assert_eq!(error, CoefficientError { line, problem }, "{text}");
            assert!(error.to_string().starts_with(&std::format!("line {line}: ")));
        }
    }
}
