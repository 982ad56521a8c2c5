//! Where the twin learns from the engine's events, and where it holds the engine to them.

use std::collections::BTreeMap;

use clutch_core::command::{Command, Config, SuspendReason, Team};
use clutch_core::event::{BetStatus, BetView, Event, MarketStatus, MultipleView};
use clutch_core::market::MarketResult;
use clutch_core::risk::RuleId;
use clutch_core::units::{AccountId, BetId, ClientBetId, MarketId, MatchId, Odds, SelectionIndex};
use clutch_core::wallet::BonusKind;
use clutch_core::{Query, Record};

use super::Twin;
use super::bets::is_open;
use super::followed;
use super::multiples::{lines, pays};
use super::risk::never_counts;
use crate::world::World;

/// What the model says of each market's selections.
pub(super) type Models = Vec<Vec<u32>>;

impl Twin {
    /// What the model says of each market once timers have said what they had to.
    pub(super) fn models_after(&self, records: &[Record]) -> Models {
        let mut models: Models = self.markets.iter().map(|market| market.model.clone()).collect();
        for record in records {
            if let Event::Price(price) = record.event {
                let market = &mut models[price.market.0 as usize];
                market[usize::from(price.selection.0)] = price.model.ppb();
            }
        }
        models
    }

    /// Takes prices and epochs from the events of a command, and checks what they say.
    pub(super) fn learn(&mut self, command: &Command, models: &Models, records: &[Record]) {
        let epochs: Vec<u32> = self.markets.iter().map(|market| market.epoch).collect();
        let mut announced = vec![None; self.markets.len()];
        for record in records {
            assert_eq!((record.seq.0, record.time.nanos()), (self.seq, self.now), "a wrong stamp");
            match record.event {
                Event::MarketOpened { market, match_id, kind, selections } => {
                    let known = self.markets.get(market.0 as usize).expect("an unexpected market");
                    assert_eq!((known.match_index, known.kind), (match_id.0 as usize, kind));
                    assert_eq!(known.odds.len(), usize::from(selections), "selections of {kind:?}");
                }
                Event::Price(price) => {
                    let market = &mut self.markets[price.market.0 as usize];
                    let selection = usize::from(price.selection.0);
                    market.odds[selection] = price.odds.map(Odds::milli);
                    market.fair[selection] = price.fair.ppb();
                    market.model[selection] = price.model.ppb();
                    assert_eq!(price.price_seq, self.seq, "a price change has its own sequence");
                    if market.changes.last() != Some(&(self.seq, self.now)) {
                        market.changes.push((self.seq, self.now));
                    }
                }
                Event::Bet(view) if record.trace == 0 && is_paid_or_lost(view.status) => {
                    let market = self.lives.markets.number(view.market.0) as usize;
                    assert!(!self.is_disputed(market), "settled in a dispute: {view:?}");
                }
                Event::Multiple(view) if record.trace == 0 && is_paid_or_lost(view.status) => {
                    let legs = view.bet.and_then(|bet| self.multiples.get(&bet.0));
                    let mut legs = legs.iter().flat_map(|bet| &bet.legs);
                    let is_held = legs.any(|leg| self.is_decided_in_dispute(leg.market));
                    assert!(!is_held, "settled in a dispute: {view:?}");
                }
                Event::Settlement { market, status, .. } => {
                    self.learn_settlement(market.0 as usize, status);
                }
                Event::Market { market, status, epoch } => {
                    self.markets[market.0 as usize].epoch = epoch;
                    announced[market.0 as usize] = Some(status);
                }
                _ => {}
            }
        }
        if let Some((index, map)) = self.price_moves {
            self.check_band(index, map, models);
        }
        (0..self.markets.len()).for_each(|id| self.stop_if_far(id));
        self.notice_closing();
        self.keep_safe();
        for id in 0..self.markets.len() {
            let status = self.status(id);
            let market = &mut self.markets[id];
            let kind = market.kind;
            if let Some(announced) = announced[id] {
                assert_eq!(
                    announced, status,
                    "the status of market {id}, {kind:?}, after {command:?}"
                );
            }
            let moved = epochs[id] < market.epoch;
            assert_eq!(
                moved, market.epoch_must_move,
                "whether the epoch of market {id}, {kind:?}, moved after {command:?}"
            );
            market.epoch_must_move = false;
            market.moved_early = 0;
        }
    }

    /// A change of strengths, or of the numbers of a map against the clock, may not move p/(1−p) by more
    /// than the band.
    fn check_band(&mut self, index: usize, map_no: usize, before: &Models) {
        for (id, market) in self.markets.iter_mut().enumerate() {
            let on_it = market.kind.map().is_none_or(|map| usize::from(map) == map_no);
            let of_match = market.match_index == index;
            if !of_match || !on_it || market.result != MarketResult::Undecided {
                continue;
            }
            let leaves = leaves_band(&self.config, &before[id], &market.model);
            if leaves {
                market.stops.insert(SuspendReason::PriceBand as u8);
            }
        }
    }

    /// Holds every balance of an engine at rest to the twin's.
    pub fn compare_money(&self, world: &World) {
        let wallet = world.state().wallet().expect("the engine has its first record");
        assert_eq!(wallet.iter().count(), self.accounts.len(), "the number of accounts");
        for (AccountId(id), row) in wallet.iter() {
            let engine: [i128; 3] =
                [row.available, row.held, row.liability].map(|money| money.minor().into());
            let available = self.available(id).expect("the account exists");
            assert_eq!(
                engine,
                [available, self.held(id), self.liability(id)],
                "available, held and liability of account {id}"
            );
        }
        self.check_ends();
        self.compare_tallies(world);
        self.compare_counted(world);
        self.compare_currencies(world.state());
        assert_eq!(world.state().bets_live(), self.bets.len(), "the number of bets");
        assert_eq!(world.state().multiples_live(), self.multiples.len(), "the number of multiples");
    }

    /// What limits count on every selection is what all bets on it come to.
    fn compare_counted(&self, world: &World) {
        let mut counted = BTreeMap::new();
        let singles =
            self.bets.iter().filter(|(id, bet)| !never_counts(self.where_it_stands(**id, bet)));
        for (_, bet) in singles {
            let (stake, payout) = self.counted(bet);
            let sums: &mut [i128; 2] = counted.entry((bet.market, bet.selection)).or_default();
            *sums = [sums[0] + stake, sums[1] + payout];
        }
        let multiples = self
            .multiples
            .iter()
            .filter(|(id, bet)| is_open(self.where_multiple_stands(**id, bet)));
        for (_, bet) in multiples {
            let [payout, stake] = [bet.payout, bet.stake].map(|it| self.weighed(bet.account, it));
            for leg in &bet.legs {
                let sums = counted.entry((leg.market, leg.selection)).or_default();
                sums[1] += payout - stake;
            }
        }
        let is_there = |id: usize| !self.markets[id].retired && self.lives.markets.is_there(id);
        for id in (0..self.markets.len()).filter(|id| is_there(*id)) {
            for selection in 0..self.markets[id].odds.len() as u8 {
                let engine_id = self.lives.markets.of(id as u32);
                let on = (MarketId(engine_id), SelectionIndex(selection));
                let engine = world.state().counted_on(on.0, on.1).expect("a selection");
                let sums = counted.get(&(id, selection)).copied().unwrap_or_default();
                let is = engine.map(|money| i128::from(money.minor()));
                assert_eq!(is, sums, "stakes and payouts on {on:?}");
            }
        }
    }

    fn compare_tallies(&self, world: &World) {
        for &rule in RuleId::ALL {
            let report = world.state().rule_report(rule).expect("the engine has its first record");
            let (tally, ends) = (report.tally, report.ends);
            let engine = [
                (tally.refused, i128::from(tally.refused_stakes.minor())),
                (tally.would_refuse, i128::from(tally.would_refuse_stakes.minor())),
            ];
            let twin = self.tallies.get(&rule).copied().unwrap_or_default();
            assert_eq!(engine, twin, "what {rule:?} refused, and would have refused");
            let twin = self.ends_of(rule);
            let engine = followed::Ends {
                won: ends.won,
                lost: ends.lost,
                even: ends.even,
                open: ends.open,
                house: ends.house.minor().into(),
            };
            assert_eq!(engine, twin, "how what {rule:?} would have refused ended");
            assert_eq!(ends.not_followed, 0, "there is room for all of these bets");
        }
    }

    /// Holds every bet and every market of an engine at rest to the twin's.
    pub fn compare_everything(&self, world: &mut World) {
        self.compare_money(world);
        for account in 0..self.accounts.len() as u32 {
            let query = Query::Account { account: AccountId(account), bets_max: u16::MAX };
            let own = self.bets.iter().filter(|(_, bet)| bet.account == account);
            let mut expected: Vec<_> = own.collect();
            expected.sort_unstable_by_key(|(id, _)| core::cmp::Reverse(BetId(**id)));
            let mut expected = expected.into_iter();
            let events = world.ask(query);
            self.compare_multiples(account, &events);
            self.compare_limits(account, &events);
            let known = world.ask(Query::Customer { account: AccountId(account) });
            self.compare_customer(account, &known);
            self.compare_session(account, &events);
            self.compare_bonuses(account, &events);
            self.compare_fundings(&events);
            for event in events {
                let Event::Bet(view) = event else { continue };
                let (id, bet) = expected.next().expect("the engine has a bet too many");
                assert_eq!(view.bet.map(|bet| bet.0), Some(*id), "newest first");
                assert_eq!(view.client_id, ClientBetId(bet.client_id), "the id of bet {id}");
                assert_eq!(view.odds.milli(), bet.odds, "the odds of bet {id}");
                assert_eq!(view.status, self.where_it_stands(*id, bet), "bet {id}: {bet:?}");
            }
            assert!(expected.next().is_none(), "the engine lost a bet of account {account}");
        }
        for id in 0..self.matches.len() as u32 {
            let id = self.lives.matches.of(id);
            for event in world.ask(Query::Match { match_id: MatchId(id) }) {
                let Event::Market { market: MarketId(market), status, epoch } = event else {
                    continue;
                };
                let market = self.lives.markets.number(market);
                assert_eq!(status, self.status(market as usize), "the status of market {market}");
                assert_eq!(epoch, self.markets[market as usize].epoch, "the epoch of {market}");
            }
        }
    }
}

impl Twin {
    /// What the engine says of bonuses in bets.
    fn compare_fundings(&self, events: &[Event]) {
        for event in events {
            match event {
                Event::Bet(BetView { bet: Some(bet), .. })
                | Event::Multiple(MultipleView { bet: Some(bet), .. }) => {
                    let said = events.iter().find_map(|event| match event {
                        Event::BonusBet(with) if with.bet == *bet => Some((
                            with.bonus,
                            with.kind,
                            i128::from(with.part.minor()),
                            with.counts,
                        )),
                        _ => None,
                    });
                    let known = self.funding_of(*bet);
                    let known = known.map(|it| (it.bonus, it.kind, it.part, it.counts));
                    assert_eq!(said, known, "the bonus in {bet:?}");
                }
                _ => {}
            }
        }
    }

    /// An account's multiples, newest first, each after its legs.
    fn compare_multiples(&self, account: u32, events: &[Event]) {
        let mut expected = self.multiples.iter().rev().filter(|(_, bet)| bet.account == account);
        let mut legs = Vec::new();
        for event in events {
            match event {
                Event::Leg(leg) => {
                    let market = self.lives.markets.number(leg.market.0);
                    legs.push((market as usize, leg.selection.0, leg.odds.milli()))
                }
                Event::Multiple(view) => {
                    let (id, bet) = expected.next().expect("the engine has a multiple too many");
                    assert_eq!(view.bet.map(|bet| bet.0), Some(*id), "newest first");
                    assert_eq!(view.client_id, ClientBetId(bet.client_id), "the id of {id}");
                    let known = bet.legs.iter().map(|leg| (leg.market, leg.selection, leg.odds));
                    assert_eq!(legs, known.collect::<Vec<_>>(), "the legs of {id}");
                    let status = self.where_multiple_stands(*id, bet);
                    assert_eq!(view.status, status, "multiple {id}: {bet:?}");
                    legs.clear();
                }
                _ => {}
            }
        }
        assert!(expected.next().is_none(), "the engine lost a multiple of account {account}");
    }
}

fn is_paid_or_lost(status: BetStatus) -> bool {
    matches!(status, BetStatus::Won { .. } | BetStatus::Lost)
}

/// What must hold in the engine even while settlements are in progress: each account holds exactly
/// the stakes, and is counted with exactly the winnings, of its bets that wait or stand.
pub fn check_sums(world: &mut World, twin: &Twin) {
    assert!(world.state().exposures_agree(), "a match's cost is not what its markets say");
    let count = world.state().wallet().map_or(0, |wallet| wallet.iter().count());
    for account in (0..count as u32).map(AccountId) {
        let factor = world.state().wallet().and_then(|wallet| {
            let row = wallet.currencies().get(wallet.get(account)?.currency)?;
            Some(i128::from(row.book_ppb))
        });
        let factor = factor.expect("an account has a currency");
        let weighed = |amount: i128| (amount * factor + 999_999_999) / 1_000_000_000;
        let (mut held, mut liability, mut open) = (0, 0, 0);
        let mut odds = Vec::new();
        // What the bet that was just said could pay, if it is open.
        let mut counted = None;
        for event in world.ask(Query::Account { account, bets_max: u16::MAX }) {
            match event {
                Event::Leg(leg) => odds.push((i128::from(leg.odds.milli()), 1000)),
                Event::Multiple(view) => {
                    let odds = std::mem::take(&mut odds);
                    let is_open = matches!(
                        view.status,
                        BetStatus::Pending { .. }
                            | BetStatus::Referred { .. }
                            | BetStatus::Offered { .. }
                            | BetStatus::Accepted { .. }
                    );
                    counted = None;
                    if is_open {
                        let lines = lines(odds.len(), view.folds.bits(), view.bankers.0);
                        let unit = i128::from(view.unit.money().minor());
                        let stake = unit * lines.len() as i128;
                        held += stake;
                        let comes_to = pays(unit, &lines, &odds);
                        let bet = view.bet.expect("an open bet has an id");
                        let payout = twin.struck_for(bet.0).map_or(comes_to, |it| comes_to.min(it));
                        liability += weighed(payout) - weighed(stake);
                        counted = Some(payout);
                        open += 1;
                    }
                }
                Event::BonusBet(with) => {
                    let part = i128::from(with.part.minor());
                    match (counted, with.kind) {
                        (Some(_), BonusKind::FreeBet | BonusKind::Money) => held -= part,
                        (Some(payout), _) => liability += weighed(payout + part) - weighed(payout),
                        (None, _) => {}
                    }
                }
                _ => {}
            }
            let Event::Bet(view) = event else { continue };
            let is_open = matches!(
                view.status,
                BetStatus::Pending { .. }
                    | BetStatus::Referred { .. }
                    | BetStatus::Offered { .. }
                    | BetStatus::Accepted { .. }
            );
            counted = None;
            if is_open {
                let stake = i128::from(view.stake.money().minor());
                held += stake;
                counted = Some(stake * i128::from(view.odds.milli()) / 1000);
                let payout = stake * i128::from(view.odds.milli()) / 1000;
                liability += weighed(payout) - weighed(stake);
                open += 1;
            }
        }
        let row = world.state().wallet().and_then(|wallet| wallet.get(account)).expect("it exists");
        let counted = (row.held.minor().into(), row.liability.minor().into(), row.bets_open);
        assert_eq!(counted, (held, liability, open), "held, liability, open bets of {account:?}");
    }
}

/// What anybody can see, for whoever makes up the next command.
impl Twin {
    /// How many accounts, matches and markets there are.
    pub fn counts(&self) -> [u32; 3] {
        [self.accounts.len(), self.matches.len(), self.markets.len()].map(|count| count as u32)
    }

    /// A market's board: odds, price sequence, epoch.
    pub fn board(&self, market: u32) -> (&[Option<u32>], u64, u32) {
        let market = &self.markets[market as usize];
        (&market.odds, market.changes.last().map_or(0, |(seq, _)| *seq), market.epoch)
    }

    /// The match that a market is on.
    pub fn match_of(&self, market: u32) -> usize {
        self.markets[market as usize].match_index
    }

    /// Whether a market can be bet on.
    pub fn is_open(&self, market: u32) -> bool {
        self.has_market(market) && self.markets[market as usize].status == Some(MarketStatus::Open)
    }

    /// Whether a match is decided.
    pub fn is_over(&self, index: u32) -> bool {
        self.matches[index as usize].series.is_over()
    }

    /// A match's current map from 1, its rounds, and whether the map is over; zeros before the first.
    pub fn progress(&self, index: u32) -> (u8, [u8; 2], bool) {
        let series = &self.matches[index as usize].series;
        let rounds = [Team::A, Team::B].map(|team| series.rounds_of(series.current, team) as u8);
        (series.current as u8, rounds, series.map_winner(series.current).is_some())
    }

    /// The settings in force.
    pub fn config(&self) -> Config {
        self.config
    }

    /// Which version of them.
    pub fn config_version(&self) -> u32 {
        self.config_version
    }
}

/// Whether any odds ratio p/(1−p) moved by more than the band, as the prices are written down: p'/(1−p')
/// over p/(1−p) is p'·(1−p) over p·(1−p'), and neither it nor its inverse may be above the factor.
pub(super) fn leaves_band(config: &Config, before: &[u32], after: &[u32]) -> bool {
    let one = 1_000_000_000_i128;
    let inside = |ppb: u32| i128::from(ppb).clamp(one / 100, one - one / 100);
    let factor = i128::from(config.band_milli);
    before.iter().zip(after).any(|(before, after)| {
        let (p, q) = (inside(*before), inside(*after));
        let (top, bottom) = (q * (one - p), p * (one - q));
        let is_above = |top: i128, bottom: i128| top * 1000 > bottom * factor;
        *before != 0 && (is_above(top, bottom) || is_above(bottom, top))
    })
}
