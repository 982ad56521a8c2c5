//! `clutch token`: a signed token for development and support.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clutch_core::units::AccountId;
use clutch_engine::Follower;

use super::{Failure, secret};
use crate::config::Config;
use crate::demo::play::wall_clock;
use crate::output::answer;
use crate::token::{Claims, Role, issue};

/// Print a signed token for an account
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// The account: its key, as in [[account]], or its number
    account: String,
    /// The server's configuration file; without it the defaults
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The server's data directory
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How many minutes it is worth something
    #[arg(long, default_value_t = 720, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=525_600))]
    expires: u64,
    /// What its holder may do
    #[arg(long, default_value = "bettor")]
    role: RoleArg,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleArg {
    /// Place bets and see his own
    Bettor,
    /// See prices and his own bets
    Viewer,
}

pub fn run(args: &TokenArgs) -> Result<(), Failure> {
    let config = match &args.config {
        Some(path) => Config::read(path).map_err(Failure)?,
        None => Config::built_in(),
    };
    let dir = args.data.as_ref().unwrap_or(&config.engine.data_dir);
    let secret = secret::existing(&config.gateway.token_secret, dir)?;
    let account = match args.account.parse() {
        Ok(number) => AccountId(number),
        Err(_) => find(&args.account, dir)?,
    };
    let now_s = wall_clock().millis() / 1000;
    let role = match args.role {
        RoleArg::Bettor => Role::Bettor,
        RoleArg::Viewer => Role::Viewer,
    };
    let claims = Claims {
        account,
        roles: vec![role],
        issued_at_s: now_s,
        expires_at_s: now_s + args.expires * 60,
    };
    let mut output = answer();
    writeln!(output, "{}", issue(&secret, &claims))?;
    Ok(output.flush()?)
}

/// The account with this key, from the journal; the server may run meanwhile.
fn find(key: &str, dir: &std::path::Path) -> Result<AccountId, Failure> {
    let mut follower = Follower::open(dir)?;
    follower.run_to_end(|_| {})?;
    let found = follower.state().wallet().and_then(|wallet| {
        let has_key = |id| wallet.key(id).is_some_and(|name| name.as_str() == key);
        wallet.iter().map(|(id, _)| id).find(|id| has_key(*id))
    });
    found.ok_or_else(|| Failure(format!("no account in {} has the key `{key}`", dir.display())))
}
