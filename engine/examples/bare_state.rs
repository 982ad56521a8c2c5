//! The rules alone: no thread, no journal, no clock. Sequence and time come from the caller, and the
//! same calls give the same state on every machine. This is what a replay, a simulation or a test needs.
//!
//! `cargo run -p clutch-engine --example bare_state`

use clutch_engine::clutch_core::command::{Actor, Capacity, Config};
use clutch_engine::clutch_core::units::{
    AccountId, Currency, Money, Name, NameError, Seq, Timestamp,
};
use clutch_engine::clutch_core::{Command, Envelope, Outbox, State};

fn main() -> Result<(), NameError> {
    let (account, amount) = (AccountId(0), Money::from_minor(50_00));
    let capacity = Capacity::default();
    let commands = [
        Command::Genesis { capacity, config: Config::default() },
        Command::OpenAccount { key: Name::new("ann")?, currency: Currency::default() },
        Command::Deposit { account, amount, reference: 1 },
        // The same payment once more: answered alike, and nothing changes.
        Command::Deposit { account, amount, reference: 1 },
        // Nobody has this account: refused.
        Command::Deposit { account: AccountId(7), amount, reference: 2 },
    ];

    let mut state = State::new();
    let mut outbox = Outbox::with_capacity(capacity.events_max());
    let mut now = Timestamp::from_millis(1_768_849_397_000);
    for (seq, command) in (1..).zip(commands) {
        let envelope = Envelope { actor: Actor::Operator(1), trace: seq, command };
        now = now.plus(1_000_000);
        state.apply(Seq(seq), now, &envelope, &mut outbox);
        println!("{seq}: {}", first_word(&format!("{command:?}")));
        for record in outbox.records() {
            println!("   {:?}", record.event);
        }
        outbox.clear();
    }
    println!("state hash {:016x} after {}", state.state_hash(), state.last_seq().0);
    Ok(())
}

fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}
