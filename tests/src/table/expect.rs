//! Lines that look without touching.
//!
//! | line | says |
//! |---|---|
//! | `expect bet BET ANSWER` | where the bet stands now |
//! | `expect account NAME KEY VALUE …` | available, held, liability, open_bets |
//! | `expect house AMOUNT`, `expect live_bets N` | the house's books; bets in the engine |
//! | `expect market NAME Open\|Suspended REASON\|Decided #N\|Void\|gone` | its status |
//! | `expect match NAME there\|gone` | whether the engine still knows it |
//! | `expect frozen MATCH REASON\|none` | why the whole match is frozen |
//! | `expect alert RULE EXPECTED ACTUAL`, `expect alert Late MS`, `expect alert NAME` | what was last told of a source |
//! | `expect lag SOURCE AT_MOST N` | how many of its messages were at most so many milliseconds late, and more than the next less; `later` for more than all |
//! | `expect late MARKET [margin TIME] [at TIME] KEY VALUE …` | the bets after what decided it: bets, several, stakes, winners, lose, losers, get, open, cashed_out, whole; `expect told_late …` those told when it was settled |
//! | `expect told_contradiction MARKET version N WORD stands RESULT score RESULT\|none`, `told_contradiction nothing`, `expect contradicted MARKET …\|none` | what was told, since this was asked last, of a result that the score denies; whether it does now. A word is `by N`, `by N and N` or `rules N` |
//! | `expect override NAME waiting\|in_force\|gone` | where an override stands |
//! | `expect odds MARKET SELECTION ODDS\|none` | the board |
//! | `expect epoch MARKET moved\|same` | since it was last asked, or opened |
//! | `expect score MATCH A-B maps A-B PHASE` | the score |
//! | `expect session ACCOUNT none\|STAKED SPENT [reminded]` | the session a player is in |
//! | `expect limit ACCOUNT QUANTITY WINDOW AMOUNT\|none used AMOUNT` | a player's own limit and what counts towards it |
//! | `expect rule NAME refused N would_refuse N` | what a risk rule said no to so far |
//! | `expect rule NAME won N lost N even N open N house MONEY` | how what it would have refused in shadow ended |
//! | `expect max_stake ACCOUNT MARKET SELECTION AMOUNT` | what would be taken now |
//! | `expect maximum AMOUNT\|none` | the largest stake (on each line) said with the last bet's answer |
//! | `expect referred BET …` | the bets that wait for a trader, by id |

use clutch_core::Query;
use clutch_core::command::Channel;
use clutch_core::event::{BetStatus, Contradiction, Event, FeedAlert, MarketStatus, Word};
use clutch_core::market::MarketResult;
use clutch_core::risk::RuleId;

use super::lines::Words;
use super::trading::selection;
use super::values::{money, odds_milli, show_money, show_status};
use super::{Outcome, Scenario, same};

impl Scenario {
    pub(super) fn expect(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        match words.next()? {
            "bet" => self.expect_bet(words),
            "account" => self.expect_account(words),
            "house" => {
                let house = self.world().state().wallet().ok_or("no books")?.house();
                equal(words.next()?, &show_money(house))
            }
            "live_bets" => {
                let live = self.world().state().bets_live();
                equal(words.next()?, &live.to_string())
            }
            "live_multiples" => {
                let live = self.world().state().multiples_live();
                equal(words.next()?, &live.to_string())
            }
            "legs" => self.expect_legs(words),
            "reasons" => self.expect_reasons(words),
            "maximum" => self.expect_maximum(words),
            "referred" => self.expect_referred(words),
            "max_unit" => self.expect_max_unit(words),
            "market" => self.expect_market(words),
            "match" => {
                let match_id = self.match_named(words.next()?)?;
                let said = self.world().ask(Query::Match { match_id });
                let is_gone = said.iter().any(|event| matches!(event, Event::Refused(_)));
                equal(words.next()?, if is_gone { "gone" } else { "there" })
            }
            "frozen" => self.expect_frozen(words),
            "alert" => self.expect_alert(words),
            "lag" => self.expect_lag(words),
            "late" => self.expect_late(words),
            "told_contradiction" => {
                let told = self.contradiction.take();
                self.expect_contradiction(words, told)
            }
            "contradicted" => {
                let market = self.market_named(words.next()?)?;
                let stands =
                    self.world().ask(Query::SettlementTimes).into_iter().find_map(|it| match it {
                        Event::Contradicted(told) if told.market == market => Some(told),
                        _ => None,
                    });
                if words.take("none") {
                    return equal("none", stands.map_or("none", |_| "contradicted"));
                }
                self.contradiction_is(words, stands)
            }
            "told_late" => self.expect_told_late(words),
            "override" => {
                let stands = self.expect_override(words)?;
                equal(words.next()?, &stands)
            }
            "odds" => self.expect_odds(words),
            "epoch" => self.expect_epoch(words),
            "score" => self.expect_score(words),
            "max_stake" => self.expect_max_stake(words),
            "rule" => self.expect_rule(words),
            "limit" => self.expect_limit(words),
            "customer" => self.expect_customer(words),
            "session" => self.expect_session(words),
            "counter" => self.expect_counter(words),
            "books" => self.expect_books(words),
            "payment" => self.expect_payment(words),
            "bonus" => self.expect_bonus(words),
            other => Err(format!("nothing can be expected of {other:?}")),
        }
    }

    fn expect_alert(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let (rule, expected, actual) = match self.alert {
            Some(
                FeedAlert::Impossible { rule, expected, actual }
                | FeedAlert::Apart { rule, expected, actual, .. },
            ) => (rule, expected, actual),
            Some(FeedAlert::Late { lag_ms }) => {
                equal(words.next()?, "Late")?;
                return equal(words.next()?, &lag_ms.to_string());
            }
            Some(FeedAlert::Disagrees { map, round }) => {
                equal(words.next()?, "Disagrees")?;
                equal(words.next()?, &map.to_string())?;
                return equal(words.next()?, &round.to_string());
            }
            Some(FeedAlert::Paid { markets }) => {
                equal(words.next()?, "Paid")?;
                return equal(words.next()?, &markets.to_string());
            }
            other => return equal(words.next()?, &format!("{other:?}")),
        };
        equal(words.next()?, &format!("{rule:?}"))?;
        equal(words.next()?, &expected.to_string())?;
        equal(words.next()?, &actual.to_string())
    }

    fn expect_lag(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let (of, at_most) = (words.number()?, words.next()?);
        let counted = self.world().ask(Query::Sources).into_iter().find_map(|event| match event {
            Event::SourceLag { source, at_most_ms, count } => {
                let bucket = at_most_ms.map_or("later".to_owned(), |most| most.to_string());
                (source.0 == of && bucket == at_most).then_some(count)
            }
            _ => None,
        });
        equal(words.next()?, &counted.ok_or("no such bucket")?.to_string())
    }

    fn expect_contradiction(
        &mut self,
        words: &mut Words<'_>,
        told: Option<Contradiction>,
    ) -> Outcome<()> {
        if words.take("nothing") {
            return equal("nothing", told.map_or("nothing", |_| "something"));
        }
        let market = self.market_named(words.next()?)?;
        self.contradiction_is(words, told.filter(|told| told.market == market))
    }

    fn contradiction_is(
        &mut self,
        words: &mut Words<'_>,
        told: Option<Contradiction>,
    ) -> Outcome<()> {
        let mut expected = Vec::new();
        while let Some(word) = words.optional() {
            expected.push(word);
        }
        let Contradiction { version, word, stands, score, .. } =
            told.ok_or("nothing of it is told")?;
        let word = match word {
            Word::Person { by, approved_by: None } => format!("by {by}"),
            Word::Person { by, approved_by: Some(second) } => format!("by {by} and {second}"),
            Word::Rules { incident } => format!("rules {incident}"),
        };
        let result = |result: MarketResult| match result {
            MarketResult::Won(selection) => format!("#{}", selection.0),
            other => format!("{other:?}"),
        };
        let (stands, score) = (result(stands), score.map_or("none".to_owned(), result));
        equal(
            &expected.join(" "),
            &format!("version {version} {word} stands {stands} score {score}"),
        )
    }

    fn expect_bet(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let (account, client_id) = self.bet_named(words.next()?)?.id();
        let query = Query::Bet { account, client_id };
        let status = self.world().ask(query).into_iter().find_map(|event| match event {
            Event::Bet(view) => Some(show_status(view.status)),
            Event::Multiple(view) => Some(show_status(view.status)),
            Event::Refused(refusal) => Some(show_status(BetStatus::Refused(refusal))),
            _ => None,
        });
        let mut expected = vec![words.next()?];
        while let Some(word) = words.optional() {
            expected.push(word);
        }
        let (expected, status) = (expected.join(" "), status.ok_or("no answer about the bet")?);
        if same(&expected, &status) { Ok(()) } else { equal(&expected, &status) }
    }

    fn expect_account(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let account = self.account_named(words.next()?)?;
        while let Some(key) = words.optional() {
            let wallet = self.world().state().wallet().ok_or("no books")?;
            let row = wallet.get(account).ok_or("the account does not exist")?;
            let actual = match key {
                "available" => show_money(row.available),
                "held" => show_money(row.held),
                "liability" => show_money(row.liability),
                "open_bets" => row.bets_open.to_string(),
                _ => return Err(format!("an account has no {key:?}")),
            };
            let expected = words.next()?;
            equal(expected, &actual).map_err(|failure| format!("{key}: {failure}"))?;
        }
        Ok(())
    }

    fn expect_market(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let word = words.next()?;
        let (market, match_id) = self.markets.get(word).copied().ok_or("no such market")?;
        let status = self.ask_market(market, match_id).into_iter().find_map(|event| match event {
            Event::Market { status, .. } => Some(status),
            _ => None,
        });
        let shown = match status {
            None => "gone".to_owned(),
            Some(MarketStatus::Open) => "Open".to_owned(),
            Some(MarketStatus::Suspended(reason)) => format!("Suspended {reason:?}"),
            Some(MarketStatus::Decided { winner }) => format!("Decided #{}", winner.0),
            Some(MarketStatus::Void) => "Void".to_owned(),
            Some(MarketStatus::Graded) => "Graded".to_owned(),
        };
        let mut expected = words.next()?.to_owned();
        if let Some(detail) = words.optional() {
            expected = format!("{expected} {detail}");
        }
        equal(&expected, &shown)
    }

    fn expect_rule(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let name = words.next()?;
        let rule = RuleId::named(name).ok_or_else(|| format!("no risk rule is called {name:?}"))?;
        while let Some(key) = words.optional() {
            let report = self.world().rule_report(rule).ok_or("no books")?;
            let (tally, ends) = (report.tally, report.ends);
            let actual = match key {
                "refused" => tally.refused.to_string(),
                "would_refuse" => tally.would_refuse.to_string(),
                "would_refuse_stakes" => show_money(tally.would_refuse_stakes),
                "won" => ends.won.to_string(),
                "lost" => ends.lost.to_string(),
                "even" => ends.even.to_string(),
                "open" => ends.open.to_string(),
                "house" => show_money(ends.house),
                _ => return Err(format!("a rule has no {key:?}")),
            };
            equal(words.next()?, &actual).map_err(|failure| format!("{key}: {failure}"))?;
        }
        Ok(())
    }

    fn expect_frozen(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let match_id = self.match_named(words.next()?)?;
        let reason =
            self.world().ask(Query::Match { match_id }).into_iter().find_map(|event| match event {
                Event::MatchFrozen { reason, .. } => Some(reason),
                _ => None,
            });
        let reason = reason.ok_or("the match does not exist")?;
        equal(words.next()?, &reason.map_or("none".to_owned(), |reason| format!("{reason:?}")))
    }

    fn expect_odds(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let view = self.view(words.next()?)?;
        let index = usize::from(selection(words.next()?)?.0);
        let shown = view.odds.get(index).copied().flatten();
        let expected = match words.next()? {
            "none" => None,
            odds => Some(odds_milli(odds)?),
        };
        if expected == shown {
            Ok(())
        } else {
            Err(format!("the board shows {shown:?} thousandths"))
        }
    }

    fn expect_epoch(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let word = words.next()?;
        let epoch = self.view(word)?.epoch;
        // A market opens with epoch 1.
        let before = self.epochs.insert(word.to_owned(), epoch).unwrap_or(1);
        equal(words.next()?, if before == epoch { "same" } else { "moved" })
    }

    fn expect_score(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let match_id = self.match_named(words.next()?)?;
        let score = self.score(match_id)?;
        let dash = |[a, b]: [u8; 2]| format!("{a}-{b}");
        equal(words.next()?, &dash(score.rounds))?;
        if words.take("maps") {
            equal(words.next()?, &dash(score.maps))?;
        }
        match words.optional() {
            Some(phase) => equal(phase, &format!("{:?}", score.phase)),
            None => Ok(()),
        }
    }

    fn expect_max_stake(&mut self, words: &mut Words<'_>) -> Outcome<()> {
        let account = self.account_named(words.next()?)?;
        let market = self.market_named(words.next()?)?;
        let selection = selection(words.next()?)?;
        let expected = money(words.next()?)?;
        let query = Query::MaxStake { account, market, selection, channel: Channel::Web };
        let answer = self.world().ask(query).into_iter().find_map(|event| match event {
            Event::MaxStake { stake, .. } => Some(stake),
            _ => None,
        });
        equal(&show_money(expected), &show_money(answer.ok_or("no answer")?))
    }
}

pub(super) fn equal(expected: &str, actual: &str) -> Outcome<()> {
    if expected == actual { Ok(()) } else { Err(format!("expected {expected}, it is {actual}")) }
}
