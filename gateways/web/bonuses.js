'use strict';
// My bonuses: what is left of each, what must still be wagered and until when; and the choice to use one on the
// slip. The engine decides what a bonus may do for a bet; what the slip says of it is what it would do now.

const bonuses = new Map();     // number → bonus as the server last told it
const bonusBets = new Map();   // client id → what a bonus does for that bet

const BONUS_KINDS = { money: 'Bonus money', free_bet: 'Free bet' };
const boostOf = (bonus) => Number(/^boost_(\d+)$/.exec(bonus.kind)?.[1] ?? 0);
const bonusName = (bonus) => BONUS_KINDS[bonus.kind] ?? `Boost of ${boostOf(bonus)} %`;
const BONUS_ENDS = { converted: 'wagered: what is left of it is your own', expired: 'its time is over', forfeited: 'taken back' };
const endsAt = (bonus) => new Date(bonus.expires_at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
const canUse = (bonus) => bonus.state === 'active' && Boolean(whole(bonus.available, places));

function bonusTerms(bonus) {
  const terms = [];
  if (bonus.kind === 'money') terms.push(`${bonus.wagering_left} left to wager${bonus.min_odds ? ` at odds of ${asShown(bonus.min_odds)} or longer` : ''}`);
  if (bonus.most) terms.push(`at most ${bonus.most} of it become your own`);
  terms.push(`until ${endsAt(bonus)}`);
  return terms.join(' · ');
}

function takeBonus(bonus) {
  if (bonus.state === 'active') bonuses.set(bonus.bonus, bonus); else bonuses.delete(bonus.bonus);
  if (BONUS_ENDS[bonus.state]) say(`${bonusName(bonus)}: ${BONUS_ENDS[bonus.state]}`);
  drawBonuses();
}

// The image has every bonus there is; one that is not in it has ended meanwhile.
function takeBonuses({ bonuses: all = [], bonus_bets: parts = [] }) {
  bonuses.clear();
  for (const bonus of all) if (bonus.state === 'active') bonuses.set(bonus.bonus, bonus);
  for (const part of parts) bonusBets.set(part.cid, part);
  drawBonuses();
}

function takeBonusBet(part) {
  bonusBets.set(part.cid, part);
  drawBets();
}

// What a bonus does for a bet, beside its odds.
function bonusPart(cid) {
  const part = bonusBets.get(cid);
  if (!part) return '';
  if (part.kind === 'money') return `${part.part} of it bonus money, ${part.counts ? 'counts towards wagering' : 'does not count towards wagering'}`;
  return part.kind === 'free_bet' ? `${part.part} of it free` : `${bonusName(part)}, up to ${part.part}`;
}

function drawBonuses() {
  const list = byId('bonuses');
  const all = [...bonuses.values()];
  byId('bonuses-card').hidden = !all.length;
  list.replaceChildren(...all.map((bonus) => {
    const item = make('li');
    const what = make('div', 'what');
    what.append(make('span', '', bonusName(bonus)), make('span', '', boostOf(bonus) ? `up to ${bonus.available}` : bonus.available));
    const held = whole(bonus.held, places) ? ` · ${bonus.held} in open bets` : '';
    item.append(what, make('div', 'where', bonusTerms(bonus) + held));
    return item;
  }));
  drawSlip();
}

// ---------------------------------------------------------------- on the slip

// Several singles are several bets, and only bonus money has a part in more than one.
function drawBonusChoice(isSeveral) {
  const usable = [...bonuses.values()].filter((bonus) => canUse(bonus) && (!isSeveral || bonus.kind === 'money'));
  const names = usable.map((bonus) => [String(bonus.bonus), `${bonusName(bonus)}${boostOf(bonus) ? ', up to' : ','} ${bonus.available}`]);
  const select = byId('bonus'), text = JSON.stringify(names);
  if (select.dataset.names !== text) {
    const before = select.value;
    select.replaceChildren(new Option('none', ''), ...names.map(([key, name]) => new Option(name, key)));
    select.dataset.names = text;
    select.value = names.some(([key]) => key === before) ? before : '';
  }
  byId('bonus-row').hidden = !names.length;
  // A bet with a bonus is taken as it is.
  byId('instead').disabled = Boolean(chosenBonus());
}

const chosenBonus = () => bonuses.get(Number(byId('bonus').value));

// What a bet pays with the bonus that is chosen: the free part of a stake stays with the house, a boost adds.
function paysWithBonus(total, gross) {
  const bonus = chosenBonus();
  if (!bonus || gross === null) return gross;
  const left = whole(bonus.available, places), least = (a, b) => (a < b ? a : b);
  if (bonus.kind === 'free_bet') return gross - least(total, left);
  const boost = BigInt(boostOf(bonus));
  return gross > total ? gross + least(((gross - total) * boost) / 100n, left) : gross;
}
