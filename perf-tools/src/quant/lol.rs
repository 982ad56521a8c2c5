//! League of Legends games as forecasts need them: in order of time, with what was known when.
//!
//! Owns the strengths before a game, which are Elo ratings of the games before it in the same file,
//! and the split by date: everything fitted or chosen comes from games before it.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{anyhow, ensure};
use clutch_core::pricing::{MobaModel, MobaStanding};

use super::fit::date;
use super::regression::sigmoid;
use super::scores::Scores;
use super::table::{Table, Wanted};

/// The moments of which the file of professional games tells.
pub const SECONDS: [u32; 2] = [600, 840];
/// Step sizes of the rating that are tried on the games before the split.
const RATING_STEPS: [f64; 8] = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5];
/// What the first side is taken to be worth while rating; the fit then finds its own.
const RATING_SIDE: f64 = 0.1;

/// One game.
#[derive(Clone, Debug)]
pub struct Game {
    date: String,
    start_s: f64,
    teams: [String; 2],
    /// Whether blue won.
    pub blue_won: bool,
    /// Blue's rating less red's before the game, in log-odds up to a factor.
    pub rating: f64,
    /// How it stood at each of [`SECONDS`].
    pub states: [State; 2],
}

/// How a game stands, from blue's point of view.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// Gold lead in percent of all gold.
    pub lead: f64,
    /// Dragons of blue less those of red.
    pub dragons: f64,
}

/// The games of a file before and from a date on.
pub struct Games {
    /// Games of the training period.
    pub training: Vec<Game>,
    /// Games after it.
    pub test: Vec<Game>,
    /// Rows without a state at both moments.
    pub skipped: usize,
    /// The step size of the rating, chosen on the training period.
    pub rating_step: f64,
    /// First and last date.
    pub dates: [String; 2],
}

impl Games {
    /// Reads the file of professional games.
    pub fn read(path: &Path, split: &str) -> anyhow::Result<Self> {
        let (mut games, skipped) = rows(path)?;
        games.sort_by(|a, b| a.date.cmp(&b.date).then(a.start_s.total_cmp(&b.start_s)));
        let before = games.partition_point(|game| game.date.as_str() < split);
        ensure!(
            100 <= before && 100 <= games.len() - before,
            "a split at {split} leaves {before} games before it and {} after; each side needs 100",
            games.len() - before
        );
        let rating_step = best_step(&mut games, before);
        rate(&mut games, rating_step);
        let date = |game: Option<&Game>| game.map_or_else(String::new, |game| game.date.clone());
        let dates = [date(games.first()), date(games.last())];
        let test = games.split_off(before);
        Ok(Self { training: games, test, skipped, rating_step, dates })
    }
}

const WON: Wanted = ("0 or 1", |won| won == 0.0 || won == 1.0);
const GOLD: Wanted = ("gold above 0", |gold| 0.0 < gold);
const DRAGONS: Wanted =
    ("a count of dragons", |count| (0.0..=20.0).contains(&count) && count % 1.0 == 0.0);

fn rows(path: &Path) -> anyhow::Result<(Vec<Game>, usize)> {
    let sides = ["blue", "red"];
    let column = |side: &str, what: &str, second: u32| format!("{side}_{what}_{second}s");
    let mut columns: Vec<String> =
        ["date", "start_time_s", "blue_team", "red_team", "blue_win"].map(str::to_owned).to_vec();
    for second in SECONDS {
        columns.extend(
            sides
                .iter()
                .flat_map(|side| [column(side, "gold", second), column(side, "dragons", second)]),
        );
    }
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let table = Table::read(path, &columns)?;
    let mut games = Vec::new();
    for row in &table.rows {
        let state = |second| {
            let read = |what, wanted| {
                sides.map(|side| table.number(row, &column(side, what, second), wanted))
            };
            let [blue, red] = read("gold", GOLD);
            let [ours, theirs] = read("dragons", DRAGONS);
            let (Some(blue), Some(red), Some(ours), Some(theirs)) = (blue?, red?, ours?, theirs?)
            else {
                return anyhow::Ok(None);
            };
            let lead = 100.0 * (blue - red) / (blue + red);
            Ok(Some(State { lead, dragons: ours - theirs }))
        };
        let won = table.number(row, "blue_win", WON)?;
        let [early, late] = SECONDS.map(state);
        let (Some(won), Some(early), Some(late)) = (won, early?, late?) else { continue };
        let start_s = table.number(row, "start_time_s", ("seconds", |seconds| 0.0 <= seconds))?;
        // Games are put in order by it, and on one side of the split.
        let day = date(table.text(row, "date"));
        games.push(Game {
            date: day.map_err(|why| anyhow!("{}: {why}", table.place(row, "date")))?,
            start_s: start_s.unwrap_or_default(),
            teams: ["blue_team", "red_team"].map(|team| table.text(row, team).to_owned()),
            blue_won: won == 1.0,
            rating: 0.0,
            states: [early, late],
        });
    }
    let skipped = table.rows.len() - games.len();
    Ok((games, skipped))
}

/// Rates every game from those before it.
fn rate(games: &mut [Game], step: f64) {
    let mut ratings: HashMap<String, f64> = HashMap::new();
    for game in games {
        let [blue, red] =
            game.teams.each_ref().map(|team| ratings.get(team).copied().unwrap_or(0.0));
        game.rating = blue - red;
        let surprise = f64::from(u8::from(game.blue_won)) - sigmoid(game.rating + RATING_SIDE);
        let [of_blue, of_red] = &game.teams;
        ratings.insert(of_blue.clone(), blue + step * surprise);
        ratings.insert(of_red.clone(), red - step * surprise);
    }
}

/// The step whose ratings foresaw the training games best, each from those before it.
fn best_step(games: &mut [Game], training: usize) -> f64 {
    let mut loss_of = |step: f64| {
        rate(games, step);
        let forecast = |game: &Game| (sigmoid(game.rating + RATING_SIDE), game.blue_won);
        Scores::of(&games[..training].iter().map(forecast).collect::<Vec<_>>()).log_loss
    };
    let losses = RATING_STEPS.map(&mut loss_of);
    let best = (0..losses.len()).min_by(|a, b| losses[*a].total_cmp(&losses[*b]));
    RATING_STEPS[best.unwrap_or_default()]
}

/// The engine's own price of blue at one of [`SECONDS`], or before the game for `None`. `strength` is
/// the log-odds per unit of rating.
pub fn price(model: &MobaModel, game: &Game, moment: Option<usize>, strength: f64) -> f64 {
    let theta = strength * game.rating;
    let standing = moment
        .map_or(MobaStanding { a_is_first: true, ..MobaStanding::default() }, |moment| {
            standing(SECONDS[moment], game.states[moment])
        });
    model.win_a(&standing, theta)
}

/// A state as the engine takes it.
pub fn standing(clock_s: u32, state: State) -> MobaStanding {
    MobaStanding {
        clock_s,
        lead_milli: (state.lead * 1_000.0).round() as i32,
        objectives: state.dragons as i32,
        a_is_first: true,
    }
}

/// The file of ranked games: their state at ten minutes and whether blue won.
pub fn ranked(path: &Path) -> anyhow::Result<Vec<(State, bool)>> {
    const COLUMNS: [&str; 5] =
        ["blueWins", "blueTotalGold", "redTotalGold", "blueDragons", "redDragons"];
    let table = Table::read(path, &COLUMNS)?;
    const WANTED: [Wanted; 5] = [WON, GOLD, GOLD, DRAGONS, DRAGONS];
    let mut games = Vec::new();
    for row in &table.rows {
        let mut fields = [None; COLUMNS.len()];
        for ((field, column), wanted) in fields.iter_mut().zip(COLUMNS).zip(WANTED) {
            *field = table.number(row, column, wanted)?;
        }
        let [Some(won), Some(blue), Some(red), Some(ours), Some(theirs)] = fields else { continue };
        let lead = 100.0 * (blue - red) / (blue + red);
        games.push((State { lead, dragons: ours - theirs }, won == 1.0));
    }
    Ok(games)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Write;

    const HEADER: &str = "date,start_time_s,blue_team,red_team,blue_win,blue_gold_600s,red_gold_600s,\
        blue_dragons_600s,red_dragons_600s,blue_gold_840s,red_gold_840s,blue_dragons_840s,\
        red_dragons_840s";

    fn file(lines: &[&str]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        lines.iter().for_each(|line| writeln!(file, "{line}").unwrap());
        file
    }

    #[test]
    fn a_slip_in_a_file_of_games_is_named_with_its_line_and_column() {
        let good = "2021-05-06,100,T1,G2,1,16000,15000,1,0,24000,22000,1,1";
        for (line, complaint) in [
            (
                good.replace(",1,16000", ",yes,16000"),
                "line 3, column blue_win: `yes` must be 0 or 1",
            ),
            (good.replace(",1,16000", ",2,16000"), "line 3, column blue_win: `2` must be 0 or 1"),
            (good.replace("16000", "NaN"), "column blue_gold_600s: `NaN` must be gold above 0"),
            (good.replace("22000", "-1"), "column red_gold_840s: `-1` must be gold above 0"),
            (good.replace("24000", "inf"), "column blue_gold_840s: `inf` must be gold above 0"),
            (
                good.replace("1,1,24000", "1,0.5,24000").replace("15000,1,0,", "15000,1,0.5,"),
                "column red_dragons_600s: `0.5` must be a count of dragons",
            ),
            (good.replace("2021-05-06", "6.5.2021"), "line 3, column date: `6.5.2021` is no day"),
            (
                good.replace(",100,", ",noon,"),
                "line 3, column start_time_s: `noon` must be seconds",
            ),
        ] {
            let file = file(&[HEADER, good, &line]);
            let error = rows(file.path()).unwrap_err().to_string();
            assert!(error.ends_with(complaint) || error.contains(complaint), "{line}: {error}");
        }
        let cut = file(&[HEADER, good, "2021-05-06,100,T1"]);
        let error = format!("{:#}", rows(cut.path()).unwrap_err());
        assert!(error.contains("line: 3"), "{error}");
        let other = file(&["date,blue_win"]);
        let error = rows(other.path()).unwrap_err().to_string();
        assert!(error.contains("has no column `start_time_s`; it has date, blue_win"), "{error}");
    }

    #[test]
    fn a_game_whose_state_is_not_known_is_counted_and_left_out() {
        let good = "2021-05-06,100,T1,G2,1,16000,15000,1,0,24000,22000,1,1";
        let file = file(&[HEADER, good, "2021-05-06,200,T1,G2,1,16000,15000,1,0,,,,"]);
        let (games, skipped) = rows(file.path()).unwrap();
        assert_eq!((games.len(), skipped), (1, 1));
        assert!((games[0].states[1].lead - 100.0 * 2.0 / 46.0).abs() < 1e-12);
    }
}
