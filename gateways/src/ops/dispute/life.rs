//! What is gathered about a bet on the way through the journal.

use std::collections::BTreeMap;

use clutch_core::bets::place::Check;
use clutch_core::command::{Actor, FeedMessage, GameEvent, Grade, Pick, PlaceBet};
use clutch_core::event::{
    BetStatus, BonusBet, CashOutStatus, IncidentStatus, IncidentView, LegStanding, MarketStatus,
};
use clutch_core::settings::Setting;
use clutch_core::units::{
    AccountId, BetId, BonusId, ClientBetId, MarketId, MatchId, Name, Odds, Seq, Timestamp,
};
use clutch_core::{Command, Event, Record, State};
use clutch_engine::Step;

use super::checks::{Book, check_line};
use super::find::Wish;
use super::said::{GRADE_TAKEN_BACK, NOW, Said};
use super::story::{PaidEarly, Turn, as_told, story};
use super::{Dispute, GroupBet, Leg, Line, PostingLine, PriceLine};
use crate::ops::fate;
use crate::ops::words::{self, Words};
use crate::wire::setting;

/// Feed messages shown before the placement, and after it.
const FEED_BEFORE: usize = 5;
const FEED_AFTER: usize = 12;

/// What is gathered on the way.
pub(super) struct Life {
    seq: u64,
    /// The engine's id of it.
    id: BetId,
    wish: Wish,
    bonus: Option<BonusId>,
    told_from: u64,
    legs: Vec<LegLife>,
    checks: Vec<Check>,
    settings: Vec<(String, String)>,
    config_version: u32,
    fate: Vec<Line>,
    /// The same, before it was put into words.
    answers: Vec<Turn>,
    refused: bool,
    /// What a bonus does for it.
    with_bonus: Option<BonusBet>,
    cash_outs: Vec<Line>,
    paid_early: Vec<PaidEarly>,
    /// Every bet of its group, and how it was answered.
    group: Vec<(PlaceBet, Option<String>)>,
    /// The house rules of every match, by their versions, and what these are called.
    rules: BTreeMap<MatchId, u16>,
    rule_names: BTreeMap<u16, Name>,
    /// What happened to every match beside its score.
    incidents: Vec<(MatchId, Line)>,
    feed: Vec<(bool, Line)>,
    postings: Vec<PostingLine>,
    /// Records after the placement that changed something about the bet.
    turns: Vec<u64>,
}

/// What is gathered about one of its legs.
struct LegLife {
    pick: Pick,
    odds_taken: Option<Odds>,
    standing: Vec<Line>,
    prices: Vec<PriceLine>,
    market_status: Vec<Line>,
    /// The last of these.
    status: Option<MarketStatus>,
}

impl Life {
    /// Of the bet that record `seq` placed, heard of from behind record `told_from` on.
    pub fn new(
        (seq, id): (u64, BetId),
        (wish, bonus, group): (Wish, Option<BonusId>, Vec<PlaceBet>),
        told_from: u64,
    ) -> Self {
        let leg = |pick| LegLife {
            pick,
            odds_taken: None,
            standing: Vec::new(),
            prices: Vec::new(),
            market_status: Vec::new(),
            status: None,
        };
        Self {
            seq,
            id,
            told_from,
            legs: wish.picks().into_iter().map(leg).collect(),
            wish,
            bonus,
            with_bonus: None,
            cash_outs: Vec::new(),
            paid_early: Vec::new(),
            group: group.into_iter().map(|place| (place, None)).collect(),
            rules: BTreeMap::new(),
            rule_names: BTreeMap::new(),
            incidents: Vec::new(),
            checks: Vec::new(),
            settings: Vec::new(),
            config_version: 0,
            fate: Vec::new(),
            answers: Vec::new(),
            refused: false,
            feed: Vec::new(),
            postings: Vec::new(),
            turns: Vec::new(),
        }
    }

    /// How the board stood where the telling begins.
    pub fn hear_image(&mut self, records: &[Record], words: &Words, state: &State) {
        for record in records {
            let said = Said { seq: record.seq, time: state.now(), by: "the snapshot".to_owned() };
            self.hear_of_market(words, record, &said, state);
        }
    }

    /// Asks the questions again of a copy of the state in front of the placement.
    pub fn explain(&mut self, state: &State, time: Timestamp, actor: Actor) {
        let config = state.config();
        self.config_version = state.config_version();
        self.settings = Setting::ALL
            .iter()
            .map(|it| (it.name().to_owned(), setting::show(*it, it.get(config))))
            .collect();
        let mut bytes = Vec::new();
        state.save(&mut |piece| bytes.extend_from_slice(piece));
        let mut left = &bytes[..];
        let copy = State::restore(&mut |place| {
            let count = place.len().min(left.len());
            let (now, later) = left.split_at(count);
            place[..count].copy_from_slice(now);
            left = later;
            count
        });
        let copy = copy.expect("a state that was just saved can be read back");
        let seq = Seq(self.seq);
        self.checks = match &self.wish {
            Wish::Single(place) => copy.explain(seq, time, actor, (place, self.bonus)),
            Wish::Several(place) => copy.explain_multiple(seq, time, actor, (place, self.bonus)),
        };
    }

    /// Hears a record and what came of it.
    pub fn hear(&mut self, words: &Words, step: &Step<'_>) {
        let by = match &step.envelope.command {
            Command::Feed(message) => {
                let said = words.feed_said(message);
                let (seq, time) = (step.seq.0, words::time(step.time));
                self.hear_feed(words, message, Line { seq, time, what: said.clone() });
                said
            }
            _ => words.actor(step.state, step.envelope.actor),
        };
        let said = Said { seq: step.seq, time: step.time, by };
        for record in step.events {
            self.hear_of_bet(record, &said);
            self.hear_of_money(record, &said, step.state);
            self.hear_of_market(words, record, &said, step.state);
        }
        self.hear_of_void(words, step, &said);
    }

    /// Two persons voided a stretch of the journal in which it lies.
    fn hear_of_void(&mut self, words: &Words, step: &Step<'_>, said: &Said) {
        let void = step.events.iter().find_map(|record| match record.event {
            Event::BetsVoided { match_id, market, from, to } => Some((match_id, market, from, to)),
            _ => None,
        });
        let Some((match_id, market, from, to)) = void else { return };
        let is_on = |leg: &LegLife| {
            market.is_none_or(|market| leg.pick.market == market)
                && words.match_of(leg.pick.market) == Some(match_id)
        };
        if !(from.0..=to.0).contains(&self.seq) || !self.legs.iter().any(is_on) {
            return;
        }
        let wished = step.events.iter().find_map(|record| match record.event {
            Event::Proposal { by, .. } => Some(format!(", as operator {by} had wished")),
            _ => None,
        });
        let what = match market {
            Some(market) => words.market(market),
            None => words.game(match_id),
        };
        let happened = market.and_then(|market| step.state.happened_at(market));
        let happened = happened
            .map(|at| format!("; it was decided at {} by its source's clock", words::time(at)));
        let what = format!(
            "{}: bets of records {} to {} on {what} are void as taken too late, by {}{}{}",
            words.game(match_id),
            from.0,
            to.0,
            said.by,
            wished.unwrap_or_default(),
            happened.unwrap_or_default()
        );
        let (seq, time) = (said.seq.0, words::time(said.time));
        self.incidents.push((match_id, Line { seq, time, what }));
    }

    fn hear_of_bet(&mut self, record: &Record, said: &Said) {
        let (name, status, odds, unit) = match record.event {
            Event::Bet(view) => {
                ((view.account, view.client_id), view.status, Some(view.odds), view.stake)
            }
            Event::Multiple(view) => ((view.account, view.client_id), view.status, None, view.unit),
            Event::Leg(view) if self.is_it((view.account, view.client_id)) => {
                if let Some(leg) = self.legs.get_mut(usize::from(view.index)) {
                    let standing = match view.standing {
                        LegStanding::Refused(refusal) => format!("refused: {}", as_told(refusal)),
                        other => words::standing(other),
                    };
                    if !matches!(view.standing, LegStanding::Refused(_)) {
                        leg.odds_taken = Some(view.odds);
                    }
                    if said.puts(&mut leg.standing, standing) {
                        self.turns.push(said.seq.0);
                    }
                }
                return;
            }
            Event::CashOut(view) => {
                let is_new = self.is_it((view.account, view.client_id))
                    && said.puts(&mut self.cash_outs, words::cash_out(&view));
                if is_new && view.status == CashOutStatus::Paid {
                    let (seq, stake, paid) = (said.seq.0, view.stake, view.amount);
                    self.paid_early.push(PaidEarly { seq, stake, paid });
                }
                return;
            }
            Event::BonusBet(with) => {
                if self.is_it((with.account, with.client_id)) {
                    self.with_bonus = Some(with);
                }
                return;
            }
            _ => return,
        };
        let is_other = |(place, _): &&mut (PlaceBet, Option<String>)| {
            (place.account, place.client_id) == name && said.seq.0 == self.seq
        };
        if let Some((_, answer)) = self.group.iter_mut().find(is_other) {
            *answer = Some(words::status(status));
        }
        if self.is_it(name) && (self.fate.is_empty() || !fate::is_of_the_id_alone(status)) {
            self.refused = matches!(status, BetStatus::Refused(_));
            if let (Some(odds), [leg]) = (odds, &mut self.legs[..])
                && matches!(status, BetStatus::Accepted { .. })
            {
                leg.odds_taken = Some(odds);
            }
            let what = match status {
                BetStatus::Refused(refusal) => format!("refused: {}", as_told(refusal)),
                other => words::status(other),
            };
            if said.puts(&mut self.fate, what) {
                self.turns.push(said.seq.0);
                let (seq, time, unit) = (said.seq.0, said.time, unit.money());
                self.answers.push(Turn { seq, time, status, odds, unit });
            }
        }
    }

    fn hear_of_money(&mut self, record: &Record, said: &Said, state: &State) {
        if let Event::Posting { from, to, amount, bet: Some(BetId(bet)), reason, .. } = record.event
            && bet == self.id.0
        {
            self.postings.push(PostingLine {
                seq: said.seq.0,
                time: words::time(said.time),
                from: words::ledger(state, from),
                to: words::ledger(state, to),
                amount: words::money(amount),
                why: words::posting(reason),
            });
        }
    }

    fn hear_of_market(&mut self, words: &Words, record: &Record, said: &Said, state: &State) {
        match record.event {
            Event::Market { market, status, .. } => {
                for leg in self.legs.iter_mut().filter(|leg| leg.pick.market == market) {
                    leg.status = Some(status);
                    said.stands(&mut leg.market_status, words.market_status(state, market, status));
                }
            }
            // The status need not change by it: the score may have said the same.
            Event::Graded { market, grade, by, approved_by, .. } => {
                let who = words::by_whom(by, approved_by);
                for leg in self.legs.iter_mut().filter(|leg| leg.pick.market == market) {
                    let status = leg.status.unwrap_or(MarketStatus::Graded);
                    let stands = match grade {
                        Grade::Automatic => {
                            let now = words.market_status(state, market, status);
                            format!("{GRADE_TAKEN_BACK}{who}{NOW}{now}")
                        }
                        Grade::Void | Grade::Results(_) => {
                            words.market_status(state, market, MarketStatus::Graded)
                        }
                    };
                    said.puts(&mut leg.market_status, stands);
                }
            }
            Event::Price(price) => {
                let is_its = |leg: &&mut LegLife| {
                    (leg.pick.market, leg.pick.selection) == (price.market, price.selection)
                };
                for leg in self.legs.iter_mut().filter(is_its) {
                    leg.prices.push(said.price(price.odds, price.cause));
                }
            }
            Event::HouseRules { version, name, .. } => {
                self.rule_names.insert(version, name);
            }
            Event::MatchRules { match_id, version } => {
                self.rules.insert(match_id, version);
            }
            Event::Incident(IncidentView { match_id, incident, status, .. }) => {
                let taken_back = match status {
                    IncidentStatus::Reported => "",
                    IncidentStatus::TakenBack => "taken back: ",
                };
                let what = format!(
                    "{}: {taken_back}{}",
                    words.game(match_id),
                    words.incident(match_id, incident)
                );
                let (seq, time) = (said.seq.0, words::time(said.time));
                self.incidents.push((match_id, Line { seq, time, what }));
            }
            _ => {}
        }
    }

    fn hear_feed(&mut self, words: &Words, message: &FeedMessage, line: Line) {
        let is_its_match =
            |leg: &LegLife| words.match_of(leg.pick.market) == Some(message.match_id);
        if self.legs.iter().any(is_its_match) && message.event != GameEvent::Heartbeat {
            let is_after = self.seq < line.seq;
            self.feed.push((is_after, line));
        }
    }

    fn is_it(&self, name: (AccountId, ClientBetId)) -> bool {
        name == self.wish.name()
    }

    /// How a market stood when the bet was placed.
    fn status_before(&self, leg: Option<u8>) -> Option<String> {
        let leg = &self.legs[usize::from(leg.unwrap_or(0))];
        leg.market_status.iter().rfind(|line| line.seq < self.seq).map(|line| line.what.clone())
    }

    /// What the feed said near the bet or changed its fate by.
    fn feed_near(&self) -> Vec<Line> {
        let end = self.turns.last().copied().unwrap_or(self.seq);
        let before = self.feed.iter().filter(|(is_after, _)| !is_after).count();
        let after = self.feed[before..].iter().filter(|(_, line)| line.seq <= end).count();
        let near = self.feed.iter().enumerate().filter(|(place, (_, line))| {
            let is_close = before.saturating_sub(FEED_BEFORE) <= *place
                && *place < before + after.clamp(1, FEED_AFTER / 2);
            let is_late = before + after <= place + FEED_AFTER / 2 && *place < before + after;
            is_close || is_late || self.turns.contains(&line.seq)
        });
        near.map(|(_, (_, line))| line.clone()).collect()
    }

    /// Tells it.
    pub fn told(self, state: &State, words: &Words, time: Timestamp, rule_set: u16) -> Dispute {
        let (account, client_id) = self.wish.name();
        let book = Book::beside(state, account);
        let checks = self.checks.iter();
        let market = checks.clone().find(|check| !check.passed && !check.in_shadow);
        let market = market
            .and_then(|check| Some((check.leg.map(|leg| leg + 1), self.status_before(check.leg)?)));
        let checks: Vec<_> =
            checks.map(|check| check_line(check, self.status_before(check.leg), &book)).collect();
        let (unit, lines) = self.wish.unit_and_lines();
        let feed = self.feed_near();
        let mut matches: Vec<MatchId> =
            self.legs.iter().filter_map(|leg| words.match_of(leg.pick.market)).collect();
        matches.sort_unstable();
        matches.dedup();
        let house_rules = matches.iter().map(|id| {
            let version = self.rules.get(id).copied().unwrap_or_default();
            let name = self.rule_names.get(&version);
            let name = name.map_or("the default".to_owned(), |name| format!("\"{name}\""));
            format!("{}: version {version}, {name}", words.game(*id))
        });
        let house_rules = house_rules.collect();
        let its_own = |(id, _): &(MatchId, Line)| matches.contains(id);
        let incidents = self.incidents.into_iter().filter(its_own).map(|(_, line)| line).collect();
        let others = self.group.iter().filter(|(place, _)| place.client_id != client_id);
        let group = others.map(|(place, answer)| GroupBet {
            client_id: words::uuid(place.client_id),
            what: format!(
                "{} on {} at {}",
                words::money(place.stake.money()),
                words.selection(place.market, place.selection),
                words::odds(place.odds)
            ),
            answer: answer.clone().unwrap_or_else(|| "answered before".to_owned()),
        });
        let group = group.collect();
        let game =
            |market: MarketId| words.match_of(market).map_or_else(String::new, |it| words.game(it));
        let legs = self.legs.into_iter().enumerate().map(|(index, leg)| {
            let LegLife { pick, odds_taken, standing, prices, market_status, status: _ } = leg;
            Leg {
                leg: index as u8 + 1,
                game: game(pick.market),
                market: words.market(pick.market),
                selection: words.selection(pick.market, pick.selection),
                odds_seen: words::odds(pick.odds),
                odds_taken: odds_taken.map(words::odds),
                banker: self.wish.is_banker(index),
                standing,
                prices,
                market_status,
            }
        });
        let legs: Vec<Leg> = legs.collect();
        let wish = (self.seq, unit.money(), lines);
        let answers = (&self.answers[..], &self.paid_early[..]);
        let told = story(answers, wish, &legs, market, self.told_from == 0);
        Dispute {
            seq: self.seq,
            time: words::time(time),
            client_id: words::uuid(client_id),
            account: words::account(state, account),
            currency: words::currency_code(state, account),
            kind: self.wish.kind(),
            lines,
            unit: words::money(unit.money()),
            stake: words::money(self.wish.stake()),
            policy: words::policy(self.wish.policy()),
            bonus: match (self.with_bonus, self.bonus) {
                (Some(with), _) => Some(words::bonus_bet(&with)),
                (None, Some(bonus)) => Some(format!("bonus {}", bonus.0)),
                (None, None) => None,
            },
            device: None,
            legs,
            told,
            fate: self.fate,
            refused: self.refused,
            checks,
            feed,
            cash_outs: self.cash_outs,
            group,
            house_rules,
            incidents,
            postings: self.postings,
            told_from: self.told_from,
            rule_set,
            config_version: self.config_version,
            settings: self.settings,
        }
    }
}
