//! The CS server-log feed: the real maps, the rule book, and what no log may ever do to it.
#![allow(clippy::unwrap_used)]

mod hostile;
mod printed;
mod rules;
mod script;
mod truth;
