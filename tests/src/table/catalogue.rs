//! Lines that set the scene: settings, accounts, matches, markets, feeds.

use clutch_core::Command;
use clutch_core::command::{
    AccountState, Actor, CreateMatch, FeedMessage, GameEvent, Line, MarketKind, MobaState,
    RoundFormat, SetMap, SetNextRound, Side, Strengths, Team, Title,
};
use clutch_core::event::{Event, MatchPhase, Score};
use clutch_core::pricing::LadderTable;
use clutch_core::units::{
    AccountId, Currency, MarketId, MatchId, Name, Probability, SourceId, Timestamp,
};

use super::lines::Words;
use super::values::{duration, money, rules, stages, trips};
use super::{Answer, Outcome, Scenario};

/// The server that carries out its own configuration: its word on strengths goes as far as it likes.
const THE_FILE: Actor = Actor::Operator(0);

impl Scenario {
    pub(super) fn capacity(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let mut sizes = self.capacity;
        while let Some(key) = words.optional() {
            let value = words.number()?;
            match key {
                "accounts_max" => sizes.accounts_max = value,
                "matches_max" => sizes.matches_max = value,
                "markets_max" => sizes.markets_max = value,
                "bets_max" => sizes.bets_max = value,
                "client_ids_max" => sizes.client_ids_max = value,
                "multiples_max" => sizes.multiples_max = value,
                "legs_max" => sizes.legs_max = value,
                "payments_max" => sizes.payments_max = value,
                "bonuses_max" => sizes.bonuses_max = value,
                "play_limits_max" => sizes.play_limits_max = value,
                _ => return Err(format!("no capacity is called {key:?}")),
            }
        }
        if self.world.is_none() {
            self.capacity = sizes;
            return Ok(Answer::Done);
        }
        // A start with another configuration.
        let answer = self.send_by(Actor::Engine, Command::Enlarge { capacity: sizes });
        if let Answer::Done = answer {
            self.capacity = sizes;
        }
        Ok(answer)
    }

    pub(super) fn configure(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let mut config = self.config;
        while let Some(key) = words.optional() {
            let value = words.next()?;
            let number = || value.parse().map_err(|_| format!("{value:?} is no number"));
            match key {
                "stake_min" => config.stake_min = money(value)?,
                "stake_max" => config.stake_max = money(value)?,
                "payout_max" => config.payout_max = money(value)?,
                "liability_selection_max" => config.liability_selection_max = money(value)?,
                "liability_market_max" => config.liability_market_max = money(value)?,
                "liability_account_max" => config.liability_account_max = money(value)?,
                "in_play_delay" => config.in_play_delay_ns = duration(value)?,
                "in_play_delay_moba" => config.in_play_delay_moba_ns = duration(value)?,
                "feed_age_live" => config.feed_age_live_ns = duration(value)?,
                "feed_age_prematch" => config.feed_age_prematch_ns = duration(value)?,
                "view_age_max" => config.view_age_max_ns = duration(value)?,
                "client_id_past" => config.client_id_past_ns = duration(value)?,
                "client_id_future" => config.client_id_future_ns = duration(value)?,
                "resettle_window" => config.resettle_window_ns = duration(value)?,
                "margin_ppb" => config.margin_ppb = number()?,
                "band_milli" => config.band_milli = number()?,
                "trips_off" => config.trips_off = trips(value)?,
                "trips_shadow" => config.trips_shadow = trips(value)?,
                "trips_two_people" => config.trips_two_people = trips(value)?,
                "trip_window" => config.trip_window_ns = duration(value)?,
                "trip_cool_down" => config.trip_cool_down_ns = duration(value)?,
                "trip_feed_max" => config.trip_feed_max = number()?,
                "trip_error_max" => config.trip_error_max = number()?,
                "trip_loss_max" => config.trip_loss_max = money(value)?,
                "trip_reject_percent" => config.trip_reject_percent = number()?,
                "trip_reject_min" => config.trip_reject_min = number()?,
                "price_steps_min" => config.price_steps_min = number()?,
                "override_distance_milli" => config.override_distance_milli = number()?,
                "override_life_max" => config.override_life_max_ns = duration(value)?,
                "shading_ppb" => config.shading_ppb = number()?,
                "shading_scale" => config.shading_scale = money(value)?,
                "shading_step" => config.shading_step = money(value)?,
                "feed_lag_max" => config.feed_lag_max_ns = duration(value)?,
                "feed_grace" => config.feed_grace_ns = duration(value)?,
                "feed_hand_over" => config.feed_hand_over_ns = duration(value)?,
                "agreeing_updates" => config.agreeing_updates = number()?,
                "liability_match_max" => config.liability_match_max = money(value)?,
                "liability_group_max" => config.liability_group_max = money(value)?,
                "payout_day_max" => config.payout_day_max = money(value)?,
                "stakes_per_hour_max" => config.stakes_per_hour_max = money(value)?,
                "bets_per_second_max" => config.bets_per_second_max = number()?,
                "bets_per_minute_max" => config.bets_per_minute_max = number()?,
                "bets_per_hour_max" => config.bets_per_hour_max = number()?,
                "cash_out_margin_ppb" => config.cash_out_margin_ppb = number()?,
                "quote_life" => config.quote_life_ns = duration(value)?,
                "offer_life" => config.offer_life_ns = duration(value)?,
                "referral_life" => config.referral_life_ns = duration(value)?,
                "trader_stake" => config.trader_stake = money(value)?,
                "rules_refer" => config.rules_refer = rules(value)?,
                "rules_off" => config.rules_off = rules(value)?,
                "rules_shadow" => config.rules_shadow = rules(value)?,
                "tier_0" => config.tier_0 = stages(value)?,
                "tier_1" => config.tier_1 = stages(value)?,
                "tier_2" => config.tier_2 = stages(value)?,
                "tier_3" => config.tier_3 = stages(value)?,
                "large_stake" => config.large_stake = money(value)?,
                "confirm_above" => config.confirm_above = money(value)?,
                "grade_alone_max" => config.grade_alone_max = money(value)?,
                "debt_max" => config.debt_max = money(value)?,
                "adjust_alone_max" => config.adjust_alone_max = money(value)?,
                "grants_alone_max" => config.grants_alone_max = money(value)?,
                "deposits_alone_max" => config.deposits_alone_max = money(value)?,
                "payout_cut" => config.payout_cut = money(value)?,
                "wagering_times_max" => config.wagering_times_max = number()?,
                "withdrawal_ends_bonus" => config.withdrawal_ends_bonus = number()?,
                "ladder" => {
                    let named = LadderTable::ALL.into_iter().find(|table| table.name() == value);
                    config.ladder =
                        named.ok_or_else(|| format!("no ladder is called {value:?}"))?;
                }
                _ => return Err(format!("no setting is called {key:?} and can be {value:?}")),
            }
        }
        if self.world.is_none() {
            self.config = config;
            return Ok(Answer::Done);
        }
        let answer = self.send(Command::Configure { config, based_on: None });
        if answer == Answer::Done {
            self.config = config;
        }
        Ok(answer)
    }

    pub(super) fn account(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let word = words.next()?;
        let (mut balance, mut currency) = (None, Currency::default());
        while let Some(key) = words.optional() {
            match key {
                "balance" => balance = Some(money(words.next()?)?),
                "currency" => currency = Currency(words.number()?),
                _ => return Err(format!("an account has no {key:?}")),
            }
        }
        let count = self.world().state().wallet().map_or(0, |wallet| wallet.iter().count());
        let answer = self.send(Command::OpenAccount { key: name(word)?, currency });
        if answer != Answer::Done {
            return Ok(answer);
        }
        let account = AccountId(count as u32);
        self.accounts.insert(word.to_owned(), account);
        let Some(amount) = balance else { return Ok(answer) };
        self.references += 1;
        Ok(self.send(Command::Deposit { account, amount, reference: self.references }))
    }

    pub(super) fn deposit(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let amount = money(words.next()?)?;
        self.references += 1;
        let reference = if words.take("ref") { words.number()? } else { self.references };
        Ok(self.send(Command::Deposit { account, amount, reference }))
    }

    pub(super) fn account_state(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let account = self.account_named(words.next()?)?;
        let state = match words.next()? {
            "open" => AccountState::Open,
            "suspended" => AccountState::Suspended,
            "closed" => AccountState::Closed,
            "excluded" => AccountState::SelfExcluded,
            other => return Err(format!("no account is {other:?}")),
        };
        Ok(self.send(Command::SetAccountState { account, state }))
    }

    pub(super) fn create_match(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let key = words.next()?;
        let length = words.next()?;
        let best_of = length.strip_prefix("bo").and_then(|number| number.parse().ok());
        let best_of = best_of.ok_or_else(|| format!("{length:?} is not bo1, bo2, bo3 or bo5"))?;
        let title = match words {
            _ if words.take("valorant") => Title::Valorant,
            _ if words.take("lol") => Title::Lol,
            _ if words.take("dota2") => Title::Dota2,
            _ => Title::CounterStrike,
        };
        let rounds = match title {
            _ if words.take("mr15") => RoundFormat::Mr15,
            _ if words.take("mr12") => RoundFormat::Mr12,
            Title::CounterStrike | Title::Valorant => RoundFormat::Mr12,
            Title::Lol | Title::Dota2 => RoundFormat::NoRounds,
        };
        let create = CreateMatch {
            key: name(key)?,
            title,
            rounds,
            best_of,
            team_a: name("Alpha")?,
            team_b: name("Bravo")?,
            starts_at: if words.take("starts") {
                self.world().now().plus(duration(words.next()?)?)
            } else {
                Timestamp::default()
            },
            round_markets: words.take("round_markets"),
        };
        let records = self.world().apply(Command::CreateMatch(create));
        let created = records.iter().find_map(|record| match record.event {
            Event::MatchCreated { match_id, .. } => Some(match_id),
            _ => None,
        });
        let answer = self.answer(&records);
        if let Some(match_id) = created {
            self.matches.insert(key.to_owned(), match_id);
            if rounds == RoundFormat::NoRounds {
                self.mobas.insert(match_id);
            }
        }
        Ok(answer)
    }

    pub(super) fn set_map(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let match_id = self.match_named(words.next()?)?;
        let map_no = words.number()?;
        let (mut chances, mut pistols, mut price) = ([50.0; 2], None, None);
        let mut first_side_a = Side::Ct;
        let mut actor = THE_FILE;
        while let Some(key) = words.optional() {
            match key {
                "t" => chances[0] = words.number()?,
                "ct" => chances[1] = words.number()?,
                "pistols" => pistols = Some([words.number()?, words.number()?]),
                "price" => price = Some(words.number()?),
                "starts" => first_side_a = side(words.next()?)?,
                "by" => actor = Actor::Operator(words.number()?),
                _ => return Err(format!("a map has no {key:?}")),
            }
        }
        let [t, ct] = [percent(chances[0])?, percent(chances[1])?];
        let strengths = match (price, pistols) {
            (Some(price), _) => Strengths::MapPrice { a: percent(price)? },
            (None, None) => Strengths::BySide { t, ct },
            (None, Some([pistol_t, pistol_ct])) => {
                let (pistol_t, pistol_ct) = (percent(pistol_t)?, percent(pistol_ct)?);
                Strengths::WithPistols { t, ct, pistol_t, pistol_ct }
            }
        };
        let set = map(match_id, map_no, first_side_a, strengths)?;
        Ok(self.send_by(actor, Command::SetMap(set)))
    }

    pub(super) fn next_round(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let match_id = self.match_named(words.next()?)?;
        let (map_no, round) = (words.number()?, words.number()?);
        let a = chance_or_none(words)?;
        let actor = if words.take("by") { Actor::Operator(words.number()?) } else { THE_FILE };
        let set = SetNextRound { match_id, map_no, round, a };
        Ok(self.send_by(actor, Command::SetNextRound(set)))
    }

    pub(super) fn set_maps(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let match_id = self.match_named(words.next()?)?;
        if !words.take("even") {
            return Err("all maps of a match can only be set to even".to_owned());
        }
        let mut map_no = 1;
        loop {
            let even = percent(50.0)?;
            let is_moba = self.mobas.contains(&match_id);
            let strengths = if is_moba {
                Strengths::MapPrice { a: even }
            } else {
                Strengths::BySide { t: even, ct: even }
            };
            let set = map(match_id, map_no, Side::Ct, strengths)?;
            match self.send_by(THE_FILE, Command::SetMap(set)) {
                Answer::Done => map_no += 1,
                refused if map_no == 1 => return Ok(refused),
                _ => return Ok(Answer::Done),
            }
        }
    }

    pub(super) fn open_market(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let key = words.next()?;
        let match_id = self.match_named(words.next()?)?;
        let kind = market_kind(words)?;
        let records = self.world().apply(Command::OpenMarket { match_id, kind });
        for event in super::said(&records) {
            match event {
                Event::Refused(refusal) => return Ok(Answer::Refused(refusal)),
                Event::MarketOpened { market, .. } => {
                    self.markets.insert(key.to_owned(), (market, match_id));
                }
                _ => {}
            }
        }
        self.world().drain();
        Ok(Answer::Done)
    }

    pub(super) fn feed(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let match_id = self.match_named(words.next()?)?;
        let event = match words.next()? {
            "start" => {
                GameEvent::MapStarted { map: words.number()?, first_side_a: side(words.next()?)? }
            }
            "round" => GameEvent::RoundWon {
                map: words.number()?,
                round: words.number()?,
                winner: team(words.next()?)?,
            },
            "begins" => GameEvent::RoundStarted { map: words.number()?, round: words.number()? },
            "rewind" => GameEvent::Rewound { map: words.number()?, to_round: words.number()? },
            "over" => GameEvent::MapOver {
                map: words.number()?,
                rounds_a: words.number()?,
                rounds_b: words.number()?,
            },
            "next" => GameEvent::NextRound {
                map: words.number()?,
                round: words.number()?,
                a: chance_or_none(words)?,
            },
            "state" => GameEvent::MobaState { map: words.number()?, state: moba_state(words)? },
            "won" => GameEvent::MapWon { map: words.number()?, winner: team(words.next()?)? },
            "restored" => {
                GameEvent::MobaRewound { map: words.number()?, state: moba_state(words)? }
            }
            "held" => GameEvent::Held,
            "released" => GameEvent::Released,
            "disputed" => GameEvent::Disputed,
            "heartbeat" => GameEvent::Heartbeat,
            other => return Err(format!("a feed does not say {other:?}")),
        };
        let source = if words.take("source") { words.number()? } else { 0 };
        let version = if words.take("version") { Some(words.number()?) } else { None };
        let follows = if words.take("follows") { words.number()? } else { 0 };
        let late = if words.take("untimed") {
            None
        } else if words.take("late") {
            Some(duration(words.next()?)?)
        } else {
            Some(0)
        };
        Ok(self.hear_late(match_id, source, version, event, (follows, late)))
    }

    fn hear(
        &mut self,
        match_id: MatchId,
        source: u8,
        version: Option<u64>,
        event: GameEvent,
    ) -> Answer {
        self.hear_late(match_id, source, version, event, (0, Some(0)))
    }

    /// The same with the version that it says it follows, and so much late; `None` if it says no time.
    fn hear_late(
        &mut self,
        match_id: MatchId,
        source: u8,
        version: Option<u64>,
        event: GameEvent,
        (follows, late): (u64, Option<u64>),
    ) -> Answer {
        let now = self.world().now();
        let source_time =
            late.map_or(Timestamp::default(), |late| Timestamp::from_nanos(now.nanos() - late));
        let newest = self.versions.entry((match_id, source)).or_default();
        let version = version.unwrap_or(*newest + u64::from(event != GameEvent::Heartbeat));
        *newest = version.max(*newest);
        self.send(Command::Feed(FeedMessage {
            match_id,
            source: SourceId(source),
            version,
            follows,
            source_time,
            received_at: now,
            event,
        }))
    }

    pub(super) fn play(&mut self, words: &mut Words<'_>) -> Outcome<Answer> {
        let match_id = self.match_named(words.next()?)?;
        let map = words.number()?;
        let score = self.score(match_id)?;
        if score.phase != MatchPhase::Live {
            let start = GameEvent::MapStarted { map, first_side_a: Side::Ct };
            super::meets(None, self.hear(match_id, 0, None, start))?;
        }
        while let Some(word) = words.optional() {
            let winner = team(&word[..1])?;
            let count = word[1..].parse().map_err(|_| format!("{word:?} is not A12 or B3"))?;
            for _ in 0..count {
                let round = self.score(match_id)?.rounds.iter().sum::<u8>() + 1;
                let won = GameEvent::RoundWon { map, round, winner };
                super::meets(None, self.hear(match_id, 0, None, won))?;
            }
        }
        Ok(Answer::Done)
    }

    pub(super) fn score(&mut self, match_id: MatchId) -> Outcome<Score> {
        let events = self.world().ask(clutch_core::Query::Match { match_id });
        let score = events.into_iter().find_map(|event| match event {
            Event::Score(score) => Some(score),
            _ => None,
        });
        score.ok_or_else(|| "the match has no score".to_owned())
    }

    pub(super) fn account_named(&self, word: &str) -> Outcome<AccountId> {
        if word == "nobody" {
            return Ok(AccountId(9_999));
        }
        self.accounts.get(word).copied().ok_or_else(|| format!("no account is called {word}"))
    }

    pub(super) fn match_named(&self, word: &str) -> Outcome<MatchId> {
        if word == "nothing" {
            return Ok(MatchId(9_999));
        }
        self.matches.get(word).copied().ok_or_else(|| format!("no match is called {word}"))
    }

    pub(super) fn market_named(&self, word: &str) -> Outcome<MarketId> {
        if word == "nowhere" {
            return Ok(MarketId(9_999));
        }
        let found = self.markets.get(word).map(|(market, _)| *market);
        found.ok_or_else(|| format!("no market is called {word}"))
    }
}

fn map(match_id: MatchId, map_no: u8, first_side_a: Side, strengths: Strengths) -> Outcome<SetMap> {
    Ok(SetMap { match_id, map_no, name: name("Mirage")?, first_side_a, strengths })
}

fn percent(percent: f64) -> Outcome<Probability> {
    Probability::from_f64(percent / 100.0).ok_or_else(|| format!("{percent} % is no chance"))
}

fn chance_or_none(words: &mut Words<'_>) -> Outcome<Option<Probability>> {
    if words.take("none") { Ok(None) } else { percent(words.number()?).map(Some) }
}

/// `TIME LEAD KILLS_A KILLS_B TOWERS_A TOWERS_B OBJECTIVES_A OBJECTIVES_B`, the lead in percent of all
/// gold or in thousands of experience; what is left out is zero.
fn moba_state(words: &mut Words<'_>) -> Outcome<MobaState> {
    let mut state = MobaState { time_s: words.number()?, ..MobaState::default() };
    let mut number = || {
        words.optional_number().map_or(Ok(0.0), |word| {
            word.parse::<f64>().map_err(|_| format!("{word:?} is no number"))
        })
    };
    state.lead_milli = (number()? * 1_000.0).round() as i32;
    state.kills = [number()? as u16, number()? as u16];
    state.towers = [number()? as u8, number()? as u8];
    state.objectives = [number()? as u8, number()? as u8];
    Ok(state)
}

fn market_kind(words: &mut Words<'_>) -> Outcome<MarketKind> {
    Ok(match words.next()? {
        "winner" => MarketKind::MatchWinner,
        "score" => MarketKind::CorrectMapScore,
        "map" => MarketKind::MapWinner { map: words.number()? },
        "total" => MarketKind::TotalRounds { map: words.number()?, line: line(words.next()?)? },
        "handicap" => {
            MarketKind::RoundHandicap { map: words.number()?, line: line(words.next()?)? }
        }
        "round" => MarketKind::RoundWinner { map: words.number()?, round: words.number()? },
        "map_handicap" => MarketKind::MapHandicap { line: line(words.next()?)? },
        "total_maps" => MarketKind::TotalMaps { line: line(words.next()?)? },
        "series_rounds" => MarketKind::SeriesRounds { line: line(words.next()?)? },
        "rounds_score" => MarketKind::CorrectRoundScore { map: words.number()? },
        "race" => MarketKind::RaceToRounds { map: words.number()?, rounds: words.number()? },
        "pistol" => MarketKind::PistolRound { map: words.number()?, half: words.number()? },
        "overtime" => MarketKind::Overtime { map: words.number()? },
        "odd" => MarketKind::OddRounds { map: words.number()? },
        "regulation" => MarketKind::RegulationWinner { map: words.number()? },
        "regulation_total" => {
            MarketKind::RegulationTotal { map: words.number()?, line: line(words.next()?)? }
        }
        "regulation_handicap" => {
            MarketKind::RegulationHandicap { map: words.number()?, line: line(words.next()?)? }
        }
        "team_rounds" => MarketKind::TeamRounds {
            map: words.number()?,
            team: team(words.next()?)?,
            line: line(words.next()?)?,
        },
        other => return Err(format!("no market is on {other:?}")),
    })
}

fn line(word: &str) -> Outcome<Line> {
    let halves = word.parse::<f64>().ok().map(|line| (line * 2.0) as i16);
    halves.and_then(Line::from_halves).ok_or_else(|| format!("{word:?} is no line such as 21.5"))
}

pub(super) fn name(word: &str) -> Outcome<Name> {
    Name::new(word).map_err(|error| error.to_string())
}

fn side(word: &str) -> Outcome<Side> {
    match word {
        "t" => Ok(Side::T),
        "ct" => Ok(Side::Ct),
        _ => Err(format!("{word:?} is no side")),
    }
}

pub(super) fn team(word: &str) -> Outcome<Team> {
    match word {
        "A" => Ok(Team::A),
        "B" => Ok(Team::B),
        _ => Err(format!("{word:?} is no team")),
    }
}
