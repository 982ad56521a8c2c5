//! Scenarios as tables: one line per command or expectation, in the words of a trader.
//!
//! ```text
//! config  stake_max 50.00
//! account A1 balance 100.00
//! match   M bo1
//! maps    M even
//! market  W M map 1
//! bet     b1 A1 W a 60.00            -> StakeAboveLimit(50.00, 60.00)
//! bet     b1 A1 W a 50.00            -> Accepted 100.00
//! expect  account A1 available 50.00 held 50.00
//! ```
//!
//! Every line that acts may end with the answer it must get; without one it must succeed. An answer
//! without its numbers matches any numbers. `# ` begins a comment. After each line the core gets its
//! ticks until it is at rest, as the engine would do.
//!
//! | line | does |
//! |---|---|
//! | `capacity KEY N …`, `config KEY VALUE …` | first lines: the first record; later `config` changes the settings |
//! | `account NAME [balance AMOUNT] [currency N]` | opens an account and pays in |
//! | `deposit ACCOUNT AMOUNT [ref N]`, `state ACCOUNT open\|suspended\|closed\|excluded` | |
//! | `limit ACCOUNT QUANTITY WINDOW AMOUNT\|none`, `confirm ACCOUNT QUANTITY WINDOW` | a player's own limit: `stake`, `loss`, `deposit`, `net_deposit` over `24h`, `7d`, `day`, `week`, `month` |
//! | `rest ACCOUNT time_out\|exclusion TIME`, `return ACCOUNT` | a break from betting; the wish to come back |
//! | payments and bonuses | see the file `cash.rs` |
//! | `match NAME bo1\|bo2\|bo3\|bo5 [valorant\|lol\|dota2] [mr15] [starts TIME] [round_markets]` | creates a match that begins after that time |
//! | `map MATCH N t P ct P [pistols P P] [starts t\|ct] [by N]`, `map MATCH N price P [by N]`, `maps MATCH even` | sets strengths: chances of A in percent; by the configuration if nobody is named |
//! | `next MATCH N R P\|none [by N]` | sets the chance of A in the next round alone |
//! | `market NAME MATCH winner\|score\|map N\|total N LINE\|handicap N LINE\|round N R` and `map_handicap LINE\|total_maps LINE\|series_rounds LINE\|rounds_score N\|race N R\|pistol N HALF\|overtime N\|odd N\|regulation N\|regulation_total N LINE\|regulation_handicap N LINE\|team_rounds N A\|B LINE` | opens a market |
//! | `feed MATCH start N ct\|t`, `round N R A\|B`, `begins N R`, `rewind N TO`, `over N A B`, `next N R P\|none`, `state\|restored N TIME LEAD KILLS KILLS TOWERS TOWERS OBJECTIVES OBJECTIVES`, `won N A\|B`, `held`, `released`, `disputed`, `heartbeat` `[source S] [version V] [follows V] [late TIME\|untimed]` | |
//! | `play MATCH N A12 B3 A1` | starts the map if need be and plays rounds |
//! | `suspend\|resume market M\|match M\|all [REASON]`, `kill all\|title\|match M\|class C\|channel C\|cash-out\|withdrawals on\|off`, `mode MODE`, `reset TRIP [by N]` | |
//! | `override NAME MARKET odds S ODDS\|fair S PERCENT\|margin PERCENT\|off S\|suspend for TIME [by N]` | a trader's word |
//! | `approve NAME [by N]`, `lift NAME [by N]` | by this operator; 1 if none is named, `by nobody` by no operator |
//! | `factor ACCOUNT prematch\|live PERCENT`, `group ACCOUNT N\|none`, `tier MATCH N` | what limits an account or a match |
//! | `handover MATCH S [by N]` | the score follows this source from now on |
//! | `look VIEW MARKET` | remembers what a bettor sees now |
//! | `bet NAME ACCOUNT MARKET SELECTION STAKE [partial] [offers] [policy P] [at ODDS] [seen VIEW] [ahead] [made ±TIME] [id N] [uuid4] [by CHANNEL]` | places a bet |
//! | `multi NAME ACCOUNT UNIT SIZES LEG… [partial] [offers] [policy P] [id N]` | a bet of several legs: sizes `2,3` or a system's name; a leg is `MARKET:SELECTION[@ODDS][~VIEW][*]`, `*` for a banker |
//! | `grade MARKET results won lost half_won half_lost void 1/2 …\|void\|automatic [version N] [by N]`, `graded MARKET approve\|drop [by N]` | how a market ended, and the second person |
//! | `rules SET\|CASE ANSWER …` | house rules for matches created from here on: a set of `gateways/data/house_rules`, or the default but for these |
//! | `incident MATCH walkover N A\|B [stated]\|forfeit N A\|B\|short N\|format N\|postponed to TIME\|postponed\|replayed N\|early after BET\|stand_ins A\|B N\|taken_back [by N]` | what happened beside the score |
//! | `batch A BET:MARKET:SELECTION:STAKE[@ODDS] …` | bets of which all are taken or none |
//! | `take BET [offer OTHER]`, `decline BET` | the bettor's answer to an offer |
//! | `trader BET accept\|part STAKE\|offer STAKE [at ODDS]\|refuse [by N]` | what a trader says of a bet that was put to him |
//! | `quote NAME BET [part UNIT]`, `cash_out NAME [for AMOUNT] [part UNIT]` | asks what a bet, or a part of each line's stake, is worth; takes that quote |
//! | `settlement goes_on MARKET\|pause TIER\|pause none [by N]` | lets stopped settlement go on; sets that of less known matches aside |
//! | `waiting approve\|drop\|approve_any [by N]` | the second person's word on the newest wish, or on one if there is any |
//! | `void BET`, `void from BET [to BET] match MATCH\|market MARKET [by N]` | one bet, or all from that one up to another or to now |
//! | `sweep MARKET [margin TIME] [at TIME] [by N]` | proposes to void just the bets that came after what decided the market (or so long ago) |
//! | `policy NAME [TERM=NUMBER …] [by N]`, `verify ACCOUNT LEVEL`, `hold ACCOUNT HOLD`, `review ACCOUNT COUNTER` | what a licence asks: see the file `compliance.rs` |
//! | `session ACCOUNT open\|alive\|confirm\|close\|every MINUTES` | what a player says of his session |
//! | `again BET`, `cancel BET` | sends the same bet once more; takes it back |
//! | `wait TIME`, `skip TIME`, `tick` | time with its ticks; without them; one tick |
//! | `expect …` | see the file `expect.rs` |

mod batch;
mod cash;
mod cash_out;
mod catalogue;
mod compliance;
mod expect;
mod grades;
mod incidents;
mod late;
mod lines;
mod multiples;
mod r#override;
mod play;
mod terms;
mod trading;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use clutch_core::command::{
    Actor, Capacity, CashOut, Channel, Config, PlaceBet, PlaceMultiple, Terms,
};
use clutch_core::event::{
    BetStatus, CashOutStatus, CashOutView, Contradiction, FeedAlert, LateBets,
};
use clutch_core::units::{
    AccountId, BetId, BonusId, ClientBetId, MarketId, MatchId, Money, OverrideId,
};
use clutch_core::{Command, Event, Record, Refusal};

use crate::world::World;
use lines::Words;
use values::show_refusal;

/// Runs a table; panics with the first line that did not go as written.
#[track_caller]
pub fn check(table: &str) {
    let mut scenario = Scenario::new();
    for (index, raw) in table.lines().enumerate() {
        let line = raw.split("# ").next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        if let Err(failure) = scenario.run(line) {
            panic!("line {} of the table: {line}\n    {failure}", index + 1);
        }
    }
}

/// What a line says went wrong.
type Outcome<T> = Result<T, String>;

/// What a command was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Done,
    Refused(Refusal),
    Bet(BetStatus),
    /// With the leg that a refusal is about, from 1.
    Multiple(BetStatus, Option<u8>),
    CashOut(CashOutView),
}

/// A bet that was asked for.
#[derive(Clone, Debug)]
enum Wish {
    Single(PlaceBet),
    Multiple(Box<PlaceMultiple>),
}

impl Wish {
    fn id(&self) -> (AccountId, ClientBetId) {
        match self {
            Self::Single(place) => (place.account, place.client_id),
            Self::Multiple(place) => (place.account, place.client_id),
        }
    }
}

/// What a bettor saw of a market.
#[derive(Clone, Debug)]
struct View {
    odds: Vec<Option<u32>>,
    price_seq: u64,
    epoch: u32,
}

/// A table being run: the names it gave to things, and the world they live in.
struct Scenario {
    capacity: Capacity,
    config: Config,
    world: Option<World>,
    accounts: BTreeMap<String, AccountId>,
    matches: BTreeMap<String, MatchId>,
    mobas: BTreeSet<MatchId>,
    markets: BTreeMap<String, (MarketId, MatchId)>,
    bets: BTreeMap<String, Wish>,
    /// What the bettor of the next bet would take in place of it.
    terms: Option<Terms>,
    /// The largest stake that came with the last bet's answer.
    maximum: Option<Money>,
    /// The engine's ids of the bets that were written down.
    bet_ids: BTreeMap<(AccountId, ClientBetId), BetId>,
    /// What was wrong with the legs of the last bet asked for.
    leg_reasons: Vec<String>,
    quotes: BTreeMap<String, CashOut>,
    views: BTreeMap<String, View>,
    epochs: BTreeMap<String, u32>,
    overrides: BTreeMap<String, (OverrideId, MatchId)>,
    bonuses: BTreeMap<String, BonusId>,
    versions: BTreeMap<(MatchId, u8), u64>,
    /// What was last told of a source.
    alert: Option<FeedAlert>,
    /// What was last told of bets that came too late.
    late: Option<LateBets>,
    /// What was last told of a result that the score denies.
    contradiction: Option<Contradiction>,
    /// The way by which the bettor of the line comes.
    channel: Channel,
    ids: u128,
    references: u128,
}

impl Scenario {
    fn new() -> Self {
        let hour = 3_600_000_000_000;
        Self {
            capacity: Capacity {
                accounts_max: 64,
                matches_max: 8,
                markets_max: 512,
                bets_max: 4096,
                client_ids_max: 8192,
                multiples_max: 256,
                legs_max: 2048,
                payments_max: 8192,
                bonuses_max: 64,
                play_limits_max: 64,
            },
            // Even teams at 2.00 and patient feeds, so that a table says only what it is about.
            config: Config {
                margin_ppb: 0,
                feed_age_live_ns: hour,
                feed_age_prematch_ns: hour,
                view_age_max_ns: hour,
                band_milli: 50_000,
                // Three seconds are easily read; what is shipped is longer.
                in_play_delay_ns: 3_000_000_000,
                in_play_delay_moba_ns: 3_000_000_000,
                // What one person credits is no subject of most tables.
                adjust_alone_max: Config::AMOUNT_MAX,
                grants_alone_max: Config::AMOUNT_MAX,
                deposits_alone_max: Config::AMOUNT_MAX,
                ..Config::default()
            },
            world: None,
            accounts: BTreeMap::new(),
            matches: BTreeMap::new(),
            mobas: BTreeSet::new(),
            markets: BTreeMap::new(),
            bets: BTreeMap::new(),
            terms: None,
            maximum: None,
            bet_ids: BTreeMap::new(),
            leg_reasons: Vec::new(),
            quotes: BTreeMap::new(),
            views: BTreeMap::new(),
            epochs: BTreeMap::new(),
            overrides: BTreeMap::new(),
            bonuses: BTreeMap::new(),
            versions: BTreeMap::new(),
            alert: None,
            late: None,
            contradiction: None,
            channel: Channel::Web,
            ids: 0,
            references: 1_000_000,
        }
    }

    /// The world; created by the first line that needs it.
    fn world(&mut self) -> &mut World {
        let (capacity, config) = (self.capacity, self.config);
        self.world.get_or_insert_with(|| World::new(capacity, config))
    }

    fn run(&mut self, line: &str) -> Outcome<()> {
        let (line, expected) = match line.split_once("->") {
            Some((line, expected)) => (line, Some(expected.trim())),
            None => (line, None),
        };
        let mut words = Words::new(line);
        let answer = self.act(&mut words)?;
        words.finish()?;
        meets(expected, answer)
    }

    fn act(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        match words.next()? {
            "capacity" => self.capacity(words),
            "config" => self.configure(words),
            "account" => self.account(words),
            "currency" => self.currency(words),
            "deposit" => self.deposit(words),
            word @ ("authorise" | "fail" | "withdraw" | "paid" | "returned") => {
                self.payment(word, words)
            }
            "bonus" => self.bonus(words),
            "forfeit" => self.forfeit(words),
            "adjust" => self.adjust(words),
            "state" => self.account_state(words),
            "limit" => self.play_limit(words),
            "confirm" => self.confirm_limit(words),
            "rest" => self.rest(words),
            "return" => self.end_rest(words),
            "policy" => self.policy(words),
            "verify" => self.verify(words),
            "hold" => self.hold(words),
            "review" => self.review(words),
            "session" => self.session(words),
            "match" => self.create_match(words),
            "map" => self.set_map(words),
            "maps" => self.set_maps(words),
            "next" => self.next_round(words),
            "market" => self.open_market(words),
            "feed" => self.feed(words),
            "play" => self.play(words),
            "suspend" => self.suspend(words),
            "resume" => self.resume(words),
            "kill" => self.kill(words),
            "mode" => self.mode(words),
            "reset" => self.reset_trip(words),
            "override" => self.set_override(words),
            "approve" => self.approve(words),
            "lift" => self.lift(words),
            "factor" => self.factor(words),
            "group" => self.group(words),
            "tier" => self.tier(words),
            "delay" => self.delay(words),
            "handover" => self.hand_over(words),
            "look" => self.look(words),
            "bet" => self.bet(words),
            "multi" => self.multiple(words),
            "batch" => self.batch(words),
            "grade" => self.grade(words),
            "rules" => self.rules(words),
            "incident" => self.incident(words),
            "settlement" => self.settlement(words),
            "waiting" => self.decide_newest(words),
            "void" => self.void(words),
            "sweep" => self.sweep(words),
            "graded" => self.decide_grade(words),
            "again" => self.again(words),
            "cancel" => self.cancel(words),
            "quote" => self.quote(words),
            "take" => self.answer_offer(words, true),
            "decline" => self.answer_offer(words, false),
            "trader" => self.trader(words),
            "cash_out" => self.cash_out(words),
            "wait" => self.wait(words),
            "skip" => self.skip(words),
            "tick" => Ok(self.send(Command::Tick)),
            "expect" => self.expect(words).map(|()| Answer::Done),
            other => Err(format!("no line begins with {other:?}")),
        }
    }

    /// Sends a command that is no bet, and lets the core come to rest.
    fn send(&mut self, command: Command) -> Answer {
        let records = self.world().apply(command);
        self.answer(&records)
    }

    /// The same, by somebody in particular.
    fn send_by(&mut self, actor: Actor, command: Command) -> Answer {
        let records = self.world().apply_by(actor, command);
        self.answer(&records)
    }

    fn answer(&mut self, records: &[Record]) -> Answer {
        let told = said(records).filter_map(|event| match event {
            Event::FeedAlert { alert, .. } => Some(alert),
            _ => None,
        });
        self.alert = told.last().or(self.alert);
        let refusal = said(records).find_map(|event| match event {
            Event::Refused(refusal) => Some(refusal),
            _ => None,
        });
        let rest = self.world().drain();
        let mut late = records.iter().chain(&rest).filter_map(|record| match record.event {
            Event::LateBets(late) => Some(late),
            _ => None,
        });
        self.late = late.next_back().or(self.late);
        let mut told = records.iter().chain(&rest).filter_map(|record| match record.event {
            Event::Contradicted(told) => Some(told),
            _ => None,
        });
        self.contradiction = told.next_back().or(self.contradiction);
        refusal.map_or(Answer::Done, Answer::Refused)
    }

    fn wait(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let nanos = values::duration(words.next()?)?;
        self.world().wait(nanos);
        Ok(Answer::Done)
    }

    fn skip(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let nanos = values::duration(words.next()?)?;
        self.world().skip(nanos);
        Ok(Answer::Done)
    }
}

/// What the command itself said, apart from timers and settlement.
fn said(records: &[Record]) -> impl Iterator<Item = Event> + '_ {
    records.iter().filter(|record| record.trace != 0).map(|record| record.event)
}

/// Compares an answer with the one written down; none means that the line must succeed.
fn meets(expected: Option<&str>, answer: Answer) -> Outcome<()> {
    let shown = show(answer);
    let met = match expected {
        Some(expected) => same(expected, &shown),
        None => !matches!(
            answer,
            Answer::Refused(_)
                | Answer::Bet(BetStatus::Refused(_))
                | Answer::Multiple(BetStatus::Refused(_), _)
                | Answer::CashOut(CashOutView { status: CashOutStatus::Refused(_), .. })
        ),
    };
    if met {
        return Ok(());
    }
    Err(format!("expected {}, the answer was {shown}", expected.unwrap_or("success")))
}

/// An answer without its numbers matches any numbers.
fn same(expected: &str, shown: &str) -> bool {
    let name = shown.split(['(', ' ']).next().unwrap_or_default();
    expected == shown || expected == name
}

fn show(answer: Answer) -> String {
    match answer {
        Answer::Done => "Ok".to_owned(),
        Answer::Refused(refusal) => show_refusal(refusal),
        Answer::CashOut(view) => cash_out::show(&view),
        Answer::Bet(status) | Answer::Multiple(status, None) => values::show_status(status),
        Answer::Multiple(status, Some(leg)) => {
            format!("{} leg {leg}", values::show_status(status))
        }
    }
}
