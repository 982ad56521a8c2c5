//! Kill switches and modes: one word of bits, so that an ordinary bet asks one question.
//!
//! Owns what is switched off, and the mode. Knows nothing of why: suspensions with their reasons are
//! [`crate::market::stops`]. A switch holds for the very next command, also where nothing is said
//! about single markets: their status stays what it is, and their bets are refused.
//!
//! Invariant: the word has a bit for "some match is killed" exactly if one is.

mod shed;
pub mod trips;

use crate::codec::{DecodeError, Decoder, Encoder, Wire};
use crate::command::{Actor, Channel, Command, KillScope, Mode};
use crate::event::Event;
use crate::outbox::Outbox;
use crate::reject::{Refusal, Reject};
use crate::state::{Step, Tables};
use crate::title::Fixtures;
use crate::units::{MarketId, MatchId};

pub use shed::SHED_MAX;
pub(crate) use trips::Trips;
pub use trips::{TripId, TripSet, TripStanding};

/// What is switched off, as bits: 0 all betting, 1 some match, 2 cash-outs, 3 withdrawals, 4 to 6 a
/// mode other than [`Mode::Normal`], 7 a trip, from 8 on titles, from 16 on classes, from 24 on channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switches(u32);

const ALL: u32 = 1;
const SOME_MATCH: u32 = 1 << 1;
const CASH_OUT: u32 = 1 << 2;
const WITHDRAWALS: u32 = 1 << 3;
const REDUCING: u32 = 1 << 4;
const SETTLE_ONLY: u32 = 1 << 5;
const READ_ONLY: u32 = 1 << 6;
const TRIPPED: u32 = 1 << 7;
const MODES: u32 = REDUCING | SETTLE_ONLY | READ_ONLY;
const TITLES_FROM: u32 = 8;
const CLASSES_FROM: u32 = 16;
const CHANNELS_FROM: u32 = 24;

/// What an ordinary bet need not look at: whether it reduces what its market could cost is a risk
/// rule, asked in that mode alone.
const NOT_OF_BETS: u32 = CASH_OUT | WITHDRAWALS | REDUCING;

/// Every bit that something can set.
const KNOWN: u32 = ALL
    | SOME_MATCH
    | CASH_OUT
    | WITHDRAWALS
    | MODES
    | TRIPPED
    | bits_of(crate::command::Title::ALL.len(), TITLES_FROM)
    | bits_of(crate::command::MarketClass::ALL.len(), CLASSES_FROM)
    | bits_of(Channel::ALL.len(), CHANNELS_FROM);

const fn bits_of(count: usize, from: u32) -> u32 {
    assert!(count <= 8, "each family has eight bits");
    ((1 << count) - 1) << from
}

const fn bit(scope: KillScope) -> u32 {
    match scope {
        KillScope::All => ALL,
        KillScope::Title(title) => 1 << (TITLES_FROM + title as u32),
        KillScope::Match(_) => SOME_MATCH,
        KillScope::Class(class) => 1 << (CLASSES_FROM + class as u32),
        KillScope::Channel(channel) => 1 << (CHANNELS_FROM + channel as u32),
        KillScope::CashOut => CASH_OUT,
        KillScope::Withdrawals => WITHDRAWALS,
    }
}

impl Switches {
    /// Whether no switch and no mode can stop any bet: the one question of an ordinary bet.
    #[inline(always)]
    pub const fn let_all_bets_pass(self) -> bool {
        self.0 & !NOT_OF_BETS == 0
    }

    /// Whether a switch is on; that of a match stands with the match.
    pub const fn has(self, scope: KillScope) -> bool {
        self.0 & bit(scope) != 0
    }

    /// The mode.
    pub const fn mode(self) -> Mode {
        if self.0 & READ_ONLY != 0 {
            Mode::ReadOnly
        } else if self.0 & SETTLE_ONLY != 0 {
            Mode::SettleOnly
        } else if self.0 & REDUCING != 0 {
            Mode::AcceptOnlyReducing
        } else {
            Mode::Normal
        }
    }

    /// Whether settlement goes on.
    #[inline]
    pub const fn lets_settle(self) -> bool {
        self.0 & READ_ONLY == 0
    }

    fn set(&mut self, bit: u32, on: bool) {
        self.0 = if on { self.0 | bit } else { self.0 & !bit };
    }

    /// Whether a trip has pulled.
    pub const fn is_tripped(self) -> bool {
        self.0 & TRIPPED != 0
    }

    fn set_tripped(&mut self, on: bool) {
        self.set(TRIPPED, on);
    }

    fn set_mode(&mut self, mode: Mode) {
        self.set(MODES, false);
        self.0 |= match mode {
            Mode::Normal => 0,
            Mode::AcceptOnlyReducing => REDUCING,
            Mode::SettleOnly => SETTLE_ONLY,
            Mode::ReadOnly => READ_ONLY,
        };
    }

    /// Whether the word agrees with what stands with the matches.
    pub(crate) fn agree_with(self, fixtures: &Fixtures, trips: &Trips) -> bool {
        self.is_tripped() == trips.tripped().is_some()
            && self.has(KillScope::Match(MatchId(0)))
                == fixtures.iter().any(|fixture| fixture.killed)
    }

    /// Whether cashing out is stopped.
    ///
    /// # Errors
    /// [`Reject::CashOutStopped`], with which switch or mode it is.
    pub fn check_cash_out(self) -> Result<(), Refusal> {
        if self.has(KillScope::CashOut) {
            return Err(refusal(Reject::CashOutStopped, KillScope::CashOut));
        }
        match self.mode() {
            Mode::Normal | Mode::AcceptOnlyReducing => Ok(()),
            mode @ (Mode::SettleOnly | Mode::ReadOnly) => {
                Err(by_mode(Reject::CashOutStopped, mode))
            }
        }
    }

    /// Whether taking money out is stopped.
    ///
    /// # Errors
    /// [`Reject::WithdrawalsStopped`], with which switch or mode it is.
    pub fn check_withdrawal(self) -> Result<(), Refusal> {
        if self.has(KillScope::Withdrawals) {
            return Err(refusal(Reject::WithdrawalsStopped, KillScope::Withdrawals));
        }
        match self.mode() {
            Mode::Normal | Mode::AcceptOnlyReducing | Mode::SettleOnly => Ok(()),
            mode @ Mode::ReadOnly => Err(by_mode(Reject::WithdrawalsStopped, mode)),
        }
    }
}

impl Wire for Switches {
    fn put(&self, out: &mut Encoder<'_>) {
        self.0.put(out);
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let read = Self(u32::take(input)?);
        // One mode at most, and no bit without a meaning.
        let has_one_mode = (read.0 & MODES).count_ones() <= 1;
        if read.0 & !KNOWN == 0 && has_one_mode { Ok(read) } else { Err(DecodeError::OutOfRange) }
    }
}

/// The kind of switch that a refusal names first, beside the tags of [`KillScope`]: a mode.
pub const SWITCH_MODE: i64 = 7;

/// The same for a trip.
pub const SWITCH_TRIP: i64 = 8;

/// A refusal that names its switch: by the tag of its scope, and which one of those it is.
fn refusal(code: Reject, scope: KillScope) -> Refusal {
    let (kind, which) = match scope {
        KillScope::All => (0, 0),
        KillScope::Title(title) => (1, title as i64),
        KillScope::Match(MatchId(id)) => (2, i64::from(id)),
        KillScope::Class(class) => (3, class as i64),
        KillScope::Channel(channel) => (4, channel as i64),
        KillScope::CashOut => (5, 0),
        KillScope::Withdrawals => (6, 0),
    };
    Refusal::with(code, kind, which)
}

fn by_mode(code: Reject, mode: Mode) -> Refusal {
    Refusal::with(code, SWITCH_MODE, mode as i64)
}

impl Tables {
    /// Whether a switch or a mode stops a bet on a market. What waits already has no channel.
    ///
    /// # Errors
    /// [`Reject::BettingStopped`], with which switch or mode it is.
    #[inline(always)]
    pub(crate) fn check_switches(
        &self,
        channel: Option<Channel>,
        market: MarketId,
    ) -> Result<(), Refusal> {
        if self.switches.let_all_bets_pass() {
            return Ok(());
        }
        self.check_switches_one_by_one(channel, market)
    }
}

impl Tables {
    /// The word follows what stands with the matches.
    pub(crate) fn notice_killed_matches(&mut self) {
        let some = self.fixtures.iter().any(|fixture| fixture.killed);
        self.switches.set(SOME_MATCH, some);
    }

    /// Asks from the widest switch to the narrowest.
    #[cold]
    #[inline(never)]
    fn check_switches_one_by_one(
        &self,
        channel: Option<Channel>,
        market: MarketId,
    ) -> Result<(), Refusal> {
        let switches = self.switches;
        let market = self.markets.get(market);
        let fixture =
            market.and_then(|market| Some((market.match_id, self.fixture(market.match_id)?)));
        let scopes = [
            Some(KillScope::All),
            fixture.map(|(_, fixture)| KillScope::Title(fixture.title)),
            fixture.filter(|(_, fixture)| fixture.killed).map(|(id, _)| KillScope::Match(id)),
            market.map(|market| KillScope::Class(market.kind.class())),
            channel.map(KillScope::Channel),
        ];
        let stopped = scopes.into_iter().flatten().find(|scope| switches.has(*scope));
        if let Some(scope) = stopped {
            return Err(refusal(Reject::BettingStopped, scope));
        }
        if let Some(trip) = self.trips.tripped() {
            return Err(Refusal::with(Reject::BettingStopped, SWITCH_TRIP, trip as i64));
        }
        match switches.mode() {
            Mode::Normal | Mode::AcceptOnlyReducing => Ok(()),
            mode @ (Mode::SettleOnly | Mode::ReadOnly) => {
                Err(by_mode(Reject::BettingStopped, mode))
            }
        }
    }
}

impl Switches {
    /// Every switch that is on, that of all betting in any case, and the mode.
    pub(crate) fn say(self, fixtures: &Fixtures, outbox: &mut Outbox) {
        outbox.push(Event::KillSwitch { scope: KillScope::All, on: self.has(KillScope::All) });
        let mut say = |scope| outbox.push(Event::KillSwitch { scope, on: true });
        let families = crate::command::Title::ALL.iter().copied().map(KillScope::Title);
        let families = families
            .chain(crate::command::MarketClass::ALL.iter().copied().map(KillScope::Class))
            .chain(Channel::ALL.iter().copied().map(KillScope::Channel))
            .chain([KillScope::CashOut, KillScope::Withdrawals]);
        families.filter(|scope| self.has(*scope)).for_each(&mut say);
        for fixture in fixtures.iter().filter(|fixture| fixture.killed) {
            say(KillScope::Match(fixture.id));
        }
        outbox.push(Event::Mode { mode: self.mode() });
    }
}

impl Step<'_> {
    /// Turns a kill switch.
    pub(crate) fn kill(&mut self, scope: KillScope, on: bool) -> Result<(), Refusal> {
        if let KillScope::Match(match_id) = scope {
            self.tables.fixture_mut(match_id)?.killed = on;
            self.tables.notice_killed_matches();
        } else {
            self.tables.switches.set(bit(scope), on);
        }
        self.outbox.push(Event::KillSwitch { scope, on });
        Ok(())
    }

    /// Goes into a mode.
    pub(crate) fn set_mode(&mut self, mode: Mode) -> Result<(), Refusal> {
        self.tables.switches.set_mode(mode);
        self.tables.heed(self.config);
        self.outbox.push(Event::Mode { mode });
        Ok(())
    }

    /// What a read-only engine still takes: what it hears and is asked, and what ends that mode.
    /// Bets are answered in their own view, with their own code.
    #[inline(always)]
    pub(crate) fn check_mode(&self, command: &Command) -> Result<(), Refusal> {
        if self.tables.switches.mode() != Mode::ReadOnly {
            return Ok(());
        }
        Self::check_read_only(command)
    }

    #[cold]
    fn check_read_only(command: &Command) -> Result<(), Refusal> {
        let is_welcome = matches!(
            command,
            Command::Genesis { .. }
                | Command::Enlarge { .. }
                | Command::Feed(_)
                | Command::Tick
                | Command::BriefTick
                | Command::Kill { .. }
                | Command::SetMode { .. }
                | Command::ResetTrip { .. }
                | Command::Shed { .. }
                | Command::Suspend { .. }
                | Command::Rest { .. }
                | Command::SetPlayLimit { .. }
                | Command::PlaceBet(_)
                | Command::PlaceMultiple(_)
                | Command::PlaceOnTerms(_)
                | Command::PlaceBatch(_)
        );
        if is_welcome { Ok(()) } else { Err(by_mode(Reject::ReadOnly, Mode::ReadOnly)) }
    }

    /// The channel of whoever is behind the command.
    #[inline(always)]
    pub(crate) fn channel(&self) -> Option<Channel> {
        match self.actor {
            Actor::Account { channel, .. } => Some(channel),
            Actor::Engine | Actor::Feed(_) | Actor::Operator(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{MarketClass, Title};
    use alloc::vec::Vec;

    #[test]
    fn every_switch_has_its_own_bit_and_only_some_are_of_bets() {
        let mut scopes = alloc::vec![KillScope::All, KillScope::CashOut, KillScope::Withdrawals];
        scopes.push(KillScope::Match(MatchId(3)));
        scopes.extend(Title::ALL.iter().copied().map(KillScope::Title));
        scopes.extend(MarketClass::ALL.iter().copied().map(KillScope::Class));
        scopes.extend(Channel::ALL.iter().copied().map(KillScope::Channel));
        let mut seen = 0;
        for scope in scopes {
            let mut switches = Switches::default();
            switches.set(bit(scope), true);
            assert_eq!(switches.0.count_ones(), 1, "{scope:?}");
            assert_eq!(switches.0 & (seen | MODES), 0, "{scope:?} shares its bit");
            seen |= switches.0;
            let is_of_bets = !matches!(scope, KillScope::CashOut | KillScope::Withdrawals);
            assert_eq!(!switches.let_all_bets_pass(), is_of_bets, "{scope:?}");
        }
        assert_eq!(seen | MODES | TRIPPED, KNOWN);
    }

    #[test]
    fn modes_replace_each_other_and_only_the_strict_ones_ask_every_bet() {
        let mut switches = Switches::default();
        for mode in Mode::ALL.iter().chain(Mode::ALL.iter().rev()) {
            switches.set_mode(*mode);
            assert_eq!(switches.mode(), *mode);
            assert_eq!(switches.let_all_bets_pass(), *mode < Mode::SettleOnly, "{mode:?}");
            let keys: Vec<_> = Mode::ALL.iter().map(|mode| Mode::from_key(mode.key())).collect();
            assert_eq!(keys, Mode::ALL.iter().copied().map(Some).collect::<Vec<_>>());
        }
    }
}
