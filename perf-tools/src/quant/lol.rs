//! League of Legends games as forecasts need them: in order of time, with what was known when.
//!
//! Owns the strengths before a game, which are Elo ratings of the games before it in the same file,
//! and the split by date: everything fitted or chosen comes from games before it.

use std::collections::HashMap;
use std::path::Path;

use anyhow::ensure;
use clutch_core::pricing::{MobaModel, MobaStanding};

use super::regression::sigmoid;
use super::scores::Scores;
use super::table::Table;

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
            let [blue, red] = sides.map(|side| table.number(row, &column(side, "gold", second)));
            let (blue, red) = (blue?, red?);
            let [ours, theirs] =
                sides.map(|side| table.number(row, &column(side, "dragons", second)));
            let lead = 100.0 * (blue - red) / (blue + red);
            Some(State { lead, dragons: ours? - theirs? }).filter(|_| 0.0 < blue && 0.0 < red)
        };
        let won = table.number(row, "blue_win").filter(|won| *won == 0.0 || *won == 1.0);
        let (Some(won), [Some(early), Some(late)]) = (won, SECONDS.map(state)) else { continue };
        games.push(Game {
            date: table.text(row, "date").to_owned(),
            start_s: table.number(row, "start_time_s").unwrap_or_default(),
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
    let state_of = |row| {
        let [won, blue, red, ours, theirs] = COLUMNS.map(|column| table.number(row, column));
        let (blue, red) = (blue?, red?);
        let state = State { lead: 100.0 * (blue - red) / (blue + red), dragons: ours? - theirs? };
        Some((state, won? == 1.0))
    };
    Ok(table.rows.iter().filter_map(state_of).collect())
}
