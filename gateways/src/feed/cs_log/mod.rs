//! The log of a Counter-Strike server, turned into rounds that count.
//!
//! A server writes one line per event, in two dialects (CS:GO and CS2), and says "a round was won" far more often than
//! a round counts: in warm-ups, in knife rounds, before restarts, and for rounds that are later taken back from a
//! backup. [`CsLog`] reads the lines one by one, as they come over HTTP or out of a file, never looks ahead, and hands
//! out only what a book may price and settle on; while it is not sure it says [`FeedEvent::Held`].
//!
//! * `line` knows the wording of lines and nothing of a match.
//! * `format` knows which roster plays which side in which round, and when a map is decided.
//! * `map` keeps the rounds of one map and checks every score the server shows against them.
//! * `normaliser` is the state machine between them.
//! * `ndjson` prints the events as the `clutch feed cs-log` contract wants them; `source` reads files, plain or gzip.
//!
//! Invariants: a `RoundWon` is always round `standing + 1`, its score follows from the rounds before it, and the rounds
//! after a `Rewind { to_round }` are exactly `to_round`. A map that is over is never opened again.

mod event;
mod format;
mod line;
mod map;
mod ndjson;
mod normaliser;
mod source;
mod time;

pub use event::{Counters, Disagreement, FeedEvent, HoldReason, Normalised, Side, TeamScore};
pub use format::RoundFormat;
pub use ndjson::{PROVIDER, print_file};
pub use normaliser::{CsLog, Options};
pub use source::{LineReader, open_log};
pub use time::LogTime;
