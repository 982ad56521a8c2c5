//! Memory that is really there before the first bet, and how much of it each table takes.
//!
//! The system hands out a page when it is first written to, which takes about as long as ten bets.
//! Tables that fill while bets are placed are therefore written to once when they are made.

use alloc::vec::Vec;

use crate::bets::client_ids::ClientIds;
use crate::command::Capacity;
use crate::payments::Payment;
use crate::title::Fixture;
use crate::units::{MarketId, MatchId};

/// An empty vector with room for `capacity` items, every page of it touched.
pub(crate) fn touched<T: Clone>(capacity: usize, blank: T) -> Vec<T> {
    let mut items = Vec::with_capacity(capacity);
    items.resize(capacity, blank);
    items.clear();
    items
}

/// The lines of memory where `count` rows will stand once `after` others have been added to these, for a
/// caller that asks for memory before it is written. Beyond the table's room they are of no use and no harm.
#[inline]
pub(crate) fn coming_lines<T>(
    rows: &[T],
    after: usize,
    count: usize,
) -> impl Iterator<Item = *const u8> {
    const LINE: usize = 64;
    let first = rows.as_ptr().wrapping_add(rows.len() + after).cast::<u8>();
    let into_line = first.addr() % LINE;
    let lines = (into_line + count * size_of::<T>()).div_ceil(LINE);
    (0..lines).map(move |line| first.wrapping_sub(into_line).wrapping_add(line * LINE))
}

/// What a table has rows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOf {
    /// One for each account.
    Account,
    /// One for each single.
    Single,
    /// One for each client id that is remembered, or a share of one.
    ClientId,
    /// Of anything else: matches and markets, multiples, payments, what a few accounts have.
    Other,
}

/// How much memory one table takes from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableSize {
    /// The table.
    pub table: &'static str,
    /// What it has rows of.
    pub of: RowOf,
    /// Bytes of a row.
    pub row_bytes: usize,
    /// How many rows it has room for.
    pub rows: usize,
}

impl TableSize {
    /// A table of rows of this type.
    pub(crate) const fn of<T>(table: &'static str, of: RowOf, rows: usize) -> Self {
        Self { table, of, row_bytes: size_of::<T>(), rows }
    }

    /// Bytes of the whole table.
    pub const fn bytes(&self) -> usize {
        self.row_bytes * self.rows
    }
}

impl Capacity {
    /// How much memory each table of these sizes takes. What lists of single matches hold beside (a few
    /// kilobytes each) and an outbox are not in it.
    pub fn memory(&self) -> Vec<TableSize> {
        let mut tables = Vec::new();
        crate::wallet::Wallet::sizes(self, &mut tables);
        crate::risk::RiskTables::sizes(self, &mut tables);
        crate::payments::CreditsAlone::sizes(self, &mut tables);
        crate::bets::BetTable::sizes(self, &mut tables);
        crate::bets::Answers::sizes(self, &mut tables);
        crate::bets::multiple::MultipleTable::sizes(self, &mut tables);
        crate::bets::waiting::Waiting::sizes(self, &mut tables);
        crate::bets::cash_out::CashOuts::sizes(self, &mut tables);
        crate::bets::Fundings::sizes(self, &mut tables);
        crate::market::MarketTable::sizes(self, &mut tables);
        let payments = ["payments", "index of payments"];
        tables.extend(ClientIds::<Payment>::sizes(payments, RowOf::Other, self.payments_max));
        let matches = self.matches_max as usize;
        tables.push(TableSize::of::<Fixture>("matches", RowOf::Other, matches));
        tables.push(TableSize::of::<MatchId>("queues of matches", RowOf::Other, 2 * matches));
        // Settlement has three, prices to be made one; and one of ids to be given.
        let queued = 5 * self.markets_max as usize;
        tables.push(TableSize::of::<MarketId>("queues of markets", RowOf::Other, queued));
        tables
    }
}
