//! No bet is taken at a price that the true match contradicts.
//!
//! A match is played; one or two sources tell of it late, with words lost and repeated, and with silences;
//! bettors who watch it know what happened before any source has said it, and bet on that at once. What the
//! engine then accepted is compared with the truth: a bet struck at a moment by which the score had moved on
//! from the one that its price was made of was taken at a wrong price. There must be none.
//!
//! What that promise rests on is here as well, switched off piece by piece until wrong prices are taken: the
//! wait in play, the limit on silence, and the count by which a lost word is noticed.
//!
//! `CLUTCH_TRUTH_SEEDS` sets how many matches are played, `CLUTCH_TRUTH_SEED` plays a single one.

use std::collections::{BTreeMap, HashMap};

use clutch_core::command::{
    Capacity, Config, CreateMatch, FeedMessage, Line, MarketKind, PlaceBet, PricePolicy,
    RoundFormat, Scope, SetMap, Side, Strengths, SuspendReason, Title,
};
use clutch_core::event::{BetStatus, FeedAlert, MarketStatus, MatchPhase};
use clutch_core::units::{
    AccountId, ClientBetId, Currency, MarketId, MatchId, Money, Name, Odds, Probability,
    SelectionIndex, SourceId, Stake, Timestamp,
};
use clutch_core::{Command, Event, Query, Record};
use clutch_tests::random::Random;
use clutch_tests::truth::channel::{Channel, Habits};
use clutch_tests::truth::{Played, Standing};
use clutch_tests::world::World;

const MATCH: MatchId = MatchId(0);
const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000 * MILLISECOND;
const ACCOUNTS: u32 = 20;
const SEEDS: u64 = 60;

/// As shipped. A word takes at most 1.5 s, signs of life come every two, silence is noticed after three: so everything
/// that happened is heard, or missed, within the five seconds that a bet waits.
const DELAY: u64 = 5 * SECOND;
const SILENCE: u64 = 3 * SECOND;
const HABITS: Habits = Habits {
    delay_max: 1_500 * MILLISECOND,
    lost_permille: 15,
    twice_permille: 20,
    silence_every: 150 * SECOND,
    silence_max: 40 * SECOND,
    heartbeat: 2 * SECOND,
    counts: true,
};

/// What the promise rests on.
#[derive(Clone, Copy)]
struct Rules {
    delay: u64,
    silence: u64,
    habits: Habits,
}

const RULES: Rules = Rules { delay: DELAY, silence: SILENCE, habits: HABITS };

#[test]
fn no_bet_is_taken_at_a_price_that_the_true_match_contradicts() {
    let tally = over_seeds(RULES, setting("CLUTCH_TRUTH_SEEDS").unwrap_or(SEEDS));
    println!("{tally:#?}");
    assert_eq!(tally.wrong, [""; 0]);
    // Otherwise nothing was tried: bets were taken in play, and informed ones were struck and turned away.
    assert!(tally.accepted_in_play > 20 * tally.matches, "{tally:?}");
    assert!(tally.informed_turned_away > 5 * tally.matches, "{tally:?}");
    assert!(tally.took_over > tally.matches / 2, "{tally:?}");
    assert!(tally.handed_over > 0 && tally.asked_again > tally.matches, "{tally:?}");
}

#[test]
fn what_is_shipped_keeps_the_promise() {
    let shipped = Config::default();
    let way = shipped.feed_lag_max_ns;
    assert!(HABITS.delay_max <= way && HABITS.heartbeat <= SILENCE);
    assert_eq!((shipped.in_play_delay_ns, shipped.feed_age_live_ns), (DELAY, SILENCE));
    for delay in [shipped.in_play_delay_ns, shipped.in_play_delay_moba_ns] {
        assert!(shipped.feed_age_live_ns + way <= delay, "a lost word is noticed too late");
    }
}

#[test]
fn without_its_wait_a_bet_is_taken_at_a_wrong_price() {
    assert!(!over_seeds(Rules { delay: 0, ..RULES }, 3).wrong.is_empty());
}

#[test]
fn without_the_limit_on_silence_a_bet_is_taken_at_a_wrong_price() {
    assert!(!over_seeds(Rules { silence: 3_600 * SECOND, ..RULES }, 3).wrong.is_empty());
}

#[test]
fn without_the_count_of_words_a_bet_is_taken_at_a_wrong_price() {
    let habits = Habits { counts: false, lost_permille: 60, silence_every: 0, ..HABITS };
    assert!(!over_seeds(Rules { habits, ..RULES }, 3).wrong.is_empty());
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a whole number"))
}

fn over_seeds(rules: Rules, count: u64) -> Tally {
    let (first, count) = setting("CLUTCH_TRUTH_SEED").map_or((0, count), |seed| (seed, 1));
    let mut all = Tally::default();
    for seed in first..first + count {
        let tally = Run::new(seed, rules).play();
        all.matches += 1;
        all.accepted += tally.accepted;
        all.accepted_in_play += tally.accepted_in_play;
        all.turned_away += tally.turned_away;
        all.informed_turned_away += tally.informed_turned_away;
        all.handed_over += tally.handed_over;
        all.took_over += tally.took_over;
        all.asked_again += tally.asked_again;
        let named = tally.wrong.into_iter().map(|what| format!("CLUTCH_TRUTH_SEED={seed}: {what}"));
        all.wrong.extend(named);
    }
    all
}

/// What came of bets.
#[derive(Debug, Default)]
struct Tally {
    matches: u64,
    accepted: u64,
    accepted_in_play: u64,
    /// Bets that waited and were then refused.
    turned_away: u64,
    /// Those among them that knew more than the engine.
    informed_turned_away: u64,
    handed_over: u64,
    /// Matches that went to another source by themselves.
    took_over: u64,
    asked_again: u64,
    wrong: Vec<String>,
}

/// What is on offer, with the score that it was made of.
#[derive(Clone)]
struct Board {
    at: u64,
    made_of: Standing,
    open: Vec<Offer>,
    frozen: Option<SuspendReason>,
}

#[derive(Clone, Copy)]
struct Offer {
    market: MarketId,
    kind: MarketKind,
    selection: SelectionIndex,
    odds: Odds,
    price_seq: u64,
    epoch: u32,
}

/// A bet on its way.
struct Struck {
    at: u64,
    made_of: Standing,
    kind: MarketKind,
    is_decided: bool,
}

/// Something that is to come.
enum Due {
    Word(FeedMessage),
    Bet,
    /// Somebody of the staff looks at the match.
    Look,
}

struct Run {
    rules: Rules,
    world: World,
    played: Played,
    channels: Vec<Channel>,
    random: Random,
    due: BTreeMap<(u64, u64), Due>,
    order: u64,
    asked_at: [u64; 2],
    struck: HashMap<u128, Struck>,
    last_board: Option<Board>,
    tally: Tally,
}

impl Run {
    fn new(seed: u64, rules: Rules) -> Self {
        let mut random = Random::new(seed);
        let config = Config {
            in_play_delay_ns: rules.delay,
            feed_age_live_ns: rules.silence,
            feed_age_prematch_ns: rules.silence.max(10 * SECOND),
            feed_grace_ns: 2 * SECOND,
            feed_hand_over_ns: rules.silence + 2 * SECOND,
            band_milli: 1_000_000,
            deposits_alone_max: Config::AMOUNT_MAX,
            payout_max: Money::from_minor(1_000_000_000),
            liability_selection_max: Money::from_minor(1_000_000_000),
            liability_market_max: Money::from_minor(1_000_000_000),
            liability_account_max: Money::from_minor(1_000_000_000),
            ..Config::default()
        };
        let capacity = Capacity {
            accounts_max: ACCOUNTS,
            matches_max: 1,
            markets_max: 400,
            bets_max: 20_000,
            client_ids_max: 20_000,
            multiples_max: 1,
            legs_max: 2,
            payments_max: 2 * ACCOUNTS,
            bonuses_max: 1,
            play_limits_max: 1,
        };
        let mut world = World::new(capacity, config);
        let best_of = random.pick(&[1, 1, 3]);
        set_up(&mut world, best_of);
        let start = world.now().nanos() + 5 * SECOND;
        let played = Played::new(&mut random, start, best_of);
        let sources = 1 + u8::from(random.chance(60));
        let channels = (0..sources).map(|source| {
            let seed = seed ^ (u64::from(source) + 1) << 32;
            Channel::new(source, rules.habits, seed, start, played.end())
        });
        let channels = channels.collect();
        let mut run = Self {
            rules,
            world,
            played,
            channels,
            random,
            due: BTreeMap::new(),
            order: 0,
            asked_at: [0; 2],
            struck: HashMap::new(),
            last_board: None,
            tally: Tally::default(),
        };
        run.plan(start);
        run
    }

    fn plan(&mut self, start: u64) {
        for index in 0..self.channels.len() {
            let words = self.channels[index].tell(&self.played);
            words.into_iter().for_each(|(at, word)| self.at(at, Due::Word(word)));
        }
        let moments: Vec<u64> = self.played.happenings.iter().map(|it| it.at).collect();
        for at in moments {
            for _ in 0..2 {
                // Before anybody can have said it, and a little later.
                let at = at + self.random.below(3 * SECOND);
                self.at(at, Due::Bet);
            }
        }
        let mut at = start;
        while at < self.played.end() {
            at += self.random.below(14 * SECOND);
            self.at(at, Due::Bet);
            if self.random.chance(40) {
                self.at(at + 1, Due::Look);
            }
        }
    }

    fn at(&mut self, nanos: u64, due: Due) {
        self.order += 1;
        self.due.insert((nanos, self.order), due);
    }

    fn play(mut self) -> Tally {
        while let Some(((at, _), due)) = self.due.pop_first() {
            let records = self.world.wait(at.saturating_sub(self.world.now().nanos()));
            self.hear(&records);
            match due {
                Due::Word(message) => {
                    let records = self.world.apply(Command::Feed(message));
                    self.hear(&records);
                }
                Due::Bet => self.bet(),
                Due::Look => self.look(),
            }
        }
        let records = self.world.wait(60 * SECOND);
        self.hear(&records);
        self.tally
    }

    fn board(&mut self) -> Board {
        let (mut kinds, mut epochs) = (HashMap::new(), HashMap::new());
        let at = self.world.now().nanos();
        let mut board = Board { at, made_of: Standing::default(), open: Vec::new(), frozen: None };
        for event in self.world.ask(Query::Match { match_id: MATCH }) {
            match event {
                Event::Score(score) => {
                    let live = u8::from(score.phase == MatchPhase::Live);
                    board.made_of =
                        Standing { map: score.map, rounds: score.rounds, maps: score.maps, live };
                }
                Event::MatchFrozen { reason, .. } => board.frozen = reason,
                Event::MarketOpened { market, kind, .. } => drop(kinds.insert(market, kind)),
                Event::Price(price) => board.open.extend(price.odds.map(|odds| Offer {
                    market: price.market,
                    kind: kinds[&price.market],
                    selection: price.selection,
                    odds,
                    price_seq: price.price_seq,
                    epoch: 0,
                })),
                Event::Market { market, status: MarketStatus::Open, epoch } => {
                    epochs.insert(market, epoch);
                }
                _ => {}
            }
        }
        board.open.retain_mut(|offer| {
            epochs.get(&offer.market).is_some_and(|epoch| {
                offer.epoch = *epoch;
                true
            })
        });
        board
    }

    fn bet(&mut self) {
        let mut board = self.board();
        // Some bet on what they saw a moment ago.
        let seen = self.last_board.replace(board.clone());
        if let Some(seen) = seen
            && self.random.chance(30)
            && board.at < seen.at + 8 * SECOND
        {
            board = seen;
        }
        if board.open.is_empty() {
            return;
        }
        let offer = self.random.pick(&board.open);
        let number = self.struck.len() as u128 + 1;
        let client_id = ClientBetId::from_parts(self.world.now().millis(), number);
        let at = self.world.now().nanos();
        let struck = Struck { at, made_of: board.made_of, kind: offer.kind, is_decided: false };
        self.struck.insert(client_id.0, struck);
        let records = self.world.apply(Command::PlaceBet(PlaceBet {
            account: AccountId(self.random.below(ACCOUNTS.into()) as u32),
            client_id,
            market: offer.market,
            selection: offer.selection,
            odds: offer.odds,
            price_seq: offer.price_seq,
            epoch: offer.epoch,
            stake: Stake::new(Money::from_minor(100)).expect("above zero"),
            policy: PricePolicy::Any,
        }));
        self.hear(&records);
    }

    /// The staff follows another source while the first is down, and lets a frozen match go on once its
    /// score is right.
    fn look(&mut self) {
        let board = self.board();
        let truth = self.played.at(self.world.now().nanos());
        let command = match board.frozen {
            Some(
                SuspendReason::FeedStale | SuspendReason::FeedGap | SuspendReason::ImpossibleState,
            ) if self.random.chance(70) && self.channels.len() > 1 => {
                let source = SourceId(self.random.below(2) as u8);
                Command::HandOver { match_id: MATCH, source }
            }
            Some(SuspendReason::ImpossibleState | SuspendReason::FeedsDisagree)
                if score_of(&board.made_of) == score_of(&truth) =>
            {
                Command::Resume { scope: Scope::Match(MATCH) }
            }
            _ => return,
        };
        let records = self.world.apply(command);
        self.hear(&records);
    }

    fn hear(&mut self, records: &[Record]) {
        for Record { time, event, .. } in records {
            match *event {
                Event::FeedAlert { source, alert: FeedAlert::Gap { after }, .. } => {
                    self.ask_again(source, after);
                }
                Event::FeedAlert { alert: FeedAlert::HandedOver, .. } => {
                    self.tally.handed_over += 1;
                }
                Event::FeedAlert { alert: FeedAlert::TookOver { .. }, .. } => {
                    self.tally.took_over += 1;
                }
                Event::Bet(view) => self.judge(view.client_id.0, view.status, *time),
                _ => {}
            }
        }
    }

    fn ask_again(&mut self, source: SourceId, after: u64) {
        let (index, now) = (usize::from(source.0), self.world.now().nanos());
        if now < self.asked_at[index] + 2 * SECOND {
            return;
        }
        self.asked_at[index] = now;
        self.tally.asked_again += 1;
        let words = self.channels[index].again(&self.played, after, now);
        words.into_iter().for_each(|(at, word)| self.at(at, Due::Word(word)));
    }

    /// Compares what was decided about a bet with the truth.
    fn judge(&mut self, client_id: u128, status: BetStatus, time: Timestamp) {
        let Some(struck) = self.struck.get_mut(&client_id) else { return };
        let is_final = matches!(status, BetStatus::Accepted { .. } | BetStatus::Refused(_));
        if struck.is_decided || !is_final {
            return;
        }
        struck.is_decided = true;
        let decided_at = time.nanos();
        let waited = struck.at < decided_at;
        // The price of a bet that waits is that of the moment at which it was struck.
        let moment = if waited { decided_at - self.rules.delay } else { decided_at };
        let truth = self.played.at(moment);
        let contradicts = contradicts(struck.kind, &struck.made_of, &truth);
        match status {
            BetStatus::Accepted { .. } => {
                self.tally.accepted += 1;
                self.tally.accepted_in_play += u64::from(waited);
                if contradicts {
                    let (kind, made_of) = (struck.kind, struck.made_of);
                    let (at, rest) = (moment / SECOND, moment % SECOND / MILLISECOND);
                    self.tally.wrong.push(format!(
                        "{kind:?} at {at}.{rest:03} priced at {made_of:?}, in truth {truth:?}"
                    ));
                }
            }
            _ => {
                self.tally.turned_away += u64::from(waited);
                self.tally.informed_turned_away += u64::from(waited && contradicts);
            }
        }
    }
}

/// Whether a price of a market that was made of one score is wrong at another.
fn contradicts(kind: MarketKind, made_of: &Standing, truth: &Standing) -> bool {
    let Some(map) = kind.map() else { return score_of(made_of) != score_of(truth) };
    // Who watches a round that is being played knows more than its price. Between maps bets do not wait,
    // and a round that has just begun there has told nobody anything yet.
    let is_played = made_of.live != 0
        && matches!(kind, MarketKind::RoundWinner { round, .. } if truth.map == map && truth.live == round);
    rounds_of(map, made_of) != rounds_of(map, truth) || is_played
}

/// What counts for the match as a whole: maps, and rounds of the map that is not decided.
fn score_of(standing: &Standing) -> ([u8; 2], [u8; 2]) {
    let is_over = standing.rounds.contains(&13);
    (standing.maps, if is_over { [0; 2] } else { standing.rounds })
}

/// The rounds of one map; `None` once a later one is played.
fn rounds_of(map: u8, standing: &Standing) -> Option<[u8; 2]> {
    match standing.map.cmp(&map) {
        std::cmp::Ordering::Less => Some([0; 2]),
        std::cmp::Ordering::Equal => Some(standing.rounds),
        std::cmp::Ordering::Greater => None,
    }
}

fn set_up(world: &mut World, best_of: u8) {
    let name = |text: &str| Name::new(text).expect("a short name");
    let half = Probability::from_ppb(500_000_000).expect("a half");
    let line = |halves| Line::from_halves(halves).expect("an odd number of halves");
    let mut commands = vec![Command::CreateMatch(CreateMatch {
        key: name("match"),
        title: Title::CounterStrike,
        rounds: RoundFormat::Mr12,
        best_of,
        team_a: name("Alpha"),
        team_b: name("Bravo"),
        starts_at: Timestamp::default(),
        round_markets: true,
    })];
    commands.extend((1..=best_of).map(|map_no| {
        let strengths = Strengths::BySide { t: half, ct: half };
        let (name, first_side_a) = (name("map"), Side::Ct);
        Command::SetMap(SetMap { match_id: MATCH, map_no, name, first_side_a, strengths })
    }));
    let mut kinds = vec![MarketKind::MatchWinner];
    for map in 1..=best_of {
        kinds.extend([
            MarketKind::MapWinner { map },
            MarketKind::TotalRounds { map, line: line(43) },
            MarketKind::RoundHandicap { map, line: line(-5) },
            MarketKind::RaceToRounds { map, rounds: 8 },
        ]);
    }
    let open = |kind| Command::OpenMarket { match_id: MATCH, kind };
    commands.extend(kinds.into_iter().map(open));
    for account in 0..ACCOUNTS {
        let key = name(&format!("account {account}"));
        commands.push(Command::OpenAccount { key, currency: Currency::default() });
        commands.push(Command::Deposit {
            account: AccountId(account),
            amount: Money::from_minor(10_000_000),
            reference: u128::from(account),
        });
    }
    for command in commands {
        let records = world.apply(command);
        let refused = records.iter().find(|it| matches!(it.event, Event::Refused(_)));
        assert!(refused.is_none(), "{command:?} was refused: {refused:?}");
    }
}
