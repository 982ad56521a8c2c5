//! Statements and reconciliation, on a demo's journal, as an accountant uses them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::process::{Command, Output};

use serde_json::Value;

fn clutch(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clutch")).args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Minor units of an amount as it is shown.
fn minor(amount: &Value) -> i64 {
    amount.as_str().unwrap().replace('.', "").parse().unwrap()
}

#[test]
fn a_statement_adds_up_and_a_provider_is_held_against_the_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("demo").display().to_string();
    assert!(clutch(&["demo", "--fast", "--exit", "--data", &data]).status.success());

    // The statement of an account that bet: what came in, less what went, is what is there.
    let said = clutch(&["statement", &data, "bettor-07", "--format", "json"]);
    assert_eq!(text(&clutch(&["statement", &data, "bettor-07", "--json"])), text(&said));
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    let total = |name: &str| minor(&said["totals"][name]);
    let lines = said["lines"].as_array().unwrap();
    assert!(lines.len() > 2, "bettor-07 bets");
    assert_eq!(total("deposits"), 500_000);
    assert_eq!(total("net_deposits"), 500_000);
    let moved: i64 = lines.iter().map(|line| minor(&line["amount"])).sum();
    assert_eq!(total("opening_available") + moved, total("closing_available"));
    assert_eq!(
        total("net_deposits") + total("won_or_lost"),
        total("closing_available") + total("closing_held"),
        "{}",
        said["totals"]
    );
    let csv = text(&clutch(&["statement", &data, "bettor-07", "--format", "csv"]));
    assert_eq!(csv.lines().count(), lines.len() + 1);
    let shown = text(&clutch(&["statement", &data, "bettor-07", "--months", "12"]));
    assert!(shown.contains("net deposits                       5000.00"), "{shown}");
    let nobody = clutch(&["statement", &data, "nobody"]);
    assert!(!nobody.status.success());
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("there is no account `nobody`"));

    // A provider's file that says the same as the ledger, then one that does not.
    let file = dir.path().join("provider.csv");
    let path = file.display().to_string();
    let report = |content: &str| {
        std::fs::write(&file, content).unwrap();
        let output = clutch(&["reconcile", &data, "--provider", &path, "--json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), report)
    };
    let (code, empty) = report("status,reference,amount\n");
    assert_eq!(code, Some(1));
    let missing = empty["findings"].as_array().unwrap();
    assert!(missing.iter().all(|finding| finding["what"] == "missing_at_provider"));
    let mut agreed = "status,reference,amount\n".to_owned();
    for finding in missing {
        let amount = finding["ledger"].as_str().unwrap().split(' ').next().unwrap();
        agreed += &format!("settled,{},{amount}\n", finding["reference"].as_str().unwrap());
    }
    let (code, clean) = report(&agreed);
    assert_eq!((code, clean["findings"].as_array().unwrap().len()), (Some(0), 0), "{clean}");
    assert_eq!(clean["agreed"], missing.len());
    assert_eq!(
        (&clean["balances"][0]["sum"], &clean["balances"][0]["adds_up"]),
        (&"0.00".into(), &true.into())
    );

    let reference = missing[0]["reference"].as_str().unwrap();
    let line = agreed.lines().find(|line| line.contains(reference)).unwrap().to_owned();
    let amount = line.rsplit(',').next().unwrap();
    for (with, what) in [
        (format!("settled,{reference},0.01"), "amount_differs"),
        (format!("declined,{reference},{amount}"), "status_differs"),
        (format!("{line}\n{line}"), "twice_at_provider"),
        (format!("{line}\nsettled,{},1.00", "f".repeat(32)), "missing_in_ledger"),
    ] {
        let (code, report) = report(&agreed.replace(&line, &with));
        assert_eq!((code, &report["findings"][0]["what"]), (Some(1), &what.into()), "{report}");
        assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{report}");
    }
    // More columns are compared where the file has them, and what stands in quotes is one field.
    let with = |account: &str, currency: &str, direction: &str| {
        let mut file = "status,note,reference,amount,account,currency,direction\n".to_owned();
        for row in agreed.lines().skip(1) {
            let [status, key, amount] = row.split(',').collect::<Vec<_>>()[..] else { panic!() };
            let more = if key == reference {
                format!("{account},{currency},{direction}")
            } else {
                ",,".to_owned()
            };
            file += &format!("{status},\"one, \"\"two\"\", three\",{key},{amount},{more}\n");
        }
        report(&file)
    };
    let (code, other) = with("nobody", "EUR", "deposit");
    assert_eq!(code, Some(1), "{other}");
    let whose = other["findings"][0]["ledger"].as_str().unwrap().to_owned();
    for (account, currency, direction, what) in [
        (&*whose, "eur", "in", None),
        (&*whose, "", "credit", None),
        ("nobody", "EUR", "deposit", Some(("account_differs", &*whose, "nobody"))),
        (&*whose, "USD", "deposit", Some(("currency_differs", "EUR", "USD"))),
        (&*whose, "EUR", "payout", Some(("direction_differs", "deposit", "withdrawal"))),
    ] {
        let (code, report) = with(account, currency, direction);
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(
            (code, findings.len()),
            (Some(what.is_some().into()), usize::from(what.is_some()))
        );
        if let Some((what, ledger, provider)) = what {
            let found =
                ["what", "ledger", "provider"].map(|name| findings[0][name].as_str().unwrap());
            assert_eq!(found, [what, ledger, provider]);
        }
    }

    assert_eq!(empty["warnings"][0], "the provider's file has no payment in it");
    assert_eq!((&empty["agreed"], &empty["failed_unsaid"]), (&0.into(), &0.into()));
    let (code, _) = report("status,reference,amount\nsettled,seven,1.00\n");
    assert_eq!(code, Some(2));
}
