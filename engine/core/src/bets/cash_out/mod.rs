//! Cash-out: a bet that stands ends before it is decided, wholly or in part, for what it is worth.
//!
//! A quote is an answer to a question and leaves nothing behind: its id says when it was made and what
//! the bet's legs looked like, so it can be proved when it is taken. Taking it follows the rules of a
//! bet: every open leg must be on offer, none may have moved materially since the quote, and in play the
//! wish waits out the longest delay of the open legs and is decided by what is true then. What is paid
//! is what the bet is worth at receipt, if that is not less than what the bettor saw.
//!
//! What was paid is final, whatever becomes of the markets: the part that was cashed out has left the
//! bet, and what is left of it settles, and settles again, on its own.

mod take;
mod worth;

use alloc::vec::Vec;

use crate::bets::side::SideTable;
use crate::bets::waiting::Waiting;
use crate::codec::{DecodeError, wire_enum, wire_struct};
use crate::command::Capacity;
use crate::event::{CashOutStatus, CashOutView};
use crate::memory::TableSize;
use crate::reject::{Refusal, Reject};
use crate::snapshot::{Loader, Saver, Table};
use crate::state::Tables;
use crate::units::{AccountId, BetId, ClientBetId, Money, QuoteId, Stake, Timestamp};

/// Which bet it is, by its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A single.
    Single(u32),
    /// A bet of several legs.
    Multiple(u32),
}
wire_enum!(Target { 0 = Single(slot), 1 = Multiple(slot) });

/// The last cash-out of a bet, kept as long as the bet so that the same wish is granted once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub target: Target,
    /// The quote that was taken.
    pub quote: QuoteId,
    /// How much of each line's stake it closes.
    pub unit: Stake,
    /// The same over all lines.
    pub stake: Stake,
    /// What is paid for that.
    pub amount: Money,
    /// The leg that a refusal is about.
    pub leg_at_fault: Option<u8>,
    /// Where it stands.
    pub status: CashOutStatus,
    /// What was paid for the bet before.
    pub paid_before: Money,
}
wire_struct!(Row { target, quote, unit, stake, amount, leg_at_fault, status, paid_before });

impl Row {
    const BLANK: Self = Self {
        target: Target::Single(0),
        quote: QuoteId(0),
        unit: Stake::MAX,
        stake: Stake::MAX,
        amount: Money::ZERO,
        leg_at_fault: None,
        status: CashOutStatus::Paid,
        paid_before: Money::ZERO,
    };

    /// What was paid for the bet so far.
    fn paid(&self) -> Money {
        let last = if self.status == CashOutStatus::Paid { self.amount } else { Money::ZERO };
        self.paid_before + last
    }

    fn is_waiting(&self) -> bool {
        matches!(self.status, CashOutStatus::Pending { .. })
    }

    /// The cash-out as the bettor sees it.
    fn view(&self, account: AccountId, client_id: ClientBetId) -> CashOutView {
        let Self { quote, stake, amount, leg_at_fault, status, .. } = *self;
        CashOutView {
            account,
            client_id,
            quote,
            stake: stake.money(),
            amount,
            leg_at_fault,
            status,
        }
    }
}

/// Every bet's last cash-out, and those that wait.
#[derive(Debug)]
pub(crate) struct CashOuts {
    rows: SideTable<Row>,
    waiting: Waiting,
}

impl CashOuts {
    pub fn with_capacity(capacity: &Capacity) -> Self {
        let rows = SideTable::for_bets(bets(capacity), Row::BLANK);
        Self { waiting: Waiting::for_bets(rows.rows_max() as u32), rows }
    }

    /// What its tables take.
    pub fn sizes(capacity: &Capacity, sizes: &mut Vec<TableSize>) {
        let bets = bets(capacity);
        sizes.extend(SideTable::<Row>::sizes(["cash-outs", "index of cash-outs"], bets));
        sizes.push(Waiting::size("waiting cash-outs", SideTable::<Row>::most(bets)));
    }

    /// When the first one that waits is decided.
    pub fn next_due(&self) -> Timestamp {
        self.waiting.next_due()
    }

    /// What was paid for a bet so far; nothing for one of which no part was cashed out.
    pub fn paid(&self, bet: BetId) -> Money {
        self.rows.get(bet).map_or(Money::ZERO, Row::paid)
    }

    /// Forgets a bet that leaves the engine.
    pub fn forget(&mut self, bet: BetId) {
        self.rows.remove(bet);
    }

    /// Every bet with its slot.
    pub fn targets(&self) -> impl Iterator<Item = (BetId, Target)> {
        self.rows.iter().map(|(bet, row)| (*bet, row.target))
    }
}

/// Singles and multiples together.
fn bets(capacity: &Capacity) -> u32 {
    capacity.bets_max.saturating_add(capacity.multiples_max)
}

impl Table for CashOuts {
    fn save(&self, out: &mut Saver<'_>) {
        let Self { rows, waiting } = self;
        rows.save(out);
        waiting.save(out);
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let rows = SideTable::load(input, bets(capacity), Row::BLANK)?;
        let waiting = Waiting::load(input, rows.rows_max() as u32)?;
        Ok(Self { rows, waiting })
    }
}

/// Why there is no cash-out, and the leg that it is about if it is about one.
#[derive(Clone, Copy, Debug)]
struct Refused {
    refusal: Refusal,
    leg: Option<u8>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, leg: None }
    }
}

impl From<Reject> for Refused {
    fn from(code: Reject) -> Self {
        Self { refusal: code.into(), leg: None }
    }
}

impl Refused {
    fn view(&self, account: AccountId, client_id: ClientBetId, quote: QuoteId) -> CashOutView {
        CashOutView {
            account,
            client_id,
            quote,
            stake: Money::ZERO,
            amount: Money::ZERO,
            leg_at_fault: self.leg,
            status: CashOutStatus::Refused(self.refusal),
        }
    }
}

impl Tables {
    /// Whether every row leads to its bet.
    pub(crate) fn cash_outs_fit(&self) -> bool {
        self.cash_outs.targets().all(|(id, target)| match target {
            Target::Single(slot) => self.bets.has_slot(slot) && self.bets.bet(slot).id == id,
            Target::Multiple(slot) => {
                self.multiples.has_slot(slot) && self.multiples.multiple(slot).id == id
            }
        })
    }
}
