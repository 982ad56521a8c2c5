//! Fuzz targets of what the core reads: commands of record, and tables of coefficients. (Snapshots of the state are
//! in `snapshot.rs`.) No bytes may make it panic, and what it believes must be exactly what was there.

#[path = "../../journal/tests/support/mutate.rs"]
mod mutate;

use std::sync::LazyLock;

use clutch_core::Envelope;
use clutch_core::command::{ENCODED_MAX, Title};
use clutch_core::pricing::moba::MobaModel;
use mutate::target;

/// The committed bytes of every command.
static COMMANDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let lines = include_str!("../golden/commands.txt").lines();
    let hex = lines.map(|line| line.split_once(' ').expect("a name and its bytes").1);
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).expect("hex digits");
        u8::from_str_radix(pair, 16).expect("hex digits")
    };
    hex.map(|hex| hex.as_bytes().chunks(2).map(byte).collect()).collect()
});

target!(a_changed_command_is_refused_or_is_exactly_its_own_bytes, |script| {
    let example = script.choose(&COMMANDS);
    let bytes = script.changed(example);
    if let Ok(envelope) = Envelope::decode(&bytes) {
        let mut again = [0; ENCODED_MAX];
        let length = envelope.encode(&mut again);
        assert_eq!(again[..length], bytes, "{envelope:?}");
    }
});

target!(a_changed_table_of_coefficients_is_refused_with_its_line_or_can_be_priced_with, |script| {
    const TABLE: &str = include_str!("../../engine/core/data/lol.coefficients");
    // A whole table is long, so a piece of it is changed.
    let lines: Vec<&str> = TABLE.split_inclusive('\n').collect();
    let from = script.below(lines.len());
    let to = (from + 1 + script.below(12)).min(lines.len());
    let piece = script.changed(lines[from..to].concat().as_bytes());
    let text = format!(
        "{}{}{}",
        lines[..from].concat(),
        String::from_utf8_lossy(&piece),
        lines[to..].concat()
    );
    match MobaModel::parse(Title::Lol, &text) {
        Ok(model) => assert!(!model.knots().is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
