//! `clutch admin policy …`: what is asked of players.

use clap::Subcommand;
use clutch_core::play::Term;
use serde_json::{Value, json};

use super::client::{Client, Said};
use super::order;
use crate::cli::Failure;
use crate::play_policy;

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// The policy in force, term by term
    Show,
    /// Adopt a policy for all accounts from now on; a looser one waits for a second person
    ///
    /// It holds for the very next bet. `clutch admin policy write great_britain > mine.toml` makes a file
    /// to change.
    Adopt {
        /// none, great_britain, germany, or a file
        #[arg(value_name = "POLICY")]
        policy: String,
    },
    /// Print a policy as a file, with what each term is
    Write {
        /// none, great_britain, germany, or a file
        #[arg(value_name = "POLICY")]
        policy: String,
    },
}

pub(super) fn run(client: &Client, command: &PolicyCommand) -> Result<Said, Failure> {
    match command {
        PolicyCommand::Show => client.query(&json!({"query": "play_policy"})),
        PolicyCommand::Adopt { policy } => {
            let named = play_policy::find(policy).map_err(Failure)?;
            let term = |term: &Term| {
                (term.name().to_owned(), json!(play_policy::show(*term, named.policy.get(*term))))
            };
            let terms: serde_json::Map<String, Value> = Term::ALL.iter().map(term).collect();
            let name = named.name.as_str();
            order(client, json!({"command": "adopt_play_policy", "name": name, "terms": terms}))
        }
        PolicyCommand::Write { policy } => {
            let named = play_policy::find(policy).map_err(Failure)?;
            let file = play_policy::write(named.name.as_str(), &named.policy);
            Ok(Said::of(json!({"file": file})))
        }
    }
}
