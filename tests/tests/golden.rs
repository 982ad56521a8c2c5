//! The bytes of record. They stay readable for as long as any journal is kept, so they never change:
//! each command with fixed fields is compared with committed bytes and with the original bincode.
//!
//! A new variant is written down by running the test with `CLUTCH_WRITE_GOLDEN=1` and reading the
//! difference.

use std::fmt::Write as _;
use std::path::PathBuf;

use clutch_core::codec::DecodeError;
use clutch_core::command::{
    AccountState, Actor, Adjust, AdjustReason, AnswerOffer, BATCH_MAX, BatchBet, BonusStep,
    Capacity, CashOut, Channel, Config, CreateMatch, CustomerStep, ENCODED_MAX, FeedMessage,
    GameEvent, Grade, Incident, KillScope, Line, MarketClass, MarketKind, MobaState, Mode,
    OverrideKind, PaymentStep, Pick, Picks, PlaceBatch, PlaceBet, PlaceMultiple, PlaceOnTerms,
    PricePolicy, ReferralWord, Results, RoundFormat, Scope, SessionStep, SetCurrency, SetMap,
    SetNextRound, Side, Slip, Strengths, SuspendReason, Team, Terms, Title, VoidBets, Wagering,
};
use clutch_core::house_rules::HouseRules;
use clutch_core::play::{
    CounterId, Hold, Level, LimitBy, LimitKey, PlayPolicy, Quantity, Rest, RestKind, Term, Window,
};
use clutch_core::risk::{RuleId, RuleSet, Stages};
use clutch_core::settlement::multiplier::{DeadHeat, LegResult};
use clutch_core::settlement::system::{Bankers, FoldSizes};
use clutch_core::switches::{TripId, TripSet};
use clutch_core::units::{
    AccountId, BetId, BonusId, ClientBetId, Currency, CurrencyCode, MarketId, MatchId, Money, Name,
    Odds, OverrideId, Probability, ProposalId, QuoteId, SelectionIndex, Seq, SourceId, Stake,
    Timestamp,
};
use clutch_core::wallet::BonusKind;
use clutch_core::{Command, Envelope, Outbox, Reject};
use clutch_tests::random::Random;
use clutch_tests::world::World;

/// Compares a text with a committed file.
fn compare(file: &str, actual: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(file);
    if std::env::var_os("CLUTCH_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, actual).expect("the folder can be written to");
    }
    let golden = std::fs::read_to_string(&path).expect("the file is committed");
    for (number, (golden, actual)) in golden.lines().zip(actual.lines()).enumerate() {
        assert_eq!(golden, actual, "{file}, line {}", number + 1);
    }
    assert_eq!(golden.lines().count(), actual.lines().count(), "lines in {file}");
}

#[test]
fn every_command_has_the_bytes_it_always_had() {
    let mut text = String::new();
    for (name, envelope) in envelopes() {
        let hex = hex(&encode(&envelope));
        writeln!(text, "{name} {hex}").expect("a string takes everything");
    }
    compare("commands.txt", &text);
}

/// A journal says in each record in which encoding its command is. So the same number never stands for other bytes: a
/// build of another day would read them as something else, or fail with words that help nobody.
#[test]
fn an_encoding_has_one_set_of_bytes_and_a_new_set_has_a_new_number() {
    let commands = include_bytes!("../golden/commands.txt");
    let mut hasher = clutch_core::hash::StateHasher::default();
    hasher.bytes(commands);
    let (number, hash) = (clutch_engine::ENCODING, format!("{:016x}", hasher.finish()));
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/encodings.txt");
    let mut known = std::fs::read_to_string(&path).expect("the file is committed");
    let last = |known: &str| {
        let (number, hash) = known.lines().last()?.split_once(' ')?;
        Some((number.parse::<u16>().ok()?, hash.to_owned()))
    };
    let is_new = last(&known).is_some_and(|(last, of_last)| last < number && of_last != hash);
    if is_new && std::env::var_os("CLUTCH_WRITE_GOLDEN").is_some() {
        writeln!(known, "{number} {hash}").expect("a string takes everything");
        std::fs::write(&path, &known).expect("the folder can be written to");
    }
    assert_eq!(
        last(&known),
        Some((number, hash)),
        "commands have other bytes than before: raise `ENCODING` in engine/src/decoded.rs by one, and run this with \
         CLUTCH_WRITE_GOLDEN=1 once commands.txt is as it should be"
    );
    let numbers = known.lines().filter_map(|line| line.split(' ').next()?.parse::<u16>().ok());
    assert!(numbers.eq(1..=number), "one line a number, in order");
}

#[test]
fn the_bytes_are_those_of_bincode_and_lead_back() {
    let mut place = Envelope::BLANK;
    for (name, envelope) in envelopes() {
        let bytes = encode(&envelope);
        let oracle = bincode::serialize(&envelope).expect("bincode takes every command");
        assert_eq!(hex(&bytes), hex(&oracle), "{name}");
        assert_eq!(Envelope::decode(&bytes), Ok(envelope), "{name}");
        // In a place that holds another command, nothing of that one is left.
        assert_eq!(place.decode_here(&bytes), Ok(()), "{name}");
        assert_eq!(place, envelope, "{name}");
    }
}

#[test]
fn every_kind_of_command_is_among_them() {
    let mut kinds: Vec<u16> =
        envelopes().iter().map(|(_, envelope)| envelope.command.kind()).collect();
    kinds.dedup();
    assert_eq!(kinds, (1..=54).collect::<Vec<u16>>(), "kinds in order, one more than their tags");
    for (name, envelope) in envelopes() {
        let actor_bytes = match envelope.actor {
            Actor::Engine => 4,
            Actor::Feed(_) => 5,
            Actor::Operator(_) => 8,
            Actor::Account { .. } => 12,
        };
        let tag = u16::from(encode(&envelope)[actor_bytes + 8]);
        assert_eq!(tag + 1, envelope.command.kind(), "{name}");
        let told = format!("{:?}", envelope.command);
        assert!(told.starts_with(Command::VARIANTS[usize::from(tag)]), "{name}");
    }
}

/// While the journal's disk is full, what would only add to it waits outside; settlement, feeds, money on its way and
/// everything that narrows what may happen goes on in the reserve.
#[test]
fn a_full_disk_turns_new_bets_and_new_names_away_and_nothing_that_must_go_on() {
    let world = World::new(Capacity::default(), Config::default());
    let turned_away = |envelope: &Envelope| {
        let mut outbox = Outbox::with_capacity(BATCH_MAX);
        world.state().turn_away(envelope, Reject::JournalFull, &mut outbox)
    };
    let mut kinds: Vec<&str> = envelopes()
        .iter()
        .filter(|(_, envelope)| turned_away(envelope))
        .map(|(_, envelope)| Command::VARIANTS[usize::from(envelope.command.kind()) - 1])
        .collect();
    kinds.dedup();
    kinds.sort_unstable();
    let bets = ["PlaceBatch", "PlaceBet", "PlaceMultiple", "PlaceOnTerms"];
    let names = ["CreateMatch", "OpenAccount", "OpenMarket"];
    assert_eq!(kinds, [&names[..], &bets, &["Session"]].concat());
}

#[test]
fn a_command_cut_short_anywhere_is_an_error() {
    for (name, envelope) in envelopes() {
        let bytes = encode(&envelope);
        for cut in 0..bytes.len() {
            let read = Envelope::decode(&bytes[..cut]);
            assert_eq!(read, Err(DecodeError::Truncated), "{name}, first {cut} bytes");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(Envelope::decode(&longer), Err(DecodeError::TrailingBytes), "{name}");
    }
}

/// Damage is mostly noticed by checksums; here it only must not panic, and whatever still reads as
/// a command must be one: it encodes to the bytes it was read from.
#[test]
fn damaged_bytes_are_an_error_or_another_command() {
    let seed = 0x5eed;
    let mut random = Random::new(seed);
    for (name, envelope) in envelopes() {
        let bytes = encode(&envelope);
        for round in 0..5_000 {
            let mut damaged = bytes.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(damaged.len() as u64) as usize;
                damaged[at] = random.pick(&[0, 1, 0x7f, 0x80, 0xff, random.clone().number() as u8]);
                random.number();
            }
            let read = Envelope::decode(&damaged);
            let mut place = envelope;
            assert_eq!(place.decode_here(&damaged).map(|()| place), read, "{name}, round {round}");
            if let Ok(read) = read {
                assert_eq!(
                    hex(&encode(&read)),
                    hex(&damaged),
                    "{name}, seed {seed}, round {round}"
                );
            }
        }
    }
    for round in 0..20_000 {
        let noise: Vec<u8> =
            (0..random.below(200)).map(|_| (random.number() as u8) & 0x1f).collect();
        if let Ok(read) = Envelope::decode(&noise) {
            assert_eq!(encode(&read), noise, "seed {seed}, round {round}");
        }
    }
}

#[test]
fn numbers_outside_their_type_are_refused_at_the_door() {
    let place = Envelope { command: Command::PlaceBet(place()), ..of(Command::Tick) };
    let bytes = encode(&place);
    let with = |at: usize, field: &[u8]| {
        let mut changed = bytes.clone();
        changed[at..at + field.len()].copy_from_slice(field);
        Envelope::decode(&changed)
    };
    // Actor 8, trace 8, tag 4; then account 4, client id 16, market 4, selection 1.
    let odds = 20 + 4 + 16 + 4 + 1;
    let stake = odds + 4 + 8 + 4;
    assert_eq!(with(odds, &1_000_u32.to_le_bytes()), Err(DecodeError::OutOfRange));
    assert_eq!(with(odds, &1_000_001_u32.to_le_bytes()), Err(DecodeError::OutOfRange));
    assert_eq!(with(stake, &0_i64.to_le_bytes()), Err(DecodeError::OutOfRange));
    assert_eq!(with(stake, &(-1_i64).to_le_bytes()), Err(DecodeError::OutOfRange));
    assert_eq!(with(stake, &i64::MAX.to_le_bytes()), Err(DecodeError::OutOfRange));
    assert_eq!(with(stake + 8, &4_u32.to_le_bytes()), Err(DecodeError::UnknownTag(4)));
    assert_eq!(with(16, &999_u32.to_le_bytes()), Err(DecodeError::UnknownTag(999)));
}

#[test]
fn legs_and_lines_that_make_no_bet_are_refused_at_the_door() {
    let envelope = of(Command::PlaceMultiple(multiple(3, 0b1100, 0b10)));
    let bytes = encode(&envelope);
    let with = |at: usize, field: &[u8]| {
        let mut changed = bytes.clone();
        changed[at..at + field.len()].copy_from_slice(field);
        Envelope::decode(&changed)
    };
    // Actor 8, trace 8, tag 4, account 4, client id 16, policy 4 + 2.
    let unit = 20 + 4 + 16 + 6;
    let (folds, bankers, count) = (unit + 8, unit + 12, unit + 16);
    for (at, field, what) in [
        (unit, &0_i64.to_le_bytes()[..], "no stake"),
        (unit, &(Stake::MAX.money().minor() / 2).to_le_bytes(), "a stake too large on three lines"),
        (folds, &0_u32.to_le_bytes(), "no lines"),
        (folds, &1_u32.to_le_bytes(), "lines of no leg"),
        (folds, &0b1_0000_u32.to_le_bytes(), "lines longer than the bet"),
        (folds, &(1_u32 << 21).to_le_bytes(), "lines longer than any bet"),
        (bankers, &0b1000_u32.to_le_bytes(), "a banker that is no leg"),
        (bankers, &0b111_u32.to_le_bytes(), "more bankers than the smallest line holds"),
        (count, &0_u64.to_le_bytes(), "no legs"),
        (count, &21_u64.to_le_bytes(), "too many legs"),
    ] {
        assert_eq!(with(at, field), Err(DecodeError::OutOfRange), "{what}");
    }
    assert_eq!(with(count, &4_u64.to_le_bytes()), Err(DecodeError::Truncated));
}

#[test]
fn reject_codes_are_never_renumbered() {
    let mut text = String::new();
    for reject in Reject::ALL {
        let (code, name, transient) = (reject.code(), reject.name(), reject.is_transient());
        writeln!(text, "{code}={name}={transient}").expect("a string takes everything");
    }
    compare("reject_codes.txt", &text);
}

fn encode(envelope: &Envelope) -> Vec<u8> {
    let mut buffer = [0; ENCODED_MAX];
    let written = envelope.encode(&mut buffer);
    buffer[..written].to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a valid name")
}

fn money(minor: i64) -> Money {
    Money::from_minor(minor)
}

fn line(halves: i16) -> Line {
    Line::from_halves(halves).expect("an odd number of halves")
}

fn stages(percents: [u8; 4]) -> Stages {
    Stages::new(percents).expect("at most 100 each")
}

fn of(command: Command) -> Envelope {
    Envelope { actor: Actor::Operator(0x0a0b_0c0d), trace: 0x1122_3344_5566_7788, command }
}

fn killed(scope: KillScope) -> Envelope {
    of(Command::Kill { scope, on: true })
}

fn place() -> PlaceBet {
    PlaceBet {
        account: AccountId(0x0102_0304),
        client_id: ClientBetId(0x017f_22e2_79b0_7cc3_98c4_dc0c_0c07_398f),
        market: MarketId(0x0506_0708),
        selection: SelectionIndex(3),
        odds: Odds::from_milli(1_850).expect("odds"),
        price_seq: 0x1020_3040_5060_7080,
        epoch: 0x0a0b_0c0d,
        stake: Stake::new(money(12_345)).expect("a stake"),
        policy: PricePolicy::Exact,
    }
}

fn multiple(legs: u32, folds: u32, bankers: u32) -> PlaceMultiple {
    let pick = |leg| Pick {
        market: MarketId(0x0506_0708 + leg),
        selection: SelectionIndex(leg as u8),
        odds: Odds::from_milli(1_850 + leg).expect("odds"),
        price_seq: 0x1020_3040_5060_7080,
        epoch: 0x0a0b_0c0d,
    };
    let picks: Vec<Pick> = (0..legs).map(pick).collect();
    PlaceMultiple::new(
        (place().account, place().client_id),
        PricePolicy::Within { permille: 7 },
        place().stake,
        (FoldSizes::from_bits(folds).expect("sizes"), Bankers(bankers)),
        Picks::new(&picks).expect("1 to 20 legs"),
    )
    .expect("a bet")
}

fn cash_out(part: Option<Stake>) -> Envelope {
    let PlaceBet { account, client_id, .. } = place();
    let quote = QuoteId(0x1112_1314_1516_1718_191a_1b1c_1d1e_1f20);
    let ask = CashOut { account, client_id, part, quote, amount: money(8) };
    of(Command::CashOut(ask))
}

fn batch(bets: u128) -> Envelope {
    let PlaceBet { account, client_id, market, selection, odds, price_seq, epoch, stake, policy } =
        place();
    let bet = |nth| {
        let client_id = ClientBetId(client_id.0 + nth);
        BatchBet { client_id, market, selection, odds, price_seq, epoch, stake }
    };
    let bets: Vec<BatchBet> = (0..bets).map(bet).collect();
    let mut ask = PlaceBatch::new(account, policy, &bets).expect("few bets, each with its own id");
    ask.device = 0x0506_0708;
    of(Command::PlaceBatch(ask))
}

fn on_terms(slip: Slip) -> Envelope {
    let terms = Terms { partial: true, offers: false, bonus: None, device: 0x0506_0708 };
    of(Command::PlaceOnTerms(PlaceOnTerms { terms, slip }))
}

fn with_bonus(slip: Slip) -> Envelope {
    let terms = Terms { bonus: Some(BonusId(0x0102)), ..Terms::default() };
    of(Command::PlaceOnTerms(PlaceOnTerms { terms, slip }))
}

fn answer_offer(accept: bool) -> Envelope {
    let PlaceBet { account, client_id, .. } = place();
    let offer = BetId(0x2122_2324_2526_2728);
    of(Command::AnswerOffer(AnswerOffer { account, client_id, offer, accept }))
}

fn refer(word: ReferralWord) -> Envelope {
    of(Command::DecideReferral { bet: BetId(0x2122_2324_2526_2728), word })
}

fn config() -> Config {
    Config {
        stake_min: money(1),
        stake_max: money(2),
        payout_max: money(3),
        liability_selection_max: money(4),
        liability_market_max: money(5),
        liability_account_max: money(-6),
        in_play_delay_ns: 7,
        in_play_delay_moba_ns: 77,
        feed_age_live_ns: 8,
        feed_age_prematch_ns: 9,
        view_age_max_ns: 10,
        margin_ppb: 11,
        band_milli: 12,
        client_id_past_ns: 13,
        client_id_future_ns: 14,
        resettle_window_ns: 15,
        price_steps_min: 16,
        override_distance_milli: 17,
        override_life_max_ns: 18,
        shading_ppb: 19,
        shading_scale: money(20),
        shading_step: money(21),
        feed_lag_max_ns: 22,
        feed_grace_ns: 23,
        feed_hand_over_ns: 24,
        rules_off: RuleSet::of(&[RuleId::BetsPerHour]),
        rules_shadow: RuleSet::of(&[RuleId::DayPayout, RuleId::StakeMin]),
        liability_match_max: money(24),
        liability_group_max: money(25),
        payout_day_max: money(26),
        bets_per_second_max: 27,
        bets_per_minute_max: 28,
        bets_per_hour_max: 29,
        stakes_per_hour_max: money(30),
        tier_0: Stages::WHOLE,
        tier_1: stages([1, 2, 3, 4]),
        tier_2: stages([5, 6, 7, 8]),
        tier_3: stages([9, 10, 11, 12]),
        ladder: clutch_core::pricing::LadderTable::Exchange,
        trips_off: TripSet::EMPTY.with(TripId::FeedLag),
        trips_shadow: TripSet::EMPTY.with(TripId::RejectRate),
        trips_two_people: TripSet::ALL,
        trip_window_ns: 39,
        trip_cool_down_ns: 40,
        trip_feed_max: 41,
        trip_error_max: 42,
        trip_loss_max: money(43),
        trip_reject_percent: 44,
        trip_reject_min: 45,
        agreeing_updates: 24,
        cash_out_margin_ppb: 31,
        quote_life_ns: 32,
        large_stake: money(31),
        confirm_above: money(32),
        grade_alone_max: money(38),
        offer_life_ns: 33,
        referral_life_ns: 34,
        rules_refer: RuleSet::of(&[RuleId::TraderStake, RuleId::StakeMax]),
        trader_stake: money(35),
        debt_max: money(33),
        adjust_alone_max: money(34),
        grants_alone_max: money(36),
        deposits_alone_max: money(37),
        wagering_times_max: 46,
        payout_cut: money(39),
        withdrawal_ends_bonus: 1,
    }
}

/// At least one envelope of each variant of everything, in the order of the commands' tags.
fn envelopes() -> Vec<(&'static str, Envelope)> {
    let incident = |incident| of(Command::MatchIncident { match_id: MatchId(7), incident });
    let capacity = Capacity {
        accounts_max: 1,
        matches_max: 2,
        markets_max: 3,
        bets_max: 4,
        client_ids_max: 0xffff_fffe,
        multiples_max: 5,
        legs_max: 6,
        payments_max: 7,
        bonuses_max: 8,
        play_limits_max: 9,
    };
    let create = CreateMatch {
        key: name("match-1"),
        title: Title::CounterStrike,
        rounds: RoundFormat::Mr15,
        best_of: 5,
        team_a: name("Ñandú"),
        team_b: name(&"x".repeat(Name::MAX_BYTES)),
        starts_at: Timestamp::from_nanos(0x0102_0304_0506_0708),
        round_markets: true,
    };
    let chance = |ppb| Probability::from_ppb(ppb).expect("a chance");
    let set = SetMap {
        match_id: MatchId(9),
        map_no: 2,
        name: name("de_dust2"),
        first_side_a: Side::Ct,
        strengths: Strengths::BySide { t: chance(470_000_000), ct: Probability::ONE },
    };
    let with_pistols = Strengths::WithPistols {
        t: chance(1),
        ct: chance(2),
        pistol_t: chance(3),
        pistol_ct: chance(4),
    };
    let price = Strengths::MapPrice { a: chance(5) };
    let next_round = |a| SetNextRound { match_id: MatchId(9), map_no: 2, round: 14, a };
    let moba = MobaState {
        time_s: 0x0102,
        lead_milli: -3,
        kills: [0x0405, 0x0607],
        towers: [8, 9],
        objectives: [1, 2],
    };
    let open = |kind| of(Command::OpenMarket { match_id: MatchId(7), kind });
    let feed = |event| {
        of(Command::Feed(FeedMessage {
            match_id: MatchId(7),
            source: SourceId(3),
            version: 0x0102_0304_0506_0708,
            follows: 0x0102_0304_0506_0707,
            source_time: Timestamp::from_nanos(1),
            received_at: Timestamp::MAX,
            event,
        }))
    };
    let limit = |quantity, window, amount| {
        let (account, by) = (AccountId(5), LimitBy::Player);
        let key = LimitKey { quantity, window, by };
        of(Command::SetPlayLimit { account, key, amount })
    };
    let rest = |kind| {
        let rest = Rest { kind, until: Timestamp::from_nanos(9) };
        of(Command::Rest { account: AccountId(5), rest })
    };
    let customer = |step| of(Command::Customer { account: AccountId(5), step });
    let session = |step| of(Command::Session { account: AccountId(5), step });
    let suspend = |scope, reason| of(Command::Suspend { scope, reason });
    let state = |state| of(Command::SetAccountState { account: AccountId(5), state });
    let with_policy = |policy| of(Command::PlaceBet(PlaceBet { policy, ..place() }));
    let market = Scope::Market(MarketId(8));
    let selection = SelectionIndex(1);
    let (odds, fair) = (place().odds, chance(470_000_000));
    let say = |kind| of(Command::Override { kind, expires_at: Timestamp::from_nanos(9) });
    let heat = LegResult::DeadHeat(DeadHeat::new(1, 2).expect("one place for two"));
    let results = Results::new(&[heat, LegResult::Lost, heat]).expect("results that agree");
    let grade = |grade| of(Command::Grade { market: MarketId(8), version: 9, grade });
    let payment = |step| {
        let (account, amount) = (AccountId(5), money(2));
        of(Command::Payment { account, amount, reference: 0x0102, step })
    };
    let bonus = |step| of(Command::Bonus { account: AccountId(5), step });
    let wagering =
        Wagering { turnover: money(3), min_odds: Odds::from_milli(1_500), most: Some(money(4)) };
    let grant = |kind| {
        bonus(BonusStep::Grant {
            kind,
            amount: money(2),
            wagering: if kind == BonusKind::Money { wagering } else { Wagering::NONE },
            expires_at: Timestamp::from_nanos(9),
            reference: 0x0102,
        })
    };
    vec![
        ("genesis", of(Command::Genesis { capacity, config: config() })),
        ("configure", of(Command::Configure { config: config(), based_on: None })),
        ("configure_seen", of(Command::Configure { config: config(), based_on: Some(7) })),
        ("create_match", of(Command::CreateMatch(create))),
        ("set_map", of(Command::SetMap(set))),
        ("set_map_pistols", of(Command::SetMap(SetMap { strengths: with_pistols, ..set }))),
        ("set_map_price", of(Command::SetMap(SetMap { strengths: price, ..set }))),
        ("open_match_winner", open(MarketKind::MatchWinner)),
        ("open_correct_map_score", open(MarketKind::CorrectMapScore)),
        ("open_map_winner", open(MarketKind::MapWinner { map: 1 })),
        ("open_total_rounds", open(MarketKind::TotalRounds { map: 2, line: line(43) })),
        ("open_round_handicap", open(MarketKind::RoundHandicap { map: 3, line: line(-7) })),
        ("open_round_winner", open(MarketKind::RoundWinner { map: 4, round: 5 })),
        ("open_map_handicap", open(MarketKind::MapHandicap { line: line(-3) })),
        ("open_total_maps", open(MarketKind::TotalMaps { line: line(5) })),
        ("open_correct_round_score", open(MarketKind::CorrectRoundScore { map: 1 })),
        ("open_race_to_rounds", open(MarketKind::RaceToRounds { map: 1, rounds: 7 })),
        ("open_pistol_round", open(MarketKind::PistolRound { map: 1, half: 2 })),
        ("open_overtime", open(MarketKind::Overtime { map: 2 })),
        ("open_odd_rounds", open(MarketKind::OddRounds { map: 2 })),
        ("open_regulation_winner", open(MarketKind::RegulationWinner { map: 3 })),
        ("open_regulation_total", open(MarketKind::RegulationTotal { map: 2, line: line(43) })),
        (
            "open_regulation_handicap",
            open(MarketKind::RegulationHandicap { map: 3, line: line(-7) }),
        ),
        (
            "open_team_rounds",
            open(MarketKind::TeamRounds { map: 3, team: Team::B, line: line(21) }),
        ),
        ("open_series_rounds", open(MarketKind::SeriesRounds { line: line(131) })),
        ("feed_heartbeat", feed(GameEvent::Heartbeat)),
        ("feed_map_started", feed(GameEvent::MapStarted { map: 1, first_side_a: Side::T })),
        ("feed_round_won", feed(GameEvent::RoundWon { map: 1, round: 2, winner: Team::B })),
        ("feed_rewound", feed(GameEvent::Rewound { map: 1, to_round: 2 })),
        ("feed_map_over", feed(GameEvent::MapOver { map: 1, rounds_a: 13, rounds_b: 5 })),
        ("feed_held", feed(GameEvent::Held)),
        ("feed_released", feed(GameEvent::Released)),
        ("feed_disputed", feed(GameEvent::Disputed)),
        ("feed_round_started", feed(GameEvent::RoundStarted { map: 1, round: 14 })),
        ("feed_next_round", feed(GameEvent::NextRound { map: 1, round: 14, a: Some(chance(7)) })),
        ("feed_moba_state", feed(GameEvent::MobaState { map: 2, state: moba })),
        ("feed_map_won", feed(GameEvent::MapWon { map: 2, winner: Team::B })),
        ("feed_moba_rewound", feed(GameEvent::MobaRewound { map: 2, state: moba })),
        ("suspend_all_trader", suspend(Scope::All, SuspendReason::Trader)),
        ("suspend_match_stale", suspend(Scope::Match(MatchId(6)), SuspendReason::FeedStale)),
        ("suspend_market_held", suspend(market, SuspendReason::FeedHeld)),
        ("suspend_market_impossible", suspend(market, SuspendReason::ImpossibleState)),
        ("suspend_market_branch", suspend(market, SuspendReason::BranchCheck)),
        ("suspend_market_band", suspend(market, SuspendReason::PriceBand)),
        ("suspend_market_unpriced", suspend(market, SuspendReason::Unpriced)),
        ("suspend_market_live", suspend(market, SuspendReason::RoundLive)),
        ("suspend_market_invalid", suspend(market, SuspendReason::PriceInvalid)),
        ("suspend_market_disagree", suspend(market, SuspendReason::FeedsDisagree)),
        ("suspend_market_gap", suspend(market, SuspendReason::FeedGap)),
        ("suspend_market_lag", suspend(market, SuspendReason::FeedLag)),
        ("suspend_market_override", suspend(market, SuspendReason::Override)),
        ("suspend_market_apart", suspend(market, SuspendReason::FeedsApart)),
        ("resume_match", of(Command::Resume { scope: Scope::Match(MatchId(6)) })),
        ("kill_all", of(Command::Kill { scope: KillScope::All, on: true })),
        (
            "kill_title",
            of(Command::Kill { scope: KillScope::Title(Title::CounterStrike), on: false }),
        ),
        ("kill_class", killed(KillScope::Class(MarketClass::Round))),
        ("kill_channel", killed(KillScope::Channel(Channel::Api))),
        ("kill_cash_out", killed(KillScope::CashOut)),
        ("kill_withdrawals", killed(KillScope::Withdrawals)),
        ("kill_match", of(Command::Kill { scope: KillScope::Match(MatchId(6)), on: true })),
        ("open_account", of(Command::OpenAccount { key: name("a-1"), currency: Currency(1) })),
        ("account_open", state(AccountState::Open)),
        ("account_suspended", state(AccountState::Suspended)),
        ("account_closed", state(AccountState::Closed)),
        ("account_self_excluded", state(AccountState::SelfExcluded)),
        (
            "deposit",
            of(Command::Deposit {
                account: AccountId(5),
                amount: money(-2),
                reference: 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10,
            }),
        ),
        ("place_bet_exact", with_policy(PricePolicy::Exact)),
        ("place_bet_better", with_policy(PricePolicy::Better)),
        ("place_bet_any", with_policy(PricePolicy::Any)),
        ("place_bet_within", with_policy(PricePolicy::Within { permille: 0x0102 })),
        (
            "cancel_bet",
            Envelope {
                actor: Actor::Account { account: AccountId(5), channel: Channel::Retail },
                ..of(Command::CancelBet { account: AccountId(5), client_id: place().client_id })
            },
        ),
        ("tick_of_engine", Envelope { actor: Actor::Engine, ..of(Command::Tick) }),
        ("tick_of_feed", Envelope { actor: Actor::Feed(SourceId(7)), ..of(Command::Tick) }),
        ("override_odds", say(OverrideKind::Odds { market: MarketId(8), selection, odds })),
        ("override_fair", say(OverrideKind::Fair { market: MarketId(8), selection, fair })),
        ("override_margin", say(OverrideKind::Margin { market: MarketId(8), margin_ppb: 7 })),
        ("override_off", say(OverrideKind::SuspendSelection { market: MarketId(8), selection })),
        ("override_suspend", say(OverrideKind::SuspendMarket { market: MarketId(8) })),
        ("approve", of(Command::Approve { id: ProposalId(0x0102) })),
        ("lift_override", of(Command::LiftOverride { id: OverrideId(0x0102) })),
        ("set_next_round", of(Command::SetNextRound(next_round(Some(chance(7)))))),
        ("set_next_round_none", of(Command::SetNextRound(next_round(None)))),
        ("place_multiple_of_one", of(Command::PlaceMultiple(multiple(1, 0b10, 0)))),
        ("place_multiple_of_three", of(Command::PlaceMultiple(multiple(3, 0b1100, 0b10)))),
        ("place_multiple_of_twenty", of(Command::PlaceMultiple(multiple(20, 1 << 20, 0)))),
        (
            "set_account_factor",
            of(Command::SetAccountFactor {
                account: AccountId(5),
                title: Title::CounterStrike,
                has_begun: true,
                percent: 50,
            }),
        ),
        ("link_account", of(Command::LinkAccount { account: AccountId(5), group: Some(6) })),
        ("unlink_account", of(Command::LinkAccount { account: AccountId(5), group: None })),
        ("set_tier", of(Command::SetTier { match_id: MatchId(6), tier: 3 })),
        ("limit_stake", limit(Quantity::Stake, Window::Hours24, Some(money(7)))),
        ("limit_loss", limit(Quantity::Loss, Window::Days7, Some(money(7)))),
        ("limit_deposit", limit(Quantity::Deposit, Window::Day, Some(money(7)))),
        ("limit_net_deposit", limit(Quantity::NetDeposit, Window::Week, Some(money(7)))),
        ("limit_none", limit(Quantity::NetDeposit, Window::Month, None)),
        (
            "confirm_limit",
            of(Command::ConfirmPlayLimit {
                account: AccountId(5),
                key: LimitKey {
                    quantity: Quantity::Loss,
                    window: Window::Month,
                    by: LimitBy::House,
                },
            }),
        ),
        ("rest_time_out", rest(RestKind::TimeOut)),
        ("rest_self_exclusion", rest(RestKind::SelfExclusion)),
        ("end_rest", of(Command::EndRest { account: AccountId(5) })),
        ("grade_results", grade(Grade::Results(results))),
        ("grade_void", grade(Grade::Void)),
        ("grade_automatic", grade(Grade::Automatic)),
        // By the name that it had first, as the fingerprint of an encoding is over the names as well.
        ("withdraw", of(Command::RejectProposal { id: ProposalId(0x0102) })),
        ("hand_over", of(Command::HandOver { match_id: MatchId(7), source: SourceId(3) })),
        (
            "adopt_house_rules",
            of(Command::AdoptHouseRules {
                title: Title::Lol,
                name: name("house"),
                rules: HouseRules::default().with("forfeit", "void_map").expect("an answer"),
            }),
        ),
        ("incident_walkover", incident(Incident::Walkover { map: 2, to: Team::B, stated: true })),
        ("incident_forfeit", incident(Incident::Forfeit { map: 1, by: Team::A })),
        ("incident_short_handed", incident(Incident::ShortHanded { map: 3 })),
        ("incident_format_changed", incident(Incident::FormatChanged { best_of: 5 })),
        ("incident_postponed", incident(Incident::Postponed { to: Some(Timestamp::MAX) })),
        ("incident_replayed", incident(Incident::Replayed { map: 1 })),
        ("incident_started_early", incident(Incident::StartedEarly { from: Seq(9) })),
        ("incident_stand_ins", incident(Incident::StandIns { team: Team::B, officials: 2 })),
        ("take_back_incident", of(Command::TakeBackIncident { match_id: MatchId(7) })),
        ("set_mode", of(Command::SetMode { mode: Mode::SettleOnly })),
        ("payment_authorise", payment(PaymentStep::Authorise)),
        ("payment_fail", payment(PaymentStep::Fail)),
        ("payment_withdraw", payment(PaymentStep::Withdraw { tax: money(3) })),
        ("payment_paid", payment(PaymentStep::Paid)),
        ("payment_returned", payment(PaymentStep::Returned)),
        ("bonus_money", grant(BonusKind::Money)),
        ("bonus_free_bet", grant(BonusKind::FreeBet)),
        ("bonus_boost", grant(BonusKind::Boost { percent: 25 })),
        ("bonus_forfeit", bonus(BonusStep::Forfeit { bonus: BonusId(0x0102) })),
        ("reset_trip", of(Command::ResetTrip { trip: TripId::LossRate })),
        ("shed", of(Command::Shed { level: 2 })),
        ("cash_out", cash_out(None)),
        ("cash_out_part", cash_out(Stake::new(money(9)))),
        ("resume_settlement", of(Command::ResumeSettlement { market: MarketId(8) })),
        ("pause_settlement", of(Command::PauseSettlement { from_tier: Some(2) })),
        ("void_bet", of(Command::VoidBet { account: AccountId(5), client_id: ClientBetId(6) })),
        (
            "void_bets",
            of(Command::VoidBets(VoidBets {
                match_id: MatchId(7),
                market: Some(MarketId(8)),
                from: Seq(9),
                to: Seq(10),
            })),
        ),
        (
            "adopt_play_policy",
            of(Command::AdoptPlayPolicy {
                name: name("licence"),
                policy: PlayPolicy::default().with(Term::NetDeposits30d, 15_000),
            }),
        ),
        ("customer_verified", customer(CustomerStep::Verified(Level::Identified))),
        ("customer_hold", customer(CustomerStep::Hold(Hold::Withdrawals))),
        ("customer_reviewed", customer(CustomerStep::Reviewed(CounterId::NetDeposits30d))),
        ("on_terms_single", on_terms(Slip::Single(place()))),
        ("on_terms_multiple", on_terms(Slip::Multiple(multiple(3, 0b1100, 0b10)))),
        ("place_with_bonus", with_bonus(Slip::Single(place()))),
        ("take_offer", answer_offer(true)),
        ("decline_offer", answer_offer(false)),
        ("referral_accept", refer(ReferralWord::Accept)),
        ("referral_part", refer(ReferralWord::AcceptPart { stake: place().stake })),
        ("referral_offer", refer(ReferralWord::Offer { stake: place().stake, odds: Some(odds) })),
        ("referral_offer_stake", refer(ReferralWord::Offer { stake: place().stake, odds: None })),
        ("referral_refuse", refer(ReferralWord::Refuse)),
        (
            "adjust",
            of(Command::Adjust(Adjust {
                account: AccountId(5),
                amount: money(-6),
                reason: AdjustReason::Fee,
                reference: 7,
            })),
        ),
        (
            "set_currency",
            of(Command::SetCurrency(SetCurrency {
                currency: Currency(1),
                code: CurrencyCode::EUR,
                decimals: 2,
                book_ppb: 3,
            })),
        ),
        ("batch", batch(2)),
        ("batch_largest", batch(BATCH_MAX as u128)),
        ("session_open", session(SessionStep::Open)),
        ("session_alive", session(SessionStep::Alive)),
        ("session_confirm", session(SessionStep::Confirm)),
        ("session_close", session(SessionStep::Close)),
        ("session_every", session(SessionStep::Every { minutes: 60 })),
        (
            "set_delay_match",
            of(Command::SetDelay { scope: Scope::Match(MatchId(6)), delay_ns: Some(7) }),
        ),
        (
            "set_delay_market",
            of(Command::SetDelay { scope: Scope::Market(MarketId(8)), delay_ns: None }),
        ),
        ("enlarge", of(Command::Enlarge { capacity })),
    ]
}
