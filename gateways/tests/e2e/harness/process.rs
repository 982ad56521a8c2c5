//! `clutch` as a process: run to its end, or kept running and killed.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Instant;

use serde_json::Value;

use super::{eventually, patience};

/// The binary under test, with nothing of the environment that would change it.
pub fn clutch() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clutch"));
    // The temporary directory of a container is an overlay; these journals need not outlive it.
    command.env("CLUTCH_UNSAFE_STORAGE", "true");
    command.env_remove("CLUTCH_LOG").env_remove("CLUTCH_CS_LOG_KEY").stdin(Stdio::null());
    command
}

/// Runs to the end.
pub fn run<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Output {
    clutch().args(arguments).output().unwrap()
}

/// Runs to the end with `input` on standard input.
pub fn run_with_input(arguments: &[&str], input: &str) -> Output {
    let mut command = clutch();
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || pipe.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    // Who did not want all of it says so by its exit code.
    let _ = writer.join().unwrap();
    output
}

/// Standard output of a run that went well.
pub fn stdout(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}: {}{said}", output.status, stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Standard error of a run that was refused; it must not have died of a panic or a signal.
pub fn refusal(output: &Output) -> String {
    let said = stderr(output);
    let code = output.status.code().unwrap_or_else(|| panic!("{}: {said}", output.status));
    assert!(code == 1 || code == 2, "exit code {code}: {said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// The last line of what a demo printed.
pub fn summary(output: &Output) -> Value {
    let said = stdout(output);
    serde_json::from_str(said.lines().last().unwrap()).unwrap()
}

/// A process in the background; it is killed when this is dropped.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Running {
    pub fn start<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Self {
        let mut command = clutch();
        command.args(arguments).stdout(Stdio::piped());
        Self::spawn(command)
    }

    /// Any program that says something on standard output.
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines, seen: Vec::new() }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line in which `what` stands.
    pub fn line_with(&mut self, what: &str) -> String {
        let deadline = Instant::now() + patience();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) if line.contains(what) => return line,
                Ok(line) => self.seen.push(line),
                Err(RecvTimeoutError::Timeout) => panic!("never said `{what}`: {:?}", self.seen),
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("ended without saying `{what}`: {:?}", self.seen)
                }
            }
        }
    }

    /// The address in the line that says where the page or the server is.
    pub fn address(&mut self) -> SocketAddr {
        let line = self.line_with("http://");
        let behind = line.split_once("http://").unwrap().1;
        behind.split_whitespace().next().unwrap().parse().unwrap()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// SIGKILL. Whether it was still running.
    pub fn kill(&mut self) -> bool {
        let was_running = self.is_running();
        let _ = self.child.kill();
        let status = self.child.wait().unwrap();
        was_running && !status.success()
    }

    /// SIGTERM, and how it ended then.
    pub fn terminate(&mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        eventually("the process ends after SIGTERM", || self.child.try_wait().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `clutch serve`, listening on a free port.
pub struct Serve {
    pub process: Running,
    pub address: SocketAddr,
}

impl Serve {
    pub fn start(config: &Path, journal: &Path) -> Self {
        let (config, journal) = (config.to_str().unwrap(), journal.to_str().unwrap());
        let arguments = ["serve", "--config", config, "--data", journal, "--listen", "127.0.0.1:0"];
        let mut process = Running::start(arguments);
        let address = process.address();
        Self { process, address }
    }
}

/// A token for an account, by `clutch token`.
pub fn token(account: &str, config: &Path, journal: &Path) -> String {
    let (config, journal) = (config.to_str().unwrap(), journal.to_str().unwrap());
    let output = run(["token", account, "--config", config, "--data", journal]);
    stdout(&output).trim().to_owned()
}
