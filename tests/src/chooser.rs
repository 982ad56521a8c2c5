//! Makes up commands, sensible and absurd ones, from a seed.

use clutch_core::Command;
use clutch_core::command::{
    AccountState, Adjust, AdjustReason, AnswerOffer, BonusStep, Capacity, CashOut, Channel, Config,
    CreateMatch, Grade, Incident, KillScope, Line, MarketClass, MarketKind, Mode, OverrideKind,
    PaymentStep, Pick, Picks, PlaceBet, PlaceMultiple, PlaceOnTerms, PricePolicy, ReferralWord,
    Results, RoundFormat, Scope, SetCurrency, SetMap, SetNextRound, Side, Slip, Strengths,
    SuspendReason, Team, Terms, Title, Wagering,
};
use clutch_core::command::{BATCH_MAX, BatchBet, PlaceBatch, VoidBets};
use clutch_core::house_rules::HouseRules;
use clutch_core::play::{LimitBy, LimitKey, Quantity, Rest, RestKind, Window};
use clutch_core::risk::{RuleId, RuleSet, Stages};
use clutch_core::settlement::multiplier::{DeadHeat, LegResult};
use clutch_core::settlement::system::{Bankers, FoldSizes};
use clutch_core::units::{
    AccountId, BetId, ClientBetId, Currency, CurrencyCode, MarketId, MatchId, Money, Name, Odds,
    OverrideId, Probability, ProposalId, QuoteId, SelectionIndex, Seq, SourceId, Stake, Timestamp,
};
use clutch_core::wallet::BonusKind;

use clutch_core::switches::{TripId, TripSet};

mod compliance;
mod feed;

use crate::random::Random;
use crate::twin::Twin;

const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000 * MILLISECOND;
const MINUTE: u64 = 60 * SECOND;

/// A source of commands.
#[derive(Debug)]
pub struct Chooser {
    random: Random,
    now: Timestamp,
    chosen: u32,
    ids: u128,
    versions: u64,
    placed: Vec<PlaceBet>,
    multiples: Vec<PlaceMultiple>,
    attention: feed::Attention,
    /// What somebody comes back for, and after how long.
    later: Option<(u64, Command)>,
    /// While a crowd is on, most commands are bets on one market.
    crowd: Option<(u32, u64)>,
    /// Whether accounts are in several currencies.
    are_mixed: bool,
    /// Whether a campaign is on, and bonus money is what most bets are about.
    is_campaign: bool,
    /// Whether many short matches follow each other, so that slots are used again and again.
    is_busy: bool,
}

impl Chooser {
    /// The source of a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            now: Timestamp::default(),
            chosen: 0,
            ids: 0,
            versions: 0,
            placed: Vec::new(),
            multiples: Vec::new(),
            attention: feed::Attention::default(),
            later: None,
            crowd: None,
            are_mixed: seed % 4 == 3,
            is_campaign: seed % 4 == 1,
            is_busy: seed % 8 == 6,
        }
    }

    /// Tables small enough to fill up now and then.
    pub fn capacity(&mut self) -> Capacity {
        Capacity {
            accounts_max: 4,
            matches_max: 12,
            markets_max: self.random.pick(&[40, 80, 160]),
            bets_max: self.random.pick(&[100, 300, 600]),
            client_ids_max: self.random.pick(&[200, 600, 1_500]),
            multiples_max: self.random.pick(&[8, 60, 200]),
            legs_max: self.random.pick(&[30, 200, 600]),
            payments_max: self.random.pick(&[60, 200, 1_500]),
            bonuses_max: self.random.pick(&[2, 8, 40]) as u32,
            play_limits_max: self.random.pick(&[4, 12, 40]) as u32,
        }
    }

    /// Larger tables, now and then with one that is smaller or larger than any can be.
    fn larger(&mut self, mut sizes: Capacity) -> Capacity {
        let all: [(&mut u32, u64); 10] = [
            (&mut sizes.accounts_max, 1),
            (&mut sizes.matches_max, 6),
            (&mut sizes.markets_max, 30),
            (&mut sizes.bets_max, 60),
            (&mut sizes.client_ids_max, 60),
            (&mut sizes.multiples_max, 8),
            (&mut sizes.legs_max, 30),
            (&mut sizes.payments_max, 60),
            (&mut sizes.bonuses_max, 3),
            (&mut sizes.play_limits_max, 4),
        ];
        for (size, most) in all {
            if self.random.chance(30) {
                *size += self.random.below(most + 1) as u32;
            }
        }
        match self.random.below(8) {
            0 => sizes.bets_max -= 1,
            1 => sizes.markets_max = Capacity::MARKETS_MAX + 1,
            _ => {}
        }
        sizes
    }

    /// Settings under which every rule has something to say.
    pub fn config(&mut self) -> Config {
        let random = &mut self.random;
        let mut limit = |choices: &[i64]| Money::from_minor(random.pick(choices));
        let (stake_max, payout_max) = (limit(&[2_000, 10_000]), limit(&[3_000, 50_000]));
        let liability_selection_max = limit(&[5_000, 50_000, 1_000_000]);
        let liability_market_max = limit(&[5_000, 50_000, 1_000_000]);
        let liability_account_max = limit(&[5_000, 50_000, 1_000_000]);
        Config {
            stake_min: Money::from_minor(10),
            stake_max,
            payout_max,
            liability_selection_max,
            liability_market_max,
            liability_account_max,
            in_play_delay_ns: random.pick(&[0, SECOND, 3 * SECOND]),
            in_play_delay_moba_ns: random.pick(&[0, 5 * SECOND]),
            feed_age_live_ns: random.pick(&[3 * SECOND, 20 * SECOND]),
            feed_age_prematch_ns: random.pick(&[20 * SECOND, 60 * SECOND]),
            view_age_max_ns: random.pick(&[SECOND, 10 * SECOND]),
            margin_ppb: random.pick(&[0, 30_000_000, 60_000_000]),
            band_milli: random.pick(&[2_000, 50_000]),
            client_id_past_ns: 10 * MINUTE,
            client_id_future_ns: MINUTE,
            resettle_window_ns: if self.is_busy { 2 * MINUTE } else { 60 * MINUTE },
            price_steps_min: random.pick(&[1, 1, 3]),
            override_distance_milli: random.pick(&[1_200, 2_000]),
            override_life_max_ns: 30 * MINUTE,
            shading_ppb: random.pick(&[0, 100_000_000, 250_000_000]),
            shading_scale: Money::from_minor(random.pick(&[1_000, 20_000])),
            shading_step: Money::from_minor(random.pick(&[100, 5_000])),
            feed_lag_max_ns: random.pick(&[3 * SECOND, 60 * SECOND]),
            feed_grace_ns: random.pick(&[0, 5 * SECOND]),
            feed_hand_over_ns: random.pick(&[0, SECOND, 5 * SECOND, 25 * SECOND]),
            agreeing_updates: random.pick(&[0, 1, 2]) as u32,
            trips_off: if random.chance(75) { TripSet::ALL } else { TripSet::EMPTY },
            trips_shadow: TripSet::EMPTY,
            trip_window_ns: random.pick(&[SECOND, 60 * SECOND]),
            trip_cool_down_ns: random.pick(&[0, SECOND]),
            trip_feed_max: random.pick(&[1, 5]) as u32,
            trip_error_max: random.pick(&[1, 5]) as u32,
            trip_loss_max: Money::from_minor(random.pick(&[100, 500, 20_000])),
            trip_reject_percent: random.pick(&[50, 90]) as u32,
            trip_reject_min: random.pick(&[5, 50]) as u32,
            cash_out_margin_ppb: random.pick(&[0, 50_000_000, 50_000_000, 1_000_000_000]) as u32,
            quote_life_ns: random.pick(&[SECOND, 10 * SECOND]),
            large_stake: Money::from_minor(random.pick(&[100, 1_000, 50_000])),
            grade_alone_max: Money::from_minor(random.pick(&[0, 2_000, 100_000])),
            offer_life_ns: random.pick(&[SECOND, 20 * SECOND]),
            referral_life_ns: random.pick(&[2 * SECOND, 60 * SECOND]),
            trader_stake: Money::from_minor(random.pick(&[150, 2_000])),
            debt_max: Money::from_minor(random.pick(&[0, 300, 1_000_000])),
            adjust_alone_max: Money::from_minor(
                random.pick(&[3_000, 1_000_000, 1_000_000, 1_000_000]),
            ),
            grants_alone_max: Money::from_minor(random.pick(&[30_000, 10_000_000, 10_000_000])),
            deposits_alone_max: Money::from_minor(random.pick(&[50_000, 5_000_000, 1_000_000_000])),
            payout_cut: Money::from_minor(random.pick(&[2_000, 30_000, 1_000_000_000])),
            wagering_times_max: random.pick(&[2, 10]) as u32,
            withdrawal_ends_bonus: random.pick(&[0, 1]) as u32,
            ..self.risk_rules()
        }
    }

    /// Settings of the risk rules; everything else by default.
    fn risk_rules(&mut self) -> Config {
        let random = &mut self.random;
        let mut rules_off = RuleSet::EMPTY;
        let mut rules_shadow = RuleSet::EMPTY;
        let mut rules_refer = RuleSet::of(&[RuleId::TraderStake]);
        for &rule in RuleId::ALL {
            match random.below(10) {
                0..2 if !Config::RULES_NEVER_OFF.has(rule) => rules_off = rules_off.with(rule),
                2..4 => rules_shadow = rules_shadow.with(rule),
                4 => rules_refer = rules_refer.with(rule),
                _ => {}
            }
        }
        let all_are_known = random.below(4) != 0;
        let mut stages = || {
            Stages::new([100, 50, 30, 100].map(|most| random.pick(&[100, most, 0, 100])))
                .expect("at most 100")
        };
        let [tier_0, tier_1, tier_2, tier_3] = [stages(), stages(), stages(), stages()];
        let tier_0 = if all_are_known { Stages::WHOLE } else { tier_0 };
        let mut limit = |choices: &[i64]| Money::from_minor(random.pick(choices));
        Config {
            rules_off,
            rules_shadow,
            rules_refer,
            liability_match_max: limit(&[5_000, 20_000, 1_000_000]),
            liability_group_max: limit(&[1_000, 3_000, 100_000]),
            payout_day_max: limit(&[20_000, 10_000_000]),
            stakes_per_hour_max: limit(&[1_500, 5_000, 1_000_000]),
            bets_per_second_max: random.pick(&[1, 3, 5]) as u32,
            bets_per_minute_max: random.pick(&[4, 30, 250]) as u32,
            bets_per_hour_max: random.pick(&[5, 100, 60_000]) as u32,
            tier_0,
            tier_1,
            tier_2,
            tier_3,
            ..Config::default()
        }
    }

    /// How long nothing happens before the next command.
    pub fn pause(&mut self) -> u64 {
        if let Some((wait, _)) = &mut self.later {
            return std::mem::take(wait);
        }
        match self.random.below(1_000) {
            0..400 => 0,
            400..900 => self.random.below(400) * MILLISECOND,
            900..980 => self.random.below(5_000) * MILLISECOND,
            980..997 => self.random.below(90) * SECOND,
            // Now and then a night, so that limits can be raised.
            999 => self.random.below(30 * 60) * MINUTE,
            _ => self.random.below(90) * MINUTE,
        }
    }

    /// The next command. With `bets` false it is none whose answer depends on settled money.
    pub fn command(&mut self, twin: &Twin, now: Timestamp, bets: bool) -> Command {
        self.now = now;
        twin.in_ids(&self.in_numbers(twin, bets))
    }

    /// The next command, in the twin's numbers.
    fn in_numbers(&mut self, twin: &Twin, bets: bool) -> Command {
        if let Some(command) = self.at_first(twin) {
            return command;
        }
        // What is not settled yet no answer may depend on.
        if twin.waits_for_settlement() {
            let disputed = twin.in_dispute().map(MatchId);
            return match (self.random.below(10), disputed) {
                (0..3, Some(match_id)) => Command::Resume { scope: Scope::Match(match_id) },
                (3, Some(match_id)) => {
                    Command::HandOver { match_id, source: SourceId(self.random.below(3) as u8) }
                }
                (4, Some(_)) if twin.proposed().is_some() => self.decide_proposal(twin),
                (0..3, None) => Command::PauseSettlement { from_tier: None },
                (3..8, _) => self.feed(twin),
                (8, _) => Command::BriefTick,
                _ => Command::Tick,
            };
        }
        if let Some((_, command)) = self.later.take() {
            return command;
        }
        let leaves = match twin.mode() {
            Mode::Normal => 0,
            Mode::AcceptOnlyReducing => 1,
            Mode::SettleOnly => 5,
            Mode::ReadOnly => 20,
        };
        if let Some(trip) = twin.tripped()
            && self.random.chance(15)
        {
            return Command::ResetTrip { trip };
        }
        if self.random.chance(leaves) {
            return Command::SetMode { mode: Mode::Normal };
        }
        if bets && let Some(command) = self.of_the_crowd(twin) {
            return command;
        }
        if let Some(command) = self.of_the_match(twin) {
            return command;
        }
        match self.random.below(1_000) {
            0..30 => self.account(),
            30..50 => self.account_state(),
            50..70 => self.deposit(),
            70..84 => self.payment(),
            84..86 => self.adjust(),
            86 => self.some_currency(),
            87..90 => self.bonus(twin),
            90..98 => Command::CreateMatch(self.create_match()),
            98..150 => self.set_map(twin),
            150..220 => self.open_market(twin),
            220..240 => self.suspend(twin),
            240..290 => Command::Resume { scope: self.scope(twin) },
            290..308 => self.kill(twin),
            308..312 => self.configure(twin),
            _ if self.random.chance(2) => self.trader_word(twin),
            _ if self.random.chance(2) => self.player_word(twin),
            _ if self.random.chance(3) => self.word_of_compliance(),
            312..313 => Command::Genesis { capacity: self.capacity(), config: self.config() },
            323 => Command::Enlarge { capacity: self.larger(twin.capacity()) },
            313..317 => self.grade(twin),
            317..319 => self.decide_proposal(twin),
            _ if twin.proposed().is_some() && self.random.chance(10) => self.decide_proposal(twin),
            319..320 => self.incident(twin),
            _ if self.is_busy && self.random.chance(6) => match self.random.below(3) {
                0 => Command::CreateMatch(self.create_match()),
                _ => self.incident(twin),
            },
            320..322 if self.random.chance(70) => self.voiding(twin),
            _ if self.random.chance(2) => self.incident(twin),
            320..323 => self.hand_over(twin),
            324..330 => Command::Tick,
            330..560 => self.feed(twin),
            560..580 => self.cancel(),
            580..584 => Command::LinkAccount {
                account: AccountId(self.random.below(5) as u32),
                group: self.random.pick(&[None, Some(0), Some(1), Some(1), Some(3), Some(4)]),
            },
            584..587 => Command::SetAccountFactor {
                account: AccountId(self.random.below(5) as u32),
                title: self.random.pick(Title::ALL),
                has_begun: self.random.chance(50),
                percent: self.random.pick(&[0, 20, 50, 100, 100, 101]),
            },
            587..589 => Command::SetTier {
                match_id: MatchId(self.match_id(twin)),
                tier: self.random.pick(&[0, 1, 2, 3, 4]),
            },
            589 => {
                let scope = self.scope(twin);
                let waits = [None, Some(0), Some(2 * SECOND), Some(8 * SECOND), Some(u64::MAX)];
                Command::SetDelay { scope, delay_ns: self.random.pick(&waits) }
            }
            590..602 => {
                let [.., markets] = twin.counts();
                self.crowd = Some((self.market(twin, markets), 80 + self.random.below(150)));
                Command::Tick
            }
            _ if !(0..twin.counts()[2]).any(|market| twin.is_open(market)) => self.repair(twin),
            _ if bets && self.random.chance(16) => self.cash_out(twin),
            _ if bets && self.random.chance(if twin.offered().is_some() { 40 } else { 10 }) => {
                self.answer(twin)
            }
            _ if bets && self.random.chance(if self.is_campaign { 12 } else { 2 }) => {
                self.bonus(twin)
            }
            _ if bets
                && twin.stakable(0).is_some()
                && self.random.chance(if self.is_campaign { 70 } else { 25 }) =>
            {
                self.with_bonus(twin)
            }
            _ if bets && self.random.chance(15) => self.on_terms(twin),
            _ if bets && self.random.chance(8) => self.batch(twin),
            _ if bets && self.random.chance(20) => Command::PlaceMultiple(self.multiple(twin)),
            _ if bets => Command::PlaceBet(self.bet(twin)),
            _ => self.feed(twin),
        }
    }

    /// Something to begin with: accounts with money, and two matches that can be priced.
    fn at_first(&mut self, twin: &Twin) -> Option<Command> {
        self.chosen += 1;
        let step = self.chosen - 1;
        Some(match step {
            0..2 => self.currency(step as u8 + 1),
            2..6 => {
                let key = name(&format!("account {}", step - 2));
                // Mostly one book; sometimes a yen and a dinar player among them.
                let currency = if self.are_mixed { step as u8 % 3 } else { 0 };
                Command::OpenAccount { key, currency: Currency(currency) }
            }
            6..10 => Command::Deposit {
                account: AccountId(step - 6),
                // Bonus money comes in where the player's own ends.
                amount: Money::from_minor(if self.is_campaign { 900 } else { 5_000 }),
                reference: u128::from(step),
            },
            10..12 => Command::CreateMatch(self.create_match()),
            12..42 => self.set_map(twin),
            42..62 => self.open_market(twin),
            _ => return None,
        })
    }

    fn of_the_crowd(&mut self, twin: &Twin) -> Option<Command> {
        let (market, left) = self.crowd?;
        self.crowd = left.checked_sub(1).map(|left| (market, left));
        let [.., markets] = twin.counts();
        if market >= markets || (!twin.is_open(market) && self.random.chance(20)) {
            self.crowd = None;
            return None;
        }
        let joins = self.random.chance(90);
        joins.then(|| Command::PlaceBet(self.bet_of_the_crowd(twin, market)))
    }

    /// Mostly an id that exists, sometimes the first that does not.
    fn id(&mut self, count: u32) -> u32 {
        if count == 0 || self.random.chance(2) {
            count
        } else if self.is_busy && self.random.chance(85) {
            // Those of long ago are gone.
            count - 1 - self.random.below(u64::from(count.min(40))) as u32
        } else {
            self.random.below(count.into()) as u32
        }
    }

    /// A number below `usual`, sometimes up to the absurd.
    fn mostly_below(&mut self, usual: u64, absurd: u64) -> u64 {
        let end = if self.random.chance(2) { absurd } else { usual };
        self.random.below(end)
    }

    /// When nothing can be bet on: something that may help.
    fn repair(&mut self, twin: &Twin) -> Command {
        match self.random.below(10) {
            0 => Command::CreateMatch(self.create_match()),
            1..5 => self.set_map(twin),
            5..8 => self.open_market(twin),
            8 => Command::Resume { scope: self.scope(twin) },
            _ => self.feed(twin),
        }
    }

    /// Mostly a market that can be bet on, if a few tries find one.
    fn market(&mut self, twin: &Twin, markets: u32) -> u32 {
        for _ in 0..8 {
            let market = self.id(markets);
            if market < markets && twin.is_open(market) {
                return market;
            }
        }
        self.id(markets)
    }

    /// Mostly a match that is not over, if a few tries find one.
    fn match_id(&mut self, twin: &Twin) -> u32 {
        let [_, matches, _] = twin.counts();
        for _ in 0..4 {
            let index = self.id(matches);
            if index < matches && !twin.is_over(index) {
                return index;
            }
        }
        self.id(matches)
    }

    fn account(&mut self) -> Command {
        let key = name(&format!("account {}", self.random.below(6)));
        let currency =
            Currency(if self.random.chance(10) { self.random.below(4) as u8 } else { 0 });
        Command::OpenAccount { key, currency }
    }

    /// What a player sets for himself, mostly about a limit that he has.
    fn player_word(&mut self, twin: &Twin) -> Command {
        let account = AccountId(self.mostly_below(4, 6) as u32);
        let windows = [Window::Hours24, Window::Hours24, Window::Day, Window::Month];
        let window = if self.random.chance(25) {
            self.random.pick(Window::ALL)
        } else {
            self.random.pick(&windows)
        };
        let by = if self.random.chance(10) { LimitBy::House } else { LimitBy::Player };
        let mut key = LimitKey { quantity: self.random.pick(Quantity::ALL), window, by };
        if self.random.chance(1) {
            key.by = LimitBy::Counter;
        }
        let known = twin.limits_of(account.0);
        if !known.is_empty() && self.random.chance(70) {
            key = self.random.pick(&known);
        }
        match self.random.below(30) {
            0..16 => {
                let amount = self.random.pick(&[-1, 0, 500, 3_000, 20_000, 500_000, 500_000]);
                let amount = Some(Money::from_minor(amount)).filter(|_| self.random.chance(80));
                if self.random.chance(8) {
                    // A wish for more is confirmed a day later.
                    self.later =
                        Some((25 * 60 * MINUTE, Command::ConfirmPlayLimit { account, key }));
                }
                Command::SetPlayLimit { account, key, amount }
            }
            16..25 => Command::ConfirmPlayLimit { account, key },
            25..28 => {
                let minutes = self.random.pick(&[0, 1, 1, 5, 20, 61 * 24 * 60]);
                let rest = Rest { kind: RestKind::TimeOut, until: self.now.plus(minutes * MINUTE) };
                Command::Rest { account, rest }
            }
            28 if self.random.chance(30) => {
                let days = self.random.pick(&[1, 1, 200, 2_000]);
                let until = self.now.plus(days * 24 * 60 * MINUTE);
                if days == 200 && self.random.chance(90) {
                    self.later = Some((201 * 24 * 60 * MINUTE, Command::EndRest { account }));
                }
                Command::Rest { account, rest: Rest { kind: RestKind::SelfExclusion, until } }
            }
            _ => Command::EndRest { account },
        }
    }

    fn account_state(&mut self) -> Command {
        let state = match self.random.below(40) {
            0..3 => AccountState::Suspended,
            // For half a year, and there are few accounts.
            3..6 if self.random.chance(6) => AccountState::SelfExcluded,
            6 if self.random.chance(20) => AccountState::Closed,
            _ => AccountState::Open,
        };
        Command::SetAccountState { account: AccountId(self.random.below(5) as u32), state }
    }

    fn deposit(&mut self) -> Command {
        let amount = self.random.pick(&[-5, 0, 1, 20, 200, 500, 1_000]);
        Command::Deposit {
            account: AccountId(self.random.below(5) as u32),
            amount: Money::from_minor(amount),
            reference: u128::from(self.random.below(400)) + self.random.pick(&[0, 0, 700]) as u128,
        }
    }

    /// Mostly under a reference that deposits and other steps use as well.
    fn payment(&mut self) -> Command {
        let tax = Money::from_minor(self.random.pick(&[0, 0, 0, 10, 10, -1, 2_000]));
        let step = match self.random.below(9) {
            0..2 => PaymentStep::Authorise,
            2 => PaymentStep::Fail,
            3..7 => PaymentStep::Withdraw { tax },
            7 => PaymentStep::Paid,
            _ => PaymentStep::Returned,
        };
        // Mostly the same account and amount under the same reference, so that payments go on.
        let reference = self.random.below(3);
        let account = if self.random.chance(10) { self.random.below(5) } else { reference % 4 };
        let amount = self.random.pick(&[-5, 0, 200, 200, 200, 200, 200, 200, 200, 1_000_000]);
        Command::Payment {
            account: AccountId(account as u32),
            amount: Money::from_minor(amount),
            reference: 1_000 + u128::from(reference),
            step,
        }
    }

    /// A yen, without places, or a dinar, with three.
    fn currency(&mut self, number: u8) -> Command {
        let (code, decimals, book_ppb) =
            if number == 1 { ("JPY", 0, 620_000_000) } else { ("KWD", 3, 295_000_001) };
        let code = CurrencyCode::new(code).expect("three capital letters");
        Command::SetCurrency(SetCurrency { currency: Currency(number), code, decimals, book_ppb })
    }

    fn some_currency(&mut self) -> Command {
        let code = self.random.pick(&["EUR", "JPY", "KWD", "BHD"]);
        Command::SetCurrency(SetCurrency {
            currency: Currency(self.random.below(6) as u8),
            code: CurrencyCode::new(code).expect("three capital letters"),
            decimals: self.random.below(5) as u8,
            book_ppb: self.random.pick(&[0, 1, 620_000_000, 1_000_000_000, 1_000_000_000_001]),
        })
    }

    fn adjust(&mut self) -> Command {
        // Mostly what a reason allows, under few references.
        let reason = self.random.pick(AdjustReason::ALL);
        let amount = match reason {
            AdjustReason::Correction => self.random.pick(&[-900, 200, 900]),
            AdjustReason::Goodwill | AdjustReason::WriteOff => {
                self.random.pick(&[-200, 0, 100, 200, 900])
            }
            AdjustReason::Fee => self.random.pick(&[-50_000, -50_000, -200, 200]),
            AdjustReason::Chargeback => self.random.pick(&[-100_000, -200, -200, 200]),
        };
        Command::Adjust(Adjust {
            account: AccountId(self.random.below(5) as u32),
            amount: Money::from_minor(amount),
            reason,
            reference: 2_000 + u128::from(self.random.below(200)),
        })
    }

    fn bonus(&mut self, twin: &Twin) -> Command {
        let account = AccountId(self.random.below(5) as u32);
        let step = if self.random.chance(if self.is_campaign { 5 } else { 30 }) {
            BonusStep::Forfeit { bonus: twin.a_bonus(self.random.below(8) as usize) }
        } else {
            let percent = self.random.pick(&[10, 50, 100]);
            let boost = BonusKind::Boost { percent };
            let kind = match self.is_campaign {
                true => BonusKind::Money,
                false => self.random.pick(&[BonusKind::Money, BonusKind::FreeBet, boost]),
            };
            let is_absurd = self.random.chance(10);
            let turnover = if (kind == BonusKind::Money) != is_absurd {
                self.random.pick(&[10, 50, 50, 300, 900])
            } else {
                0
            };
            // Terms that only bonus money has, and now and then another bonus.
            let has_terms = (kind == BonusKind::Money) != self.random.chance(3);
            let wagering = Wagering {
                turnover: Money::from_minor(turnover as i64),
                min_odds: Odds::from_milli(self.random.pick(&[0, 1_500, 2_000]) as u32)
                    .filter(|_| has_terms),
                most: Some(Money::from_minor(self.random.pick(&[0, 100, 400, 400]) as i64))
                    .filter(|_| has_terms && self.random.chance(50)),
            };
            let minutes = self.random.pick(&[0, 5, 60, 600]);
            BonusStep::Grant {
                kind,
                amount: Money::from_minor(self.random.pick(&[0, 300, 300, 300])),
                wagering,
                expires_at: self.now.plus(minutes * MINUTE),
                reference: u128::from(self.random.below(60)),
            }
        };
        Command::Bonus { account, step }
    }

    fn create_match(&mut self) -> CreateMatch {
        let [cs, format] =
            [Title::CounterStrike, Title::Valorant].map(|title| (title, RoundFormat::Mr12));
        let timed = [Title::Lol, Title::Dota2].map(|title| (title, RoundFormat::NoRounds));
        let long = [cs, format].map(|(title, _)| (title, RoundFormat::Mr15));
        let odd = (Title::Lol, RoundFormat::Mr12);
        let kinds = [cs, cs, cs, format, long[0], long[1], timed[0], timed[0], timed[1], odd];
        let (title, rounds) = self.random.pick(&kinds);
        CreateMatch {
            key: name(&format!("match {}", self.random.below(16))),
            title,
            rounds,
            best_of: self.random.pick(&[1, 1, 3, 3, 5, 2]),
            team_a: name("Alpha"),
            team_b: name("Bravo"),
            starts_at: self.now,
            round_markets: self.random.chance(20),
        }
    }

    fn set_map(&mut self, twin: &Twin) -> Command {
        let percent = |random: &mut Random| {
            let wild = random.chance(3);
            // Mostly so near to even that one person may say it.
            let percent = match (wild, random.chance(75)) {
                (true, _) => random.below(101),
                (false, true) => 49 + random.below(3),
                (false, false) => 35 + random.below(30),
            };
            Probability::from_ppb(percent as u32 * 10_000_000).unwrap_or_default()
        };
        let [t, ct] = [0; 2].map(|_| percent(&mut self.random));
        let match_id = self.match_id(twin);
        let is_timed = matches!(twin.title(match_id), Some(Title::Lol | Title::Dota2));
        let strengths = if is_timed && self.random.chance(95) {
            Strengths::MapPrice { a: t }
        } else if self.random.chance(20) {
            let [pistol_t, pistol_ct] = [0; 2].map(|_| percent(&mut self.random));
            Strengths::WithPistols { t, ct, pistol_t, pistol_ct }
        } else {
            Strengths::BySide { t, ct }
        };
        if self.random.chance(10) {
            let (map_no, round) = self.next_round(twin, match_id);
            let a = self.random.chance(80).then_some(t);
            return Command::SetNextRound(SetNextRound {
                match_id: MatchId(match_id),
                map_no,
                round,
                a,
            });
        }
        Command::SetMap(SetMap {
            match_id: MatchId(match_id),
            map_no: self.random.below(6) as u8,
            name: name("Inferno"),
            first_side_a: self.random.pick(&[Side::T, Side::Ct]),
            strengths,
        })
    }

    /// Mostly the next round of the map being played.
    fn next_round(&mut self, twin: &Twin, match_id: u32) -> (u8, u8) {
        let [_, matches, _] = twin.counts();
        let (map, rounds, _) =
            if match_id < matches { twin.progress(match_id) } else { (0, [0; 2], false) };
        let next = rounds[0] + rounds[1] + 1;
        match self.random.below(10) {
            0 => (self.random.below(6) as u8, 1),
            1 => (map, self.random.below(32) as u8),
            _ => (map.max(1), next),
        }
    }

    fn open_market(&mut self, twin: &Twin) -> Command {
        let map = self.random.pick(&[1, 1, 1, 2, 3, 5, 0]);
        let mut line = |first: i16, count: u64| {
            let halves = 2 * (first + self.random.below(count) as i16) + 1;
            Line::from_halves(halves).expect("an odd number of halves")
        };
        let (total, handicap) = (line(11, 20), line(-15, 30));
        let (maps, team_rounds, of_series) = (line(-4, 9), line(-1, 18), line(20, 110));
        let round = self.random.below(32) as u8;
        let team = self.random.pick(&[Team::A, Team::B]);
        let kind = self.random.pick(&[
            MarketKind::MatchWinner,
            MarketKind::CorrectMapScore,
            MarketKind::MapWinner { map },
            MarketKind::TotalRounds { map, line: total },
            MarketKind::RoundHandicap { map, line: handicap },
            MarketKind::RoundWinner { map, round },
            MarketKind::MapHandicap { line: maps },
            MarketKind::TotalMaps { line: maps },
            MarketKind::CorrectRoundScore { map },
            MarketKind::RaceToRounds { map, rounds: round },
            MarketKind::PistolRound { map, half: round % 4 },
            MarketKind::Overtime { map },
            MarketKind::OddRounds { map },
            MarketKind::RegulationWinner { map },
            MarketKind::RegulationTotal { map, line: total },
            MarketKind::RegulationHandicap { map, line: handicap },
            MarketKind::TeamRounds { map, team, line: team_rounds },
            MarketKind::SeriesRounds { line: of_series },
        ]);
        let match_id = self.match_id(twin);
        let is_timed = matches!(twin.title(match_id), Some(Title::Lol | Title::Dota2));
        let kind = match kind.map() {
            // Most others need rounds.
            Some(map) if is_timed && self.random.chance(70) => {
                self.random.pick(&[MarketKind::MapWinner { map }, MarketKind::MatchWinner])
            }
            _ => kind,
        };
        Command::OpenMarket { match_id: MatchId(match_id), kind }
    }

    fn scope(&mut self, twin: &Twin) -> Scope {
        let [_, matches, markets] = twin.counts();
        match self.random.below(5) {
            0 => Scope::All,
            1 => Scope::Market(MarketId(self.id(markets))),
            _ => Scope::Match(MatchId(self.id(matches))),
        }
    }

    fn suspend(&mut self, twin: &Twin) -> Command {
        let reason = self.random.pick(&[
            SuspendReason::Trader,
            SuspendReason::Trader,
            SuspendReason::FeedStale,
            SuspendReason::FeedHeld,
            SuspendReason::ImpossibleState,
            SuspendReason::PriceBand,
            SuspendReason::Unpriced,
            SuspendReason::RoundLive,
        ]);
        Command::Suspend { scope: self.scope(twin), reason }
    }

    /// An override, or a second person's word on one.
    fn trader_word(&mut self, twin: &Twin) -> Command {
        let [.., markets] = twin.counts();
        let market = MarketId(self.market(twin, markets));
        let selection = SelectionIndex(self.mostly_below(2, 7) as u8);
        let ids = twin.override_ids();
        let id = OverrideId(ids[self.random.below(ids.len() as u64) as usize]);
        let ppb = self.random.pick(&[0, 1, 300, 480, 520, 700, 999, 1_000_u32]) * 1_000_000;
        let kind = match self.random.below(9) {
            0 | 1 => return Command::Approve { id: ProposalId(id.0) },
            2 => return Command::LiftOverride { id },
            3 => OverrideKind::Margin { market, margin_ppb: ppb },
            4 => OverrideKind::SuspendMarket { market },
            5 => OverrideKind::SuspendSelection { market, selection },
            6 => {
                let odds = self.random.pick(&[1_200, 1_900, 2_100, 9_000_u32]);
                let odds = Odds::from_milli(odds).expect("odds");
                OverrideKind::Odds { market, selection, odds }
            }
            _ => {
                let fair = Probability::from_ppb(ppb).expect("a chance");
                OverrideKind::Fair { market, selection, fair }
            }
        };
        let life = self.random.pick(&[0, SECOND, 20 * SECOND, 10 * MINUTE, 31 * MINUTE]);
        Command::Override { kind, expires_at: self.now.plus(life) }
    }

    /// House rules for matches to come, or something beside the score.
    fn incident(&mut self, twin: &Twin) -> Command {
        let match_id = MatchId(self.match_id(twin));
        let (current, ..) = match twin.counts()[1] {
            matches if match_id.0 < matches => twin.progress(match_id.0),
            _ => (0, [0, 0], false),
        };
        let map = self.random.pick(&[current, current, current + 1]).max(1);
        let team = self.random.pick(&[Team::A, Team::B]);
        let incident = match self.random.below(14) {
            0..3 => {
                let case = self.random.pick(HouseRules::CASES);
                let answers = [self.random.pick(case.answers), case.answers[0]];
                let case = (case.key, self.random.pick(&answers));
                let mut rules = HouseRules::default();
                if self.random.chance(70) {
                    rules = rules.with(case.0, case.1).expect("it is in the list");
                }
                let title = self.random.pick(Title::ALL);
                return Command::AdoptHouseRules { title, name: name("rules"), rules };
            }
            3 | 13 => return Command::TakeBackIncident { match_id },
            4 | 5 => Incident::Walkover { map, to: team, stated: self.random.chance(50) },
            6 | 7 => Incident::Forfeit { map, by: team },
            8 => Incident::ShortHanded { map },
            9 => Incident::FormatChanged { best_of: self.random.pick(&[1, 2, 3, 5, 4]) },
            10 => {
                let later = self.now.plus(self.random.pick(&[MINUTE, 25 * 60 * MINUTE]));
                Incident::Postponed { to: self.random.pick(&[Some(later), None]) }
            }
            11 => Incident::Replayed { map },
            _ if self.random.chance(50) => {
                let officials = self.random.pick(&[0, 1, 3, 6]) as u8;
                Incident::StandIns { team, officials }
            }
            _ => Incident::StartedEarly { from: Seq(self.random.below(2_000)) },
        };
        Command::MatchIncident { match_id, incident }
    }

    fn hand_over(&mut self, twin: &Twin) -> Command {
        let source = SourceId(self.random.pick(&[0, 0, 1, 1, 1, 2, 8]));
        Command::HandOver { match_id: MatchId(self.match_id(twin)), source }
    }

    fn kill(&mut self, twin: &Twin) -> Command {
        let [_, matches, _] = twin.counts();
        if self.random.chance(10) {
            return Command::ResetTrip { trip: self.random.pick(TripId::ALL) };
        }
        if self.random.chance(10) {
            return Command::Shed { level: self.random.below(5) as u8 };
        }
        if self.random.chance(12) {
            let tiers = [None, Some(1), Some(1), Some(2), Some(0), Some(5)];
            return Command::PauseSettlement { from_tier: self.random.pick(&tiers) };
        }
        if self.random.chance(3) {
            let [.., markets] = twin.counts();
            return Command::ResumeSettlement { market: MarketId(self.market(twin, markets)) };
        }
        if self.random.chance(40) {
            return Command::SetMode { mode: self.random.pick(Mode::ALL) };
        }
        let scope = match self.random.below(7) {
            3 => KillScope::Class(self.random.pick(MarketClass::ALL)),
            4 => KillScope::Channel(self.random.pick(&[Channel::Web, Channel::App])),
            5 => KillScope::CashOut,
            6 => KillScope::Withdrawals,
            0 => KillScope::All,
            1 => KillScope::Title(self.random.pick(Title::ALL)),
            _ => KillScope::Match(MatchId(self.id(matches))),
        };
        Command::Kill { scope, on: self.random.chance(5) }
    }

    fn configure(&mut self, twin: &Twin) -> Command {
        let mut config = self.config();
        match self.random.below(5) {
            4 => config.rules_off = Config::RULES_NEVER_OFF,
            0 => config.stake_max = Money::ZERO,
            1 => config.margin_ppb = u32::MAX,
            // The settings in force, but for one of those that move prices or feeds.
            2 => config = Config { margin_ppb: config.margin_ppb, ..twin.config() },
            _ => {}
        }
        let version = twin.config_version();
        let based_on = self.random.pick(&[None, Some(version), Some(version), Some(version - 1)]);
        Command::Configure { config, based_on }
    }

    fn grade(&mut self, twin: &Twin) -> Command {
        let [.., markets] = twin.counts();
        let market = self.id(markets);
        let known = market < markets;
        let count = if known { twin.board(market).0.len() } else { 2 };
        let version = if known { twin.version(market) } else { 0 };
        let (first, second) = (self.random.below(count as u64) as usize, usize::from(count > 2));
        let heat = DeadHeat::new(1, 2).map_or(LegResult::Lost, LegResult::DeadHeat);
        let mut results = vec![LegResult::Lost; count];
        match self.random.below(6) {
            0 => (results[0], results[1]) = (LegResult::HalfWon, LegResult::HalfLost),
            1 => (results[second], results[second + 1]) = (heat, heat),
            2 => {
                results[1 - first.min(1)] = LegResult::Void;
                results[first] = LegResult::Won;
            }
            _ => results[first] = LegResult::Won,
        }
        let results = Results::new(&results).map_or(Grade::Void, Grade::Results);
        let grade = match self.random.below(8) {
            0 => Grade::Void,
            1 | 2 => Grade::Automatic,
            _ => results,
        };
        let version = version + u32::from(self.random.chance(5));
        Command::Grade { market: MarketId(market), version, grade }
    }

    /// A second person's word on the oldest wish that waits, or on none.
    fn decide_proposal(&mut self, twin: &Twin) -> Command {
        let id = ProposalId(twin.proposed().unwrap_or_default());
        if self.random.chance(85) {
            Command::Approve { id }
        } else {
            Command::RejectProposal { id }
        }
    }

    /// A bet, or all of a stretch, is to be void.
    fn voiding(&mut self, twin: &Twin) -> Command {
        if self.random.chance(40)
            && let Some((account, client_id, _)) =
                twin.bet_to_cash_out(self.random.below(10) as usize)
        {
            return Command::VoidBet { account, client_id };
        }
        if self.random.chance(50)
            && let Some(last) = self.placed.len().checked_sub(1)
        {
            let place = self.placed[last - self.random.below(30).min(last as u64) as usize];
            return Command::VoidBet { account: place.account, client_id: place.client_id };
        }
        let [.., markets] = twin.counts();
        let market = MarketId(self.market(twin, markets));
        let match_id = match market.0 < markets && self.random.chance(90) {
            true => MatchId(twin.match_of(market.0) as u32),
            false => MatchId(self.match_id(twin)),
        };
        let now = twin.seq();
        let from = Seq(now.saturating_sub(self.random.below(200)));
        let to = Seq(from.0 + self.random.below(60));
        let market = Some(market).filter(|_| self.random.chance(60));
        Command::VoidBets(VoidBets { match_id, market, from, to })
    }

    /// A bet for which something else would be welcome.
    fn on_terms(&mut self, twin: &Twin) -> Command {
        let (partial, offers) = (self.random.chance(50), self.random.chance(60));
        let terms = Terms { partial, offers, bonus: None, device: 77 * u32::from(!partial) };
        let mut slip = if self.random.chance(25) {
            Slip::Multiple(self.multiple(twin))
        } else {
            Slip::Single(self.bet(twin))
        };
        if let Slip::Single(place) = &mut slip {
            // More often too much than not, and under its own id.
            if self.random.chance(50) {
                let minor = 1_000 + self.random.below(20_000) as i64;
                place.stake = Stake::new(Money::from_minor(minor)).expect("above zero");
                self.placed.pop();
                place.client_id = self.client_id();
                self.placed.push(*place);
            }
        }
        Command::PlaceOnTerms(PlaceOnTerms { terms, slip })
    }

    /// A bet in which a bonus shall have a part: mostly one of its own account, of which something is left.
    fn with_bonus(&mut self, twin: &Twin) -> Command {
        let known = twin.stakable(self.random.below(3) as usize).or_else(|| twin.stakable(0));
        let (mut account, mut bonus) = known.unwrap_or_default();
        match self.random.below(10) {
            0 => bonus = twin.a_bonus(self.random.below(8) as usize),
            1 | 2 => (account, bonus) = twin.in_use().unwrap_or((account, bonus)),
            _ => {}
        }
        let partial = self.random.chance(10);
        let terms = Terms { partial, offers: false, bonus: Some(bonus), device: 77 };
        let slip = if self.random.chance(25) {
            let mut place = self.multiple(twin);
            if self.random.chance(90) {
                (place.account, place.client_id) = (AccountId(account), self.client_id());
            }
            Slip::Multiple(place)
        } else {
            let mut place = self.bet(twin);
            if self.random.chance(90) {
                self.placed.pop();
                (place.account, place.client_id) = (AccountId(account), self.client_id());
                let mut minor = 50 + self.random.below(600) as i64;
                // Bonus money comes in where the player's own ends.
                if let Some(own) = twin.own_beside(account, bonus)
                    && self.random.chance(60)
                {
                    minor = own.max(0) + 20 + self.random.below(280) as i64;
                }
                place.stake = Stake::new(Money::from_minor(minor)).expect("above zero");
                self.placed.push(place);
            }
            Slip::Single(place)
        };
        Command::PlaceOnTerms(PlaceOnTerms { terms, slip })
    }

    /// What a bettor says to an offer, or a trader to a bet that was put to him.
    fn answer(&mut self, twin: &Twin) -> Command {
        if let Some((account, client_id, offer)) = twin.offered()
            && self.random.chance(60)
        {
            let offer = BetId(offer.0 + u64::from(self.random.chance(25)));
            let accept = self.random.chance(60);
            return Command::AnswerOffer(AnswerOffer { account, client_id, offer, accept });
        }
        let (bet, held, odds) = twin.referred().unwrap_or((BetId(1), 100, None));
        // Now and then one more than is held.
        let held = held.unsigned_abs();
        let is_more = self.random.chance(20);
        let part = if is_more { held + 1 } else { 1 + self.random.below(held.max(1)) } as i64;
        let stake = Stake::new(Money::from_minor(part)).expect("above zero");
        let shift = self.random.pick(&[-50, -50, 0, 50, 50]);
        let odds = odds.map(|milli| milli.saturating_add_signed(shift)).and_then(Odds::from_milli);
        let odds = odds.filter(|_| self.random.chance(60));
        let word = match self.random.below(8) {
            0 => ReferralWord::Refuse,
            1..3 => ReferralWord::AcceptPart { stake },
            3..6 => ReferralWord::Offer { stake, odds },
            _ => ReferralWord::Accept,
        };
        Command::DecideReferral { bet, word }
    }

    /// Mostly a bet that exists and all of it. The quote is filled in by whoever can ask for one.
    fn cash_out(&mut self, twin: &Twin) -> Command {
        // Often the same bet, while a cash-out of it still waits.
        let nth = if self.random.chance(50) { 0 } else { self.random.below(30) as usize };
        let unknown = (AccountId(0), self.client_id(), 100);
        let (account, client_id, left) = twin.bet_to_cash_out(nth).unwrap_or(unknown);
        let (account, client_id, left) =
            if self.random.chance(3) { unknown } else { (account, client_id, left) };
        let part = match self.random.below(10) {
            0 => Some(left + 1),
            1..5 => Some(1 + self.random.below(left.max(1).unsigned_abs()) as i64),
            _ => None,
        };
        let part = part.and_then(|part| Stake::new(Money::from_minor(part)));
        let (quote, amount) = (QuoteId(0), Money::ZERO);
        Command::CashOut(CashOut { account, client_id, part, quote, amount })
    }

    fn cancel(&mut self) -> Command {
        if let Some(last) = self.multiples.len().checked_sub(1)
            && self.random.chance(30)
        {
            let place = self.multiples[last - self.random.below(5).min(last as u64) as usize];
            return Command::CancelBet { account: place.account, client_id: place.client_id };
        }
        let Some(last) = self.placed.len().checked_sub(1) else { return Command::Tick };
        let place = self.placed[last - self.random.below(20).min(last as u64) as usize];
        Command::CancelBet { account: place.account, client_id: place.client_id }
    }

    fn bet(&mut self, twin: &Twin) -> PlaceBet {
        if !self.placed.is_empty() && self.random.chance(6) {
            return self.random.pick(&self.placed);
        }
        let [.., markets] = twin.counts();
        let market = self.market(twin, markets);
        let (odds, price_seq, epoch): (&[_], _, _) =
            if market < markets { twin.board(market) } else { (&[], 0, 0) };
        let selection = self.mostly_below(2, 8) as usize;
        let on_board = odds.get(selection).copied().flatten().unwrap_or(2_000);
        let seen = match self.random.below(10) {
            0 => on_board + 50,
            1 => on_board.saturating_sub(50),
            _ => on_board,
        };
        let place = PlaceBet {
            account: AccountId(self.mostly_below(4, 6) as u32),
            client_id: self.client_id(),
            market: MarketId(market),
            selection: SelectionIndex(selection as u8),
            odds: Odds::from_milli(seen).unwrap_or(Odds::MIN),
            // Outdated, or one that nobody was shown yet.
            price_seq: match self.random.below(100) {
                0..10 => price_seq.saturating_sub(100),
                10 => price_seq + 1,
                _ => price_seq,
            },
            epoch: epoch.saturating_sub(u32::from(self.random.chance(5))),
            stake: self.stake(),
            policy: self.random.pick(&[
                PricePolicy::Exact,
                PricePolicy::Better,
                PricePolicy::Any,
                PricePolicy::Within { permille: 20 },
            ]),
        };
        self.placed.push(place);
        place
    }

    /// One to ten bets of one account, mostly few and small; now and then one asked before.
    fn batch(&mut self, twin: &Twin) -> Command {
        let count = self.random.pick(&[1, 2, 2, 3, 3, 5, BATCH_MAX as u64]);
        let first = self.bet(twin);
        let mut bets: Vec<BatchBet> = Vec::new();
        for nth in 0..count {
            let place = if nth == 0 { first } else { self.bet(twin) };
            let PlaceBet { client_id, market, selection, odds, price_seq, epoch, stake, .. } =
                place;
            if bets.iter().all(|earlier| earlier.client_id != client_id) {
                bets.push(BatchBet { client_id, market, selection, odds, price_seq, epoch, stake });
            }
        }
        let policy = self.random.pick(&[first.policy, PricePolicy::Any]);
        // Its bets are under this account, whosever they seemed to be.
        self.placed.extend(bets.iter().map(|bet| PlaceBet {
            account: first.account,
            client_id: bet.client_id,
            market: bet.market,
            selection: bet.selection,
            odds: bet.odds,
            price_seq: bet.price_seq,
            epoch: bet.epoch,
            stake: bet.stake,
            policy,
        }));
        let ask = PlaceBatch::new(first.account, policy, &bets);
        Command::PlaceBatch(ask.expect("few bets, each with its own id"))
    }

    /// Two to five legs, mostly one a match, with all kinds of lines.
    fn multiple(&mut self, twin: &Twin) -> PlaceMultiple {
        if !self.multiples.is_empty() && self.random.chance(6) {
            return self.random.pick(&self.multiples);
        }
        let [.., markets] = twin.counts();
        let count = 2 + self.random.below(4) as usize;
        let mut picks: Vec<Pick> = Vec::new();
        let is_careful = self.random.chance(85);
        for _ in 0..40 {
            let market = self.market(twin, markets);
            let known = market < markets;
            let is_related = known
                && picks.iter().any(|pick| {
                    let other = pick.market.0;
                    other < markets && twin.match_of(other) == twin.match_of(market)
                });
            let is_off = !known || !twin.is_open(market);
            if picks.len() == count || is_careful && (is_related || is_off) {
                continue;
            }
            picks.push(self.pick_on(twin, market, known));
        }
        if picks.is_empty() {
            picks.push(self.pick_on(twin, markets, false));
        }
        let legs = picks.len();
        let all = (1 << (legs + 1)) - 2;
        let folds = match self.random.below(4) {
            0 => 1 << legs,
            1 => all,
            2 => 0b10,
            _ => self.random.below(1 << (legs + 1)) as u32 & all,
        };
        let folds = FoldSizes::from_bits(folds).unwrap_or(FoldSizes::SINGLES);
        let bankers = Bankers(u32::from(self.random.chance(20)));
        let stake = self.stake().money().minor();
        let unit = Stake::new(Money::from_minor((stake / 3).clamp(1, 1_000_000)));
        let who = (AccountId(self.mostly_below(4, 6) as u32), self.client_id());
        let policy = self.random.pick(&[PricePolicy::Exact, PricePolicy::Better, PricePolicy::Any]);
        let place = PlaceMultiple::new(
            who,
            policy,
            unit.expect("above zero"),
            (folds, bankers),
            Picks::new(&picks).expect("one to five legs"),
        );
        let place = place.expect("sizes up to the legs, and at most one banker");
        self.multiples.push(place);
        place
    }

    fn pick_on(&mut self, twin: &Twin, market: u32, known: bool) -> Pick {
        let (odds, price_seq, epoch): (&[_], _, _) =
            if known { twin.board(market) } else { (&[], 0, 0) };
        let selection = self.mostly_below(2, 8) as usize;
        let on_board = odds.get(selection).copied().flatten().unwrap_or(2_000);
        let seen = if self.random.chance(5) { on_board + 50 } else { on_board };
        Pick {
            market: MarketId(market),
            selection: SelectionIndex(selection as u8),
            odds: Odds::from_milli(seen).unwrap_or(Odds::MIN),
            price_seq: price_seq.saturating_sub(if self.random.chance(5) { 100 } else { 0 }),
            epoch: epoch.saturating_sub(u32::from(self.random.chance(2))),
        }
    }

    /// A small, sensible bet, so that one market collects more bets than one slice settles.
    fn bet_of_the_crowd(&mut self, twin: &Twin, market: u32) -> PlaceBet {
        let (odds, price_seq, epoch) = twin.board(market);
        let selection = self.random.below(odds.len() as u64) as usize;
        let place = PlaceBet {
            account: AccountId(self.random.below(4) as u32),
            client_id: self.client_id(),
            market: MarketId(market),
            selection: SelectionIndex(selection as u8),
            odds: odds[selection].and_then(Odds::from_milli).unwrap_or(Odds::MIN),
            price_seq,
            epoch,
            stake: Stake::new(Money::from_minor(10)).expect("a stake above zero"),
            policy: PricePolicy::Any,
        };
        self.placed.push(place);
        place
    }

    fn stake(&mut self) -> Stake {
        let minor = match self.random.below(20) {
            0 => 1,
            1 => 100_000_000,
            2..5 => 1 + self.random.below(4_000),
            _ => 10 + self.random.below(300),
        };
        Stake::new(Money::from_minor(minor as i64)).expect("a stake above zero")
    }

    fn client_id(&mut self) -> ClientBetId {
        self.ids += 1;
        let now = self.now.millis();
        match self.random.below(60) {
            0 => ClientBetId(self.ids),
            1 => ClientBetId::from_parts(now - 11 * 60_000, self.ids),
            2 => ClientBetId::from_parts(now + 61_000, self.ids),
            3 => ClientBetId::from_parts(now - 10 * 60_000, self.ids),
            _ => ClientBetId::from_parts(now - self.random.below(3_000), self.ids),
        }
    }
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a short name")
}
