//! What a demo costs while nothing happens. For information: the machine may be busy with others.

use std::time::Duration;

use crate::harness::data_dir::DataDir;
use crate::harness::eventually;
use crate::harness::http::get;
use crate::harness::process::Running;

/// Processor time of a process so far.
fn cpu(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name may hold anything; what follows its closing parenthesis is regular.
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second())
}

#[test]
fn a_demo_that_is_over_and_waits_for_ctrl_c_leaves_the_machine_alone() {
    let data = DataDir::new("idle");
    let journal = data.journal();
    let journal = journal.to_str().unwrap();
    let arguments = ["demo", "--speed", "1000", "--listen", "127.0.0.1:0", "--data", journal];
    let mut demo = Running::start(arguments);
    let address = demo.address();
    demo.line_with("The series is over");
    let seq = || get(address, "/health").json()["engine"]["last_seq"].as_u64().unwrap();
    eventually("the journal comes to rest", || {
        let before = seq();
        std::thread::sleep(Duration::from_millis(200));
        (before == seq()).then_some(())
    });
    let (span, before) = (Duration::from_secs(5), cpu(demo.pid()));
    std::thread::sleep(span);
    let percent = (cpu(demo.pid()) - before).as_secs_f64() / span.as_secs_f64() * 100.0;
    println!("an idle demo uses {percent:.1} % of a core");
    assert!(percent < 50.0, "{percent} %");
    assert!(demo.terminate().success(), "Ctrl-C is how a demo ends");
}
