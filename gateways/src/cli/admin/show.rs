//! The server's answers as a person reads them: one line a thing, columns aligned.

use std::io::{self, Write};

use clutch_core::units::Timestamp;
use serde_json::Value;

use super::{rules, status};
use crate::ops::words::time;

/// Shows whatever parts an answer has.
pub fn show(output: &mut impl Write, answer: &Value) -> io::Result<()> {
    // What changed something has a time; what only looked has none.
    if let (Some(seq), Some(_)) = (answer["seq"].as_u64(), answer["time"].as_u64()) {
        writeln!(output, "done, seq {seq}")?;
    }
    if answer["status"].is_object() {
        return status::show(output, &answer["status"]);
    }
    if let Some(warning) = answer["warning"].as_str() {
        writeln!(output, "{warning}")?;
    }
    rules::provided(output, answer)?;
    rules::ruling(output, &answer["ruling"])?;
    for switch in list(answer, "kill_switches") {
        let state = if switch["on"] == true { "on" } else { "off" };
        writeln!(output, "kill switch {}: {state}", scope(&switch["scope"]))?;
    }
    if let Some(mode) = answer["mode"].as_str() {
        writeln!(output, "mode {mode}")?;
    }
    for trip in list(answer, "trips") {
        let numbers = match (trip["limit"].as_str(), trip["found"].as_str()) {
            (Some(limit), Some(found)) => format!(" (limit {limit}, found {found})"),
            _ => String::new(),
        };
        let by =
            trip["wanted_by"].as_u64().map_or_else(String::new, |by| format!(", wanted by {by}"));
        writeln!(output, "trip {}: {}{by}{numbers}", text(&trip["trip"]), text(&trip["standing"]))?;
    }
    if let Some(level) = answer["shed"].as_u64() {
        writeln!(output, "load is shed: level {level} of 3")?;
    }
    let waiting = list(answer, "proposals").iter().map(|wish| {
        let about = format!("{} {}", text(&wish["about"]), text(&wish["number"]));
        let about = about.trim_end_matches('-').trim_end().to_owned();
        // A second person answers for the amount, and for whatever it is, so he sees it.
        let about = match (wish["amount"].as_str(), wish["reason"].as_str()) {
            (Some(amount), Some(reason)) => format!("{about} by {amount}: {reason}"),
            (Some(amount), None) => format!("{about} of {amount}"),
            (None, _) => about,
        };
        let changes = list(wish, "settings").iter().map(|it| {
            format!("{} {} (is {})", text(&it["name"]), text(&it["value"]), text(&it["was"]))
        });
        let changes = changes.collect::<Vec<_>>().join(", ");
        let what = wish["what"].as_str().or((!changes.is_empty()).then_some(&changes));
        let about = what.map_or(about.clone(), |what| format!("{about}: {what}"));
        vec![format!("proposal {}", text(&wish["id"])), about, text(&wish["status"])]
    });
    columns(output, waiting.collect())?;
    for case in list(answer, "cases") {
        writeln!(output, "{}: what if {}?", text(&case["case"]), text(&case["happened"]))?;
        let answers = list(case, "answers")
            .iter()
            .map(|answer| vec![format!("  {}", text(&answer["answer"])), text(&answer["means"])]);
        columns(output, answers.collect())?;
    }
    for version in list(answer, "house_rules") {
        let of = (text(&version["version"]), text(&version["title"]), text(&version["name"]));
        writeln!(output, "house rules {} of {}: {}", of.0, of.1, of.2)?;
        let answers = list(version, "answers").iter().map(|answer| {
            vec![text(&answer["case"]), text(&answer["answer"]), text(&answer["means"])]
        });
        columns(output, answers.collect())?;
    }
    show_late_bets(output, answer)?;
    status::show_contradicted(output, list(answer, "contradicted"))?;
    show_referrals(output, answer)?;
    show_players(output, answer)?;
    show_matches(output, answer)?;
    show_news_of_markets(output, list(answer, "markets"))?;
    show_overrides(output, answer)?;
    show_accounts(output, answer)?;
    if let Some(version) = answer["version"].as_u64() {
        writeln!(output, "configuration {version}")?;
    }
    rules::risk(output, answer)?;
    let lags = list(answer, "lag").iter().map(|bucket| {
        let late = match bucket["at_most_ms"].as_u64() {
            Some(most) => format!("at most {most} ms late"),
            None => "later".to_owned(),
        };
        vec![format!("source {}", text(&bucket["source"])), late, text(&bucket["count"])]
    });
    columns(output, lags.collect())?;
    let settings = list(answer, "settings").iter().map(|setting| {
        let was = setting["was"].as_str().map(|was| format!("(was {was})"));
        vec![text(&setting["name"]), text(&setting["value"]), was.unwrap_or_default()]
    });
    columns(output, settings.collect())
}

/// Bets that came too late: of each market when it was decided, and what voiding them would move.
fn show_late_bets(output: &mut impl Write, answer: &Value) -> io::Result<()> {
    let at = |value: &Value| time(Timestamp::from_millis(value.as_u64().unwrap_or_default()));
    // The day is the same in nearly all cases, and stands in front.
    let clock = |value: &Value| at(value).split(' ').next_back().unwrap_or_default().to_owned();
    for late in list(answer, "late_bets") {
        let of = |name: &str| text(&late[name]);
        writeln!(
            output,
            "market {}  {}: decided by what happened {}, told {}",
            of("market"),
            of("name"),
            at(&late["happened_at"]),
            clock(&late["decided_at"])
        )?;
        let more = if late["is_whole"] == true { "" } else { " or more" };
        writeln!(
            output,
            "  received after {}: {}{more} bets of {}, records {} to {}",
            clock(&late["since"]),
            of("bets"),
            of("stakes"),
            of("from"),
            of("to")
        )?;
        let (winners, losers) = (of("winners"), of("losers"));
        writeln!(
            output,
            "  void: {winners} winners lose {}, {losers} losers get {} back, {} are not paid yet",
            of("winners_lose"),
            of("losers_get"),
            of("open")
        )?;
        if late["cashed_out"] != 0 {
            writeln!(output, "  {} more were cashed out and stay paid", of("cashed_out"))?;
        }
    }
    if answer["late_bets"].is_array() && list(answer, "proposals").is_empty() {
        let none = list(answer, "late_bets").iter().all(|late| late["bets"] == 0);
        let text = if none { "no bet came too late" } else { "add --propose to have them voided" };
        writeln!(output, "{text}")?;
    }
    Ok(())
}

/// What a command did to markets; those in a row of which the same is true stand in one line.
fn show_news_of_markets(output: &mut impl Write, markets: &[Value]) -> io::Result<()> {
    let number = |market: &Value| market["market"].as_u64().unwrap_or(0);
    let mut rows = markets.iter().map(|market| (number(market), status(market))).peekable();
    while let Some((first, said)) = rows.next() {
        let mut last = first;
        while rows.next_if(|(number, other)| *number == last + 1 && *other == said).is_some() {
            last += 1;
        }
        match last == first {
            true => writeln!(output, "market {first}: {said}")?,
            false => writeln!(output, "markets {first} to {last}: {said}")?,
        }
    }
    Ok(())
}

/// The bets on a trader's desk: a line each, with the legs of a bet of several beneath it.
fn show_referrals(output: &mut impl Write, answer: &Value) -> io::Result<()> {
    let mut rows = Vec::new();
    for bet in list(answer, "referrals") {
        let pick = |part: &Value| {
            let name = |key: &str| part[key].as_str().unwrap_or("?").to_owned();
            format!(
                "{} in {} at {}",
                name("selection_name"),
                name("market_name"),
                text(&part["odds"])
            )
        };
        let head = format!("bet {}", text(&bet["bet_id"]));
        let stake = format!("{} of account {}", text(&bet["stake"]), text(&bet["account"]));
        match bet["legs"].as_array() {
            None => rows.push(vec![head, stake, pick(bet)]),
            Some(legs) => {
                let lines = format!("{} lines of {}", text(&bet["lines"]), text(&bet["unit"]));
                rows.push(vec![head, stake, lines]);
                let legs = legs.iter().map(|leg| vec![String::new(), String::new(), pick(leg)]);
                rows.extend(legs);
            }
        }
    }
    if answer["referrals"].as_array().is_some_and(Vec::is_empty) {
        writeln!(output, "no bet waits for a trader")?;
    }
    columns(output, rows)
}

/// What only staff may know of players.
fn show_players(output: &mut impl Write, answer: &Value) -> io::Result<()> {
    if let Some(file) = answer["file"].as_str() {
        write!(output, "{file}")?;
    }
    let policy = &answer["play_policy"];
    if policy.is_object() {
        let name = policy["name"].as_str().unwrap_or("the default, which asks nothing");
        writeln!(output, "policy {}: {name}", text(&policy["version"]))?;
        let terms = list(policy, "terms")
            .iter()
            .map(|term| vec![text(&term["term"]), text(&term["value"]), text(&term["means"])]);
        columns(output, terms.collect())?;
    }
    let customers = list(answer, "customers").iter().map(|customer| {
        let cases: Vec<String> = list(customer, "to_review").iter().map(text).collect();
        let cases = if cases.is_empty() { "nothing".to_owned() } else { cases.join(", ") };
        vec![
            format!("account {}", text(&customer["account"])),
            format!("known: {}", text(&customer["level"])),
            format!("held: {}", text(&customer["hold"])),
            format!("to review: {cases}"),
        ]
    });
    columns(output, customers.collect())?;
    let counters = list(answer, "counters").iter().map(|counter| {
        let of = |name: &str| text(&counter[name]);
        vec![format!("counted {} per {}", of("quantity"), of("window")), of("used")]
    });
    columns(output, counters.collect())?;
    let reviews = list(answer, "reviews").iter().map(|case| {
        let of = |name: &str| text(&case[name]);
        let by = match case["reviewed_by"].as_u64() {
            Some(by) => format!("reviewed by {by}"),
            None => "to be reviewed".to_owned(),
        };
        let sums = format!("{} of {}", of("counted"), of("threshold"));
        vec![format!("account {}", of("account")), of("counter"), sums, by]
    });
    columns(output, reviews.collect())
}

fn show_matches(output: &mut impl Write, answer: &Value) -> io::Result<()> {
    let mut rows = Vec::new();
    for game in list(answer, "matches") {
        let frozen = match &game["frozen"] {
            Value::Null => String::new(),
            reason => format!("frozen: {}", text(&reason["reason"])),
        };
        if game["teams"].is_null() {
            // News of a command: only whether it is frozen.
            let state = if frozen.is_empty() { "free".to_owned() } else { frozen };
            writeln!(output, "match {}: {state}", text(&game["match"]))?;
            continue;
        }
        let pair = |value: &Value| format!("{}:{}", text(&value[0]), text(&value[1]));
        let score = match game["map"].as_u64() {
            Some(map) => {
                format!("maps {}, map {map} {}", pair(&game["maps"]), pair(&game["rounds"]))
            }
            None => String::new(),
        };
        rows.push(vec![
            text(&game["match"]),
            text(&game["key"]),
            format!("{} – {}", text(&game["teams"][0]), text(&game["teams"][1])),
            text(&game["phase"]),
            score,
            frozen,
        ]);
    }
    columns(output, rows)?;
    let markets = list(answer, "matches").iter().flat_map(|game| list(game, "markets"));
    let rows = markets.map(|market| {
        let selections = list(market, "selections").iter().map(|selection| {
            let odds = selection["odds"].as_str().unwrap_or("–");
            format!("{} {odds}", text(&selection["name"]))
        });
        let selections = selections.collect::<Vec<_>>().join(" / ");
        vec![text(&market["market"]), text(&market["name"]), status(market), selections]
    });
    columns(output, rows.collect())
}

/// Each override: what it says, of whom, until when, and where it stands.
fn show_overrides(output: &mut impl Write, answer: &Value) -> io::Result<()> {
    let rows = list(answer, "overrides").iter().map(|word| {
        let until = word["expires_at"].as_u64().map_or_else(String::new, |at| {
            // No override ends within a second.
            let at = time(Timestamp::from_millis(at));
            at.split('.').next().unwrap_or_default().to_owned()
        });
        let second = match word["approved_by"].as_u64() {
            Some(approver) => format!(", approved by {approver}"),
            None => String::new(),
        };
        vec![
            format!("override {}", text(&word["id"])),
            format!("market {}", text(&word["market"])),
            text(&word["name"]),
            text(&word["word"]),
            format!("until {until} UTC"),
            format!("by {}{second}", text(&word["by"])),
            text(&word["status"]),
        ]
    });
    columns(output, rows.collect())
}

fn show_accounts(output: &mut impl Write, answer: &Value) -> io::Result<()> {
    let row = |account: &Value| {
        let money = |name: &str| match account[name].as_str() {
            Some(amount) => format!("{name} {amount}"),
            None => String::new(),
        };
        vec![
            text(&account["account"]),
            text(&account["key"]),
            text(&account["state"]),
            money("available"),
            money("held"),
            terms(&account["terms"]),
            own(account),
        ]
    };
    let mut rows: Vec<_> = list(answer, "accounts").iter().map(row).collect();
    if answer["account"].is_u64() {
        rows.push(row(answer));
    }
    columns(output, rows)?;
    show_bonuses(output, answer)?;
    let payments = list(answer, "payments").iter().map(|payment| {
        let tax = match payment["tax"].as_str() {
            None | Some("0" | "0.00" | "0.000") => String::new(),
            Some(tax) => format!("{tax} of it tax"),
        };
        vec![
            format!("payment {}", text(&payment["reference"])),
            text(&payment["amount"]),
            tax,
            text(&payment["status"]),
        ]
    });
    columns(output, payments.collect())?;
    if let Some(next) = answer["next"].as_u64() {
        writeln!(output, "more: clutch admin account list --from {next}")?;
    }
    columns(output, list(answer, "bets").iter().flat_map(bet_rows).collect())
}

/// A bet in a row, and each of its legs in one of its own if it has several.
fn bet_rows(bet: &Value) -> Vec<Vec<String>> {
    let row = |first: String, status: &Value, terms: String, on: &Value, payout: &Value| {
        let payout = payout.as_str().map_or_else(String::new, |payout| format!("pays {payout}"));
        let (market, selection) = (text(&on["market_name"]), text(&on["selection_name"]));
        vec![first, text(status), terms, market, selection, payout]
    };
    let id = bet["bet_id"].as_u64().map_or_else(String::new, |id| format!("bet {id}"));
    let (stake, legs) = (text(&bet["stake"]), list(bet, "legs"));
    if legs.is_empty() {
        let terms = format!("{stake} @ {}", text(&bet["odds"]));
        return vec![row(id, &bet["status"], terms, bet, &bet["payout"])];
    }
    let terms = format!("{stake}: {} on {} lines", text(&bet["unit"]), text(&bet["lines"]));
    let mut rows = vec![row(id, &bet["status"], terms, &Value::Null, &bet["payout"])];
    rows.extend(legs.iter().map(|leg| {
        let terms = format!("@ {}", text(&leg["odds"]));
        row(format!("  leg {}", text(&leg["leg"])), &leg["result"], terms, leg, &Value::Null)
    }));
    rows
}

/// What the accounts of an answer were granted: the number is what `account forfeit` and a bet ask for.
fn show_bonuses(output: &mut impl Write, answer: &Value) -> io::Result<()> {
    let accounts =
        list(answer, "accounts").iter().chain(answer["account"].is_u64().then_some(answer));
    let row = |bonus: &Value| {
        let amount = |name: &str| bonus[name].as_str().unwrap_or("-").to_owned();
        let is_wagered = bonus["kind"] == "money";
        let mut terms = Vec::new();
        if is_wagered {
            terms.push(format!("{} to be wagered", amount("wagering_left")));
        }
        if bonus["min_odds"].is_string() {
            terms.push(format!("at odds of {} or longer", amount("min_odds")));
        }
        if bonus["most"].is_string() {
            terms.push(format!("{} at most become the player's own", amount("most")));
        }
        let expires_at = Timestamp::from_millis(bonus["expires_at"].as_u64().unwrap_or_default());
        vec![
            format!("bonus {}", text(&bonus["bonus"])),
            text(&bonus["kind"]),
            text(&bonus["state"]),
            format!("available {}", amount("available")),
            format!("held {}", amount("held")),
            format!("until {} UTC", time(expires_at)),
            terms.join(", "),
        ]
    };
    let bonuses = accounts.flat_map(|account| list(account, "bonuses")).map(row);
    columns(output, bonuses.collect())
}

/// What of an account's terms differs from everybody's.
fn terms(terms: &Value) -> String {
    let group = terms["group"].as_u64().map(|group| format!("group {group}"));
    let factors = list(terms, "factors").iter().filter(|factor| factor["percent"] != 100);
    let factor = |factor: &Value| {
        let (title, phase) = (text(&factor["title"]), text(&factor["phase"]));
        format!("{title} {phase} {}%", text(&factor["percent"]))
    };
    group.into_iter().chain(factors.map(factor)).collect::<Vec<_>>().join(", ")
}

/// A time of an answer: "2026-01-19 19:02:41.000 UTC".
fn at(millis: &Value) -> String {
    let millis = millis.as_u64().unwrap_or_default();
    format!("{} UTC", time(Timestamp::from_millis(millis)))
}

/// What the player has set for himself.
fn own(account: &Value) -> String {
    let rest = &account["rest"];
    let rest = rest["kind"].as_str().map(|kind| format!("{kind} until {}", at(&rest["until"])));
    let limit = |limit: &Value| {
        let of = |name: &str| text(&limit[name]);
        let lifted = format!("no {} limit per {}", of("quantity"), of("window"));
        let Some(amount) = limit["amount"].as_str() else { return lifted };
        let used = format!("{amount}, {} used", of("used"));
        let wish = &limit["wish"];
        let wish = if wish.is_object() {
            let wanted = wish["amount"].as_str().unwrap_or("none");
            format!(", {wanted} to be confirmed from {}", at(&wish["confirm_from"]))
        } else {
            String::new()
        };
        format!("{} per {}: {used}{wish}", of("quantity"), of("window"))
    };
    let limits = list(account, "limits").iter().map(limit);
    rest.into_iter().chain(limits).collect::<Vec<_>>().join("; ")
}

fn status(market: &Value) -> String {
    let word = text(&market["status"]);
    match (market["reason"].as_str(), market["winner"].as_u64()) {
        (Some(reason), _) => format!("{word}: {reason}"),
        (None, Some(winner)) => format!("{word}: selection {winner}"),
        (None, None) => word,
    }
}

pub(super) fn scope(scope: &Value) -> String {
    match scope.as_object().and_then(|object| object.iter().next()) {
        Some((kind, value)) => format!("{kind}:{}", text(value)),
        // As the command line takes it: cash-out.
        None => text(scope).replace('_', "-"),
    }
}

pub(super) fn list<'a>(answer: &'a Value, name: &str) -> &'a [Value] {
    answer[name].as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Rows with their columns aligned; what is empty in all rows takes no room.
pub(super) fn columns(output: &mut impl Write, rows: Vec<Vec<String>>) -> io::Result<()> {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..).map_while(width).collect();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths).filter(|(_, width)| **width != 0) {
            let gap = width + 2 - cell.chars().count();
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', gap));
        }
        writeln!(output, "{}", line.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn shows(answer: &Value, expected: &str) {
        let mut output = Vec::new();
        show(&mut output, answer).unwrap();
        assert_eq!(String::from_utf8(output).unwrap(), expected);
    }

    #[test]
    fn a_change_of_settings_shows_old_and_new() {
        shows(
            &json!({"seq": 9, "time": 1, "version": 3, "settings": [
                {"name": "stake_max", "value": "500.00", "unit": "money", "was": "1000.00"},
                {"name": "in_play_delay", "value": "5s", "unit": "time", "was": "3s"}]}),
            "done, seq 9\nconfiguration 3\nstake_max      500.00  (was 1000.00)\n\
             in_play_delay  5s      (was 3s)\n",
        );
    }

    #[test]
    fn matches_and_markets_are_tables() {
        shows(
            &json!({"seq": 9, "kill_switches": [{"scope": {"match": 0}, "on": true}], "matches": [
                {"match": 0, "key": "final", "teams": ["A", "B"], "phase": "live", "map": 1,
                 "rounds": [3, 4], "maps": [0, 0], "frozen": {"reason": "feed_stale"}, "markets": [
                    {"market": 3, "name": "Map 1 winner", "status": "suspended", "reason": "trader",
                     "selections": [{"name": "A", "odds": "1.85"}, {"name": "B", "odds": null}]}]}]}),
            "kill switch match:0: on\n0  final  A – B  live  maps 0:0, map 1 3:4  frozen: feed_stale\n\
             3  Map 1 winner  suspended: trader  A 1.85 / B –\n",
        );
    }

    #[test]
    fn who_is_the_second_person_sees_the_amount() {
        let wish = |id: u64, about: &str, more: Value| {
            let mut wish = json!({"id": id, "about": about, "number": 0,
                "status": "waits for a second person"});
            wish.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            wish
        };
        shows(
            &json!({"proposals": [
                wish(45, "a bonus for account", json!({"amount": "20000.00"})),
                wish(48, "adjusting account", json!({"amount": "90.00", "reason": "goodwill"})),
                wish(50, "grading market", json!({})),
                wish(51, "another group for account", json!({"what": "group 8"})),
                wish(52, "settings", json!({"number": null, "settings": [
                    {"name": "debt_max", "value": "5.00", "was": "0.00"},
                    {"name": "margin", "value": "0%", "was": "6%"}]}))]}),
            "proposal 45  a bonus for account 0 of 20000.00                     waits for a second person\n\
             proposal 48  adjusting account 0 by 90.00: goodwill                waits for a second person\n\
             proposal 50  grading market 0                                      waits for a second person\n\
             proposal 51  another group for account 0: group 8                  waits for a second person\n\
             proposal 52  settings: debt_max 5.00 (is 0.00), margin 0% (is 6%)  waits for a second person\n",
        );
    }

    #[test]
    fn markets_in_a_row_of_which_the_same_is_true_stand_in_one_line() {
        let market = |number: u64, reason: &str| json!({"market": number, "status": "suspended", "reason": reason});
        let of = [(3, "trader"), (4, "trader"), (5, "trader"), (6, "feed_gap"), (8, "feed_gap")];
        let markets: Vec<_> = of.iter().map(|(number, why)| market(*number, why)).collect();
        shows(
            &json!({"markets": markets}),
            "markets 3 to 5: suspended: trader\nmarket 6: suspended: feed_gap\n\
             market 8: suspended: feed_gap\n",
        );
    }
}
