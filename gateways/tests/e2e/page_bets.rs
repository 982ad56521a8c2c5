//! What a bettor does with his bets on the page: cash them out in part and in full, take what is offered instead,
//! wait for a trader; and all of it in a currency without places.

use std::path::Path;

use serde_json::Value;

use crate::browser::{DESK, look};
use crate::harness::browser::Browser;
use crate::harness::data_dir::DataDir;
use crate::harness::process::{Serve, clutch, run, stdout, token};
use crate::harness::{even_match, skip};

const CONFIG: &str = concat!(
    even_match!("final"),
    r#"
[[currency]]
code = "EUR"
places = 2
[[currency]]
code = "JPY"
places = 0
factor = "0.0062"
[[account]]
key = "alice"
deposit = "100.00"
[[account]]
key = "yuki"
currency = "JPY"
deposit = "20000"
"#,
);

const ODDS: &str = ".market[data-status=open] .odds:not(:disabled)";

/// What the staff does meanwhile.
struct Staff<'a> {
    server: &'a Serve,
    token: String,
}

impl Staff<'_> {
    fn does(&self, arguments: &[&str]) -> Value {
        let mut command = clutch();
        command.env("CLUTCH_ADMIN_TOKEN", &self.token);
        let server = format!("http://{}", self.server.address);
        let output = command.args(["admin", "--json", "--server", &server]).args(arguments);
        serde_json::from_str(&stdout(&output.output().unwrap())).unwrap()
    }
}

fn sign_in(browser: &Browser, server: &Serve, token: &str) {
    browser.open(&format!("http://{}/", server.address));
    browser.wait_for_text("#sign-in", |text| text.contains("Token"));
    browser.type_into("#token", token);
    browser.click("#sign-in button");
    browser.wait_for_text("#link-text", |text| text == "Live");
}

/// Bets on the first odds, and waits for the bet's first words.
fn place(browser: &Browser, stake: &str, instead: &str, says: &str) -> String {
    browser.wait_for_text(ODDS, |text| text.contains('.'));
    browser.click(ODDS);
    browser.evaluate(&format!("document.querySelector('#instead').value = '{instead}'"));
    browser.type_into("#stake", stake);
    browser.wait_for_text("#place", |text| text.starts_with(&format!("Place {stake} at ")));
    browser.click("#place");
    browser.wait_for_text("#bets .status", |text| text.starts_with(says))
}

/// Asks what a part of the newest bet is worth, and waits for the answer.
fn quote(browser: &Browser, part: &str, says: &str) -> String {
    browser.type_into("#bets .part", part);
    browser.click("#bets .requote");
    browser.wait_for_text("#bets .cash-out-form .note", |text| text.starts_with(says))
}

/// Two grants are listed with their terms; the free one pays a bet, which tells so and pays no stake back.
fn use_a_bonus(browser: &Browser, staff: &Staff<'_>) {
    staff.does(&["account", "bonus", "alice", "free_bet", "5.00", "--days", "7"]);
    let money = ["account", "bonus", "alice", "money", "20.00", "--wagering", "5x", "--days", "7"];
    staff.does(&[&money[..], &["--min-odds", "1.50"]].concat());
    browser.wait_for_text("#bonuses", |text| {
        text.contains("100.00 left to wager at odds of 1.50 or longer") && text.contains("Free bet")
    });
    let held = browser.text("#held").unwrap();
    browser.click(ODDS);
    browser.type_into("#stake", "5.00");
    let pays = |browser: &Browser| browser.text("#pays").unwrap().replace('.', "").parse::<u64>();
    let whole = pays(browser).unwrap();
    browser.evaluate(
        "byId('bonus').value = [...byId('bonus').options].find((one) => one.text.startsWith('Free')).value;\
         byId('bonus').onchange()",
    );
    assert_eq!(pays(browser), Ok(whole - 500), "the free part of the stake is not paid out");
    browser.click("#place");
    browser.wait_for_text("#bets .where", |text| text.contains("5.00 of it free"));
    browser.wait_for_text("#bets .status", |text| text.starts_with("Accepted at "));
    browser.wait_for_text("#bonuses", |text| text.contains("5.00 in open bets"));
    assert_eq!(browser.text("#held").unwrap(), held, "nothing of his own is in it");
}

#[test]
fn bets_are_cashed_out_offered_otherwise_and_put_to_a_trader_on_the_page() {
    let data = DataDir::new("page-bets");
    let browser = match Browser::start(&data.path().join("profile")) {
        Ok(browser) => browser,
        Err(reason) => return skip("cash-outs and offers in a browser", &reason),
    };
    let (config, journal) = (data.file("clutch.toml", CONFIG), data.journal());
    let server = Serve::start(&config, &journal);
    let staff = Staff { server: &server, token: staff_token(&config, &journal) };
    browser.show_on(DESK);
    sign_in(&browser, &server, &token("alice", &config, &journal));

    // In part, with a quote that runs out of nothing but time; then the rest.
    place(&browser, "10.00", "refuse", "Accepted at ");
    browser.click("#bets .cash-out");
    browser.wait_for_text("#bets .cash-out-form .note", |text| text.starts_with("Worth "));
    look(&browser, &data, "10-cash-out");
    quote(&browser, "10.01", "Enter an amount up to 10.00.");
    quote(&browser, "4.00", "Worth ");
    browser.click("#bets .confirm");
    let paid = browser.wait_for_text("#bets .note", |text| text.starts_with("Cashed out for "));
    assert!(paid.ends_with("The rest goes on."), "{paid}");
    browser.wait_for_text("#bets .what", |text| text.contains("6.00 @"));
    assert_eq!(browser.text("#held").unwrap(), "6.00");
    quote(&browser, "6.00", "Worth ");
    browser.click("#bets .confirm");
    browser.wait_for_text("#bets .status", |text| text.starts_with("Cashed out for "));
    assert_eq!(browser.text("#held").unwrap(), "0.00");
    assert_eq!(browser.text("#bets .cash-out-form"), None, "nothing is left to cash out");

    // More than is taken is offered otherwise, and declined or taken; or as much of it is taken at once.
    staff.does(&["config", "set", "stake_max=20.00"]);
    place(&browser, "40.00", "offers", "We offer 20.00 at ");
    look(&browser, &data, "11-offer");
    browser.click("#bets .decline");
    browser.wait_for_text("#bets .status", |text| text.starts_with("Not accepted. "));
    place(&browser, "30.00", "offers", "We offer 20.00 at ");
    browser.click("#bets .accept");
    browser.wait_for_text("#bets .status", |text| text.starts_with("Accepted at "));
    browser.wait_for_text("#held", |text| text == "20.00");
    place(&browser, "25.00", "partial", "Accepted at ");
    browser.wait_for_text("#bets .what", |text| text.contains("20.00 @"));

    use_a_bonus(&browser, &staff);
    look(&browser, &data, "11-bonus");

    // What a trader wants to see waits for him.
    let off = "rules_off=bets_per_second,bets_per_minute,bets_per_hour,stakes_per_hour";
    staff.does(&["config", "set", off, "trader_stake=5.00"]);
    place(&browser, "8.00", "refuse", "A trader looks at it");
    look(&browser, &data, "12-referred");
    browser.click("#bets .cancel");
    browser.wait_for_text("#bets .status", |text| text.starts_with("Not accepted. "));
    place(&browser, "8.00", "refuse", "A trader looks at it");
    let waiting = staff.does(&["referrals"]);
    let bet = waiting["referrals"][0]["bet_id"].to_string();
    staff.does(&["offer-bet", &bet, "--stake", "4.00"]);
    browser.wait_for_text("#bets .status", |text| text.starts_with("We offer 4.00 at "));
    browser.click("#bets .accept");
    browser.wait_for_text("#bets .status", |text| text.starts_with("Accepted at "));

    // Yen have no places: nowhere on the page.
    staff.does(&["config", "set", "stake_max=500.00", "trader_stake=400.00"]);
    browser.evaluate("sessionStorage.clear()");
    sign_in(&browser, &server, &token("yuki", &config, &journal));
    browser.wait_for_text("#available", |text| text == "20000");
    place(&browser, "500", "refuse", "Accepted at ");
    browser.wait_for_text("#held", |text| text == "500");
    let status = browser.text("#bets .status").unwrap();
    assert!(!status.split("pays ").nth(1).unwrap().contains('.'), "{status}");
    browser.click(ODDS);
    browser.click(".chips button");
    let stake = browser.evaluate("document.querySelector('#stake').value");
    assert_eq!(
        (stake.as_str(), browser.text(".chips button").as_deref()),
        (Some("500"), Some("500"))
    );
    look(&browser, &data, "13-yen");
    let is_news = |one: &Value| !one.to_string().contains("404");
    let complaints: Vec<_> = browser.complaints().into_iter().filter(is_news).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}

fn staff_token(config: &Path, journal: &Path) -> String {
    let (config, journal) = (config.to_str().unwrap(), journal.to_str().unwrap());
    let output = run(["token", "--operator", "7", "--config", config, "--data", journal]);
    stdout(&output).trim().to_owned()
}
