//! Maps to thirteen rounds, of 25 to 70 seconds each.

use clutch_core::command::{GameEvent, Side, Team};

use super::{Played, SECOND, Standing};
use crate::random::Random;

impl Played {
    pub(super) fn play_rounds(
        &mut self,
        random: &mut Random,
        now: &mut u64,
        standing: &mut Standing,
    ) {
        let map = standing.map;
        let first_side_a = random.pick(&[Side::T, Side::Ct]);
        self.tell(*now, GameEvent::MapStarted { map, first_side_a }, *standing);
        let mut winners: Vec<Team> = Vec::new();
        let a_percent = 35 + random.below(30);
        loop {
            let [a, b] = [Team::A, Team::B]
                .map(|team| winners.iter().filter(|won| **won == team).count() as u8);
            standing.rounds = [a, b];
            // Overtime is not what this is about: a map at twelve all is taken back a little.
            if a == 12 && b == 12 {
                winners.truncate(20);
                self.rewind(now, standing, &winners);
                continue;
            }
            if let Some(winner) = [a, b].iter().position(|rounds| *rounds == 13) {
                standing.maps[winner] += 1;
                // The round that was won last has ended the map, so it told of that already.
                if let Some(last) = self.happenings.last_mut() {
                    last.after = *standing;
                }
                return;
            }
            let round = winners.len() as u8 + 1;
            *now += 6 * SECOND + random.below(15 * SECOND);
            standing.live = round;
            self.tell(*now, GameEvent::RoundStarted { map, round }, *standing);
            *now += 25 * SECOND + random.below(45 * SECOND);
            if random.chance(3) && winners.len() > 1 {
                // The server breaks down in mid-round and goes back.
                winners.truncate(winners.len() - 1 - random.below(2) as usize);
                self.rewind(now, standing, &winners);
                continue;
            }
            let winner = if random.chance(a_percent) { Team::A } else { Team::B };
            winners.push(winner);
            standing.live = 0;
            standing.rounds[winner as usize] += 1;
            self.tell(*now, GameEvent::RoundWon { map, round, winner }, *standing);
        }
    }

    fn rewind(&mut self, now: &mut u64, standing: &mut Standing, winners: &[Team]) {
        *now += 3 * SECOND;
        let a = winners.iter().filter(|won| **won == Team::A).count() as u8;
        let to_round = winners.len() as u8;
        standing.rounds = [a, to_round - a];
        standing.live = 0;
        self.tell(*now, GameEvent::Rewound { map: standing.map, to_round }, *standing);
    }
}
