//! One line of a server log, as far as rounds, sides and formats are concerned.
//!
//! Messages are recognised by how they begin, right after the time stamp. Lines about players begin with a quoted name,
//! so nothing a player calls himself or writes in the chat can pass for a word of the server.

use super::event::Side;
use super::time::LogTime;

/// Longer lines are garbage: the longest real one seen has 338 bytes.
pub(super) const LINE_BYTES_MAX: usize = 8 * 1024;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message<'a> {
    MatchStart {
        map: &'a str,
    },
    MatchReloaded,
    RoundStart,
    FreezeStart,
    RestartAnnounced,
    WarmUpStart,
    WarmUpEnd,
    RoundWon {
        side: Side,
        reason: &'a str,
        ct: u32,
        t: u32,
    },
    /// The score of a round that nobody won; this is how a restored backup shows itself.
    RoundDraw {
        ct: u32,
        t: u32,
    },
    TeamPlaying {
        side: Side,
        name: &'a str,
    },
    /// `warm_up` is the server's "-1 rounds played".
    Score {
        ct: u32,
        t: u32,
        warm_up: bool,
    },
    MaxRounds(u32),
    /// The backup's own number, when its name carries one: so many rounds stand in it.
    RestoreCommand {
        rounds: Option<u32>,
    },
    Kill {
        knife: bool,
    },
    PauseEnabled,
    PauseDisabled,
    GameOver {
        ct: u32,
        t: u32,
    },
    /// Anything else with a time stamp.
    Other,
}

/// Reads a line without its line feed; `None` is garbage.
pub(super) fn parse(text: &str) -> Option<(LogTime, Message<'_>)> {
    let text = text.strip_prefix("L ").unwrap_or(text);
    let (time, rest) = LogTime::parse_prefix(text)?;
    let message = rest.strip_prefix(": ").or_else(|| rest.strip_prefix(" - "))?;
    Some((time, parse_message(message).unwrap_or(Message::Other)))
}

fn parse_message(text: &str) -> Option<Message<'_>> {
    if let Some(rest) = text.strip_prefix("World triggered ") {
        return world(rest);
    }
    if let Some(rest) = text.strip_prefix("MatchStatus: ") {
        return match rest.strip_prefix("Score: ") {
            Some(score) => match_score(score),
            None => team_playing(rest.strip_prefix("Team playing ")?),
        };
    }
    if let Some(rest) = text.strip_prefix("Team playing ") {
        return team_playing(rest);
    }
    if let Some(rest) = text.strip_prefix("Team ") {
        return round_won(rest);
    }
    if let Some(rest) = text.strip_prefix("rcon from ") {
        return restore_command(rest);
    }
    if let Some(rest) = text.strip_prefix("Game Over: ") {
        return game_over(rest);
    }
    if let Some(rest) = text.strip_prefix("Match pause is ") {
        return match rest.split_whitespace().next()? {
            "enabled" => Some(Message::PauseEnabled),
            "disabled" => Some(Message::PauseDisabled),
            _ => None,
        };
    }
    if text.starts_with('"') && text.contains("] killed \"") {
        return kill(text);
    }
    if text.starts_with("Starting Freeze period") {
        return Some(Message::FreezeStart);
    }
    max_rounds(text)
}

fn world(text: &str) -> Option<Message<'_>> {
    let (trigger, rest) = quoted(text)?;
    match trigger {
        "Match_Start" => {
            Some(Message::MatchStart { map: quoted(rest.trim_start().strip_prefix("on ")?)?.0 })
        }
        "Match_Reloaded" => Some(Message::MatchReloaded),
        "Round_Start" => Some(Message::RoundStart),
        "Warmup_Start" => Some(Message::WarmUpStart),
        "Warmup_End" => Some(Message::WarmUpEnd),
        "SFUI_Notice_Round_Draw" => score_by_side(rest).map(|(ct, t)| Message::RoundDraw { ct, t }),
        _ => trigger.starts_with("Restart_Round_").then_some(Message::RestartAnnounced),
    }
}

/// `"CT": NAME`, where the name goes to the end of the line.
fn team_playing(text: &str) -> Option<Message<'_>> {
    let (side, rest) = quoted(text)?;
    let name = rest.strip_prefix(':')?.trim();
    Some(Message::TeamPlaying { side: parse_side(side)?, name })
}

/// `"CT" triggered "SFUI_Notice_CTs_Win" (CT "1") (T "0")`; other triggers of a team carry no score.
fn round_won(text: &str) -> Option<Message<'_>> {
    let (side, rest) = quoted(text)?;
    let (reason, rest) = quoted(rest.strip_prefix(" triggered ")?)?;
    let (ct, t) = score_by_side(rest)?;
    Some(Message::RoundWon { side: parse_side(side)?, reason, ct, t })
}

/// `1:11 on map "de_mirage" RoundsPlayed: 12`.
fn match_score(text: &str) -> Option<Message<'_>> {
    let (score, rest) = text.split_once(' ')?;
    let (ct, t) = score_pair(score)?;
    let (_, played) = rest.rsplit_once("RoundsPlayed: ")?;
    Some(Message::Score { ct, t, warm_up: played.trim().parse::<i32>().ok()? < 0 })
}

/// `competitive mg_de_cache de_cache score 16:1 after 21 min`.
fn game_over(text: &str) -> Option<Message<'_>> {
    let (_, rest) = text.rsplit_once(" score ")?;
    let (ct, t) = score_pair(rest.split_whitespace().next()?)?;
    Some(Message::GameOver { ct, t })
}

/// `"192.0.2.2:1": command "a; mp_backup_restore_load_file backup_round11.txt"`.
///
/// Only a command by itself counts: `say mp_backup_restore_load_file …` restores nothing.
fn restore_command(text: &str) -> Option<Message<'_>> {
    let (_, commands) = text.split_once(": command \"")?;
    let commands = commands.strip_suffix('"').unwrap_or(commands);
    let file = commands.split(';').rev().find_map(|command| {
        let mut words = command.split_whitespace();
        (words.next() == Some("mp_backup_restore_load_file")).then(|| words.next().unwrap_or(""))
    })?;
    let digits = file.rsplit_once("_round").map(|(_, number)| number.trim_end_matches(".txt"));
    Some(Message::RestoreCommand { rounds: digits.and_then(number) })
}

/// `"a<1><…><CT>" [1 2 3] killed "b<2><…><TERRORIST>" [1 2 3] with "knife_t"`; chickens and doors are killed otherwise.
fn kill(text: &str) -> Option<Message<'_>> {
    let (who, weapon) = text.rsplit_once(" with \"")?;
    let chat = who.contains(">\" say \"") || who.contains(">\" say_team \"");
    let knife = weapon.starts_with("knife") || weapon.starts_with("bayonet");
    (!chat).then_some(Message::Kill { knife })
}

/// `server_cvar: "mp_maxrounds" "24"` or `"mp_maxrounds" = "24"`.
fn max_rounds(text: &str) -> Option<Message<'_>> {
    let text = text.strip_prefix("server_cvar: ").unwrap_or(text);
    let rest = text.strip_prefix("\"mp_maxrounds\" ")?;
    let (value, _) = quoted(rest.strip_prefix("= ").unwrap_or(rest))?;
    Some(Message::MaxRounds(number(value)?))
}

/// ` (CT "11") (T "0")`.
fn score_by_side(text: &str) -> Option<(u32, u32)> {
    let (ct, rest) = quoted(text.trim_start().strip_prefix("(CT ")?)?;
    let (t, _) = quoted(rest.strip_prefix(") (T ")?)?;
    Some((number(ct)?, number(t)?))
}

fn score_pair(text: &str) -> Option<(u32, u32)> {
    let (ct, t) = text.split_once(':')?;
    Some((number(ct)?, number(t)?))
}

/// A count of rounds or the like; the bound keeps every later sum far from overflow.
fn number(text: &str) -> Option<u32> {
    let plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// `"inside"rest`.
fn quoted(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('"')?.split_once('"')
}

fn parse_side(text: &str) -> Option<Side> {
    match text {
        "CT" => Some(Side::Ct),
        "TERRORIST" => Some(Side::Terrorist),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Message, Side, parse};

    fn says(message: &str) -> Message<'_> {
        super::parse_message(message).unwrap_or(Message::Other)
    }

    #[test]
    fn every_way_to_begin_a_line_is_read_alike() {
        let lines = [
            "L 01/19/2026 - 19:04:06: World triggered \"Round_Start\"",
            "01/19/2026 - 19:04:06: World triggered \"Round_Start\"",
            "01/19/2026 - 19:04:06.123 - World triggered \"Round_Start\"",
        ];
        for line in lines {
            assert_eq!(
                parse(line).map(|(_, message)| message),
                Some(Message::RoundStart),
                "{line}"
            );
        }
        for garbage in [
            "",
            "L ",
            "[platform] ready",
            "01/19/2026 - 19:04:06",
            "World triggered \"Round_Start\"",
        ] {
            assert_eq!(parse(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn the_words_of_the_server_are_understood() {
        let won = Message::RoundWon { side: Side::Ct, reason: "SFUI_Notice_CTs_Win", ct: 1, t: 0 };
        let cases = [
            (r#"Team "CT" triggered "SFUI_Notice_CTs_Win" (CT "1") (T "0")"#, won),
            (r#"World triggered "Match_Start" on "de_x""#, Message::MatchStart { map: "de_x" }),
            (r#"World triggered "Restart_Round_(4_seconds)""#, Message::RestartAnnounced),
            (
                r#"World triggered "SFUI_Notice_Round_Draw" (CT "11") (T "0")"#,
                Message::RoundDraw { ct: 11, t: 0 },
            ),
            (
                r#"Team playing "CT": a: "b" "#,
                Message::TeamPlaying { side: Side::Ct, name: "a: \"b\"" },
            ),
            (
                r#"MatchStatus: Team playing "TERRORIST": x"#,
                Message::TeamPlaying { side: Side::Terrorist, name: "x" },
            ),
            (
                r#"MatchStatus: Score: 1:11 on map "de_x" RoundsPlayed: 12"#,
                Message::Score { ct: 1, t: 11, warm_up: false },
            ),
            (
                r#"MatchStatus: Score: 0:0 on map "de_x" RoundsPlayed: -1"#,
                Message::Score { ct: 0, t: 0, warm_up: true },
            ),
            (
                "Game Over: competitive  de_x score 2:13 after 10 min",
                Message::GameOver { ct: 2, t: 13 },
            ),
            (
                "Game Over: competitive mg_de_x de_x score 16:1 after 21 min",
                Message::GameOver { ct: 16, t: 1 },
            ),
            (r#"server_cvar: "mp_maxrounds" "24""#, Message::MaxRounds(24)),
            (r#""mp_maxrounds" = "30""#, Message::MaxRounds(30)),
            (
                r#""a<1><[U:1:1]><CT>" [3 4 9] killed "b<2><[U:1:2]><TERRORIST>" [3 5 8] with "knife_t""#,
                Message::Kill { knife: true },
            ),
            (
                r#""a<1><BOT><CT>" [3 4 9] killed "b<2><BOT><TERRORIST>" [3 5 8] with "ak47" (headshot)"#,
                Message::Kill { knife: false },
            ),
            ("Match pause is enabled - TimeOutTs", Message::PauseEnabled),
            ("Match pause is disabled - mp_unpause_match", Message::PauseDisabled),
        ];
        for (line, message) in cases {
            assert_eq!(says(line), message, "{line}");
        }
    }

    #[test]
    fn only_a_real_restore_command_restores() {
        let rcon = |command: &str| format!("rcon from \"192.0.2.2:1\": command \"{command}\"");
        let restores = [
            ("mp_backup_restore_load_file cm_backup_round11.txt", Some(11)),
            ("mp_pause_match; mp_backup_restore_load_file b_round00.txt", Some(0)),
            ("mp_backup_restore_load_file b_round07", Some(7)),
            ("mp_backup_restore_load_file last.txt", None),
            ("mp_backup_restore_load_file", None),
        ];
        for (command, rounds) in restores {
            assert_eq!(says(&rcon(command)), Message::RestoreCommand { rounds }, "{command}");
        }
        let others =
            ["say mp_backup_restore_load_file b_round11.txt", "mp_backup_restore_load_autopause 0"];
        for command in others {
            assert_eq!(says(&rcon(command)), Message::Other, "{command}");
        }
    }

    #[test]
    fn what_players_write_is_never_a_word_of_the_server() {
        let lines = [
            r#""World triggered "Match_Start" on "de_x"<1><[U:1:1]><CT>" say "hi""#,
            r#""p<1><[U:1:1]><CT>" say "mp_backup_restore_load_file b_round01.txt""#,
            r#""p<1><[U:1:1]><CT>" say "Game Over: competitive  de_x score 13:0 after 1 min""#,
            r#""p<1><[U:1:1]><CT>" say "x] killed "y" with "knife""#,
            r#""p<1><[U:1:1]><CT>" [1 2 3] killed other "chicken<145>" [9 2 1] with "knife""#,
            r#"Team "CT" scored "1" with "5" players"#,
            r#"Team "Spectator" triggered "SFUI_Notice_CTs_Win" (CT "1") (T "0")"#,
            r#"Team "CT" triggered "SFUI_Notice_CTs_Win" (CT "-1") (T "99999")"#,
        ];
        for line in lines {
            assert_eq!(says(line), Message::Other, "{line}");
        }
    }
}
