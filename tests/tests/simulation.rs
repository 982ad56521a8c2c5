//! A seed makes up thousands of commands; the engine and its naive twin must agree on every answer,
//! every balance and every bet, and a replay must agree with the engine.
//!
//! `CLUTCH_SEEDS` and `CLUTCH_STEPS` set how much is run, `CLUTCH_SEED` runs a single seed.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use clutch_core::bets::place::Check;
use clutch_core::command::{
    Actor, CashOut, Channel, Mode, PlaceOnTerms, Scope, Slip, Terms, VoidBets,
};
use clutch_core::event::{
    BetStatus, CashOutStatus, Event, FeedAlert, LateBets, MarketStatus, MultipleView,
    PostingReason, SettlementStatus, VoidReason,
};
use clutch_core::settlement::lanes::Aside;
use clutch_core::switches::{TripId, TripStanding};
use clutch_core::units::{BetId, ClientBetId, MatchId, Money, Seq};
use clutch_core::wallet::BonusKind;
use clutch_core::{Command, Envelope, Outbox, Query, Record, Reject, State};
use clutch_tests::answer::answer_of;
use clutch_tests::chooser::Chooser;
use clutch_tests::quoted;
use clutch_tests::random::Random;
use clutch_tests::stream::Stream;
use clutch_tests::twin::{Answer, Twin, check_sums};
use clutch_tests::variants;
use clutch_tests::world::{World, restored, saved};

const SEEDS: u64 = 200;
const STEPS: u64 = 1_000;
/// How often a snapshot is taken and restored, in per cent of the commands.
const SNAPSHOT_PERCENT: u64 = 1;
/// More ticks than any work left over can need.
const TICKS_MAX: usize = 1_000;

#[test]
fn the_engine_agrees_with_its_twin_and_with_its_replay() {
    let steps = setting("CLUTCH_STEPS").unwrap_or(STEPS);
    let (first, count) = match setting("CLUTCH_SEED") {
        Some(seed) => (seed, 1),
        None => (0, setting("CLUTCH_SEEDS").unwrap_or(SEEDS)),
    };
    let next = AtomicU64::new(first);
    let visited = Mutex::new(Visits::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count {
                        return;
                    }
                    let _reproduction = Reproduction { seed, steps };
                    let visits = Simulation::new(seed).run(steps);
                    let mut visited = visited.lock().expect("no thread failed");
                    for (what, times) in visits {
                        *visited.entry(what).or_default() += times;
                    }
                }
            });
        }
    });
    let visited = visited.into_inner().expect("no thread failed");
    println!("{visited:#?}");
    // A simulation that no longer gets anywhere would agree for ever.
    if count * steps >= SEEDS * STEPS {
        let missed: Vec<_> =
            WORTH_A_VISIT.iter().filter(|what| !visited.contains_key(**what)).collect();
        assert!(missed.is_empty(), "no seed led to {missed:?}: {visited:?}");
        for (kind, names) in [
            ("done", variants::COMMANDS),
            ("tried", variants::COMMANDS),
            ("heard", variants::WORDS),
            ("confirmed", variants::WORDS),
            ("reported", variants::INCIDENTS),
        ] {
            for name in names {
                let what = format!("{kind} {name}");
                let is_met = visited.contains_key(&what) || NEVER_MET.contains(&what.as_str());
                assert!(is_met, "no {name} was ever {kind}: {visited:?}");
            }
        }
    }
}

/// How often each answer and each fate of a bet was met.
type Visits = BTreeMap<String, u64>;

/// What a full run must meet. Not here: what the made-up sizes and settings cannot reach.
const WORTH_A_VISIT: &[&str] = &[
    "UnknownAccount",
    "BatchRefused",
    "a whole group",
    "AccountSuspended",
    "AccountClosed",
    "AccountSelfExcluded",
    "AccountExists",
    "AccountTimedOut",
    "StakeLimitReached",
    "LossLimitReached",
    "DepositLimitReached",
    "NetDepositLimitReached",
    "UnknownPlayLimit",
    "PlayLimitCooling",
    "RestLength",
    "RestNotOver",
    "NotResting",
    "UnknownMatch",
    "UnknownMarket",
    "UnknownSelection",
    "MarketDecided",
    "MarketSuspended",
    "SelectionInactive",
    "MatchExists",
    "MarketExists",
    "InvalidParameter",
    "FeedOutdated",
    "FeedImpossible",
    "FeedGap",
    "SourceSilent",
    "SourceUnheard",
    "HouseRulesUnchanged",
    "IncidentImpossible",
    "UnknownIncident",
    "MaterialChange",
    "UnknownView",
    "StaleView",
    "OddsChanged",
    "StakeBelowMinimum",
    "StakeAboveLimit",
    "PayoutAboveLimit",
    "SelectionLiability",
    "MarketLiability",
    "AccountLiability",
    "GroupLiability",
    "StakeAboveStage",
    "StakeAboveFactor",
    "DayPayoutAboveLimit",
    "BetsPerSecond",
    "BetsPerMinute",
    "BetsPerHour",
    "StakesPerHour",
    "MatchLiability",
    "BetNotReducing",
    "ReadOnly",
    "NotTripped",
    "TripCooling",
    "a trip over feeds",
    "a trip over errors",
    "a trip over losses",
    "a trip over refusals",
    "InsufficientFunds",
    "ReferenceReused",
    "UnknownPayment",
    "PaymentClosed",
    "BalanceTooLow",
    "TaxOutOfRange",
    "UnknownBonus",
    "BonusTerms",
    "WageringAboveLimit",
    "a bonus in a bet",
    "a bonus in a multiple",
    "bonus money in a bet",
    "own money that is wagered",
    "a bonus was wagered",
    "AccountInDebt",
    "CurrencyInUse",
    "DebtAboveLimit",
    "AdjustmentTerms",
    "a debt written off",
    "InvalidAmount",
    "UnknownCurrency",
    "ClientIdInvalid",
    "ClientIdOutsideWindow",
    "UnknownBet",
    "BetNotWaiting",
    "BetCancelled",
    "BettingStopped",
    "UnknownOverride",
    "OverrideExpiry",
    "NoOverround",
    "SamePerson",
    "CapacityReached",
    "TablesNeverShrink",
    "OutOfPlace",
    "ConfigurationMoved",
    "bet Pending",
    "bet Accepted",
    "bet Won",
    "bet Lost",
    "bet Void NotPlayed",
    "bet Void Rewound",
    "won and then lost",
    "SelectionRepeated",
    "GradeOutdated",
    "GradeUnchanged",
    "GradeTooLate",
    "NothingToApprove",
    "bet Void Declared",
    "bet Void HouseRules",
    "bet Void TakenLate",
    "bet Void ByHand",
    "bet Void Rest",
    "NotVerified",
    "UnverifiedDeposits",
    "UnverifiedStake",
    "AccountUnderReview",
    "FundsHeld",
    "HouseLimitReached",
    "PlayPolicyUnchanged",
    "NothingToReview",
    "a case",
    "a reminder",
    "NoSession",
    "RealityCheckDue",
    "NothingToConfirm",
    "RealityInterval",
    "BetNotStanding",
    "LegsRelated",
    "multiple Pending",
    "multiple Accepted",
    "an explained multiple",
    "multiple Won",
    "multiple Lost",
    "multiple Void",
    "a leg at fault",
    "bet CashedOut",
    "bet Referred",
    "bet Offered",
    "multiple Referred",
    "multiple Offered",
    "UnknownOffer",
    "OfferDeclined",
    "OfferExpired",
    "UnknownReferral",
    "ReferralStake",
    "ReferralOdds",
    "ReferralRefused",
    "ReferralTimedOut",
    "multiple CashedOut",
    "cash-out Pending",
    "cash-out Paid",
    "no cash-out: CashOutStopped",
    "no cash-out: UnknownBet",
    "no cash-out: BetNotOpen",
    "no cash-out: CashOutWaiting",
    "no cash-out: CashOutPart",
    "no cash-out: QuoteExpired",
    "no cash-out: QuoteOutdated",
    "no cash-out: CashOutChanged",
    "no cash-out: MarketDecided",
    "no cash-out: MarketSuspended",
    "a settlement in slices",
    "nothing quoted",
    "a quoted maximum",
    "a quoted maximum of a line",
    "late bets",
    "late bets of several legs",
    "retired",
    "a match let go",
    "a slot used again",
    "waited and stands",
    "several legs: taken at the odds that were told",
    "a result that the score denies",
    "a gap",
    "a late source",
    "a source that is ahead",
    "a source that is behind",
    "a source in doubt",
    "another winner of a round",
    "another winner of a map",
    "a hand-over by a person",
    "a hand-over by silence",
    "a freeze that ended by itself",
    "frozen FeedsDisagree",
    "frozen FeedsApart",
    "frozen FeedGap",
    "frozen FeedLag",
    "frozen FeedStale",
    "frozen FeedHeld",
    "frozen ImpossibleState",
    "ClocksApart",
    "KillsApart",
    "LeadsApart",
    "TowersApart",
    "KillsFell",
    "KillsJump",
    "LeadJumps",
    "LeadTooLarge",
    "MapHasBegun",
    "MapIsOver",
    "MapOutOfTurn",
    "ObjectivesFell",
    "OtherGame",
    "RewindForward",
    "RoundOutOfTurn",
    "ScoreDiffers",
    "TimeJumps",
    "TimeRunsBack",
    "TooManyObjectives",
    "TooManyTowers",
    "TowersFell",
    "TowersJump",
    "a settlement set aside",
    "a settlement that a dispute stops",
    "a dispute on what was paid",
    "against the clock: Decided",
    "against the clock: Suspended(PriceBand)",
    "against the clock: Suspended(Unpriced)",
    "against the clock: bet Pending",
    "against the clock: bet Accepted",
    "against the clock: bet Won",
    "against the clock: bet Lost",
    "against the clock: bet Void Rewound",
    "against the clock: MaterialChange",
    "against the clock: waited and stands",
];

/// What is always refused. A journal begins once; only what cannot be stops a settlement so that a person must
/// resume it (`spec_lanes`, and the tests of the lanes themselves); and who disputes confirms nothing.
const NEVER_MET: &[&str] = &["done Genesis", "done ResumeSettlement", "confirmed Disputed"];

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a whole number"))
}

/// Says how to see a failure again.
struct Reproduction {
    seed: u64,
    steps: u64,
}

impl Drop for Reproduction {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self { seed, steps } = self;
            eprintln!(
                "reproduce: CLUTCH_SEED={seed} CLUTCH_STEPS={steps} cargo test -p clutch-tests --test simulation"
            );
        }
    }
}

struct Simulation {
    world: World,
    twin: Twin,
    chooser: Chooser,
    random: Random,
    /// What is asked beside the commands.
    asking: Random,
    /// The state's hash after each command.
    hashes: Vec<u64>,
    /// A state restored from a snapshot taken some commands ago, following on its own since.
    shadow: Option<State>,
    /// Whether each command left nothing behind but its time.
    traceless: Vec<bool>,
    visits: Visits,
    stream: Stream,
    /// The last cash-outs that were asked for.
    quotes: Vec<CashOut>,
    /// How often the largest stake was asked for.
    largest_asked: u128,
    /// Bets that were paid, to notice when they are taken back.
    paid: Vec<BetId>,
    /// Where each bet was last said to stand.
    told: BTreeMap<BetId, BetStatus>,
    /// Whether each bet has several legs.
    told_of: BTreeMap<BetId, bool>,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let mut chooser = Chooser::new(seed);
        let (capacity, config) = (chooser.capacity(), chooser.config());
        let world = World::new(capacity, config);
        let hashes = vec![world.state().state_hash()];
        Self {
            world,
            twin: Twin::new(capacity, config),
            chooser,
            random: Random::new(!seed),
            asking: Random::new(seed ^ 0x1a7e),
            hashes,
            shadow: None,
            traceless: vec![false],
            visits: Visits::new(),
            stream: Stream::default(),
            quotes: Vec::new(),
            largest_asked: u128::from(u64::MAX),
            paid: Vec::new(),
            told: BTreeMap::new(),
            told_of: BTreeMap::new(),
        }
    }

    fn run(mut self, steps: u64) -> Visits {
        for _ in 0..steps {
            let nanos = self.chooser.pause();
            self.world.skip(nanos);
            // While bets are still being settled, the twin is ahead of the engine's balances.
            let at_rest = self.is_settled();
            let command = self.chooser.command(&self.twin, self.world.now(), at_rest);
            let command = self.with_quote(command);
            self.compare_largest(&command);
            self.apply(command);
            if self.twin.retired_lately() {
                self.visit("retired");
            }
            if self.world.has_work() {
                self.visit("a settlement in slices");
            }
            if self.twin.retired_lately() || self.random.chance(70) {
                self.come_to_rest();
            }
            if self.is_settled() {
                self.twin.compare_money(&self.world);
                self.compare_late_bets();
            }
        }
        let [ends, reused] = self.twin.lives();
        for (what, times) in [("a match let go", ends), ("a slot used again", reused)] {
            if times != 0 {
                *self.visits.entry(what.to_owned()).or_default() += times;
            }
        }
        self.apply(Command::SetMode { mode: Mode::Normal });
        self.apply(Command::PauseSettlement { from_tier: None });
        // Every dispute is decided for what the followed source says.
        while let Some(disputed) = self.twin.in_dispute() {
            let resume = Command::Resume { scope: Scope::Match(MatchId(disputed)) };
            self.apply(self.twin.in_ids(&resume));
        }
        self.come_to_rest();
        self.twin.compare_everything(&mut self.world);
        self.replay(|_| false);
        self.replay(|index| self.traceless[index]);
        for (what, times) in [
            ("waited and stands", self.stream.stood()),
            ("against the clock: waited and stands", self.stream.stood_against_the_clock()),
            ("several legs: taken at the odds that were told", self.stream.taken_together()),
            ("a freeze that ended by itself", self.twin.thawed()),
            ("a result that the score denies", self.twin.contradictions()),
        ] {
            if times != 0 {
                *self.visits.entry(what.to_owned()).or_default() += times;
            }
        }
        self.visits
    }

    /// Both know the same bets that came after the fact; now and then two persons void just those.
    fn compare_late_bets(&mut self) {
        let [.., markets] = self.twin.counts();
        if markets == 0 || !self.asking.chance(20) {
            return;
        }
        let number = self.asking.below(u64::from(markets)) as u32;
        if !self.twin.has_market(number) {
            return;
        }
        let market = self.twin.market_id(number);
        let margin_ns = self.asking.pick(&[0, 3_000_000_000, 3_600_000_000_000]);
        let (scope, at) = (Scope::Market(market), None);
        let query = Query::LateBets { scope, margin_ns: Some(margin_ns), at };
        let told = self.world.ask(query).into_iter().find_map(|event| match event {
            Event::LateBets(late) => Some(late),
            _ => None,
        });
        let expected = self.twin.late_bets(number, margin_ns);
        let said = told.map(|late| self.twin.late_in_numbers(late));
        assert_eq!(said, expected, "the bets on {market:?} that came too late");
        let Some(late) = told.filter(|late| late.bets != 0) else { return };
        self.visit("late bets");
        if late.of_several != 0 {
            self.visit("late bets of several legs");
        }
        if self.asking.chance(10) {
            let LateBets { match_id, from, to, .. } = late;
            self.apply(Command::VoidBets(VoidBets { match_id, market: Some(market), from, to }));
        }
    }

    /// What is quoted as the largest is taken, and one minor unit more is not; nothing quoted means that what the
    /// bettor wanted is not taken. On copies, as they take time only now and then.
    fn compare_largest(&mut self, command: &Command) {
        if self.world.has_work() || !self.asking.chance(6) {
            return;
        }
        let wish = match command {
            Command::PlaceBet(place) => Slip::Single(*place),
            Command::PlaceMultiple(place) => Slip::Multiple(*place),
            _ => return,
        };
        self.largest_asked += 1;
        let made = self.world.state().now().millis();
        let wish = quoted::under(wish, ClientBetId::from_parts(made, self.largest_asked));
        let largest = quoted::largest(&mut self.world, wish);
        self.visit(if largest == Money::ZERO { "nothing quoted" } else { "a quoted maximum" });
        if largest != Money::ZERO && matches!(wish, Slip::Multiple(_)) {
            self.visit("a quoted maximum of a line");
        }
        let own = match wish {
            Slip::Single(place) => place.stake,
            Slip::Multiple(place) => place.unit(),
        };
        let at_most = if largest == Money::ZERO { (own.money(), false) } else { (largest, true) };
        let above = (Money::from_minor(largest.minor() + 1), false);
        for (amount, is_taken) in [at_most, above] {
            let (taken, said) = quoted::would_take(&self.world, wish, amount);
            assert_eq!(taken, is_taken, "{largest:?} was quoted; {amount:?}: {said:?}, {wish:?}");
        }
    }

    /// Has a cash-out take a quote: mostly one that was just made, which both must agree on.
    fn with_quote(&mut self, command: Command) -> Command {
        let Command::CashOut(ask) = command else { return command };
        let CashOut { account, client_id, part, .. } = ask;
        let events =
            self.world.ask(Query::CashOut { account, client_id, part, channel: Channel::Web });
        let Some(Event::CashOut(view)) = events.first() else { panic!("no quote: {events:?}") };
        let now = self.world.now().nanos();
        let last = self.world.state().now().nanos();
        let expected = self.twin.quote((account, client_id), part, view.quote);
        assert_eq!((view.status, view.amount), expected, "what {client_id:?} is worth at {now}");
        assert!(view.status != CashOutStatus::Paid && view.quote.0 >> 64 <= last.into());
        if let CashOutStatus::Refused(refusal) = view.status {
            self.visit(&format!("no quote: {}", refusal.code.name()));
        }
        let off = self.random.below(12) as i64 - 10;
        let amount = Money::from_minor(view.amount.minor() + off.max(0));
        let ask = CashOut { quote: view.quote, amount, ..ask };
        if !self.quotes.is_empty() && self.random.chance(30) {
            return Command::CashOut(self.random.pick(&self.quotes));
        }
        self.quotes.push(ask);
        if 8 < self.quotes.len() {
            self.quotes.remove(0);
        }
        Command::CashOut(ask)
    }

    /// Whether the engine has settled what the twin knows; one that is read-only waits with it.
    fn is_settled(&self) -> bool {
        let is_paused = self.twin.waits_for_settlement();
        !self.world.has_work() && self.twin.mode() != Mode::ReadOnly && !is_paused
    }

    /// Ticks until nothing is due.
    fn come_to_rest(&mut self) {
        for _ in 0..TICKS_MAX {
            if !self.world.has_work() {
                return;
            }
            self.apply(Command::Tick);
        }
        panic!("after {TICKS_MAX} ticks the engine still asks for more");
    }

    /// Has one command answered by both.
    fn apply(&mut self, command: Command) {
        let explained = self.explain(&command);
        let records = self.world.apply(command);
        self.follow(&records);
        self.stream.read(&records, self.world.state());
        let (seq, now) = (self.world.state().last_seq().0, self.world.now().nanos());
        let expected = self.twin.apply(seq, now, &command, &records);
        check_sums(&mut self.world, &self.twin);
        let actual = answer_of(&command, &records);
        assert_eq!(actual, expected, "the answer to command {seq}, {command:?}");
        if let Answer::Refused(code) = actual {
            self.visit(code.name());
        }
        if let Some(checks) = explained {
            let refused = match actual {
                Answer::Refused(code) => Some(code),
                Answer::Bet(BetStatus::Refused(refusal)) => Some(refusal.code),
                Answer::Bet(_) | Answer::Batch(_) | Answer::Done | Answer::CashOut(..) => None,
            };
            // Of several legs each one's own reasons are said; the first is the bet's.
            let mut failed = checks.iter().filter(|check| check.refuses());
            let is_told = match (refused, checks.last()) {
                (None, Some(last)) => last.passed && last.code == Reject::InsufficientFunds,
                (Some(_), Some(last)) if last.passed && last.code == Reject::InsufficientFunds => {
                    false
                }
                (Some(code), _) => failed.any(|it| it.code == code),
                (None, None) => false,
            };
            assert!(is_told, "{refused:?} is the answer to {command:?}, explained by {checks:?}");
            let names: Vec<_> = checks.iter().map(|check| check.name).collect();
            assert!(!names.contains(&"another rule"), "{command:?} is explained by {names:?}");
        }
        for record in &records {
            self.hear_of_bet(record);
            self.visit_fate(&record.event);
        }
        self.visit(&format!("tried {}", variants::command(&command)));
        if is_done(actual) {
            self.visit(&format!("done {}", variants::command(&command)));
            self.visit_match(&command);
        }
        let leaves_a_trace = [Reject::FeedImpossible, Reject::FeedGap];
        if let Answer::Batch([Some(BetStatus::Accepted { .. }), Some(_), ..]) = actual {
            self.visit("a whole group");
        }
        let refused = match actual {
            Answer::Refused(code) => !leaves_a_trace.contains(&code),
            // Sent again it is answered as it was; refused at once it leaves nothing.
            Answer::CashOut(CashOutStatus::Refused(_), _) => true,
            Answer::Bet(_) | Answer::Batch(_) | Answer::Done | Answer::CashOut(..) => false,
        };
        self.traceless.push(refused);
        self.hashes.push(self.world.state().state_hash());
        if self.random.chance(SNAPSHOT_PERCENT) {
            let bytes = saved(self.world.state());
            let state = restored(&bytes, 1 + self.random.below(5_000) as usize);
            self.shadow = Some(state.expect("a snapshot of a sound state is read back"));
        }
    }

    /// Why the engine is about to answer a bet as it will, from a copy of its state; now and then, as
    /// copies take time. Nothing for a bet asked about before.
    fn explain(&mut self, command: &Command) -> Option<Vec<Check>> {
        let places = matches!(
            command,
            Command::PlaceBet(_) | Command::PlaceMultiple(_) | Command::PlaceOnTerms(_)
        );
        if !places || !self.random.chance(5) {
            return None;
        }
        let state = restored(&saved(self.world.state()), 4096).expect("a sound state is read back");
        let seq = Seq(state.last_seq().0 + 1);
        let (now, by) = (self.world.now(), Actor::account);
        let checks = match command {
            Command::PlaceBet(place) => state.explain(seq, now, by(place.account), (place, None)),
            Command::PlaceMultiple(place) => {
                self.visit("an explained multiple");
                state.explain_multiple(seq, now, by(place.account), (place, None))
            }
            Command::PlaceOnTerms(PlaceOnTerms { terms: Terms { bonus, .. }, slip }) => {
                match (slip, bonus) {
                    (_, None) => return None,
                    (Slip::Single(place), _) => {
                        state.explain(seq, now, by(place.account), (place, *bonus))
                    }
                    (Slip::Multiple(place), _) => {
                        state.explain_multiple(seq, now, by(place.account), (place, *bonus))
                    }
                }
            }
            _ => return None,
        };
        Some(checks).filter(|checks| !checks.is_empty())
    }

    /// Has the restored state answer the same command: it must say the same and become the same.
    fn follow(&mut self, records: &[Record]) {
        let Some(shadow) = &mut self.shadow else { return };
        let mut outbox = Outbox::with_capacity(records.len() + 1);
        let (now, envelope) = self.world.journal().last().expect("a command was applied");
        shadow.apply(self.world.state().last_seq(), *now, envelope, &mut outbox);
        let command = envelope.command;
        assert_eq!(outbox.records(), records, "a restored state answers {command:?} otherwise");
        // A difference stays or shows in the answers, so it need not be looked for each time.
        if self.hashes.len().is_multiple_of(8) {
            let (restored, kept) = (shadow.state_hash(), self.world.state().state_hash());
            assert_eq!(restored, kept, "a restored state differs after {command:?}");
        }
        assert_eq!(shadow.next_due(), self.world.state().next_due());
    }

    /// Timers and settlement speak of a bet only when it moved: nothing is settled twice.
    fn hear_of_bet(&mut self, record: &Record) {
        let (bet, status) = match record.event {
            Event::Bet(view) => (view.bet, view.status),
            Event::Multiple(view) => (view.bet, view.status),
            _ => return,
        };
        let Some(bet) = bet else { return };
        self.told_of.insert(bet, matches!(record.event, Event::Multiple(_)));
        let before = self.told.insert(bet, status);
        let moved = before != Some(status);
        assert!(moved || record.trace != 0, "{bet:?} was settled to where it stood: {status:?}");
    }

    fn visit(&mut self, what: &str) {
        match self.visits.get_mut(what) {
            Some(times) => *times += 1,
            None => drop(self.visits.insert(what.to_owned(), 1)),
        }
    }

    /// What of a match was done, and by which of its sources.
    fn visit_match(&mut self, command: &Command) {
        match command {
            Command::MatchIncident { incident, .. } => {
                self.visit(&format!("reported {}", variants::incident(incident)));
            }
            Command::Feed(message) => {
                let word = variants::word(&message.event);
                let is_followed = self.twin.followed(message.match_id.0) == Some(message.source.0);
                let how = if is_followed { "heard" } else { "confirmed" };
                self.visit(&format!("{how} {word}"));
            }
            _ => {}
        }
    }

    fn visit_fate(&mut self, event: &Event) {
        let view = match event {
            Event::Bet(view) => view,
            Event::Multiple(view) => return self.visit_fate_of_multiple(view),
            Event::Trip { trip, standing: TripStanding::Tripped { .. }, .. } => {
                return self.visit(match trip {
                    TripId::FeedLag => "a trip over feeds",
                    TripId::ErrorRate => "a trip over errors",
                    TripId::LossRate => "a trip over losses",
                    TripId::RejectRate => "a trip over refusals",
                });
            }
            Event::Session { session: Some(session), .. } if session.must_confirm => {
                return self.visit("a reminder");
            }
            Event::Case { reviewed_by: None, .. } => return self.visit("a case"),
            Event::Settlement { status: SettlementStatus::Aside(Aside::Disputed), .. } => {
                return self.visit("a settlement that a dispute stops");
            }
            Event::Settlement { status: SettlementStatus::Aside(_), .. } => {
                return self.visit("a settlement set aside");
            }
            Event::FeedAlert { alert, .. } => {
                return match alert {
                    FeedAlert::Impossible { rule, .. } => self.visit(&format!("{rule:?}")),
                    FeedAlert::Apart { rule, .. } => self.visit(&format!("{rule:?}")),
                    FeedAlert::Gap { .. } => self.visit("a gap"),
                    FeedAlert::Late { .. } => self.visit("a late source"),
                    FeedAlert::Ahead => self.visit("a source that is ahead"),
                    FeedAlert::Behind => self.visit("a source that is behind"),
                    FeedAlert::Disagrees { round: 0, .. } => self.visit("another winner of a map"),
                    FeedAlert::Disagrees { .. } => self.visit("another winner of a round"),
                    FeedAlert::Contradictory => self.visit("a source in doubt"),
                    FeedAlert::HandedOver => self.visit("a hand-over by a person"),
                    FeedAlert::TookOver { .. } => self.visit("a hand-over by silence"),
                    FeedAlert::Paid { .. } => self.visit("a dispute on what was paid"),
                };
            }
            Event::Market { market, status, .. } if self.twin.is_timed(market.0) => {
                let status = match status {
                    MarketStatus::Decided { .. } => "Decided".to_owned(),
                    status => format!("{status:?}"),
                };
                return self.visit(&format!("against the clock: {status}"));
            }
            Event::MatchFrozen { reason: Some(reason), .. } => {
                return self.visit(&format!("frozen {reason:?}"));
            }
            Event::Posting { reason: PostingReason::DebtWrittenOff, .. } => {
                return self.visit("a debt written off");
            }
            Event::Posting { reason: PostingReason::DebtRecovered, .. } => {
                return self.visit("a debt recovered");
            }
            Event::BonusBet(with) => {
                let is_multiple = matches!(self.told_of.get(&with.bet), Some(true));
                let what = if is_multiple { "a bonus in a multiple" } else { "a bonus in a bet" };
                self.visit(what);
                if with.kind == BonusKind::Money {
                    let is_own = with.part == Money::ZERO;
                    let what =
                        if is_own { "own money that is wagered" } else { "bonus money in a bet" };
                    self.visit(what);
                }
                return;
            }
            Event::Posting { reason: PostingReason::BonusConverted, .. } => {
                return self.visit("a bonus was wagered");
            }
            Event::CashOut(view) => {
                return match view.status {
                    CashOutStatus::Refused(refusal) => {
                        self.visit(&format!("no cash-out: {}", refusal.code.name()));
                    }
                    CashOutStatus::Pending { .. } => self.visit("cash-out Pending"),
                    CashOutStatus::Paid => self.visit("cash-out Paid"),
                    CashOutStatus::Quoted { .. } => unreachable!("a command makes no quote"),
                };
            }
            _ => return,
        };
        if self.twin.is_timed(view.market.0) {
            let what = match view.status {
                BetStatus::Pending { .. } => "bet Pending",
                BetStatus::Refused(refusal) => refusal.code.name(),
                BetStatus::Accepted { .. } => "bet Accepted",
                BetStatus::Won { .. } => "bet Won",
                BetStatus::Lost => "bet Lost",
                BetStatus::Void(VoidReason::Rewound) => "bet Void Rewound",
                _ => "another fate",
            };
            self.visit(&format!("against the clock: {what}"));
        }
        match view.status {
            BetStatus::Pending { .. } => self.visit("bet Pending"),
            BetStatus::Refused(refusal) => self.visit(refusal.code.name()),
            BetStatus::Accepted { .. } => self.visit("bet Accepted"),
            BetStatus::Won { .. } => {
                self.paid.extend(view.bet);
                self.visit("bet Won");
            }
            BetStatus::Lost => {
                let was_paid = view.bet.is_some_and(|bet| self.paid.contains(&bet));
                self.visit(if was_paid { "won and then lost" } else { "bet Lost" });
            }
            BetStatus::CashedOut { .. } => self.visit("bet CashedOut"),
            BetStatus::Referred { .. } => self.visit("bet Referred"),
            BetStatus::Offered { .. } => self.visit("bet Offered"),
            BetStatus::Void(VoidReason::NotPlayed) => self.visit("bet Void NotPlayed"),
            BetStatus::Void(VoidReason::Rewound) => self.visit("bet Void Rewound"),
            BetStatus::Void(VoidReason::Declared) => self.visit("bet Void Declared"),
            BetStatus::Void(VoidReason::HouseRules) => self.visit("bet Void HouseRules"),
            BetStatus::Void(VoidReason::TakenLate) => self.visit("bet Void TakenLate"),
            BetStatus::Void(VoidReason::ByHand) => self.visit("bet Void ByHand"),
            BetStatus::Void(VoidReason::Rest) => self.visit("bet Void Rest"),
        }
    }

    fn visit_fate_of_multiple(&mut self, view: &MultipleView) {
        match view.status {
            BetStatus::Pending { .. } => self.visit("multiple Pending"),
            BetStatus::Refused(refusal) => {
                let of_a_leg = view.leg_at_fault.is_some();
                self.visit(if of_a_leg { "a leg at fault" } else { "multiple Refused" });
                self.visit(refusal.code.name());
            }
            BetStatus::Accepted { .. } => self.visit("multiple Accepted"),
            BetStatus::Won { .. } => {
                self.paid.extend(view.bet);
                self.visit("multiple Won");
            }
            BetStatus::Lost => {
                let was_paid = view.bet.is_some_and(|bet| self.paid.contains(&bet));
                self.visit(if was_paid { "multiple won and then lost" } else { "multiple Lost" });
            }
            BetStatus::Void(_) => self.visit("multiple Void"),
            BetStatus::CashedOut { .. } => self.visit("multiple CashedOut"),
            BetStatus::Referred { .. } => self.visit("multiple Referred"),
            BetStatus::Offered { .. } => self.visit("multiple Offered"),
        }
    }

    /// Applies the journal to a fresh state, with ticks in place of some commands: the hash must be
    /// the same after each one.
    fn replay(&self, is_replaced: impl Fn(usize) -> bool) {
        let mut state = State::new();
        let capacity = self.world.state().capacity().expect("the first record was taken");
        let mut outbox = Outbox::with_capacity(capacity.events_max());
        for (index, (now, envelope)) in self.world.journal().iter().enumerate() {
            let tick = Envelope { command: Command::Tick, ..*envelope };
            let applied = if is_replaced(index) { &tick } else { envelope };
            outbox.clear();
            state.apply(Seq(index as u64 + 1), *now, applied, &mut outbox);
            let hash = state.state_hash();
            let command = envelope.command;
            assert_eq!(hash, self.hashes[index], "after command {}, {command:?}", index + 1);
        }
    }
}

/// Whether a command did what it is there for.
fn is_done(answer: Answer) -> bool {
    let is_taken = |status: &BetStatus| !matches!(status, BetStatus::Refused(_));
    match answer {
        Answer::Done => true,
        Answer::Refused(_) => false,
        Answer::Bet(status) => is_taken(&status),
        Answer::Batch(all) => all.iter().flatten().all(is_taken),
        Answer::CashOut(status, _) => !matches!(status, CashOutStatus::Refused(_)),
    }
}
