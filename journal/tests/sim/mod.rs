//! The simulation: a disk that crashes, and worlds in which it does.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its part")]

pub mod disk;
pub mod random;
pub mod world;
