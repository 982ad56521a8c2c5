//! The page shows odds in other formats by code of its own; it must say what the gateway would.

use std::process::Command;

use clutch_core::units::Odds;
use clutch_gateways::odds_format::OddsFormat;

use crate::harness::{package_file, skip};

#[test]
fn the_page_shows_odds_as_the_gateway_does() {
    let probe = format!(
        "{}\nfor (let milli = 1001; milli <= 1000000; milli += milli < 12000 ? 1 : 997) {{\
           const rest = String(milli % 1000).padStart(3, '0');\
           const text = `${{Math.floor(milli / 1000)}}.${{rest.endsWith('0') ? rest.slice(0, 2) : rest}}`;\
           console.log(milli, ...ODDS_FORMATS.map((format) => oddsIn(format, text)));\
         }}",
        std::fs::read_to_string(package_file("web/odds.js")).unwrap()
    );
    let printed = match Command::new("node").arg("-e").arg(probe).output() {
        Err(error) => return skip("odds on the page", &format!("node: {error}")),
        Ok(output) => output,
    };
    let errors = String::from_utf8_lossy(&printed.stderr).into_owned();
    assert!(printed.status.success(), "{errors}");
    let lines = String::from_utf8(printed.stdout).unwrap();
    for line in lines.lines() {
        let (milli, shown) = line.split_once(' ').unwrap();
        let odds = Odds::from_milli(milli.parse().unwrap()).unwrap();
        let expected = OddsFormat::ALL.map(|format| format.show(odds).to_string()).join(" ");
        assert_eq!(shown, expected, "{milli}");
    }
    assert!(10_000 < lines.lines().count());
}
