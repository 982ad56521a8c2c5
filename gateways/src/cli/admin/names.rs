//! The names that people give: matches and accounts by key, found through the running server.

use serde_json::{Value, json};

use super::Target;
use super::client::Client;
use crate::cli::Failure;

/// What a command acts on, as the server takes it.
pub(super) fn scope(client: &Client, target: &Target) -> Result<Value, Failure> {
    Ok(match target {
        Target::All => json!("all"),
        Target::Title(title) => json!({"title": title}),
        Target::Match(name) => json!({"match": match_number(client, name)?}),
        Target::Market(number) => json!({"market": number}),
        Target::Class(class) => json!({"class": class}),
        Target::Channel(channel) => json!({"channel": channel}),
        Target::CashOut => json!("cash_out"),
        Target::Withdrawals => json!("withdrawals"),
    })
}

/// A match by its key, or by its number if none has that key.
pub(super) fn match_number(client: &Client, name: &str) -> Result<u32, Failure> {
    let said = client.query(&json!({"query": "matches"}))?.or_refusal()?;
    let has_key = |game: &&Value| game["key"] == name;
    let found = said["matches"].as_array().into_iter().flatten().find(has_key);
    match (found.and_then(|game| game["match"].as_u64()), name.parse()) {
        (Some(number), _) => Ok(number as u32),
        (None, Ok(number)) => Ok(number),
        (None, Err(_)) => {
            Err(Failure(format!("no match has the key `{name}`; see `clutch admin matches`")))
        }
    }
}

/// An account by its number, or by its key.
pub(super) fn account_number(client: &Client, name: &str) -> Result<u32, Failure> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let said = client.query(&json!({"query": "account", "key": name}))?;
    let no_such = || Failure(format!("no account has the key `{name}`"));
    if said.body["name"] == "UnknownAccount" {
        return Err(no_such());
    }
    let number = said.or_refusal()?["account"].as_u64().ok_or_else(no_such)?;
    Ok(number as u32)
}
