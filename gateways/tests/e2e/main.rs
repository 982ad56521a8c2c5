//! The program as its users meet it: the real binary over real sockets, killed with -9, with
//! clients that share no code with it.
//!
//! | variable | what it does |
//! |---|---|
//! | `CLUTCH_E2E_SEED` | repeats the random choices of a run |
//! | `CLUTCH_E2E_KILLS` | how often each killed run is killed: about ten times unless set, 100 in the slow mode |
//! | `CLUTCH_E2E_PATIENCE_S` | how long anything may take |
//! | `CLUTCH_E2E_COMPLETE` | 1: a missing browser or Python library is a failure and no skipped test |
//! | `CLUTCH_E2E_SHOTS` | a directory that keeps the browser's pictures |
#![allow(clippy::unwrap_used)]

mod admin;
mod bad_input;
mod bonus;
mod browser;
mod catalogue;
mod clients;
mod contracts;
mod facts_serve;
mod full_tables;
mod harness;
mod idle;
mod kill_demo;
mod kill_serve;
mod odds_formats;
mod page_bets;
mod replay_feeds;
mod series_log;
mod serve;
mod starts;
mod sweep;
mod tools;
