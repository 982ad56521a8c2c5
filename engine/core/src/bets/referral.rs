//! Bets that a trader looks at before they are taken.
//!
//! Which ones is data: a risk rule that the settings list in `rules_refer` puts a bet to a trader where
//! it would refuse it; every other rule, the price and the funds must allow it as usual. Stake and
//! liability are held meanwhile. He takes it, takes less of it, offers it otherwise, or refuses; if he
//! says nothing until his time is over it is refused. What he takes is checked as a bet that has waited:
//! if the match has moved, all he can do is offer it at what is on the board now.

use super::cash_out::Target;
use super::multiple::MultipleState;
use super::side::SideTable;
use super::{Bet, BetState};
use crate::bets::place::Request;
use crate::bets::questions::Nobody;
use crate::codec::{DecodeError, wire_struct};
use crate::command::{Capacity, ReferralWord};
use crate::event::Event;
use crate::market::Sign;
use crate::outbox::Outbox;
use crate::reject::{Refusal, Reject};
use crate::snapshot::{Loader, Saver, Table};
use crate::state::{Step, Tables};
use crate::units::{BetId, Money, Odds, Stake, Timestamp};

/// A bet on a trader's desk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnDesk {
    target: Target,
    /// When it was received: the in-play delay counts from here.
    received: Timestamp,
}
wire_struct!(OnDesk { target, received });

/// Every bet that waits for a trader.
#[derive(Debug)]
pub(crate) struct Desk(SideTable<OnDesk>);

/// Most bets that wait for traders at one time: more than people can look at.
const DESK_MAX: u32 = 512;

impl Desk {
    const BLANK: OnDesk = OnDesk { target: Target::Single(0), received: Timestamp::MAX };

    pub fn new() -> Self {
        Self(SideTable::for_bets(DESK_MAX, Self::BLANK))
    }

    /// Takes a bet off the desk, if it lies there.
    pub fn remove(&mut self, bet: BetId) {
        self.0.remove(bet);
    }

    /// Puts a bet on it.
    pub fn put(&mut self, bet: BetId, target: Target, received: Timestamp) {
        self.0.set(bet, OnDesk { target, received });
    }

    /// The refusal of a bet for which there is no room.
    pub fn check_room(&self) -> Result<(), Refusal> {
        let max = i64::from(DESK_MAX);
        let full = Refusal::with(Reject::CapacityReached, max, max);
        if self.0.is_full() { Err(full) } else { Ok(()) }
    }

    /// Every bet with its slot.
    pub fn targets(&self) -> impl Iterator<Item = (BetId, Target)> {
        self.0.iter().map(|(bet, row)| (*bet, row.target))
    }
}

impl Table for Desk {
    fn save(&self, out: &mut Saver<'_>) {
        self.0.save(out);
    }

    fn load(input: &mut Loader<'_>, _: &Capacity) -> Result<Self, DecodeError> {
        SideTable::load(input, DESK_MAX, Self::BLANK).map(Self)
    }
}

impl Tables {
    /// Whether every bet on the desk is there and waits for a trader.
    pub(crate) fn desk_fits(&self) -> bool {
        self.desk.targets().all(|(id, target)| match target {
            Target::Single(slot) => {
                self.bets.has_slot(slot) && {
                    let Bet { id: found, state, .. } = *self.bets.bet(slot);
                    found == id && matches!(state, BetState::Referred { .. })
                }
            }
            Target::Multiple(slot) => {
                self.multiples.has_slot(slot) && {
                    let bet = self.multiples.multiple(slot);
                    bet.id == id && matches!(bet.state, MultipleState::Referred { .. })
                }
            }
        })
    }

    /// The answer to [`crate::Query::Referrals`].
    pub(crate) fn say_referrals(&self, outbox: &mut Outbox) {
        for (_, target) in self.desk.targets() {
            match target {
                Target::Single(slot) => outbox.push(Event::Bet(self.bets.bet(slot).view())),
                Target::Multiple(slot) => self.announce_multiple(slot, outbox),
            }
        }
    }
}

impl Step<'_> {
    /// Does with a bet on the desk what a trader says.
    pub(crate) fn decide_referral(
        &mut self,
        bet: BetId,
        word: ReferralWord,
    ) -> Result<(), Refusal> {
        self.operator()?;
        let row = self.tables.desk.0.get(bet).copied();
        let OnDesk { target, received } = row.ok_or(Reject::UnknownReferral)?;
        match target {
            Target::Single(slot) => self.decide_referred_single(slot, received, word),
            Target::Multiple(slot) => self.decide_referred_multiple(slot, received, word),
        }
    }

    fn decide_referred_single(
        &mut self,
        slot: u32,
        received: Timestamp,
        word: ReferralWord,
    ) -> Result<(), Refusal> {
        let bet = self.tables.bets.bet(slot);
        let Bet { id, market, odds: asked, .. } = *bet;
        let BetState::Referred { epoch, .. } = bet.state else {
            unreachable!("a bet on the desk waits for a trader")
        };
        let (stake, odds) = match word {
            ReferralWord::Refuse => {
                self.release(slot, Reject::ReferralRefused.into());
                return Ok(());
            }
            ReferralWord::Accept => (bet.stake, asked),
            ReferralWord::AcceptPart { stake } => (stake, asked),
            ReferralWord::Offer { stake, odds } => (stake, odds.unwrap_or(asked)),
        };
        check_part(bet.stake, stake)?;
        if let ReferralWord::Offer { .. } = word {
            let (now, at_board) = self.tables.board_for(bet)?;
            // Odds that were asked for at another score are as wrong in an offer as in a bet.
            let longest = if at_board == epoch { asked.max(now) } else { now };
            if longest < odds {
                let (longest, odds) = (i64::from(longest.milli()), i64::from(odds.milli()));
                return Err(Refusal::with(Reject::ReferralOdds, longest, odds));
            }
            self.check_room_to_wait(self.tables.waiting.is_full())?;
            let due = self.now.plus(self.config.offer_life_ns);
            self.reshape(slot, stake, odds);
            self.wait_single(slot, BetState::Offered { due, epoch: at_board }, due);
        } else {
            self.tables.check_still_good(bet, epoch)?;
            let ends =
                self.tables.delay_on(self.config, market, received).filter(|ends| self.now < *ends);
            if ends.is_some() {
                self.check_room_to_wait(self.tables.waiting.is_full())?;
            }
            self.reshape(slot, stake, odds);
            self.stand_single(slot, epoch, ends);
        }
        self.tables.desk.remove(id);
        self.announce_single(slot);
        Ok(())
    }

    fn decide_referred_multiple(
        &mut self,
        slot: u32,
        received: Timestamp,
        word: ReferralWord,
    ) -> Result<(), Refusal> {
        let bet = self.tables.multiples.multiple(slot);
        let id = bet.id;
        let unit = match word {
            ReferralWord::Refuse => {
                self.release_multiple(slot, Reject::ReferralRefused.into(), None);
                return Ok(());
            }
            ReferralWord::Accept => bet.unit,
            ReferralWord::AcceptPart { stake } | ReferralWord::Offer { stake, .. } => stake,
        };
        check_part(bet.unit, unit)?;
        // One number cannot say the odds of several legs.
        if let ReferralWord::Offer { odds: Some(_), .. } = word {
            return Err(Reject::InvalidParameter.into());
        }
        self.tables.check_legs_still_good(bet).map_err(|(_, refusal)| refusal)?;
        let ends = self.longest_delay_of(slot, received).filter(|ends| self.now < *ends);
        let is_offer = matches!(word, ReferralWord::Offer { .. });
        if is_offer || ends.is_some() {
            self.check_room_to_wait(self.tables.waiting_multiples.is_full())?;
        }
        self.reshape_multiple(slot, unit);
        if is_offer {
            let due = self.now.plus(self.config.offer_life_ns);
            self.wait_multiple(slot, MultipleState::Offered { due }, due);
        } else {
            self.stand_multiple(slot, ends);
        }
        self.tables.desk.remove(id);
        let account = self.tables.multiples.multiple(slot).account;
        self.tables.announce_multiple(slot, self.outbox);
        self.tables.wallet.announce(account, self.outbox);
        Ok(())
    }

    pub(super) fn check_room_to_wait(&self, is_full: bool) -> Result<(), Refusal> {
        let max = i64::from(self.tables.capacity.bets_max);
        let full = Refusal::with(Reject::CapacityReached, max, max);
        if is_full { Err(full) } else { Ok(()) }
    }

    /// When the longest wait in play of a bet of several legs ends.
    pub(super) fn longest_delay_of(&self, slot: u32, received: Timestamp) -> Option<Timestamp> {
        let bet = self.tables.multiples.multiple(slot);
        let legs = self.tables.multiples.legs_of(bet);
        legs.filter_map(|leg| self.tables.delay_on(self.config, leg.market, received)).max()
    }

    /// Gives a bet that is not decided another stake, at most its own, and other odds.
    fn reshape(&mut self, slot: u32, stake: Stake, odds: Odds) {
        let bet = self.tables.bets.bet(slot);
        if (bet.stake, bet.odds) == (stake, odds) {
            return;
        }
        self.tables.count(slot, Sign::Out);
        let bet = self.tables.bets.bet_mut(slot);
        let back = bet.stake.money() - stake.money();
        (bet.stake, bet.odds, bet.payout) = (stake, odds, odds.payout_floor(stake));
        let (account, id) = (bet.account, bet.id);
        self.tables.count(slot, Sign::In);
        self.tables.follow_with(id, stake);
        if back != Money::ZERO {
            self.tables.wallet.release(account, back, id, self.outbox);
        }
    }

    /// Gives a bet of several legs that is not decided another stake on each line, at most its own.
    fn reshape_multiple(&mut self, slot: u32, unit: Stake) {
        let bet = self.tables.multiples.multiple(slot);
        if bet.unit == unit {
            return;
        }
        // What it was struck for bounds it, with a smaller stake as well.
        let payout = self.tables.payout_of(bet, unit).min(bet.payout);
        let lines = i64::from(bet.system().lines());
        self.tables.count_multiple(slot, Sign::Out);
        self.tables.count_multiple_of_day(slot, Sign::Out);
        let bet = self.tables.multiples.multiple_mut(slot);
        let stake = Stake::new(Money::from_minor(unit.money().minor() * lines));
        let stake = stake.expect("less than a stake, and above zero, is a stake");
        let back = bet.stake.money() - stake.money();
        (bet.unit, bet.stake, bet.payout) = (unit, stake, payout);
        let (account, id) = (bet.account, bet.id);
        self.tables.follow_with(id, stake);
        self.tables.count_multiple(slot, Sign::In);
        self.tables.count_multiple_of_day(slot, Sign::In);
        self.tables.wallet.release(account, back, id, self.outbox);
    }

    /// Has a bet wait for somebody or something until `due`.
    fn wait_single(&mut self, slot: u32, state: BetState, due: Timestamp) {
        let bet = self.tables.bets.bet_mut(slot);
        bet.state = state;
        let id = bet.id;
        self.tables.waiting.push(due, id, slot);
    }

    /// The same for a bet of several legs.
    fn wait_multiple(&mut self, slot: u32, state: MultipleState, due: Timestamp) {
        let bet = self.tables.multiples.multiple_mut(slot);
        bet.state = state;
        let id = bet.id;
        self.tables.waiting_multiples.push(due, id, slot);
    }

    /// Has a bet stand, at once or when its delay ends.
    pub(super) fn stand_single(&mut self, slot: u32, epoch: u32, ends: Option<Timestamp>) {
        match ends {
            Some(due) => self.wait_single(slot, BetState::Waiting { due, epoch }, due),
            None => self.tables.bets.bet_mut(slot).state = BetState::Open,
        }
    }

    /// The same for a bet of several legs.
    pub(super) fn stand_multiple(&mut self, slot: u32, ends: Option<Timestamp>) {
        match ends {
            Some(due) => self.wait_multiple(slot, MultipleState::Waiting { due }, due),
            None => self.tables.multiples.multiple_mut(slot).state = MultipleState::Open,
        }
    }

    pub(super) fn announce_single(&mut self, slot: u32) {
        let view = self.tables.bets.bet(slot).view();
        self.outbox.push(Event::Bet(view));
        self.tables.wallet.announce(view.account, self.outbox);
    }
}

impl Tables {
    /// The odds on the board for a bet's selection, and its market's epoch.
    fn board_for(&self, bet: &Bet) -> Result<(Odds, u32), Refusal> {
        let Bet { account, market, selection, .. } = *bet;
        let request = Request { account, market, selection, adds: Money::ZERO };
        let offer = self.check_offer(request, &mut Nobody)?;
        Ok((offer.odds, offer.market.epoch))
    }
}

/// A trader takes at most what was asked for.
fn check_part(asked: Stake, part: Stake) -> Result<(), Refusal> {
    if asked < part {
        let (asked, part) = (asked.money().minor(), part.money().minor());
        return Err(Refusal::with(Reject::ReferralStake, asked, part));
    }
    Ok(())
}
