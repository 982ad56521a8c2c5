//! The harness of the rule book.
//!
//! [`check`] runs a scenario written as a table against the real engine core; [`twin`] is a second,
//! slow and obvious model of the same rules that the simulation compares with it. [`world`] is the
//! one place that calls the core.
//!
//! Nothing here ships, so a broken expectation is a panic that says where.

pub mod answer;
pub mod chooser;
pub mod hall;
pub mod quoted;
pub mod random;
pub mod stream;
pub mod table;
pub mod three_matches;
pub mod truth;
pub mod twin;
pub mod variants;
pub mod world;

pub use table::check;
