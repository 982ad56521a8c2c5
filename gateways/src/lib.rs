//! Everything around the Clutch engine that talks to the world: feeds, the network, the quant tools
//! and the `clutch` command line. Business rules live in `clutch-core`; nothing here decides anything
//! about money.

pub mod book;
mod chance;
pub mod cli;
pub mod codes;
pub mod config;
pub mod config_page;
pub mod curve;
pub mod demo;
pub mod feed;
pub mod grade;
pub mod house_rules;
pub mod http;
mod json;
pub mod lines;
pub mod margin;
mod named_file;
mod names;
pub mod odds_format;
pub mod ops;
mod output;
pub mod play_policy;
pub mod price;
pub mod price_moba;
mod price_more;
pub mod provision;
pub mod purses;
pub mod server;
pub mod token;
pub mod wire;
