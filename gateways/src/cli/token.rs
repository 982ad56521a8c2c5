//! `clutch token`: a signed token for development and support.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clutch_core::command::Channel;
use clutch_core::units::AccountId;
use clutch_engine::Follower;

use super::{Failure, secret};
use crate::config::Config;
use crate::demo::play::wall_clock;
use crate::output::answer;
use crate::token::{Claims, Role, StaffClaims, issue, issue_staff};

/// Print a signed token for an account, or for a member of the staff
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// The account: its key, as in [[account]], or its number
    #[arg(required_unless_present = "operator")]
    account: Option<String>,
    /// A trader's or operator's number instead of an account: the journal names him by it
    #[arg(long, value_name = "NUMBER", conflicts_with = "account")]
    operator: Option<u32>,
    /// The server's configuration file; without it the defaults
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The server's data directory
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How many minutes it is worth something
    #[arg(long, default_value_t = 720, value_name = "MINUTES", value_parser = clap::value_parser!(u64).range(1..=525_600))]
    expires: u64,
    /// The way by which a bettor comes; a channel has its own kill switch
    #[arg(long, default_value = "web", value_parser = clap::builder::PossibleValuesParser::new(
        Channel::ALL.iter().map(|channel| channel.key())))]
    channel: String,
    /// What its holder may do; else bettor, or with --operator operator
    #[arg(long)]
    role: Option<RoleArg>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleArg {
    /// Place bets and see his own
    Bettor,
    /// See prices and his own bets
    Viewer,
    /// Of the staff: stop and resume betting
    Trader,
    /// Of the staff: that, and limits and settings
    Risk,
    /// Of the staff: money, and what accounts may do
    Finance,
    /// Of the staff: everything
    Operator,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Bettor => Self::Bettor,
            RoleArg::Viewer => Self::Viewer,
            RoleArg::Trader => Self::Trader,
            RoleArg::Risk => Self::Risk,
            RoleArg::Finance => Self::Finance,
            RoleArg::Operator => Self::Operator,
        }
    }
}

pub fn run(args: &TokenArgs) -> Result<(), Failure> {
    let config = match &args.config {
        Some(path) => Config::read(path).map_err(Failure)?,
        None => Config::built_in(),
    };
    let dir = args.data.as_ref().unwrap_or(&config.engine.data_dir);
    let secret = secret::existing(&config.gateway.token_secret, dir)?;
    let issued_at_s = wall_clock().millis() / 1000;
    let expires_at_s = issued_at_s + args.expires * 60;
    let is_of_staff = matches!(
        args.role,
        Some(RoleArg::Trader | RoleArg::Risk | RoleArg::Finance | RoleArg::Operator)
    );
    let token = match (args.operator, &args.account) {
        (Some(_), _) if args.role.is_some() && !is_of_staff => {
            return Err(Failure(
                "--operator goes with --role trader, risk, finance or operator".to_owned(),
            ));
        }
        (Some(0), _) => {
            return Err(Failure("operator 0 is the server itself; name another number".to_owned()));
        }
        (Some(operator), _) => {
            let roles = vec![args.role.map_or(Role::Operator, Role::from)];
            issue_staff(&secret, &StaffClaims { operator, roles, issued_at_s, expires_at_s })
        }
        (None, _) if is_of_staff => {
            return Err(Failure("the staff needs --operator NUMBER".to_owned()));
        }
        (None, account) => {
            let name = account.as_deref().unwrap_or_default();
            let account = match name.parse() {
                Ok(number) => AccountId(number),
                Err(_) => find(name, dir)?,
            };
            let roles = vec![args.role.map_or(Role::Bettor, Role::from)];
            let channel = Channel::from_key(&args.channel).unwrap_or_default();
            issue(&secret, &Claims { account, channel, roles, issued_at_s, expires_at_s })
        }
    };
    let mut output = answer();
    writeln!(output, "{token}")?;
    Ok(output.flush()?)
}

/// The account with this key, from the journal; the server may run meanwhile.
fn find(key: &str, dir: &std::path::Path) -> Result<AccountId, Failure> {
    let mut follower = Follower::open_newest(dir, |_| {})?;
    follower.run_to_end(|_| {})?;
    let found = follower.state().wallet().and_then(|wallet| {
        let has_key = |id| wallet.key(id).is_some_and(|name| name.as_str() == key);
        wallet.iter().map(|(id, _)| id).find(|id| has_key(*id))
    });
    found.ok_or_else(|| Failure(format!("no account in {} has the key `{key}`", dir.display())))
}
