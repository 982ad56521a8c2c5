//! A small language for logs, so that a rule reads as what the server said and what the feed made of it.
//!
//! One step a line, `step -> events`; the events must be exactly those (`RoundStart` aside, which has its own test).
//! A step marked `*` can be referred to: ` at *` behind an event says that it carries the line of the marked step.
//! Teams are written `Foxes/Owls`, the one on the CT side first.

use clutch_gateways::feed::cs_log::{CsLog, FeedEvent, Normalised, Options, RoundFormat};

/// Who is CT in which round of an MR12 map: `A` began the map as CT. Two overtimes.
const CT_BY_ROUND: &[u8] = b"AAAAAAAAAAAABBBBBBBBBBBBBBBAAAAAABBB";

pub struct Script {
    log: CsLog,
    line: u64,
    marked: u64,
    second: u64,
    wins: [u32; 2],
}

pub fn check(script: &str) -> CsLog {
    check_with(Options::default(), script)
}

pub fn check_with(options: Options, script: &str) -> CsLog {
    let mut run = Script { log: CsLog::new(options), line: 0, marked: 0, second: 0, wins: [0; 2] };
    for step in script.lines().map(str::trim).filter(|step| !step.is_empty()) {
        run.step(step);
    }
    run.log
}

/// The bare log of a script without events, for tests that read whole files.
pub fn log_of(script: &str) -> String {
    let steps = script.lines().map(str::trim).filter(|step| !step.is_empty());
    steps
        .flat_map(messages)
        .map(|message| format!("L 05/01/2026 - 20:00:00: {message}\n"))
        .collect()
}

impl Script {
    fn step(&mut self, step: &str) {
        let (said, expected) = step.split_once("->").unwrap_or((step, ""));
        let (said, expected) = (said.trim(), expected.trim());
        if let Some(winners) = said.strip_prefix("play ") {
            return self.play(winners);
        }
        let first = self.line + 1;
        let (marks, said) = match said.strip_prefix('*') {
            Some(said) => (true, said),
            None => (false, said),
        };
        if marks {
            self.marked = first;
        }
        let mut events = Vec::new();
        if said == "end" {
            self.log.finish(&mut events);
        }
        for message in messages(said) {
            self.say(&message, &mut events);
        }
        let events: Vec<String> =
            events.iter().filter_map(|event| self.render(event, first)).collect();
        assert_eq!(events.join("; "), expected, "after `{said}`");
    }

    /// Plays whole rounds, won by the team that began as CT (`A`) or as T (`B`), and checks each `RoundWon` of them.
    fn play(&mut self, winners: &str) {
        for winner in winners.bytes() {
            let round = self.wins[0] + self.wins[1] + 1;
            let a_is_ct = CT_BY_ROUND[round as usize - 1] == b'A';
            self.wins[usize::from(winner == b'B')] += 1;
            let [a, b] = self.wins;
            let (ct, t) = if a_is_ct { (a, b) } else { (b, a) };
            let side = if (winner == b'A') == a_is_ct { "CT" } else { "TERRORIST" };
            let mut events = Vec::new();
            self.say("World triggered \"Round_Start\"", &mut events);
            for message in messages(&format!("win {side} {ct}:{t}")) {
                self.say(&message, &mut events);
            }
            for message in
                messages("freeze").into_iter().chain(messages(&format!("score {ct}:{t}")))
            {
                self.say(&message, &mut events);
            }
            let won: Vec<_> = events
                .iter()
                .filter(|event| matches!(event.event, FeedEvent::RoundWon { .. }))
                .collect();
            assert_eq!(won.len(), 1, "round {round}: {events:?}");
            let FeedEvent::RoundWon { round: number, by_first_ct, ct: by_ct, t: by_t, .. } =
                &won[0].event
            else {
                unreachable!("filtered above")
            };
            assert_eq!((*number, *by_first_ct, *by_ct, *by_t), (round, winner == b'A', ct, t));
        }
    }

    fn say(&mut self, message: &str, events: &mut Vec<Normalised>) {
        self.line += 1;
        self.second += 1;
        let (minute, second) = (self.second / 60 % 60, self.second % 60);
        let line = format!("L 05/01/2026 - 20:{minute:02}:{second:02}: {message}");
        self.log.line(self.line, line.as_bytes(), events);
    }

    fn render(&mut self, event: &Normalised, first: u64) -> Option<String> {
        let text = match &event.event {
            FeedEvent::RoundStart { .. } => return None,
            FeedEvent::MapStart { map, ct_team, t_team, format } => {
                let format = if *format == RoundFormat::Mr15 { " mr15" } else { "" };
                self.wins = [0; 2];
                format!("map_start {map} {}/{}{format}", or_none(ct_team), or_none(t_team))
            }
            FeedEvent::RoundWon { round, side, team, ct, t, by_first_ct, .. } => {
                self.wins[usize::from(!by_first_ct)] += 1;
                format!("won {round} {} {} {ct}:{t}", side.name(), or_none(team))
            }
            FeedEvent::Rewind { to_round } => format!("rewind {to_round}"),
            FeedEvent::MapOver { map, score: [first, second] } => {
                let team = |team: &Option<String>, rounds| format!("{} {rounds}", or_none(team));
                format!(
                    "over {map} {} {}",
                    team(&first.team, first.rounds),
                    team(&second.team, second.rounds)
                )
            }
            FeedEvent::Held { reason } => format!("held {reason:?}"),
            FeedEvent::Released => "released".to_owned(),
            FeedEvent::Paused => "paused".to_owned(),
            FeedEvent::Resumed => "resumed".to_owned(),
            FeedEvent::Disagreement { what } => format!("disagreement: {what}"),
        };
        Some(match event.line {
            line if first <= line && line <= self.line => text,
            line if line == self.marked => format!("{text} at *"),
            line => format!("{text} at line {line}"),
        })
    }
}

fn or_none(name: &Option<String>) -> &str {
    name.as_deref().unwrap_or("-")
}

/// The log lines of a step, without their time stamps.
fn messages(step: &str) -> Vec<String> {
    let words: Vec<&str> = step.split_whitespace().collect();
    let triggered = |what: &str| format!("World triggered \"{what}\"");
    let teams = |prefix: &str, teams: &str| -> Vec<String> {
        let (ct, t) = teams.split_once('/').unwrap();
        vec![
            format!("{prefix}Team playing \"CT\": {ct}"),
            format!("{prefix}Team playing \"TERRORIST\": {t}"),
        ]
    };
    let pair = |score: &str| -> (u32, u32) {
        let (ct, t) = score.split_once(':').unwrap();
        (ct.parse().unwrap(), t.parse().unwrap())
    };
    let status = |(ct, t): (u32, u32), played: i64| {
        format!("MatchStatus: Score: {ct}:{t} on map \"de_any\" RoundsPlayed: {played}")
    };
    match words.as_slice() {
        // A CS:GO server names nobody and shows no score.
        ["start", map] => vec![format!("World triggered \"Match_Start\" on \"{map}\"")],
        [how @ ("start" | "warmup"), map, names] => {
            let mut lines = vec![format!("World triggered \"Match_Start\" on \"{map}\"")];
            lines.extend(teams("", names));
            lines.extend(teams("MatchStatus: ", names));
            lines.push(status((0, 0), if *how == "start" { 0 } else { -1 }));
            lines
        }
        ["go"] => vec![triggered("Round_Start")],
        ["win", side, score] => {
            let (ct, t) = pair(score);
            vec![
                format!(
                    "Team \"{side}\" triggered \"SFUI_Notice_Bomb_Defused\" (CT \"{ct}\") (T \"{t}\")"
                ),
                format!("Team \"CT\" scored \"{ct}\" with \"5\" players"),
                triggered("Round_End"),
            ]
        }
        ["names", names] => teams("MatchStatus: ", names),
        ["score", score] => vec![status(pair(score), i64::from(pair(score).0 + pair(score).1))],
        ["freeze"] => vec!["Starting Freeze period".to_owned()],
        ["kill", weapon] => {
            let player =
                |id: u32, side: &str| format!("\"player{id}<{id}><[U:1:{id}]><{side}>\" [1 -2 3]");
            vec![format!("{} killed {} with \"{weapon}\"", player(1, "CT"), player(2, "TERRORIST"))]
        }
        ["restart"] => vec![triggered("Restart_Round_(4_seconds)")],
        ["warmup_start"] => vec![triggered("Warmup_Start")],
        ["warmup_end"] => vec![triggered("Warmup_End")],
        ["backup", round] => {
            let file = format!("mp_backup_restore_load_file backup_round{round}.txt");
            vec![format!("rcon from \"192.0.2.1:4711\": command \"mp_pause_match; {file}\"")]
        }
        ["reloaded"] => vec!["World triggered \"Match_Reloaded\" on \"de_any\"".to_owned()],
        ["draw", score] => {
            let (ct, t) = pair(score);
            vec![
                format!("World triggered \"SFUI_Notice_Round_Draw\" (CT \"{ct}\") (T \"{t}\")"),
                triggered("Round_End"),
            ]
        }
        ["over", map, score] => {
            vec![format!("Game Over: competitive  {map} score {score} after 30 min")]
        }
        ["pause"] => vec!["Match pause is enabled - mp_pause_match".to_owned()],
        ["unpause"] => vec!["Match pause is disabled - mp_unpause_match".to_owned()],
        ["maxrounds", rounds] => vec![format!("server_cvar: \"mp_maxrounds\" \"{rounds}\"")],
        ["raw", ..] => vec![step.trim_start_matches("raw ").to_owned()],
        ["end"] => Vec::new(),
        _ => panic!("no such step: {step}"),
    }
}
