//! Random numbers that a failure can name: `CLUTCH_E2E_SEED` repeats a run.

use super::from_env;

/// splitmix64.
pub struct Random(u64);

impl Random {
    /// Says its seed.
    pub fn new(what: &str) -> Self {
        let seed = from_env("CLUTCH_E2E_SEED", 0x0bad_cafe);
        println!("{what}: CLUTCH_E2E_SEED={seed}");
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
