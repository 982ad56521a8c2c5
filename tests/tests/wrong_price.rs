//! No bet is taken at a price that the true match contradicts.
//!
//! Three matches are played at once, of rounds and against the clock; one or two sources tell of each late, with words lost
//! and repeated, with silences, and through pipes that fall behind with everything in them; bettors who watch know what
//! happened before any source has said it, and bet on that at once, on one match or on several together. What the
//! engine then accepted is compared with the truth: a bet struck at a moment by which a score had moved on
//! from the one that its price was made of was taken at a wrong price. There must be none, as shipped.
//!
//! What that promise rests on is here as well, switched off piece by piece until wrong prices are taken: the
//! wait in play, the limits on silence and on lag, and the count by which a lost word is noticed.
//!
//! `CLUTCH_TRUTH_SEEDS` sets how many evenings are played, `CLUTCH_TRUTH_SEED` plays a single one.

use std::collections::{BTreeMap, HashMap};

use clutch_core::command::{
    Capacity, Config, CreateMatch, FeedMessage, GameEvent, Line, MarketKind, Pick, Picks, PlaceBet,
    PlaceMultiple, PricePolicy, RoundFormat, Scope, SetMap, Side, Strengths, SuspendReason, Title,
};
use clutch_core::event::{BetStatus, FeedAlert};
use clutch_core::settlement::system::{Bankers, FoldSizes};
use clutch_core::units::{
    AccountId, ClientBetId, Currency, MatchId, Money, Name, Probability, SourceId, Stake, Timestamp,
};
use clutch_core::{Command, Event, Record};
use clutch_tests::random::Random;
use clutch_tests::truth::board::{Board, Offer};
use clutch_tests::truth::channel::{Channel, Habits};
use clutch_tests::truth::{Played, Standing};
use clutch_tests::world::World;

const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000 * MILLISECOND;
const ACCOUNTS: u32 = 60;
const MATCHES: usize = 3;
const SEEDS: u64 = 60;

/// What a source has to keep to. A word takes at most 1.5 s, or it counts as late, and signs of life come every two;
/// silence is noticed after three: so everything that happened is heard, or missed, within the five seconds that a bet
/// waits.
const HABITS: Habits = Habits {
    delay_min: 150 * MILLISECOND,
    delay_max: 1_500 * MILLISECOND,
    lost_permille: 15,
    twice_permille: 20,
    silence_every: 150 * SECOND,
    silence_max: 90 * SECOND,
    behind_every: 150 * SECOND,
    behind_max: 25 * SECOND,
    heartbeat: 2 * SECOND,
    counts: true,
};

/// What the promise rests on: the settings, and the habits of sources.
#[derive(Clone, Copy)]
struct Rules {
    config: Config,
    habits: Habits,
}

fn shipped() -> Rules {
    Rules { config: Config::default(), habits: HABITS }
}

#[test]
fn no_bet_is_taken_at_a_price_that_the_true_match_contradicts() {
    let tally = over_seeds(shipped(), setting("CLUTCH_TRUTH_SEEDS").unwrap_or(SEEDS));
    println!("{tally:#?}");
    assert_eq!(tally.wrong, [""; 0]);
    // Otherwise nothing was tried: bets of each kind were taken in play, and informed ones were struck and turned away.
    for (kind, of) in [("single", &tally.singles), ("multiple", &tally.multiples)] {
        assert!(of.accepted_in_play > 20 * tally.evenings, "{kind}: {tally:?}");
        assert!(of.informed_turned_away > 5 * tally.evenings, "{kind}: {tally:?}");
    }
    assert!(tally.on_mobas > 10 * tally.evenings, "{tally:?}");
    assert!(tally.late > 3 * tally.evenings, "{tally:?}");
    assert!(tally.took_over > tally.evenings && tally.handed_over > 0, "{tally:?}");
    assert!(tally.asked_again > tally.evenings, "{tally:?}");
}

#[test]
fn what_is_shipped_keeps_the_promise() {
    let shipped = Config::default();
    // The quickest way is no lag: clocks differ.
    let way = HABITS.delay_min + shipped.feed_lag_max_ns;
    assert!(HABITS.delay_max <= way && HABITS.heartbeat <= shipped.feed_age_live_ns);
    for delay in [shipped.in_play_delay_ns, shipped.in_play_delay_moba_ns] {
        assert!(shipped.feed_age_live_ns + way <= delay, "a lost word is noticed too late");
    }
    // Before a map nobody waits, and no first round is over sooner.
    assert!(shipped.feed_age_prematch_ns + way <= 25 * SECOND);
}

#[test]
fn without_its_wait_a_bet_is_taken_at_a_wrong_price() {
    let config = Config { in_play_delay_ns: 0, in_play_delay_moba_ns: 0, ..Config::default() };
    must_fail(Rules { config, ..shipped() });
}

#[test]
fn without_the_limit_on_silence_a_bet_is_taken_at_a_wrong_price() {
    let config = Config { feed_age_live_ns: 3_600 * SECOND, ..Config::default() };
    must_fail(Rules { config, ..shipped() });
}

/// Sixty seconds were shipped once, in which a map can begin and its first round be over.
#[test]
fn with_a_long_silence_before_a_map_a_bet_is_taken_at_a_wrong_price() {
    let config = Config { feed_age_prematch_ns: 60 * SECOND, ..Config::default() };
    let tally = over_seeds(Rules { config, ..shipped() }, 60);
    assert!(!tally.wrong.is_empty(), "{tally:?}");
}

#[test]
fn without_the_limit_on_lag_a_bet_is_taken_at_a_wrong_price() {
    let config = Config { feed_lag_max_ns: 3_600 * SECOND, ..Config::default() };
    must_fail(Rules { config, ..shipped() });
}

#[test]
fn without_the_count_of_words_a_bet_is_taken_at_a_wrong_price() {
    let habits = Habits { counts: false, lost_permille: 60, silence_every: 0, ..HABITS };
    must_fail(Rules { habits, ..shipped() });
}

/// With something switched off, bets of each kind are taken at wrong prices.
#[track_caller]
fn must_fail(rules: Rules) {
    let tally = over_seeds(rules, 2);
    for kind in ["single", "multiple"] {
        assert!(tally.wrong.iter().any(|wrong| wrong.contains(kind)), "{kind}: {tally:?}");
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a whole number"))
}

fn over_seeds(rules: Rules, count: u64) -> Tally {
    let (first, count) = setting("CLUTCH_TRUTH_SEED").map_or((0, count), |seed| (seed, 1));
    let mut all = Tally::default();
    for seed in first..first + count {
        let tally = Run::new(seed, rules).play();
        all.evenings += 1;
        for (all, of) in [(&mut all.singles, tally.singles), (&mut all.multiples, tally.multiples)]
        {
            all.accepted += of.accepted;
            all.accepted_in_play += of.accepted_in_play;
            all.turned_away += of.turned_away;
            all.informed_turned_away += of.informed_turned_away;
        }
        all.on_mobas += tally.on_mobas;
        all.late += tally.late;
        all.handed_over += tally.handed_over;
        all.took_over += tally.took_over;
        all.asked_again += tally.asked_again;
        let named = tally.wrong.into_iter().map(|what| format!("CLUTCH_TRUTH_SEED={seed}: {what}"));
        all.wrong.extend(named);
    }
    all
}

/// What came of bets.
#[derive(Clone, Copy, Debug, Default)]
struct Fates {
    accepted: u64,
    accepted_in_play: u64,
    /// Bets that waited and were then refused.
    turned_away: u64,
    /// Those among them that knew more than the engine.
    informed_turned_away: u64,
}

/// What came of evenings.
#[derive(Debug, Default)]
struct Tally {
    evenings: u64,
    singles: Fates,
    multiples: Fates,
    /// Bets that waited, stand, and are on a map against the clock.
    on_mobas: u64,
    /// How often a source was late beyond the limit.
    late: u64,
    handed_over: u64,
    /// Matches that went to another source by themselves.
    took_over: u64,
    asked_again: u64,
    wrong: Vec<String>,
}

/// A bet on its way: when it was struck, and on what, priced at which score.
struct Struck {
    at: u64,
    legs: Vec<(usize, MarketKind, Standing)>,
    is_decided: bool,
}

/// Something that is to come.
enum Due {
    Word(FeedMessage),
    /// On this match, or together with others.
    Bet(usize),
    /// Somebody of the staff looks at a match.
    Look(usize),
}

/// A match with its sources.
struct Live {
    played: Played,
    channels: Vec<Channel>,
    asked_at: [u64; 2],
    last_board: Option<Board>,
    /// The source that the engine follows.
    followed: Option<SourceId>,
}

struct Run {
    world: World,
    matches: Vec<Live>,
    random: Random,
    due: BTreeMap<(u64, u64), Due>,
    order: u64,
    struck: HashMap<u128, Struck>,
    tally: Tally,
}

impl Run {
    fn new(seed: u64, rules: Rules) -> Self {
        let mut random = Random::new(seed);
        let enough = Money::from_minor(1_000_000_000);
        let config = Config {
            // No limit on money or on prices that jump is to hide a wrong price.
            band_milli: 1_000_000,
            deposits_alone_max: Config::AMOUNT_MAX,
            payout_max: enough,
            liability_selection_max: enough,
            liability_market_max: enough,
            liability_account_max: enough,
            ..rules.config
        };
        let capacity = Capacity {
            accounts_max: ACCOUNTS,
            matches_max: MATCHES as u32,
            markets_max: 1_000,
            bets_max: 20_000,
            client_ids_max: 20_000,
            multiples_max: 20_000,
            legs_max: 60_000,
            payments_max: 2 * ACCOUNTS,
            bonuses_max: 1,
            play_limits_max: 1,
        };
        let mut world = World::new(capacity, config);
        open_accounts(&mut world);
        let titles = [Title::CounterStrike, random.pick(&[Title::Lol, Title::Dota2]), Title::Lol];
        let matches = titles.into_iter().zip(0..).map(|(title, index)| {
            let best_of = random.pick(&[1, 1, 3]);
            let start = world.now().nanos() + 40 * SECOND + random.below(200 * SECOND);
            let match_id = MatchId(index);
            let played = Played::new(&mut random, (match_id, title), start, best_of);
            create(&mut world, &played);
            let sources = 1 + u8::from(random.chance(60));
            let channels = (0..sources).map(|source| {
                let seed = seed ^ (u64::from(source) + 1) << 32 ^ u64::from(index + 1) << 48;
                Channel::new(source, rules.habits, seed, start, played.end())
            });
            let channels = channels.collect();
            Live { played, channels, asked_at: [0; 2], last_board: None, followed: None }
        });
        let matches = matches.collect();
        let mut run = Self {
            world,
            matches,
            random,
            due: BTreeMap::new(),
            order: 0,
            struck: HashMap::new(),
            tally: Tally::default(),
        };
        (0..MATCHES).for_each(|index| run.plan(index));
        run
    }

    fn plan(&mut self, index: usize) {
        let Live { played, channels, .. } = &mut self.matches[index];
        let words: Vec<_> = channels.iter_mut().flat_map(|channel| channel.tell(played)).collect();
        let turns: Vec<u64> = played.turns().collect();
        let (start, end) = (played.start() - 20 * SECOND, played.end());
        words.into_iter().for_each(|(at, word)| self.at(at, Due::Word(word)));
        for at in turns {
            for _ in 0..2 {
                // Before anybody can have said it, and a little later.
                let at = at + self.random.below(3 * SECOND);
                self.at(at, Due::Bet(index));
            }
        }
        let mut at = start;
        while at < end {
            at += self.random.below(14 * SECOND);
            self.at(at, Due::Bet(index));
            if self.random.chance(40) {
                self.at(at + 1, Due::Look(index));
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
                    let of = &mut self.matches[message.match_id.0 as usize];
                    if message.event != GameEvent::Heartbeat {
                        of.followed.get_or_insert(message.source);
                    }
                    let records = self.world.apply(Command::Feed(message));
                    self.hear(&records);
                }
                Due::Bet(index) => self.bet(index),
                Due::Look(index) => self.look(index),
            }
        }
        let records = self.world.wait(60 * SECOND);
        self.hear(&records);
        self.tally
    }

    fn board(&mut self, index: usize) -> Board {
        Board::of(&mut self.world, MatchId(index as u32))
    }

    /// Something that is on offer of a match; some bet on what they saw a moment ago.
    fn offer(&mut self, index: usize) -> Option<(Offer, Standing)> {
        let mut board = self.board(index);
        let seen = self.matches[index].last_board.replace(board.clone());
        if let Some(seen) = seen
            && self.random.chance(30)
            && board.at < seen.at + 8 * SECOND
        {
            board = seen;
        }
        let is_any = !board.open.is_empty();
        is_any.then(|| (self.random.pick(&board.open), board.made_of))
    }

    /// A bet on a match, and as often one on others with it.
    fn bet(&mut self, index: usize) {
        let Some(first) = self.offer(index) else { return };
        let mut legs = vec![(index, first)];
        if self.random.chance(50) {
            for other in (0..MATCHES).filter(|other| *other != index) {
                legs.extend(self.offer(other).map(|offer| (other, offer)));
            }
        }
        let account = AccountId(self.random.below(ACCOUNTS.into()) as u32);
        let number = self.struck.len() as u128 + 1;
        let client_id = ClientBetId::from_parts(self.world.now().millis(), number);
        let stake = Stake::new(Money::from_minor(100)).expect("above zero");
        let command = if let [(_, (offer, _))] = legs[..] {
            let Offer { market, selection, odds, price_seq, epoch, .. } = offer;
            let policy = PricePolicy::Any;
            Command::PlaceBet(PlaceBet {
                account,
                client_id,
                market,
                selection,
                odds,
                price_seq,
                epoch,
                stake,
                policy,
            })
        } else {
            let picks: Vec<Pick> = legs.iter().map(|(_, (offer, _))| pick(offer)).collect();
            let all = (1 << (picks.len() + 1)) - 2;
            let sizes = self.random.pick(&[1 << picks.len(), all, all & !0b10]);
            let folds = FoldSizes::from_bits(sizes).expect("sizes up to the legs");
            let picks = Picks::new(&picks).expect("two legs or three");
            let who = (account, client_id);
            let place =
                PlaceMultiple::new(who, PricePolicy::Any, stake, (folds, Bankers(0)), picks);
            Command::PlaceMultiple(place.expect("sizes up to the legs"))
        };
        let legs = legs.into_iter().map(|(index, (offer, made_of))| (index, offer.kind, made_of));
        let struck =
            Struck { at: self.world.now().nanos(), legs: legs.collect(), is_decided: false };
        self.struck.insert(client_id.0, struck);
        let records = self.world.apply(command);
        self.hear(&records);
    }

    /// The staff follows another source while the first is down, and lets a frozen match go on once its
    /// score is right.
    fn look(&mut self, index: usize) {
        let board = self.board(index);
        let Live { played, channels, followed, .. } = &self.matches[index];
        let (match_id, truth) = (played.match_id, played.at(self.world.now().nanos()));
        let command = match board.frozen {
            Some(
                SuspendReason::FeedStale
                | SuspendReason::FeedGap
                | SuspendReason::FeedLag
                | SuspendReason::ImpossibleState,
            ) if self.random.chance(70) && channels.len() > 1 => {
                // Nobody calls a source on time that he sees to be late.
                let is_first = *followed == Some(SourceId(0));
                Command::HandOver { match_id, source: SourceId(u8::from(is_first)) }
            }
            Some(SuspendReason::ImpossibleState | SuspendReason::FeedsDisagree)
                if board.made_of.is_the_score_of(&truth) =>
            {
                Command::Resume { scope: Scope::Match(match_id) }
            }
            _ => return,
        };
        let records = self.world.apply(command);
        self.hear(&records);
    }

    fn hear(&mut self, records: &[Record]) {
        for Record { time, event, .. } in records {
            match *event {
                Event::FeedAlert { match_id, source, alert } => {
                    let (is_person, is_silence) = (
                        alert == FeedAlert::HandedOver,
                        matches!(alert, FeedAlert::TookOver { .. }),
                    );
                    if is_person || is_silence {
                        self.matches[match_id.0 as usize].followed = Some(source);
                    }
                    self.tally.handed_over += u64::from(is_person);
                    self.tally.took_over += u64::from(is_silence);
                    self.tally.late += u64::from(matches!(alert, FeedAlert::Late { .. }));
                    if let FeedAlert::Gap { after } = alert {
                        self.ask_again(match_id, source, after);
                    }
                }
                Event::Bet(view) => self.judge(view.client_id.0, view.status, *time),
                Event::Multiple(view) => self.judge(view.client_id.0, view.status, *time),
                _ => {}
            }
        }
    }

    fn ask_again(&mut self, match_id: MatchId, source: SourceId, after: u64) {
        let Live { played, channels, asked_at, .. } = &mut self.matches[match_id.0 as usize];
        let (index, now) = (usize::from(source.0), self.world.now().nanos());
        if now < asked_at[index] + 2 * SECOND {
            return;
        }
        asked_at[index] = now;
        let words = channels[index].again(played, after, now);
        self.tally.asked_again += 1;
        words.into_iter().for_each(|(at, word)| self.at(at, Due::Word(word)));
    }

    /// Compares what was decided about a bet with the truth at the moment at which it was struck.
    fn judge(&mut self, client_id: u128, status: BetStatus, time: Timestamp) {
        let Some(struck) = self.struck.get_mut(&client_id) else { return };
        let is_final = matches!(status, BetStatus::Accepted { .. } | BetStatus::Refused(_));
        if struck.is_decided || !is_final {
            return;
        }
        struck.is_decided = true;
        let waited = struck.at < time.nanos();
        let truth_of = |index: usize| self.matches[index].played.at(struck.at);
        let wrong_leg = struck
            .legs
            .iter()
            .find(|(index, kind, made_of)| made_of.is_contradicted(*kind, &truth_of(*index)));
        let is_single = struck.legs.len() == 1;
        let Tally { singles, multiples, on_mobas, wrong, .. } = &mut self.tally;
        let fates = if is_single { singles } else { multiples };
        match status {
            BetStatus::Accepted { .. } => {
                fates.accepted += 1;
                fates.accepted_in_play += u64::from(waited);
                let is_timed =
                    |(_, _, made_of): &(usize, MarketKind, Standing)| made_of.numbers.is_some();
                *on_mobas += u64::from(waited && struck.legs.iter().any(is_timed));
                if let Some((index, kind, made_of)) = wrong_leg {
                    let named = if is_single { "single" } else { "multiple" };
                    let (at, rest) = (struck.at / SECOND, struck.at % SECOND / MILLISECOND);
                    wrong.push(format!(
                        "{named} on {kind:?} of match {index} at {at}.{rest:03} priced at {made_of:?}, in truth {:?}",
                        truth_of(*index)
                    ));
                }
            }
            _ => {
                fates.turned_away += u64::from(waited);
                fates.informed_turned_away += u64::from(waited && wrong_leg.is_some());
            }
        }
    }
}

fn pick(offer: &Offer) -> Pick {
    let Offer { market, selection, odds, price_seq, epoch, .. } = *offer;
    Pick { market, selection, odds, price_seq, epoch }
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a short name")
}

fn done(world: &mut World, command: Command) {
    let records = world.apply(command);
    let refused = records.iter().find(|it| matches!(it.event, Event::Refused(_)));
    assert!(refused.is_none(), "{command:?} was refused: {refused:?}");
}

fn open_accounts(world: &mut World) {
    for account in 0..ACCOUNTS {
        let key = name(&format!("account {account}"));
        done(world, Command::OpenAccount { key, currency: Currency::default() });
        let (account, reference) = (AccountId(account), u128::from(account));
        let amount = Money::from_minor(10_000_000);
        done(world, Command::Deposit { account, amount, reference });
    }
}

/// Creates a match with its strengths and markets.
fn create(world: &mut World, played: &Played) {
    let Played { match_id, title, best_of, .. } = *played;
    let half = Probability::from_ppb(500_000_000).expect("a half");
    let line = |halves| Line::from_halves(halves).expect("an odd number of halves");
    let is_timed = matches!(title, Title::Lol | Title::Dota2);
    done(
        world,
        Command::CreateMatch(CreateMatch {
            key: name(&format!("match {}", match_id.0)),
            title,
            rounds: if is_timed { RoundFormat::NoRounds } else { RoundFormat::Mr12 },
            best_of,
            team_a: name("Alpha"),
            team_b: name("Bravo"),
            starts_at: Timestamp::default(),
            round_markets: !is_timed,
        }),
    );
    for map_no in 1..=best_of {
        let strengths = match is_timed {
            true => Strengths::MapPrice { a: half },
            false => Strengths::BySide { t: half, ct: half },
        };
        let (name, first_side_a) = (name("map"), Side::Ct);
        done(world, Command::SetMap(SetMap { match_id, map_no, name, first_side_a, strengths }));
    }
    let mut kinds = vec![MarketKind::MatchWinner];
    for map in 1..=best_of {
        kinds.push(MarketKind::MapWinner { map });
        if !is_timed {
            kinds.extend([
                MarketKind::TotalRounds { map, line: line(43) },
                MarketKind::RoundHandicap { map, line: line(-5) },
                MarketKind::RaceToRounds { map, rounds: 8 },
            ]);
        }
    }
    for kind in kinds {
        done(world, Command::OpenMarket { match_id, kind });
    }
}
