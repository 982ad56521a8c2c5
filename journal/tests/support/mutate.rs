//! Examples changed as a fuzzer's script says, so that what is tried is nearly right. Noise alone would hardly ever get past
//! the first length or checksum.
//!
//! A target is an ordinary test. `CLUTCH_FUZZ_SCRIPTS` sets how many scripts are tried in each (a million for a night), and
//! `CLUTCH_FUZZ_SEED` tries one alone: each failure prints its own.

#![allow(dead_code, reason = "each test file uses its part")]

/// Scripts that are tried unless something else is said.
const SCRIPTS: u64 = 1_000;
const SCRIPT_BYTES: usize = 96;

/// Tries scripts on `check`; one that fails is named before its panic goes on.
pub fn try_scripts(name: &str, check: impl Fn(&mut Script<'_>)) {
    let number = |name: &str| -> Option<u64> {
        let text = std::env::var(name).ok()?;
        Some(text.replace('_', "").parse().expect("a whole number"))
    };
    let seeds = match number("CLUTCH_FUZZ_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("CLUTCH_FUZZ_SCRIPTS").unwrap_or(SCRIPTS),
    };
    for seed in seeds {
        let _named = Named(name, seed);
        check(&mut Script(&script_of(seed)));
    }
}

/// The script of a seed, by SplitMix64.
fn script_of(seed: u64) -> [u8; SCRIPT_BYTES] {
    let (mut state, mut script) = (seed.wrapping_mul(0xd134_2543_de82_ef95), [0; SCRIPT_BYTES]);
    for word in script.chunks_exact_mut(8) {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
    }
    script
}

struct Named<'a>(&'a str, u64);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} failed; again, alone: CLUTCH_FUZZ_SEED={}", self.0, self.1);
        }
    }
}

/// A target: `target!(its_name, |script| { ... });`
macro_rules! target {
    ($name:ident, $check:expr) => {
        #[test]
        fn $name() {
            let check: fn(&mut $crate::mutate::Script<'_>) = $check;
            $crate::mutate::try_scripts(stringify!($name), check);
        }
    };
}
pub(crate) use target;

/// What is still to be done; a script that is over says zero.
pub struct Script<'a>(pub &'a [u8]);

impl Script<'_> {
    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        let number = usize::from(self.byte()) << 8 | usize::from(self.byte());
        if end == 0 { 0 } else { number % end }
    }

    /// One of several.
    pub fn choose<'e, T>(&mut self, all: &'e [T]) -> &'e T {
        &all[self.below(all.len())]
    }

    /// `example`, changed in up to eight steps.
    pub fn changed(&mut self, example: &[u8]) -> Vec<u8> {
        let mut bytes = example.to_vec();
        for _ in 0..1 + self.below(8) {
            self.change(&mut bytes);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        /// Where lengths and counts break.
        const EDGES: [u64; 8] = [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 1 << 63, u64::MAX];
        let at = self.below(bytes.len());
        let end = (at + 1 + self.below(64)).min(bytes.len());
        match self.byte() % 8 {
            _ if bytes.is_empty() => bytes.push(self.byte()),
            0 => bytes[at] ^= 1 << (self.byte() % 8),
            1 => bytes[at] = self.byte(),
            2 => {
                let edge = self.choose(&EDGES).to_le_bytes();
                let width = [1, 2, 4, 8][self.below(4)].min(bytes.len() - at);
                bytes[at..at + width].copy_from_slice(&edge[..width]);
            }
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..end)),
            5 => {
                let piece = bytes[at..end].to_vec();
                let to = self.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            6 => {
                let piece: Vec<u8> = (0..1 + self.below(8)).map(|_| self.byte()).collect();
                bytes.splice(at..at, piece);
            }
            _ => {
                let to = self.below(bytes.len());
                bytes.swap(at, to);
            }
        }
    }
}
