//! How the repository is kept: its top level, who may depend on whom, and files that stay chapters.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

/// What the top level may hold besides hidden files and the build's own folder.
const TOP_LEVEL: &[&str] = &[
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "bench",
    "engine",
    "gateways",
    "journal",
    "perf-tools",
    "tests",
];

/// Which of our crates each crate may use.
const DIRECTIONS: &[(&str, &[&str])] = &[
    ("engine/core", &[]),
    ("journal", &["clutch-core"]),
    ("engine", &["clutch-core", "clutch-journal"]),
    ("gateways", &["clutch-core", "clutch-engine", "clutch-journal"]),
];

/// Crates whose sources ship.
const SHIPPED: &[&str] = &["engine/core/src", "journal/src", "engine/src", "gateways/src"];

const LINES_MAX: usize = 500;

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("tests/ lies in the repository").to_path_buf()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn manifest(folder: &str) -> Table {
    read(&root().join(folder).join("Cargo.toml")).parse().expect("Cargo has read it before us")
}

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{folder} holds no sources");
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[test]
fn the_top_level_is_the_one_agreed() {
    for entry in fs::read_dir(root()).expect("the repository") {
        let name = entry.expect("an entry").file_name().into_string().expect("a plain name");
        let agreed = name.starts_with('.') || name == "target" || TOP_LEVEL.contains(&&*name);
        assert!(agreed, "{name} does not belong on the top level");
    }
    for name in TOP_LEVEL {
        assert!(root().join(name).exists(), "{name} is missing from the top level");
    }
}

#[test]
fn the_core_knows_no_machine() {
    let lib = read(&root().join("engine/core/src/lib.rs"));
    for attribute in ["#![no_std]", "#![forbid(unsafe_code)]"] {
        assert!(lib.lines().any(|line| line == attribute), "the core lost {attribute}");
    }
    let manifest = manifest("engine/core");
    let dependencies = manifest["dependencies"].as_table().expect("a table");
    for (name, value) in dependencies {
        let optional = value.get("optional").and_then(toml::Value::as_bool).unwrap_or(false);
        let agreed = name == "libm" || (name == "serde" && optional);
        assert!(agreed, "the core may not depend on {name}");
    }
    for table in ["build-dependencies", "target"] {
        assert!(!manifest.contains_key(table), "the core needs no {table}");
    }
}

#[test]
fn crates_depend_downwards_only() {
    for (folder, allowed) in DIRECTIONS {
        let manifest = manifest(folder);
        let Some(dependencies) = manifest.get("dependencies").and_then(toml::Value::as_table)
        else {
            continue;
        };
        let ours: BTreeSet<&str> = dependencies
            .keys()
            .map(String::as_str)
            .filter(|name| name.starts_with("clutch-"))
            .collect();
        for name in ours {
            assert!(allowed.contains(&name), "{folder} may not depend on {name}");
        }
    }
}

#[test]
fn versions_stand_in_one_place() {
    for folder in ["engine/core", "engine", "journal", "gateways", "bench", "perf-tools", "tests"] {
        let manifest = manifest(folder);
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(dependencies) = manifest.get(kind).and_then(toml::Value::as_table) else {
                continue;
            };
            for (name, value) in dependencies {
                let shared = value.get("workspace").and_then(toml::Value::as_bool);
                assert_eq!(shared, Some(true), "{folder} names its own version of {name}");
            }
        }
    }
}

#[test]
fn a_file_is_a_chapter() {
    for folder in SHIPPED {
        for path in sources(folder) {
            let (name, text) = (shown(&path), read(&path));
            // A file's own tests stand at its end and do not count.
            let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
            assert!(lines <= LINES_MAX, "{name} has {lines} lines; split its subjects");
        }
    }
}

/// What changes a disk, or a file under a mapping, and the only chapters of the journal that may: so a simulated disk sees
/// all of it. `lock` writes who holds it; `ring` and `found_ring` lie in memory.
const CHANGES: &[(&str, &[&str])] = &[
    ("OpenOptions::new", &["storage.rs", "lock.rs", "ring.rs", "found_ring.rs"]),
    (" File::create", &[]),
    ("fs::write", &[]),
    ("fs::rename", &["storage.rs", "ring.rs"]),
    ("fs::remove_", &["storage.rs", "ring.rs", "found_ring.rs"]),
    ("fs::create_dir", &["storage.rs"]),
    ("fallocate(", &["storage.rs", "ring.rs"]),
    (".sync_all()", &["storage.rs"]),
    (".sync_data()", &["storage.rs"]),
    (".write_all_at(", &["storage.rs", "lock.rs"]),
    // Where a file system reserves nothing; the file is new and nobody has mapped it yet.
    (".set_len(", &["storage.rs"]),
    ("PUNCH_HOLE", &[]),
    ("MmapMut", &[]),
    ("map_mut", &[]),
    ("MapFlags::SHARED", &["ring.rs"]),
];

#[test]
fn the_journal_changes_a_disk_in_one_place_and_never_a_file_under_a_mapping() {
    let mut met = BTreeSet::new();
    for path in sources("journal/src").iter().filter(|path| !path.ends_with("fuzz.rs")) {
        let (name, text) = (path.file_name().expect("a file"), read(path));
        let code =
            text.lines().take_while(|line| *line != "#[cfg(test)]" && *line != "mod tests {");
        for line in code.filter(|line| !line.trim_start().starts_with("//")) {
            for (change, allowed) in CHANGES.iter().filter(|(change, _)| line.contains(change)) {
                met.insert(*change);
                let may = allowed.iter().any(|file| name == *file);
                assert!(may, "{} does what goes through `Storage`: {line}", shown(path));
            }
        }
    }
    let is_met = |change: &str, allowed: &[&str]| allowed.is_empty() || met.contains(change);
    for (change, allowed) in CHANGES {
        assert!(is_met(change, allowed), "nothing does {change} any more; then nothing may");
    }
}

#[test]
fn shipped_code_is_finished() {
    for folder in SHIPPED {
        for path in sources(folder) {
            for (number, line) in read(&path).lines().enumerate() {
                for unfinished in ["todo!", "unimplemented!", "dbg!"] {
                    let at = format!("{}:{}", shown(&path), number + 1);
                    assert!(!line.contains(unfinished), "{at} says {unfinished}");
                }
            }
        }
    }
}
