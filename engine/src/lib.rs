//! The Clutch engine: everything around the rules that makes them a service.
//!
//! ```text
//!  CommandSender ─▶ input ring ─▶ core thread: stamp ─▶ append ─▶ State::apply ─▶ outbox ring ─▶ Publisher
//!  (any thread)                                           │                                       (one thread)
//!                                              journal ring ─▶ committer ─▶ disk ── durable seq ──▶ the gate
//! ```
//!
//! An integrator starts an [`Engine`], hands commands to a [`CommandSender`] and reads events from the
//! [`Publisher`]. Nothing is released before it is durable, nothing is dropped on the way, and a full
//! ring is an answer ([`SendError::EngineBusy`]) and not a wait. After a crash the same call starts the
//! same engine again: [`Engine::start`] replays the journal. Who needs no threads and no journal calls
//! [`clutch_core::State::apply`] directly; `examples/bare_state.rs` shows how.
//!
//! ```
//! use clutch_engine::clutch_core::Query;
//! use clutch_engine::{Engine, EngineConfig, Rest};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let data_dir = dir.path();
//! let mut engine = Engine::start(EngineConfig::new(data_dir))?;
//! let mut publisher = engine.publisher().ok_or("taken once")?;
//!
//! engine.sender().try_query(7, Query::Catalogue)?;
//! engine.drain();
//! loop {
//!     let polled = publisher.poll(256, |record| println!("{record:?}"));
//!     match polled.rest {
//!         Rest::More => {}
//!         Rest::Blocked | Rest::Nothing => publisher.wait(std::time::Duration::from_millis(100)),
//!         Rest::Closed | Rest::Failed => break,
//!     }
//! }
//! let report = engine.shutdown()?;
//! assert_eq!(report.last_seq.0, 1, "the journal's first record; a query is not journaled");
//! # Ok(())
//! # }
//! ```
//!
//! # Where to find what
//! | module | subject |
//! |---|---|
//! | `input` | the way in, and how it is closed |
//! | `core_loop`, `idle`, `pinning`, `clock` | the core thread |
//! | `gate` | the way out; the one place that decides what may leave |
//! | `follower`, `decoded`, `read_ahead` | from journal to state: recovery and replay |
//! | `snapshot`, `snapshotter` | a state beside the journal, and the thread that writes it |
//! | `engine`, `config`, `metrics`, `shared` | start, stop, status |
//! | `huge_pages` | an allocator for programs that embed the engine |
//! | `doorbell` | how a sleeping thread is woken without a lost wake-up |

mod clock;
mod config;
mod core_loop;
mod decoded;
mod doorbell;
mod engine;
mod follower;
mod gate;
mod huge_pages;
mod idle;
mod input;
mod metrics;
mod panics;
mod pinning;
mod read_ahead;
mod shared;
mod snapshot;
mod snapshotter;

pub use clutch_core;
pub use clutch_journal::{Durability, Options as JournalOptions, Space, prefetch};

pub use clock::{ClockSource, ManualClock};
pub use config::{EngineConfig, Pin, Progress, Wait};
pub use decoded::{ENCODING, encoding_and_rule_set, record_version, rules_of_journal};
pub use doorbell::Waker;
pub use engine::{
    Engine, EngineFailure, Recovery, RecoveryTimes, Report, StartError, refusal_by_release,
};
pub use follower::{FollowError, Follower, Step};
pub use gate::{Polled, Publisher, Rest};
pub use huge_pages::HugePages;
pub use input::{CommandSender, SendError};
pub use metrics::{EngineStatus, Metrics, Monitor};
pub use pinning::Warning;
pub use shared::Phase;
pub use snapshot::{
    Rejected, SNAPSHOTS_KEPT, SnapshotError, SnapshotFlaw, rebuild_snapshot, take_snapshot,
};
pub use snapshotter::SnapshotStatus;
