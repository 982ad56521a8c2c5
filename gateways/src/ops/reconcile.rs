//! The provider's file against the ledger: every payment by its reference, and every ledger account's
//! balance by currency.
//!
//! The file is CSV with a header that has at least `reference`, `amount` and `status`, in any order; `account`, `currency`
//! and `direction` are compared where they are there. A reference is a UUID or 32 hexadecimal digits; amounts are decimal
//! and in the account's currency.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use clutch_core::command::AdjustReason;
use clutch_core::currency::CurrencyRow;
use clutch_core::event::{DepositStatus, PaymentStatus, PaymentView, WithdrawalStatus};
use clutch_core::units::{Currency, Money};
use clutch_core::wallet::Books;
use clutch_core::{Event, Record, State};
use serde::Serialize;

use super::words;
use crate::wire::decimal::with_places;

/// Every payment of the journal by its reference, as it stands.
#[derive(Debug, Default)]
pub struct Payments(BTreeMap<u128, PaymentView>);

impl Payments {
    /// Takes in what a record led to.
    pub fn hear(&mut self, records: &[Record]) {
        for record in records {
            if let Event::Payment(view) = record.event {
                self.0.insert(view.reference, view);
            }
        }
    }
}

/// What is found about one reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The reference.
    pub reference: String,
    /// What is wrong: `missing_in_ledger`, `missing_at_provider`, `account_differs`, `currency_differs`,
    /// `direction_differs`, `amount_differs`, `status_differs`, `twice_at_provider`.
    pub what: &'static str,
    /// What the ledger says.
    pub ledger: Option<String>,
    /// What the provider says.
    pub provider: Option<String>,
}

/// The balances of one currency.
#[derive(Clone, Debug, Serialize)]
pub struct Balances {
    /// The currency, by its number.
    pub currency: u8,
    /// Its letters.
    pub code: String,
    /// Players' own money and bonuses.
    pub players: String,
    /// The house.
    pub house: String,
    /// The providers, below zero by what they brought in.
    pub provider: String,
    /// Payments without an outcome.
    pub in_transit: String,
    /// Tax kept back.
    pub tax_withheld: String,
    /// What was corrected by hand, charged, or, below zero, given.
    pub adjustments: String,
    /// Minus what players owed that was given up.
    pub bad_debt: String,
    /// The sum of all, recomputed from every account; anything but zero is a finding.
    pub sum: String,
    /// Whether it is zero.
    pub adds_up: bool,
}

/// The whole report.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Payments on which both agree.
    pub agreed: usize,
    /// Payments that failed and of which the provider's file says nothing, as it need not.
    pub failed_unsaid: usize,
    /// What of the file is strange, in sentences.
    pub warnings: Vec<String>,
    /// Everything else.
    pub findings: Vec<Finding>,
    /// The ledger.
    pub balances: Vec<Balances>,
}

/// One line of the provider's file.
struct Said {
    amount: String,
    status: Status,
    word: String,
    account: Option<String>,
    currency: Option<String>,
    direction: Option<Direction>,
}

/// Which way the money goes, as players see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    In,
    Out,
}

impl Direction {
    /// Providers' words for it.
    fn read(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "in" | "deposit" | "credit" | "payin" | "pay_in" | "incoming" => Self::In,
            "out" | "withdrawal" | "debit" | "payout" | "pay_out" | "outgoing" => Self::Out,
            _ => return None,
        })
    }

    /// That of a payment in the ledger. What a provider took back may be called either.
    fn of(status: PaymentStatus) -> Option<Self> {
        match status {
            PaymentStatus::Deposit(_) => Some(Self::In),
            PaymentStatus::Withdrawal { .. } => Some(Self::Out),
            PaymentStatus::Adjusted { .. } | PaymentStatus::Bonus => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::In => "deposit",
            Self::Out => "withdrawal",
        }
    }
}

/// How far a payment came, in the words of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Authorised,
    Captured,
    Failed,
    Requested,
    Paid,
    Returned,
    ChargedBack,
}

impl Status {
    /// Providers' words for it.
    fn read(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "authorised" | "authorized" => Self::Authorised,
            "captured" | "settled" => Self::Captured,
            "failed" | "declined" | "cancelled" | "canceled" | "expired" => Self::Failed,
            "requested" | "pending" | "processing" => Self::Requested,
            "paid" | "paid_out" | "sent" => Self::Paid,
            "returned" | "rejected" | "bounced" => Self::Returned,
            "chargeback" | "charged_back" | "disputed" => Self::ChargedBack,
            _ => return None,
        })
    }

    /// That of a payment in the ledger; none for what no provider knows of.
    fn of(status: PaymentStatus) -> Option<Self> {
        match status {
            PaymentStatus::Deposit(DepositStatus::Authorised) => Some(Self::Authorised),
            PaymentStatus::Deposit(DepositStatus::Captured) => Some(Self::Captured),
            PaymentStatus::Deposit(DepositStatus::Failed) => Some(Self::Failed),
            PaymentStatus::Withdrawal { status, .. } => Some(match status {
                WithdrawalStatus::Requested => Self::Requested,
                WithdrawalStatus::Paid => Self::Paid,
                WithdrawalStatus::Returned => Self::Returned,
            }),
            PaymentStatus::Adjusted { reason: AdjustReason::Chargeback } => Some(Self::ChargedBack),
            PaymentStatus::Adjusted {
                reason:
                    AdjustReason::Correction
                    | AdjustReason::Goodwill
                    | AdjustReason::Fee
                    | AdjustReason::WriteOff,
            }
            | PaymentStatus::Bonus => None,
        }
    }
}

/// Compares a provider's file with a state.
///
/// # Errors
/// The line that cannot be read, and why.
pub fn reconcile(state: &State, ledger: &Payments, file: impl Read) -> Result<Report, String> {
    let (mut said, mut findings) = read(file)?;
    let mut warnings = Vec::new();
    if said.is_empty() {
        warnings.push("the provider's file has no payment in it".to_owned());
    }
    let (mut agreed, mut failed_unsaid) = (0, 0);
    for view in ledger.0.values() {
        let Some(status) = Status::of(view.status) else { continue };
        let reference = view.reference;
        let places = words::places(state, Some(view.account));
        let amount = with_places(places, || words::money(through_provider(view)));
        let ours = format!("{amount} {}", view.status.name());
        let finding = match said.remove(&reference) {
            // A promise that came to nothing need not be in anybody's file.
            None if status == Status::Failed => {
                failed_unsaid += 1;
                continue;
            }
            None => Some(("missing_at_provider", ours, None)),
            Some(said) => difference(state, view, &said).or_else(|| {
                let theirs = format!("{} {}", said.amount, said.word);
                let is_same = is_same_amount(&said.amount, &amount);
                let what = match said.status == status {
                    _ if !is_same => "amount_differs",
                    false => "status_differs",
                    true => return None,
                };
                Some((what, ours, Some(theirs)))
            }),
        };
        match finding {
            None => agreed += 1,
            Some((what, ledger, provider)) => findings.push(Finding {
                reference: words::reference(reference),
                what,
                ledger: Some(ledger),
                provider,
            }),
        }
    }
    findings.extend(said.into_iter().map(|(reference, said)| Finding {
        reference: words::reference(reference),
        what: "missing_in_ledger",
        ledger: None,
        provider: Some(format!("{} {}", said.amount, said.word)),
    }));
    Ok(Report { agreed, failed_unsaid, warnings, findings, balances: balances(state) })
}

/// What the ledger and a line say otherwise of whose money it is, which and whereto, as far as the file has such columns.
fn difference(
    state: &State,
    view: &PaymentView,
    said: &Said,
) -> Option<(&'static str, String, Option<String>)> {
    let account = words::account(state, view.account);
    let code = words::currency_code(state, view.account);
    let is_other = |said: &&String| **said != account && **said != view.account.0.to_string();
    if let Some(other) = said.account.as_ref().filter(is_other) {
        return Some(("account_differs", account, Some(other.clone())));
    }
    let is_other = |said: &&String| !said.eq_ignore_ascii_case(&code);
    if let Some(other) = said.currency.as_ref().filter(is_other) {
        return Some(("currency_differs", code, Some(other.clone())));
    }
    let (ours, theirs) = (Direction::of(view.status)?, said.direction?);
    let name = |direction: Direction| direction.name().to_owned();
    (ours != theirs).then(|| ("direction_differs", name(ours), Some(name(theirs))))
}

/// What of a payment passes through the provider's hands, without a sign: tax that is kept back never does, and what a
/// provider took back it names as it names the rest.
fn through_provider(view: &PaymentView) -> Money {
    match view.status {
        PaymentStatus::Withdrawal { tax, .. } => view.amount - tax,
        PaymentStatus::Deposit(_) | PaymentStatus::Adjusted { .. } | PaymentStatus::Bonus => {
            if view.amount < Money::ZERO { -view.amount } else { view.amount }
        }
    }
}

fn read(file: impl Read) -> Result<(BTreeMap<u128, Said>, Vec<Finding>), String> {
    let mut rows = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(file);
    let names: Vec<String> = match rows.headers() {
        Ok(header) if header.is_empty() => {
            return Err("the provider's file is empty".to_owned());
        }
        Ok(header) => header.iter().map(str::to_ascii_lowercase).collect(),
        Err(error) => return Err(format!("line 1: {error}")),
    };
    let place = |wanted: &str| names.iter().position(|name| name == wanted);
    let column = |wanted: &str| {
        place(wanted).ok_or_else(|| format!("line 1: no column is called `{wanted}`"))
    };
    let places = [column("reference")?, column("amount")?, column("status")?];
    let more = ["account", "currency", "direction"].map(place);
    let (mut said, mut findings) = (BTreeMap::new(), Vec::new());
    for row in rows.records() {
        let at = |position: Option<&csv::Position>| position.map_or(0, csv::Position::line);
        let row = row.map_err(|error| format!("line {}: {error}", at(error.position())))?;
        let number = at(row.position());
        let [reference, amount, word] = places.map(|place| row.get(place).unwrap_or(""));
        let [account, currency, direction] =
            more.map(|place| row.get(place?).filter(|text| !text.is_empty()));
        let key = words::parse_uuid(reference)
            .ok_or_else(|| format!("line {number}: `{reference}` is no UUID or 32 hex digits"))?;
        let status = Status::read(word).ok_or_else(|| {
            format!("line {number}: `{word}` is no status such as captured, failed, paid, returned, chargeback")
        })?;
        let direction = direction.map(|word| {
            Direction::read(word).ok_or_else(|| {
                format!(
                    "line {number}: `{word}` is no direction such as deposit, withdrawal, in, out"
                )
            })
        });
        let said_now = Said {
            amount: amount.to_owned(),
            status,
            word: word.to_owned(),
            account: account.map(str::to_owned),
            currency: currency.map(str::to_owned),
            direction: direction.transpose()?,
        };
        let provider = Some(format!("{amount} {word}"));
        if said.insert(key.0, said_now).is_some() {
            let (what, ledger) = ("twice_at_provider", None);
            findings.push(Finding { reference: words::reference(key.0), what, ledger, provider });
        }
    }
    Ok((said, findings))
}

/// Whether two decimals are the same number: 5, 5.0 and 5.00 are.
fn is_same_amount(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        (whole.trim_start_matches('0').to_owned(), fraction.trim_end_matches('0').to_owned())
    };
    plain(one) == plain(other)
}

fn balances(state: &State) -> Vec<Balances> {
    let Some(wallet) = state.wallet() else { return Vec::new() };
    let of = |(currency, row, books): (Currency, &CurrencyRow, &Books)| {
        let sum = wallet.recomputed_sum_in(currency);
        with_places(row.decimals, || Balances {
            currency: currency.0,
            code: row.code.as_str().to_owned(),
            players: words::money(books.players),
            house: words::money(books.house),
            provider: words::money(books.provider),
            in_transit: words::money(books.in_transit),
            tax_withheld: words::money(books.tax_withheld),
            adjustments: words::money(books.adjustments),
            bad_debt: words::money(books.bad_debt),
            sum: words::money(sum),
            adds_up: sum.minor() == 0 && books.sum().minor() == 0,
        })
    };
    let known = wallet.currencies().iter();
    known.map(|(currency, row)| of((currency, row, wallet.books(currency)))).collect()
}

impl Report {
    /// Whether nothing has to be looked at.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.balances.iter().all(|balances| balances.adds_up)
    }

    /// Writes it for a person.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_text(&self, output: &mut impl Write) -> io::Result<()> {
        for Finding { reference, what, ledger, provider } in &self.findings {
            let ledger = ledger.as_deref().unwrap_or("nothing");
            let provider = provider.as_deref().unwrap_or("nothing");
            let what = what.replace('_', " ");
            writeln!(output, "{reference}  {what:<19}  ledger: {ledger}, provider: {provider}")?;
        }
        for balances in &self.balances {
            let Balances { currency, players, house, provider, in_transit, tax_withheld, .. } =
                balances;
            let Balances { code, adjustments, bad_debt, .. } = balances;
            writeln!(
                output,
                "currency {currency}, {code}: players {players}, house {house}, provider {provider}, in transit \
                 {in_transit}, tax withheld {tax_withheld}, adjustments {adjustments}, bad debt \
                 {bad_debt}; together {}",
                balances.sum
            )?;
        }
        for warning in &self.warnings {
            writeln!(output, "warning: {warning}")?;
        }
        let unsaid = match self.failed_unsaid {
            0 => String::new(),
            count => format!("; {count} failed in the ledger and are not in the file"),
        };
        writeln!(output, "{} agree, {} do not{unsaid}", self.agreed, self.findings.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clutch_core::units::AccountId;

    #[test]
    fn the_same_amount_may_be_written_differently() {
        for (one, other, same) in [
            ("5", "5.00", true),
            ("5.0", "5.00", true),
            ("0.10", ".1", true),
            ("005.00", "5", true),
            ("5.01", "5.00", false),
            ("50", "5", false),
        ] {
            assert_eq!(is_same_amount(one, other), same, "{one} and {other}");
        }
    }

    #[test]
    fn tax_that_is_kept_back_never_passes_through_the_provider() {
        let paid = |tax| PaymentStatus::Withdrawal { tax, status: WithdrawalStatus::Paid };
        let taken = PaymentStatus::Adjusted { reason: AdjustReason::Chargeback };
        for (amount, status, through) in [
            (10_000, paid(Money::from_minor(500)), 9_500),
            (10_000, paid(Money::ZERO), 10_000),
            (10_000, PaymentStatus::Deposit(DepositStatus::Captured), 10_000),
            (-10_000, taken, 10_000),
        ] {
            let amount = Money::from_minor(amount);
            let view = PaymentView { account: AccountId(0), reference: 1, amount, status };
            assert_eq!(through_provider(&view).minor(), through, "{view:?}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_says_where_and_why() {
        let fault = |text: &str| read(text.as_bytes()).err().unwrap_or_default();
        assert_eq!(fault(""), "the provider's file is empty");
        assert_eq!(fault("reference,amount\n"), "line 1: no column is called `status`");
        let bad = fault("status,amount,reference\npaid,5.00,seven\n");
        assert_eq!(bad, "line 2: `seven` is no UUID or 32 hex digits");
        let reference = "00000000-0000-0000-0000-000000000007";
        let bad = fault(&format!("reference,amount,status\n{reference},5.00,gone\n"));
        assert!(bad.starts_with("line 2: `gone` is no status"), "{bad}");
        let bad = fault(&format!("reference,amount,status,direction\n{reference},5.00,paid,up\n"));
        assert!(bad.starts_with("line 2: `up` is no direction"), "{bad}");
    }
}
