//! Writes the log of a map as a CS2 server would, for series of which no real log is at hand.

use std::fmt::Write as _;

/// A map of two teams, MR12 without overtime.
pub struct MapLog<'a> {
    pub map: &'a str,
    /// The team that begins as CT first.
    pub teams: [&'a str; 2],
    /// Who wins each round: `0` or `1`, by their place in `teams`.
    pub winners: &'a str,
    /// After so many rounds the server goes back to a backup that holds fewer.
    pub restore: Option<(usize, usize)>,
}

struct Writer {
    text: String,
    second: u32,
}

impl Writer {
    fn say(&mut self, message: &str) {
        let (hour, minute, second) =
            (20 + self.second / 3600, self.second / 60 % 60, self.second % 60);
        let stamp = format!("01/19/2026 - {hour:02}:{minute:02}:{second:02}");
        writeln!(self.text, "L {stamp}: {message}").unwrap();
    }

    fn wait(&mut self, seconds: u32) {
        self.second += seconds;
    }
}

impl MapLog<'_> {
    pub fn write(&self) -> String {
        let mut log = Writer { text: String::new(), second: 0 };
        let map = self.map;
        log.say(&format!("World triggered \"Match_Start\" on \"{map}\""));
        self.status(&mut log, 0);
        let rounds: Vec<usize> = self.winners.bytes().map(|b| usize::from(b - b'0')).collect();
        let mut standing = Vec::new();
        let mut restore = self.restore;
        let mut next = 0;
        while next < rounds.len() {
            self.round(&mut log, &mut standing, rounds[next]);
            next += 1;
            if let Some((after, back_to)) = restore
                && after == next
            {
                restore = None;
                next = back_to;
                standing.truncate(back_to);
                self.go_back(&mut log, &standing);
            }
        }
        let (ct, t) = self.by_side(&standing, standing.len());
        log.wait(3);
        log.say(&format!("Game Over: competitive  {map} score {ct}:{t} after 30 min"));
        log.text
    }

    fn round(&self, log: &mut Writer, standing: &mut Vec<usize>, winner: usize) {
        log.wait(20);
        log.say("World triggered \"Round_Start\"");
        log.wait(40);
        let first_is_ct = standing.len() < 12;
        let side = if (winner == 0) == first_is_ct { "CT" } else { "TERRORIST" };
        standing.push(winner);
        let (ct, t) = self.by_side(standing, standing.len() - 1);
        let notice = if side == "CT" { "CTs_Win" } else { "Terrorists_Win" };
        log.say(&format!(
            "Team \"{side}\" triggered \"SFUI_Notice_{notice}\" (CT \"{ct}\") (T \"{t}\")"
        ));
        log.say("World triggered \"Round_End\"");
        log.wait(5);
        log.say("Starting Freeze period");
        self.status(log, standing.len());
        let (ct, t) = self.by_side(standing, standing.len());
        let (map, played) = (self.map, standing.len());
        log.say(&format!("MatchStatus: Score: {ct}:{t} on map \"{map}\" RoundsPlayed: {played}"));
    }

    fn go_back(&self, log: &mut Writer, standing: &[usize]) {
        let file = format!("backup_round{:02}.txt", standing.len());
        log.wait(30);
        log.say(&format!(
            "rcon from \"192.0.2.1:4711\": command \"mp_backup_restore_load_file {file}\""
        ));
        log.say(&format!("World triggered \"Match_Reloaded\" on \"{}\"", self.map));
        let (ct, t) = self.by_side(standing, standing.len());
        log.wait(2);
        log.say(&format!("World triggered \"SFUI_Notice_Round_Draw\" (CT \"{ct}\") (T \"{t}\")"));
        log.say("World triggered \"Round_End\"");
    }

    fn status(&self, log: &mut Writer, rounds: usize) {
        let [first, second] = self.teams;
        let (ct, t) = if rounds < 12 { (first, second) } else { (second, first) };
        log.say(&format!("MatchStatus: Team playing \"CT\": {ct}"));
        log.say(&format!("MatchStatus: Team playing \"TERRORIST\": {t}"));
    }

    /// The score as the server shows it to the sides of round `round` (from 0).
    fn by_side(&self, standing: &[usize], round: usize) -> (usize, usize) {
        let first = standing.iter().filter(|winner| **winner == 0).count();
        let second = standing.len() - first;
        if round < 12 { (first, second) } else { (second, first) }
    }
}
