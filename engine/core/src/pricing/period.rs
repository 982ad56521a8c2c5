//! One period of a map: regulation or one overtime, as a walk over the grid of scores.
//!
//! A period is `2 × half` rounds, won by the first team with `half + 1`, level at half–half
//! otherwise. Every score after the same number of rounds lies on one diagonal of the grid, and all
//! of them share the probability of the next round, so each walk keeps a single diagonal.

/// How a period can end, seen from a score inside it.
pub(super) struct Period<const N: usize> {
    /// P(A wins the period and B has this many rounds in it).
    pub a_wins: [f64; N],
    /// P(B wins the period and A has this many rounds in it).
    pub b_wins: [f64; N],
    /// P(A is the first to win index + 1 rounds in it), up to `half`.
    pub race_a: [f64; N],
    /// P(nobody wins it).
    pub level: f64,
}

/// P(A wins) before a round and after each of its two results.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WinBranches {
    /// Before the round.
    pub now: f64,
    /// If A wins the round.
    pub after_a: f64,
    /// If B wins the round.
    pub after_b: f64,
}

impl<const N: usize> Period<N> {
    /// Walks forward from (a, b). `round_a` is P(A wins a round) by rounds played before it in this
    /// period.
    pub fn play(half: usize, a: usize, b: usize, round_a: impl Fn(usize) -> f64) -> Self {
        assert!(
            half < N && a <= half && b <= half,
            "a period is played from a live score inside its grid"
        );
        let mut period = Self { a_wins: [0.0; N], b_wins: [0.0; N], race_a: [0.0; N], level: 0.0 };
        // The diagonal, indexed by the rounds A lacks to a half. So whoever needs one more round to
        // win stands at an end of it (A at 0, B at the rounds left), and what is over drops off
        // that end.
        let mut live = [0.0; N];
        live[half - a] = 1.0;
        let mut a_won = 0.0;
        for played in a + b..2 * half {
            let win = round_a(played);
            let lose = 1.0 - win;
            let left = 2 * half - played;
            if left <= half {
                let wins = live[0] * win;
                period.a_wins[half - left] = wins;
                a_won += wins;
                period.b_wins[half - left] = live[left] * lose;
            }
            // Every cell, also those that have dropped off: nothing reads them again, and a loop of one
            // length is carried out several cells at a time.
            for cell in 0..N - 1 {
                live[cell] = live[cell] * lose + live[cell + 1] * win;
            }
            live[N - 1] *= lose;
            // After 2n − 1 rounds A has n of them exactly if it was the first to n.
            if played % 2 == 0 {
                let rounds = played / 2;
                let ahead: f64 = live[..half - rounds].iter().sum();
                period.race_a[rounds] = a_won + ahead;
            }
        }
        period.level = live[0];
        period
    }
}

/// Walks backward to (a, b) and gives P(A wins), where a level period is worth `level` to A.
pub(super) fn win_branches<const N: usize>(
    half: usize,
    a: usize,
    b: usize,
    level: f64,
    round_a: impl Fn(usize) -> f64,
) -> WinBranches {
    assert!(
        half + 1 < N && a <= half && b <= half && a + b < 2 * half,
        "a round is left in the period"
    );
    // After the last round A has won above half, lost below it, and is level at it; walking back,
    // scores at which the period is over keep their 1 or 0 by themselves.
    let mut worth = [0.0; N];
    worth[half] = level;
    worth[half + 1] = 1.0;
    for played in (a + b + 1..2 * half).rev() {
        let win = round_a(played);
        let lose = 1.0 - win;
        let worth = &mut worth[a..half + 2];
        for cell in 0..worth.len() - 1 {
            worth[cell] = worth[cell + 1] * win + worth[cell] * lose;
        }
    }
    let win = round_a(a + b);
    let (after_a, after_b) = (worth[a + 1], worth[a]);
    WinBranches { now: after_a * win + after_b * (1.0 - win), after_a, after_b }
}
