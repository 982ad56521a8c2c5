//! What an agent says first: how a bet was answered and how it ended, in whole sentences.

use clutch_core::event::BetStatus;
use clutch_core::units::{Money, Odds, Timestamp};
use clutch_core::{Refusal, Reject};

use super::said::NOW;
use super::{Leg, PriceLine};
use crate::ops::words;
use crate::wire::sentence;

/// Where the bet stood from a record on.
pub(super) struct Turn {
    pub seq: u64,
    pub time: Timestamp,
    pub status: BetStatus,
    /// The odds of a single; those of several legs are said leg by leg.
    pub odds: Option<Odds>,
    /// The stake on each line.
    pub unit: Money,
}

/// A part of it that was cashed out, by which record.
pub(super) struct PaidEarly {
    pub seq: u64,
    /// The part, over all lines.
    pub stake: Money,
    pub paid: Money,
}

/// Tells it of a bet with a wished stake of `unit` on each of so many lines. `market` says how the market of a leg stood when the bet
/// was placed, as far as that is why it was refused.
pub(super) fn story(
    (turns, paid_early): (&[Turn], &[PaidEarly]),
    (bet, unit, lines): (u64, Money, u32),
    legs: &[Leg],
    market: Option<(Option<u8>, String)>,
    is_whole: bool,
) -> Vec<String> {
    let mut told = Vec::new();
    for (index, turn) in turns.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| turns[index].status);
        let early = paid_early.iter().find(|early| early.seq == turn.seq);
        told.push(sentence_of(turn, before, early, (unit, lines)));
        let BetStatus::Refused(refusal) = turn.status else {
            if let (true, [leg]) = (is_result(turn.status), legs) {
                told.extend(decided(leg, turn.seq));
            }
            continue;
        };
        if let (Reject::MarketSuspended | Reject::MarketDecided, Some((leg, status))) =
            (refusal.code, &market)
        {
            let whose = leg.map_or("The".to_owned(), |leg| format!("Leg {leg}'s"));
            told.push(format!("{whose} market was {status}."));
        }
        if before.is_some() {
            let moved = |price: &&PriceLine| bet < price.seq && price.seq <= turn.seq;
            let moved = legs.iter().find_map(|leg| leg.prices.iter().find(moved));
            told.extend(moved.map(|it| format!("While it waited {}: {}.", it.cause, it.by)));
        }
        if refusal.code == Reject::OddsChanged {
            told.extend(legs.iter().filter_map(|leg| {
                let known = if is_whole { &leg.prices[..] } else { &[] };
                let said = when_offered(&leg.odds_seen, known, turn.seq)?;
                Some(if legs.len() == 1 { said } else { format!("Leg {}: {said}", leg.leg) })
            }));
        }
    }
    if told.is_empty() {
        told.push(format!("It was never answered: the engine stopped behind record {bet}."));
    }
    told
}

fn sentence_of(
    turn: &Turn,
    before: Option<BetStatus>,
    early: Option<&PaidEarly>,
    (wished, lines): (Money, u32),
) -> String {
    let Turn { time, status, odds, unit, .. } = turn;
    let at = clock(*time);
    let terms = || {
        let odds =
            odds.map_or_else(String::new, |odds| format!(" at odds of {}", words::odds(odds)));
        let stake = match *unit == wished {
            true => String::new(),
            false => {
                format!(" with a stake of {} and not {}", words::money(*unit), words::money(wished))
            }
        };
        format!("{odds}{stake}")
    };
    let ended = |what: &str| {
        let is_corrected = before.is_some_and(is_result);
        let corrected = if is_corrected { "the result was corrected: " } else { "" };
        format!("At {at} {corrected}{what}.")
    };
    match *status {
        BetStatus::Pending { due } => {
            format!("It had to wait until {}, as bets in play do.", clock(due))
        }
        BetStatus::Referred { until } => {
            format!("It was put to a trader, who had until {} to answer.", clock(until))
        }
        BetStatus::Offered { until } => {
            format!("It was offered{}, up to {}.", terms(), clock(until))
        }
        BetStatus::Refused(refusal) => {
            let then = if before.is_some() {
                format!("At {at} it was refused")
            } else {
                "It was not taken".to_owned()
            };
            format!("{then}. The bettor was told: \"{}\"", as_told(refusal))
        }
        BetStatus::Accepted { payout } => {
            let pays = match lines {
                1 => format!("to pay {} if it wins", words::money(payout)),
                _ => format!("to pay {} if every line wins", words::money(payout)),
            };
            match before {
                None => format!("It was taken at once{}, {pays}.", terms()),
                Some(before) if is_result(before) => {
                    format!("At {at} that result was taken back, and the bet stood again, {pays}.")
                }
                Some(BetStatus::Accepted { .. }) => {
                    let stays = words::money(*unit);
                    let stays = match lines {
                        1 => format!("{stays} stayed on it"),
                        _ => format!("{stays} stayed on each of its lines"),
                    };
                    early.map_or_else(
                        || format!("At {at} it went on, {pays}."),
                        |PaidEarly { stake, paid, .. }| {
                            let (part, paid) = (words::money(*stake), words::money(*paid));
                            format!(
                                "At {at} {part} of its stake was cashed out for {paid}; {stays}, {pays}."
                            )
                        },
                    )
                }
                Some(_) => format!("At {at} it was taken{}, {pays}.", terms()),
            }
        }
        BetStatus::Won { payout } => {
            ended(&format!("it won, and {} was paid", words::money(payout)))
        }
        BetStatus::CashedOut { paid } => {
            ended(&format!("it was cashed out, for {} in all", words::money(paid)))
        }
        BetStatus::Void(reason) => {
            let why = words::why_void(reason);
            ended(&format!("it became void and its stake went back: {why}"))
        }
        BetStatus::Lost => ended("it lost"),
        #[allow(unreachable_patterns, reason = "a fate that comes later says itself")]
        other => format!("At {at} it was {}.", words::status(other)),
    }
}

/// A refusal in the words in which the bettor got it: the house's own numbers are not among them.
pub(super) fn as_told(refusal: Refusal) -> String {
    sentence::for_the_bettor(refusal)
}

fn is_result(status: BetStatus) -> bool {
    matches!(
        status,
        BetStatus::Won { .. } | BetStatus::Lost | BetStatus::Void(_) | BetStatus::CashedOut { .. }
    )
}

/// What decided the market of a leg, up to record `seq`.
fn decided(leg: &Leg, seq: u64) -> Option<String> {
    let last = leg.market_status.iter().rfind(|line| line.seq <= seq)?;
    let stands = last.what.rsplit(NOW).next().unwrap_or_default();
    if let Some(result) = stands.strip_prefix("decided: ") {
        return Some(format!("In {}, {result}.", leg.market));
    }
    let is_word = ["graded ", "declared void ", "decided by ", "void by "]
        .iter()
        .any(|begins| stands.starts_with(begins));
    is_word.then(|| format!("{} was {stands}.", leg.market))
}

/// When odds that somebody asked for were on offer, if they were not any more.
fn when_offered(odds: &str, prices: &[PriceLine], seq: u64) -> Option<String> {
    let before = &prices[..prices.partition_point(|price| price.seq < seq)];
    let last = before.iter().rposition(|price| price.odds.as_deref() == Some(odds));
    match last {
        None if before.is_empty() => None,
        None => Some(format!("Odds of {odds} had at no time been on offer.")),
        Some(last) => {
            let next = before.get(last + 1)?;
            Some(format!("Odds of {odds} had been on offer until {}.", &next.time[11..19]))
        }
    }
}

/// "19:02:41": the page's first line has the date, and no agent reads milliseconds aloud.
fn clock(time: Timestamp) -> String {
    words::time(time)[11..19].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(seq: u64, second: u8, odds: &str) -> PriceLine {
        let (odds, cause, by) = (Some(odds.to_owned()), String::new(), String::new());
        PriceLine { seq, time: format!("2026-01-01 10:00:{second:02}.500"), odds, cause, by }
    }

    #[test]
    fn odds_that_are_gone_are_told_with_the_time_up_to_which_they_were_there() {
        let prices = [price(1, 1, "2.00"), price(4, 7, "1.90"), price(9, 9, "2.10")];
        let said = |odds, seq| when_offered(odds, &prices, seq);
        assert_eq!(
            said("2.00", 5).as_deref(),
            Some("Odds of 2.00 had been on offer until 10:00:07.")
        );
        assert_eq!(said("2.10", 5).as_deref(), Some("Odds of 2.10 had at no time been on offer."));
        assert_eq!(said("1.90", 5), None, "they are still there");
        assert_eq!(said("1.90", 1), None, "nothing is known");
    }

    #[test]
    fn each_turn_of_a_bet_is_a_sentence() {
        let at = |second: u64| Timestamp::from_millis(second * 1_000);
        let money = Money::from_minor;
        let odds = Odds::from_milli(6_300);
        let told = |statuses: &[BetStatus], stake| -> Vec<String> {
            let turns: Vec<Turn> = (3_600..)
                .zip(statuses)
                .map(|(second, status)| Turn {
                    seq: second,
                    time: at(second),
                    status: *status,
                    odds,
                    unit: money(stake),
                })
                .collect();
            story((&turns, &[]), (7, money(500), 1), &[], None, true)
        };
        let accepted = BetStatus::Accepted { payout: money(3_150) };
        let won = BetStatus::Won { payout: money(3_150) };
        let refused = |code| BetStatus::Refused(Refusal::with(code, 50_000, 60_000));
        for (statuses, stake, sentences) in [
            (
                &[accepted, BetStatus::Lost][..],
                500,
                &[
                    "It was taken at once at odds of 6.30, to pay 31.50 if it wins.",
                    "At 01:00:01 it lost.",
                ][..],
            ),
            (
                &[BetStatus::Pending { due: at(3_605) }, accepted, won, BetStatus::Lost, accepted],
                500,
                &[
                    "It had to wait until 01:00:05, as bets in play do.",
                    "At 01:00:01 it was taken at odds of 6.30, to pay 31.50 if it wins.",
                    "At 01:00:02 it won, and 31.50 was paid.",
                    "At 01:00:03 the result was corrected: it lost.",
                    "At 01:00:04 that result was taken back, and the bet stood again, to pay 31.50 if it wins.",
                ],
            ),
            (
                &[accepted],
                200,
                &[
                    "It was taken at once at odds of 6.30 with a stake of 2.00 and not 5.00, to pay 31.50 if it wins.",
                ],
            ),
            (
                &[BetStatus::Pending { due: at(3_605) }, refused(Reject::StakeAboveLimit)],
                500,
                &[
                    "It had to wait until 01:00:05, as bets in play do.",
                    "At 01:00:01 it was refused. The bettor was told: \"The stake is above the limit. Limit 500.00, yours 600.00.\"",
                ],
            ),
            (&[], 500, &["It was never answered: the engine stopped behind record 7."]),
        ] {
            assert_eq!(told(statuses, stake), sentences);
        }
        // How much everybody has bet is nobody's to hear.
        let of_the_book = told(&[refused(Reject::MarketLiability)], 500);
        assert!(of_the_book[0].starts_with("It was not taken. ") && !of_the_book[0].contains("00"));
    }
}
