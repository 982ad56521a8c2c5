'use strict';
// The bettor's page: one socket, the state it carries, and what is drawn of it. The slip is slip.js, the list of bets bets.js.
// The page decides nothing about bets; it shows what the engine says and sends what was clicked.

const byId = (id) => document.getElementById(id);
const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};
const setText = (element, text) => { if (element.textContent !== text) element.textContent = text; };

// ---------------------------------------------------------------- state

const matches = new Map();   // id → match with `markets`: id → market with `selections`: id → selection
const bets = new Map();      // client id → bet as the server last told it
let bettingStopped = false;
let shownMatch = null;
let seq = 0;
let epoch = null;
let skew = 0;                // the server's clock minus ours, in milliseconds
let heartbeatMs = 5000;
const TOPIC = 1;             // our id of the only subscription

// ---------------------------------------------------------------- connection

let socket = null;
let signedIn = false;
let attempts = 0;
let lastHeard = 0;
let tokenTries = 0;
let retry = null;            // the timer of the next try
let token = null;            // what signs us in, until the gateway refuses it

// The token to sign in with; null if there is none, undefined if the gateway cannot be reached to ask.
async function findToken() {
  if (token) return token;
  const stored = sessionStorage.getItem('token');
  try {
    const answer = await fetch('/demo-token', { cache: 'no-store' });
    return answer.ok ? (await answer.json()).token : stored;
  } catch {
    return stored ?? undefined;
  }
}

function showLink(state, text) {
  byId('link').dataset.state = state;
  setText(byId('link-text'), text);
  document.body.classList.toggle('old', state !== 'live');
  drawSlip();
}

async function connect() {
  clearTimeout(retry);
  token = await findToken();
  if (token === undefined) { reconnect(); return; }
  byId('sign-in').hidden = Boolean(token);
  if (!token) { showLink('down', 'Signed out'); return; }
  showLink('connecting', attempts ? 'Reconnecting…' : 'Connecting…');
  const mine = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
  socket = mine;
  mine.onopen = () => { lastHeard = Date.now(); send({ type: 'auth', token }); };
  mine.onmessage = (event) => { if (socket === mine) { lastHeard = Date.now(); take(JSON.parse(event.data)); } };
  mine.onclose = () => { if (socket === mine) reconnect(); };
}

function reconnect() {
  socket = null;
  signedIn = false;
  // Doubling with jitter, so that a crowd does not come back in one instant.
  const wait = Math.min(15000, 400 * 2 ** attempts) * (0.5 + Math.random() / 2);
  attempts = Math.min(attempts + 1, 8);
  showLink('down', `Connection lost, next try in ${Math.ceil(wait / 1000)} s`);
  retry = setTimeout(connect, wait);
}

// With another token, and without the wait of a lost connection.
function startAgain() {
  const old = socket;
  socket = null;
  signedIn = false;
  old?.close();
  connect();
}

function send(message) {
  if (!socket || socket.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(message));
  return true;
}

// A socket that died without a word is found by the missing heartbeats.
setInterval(() => { if (signedIn && Date.now() - lastHeard > 3 * heartbeatMs) { const dead = socket; reconnect(); dead.close(); } }, 2000);

// ---------------------------------------------------------------- messages

const takers = {
  welcome(message) {
    signedIn = true;
    attempts = 0;
    tokenTries = 0;
    setText(byId('sign-in-error'), '');
    skew = message.server_time - Date.now();
    heartbeatMs = message.limits.heartbeat_ms;
    send({ type: 'time', t0: Date.now() });
    // Answered with `session` too if his time is limited or he is to be reminded of it.
    send({ type: 'limits' });
    const resume = epoch === message.epoch && seq > 0 ? { epoch, seq } : undefined;
    epoch = message.epoch;
    send({ type: 'subscribe', id: TOPIC, topic: 'all', resume });
    // What was sent before the connection broke may or may not have arrived: ask.
    for (const bet of bets.values()) if (bet.status === 'sending') send({ type: 'bet', cid: bet.cid });
    showLink('live', 'Live');
  },
  image(message) {
    if (message.topic === 'mine') {
      if (message.balance) showBalance(message.balance);
      for (const bet of message.bets) bets.set(bet.cid, bet);
      takeBonuses(message);
      drawBets();
      return;
    }
    matches.clear();
    merge(message);
  },
  delta: merge,
  bet(message) {
    const before = bets.get(message.cid);
    const told = { ...before, ...message };
    // Of a bet refused at once only the legs with a reason come; the others are as they were sent.
    if (before?.legs && message.legs) told.legs = before.legs.map((leg, index) => ({ ...leg, ...message.legs.find((one) => one.leg === index + 1) }));
    bets.set(message.cid, told);
    drawBets();
    // An offer does not wait for long, and on a phone the list is out of sight.
    if (message.status === 'offered' && before?.status !== 'offered') showBet(message.cid);
    if (!before || before.status !== message.status) say(`${betName(bets.get(message.cid))}: ${message.status === 'pending' ? 'Waiting to be accepted' : statusText(bets.get(message.cid))}`);
  },
  balance: showBalance,
  bonus: takeBonus,
  bonus_bet: takeBonusBet,
  cash_out: takeCashOut,
  session: takeSession,
  quote_max: takeQuote,
  heartbeat(message) {
    const seconds = Math.round((message.oldest_price_age_ms ?? 0) / 1000);
    showBanner(bettingStopped ? 'All betting is stopped for the moment.' : message.stale ? `Prices are late: the game was last heard ${seconds} s ago.` : '');
  },
  time(message) {
    const now = Date.now();
    skew = Math.round((message.t1 + message.t2) / 2 - (message.t0 + now) / 2);
  },
  notice(message) {
    if (message.cid && failCashOut(message)) return;
    const bet = message.cid && bets.get(message.cid);
    if (bet && bet.status === 'sending') {
      bets.set(bet.cid, { ...bet, status: 'refused', text: message.code === 603 ? 'It did not reach us and was not placed.' : message.text });
      drawBets();
      say(statusText(bets.get(bet.cid)));
    } else if (message.name === 'BadToken' || message.name === 'ExpiredToken') {
      sessionStorage.removeItem('token');
      token = null;
      setText(byId('sign-in-error'), message.text);
      // A demonstration has a fresh token at once; otherwise the form asks for one.
      if (tokenTries++ < 3 && socket) startAgain();
      else byId('sign-in').hidden = false;
    } else {
      showBanner(message.text);
    }
  },
};

function take(message) {
  if (message.seq > seq && message.type !== 'welcome') seq = message.seq;
  takers[message.type]?.(message);
}

function merge(message) {
  if (message.betting_stopped !== undefined) bettingStopped = message.betting_stopped;
  if (bettingStopped) showBanner('All betting is stopped for the moment.');
  for (const id of message.gone ?? []) matches.delete(id);
  for (const { markets = [], ...head } of message.matches) {
    const match = matches.get(head.match) ?? { markets: new Map() };
    matches.set(head.match, Object.assign(match, head));
    for (const { selections = [], ...change } of markets) {
      // The end of a market that was put away already is no news.
      if (!change.name && !match.markets.has(change.market)) continue;
      const market = match.markets.get(change.market) ?? { selections: new Map() };
      match.markets.set(change.market, market);
      // A status comes with all that belongs to it; what it leaves out no longer holds.
      if (change.status) { market.text = undefined; market.winner = undefined; }
      Object.assign(market, change);
      for (const selection of selections) {
        const known = market.selections.get(selection.selection) ?? {};
        const before = Number(known.odds), now = Number(selection.odds);
        known.move = before && now && before !== now ? (now > before ? 'up' : 'down') : '';
        market.selections.set(selection.selection, Object.assign(known, selection));
      }
      if (isFinished(market)) setTimeout(() => { if (isFinished(market)) { match.markets.delete(market.market); draw(); } }, 8000);
    }
  }
  draw();
}

const isFinished = (market) => market.status === 'decided' || market.status === 'graded' || market.status === 'void';
const findMarket = (id) => { for (const match of matches.values()) { const market = match.markets.get(id); if (market) return { match, market }; } };

// ---------------------------------------------------------------- drawing the offer

const PHASES = { scheduled: 'Not started', live: 'Live', break: 'Between maps', over: 'Over' };
const drawn = new Map();     // keyed elements of the offer, so that odds change in place and focus stays

// How odds are shown. What is sent and paid is always the decimal odds.
const look = byId('look');
for (const format of ODDS_FORMATS) look.append(new Option(format.replace(/\b./g, (first) => first.toUpperCase()), format));
const kept = localStorage.getItem('odds');
if (ODDS_FORMATS.includes(kept)) look.value = kept;
look.onchange = () => { localStorage.setItem('odds', look.value); draw(); drawBets(); };
const asShown = (odds) => oddsIn(look.value, odds);

let drawIsDue = false;
function draw() {
  if (drawIsDue) return;
  drawIsDue = true;
  requestAnimationFrame(() => { drawIsDue = false; drawOffer(); drawSlip(); });
}

function keyed(key, parent, create) {
  let element = drawn.get(key);
  if (!element) { element = create(); drawn.set(key, element); }
  if (element.parentNode !== parent) parent.append(element);
  element.stillThere = true;
  return element;
}

function drawOffer() {
  for (const element of drawn.values()) element.stillThere = false;
  const order = { live: 0, break: 1, scheduled: 2, over: 3 };
  const list = [...matches.values()].sort((a, b) => (order[a.phase] ?? 2) - (order[b.phase] ?? 2) || a.match - b.match);
  byId('no-match').hidden = list.length > 0 || !signedIn;
  if (!matches.has(shownMatch)) shownMatch = list[0]?.match ?? null;
  const nav = byId('matches');
  nav.hidden = list.length < 2;
  for (const match of list) {
    const button = keyed(`nav ${match.match}`, nav, () => {
      const created = make('button');
      created.type = 'button';
      created.onclick = () => { shownMatch = match.match; draw(); };
      return created;
    });
    setText(button, match.teams.join(' – '));
    button.setAttribute('aria-current', String(match.match === shownMatch));
  }
  const match = matches.get(shownMatch);
  if (match) { drawBoard(match); drawMarkets(match); }
  for (const [key, element] of drawn) if (!element.stillThere) { element.remove(); drawn.delete(key); }
}

function drawBoard(match) {
  const board = keyed(`board ${match.match}`, byId('match'), () => {
    const created = make('article', 'card board');
    created.innerHTML = '<div class="board-top"><span class="phase"></span><span class="map"></span></div><div class="teams"><div class="team"><b></b><span class="side"></span></div><div class="rounds"></div><div class="team"><b></b><span class="side"></span></div></div><div class="maps"></div><p class="frozen" role="status"></p>';
    return created;
  });
  const find = (selector) => board.querySelector(selector);
  const phase = match.phase ?? 'scheduled';
  const isPlayed = phase === 'live' || phase === 'break';
  find('.phase').dataset.phase = phase;
  setText(find('.phase'), PHASES[phase]);
  const name = match.map_names?.[match.map - 1];
  setText(find('.map'), match.map ? `Map ${match.map} of ${match.best_of}${name ? ` · ${name}` : ''}` : `Best of ${match.best_of}${match.starts_at ? ` · ${new Date(match.starts_at).toLocaleString()}` : ''}`);
  const sides = match.side_a === 'T' ? ['T', 'CT'] : ['CT', 'T'];
  board.querySelectorAll('.team').forEach((team, index) => {
    setText(team.querySelector('b'), match.teams[index]);
    const side = team.querySelector('.side');
    side.hidden = phase !== 'live';
    side.dataset.side = sides[index];
    setText(side, sides[index]);
  });
  setText(find('.rounds'), match.rounds && phase !== 'scheduled' ? match.rounds.join(' : ') : 'vs');
  const maps = match.best_of > 1 && (isPlayed || phase === 'over') ? `Maps ${match.maps.join(' : ')}` : '';
  setText(find('.maps'), phase === 'over' ? `${maps ? `${maps} · ` : ''}This match is over.` : maps);
  find('.frozen').hidden = !match.frozen;
  setText(find('.frozen'), match.frozen ? `Betting is suspended: ${match.frozen.text}` : '');
}

// The order inside a group: what most people bet on first, long lists last.
const GROUP_ORDER = [
  'match_winner', 'map_winner', 'round_winner', 'pistol_round', 'regulation_winner', 'race_to_rounds', 'round_handicap', 'total_rounds',
  'team_rounds', 'overtime', 'odd_rounds', 'regulation_handicap', 'regulation_total', 'correct_round_score',
  'map_handicap', 'total_maps', 'correct_map_score', 'series_rounds',
];
const lineOf = (market) => Number(market.line ?? market.round ?? market.rounds ?? market.half ?? 0);

function drawMarkets(match) {
  const sorted = [...match.markets.values()].sort((a, b) => (a.map ?? 99) - (b.map ?? 99) || GROUP_ORDER.indexOf(a.kind) - GROUP_ORDER.indexOf(b.kind) || lineOf(a) - lineOf(b) || a.market - b.market);
  // The map being played comes first, then the match, then the maps to come.
  const rank = (market) => (market.map === undefined ? 1 : market.map === match.map ? 0 : 1 + market.map);
  sorted.sort((a, b) => rank(a) - rank(b));
  const order = new Map();
  for (const market of sorted) {
    const title = market.map === undefined ? 'Match' : `Map ${market.map}${match.map_names?.[market.map - 1] ? ` · ${match.map_names[market.map - 1]}` : ''}`;
    const key = `group ${match.match} ${market.map ?? 'match'}`;
    const group = keyed(key, byId('match'), () => {
      const created = make('section', 'group');
      created.append(make('h3'), make('div', 'markets'));
      return created;
    });
    setText(group.firstChild, title);
    if (!order.has(group)) order.set(group, []);
    order.get(group).push(drawMarket(match, market, group.lastChild));
  }
  const parent = byId('match');
  [...order.keys()].forEach((group, index) => { if (parent.children[index + 1] !== group) parent.insertBefore(group, parent.children[index + 1] ?? null); });
  for (const [group, cards] of order) cards.forEach((card, index) => { const place = group.lastChild; if (place.children[index] !== card) place.insertBefore(card, place.children[index] ?? null); });
}

function drawMarket(match, market, parent) {
  const card = keyed(`market ${market.market}`, parent, () => {
    const created = make('div', 'card market');
    const header = make('header');
    header.append(make('span'), make('span', 'why'));
    created.append(header, make('div', 'selections'));
    return created;
  });
  card.dataset.status = market.status;
  const isOpen = market.status === 'open' && !match.frozen && !bettingStopped;
  setText(card.querySelector('header span'), market.name.replace(/^Map \d+ /, (prefix) => (market.map ? '' : prefix)).replace(/^./, (first) => first.toUpperCase()));
  const winner = market.selections.get(market.winner)?.name;
  setText(card.querySelector('.why'), market.status === 'decided' ? `Result: ${winner}` : market.status === 'graded' ? 'Settled' : market.status === 'void' ? 'Void' : market.status === 'suspended' ? 'Suspended' : '');
  card.querySelector('.why').title = market.text ?? '';
  for (const selection of market.selections.values()) {
    const button = keyed(`odds ${market.market}/${selection.selection}`, card.lastChild, () => {
      const created = make('button', 'odds');
      created.type = 'button';
      created.append(make('span'), make('b'));
      created.onclick = () => choose(market.market, selection.selection);
      created.onanimationend = () => created.classList.remove('up', 'down');
      return created;
    });
    setText(button.firstChild, selection.name);
    setText(button.lastChild, isFinished(market) ? '' : asShown(selection.odds) ?? '–');
    button.disabled = !isOpen || !selection.odds;
    button.classList.toggle('won', market.winner === selection.selection);
    button.setAttribute('aria-pressed', String(isPicked(market.market, selection.selection)));
    if (isFinished(market)) {
      // The last odds before a result are no news any more.
      button.classList.remove('up', 'down');
    } else if (selection.move) {
      button.classList.remove('up', 'down');
      button.classList.add(selection.move);
      clearTimeout(button.calm);
      button.calm = setTimeout(() => button.classList.remove('up', 'down'), 1800);
      selection.move = '';
    }
  }
  return card;
}

// ---------------------------------------------------------------- the rest

function showBalance({ available, held }) {
  // Every amount has exactly the places of the account's currency.
  usePlaces((available.split('.')[1] ?? '').length);
  setText(byId('available'), available);
  setText(byId('held'), held);
}

function showBanner(text) {
  byId('banner').hidden = !text;
  setText(byId('banner'), text);
}

// Spoken by screen readers; shown on phones, where the list of bets is out of sight.
let silence = null;
function say(text) {
  setText(byId('say'), text);
  clearTimeout(silence);
  silence = setTimeout(() => setText(byId('say'), ''), 6000);
}

byId('sign-in').onsubmit = (event) => {
  event.preventDefault();
  token = byId('token').value.trim();
  sessionStorage.setItem('token', token);
  byId('token').value = '';
  setText(byId('sign-in-error'), '');
  tokenTries = 0;
  attempts = 0;
  startAgain();
};

startSlip();
connect();
