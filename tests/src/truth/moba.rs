//! Maps against the clock of ten to twenty minutes: a lead that sways, towers and objectives that fall, fights, and
//! now and then a server that is restored.

use clutch_core::command::{GameEvent, MobaState, Side, Team, Title};

use super::{Played, SECOND, Standing};
use crate::random::Random;

/// How far the lead sways, and how far a fight moves it; when an objective can be taken first, and how soon the next.
struct Nature {
    sways: u64,
    fight: u64,
    objective_s: [u16; 2],
    /// The largest lead, at first and for each second.
    lead: [i32; 2],
}

const LOL: Nature = Nature { sways: 300, fight: 3_500, objective_s: [310, 310], lead: [4_000, 50] };
const DOTA2: Nature = Nature { sways: 150, fight: 1_800, objective_s: [400, 500], lead: [500, 20] };

/// Nobody meets sooner, and no tower falls.
const FIGHTS_FROM_S: u16 = 60;
const TOWERS_FROM_S: u16 = 150;

impl Played {
    pub(super) fn play_moba(
        &mut self,
        random: &mut Random,
        now: &mut u64,
        standing: &mut Standing,
    ) {
        let (map, nature) = (standing.map, if self.title == Title::Lol { LOL } else { DOTA2 });
        let first_side_a = random.pick(&[Side::T, Side::Ct]);
        self.tell(*now, GameEvent::MapStarted { map, first_side_a }, *standing);
        *now += SECOND;
        let mut said = vec![MobaState::default()];
        self.say(*now, standing, said[0], false);
        loop {
            let seconds = 4 + random.below(5);
            *now += seconds * SECOND;
            let was = said[said.len() - 1];
            if random.below(150) == 0 && was.time_s > 60 {
                // It breaks down and goes back by ten to forty seconds.
                let back = was.time_s - 10 - random.below(30) as u16;
                said.retain(|state| state.time_s <= back);
                *now += 20 * SECOND;
                self.say(*now, standing, said[said.len() - 1], true);
                continue;
            }
            let is = next(random, was, seconds, &nature);
            if is.time_s > 600 && random.below(90) == 0 || is.time_s > 1_200 {
                let a_percent = if is.lead_milli > 0 { 90 } else { 10 };
                let winner = if random.chance(a_percent) { Team::A } else { Team::B };
                standing.maps[winner as usize] += 1;
                self.tell(*now, GameEvent::MapWon { map, winner }, *standing);
                return;
            }
            said.push(is);
            self.say(*now, standing, is, false);
        }
    }

    fn say(&mut self, now: u64, standing: &mut Standing, state: MobaState, is_restored: bool) {
        standing.numbers = Some(state);
        let map = standing.map;
        let event = match is_restored {
            true => GameEvent::MobaRewound { map, state },
            false => GameEvent::MobaState { map, state },
        };
        self.tell(now, event, *standing);
    }
}

/// How it stands some seconds later.
fn next(random: &mut Random, was: MobaState, seconds: u64, nature: &Nature) -> MobaState {
    let mut is = MobaState { time_s: was.time_s + seconds as u16, ..was };
    let is_fight = is.time_s > FIGHTS_FROM_S && random.chance(15);
    let most = if is_fight { nature.fight } else { nature.sways };
    let team = random.below(2) as usize;
    let gain = random.below(most) as i32 * if team == 0 { 1 } else { -1 };
    let [first, per_s] = nature.lead;
    let largest = first + per_s * i32::from(is.time_s);
    is.lead_milli = (is.lead_milli + gain).clamp(-largest, largest);
    if is_fight {
        is.kills[team] += 1 + random.below(4) as u16;
        let [first_s, every_s] = nature.objective_s;
        let can_be = is.time_s.checked_sub(first_s).map_or(0, |left| 1 + left / every_s);
        let taken = u16::from(is.objectives[0] + is.objectives[1]);
        if taken < can_be && random.chance(50) {
            is.objectives[team] += 1;
        } else if is.time_s > TOWERS_FROM_S && is.towers[team] < 10 && random.chance(60) {
            is.towers[team] += 1;
        }
    }
    is
}
