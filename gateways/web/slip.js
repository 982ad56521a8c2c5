'use strict';
// The bet slip: what was picked, as singles, one multiple or a system, and the order made of it.
// What a bet would pay is computed as the engine does: exactly, and rounded down once.

const picks = [];            // {market, selection, odds, moved, banker}: odds as last seen here
let quoteAsked = null;       // what the last question about the largest stake was about

const isPicked = (market, selection) => picks.some((pick) => pick.market === market && pick.selection === selection);

function choose(market, selection) {
  const place = picks.findIndex((pick) => pick.market === market && pick.selection === selection);
  if (place >= 0) picks.splice(place, 1);
  else {
    // Another selection of the same market takes the place of the first.
    const rival = picks.findIndex((pick) => pick.market === market);
    if (rival < 0 && picks.length === 20) { say('A bet has at most 20 selections.'); return; }
    const pick = { market, selection, odds: findMarket(market)?.market.selections.get(selection)?.odds, moved: '', banker: false };
    if (rival >= 0) picks.splice(rival, 1, pick); else picks.push(pick);
  }
  drawOffer();
  drawSlip();
  // On a phone the keyboard would cover the slip.
  if (place < 0 && matchMedia('(min-width: 881px)').matches) { byId('stake').focus({ preventScroll: true }); byId('stake').select(); }
}

// ---------------------------------------------------------------- kinds of bets

const FOLDS = ['', 'Single', 'Double', 'Treble'];
const foldName = (size) => FOLDS[size] ?? `${size}-fold`;
const SYSTEMS = [
  ['Trixie', 3, 2], ['Patent', 3, 1], ['Yankee', 4, 2], ['Lucky 15', 4, 1], ['Canadian', 5, 2], ['Lucky 31', 5, 1],
  ['Heinz', 6, 2], ['Lucky 63', 6, 1], ['Super Heinz', 7, 2], ['Goliath', 8, 2],
];

function choices(n, k) {
  if (k < 0 || k > n) return 0;
  let lines = 1;
  for (let i = 1; i <= k; i++) lines = (lines * (n - k + i)) / i;
  return Math.round(lines);
}

// What can be made of these legs: the sizes of its lines, bankers counted in, and how many there are.
function kinds(legs, bankers) {
  const free = legs - bankers;
  const all = [];
  if (!bankers) all.push({ key: 'singles', name: legs > 1 ? `${legs} singles` : 'Single', sizes: null, lines: legs });
  if (legs < 2) return all;
  const add = (key, name, sizes) => {
    const lines = sizes.reduce((sum, size) => sum + choices(free, size - bankers), 0);
    if (lines > 0) all.push({ key, name, sizes, lines });
  };
  add('all', foldName(legs), [legs]);
  for (const [name, of, from] of SYSTEMS) if (of === free) add(name, name, Array.from({ length: of - from + 1 }, (_, i) => from + i + bankers));
  for (let size = Math.max(2, bankers + 1); size < legs; size++) add(`fold ${size}`, `${foldName(size)}s`, [size]);
  return all;
}

// The name of a bet that the server tells of.
function kindName(bet) {
  const legs = bet.legs.length, bankers = bet.legs.filter((leg) => leg.banker).length;
  const found = kinds(legs, bankers).find((kind) => kind.sizes && String(kind.sizes) === String(bet.sizes));
  return found ? `${found.name}${bankers ? ' with bankers' : ''}` : `System of ${legs} legs`;
}

// Money and odds are whole numbers here too: minor units and thousandths.
function whole(text, places) {
  const parts = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim());
  if (!parts || (parts[2] ?? '').length > places) return null;
  return BigInt(parts[1] + (parts[2] ?? '').padEnd(places, '0'));
}
let places = 2;              // how many the account's currency has
function shown(minor) {
  const text = String(minor).padStart(places + 1, '0');
  return places ? `${text.slice(0, -places)}.${text.slice(-places)}` : text;
}
// So many of the units that people count in: hundreds where there are no smaller ones.
const usual = (count) => shown(BigInt(count) * 10n ** BigInt(Math.max(places, 2)));

function usePlaces(count) {
  if (count === places) return;
  const untouched = byId('stake').value === usual(10);
  places = count;
  if (untouched) byId('stake').value = usual(10);
  for (const chip of document.querySelectorAll('[data-stake]')) setText(chip, usual(chip.dataset.stake).replace(/\.0+$/, ''));
  drawSlip();
}

// unit × Σ over the lines of the product of their odds, floored once: elementary symmetric sums.
function pays(unit, legs, sizes) {
  const sums = [1n];
  let common = 1n, bankers = 0;
  for (const { odds, banker } of legs) {
    if (banker) { common *= odds; bankers += 1; continue; }
    for (let size = sums.length; size > 0; size--) sums[size] = (sums[size] ?? 0n) + sums[size - 1] * odds;
  }
  const scale = (size) => 1000n ** BigInt(legs.length - size);
  const gross = sizes.reduce((sum, size) => sum + (sums[size - bankers] ?? 0n) * common * scale(size), 0n);
  return (unit * gross) / 1000n ** BigInt(legs.length);
}

// ---------------------------------------------------------------- drawing

const drawnPicks = new Map();
const keyOf = (pick) => `${pick.market}/${pick.selection}`;

function drawSlip() {
  for (let index = picks.length - 1; index >= 0; index--) {
    const found = findMarket(picks[index].market);
    if (!found || isFinished(found.market)) picks.splice(index, 1);
  }
  document.body.classList.toggle('picking', picks.length > 0);
  byId('slip-body').hidden = !picks.length;
  byId('slip-empty').hidden = picks.length > 0;
  if (!picks.length) { byId('slip').classList.remove('open'); setText(byId('slip-title'), 'Bet slip'); }
  const legs = picks.map((pick) => {
    const { match, market } = findMarket(pick.market);
    const selection = market.selections.get(pick.selection);
    if (selection.odds && selection.odds !== pick.odds) { pick.moved = pick.odds; pick.odds = selection.odds; }
    const isOpen = Boolean(market.status === 'open' && !match.frozen && !bettingStopped && selection.odds);
    return { pick, match, market, selection, isOpen };
  });
  const kind = drawKinds();
  drawPicks(legs, kind);
  if (!picks.length) return;
  const stake = whole(byId('stake').value, places);
  const odds = legs.map(({ pick }) => ({ odds: pick.odds ? whole(pick.odds, 3) : null, banker: pick.banker }));
  const hasOdds = odds.every((leg) => leg.odds);
  const isSingles = !kind.sizes;
  drawBonusChoice(isSingles && legs.length > 1);
  const gross = stake && hasOdds ? (isSingles ? odds.reduce((sum, leg) => sum + (stake * leg.odds) / 1000n, 0n) : pays(stake, odds, kind.sizes)) : null;
  const total = stake ? stake * BigInt(kind.lines) : null;
  const most = paysWithBonus(total, gross);
  setText(byId('slip-title'), picks.length > 1 ? `Bet slip · ${picks.length}` : 'Bet slip');
  setText(byId('stake-label'), kind.lines > 1 ? (isSingles ? 'Stake on each' : 'Stake on each line') : 'Stake');
  byId('total-row').hidden = kind.lines < 2;
  setText(byId('total'), total ? `${kind.lines} × ${shown(stake)} = ${shown(total)}` : '–');
  setText(byId('pays-label'), kind.lines > 1 ? 'Pays if all win' : 'Pays if it wins');
  setText(byId('pays'), most === null ? '–' : shown(most));
  const closed = legs.find((leg) => !leg.isOpen);
  const moved = legs.filter(({ pick }) => pick.moved);
  const related = !isSingles && legs.some((leg, index) => legs.findIndex((other) => other.match === leg.match) !== index);
  const note = !signedIn ? 'Not connected. The odds shown may be old.'
    : bettingStopped ? 'All betting is stopped for the moment.'
    : closed ? `${picks.length > 1 ? `${closed.selection.name}: s` : 'S'}uspended. ${closed.match.frozen?.text ?? closed.market.text ?? ''}`
    : related ? 'Selections of one match cannot be combined. Take one away, or bet on each alone.'
    : !stake ? `Enter a stake like ${shown(BigInt(Math.floor(12.5 * 10 ** Math.max(places, 2))))}.`
    : moved.length === 1 ? `The odds of ${moved[0].selection.name} moved from ${asShown(moved[0].pick.moved)} to ${asShown(moved[0].pick.odds)}.`
    : moved.length ? `The odds of ${moved.length} selections moved.` : '';
  setText(byId('slip-note'), note);
  byId('place').disabled = !signedIn || Boolean(closed) || related || !stake;
  const single = picks.length === 1 ? ` at ${asShown(picks[0].odds)}` : '';
  setText(byId('place'), total && !closed ? `Place ${shown(total)}${single}` : picks.length > 1 && isSingles ? 'Place bets' : 'Place bet');
  setText(byId('slip-open'), `${picks.length} ${picks.length > 1 ? 'selections' : 'selection'}: ${total ? shown(total) : 'no stake'}${most === null ? '' : `, pays ${shown(most)}`}`);
}

function drawKinds() {
  const select = byId('kind');
  const all = kinds(picks.length, picks.filter((pick) => pick.banker).length);
  const names = all.map(({ key, name, lines }) => [key, `${name}${lines > 1 && key !== 'singles' ? ` (${lines} lines)` : ''}`]);
  const text = JSON.stringify(names);
  if (select.dataset.names !== text) {
    // The kind that was chosen stays if it can; two or more legs begin as one multiple.
    const before = select.value;
    const had = JSON.parse(select.dataset.names || '[]').length;
    select.replaceChildren(...names.map(([key, name]) => new Option(name, key)));
    select.dataset.names = text;
    const stays = names.some(([key]) => key === before) && (before !== 'singles' || had > 1);
    select.value = stays ? before : names.some(([key]) => key === 'all') ? 'all' : names[0]?.[0] ?? '';
  }
  byId('kind-row').hidden = picks.length < 2;
  return all.find((kind) => kind.key === select.value) ?? all[0];
}

function drawPicks(legs, kind) {
  const list = byId('picks');
  const isSystem = Boolean(kind?.sizes) && picks.length > 2;
  for (const { pick, match, market, selection, isOpen } of legs) {
    let row = drawnPicks.get(keyOf(pick));
    if (!row) {
      row = make('li', 'pick');
      const what = make('div');
      what.append(make('strong'), make('span'));
      const banker = make('button', 'quiet banker', 'B');
      banker.type = 'button';
      banker.title = 'Banker: stands in every line';
      banker.setAttribute('aria-label', 'Banker');
      const away = make('button', 'quiet remove', '✕');
      away.type = 'button';
      away.setAttribute('aria-label', `Remove ${selection.name}`);
      row.append(what, banker, make('output', 'pick-odds'), away);
      drawnPicks.set(keyOf(pick), row);
    }
    const [what, banker, odds, away] = row.children;
    setText(what.firstChild, selection.name);
    setText(what.lastChild, `${market.name} · ${match.teams.join(' – ')}`);
    setText(odds, asShown(pick.odds) ?? '–');
    row.classList.toggle('closed', !isOpen);
    banker.hidden = !isSystem && !pick.banker;
    banker.setAttribute('aria-pressed', String(pick.banker));
    banker.onclick = () => { pick.banker = !pick.banker; if (picks.every((one) => one.banker)) pick.banker = false; drawSlip(); };
    away.onclick = () => choose(pick.market, pick.selection);
    if (row.parentNode !== list) list.append(row);
  }
  for (const [key, row] of drawnPicks) if (!picks.some((pick) => keyOf(pick) === key)) { row.remove(); drawnPicks.delete(key); }
}

// ---------------------------------------------------------------- orders

// A UUIDv7 on the server's clock: the engine refuses ids whose time is far from its own.
function newClientId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now() + skew;
  for (let index = 5; index >= 0; index--) { bytes[index] = time % 256; time = Math.floor(time / 256); }
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

// What may happen in place of a refusal; a bet with a bonus is taken as it is or not at all.
const insteadOf = () => (chosenBonus() ? { bonus: chosenBonus().bonus } : { partial: byId('instead').value === 'partial' || undefined, offers: byId('instead').value === 'offers' || undefined });
const policy = () => (byId('policy').value === 'within' ? { within_permille: 50 } : byId('policy').value);

function legOf(pick) {
  const { market } = findMarket(pick.market);
  return { market: pick.market, selection: pick.selection, odds: pick.odds, price_seq: market.price_seq, epoch: market.epoch };
}

function namesOf(pick) {
  const { match, market } = findMarket(pick.market);
  return { selection_name: market.selections.get(pick.selection).name, market_name: market.name, teams: match.teams };
}

function multipleOf(unit, sizes) {
  const legs = picks.map((pick) => ({ ...legOf(pick), banker: pick.banker || undefined }));
  return { cid: newClientId(), unit, policy: policy(), sizes, legs, ...insteadOf() };
}

const currentKind = () => kinds(picks.length, picks.filter((pick) => pick.banker).length).find((kind) => kind.key === byId('kind').value);

function placeSlip(event) {
  event.preventDefault();
  const stake = whole(byId('stake').value, places);
  const kind = currentKind();
  if (!kind || !stake || byId('place').disabled) return;
  // Shown at once; the answer, a refusal or the question after a reconnect replaces it.
  if (kind.sizes) {
    const order = multipleOf(shown(stake), kind.sizes);
    const legs = order.legs.map((leg, index) => ({ ...leg, ...namesOf(picks[index]) }));
    bets.set(order.cid, { ...order, legs, lines: kind.lines, stake: shown(stake * BigInt(kind.lines)), status: 'sending' });
    send({ type: 'place', ...order });
    say(`${kind.name}: sent`);
  } else {
    for (const pick of picks) {
      const order = { cid: newClientId(), ...legOf(pick), stake: shown(stake), policy: policy(), ...insteadOf() };
      bets.set(order.cid, { ...order, ...namesOf(pick), status: 'sending' });
      send({ type: 'place', ...order });
    }
    say(picks.length > 1 ? `${picks.length} bets sent` : `${namesOf(picks[0]).selection_name}: sent`);
  }
  picks.length = 0;
  draw();
  drawBets();
}

// The legs of a bet that was refused, if all of them are still on offer.
const legsOf = (bet) => bet.legs ?? [bet];
const canPickAgain = (bet) => Boolean(bet.retry) && legsOf(bet).every((leg) => findMarket(leg.market)?.market.selections.get(leg.selection)?.odds);

function pickAgain(bet) {
  picks.length = 0;
  for (const { market, selection, banker } of legsOf(bet)) picks.push({ market, selection, odds: findMarket(market).market.selections.get(selection).odds, moved: '', banker: Boolean(banker) });
  byId('stake').value = bet.unit ?? bet.stake;
  byId('slip').classList.add('open');
  draw();
  const [all] = kinds(picks.length, picks.filter((pick) => pick.banker).length).filter((kind) => String(kind.sizes) === String(bet.sizes ?? null));
  drawSlip();
  if (all) { byId('kind').value = all.key; drawSlip(); }
}

let smallest = null;
function takeQuote(message) {
  const now = picks.map(keyOf).join();
  if (message.unit !== undefined) {
    if (quoteAsked !== now) return;
    byId('stake').value = message.unit;
  } else {
    if (quoteAsked !== `${now} singles` || !isPicked(message.market, message.selection)) return;
    const stake = whole(message.stake, places);
    if (smallest === null || stake < smallest) smallest = stake;
    byId('stake').value = shown(smallest);
  }
  drawSlip();
}

function askForMax() {
  const kind = currentKind();
  if (!kind) return;
  quoteAsked = picks.map(keyOf).join();
  if (kind.sizes) send({ type: 'quote_max', ...multipleOf(usual(1), kind.sizes) });
  // On several singles the smallest of their largest stakes fits all.
  else { quoteAsked += ' singles'; smallest = null; for (const { market, selection } of picks) send({ type: 'quote_max', market, selection }); }
}

// Called by app.js once it is loaded, as the slip draws with what is defined there.
function startSlip() {
  byId('slip-clear').onclick = () => { picks.length = 0; draw(); };
  byId('slip-open').onclick = () => byId('slip').classList.add('open');
  byId('slip-close').onclick = () => byId('slip').classList.remove('open');
  byId('stake').oninput = drawSlip;
  byId('kind').onchange = drawSlip;
  byId('bonus').onchange = drawSlip;
  for (const chip of document.querySelectorAll('[data-stake]')) chip.onclick = () => { byId('stake').value = usual(chip.dataset.stake); drawSlip(); };
  byId('slip').onsubmit = placeSlip;
  byId('stake-max').onclick = askForMax;
}
