//! Small real file systems, for what only a real one does. Each is unmounted at the end.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A file system of its own, mounted somewhere; `None` with a printed reason where this machine does not allow one.
pub struct Mounted {
    place: tempfile::TempDir,
    /// Held until it is unmounted again.
    _turn: MutexGuard<'static, ()>,
}

/// Whose turn it is.
static TURN: Mutex<()> = Mutex::new(());

impl Mounted {
    /// Memory with a size.
    pub fn tmpfs(bytes: u64) -> Option<Self> {
        let size = format!("size={bytes}");
        Self::mount("tmpfs", |at| run("mount", &["-t", "tmpfs", "-o", &size, "clutch-test", at]))
    }

    /// A real ext4 in a file, on a loop device: it writes back, keeps a log, and has no room when it is full.
    pub fn ext4(bytes: u64) -> Option<Self> {
        Self::mount("ext4", |at| {
            let image = image_of(Path::new(at));
            std::fs::File::create(&image).and_then(|file| file.set_len(bytes))?;
            let image = image.to_str().unwrap();
            run("mkfs.ext4", &["-q", "-F", "-m", "0", image])?;
            run("mount", &["-o", "loop", image, at])
        })
    }

    /// What a container's files are on.
    pub fn overlay() -> Option<Self> {
        Self::mount("overlay", |at| {
            let parts = ["lower", "upper", "work"].map(|name| format!("{at}.{name}"));
            parts.iter().try_for_each(std::fs::create_dir)?;
            let [lower, upper, work] = &parts;
            let options = format!("lowerdir={lower},upperdir={upper},workdir={work}");
            // An overlay cannot lie on an overlay.
            run("mount", &["-t", "overlay", "-o", &options, "clutch-test", at])
        })
    }

    fn mount(what: &str, mount: impl FnOnce(&str) -> std::io::Result<Output>) -> Option<Self> {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let place = tempfile::tempdir().unwrap();
        let at = place.path().join("at");
        std::fs::create_dir(&at).unwrap();
        match mount(at.to_str().unwrap()) {
            Ok(_) => Some(Self { place, _turn: turn }),
            Err(error) => {
                println!("skipped: {what} cannot be mounted here: {error}");
                None
            }
        }
    }

    pub fn path(&self) -> PathBuf {
        self.place.path().join("at")
    }

    /// The file behind an ext4.
    pub fn image(&self) -> PathBuf {
        image_of(&self.path())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).output();
    }
}

fn image_of(at: &Path) -> PathBuf {
    at.with_extension("image")
}

/// Runs a program to its end; one that fails is an error in its own words.
fn run(program: &str, arguments: &[&str]) -> std::io::Result<Output> {
    let output = Command::new(program).args(arguments).output()?;
    if output.status.success() {
        return Ok(output);
    }
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(std::io::Error::other(format!("{program}: {words}")))
}
