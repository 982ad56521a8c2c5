//! What holds for the whole board of any match: all four titles, both formats, every length of series, at
//! every score on the way, under any strengths, margin and ladder.
//!
//! Everything is read from the board as a bettor's gateway gets it; nothing of the models is asked.
//! `CLUTCH_LAW_SEEDS` sets how many matches are played; each failure names its seed.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use clutch_core::command::{
    Capacity, Config, CreateMatch, FeedMessage, GameEvent, Line, MarketKind, MobaState,
    OverrideKind, RoundFormat, SetMap, Side, Strengths, Team, Title,
};
use clutch_core::event::{MarketStatus, OverrideStatus, Price};
use clutch_core::market::final_score;
use clutch_core::pricing::LadderTable;
use clutch_core::units::{
    MarketId, MatchId, Name, Odds, Probability, ProposalId, SelectionIndex, SourceId, Timestamp,
};
use clutch_core::{Command, Event, Query, Reject};
use clutch_tests::random::Random;
use clutch_tests::world::{World, restored, saved};

/// One in parts per billion.
const ONE: i64 = 1_000_000_000;

#[test]
fn whatever_is_played_the_board_stays_a_book() {
    let seeds = std::env::var("CLUTCH_LAW_SEEDS").map_or(48, |seeds| seeds.parse().unwrap());
    let mut looked_at = BTreeMap::new();
    for seed in 0..seeds {
        let mut played = Played::new(seed);
        played.play_to_its_end(&mut looked_at);
    }
    // Every title was priced in play, and every type of market was on a board.
    for title in [Title::CounterStrike, Title::Valorant, Title::Lol, Title::Dota2] {
        assert!(50 < looked_at[&format!("{title:?}")], "{looked_at:?}");
    }
    for types in ["drawn", "Mr15", "branches"] {
        assert!(20 < looked_at[types], "{looked_at:?}");
    }
}

/// A trader fixes odds, leans the model, gives margins away and switches selections off, and a second
/// person agrees to everything.
#[test]
fn whatever_traders_say_no_book_on_offer_is_a_sure_loss() {
    let (mut refused, mut suspended, mut on_offer) = (0, 0, 0);
    for seed in 0..12 {
        let mut played = Played::new(seed);
        let config = *played.world.state().config();
        for _ in 0..400 {
            let said = played.trader_speaks();
            refused += u32::from(said);
            let version = 1 + played.random.below(8);
            if version == 1 {
                let (map_no, strengths) = (1, played.strengths());
                let (first_side_a, match_id) = (Side::Ct, MatchId(0));
                let name = name("Nuke");
                played.world.apply(Command::SetMap(SetMap {
                    match_id,
                    map_no,
                    name,
                    first_side_a,
                    strengths,
                }));
            }
            for (kind, market) in played.board() {
                let is_on_offer = market.prices.iter().any(|price| price.odds.is_some());
                let booked: f64 = market
                    .prices
                    .iter()
                    .map(|price| match price.odds {
                        Some(odds) => 1_000.0 / f64::from(odds.milli()),
                        None => price.fair.as_f64(),
                    })
                    .sum();
                if market.status == MarketStatus::Open && is_on_offer {
                    let least = if config.margin_ppb == 0 { 1.0 - 1e-7 } else { 1.0 };
                    assert!(least < booked, "{seed}: {kind:?} books {booked}");
                    on_offer += 1;
                }
                suspended += u32::from(market.is_offered() && is_on_offer && booked <= 1.0 - 1e-7);
            }
        }
    }
    assert!(
        100 < refused && 100 < suspended && 1_000 < on_offer,
        "{refused} {suspended} {on_offer}"
    );
}

/// Room for one match and nobody's bets: it is copied before every round looked at.
const SMALL: Capacity = Capacity { markets_max: 512, ..Capacity::SMALLEST };

/// One match on its way.
struct Played {
    seed: u64,
    random: Random,
    world: World,
    title: Title,
    format: RoundFormat,
    best_of: u8,
    margin: f64,
    version: u64,
    map: u8,
    round: u8,
    standing: MobaState,
}

/// A market as it stands on the board.
#[derive(Clone, Debug)]
struct OnBoard {
    status: MarketStatus,
    prices: Vec<Price>,
}

type Board = BTreeMap<MarketKind, OnBoard>;
/// Markets of one family by how much they ask.
type Chain<'a> = Vec<(i16, &'a OnBoard)>;

impl OnBoard {
    /// P(the selection wins) in parts per billion, also once that is known; `None` if the market is void
    /// or has no price.
    fn worth(&self, selection: usize) -> Option<i64> {
        match self.status {
            MarketStatus::Decided { winner } => {
                Some(if usize::from(winner.0) == selection { ONE } else { 0 })
            }
            MarketStatus::Void | MarketStatus::Graded => None,
            MarketStatus::Open | MarketStatus::Suspended(_) => self.fair(selection),
        }
    }

    /// The same while it is not decided.
    fn fair(&self, selection: usize) -> Option<i64> {
        let is_priced = self.prices.iter().any(|price| price.fair.ppb() != 0);
        let price = self.prices.get(selection).filter(|_| is_priced && self.is_offered())?;
        Some(i64::from(price.fair.ppb()))
    }

    fn is_offered(&self) -> bool {
        matches!(self.status, MarketStatus::Open | MarketStatus::Suspended(_))
    }

    fn odds(&self, selection: usize) -> Option<u32> {
        self.prices[selection].odds.map(Odds::milli)
    }
}

impl Played {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let title = random.pick(&[
            Title::CounterStrike,
            Title::CounterStrike,
            Title::Valorant,
            Title::Lol,
            Title::Dota2,
        ]);
        let format = match title {
            Title::CounterStrike => random.pick(&[RoundFormat::Mr12, RoundFormat::Mr15]),
            Title::Valorant => RoundFormat::Mr12,
            Title::Lol | Title::Dota2 => RoundFormat::NoRounds,
        };
        let best_of = random.pick(&[1, 2, 3, 3, 5]);
        let margin_ppb = random.below(150) as u32 * 1_000_000;
        let ladder = random.pick(&LadderTable::ALL);
        // In a calm enough market a small change is not sent; the margin must hold all the same.
        let price_steps_min = 1 + random.below(3) as u32;
        let config = Config { margin_ppb, ladder, price_steps_min, ..Config::default() };
        let mut played = Self {
            seed,
            world: World::new(SMALL, config),
            random,
            title,
            format,
            best_of,
            margin: f64::from(margin_ppb) / 1e9,
            version: 0,
            map: 0,
            round: 0,
            standing: MobaState::default(),
        };
        played.world.apply(Command::CreateMatch(CreateMatch {
            key: name("match"),
            title,
            rounds: format,
            best_of,
            team_a: name("Alpha"),
            team_b: name("Bravo"),
            starts_at: Timestamp::default(),
            round_markets: false,
        }));
        for map_no in 1..=best_of {
            let strengths = played.strengths();
            let first_side_a = played.side();
            let said = played.world.apply(Command::SetMap(SetMap {
                match_id: MatchId(0),
                map_no,
                name: name("Nuke"),
                first_side_a,
                strengths,
            }));
            assert!(said.iter().any(|record| record.event == Event::Applied), "{said:?}");
        }
        for kind in kinds(best_of) {
            // Those that make no sense in this match are refused.
            played.world.apply(Command::OpenMarket { match_id: MatchId(0), kind });
        }
        played
    }

    fn has_rounds(&self) -> bool {
        self.format != RoundFormat::NoRounds
    }

    fn side(&mut self) -> Side {
        self.random.pick(&[Side::T, Side::Ct])
    }

    fn strengths(&mut self) -> Strengths {
        // Now and then teams that are worlds apart.
        let spread = self.random.pick(&[150, 150, 480]);
        let mut chance = || {
            let milli = 500 - spread + self.random.below(2 * spread + 1);
            Probability::from_ppb(milli as u32 * 1_000_000).unwrap()
        };
        match (self.format, chance().ppb() % 3_000_000) {
            (RoundFormat::NoRounds, _) => Strengths::MapPrice { a: chance() },
            (_, 0) => Strengths::WithPistols {
                t: chance(),
                ct: chance(),
                pistol_t: chance(),
                pistol_ct: chance(),
            },
            _ => Strengths::BySide { t: chance(), ct: chance() },
        }
    }

    /// One word on some market, approved if it must be. Whether it was refused as a sure loss.
    fn trader_speaks(&mut self) -> bool {
        let count = self.board().len() as u64;
        let market = MarketId(self.random.below(count) as u32);
        let selection = SelectionIndex(self.random.below(2) as u8);
        let kind = match self.random.below(6) {
            0 => OverrideKind::Margin {
                market,
                margin_ppb: 1_000_000 + self.random.below(90) as u32 * 1_000_000,
            },
            1 => OverrideKind::SuspendSelection { market, selection },
            2 => {
                let fair = Probability::from_ppb(1_000_000 * (1 + self.random.below(998)) as u32);
                OverrideKind::Fair { market, selection, fair: fair.unwrap() }
            }
            _ => {
                let odds = Odds::from_milli(1_100 + self.random.below(2_400) as u32).unwrap();
                OverrideKind::Odds { market, selection, odds }
            }
        };
        let expires_at = self.world.now().plus(60_000_000_000);
        let mut said = self.world.apply(Command::Override { kind, expires_at });
        let id = said.iter().find_map(|record| match record.event {
            Event::Override { id, status: OverrideStatus::Proposed, .. } => Some(ProposalId(id.0)),
            _ => None,
        });
        // Every other command is the second person's.
        for _ in 0..2 {
            if let Some(id) = id {
                said.extend(self.world.apply(Command::Approve { id }));
            }
        }
        said.iter().any(|record| match record.event {
            Event::Refused(refusal) => refusal.code == Reject::NoOverround,
            _ => false,
        })
    }

    fn board(&mut self) -> Board {
        board_of(&mut self.world)
    }

    fn hear(&mut self, event: GameEvent) {
        self.version += 1;
        hear(&mut self.world, self.version, event);
    }

    fn play_to_its_end(&mut self, looked_at: &mut BTreeMap<String, u32>) {
        let mut count = |what: String| *looked_at.entry(what).or_insert(0) += 1;
        for _ in 0..2_000 {
            let board = self.board();
            let before = self.world.now();
            self.check_books(&board);
            self.check_nesting(&board);
            self.check_same_questions(&board);
            count(format!("{:?}", self.title));
            count(format!("{:?}", self.format));
            if self.best_of == 2 {
                count("drawn".into());
            }
            let winner = board.get(&MarketKind::MatchWinner).unwrap();
            if !winner.is_offered() {
                return;
            }
            let is_live = 0 < self.map
                && board.get(&MarketKind::MapWinner { map: self.map }).unwrap().is_offered();
            if !is_live {
                self.map += 1;
                (self.round, self.standing) = (0, MobaState::default());
                let first_side_a = self.side();
                self.hear(GameEvent::MapStarted { map: self.map, first_side_a });
            } else if self.has_rounds() {
                if self.random.chance(30) {
                    self.check_branches(&board);
                    count("branches".into());
                }
                self.round += 1;
                let winner = self.random.pick(&[Team::A, Team::B]);
                self.hear(GameEvent::RoundWon { map: self.map, round: self.round, winner });
            } else if (600 < self.standing.time_s && self.random.chance(5))
                || 10_000 < self.standing.time_s
            {
                let winner = self.random.pick(&[Team::A, Team::B]);
                self.hear(GameEvent::MapWon { map: self.map, winner });
            } else {
                // A walk that can be: what cannot is frozen, and the board would stand still.
                self.standing.time_s += 1 + self.random.below(200) as u16;
                let (step, most) = (self.random.below(6_000) as i32 - 3_000, 20_000);
                let most = most.min(1_000 + 20 * i32::from(self.standing.time_s));
                self.standing.lead_milli = (self.standing.lead_milli + step).clamp(-most, most);
                self.hear(GameEvent::MobaState { map: self.map, state: self.standing });
            }
            assert_eq!(before, self.world.now());
        }
        panic!("seed {}: the match never ends", self.seed);
    }

    /// The probabilities of a book sum to one, those of a pair to the last digit, and what is offered on
    /// it to no less than the margin asked for.
    fn check_books(&self, board: &Board) {
        for (kind, market) in board {
            if market.fair(0).is_none() {
                continue;
            }
            let sum: i64 = market.prices.iter().map(|price| i64::from(price.fair.ppb())).sum();
            let count = market.prices.len();
            let rounding = if count == 2 { 0 } else { count as i64 };
            assert!((sum - ONE).abs() <= rounding, "{}: {kind:?} sums to {sum}", self.seed);
            let possible: Vec<&Price> =
                market.prices.iter().filter(|price| price.fair.ppb() != 0).collect();
            if possible.iter().all(|price| price.odds.is_some()) {
                let booked: f64 = possible
                    .iter()
                    .filter_map(|price| price.odds)
                    .map(|odds| 1_000.0 / f64::from(odds.milli()))
                    .sum();
                let target = 1.0 + self.margin;
                assert!(target - 1e-9 <= booked, "{}: {kind:?} books {booked}", self.seed);
            }
        }
    }

    /// Who asks for more wins less often and is paid no less: over a higher line, with a worse start, in
    /// one way of winning alone.
    fn check_nesting(&self, board: &Board) {
        let mut chains: BTreeMap<(u8, u8, u8), Chain<'_>> = BTreeMap::new();
        for (kind, market) in board {
            let (family, harder) = match *kind {
                MarketKind::TotalRounds { map, line } => ((0, map, 0), line.halves()),
                MarketKind::RoundHandicap { map, line } => ((1, map, 0), -line.halves()),
                MarketKind::RegulationTotal { map, line } => ((2, map, 0), line.halves()),
                MarketKind::RegulationHandicap { map, line } => ((3, map, 0), -line.halves()),
                MarketKind::TeamRounds { map, team, line } => ((4, map, team as u8), line.halves()),
                MarketKind::MapHandicap { line } => ((5, 0, 0), -line.halves()),
                MarketKind::TotalMaps { line } => ((6, 0, 0), line.halves()),
                MarketKind::SeriesRounds { line } => ((7, 0, 0), line.halves()),
                _ => continue,
            };
            chains.entry(family).or_default().push((harder, market));
        }
        for (family, mut chain) in chains {
            chain.sort_by_key(|(harder, _)| *harder);
            for pair in chain.windows(2) {
                let [(easy, easier), (hard, harder)] = [pair[0], pair[1]];
                let at = || format!("{}: {family:?} at {easy} and {hard} halves", self.seed);
                if let (Some(more), Some(less)) = (easier.worth(0), harder.worth(0)) {
                    assert!(less <= more, "{}: {less} and {more}", at());
                }
                if let (true, Some(short), Some(long)) =
                    (easier.is_offered() && harder.is_offered(), easier.odds(0), harder.odds(0))
                    && self.sends_every_change()
                {
                    assert!(short <= long, "{}: offered at {short} and {long}", at());
                }
            }
        }
    }

    /// Odds that stay because they would hardly grow may stand beside others that moved.
    fn sends_every_change(&self) -> bool {
        self.world.state().config().price_steps_min <= 1
    }

    /// The same event is worth the same wherever it can be bet on, and 2–0 no more than to win.
    fn check_same_questions(&self, board: &Board) {
        let worth = |kind, selection: usize| board.get(&kind)?.worth(selection);
        let agree = |what: &str, one: Option<i64>, other: Option<i64>, rounding: i64| {
            if let (Some(one), Some(other)) = (one, other) {
                let apart = (one - other).abs();
                assert!(apart <= rounding, "{}: {what}: {one} and {other}", self.seed);
            }
        };
        let draw = self.best_of == 2;
        let (match_winner, scores) = (MarketKind::MatchWinner, MarketKind::CorrectMapScore);
        if let Some(market) = board.get(&scores) {
            let of_team = |first: bool| -> Option<i64> {
                (0..market.prices.len())
                    .filter(|index| {
                        let [a, b] = final_score(self.best_of, *index as u8);
                        if first { b < a } else { a < b }
                    })
                    .map(|index| market.worth(index))
                    .sum()
            };
            agree("A's final scores", of_team(true), worth(match_winner, 0), 4);
            let b = if draw { 2 } else { 1 };
            agree("B's final scores", of_team(false), worth(match_winner, b), 4);
            if let (Some(clear), Some(win)) = (market.worth(0), worth(match_winner, 0)) {
                assert!(clear <= win, "{}: to nil {clear}, to win {win}", self.seed);
            }
        }
        let half = |halves| MarketKind::MapHandicap { line: line(halves) };
        agree("half a map", worth(half(-1), 0), worth(match_winner, 0), 1);
        for map in 1..=self.best_of {
            let (scores, won) =
                (MarketKind::CorrectRoundScore { map }, MarketKind::MapWinner { map });
            if let Some(market) = board.get(&scores) {
                let half = market.prices.len() / 2 - 1;
                let of = |range: std::ops::Range<usize>, last: usize| -> Option<i64> {
                    range.chain([last]).map(|index| market.worth(index)).sum()
                };
                agree("A's scores", of(0..half, 2 * half), worth(won, 0), 20);
                agree("B's scores", of(half..2 * half, 2 * half + 1), worth(won, 1), 20);
                let overtime: Option<i64> =
                    [2 * half, 2 * half + 1].iter().map(|index| market.worth(*index)).sum();
                agree("overtime", overtime, worth(MarketKind::Overtime { map }, 0), 2);
            }
            let handicap = MarketKind::RoundHandicap { map, line: line(-1) };
            agree("half a round", worth(handicap, 0), worth(won, 0), 1);
            let draw = worth(MarketKind::RegulationWinner { map }, 1);
            agree("level", draw, worth(MarketKind::Overtime { map }, 0), 1);
        }
    }

    /// Before a round everything is worth what it will be after it: p = q·W⁺ + (1 − q)·W⁻, with q from
    /// the market on the round itself.
    fn check_branches(&mut self, board: &Board) {
        let (map, round) = (self.map, self.round + 1);
        let Some(q) = board.get(&MarketKind::RoundWinner { map, round }).and_then(|m| m.fair(0))
        else {
            return;
        };
        let q = q as f64 / ONE as f64;
        let bytes = saved(self.world.state());
        let [after_a, after_b] = [Team::A, Team::B].map(|winner| {
            let state = restored(&bytes, 4096).unwrap();
            let mut world = World::resumed(state, self.world.now(), Vec::new());
            hear(&mut world, self.version + 1, GameEvent::RoundWon { map, round, winner });
            board_of(&mut world)
        });
        for (kind, market) in board.iter().filter(|(_, market)| market.is_offered()) {
            // A race counts only the maps on which somebody gets there, so it is no expectation.
            if matches!(kind, MarketKind::RaceToRounds { rounds, .. } if !self.always_gets_to(*rounds))
            {
                continue;
            }
            for selection in 0..market.prices.len() {
                let now = market.fair(selection);
                let [a, b] = [&after_a, &after_b].map(|board| board[kind].worth(selection));
                let (Some(now), Some(a), Some(b)) = (now, a, b) else { continue };
                let expected = q * a as f64 + (1.0 - q) * b as f64;
                assert!(
                    (now as f64 - expected).abs() <= 3.0,
                    "{}: {kind:?} {selection} at {map}/{round}: {now}, then {a} or {b}, q {q}",
                    self.seed
                );
            }
        }
    }

    /// Whether some team wins so many rounds on any map.
    fn always_gets_to(&self, rounds: u8) -> bool {
        match self.format {
            RoundFormat::Mr12 => rounds <= 13,
            RoundFormat::Mr15 => rounds <= 16,
            RoundFormat::NoRounds => false,
        }
    }
}

fn hear(world: &mut World, version: u64, event: GameEvent) {
    let now = world.now();
    let said = world.apply(Command::Feed(FeedMessage {
        match_id: MatchId(0),
        source: SourceId(0),
        version,
        follows: version - 1,
        source_time: now,
        received_at: now,
        event,
    }));
    let refused = said.iter().find(|record| matches!(record.event, Event::Refused(_)));
    assert_eq!(refused, None, "{event:?}");
}

/// Every market of the match as it is told to whoever asks.
fn board_of(world: &mut World) -> Board {
    let mut board = BTreeMap::new();
    let (mut kind_of, mut prices) = (MarketKind::MatchWinner, Vec::new());
    for event in world.ask(Query::Match { match_id: MatchId(0) }) {
        match event {
            Event::MarketOpened { kind, .. } => (kind_of, prices) = (kind, Vec::new()),
            Event::Price(price) => prices.push(price),
            Event::Market { status, .. } => {
                let prices = std::mem::take(&mut prices);
                board.insert(kind_of, OnBoard { status, prices });
            }
            _ => {}
        }
    }
    board
}

/// Every type of market, on the first two maps and the series.
fn kinds(best_of: u8) -> Vec<MarketKind> {
    let mut kinds = vec![MarketKind::MatchWinner, MarketKind::CorrectMapScore];
    for halves in (-5..=9).step_by(2) {
        kinds.push(MarketKind::MapHandicap { line: line(halves) });
        kinds.push(MarketKind::TotalMaps { line: line(halves) });
    }
    for halves in (31..=241).step_by(14) {
        kinds.push(MarketKind::SeriesRounds { line: line(halves) });
    }
    for map in 1..=best_of {
        kinds.push(MarketKind::MapWinner { map });
    }
    for map in 1..=best_of.min(2) {
        kinds.push(MarketKind::CorrectRoundScore { map });
        kinds.push(MarketKind::Overtime { map });
        kinds.push(MarketKind::OddRounds { map });
        kinds.push(MarketKind::RegulationWinner { map });
        kinds.extend([1, 2].map(|half| MarketKind::PistolRound { map, half }));
        kinds.extend((1..=16).step_by(3).map(|rounds| MarketKind::RaceToRounds { map, rounds }));
        kinds.extend((1..=36).map(|round| MarketKind::RoundWinner { map, round }));
        for halves in (27..=75).step_by(4) {
            kinds.push(MarketKind::TotalRounds { map, line: line(halves) });
            kinds.push(MarketKind::RegulationTotal { map, line: line(halves) });
        }
        for halves in (-29..=29).step_by(4).chain([-1]) {
            kinds.push(MarketKind::RoundHandicap { map, line: line(halves) });
            kinds.push(MarketKind::RegulationHandicap { map, line: line(halves) });
        }
        for halves in (1..=41).step_by(4) {
            for team in [Team::A, Team::B] {
                kinds.push(MarketKind::TeamRounds { map, team, line: line(halves) });
            }
        }
    }
    kinds
}

fn line(halves: i16) -> Line {
    Line::from_halves(halves).unwrap()
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}
