'use strict';
// Odds as other places write them: for looking at only, and never better than they are.
// The rules are those of odds_format.rs, against which a test holds this file. Whole numbers only.

const ODDS_FORMATS = ['decimal', 'fractional', 'american', 'hong kong', 'indonesian', 'malay'];

// "1.85" in a format; what is no odds stays as it is.
function oddsIn(format, decimal) {
  const parts = /^(\d+)\.(\d{2,3})$/.exec(decimal ?? '');
  if (!parts || format === 'decimal') return decimal;
  const wins = Number(parts[1]) * 1000 + Number(parts[2].padEnd(3, '0')) - 1000;
  const plain = () => thousandths(wins);
  switch (format) {
    case 'fractional': return fractionBelow(wins);
    case 'american': return wins >= 1000 ? `+${Math.floor(wins / 10)}` : minus(stakeToWin(100, wins, 1), 0);
    case 'hong kong': return plain();
    case 'indonesian': return wins >= 1000 ? plain() : minus(stakeToWin(1, wins, 1000), 3);
    case 'malay': return wins <= 1000 ? plain() : minus(stakeToWin(1, wins, 10000), 4);
    default: return decimal;
  }
}

function thousandths(value) {
  const rest = String(value % 1000).padStart(3, '0');
  return `${Math.floor(value / 1000)}.${rest.endsWith('0') ? rest.slice(0, 2) : rest}`;
}

// Rounded up: more to stake is the worse look.
const stakeToWin = (amount, wins, scale) => Math.floor((amount * scale * 1000 + wins - 1) / wins);

function minus(value, places) {
  if (!places) return `-${value}`;
  const scale = 10 ** places;
  let rest = String(value % scale).padStart(places, '0');
  while (rest.length > 2 && rest.endsWith('0')) rest = rest.slice(0, -1);
  return `-${Math.floor(value / scale)}.${rest}`;
}

function fractionBelow(wins) {
  let [won, staked] = [0, 1];
  for (let denominator = 1; denominator <= 20; denominator += 1) {
    const numerator = Math.floor((wins * denominator) / 1000);
    if (won * denominator < numerator * staked) [won, staked] = [numerator, denominator];
  }
  return won ? `${won}/${staked}` : `1/${Math.floor((1000 + wins - 1) / wins)}`;
}
