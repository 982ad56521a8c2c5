//! The bettor's page in a real browser: odds, a bet, its fate, the balance, on a desk and on a phone.

use std::path::PathBuf;

use serde_json::Value;

use crate::harness::browser::{Browser, Screen};
use crate::harness::data_dir::DataDir;
use crate::harness::process::{Running, Serve, token};
use crate::harness::{eventually, skip};

pub const DESK: Screen = Screen { width: 1280, height: 900, is_phone: false, is_dark: false };
const PHONE: Screen = Screen { width: 390, height: 844, is_phone: true, is_dark: false };

/// Where pictures go: kept if somebody asks for them.
fn pictures(data: &DataDir) -> PathBuf {
    let kept = std::env::var_os("CLUTCH_E2E_SHOTS").map(PathBuf::from);
    let dir = kept.unwrap_or_else(|| data.path().to_owned());
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

pub fn look(browser: &Browser, data: &DataDir, name: &str) {
    for screen in [DESK, PHONE] {
        for is_dark in [false, true] {
            browser.show_on(Screen { is_dark, ..screen });
            let where_ = if screen.is_phone { "phone" } else { "desk" };
            let light = if is_dark { "dark" } else { "light" };
            let path = browser.picture(&pictures(data), &format!("{name}-{where_}-{light}"));
            assert!(path.metadata().unwrap().len() > 10_000, "{} is empty", path.display());
            let overflow = browser.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth",
            );
            assert!(overflow.as_i64().unwrap() <= 0, "{name}: {screen:?} scrolls sideways");
        }
    }
    browser.show_on(DESK);
}

/// The first odds that can be clicked.
const ODDS: &str = ".market[data-status=open] .odds:not(:disabled)";

/// Places a bet of `stake` on the first odds that can be had; a round that ends meanwhile takes the
/// slip away, and then it is tried again.
fn place(browser: &Browser, stake: &str) {
    let bets = browser.evaluate("document.querySelectorAll('#bets li').length");
    eventually("a bet is placed", || {
        browser.wait_for_text(ODDS, |text| text.contains('.'));
        browser.click(ODDS);
        if browser.text("#slip-body").is_none_or(|text| text.is_empty()) {
            return None;
        }
        browser.type_into("#stake", stake);
        let button = browser.text("#place")?;
        if !button.starts_with(&format!("Place {stake} at ")) {
            return None;
        }
        browser.click("#place");
        let now = browser.evaluate("document.querySelectorAll('#bets li').length");
        (bets.as_u64() < now.as_u64()).then_some(())
    });
}

#[test]
fn a_bet_is_placed_on_the_page_of_the_demo_and_its_fate_is_told_in_plain_words() {
    let data = DataDir::new("browser");
    let browser = match Browser::start(&data.path().join("profile")) {
        Ok(browser) => browser,
        Err(reason) => return skip("the page in a browser", &reason),
    };
    let journal = data.journal();
    let arguments = ["demo", "--speed", "6", "--listen", "127.0.0.1:0", "--data"];
    let mut demo = Running::start(arguments.iter().copied().chain(journal.to_str()));
    let page = format!("http://{}/", demo.address());
    demo.line_with("1:0");
    browser.show_on(DESK);
    browser.open(&page);
    browser.wait_for_text("#link-text", |text| text == "Live");
    assert_eq!(browser.wait_for_text("#available", |text| text != "–"), "1000.00");
    browser.wait_for_text(".board", |text| text.contains("rvls test team 1"));
    look(&browser, &data, "1-odds");
    browser.click(ODDS);
    look(&browser, &data, "1-slip");
    // A round that ended meanwhile may have taken the slip away.
    browser.evaluate("document.querySelector('#slip-clear').click()");

    place(&browser, "12.50");
    let status = browser.wait_for_text("#bets .status", |text| text != "Sending…");
    println!("told at first: {status}");
    look(&browser, &data, "2-placed");
    let status = browser.wait_for_text("#bets .status", |text| !text.starts_with("Waiting"));
    println!("told then: {status}");
    let plain = ["Accepted at ", "Won ", "Lost", "Void, ", "Not accepted. "];
    assert!(plain.iter().any(|words| status.starts_with(words)), "{status}");

    // One that no house takes is refused with its reason.
    place(&browser, "900.00");
    let refused = browser.wait_for_text("#bets .status", |text| text.starts_with("Not accepted"));
    println!("told of the other: {refused}");
    assert!(refused.contains("500.00") || refused.contains("odds") || refused.contains("Limit"));

    // The page finds its way back by itself after the server was killed.
    demo.kill();
    browser.wait_for_text("#link-text", |text| text != "Live");
    look(&browser, &data, "3-lost");
    let listen = page.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let again =
        ["demo", "--speed", "100", "--listen", &listen, "--data", journal.to_str().unwrap()];
    let mut demo = Running::start(again);
    demo.address();
    browser.wait_for_text("#link-text", |text| text == "Live");
    demo.line_with("The series is over");
    browser.wait_for_text(".board .phase", |text| text.eq_ignore_ascii_case("over"));
    browser.wait_for_text("#held", |text| text == "0.00");
    let ends = browser.evaluate(
        "[...document.querySelectorAll('#bets .status')].map((status) => status.innerText)",
    );
    println!("told in the end: {ends}");
    look(&browser, &data, "4-over");

    // Lost connections are logged by the browser itself; nothing else may be.
    let complaints: Vec<_> = browser
        .complaints()
        .into_iter()
        .filter(|one| {
            let text = one["message"].as_str().unwrap();
            !text.contains("WebSocket connection") && !text.contains("ERR_CONNECTION")
        })
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[test]
fn a_double_and_a_system_are_placed_on_the_page_and_what_cannot_be_is_said_before() {
    let data = DataDir::new("slip");
    let browser = match Browser::start(&data.path().join("profile")) {
        Ok(browser) => browser,
        Err(reason) => return skip("a bet of several legs in a browser", &reason),
    };
    let (config, journal) = (data.file("clutch.toml", &three_matches()), data.journal());
    let server = Serve::start(&config, &journal);
    browser.show_on(DESK);
    browser.open(&format!("http://{}/", server.address));
    browser.wait_for_text("#sign-in", |text| text.contains("Token"));
    browser.type_into("#token", &token("alice", &config, &journal));
    browser.click("#sign-in button");
    browser.wait_for_text("#link-text", |text| text == "Live");
    let pick = |game: usize| {
        browser.wait_for_text(&format!("#matches button:nth-child({game})"), |_| true);
        browser.click(&format!("#matches button:nth-child({game})"));
        browser.wait_for_text(ODDS, |text| text.contains('.'));
        browser.click(ODDS);
    };
    let slip_says = |css: &str, says: &str| {
        browser.wait_for_text(css, |text| text.contains(says));
    };

    // Two selections of two matches are a double at once; its payout is exact.
    pick(1);
    pick(2);
    slip_says("#slip-title", "2");
    browser.type_into("#stake", "10.00");
    let odds: Vec<u128> = browser
        .evaluate(
            "[...document.querySelectorAll('.picks .pick-odds')].map((odds) => odds.innerText)",
        )
        .as_array()
        .unwrap()
        .iter()
        .map(|odds| odds.as_str().unwrap().replace('.', "").parse().unwrap())
        .collect();
    // Odds are shown with two places here.
    let pays = 1_000 * odds[0] * odds[1] / 10_000;
    slip_says("#pays", &format!("{}.{:02}", pays / 100, pays % 100));
    look(&browser, &data, "6-double");
    browser.evaluate("document.querySelector('#slip').classList.add('open')");
    look(&browser, &data, "7-double-open");
    browser.click("#place");
    let status = browser.wait_for_text("#bets .status", |text| text.starts_with("Accepted"));
    assert!(status.contains(&format!("{}.{:02}", pays / 100, pays % 100)), "{status}");
    assert!(browser.text("#bets .what").unwrap().contains("Double"));
    assert_eq!(browser.text("#held").unwrap(), "10.00");

    // Three are a treble, or a system of four lines.
    pick(1);
    pick(2);
    pick(3);
    browser.evaluate(
        "document.querySelector('#kind').value = 'Trixie'; \
         document.querySelector('#kind').dispatchEvent(new Event('change'))",
    );
    browser.type_into("#stake", "2.50");
    slip_says("#total", "4 × 2.50 = 10.00");
    look(&browser, &data, "8-system");
    browser.click("#place");
    browser.wait_for_text("#bets .what", |text| text.contains("Trixie"));
    browser.wait_for_text("#bets .status", |text| text.starts_with("Accepted"));
    browser.wait_for_text("#held", |text| text == "20.00");

    // One match twice is refused by the slip itself, before anybody is asked.
    pick(1);
    browser.click(".market[data-status=open]:not(:first-child) .odds:not(:disabled)");
    slip_says("#slip-note", "Selections of one match cannot be combined");
    assert_eq!(browser.evaluate("document.querySelector('#place').disabled"), true);
    browser.click("#slip-clear");

    // What only the server knows comes back with its numbers, and the slip can be filled again.
    pick(1);
    pick(2);
    browser.type_into("#stake", "900.00");
    browser.click("#place");
    let refused = browser.wait_for_text("#bets .status", |text| text.starts_with("Not accepted"));
    assert!(refused.contains("Available 80.00, needed 900.00"), "{refused}");
    look(&browser, &data, "9-refused");
    browser.click("#bets .again");
    slip_says("#slip-title", "2");
    // The largest stake that is quoted is taken.
    browser.click("#stake-max");
    eventually("a stake is quoted", || {
        let stake = browser.evaluate("document.querySelector('#stake').value");
        (stake != "900.00").then_some(())
    });
    browser.click("#place");
    browser.wait_for_text("#bets .status", |text| text.starts_with("Accepted"));
    // A server that is no demonstration has no token to give away, and the browser logs that.
    let is_news = |one: &Value| !one.to_string().contains("404");
    let complaints: Vec<_> = browser.complaints().into_iter().filter(is_news).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
}

/// An account and three matches that can be bet on.
fn three_matches() -> String {
    let mut config = "[[account]]\nkey = \"alice\"\ndeposit = \"100.00\"\n".to_owned();
    for (key, a, b) in
        [("one", "Spirit", "Vitality"), ("two", "FaZe", "NAVI"), ("three", "G2", "MOUZ")]
    {
        config.push_str(&format!(
            "[[match]]\nkey = \"{key}\"\nteam_a = \"{a}\"\nteam_b = \"{b}\"\nbest_of = 1\n\
             [[match.maps]]\nname = \"de_inferno\"\nfirst_side_a = \"CT\"\np_a_t = 0.48\np_a_ct = 0.52\n"
        ));
    }
    config
}

#[test]
fn the_page_of_a_server_asks_for_a_token() {
    let data = DataDir::new("sign-in");
    let browser = match Browser::start(&data.path().join("profile")) {
        Ok(browser) => browser,
        Err(reason) => return skip("signing in with a browser", &reason),
    };
    let config = data.file("clutch.toml", "[[account]]\nkey = \"alice\"\ndeposit = \"12.34\"\n");
    let journal = data.journal();
    let server = Serve::start(&config, &journal);
    browser.show_on(DESK);
    browser.open(&format!("http://{}/", server.address));
    browser.wait_for_text("#sign-in", |text| text.contains("Token"));
    browser.type_into("#token", "nonsense");
    browser.click("#sign-in button");
    browser.wait_for_text("#sign-in-error", |text| !text.is_empty());
    look(&browser, &data, "5-sign-in");
    browser.type_into("#token", &token("alice", &config, &journal));
    browser.click("#sign-in button");
    assert_eq!(browser.wait_for_text("#available", |text| text != "–"), "12.34");
    browser.wait_for_text("#link-text", |text| text == "Live");
}
