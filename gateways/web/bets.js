'use strict';
// My bets: how each stands, and what its bettor can do about it: cancel it while it waits, take or decline what
// is offered instead, cash it out in full or in part, put a refused one on the slip again.

const VOIDS = { not_played: 'it was not played', rewound: 'the round was taken back', declared: 'our traders declared it void' };
const RESULTS = { open: '', won: '✓ won', lost: '✗ lost', half_won: 'half won', half_lost: 'half lost', dead_heat: 'dead heat', void: 'void' };
const betName = (bet) => (bet.legs ? kindName(bet) : bet.selection_name ?? `Selection ${bet.selection}`);
const secondsTo = (time) => Math.max(0, (time - Date.now() - skew) / 1000).toFixed(1);

function statusText(bet) {
  switch (bet.status) {
    case 'sending': return 'Sending…';
    case 'pending': return `Waiting to be accepted, ${secondsTo(bet.due)} s`;
    case 'referred': return `A trader looks at it, ${secondsTo(bet.due)} s at most`;
    case 'offered': return `We offer ${bet.legs ? (bet.lines > 1 ? `${bet.lines} × ${bet.unit} = ${bet.stake}` : bet.stake) : `${bet.stake} at ${asShown(bet.odds)}`} instead, for ${secondsTo(bet.due)} s`;
    case 'accepted': return bet.legs ? `Accepted, pays up to ${bet.payout}` : `Accepted at ${asShown(bet.odds)}, pays ${bet.payout} if it wins`;
    case 'refused': return `Not accepted. ${bet.text}`;
    case 'won': return `Won ${bet.payout}`;
    case 'lost': return 'Lost';
    case 'void': return `Void, your stake is back: ${VOIDS[bet.void_reason] ?? bet.void_reason}`;
    case 'cashed_out': return `Cashed out for ${bet.payout}`;
    default: return bet.status;
  }
}

const drawnBets = new Map();
function drawBets() {
  const list = byId('bets');
  byId('no-bets').hidden = bets.size > 0;
  // The ids begin with their time, so their order is that of placing.
  const newest = [...bets.values()].sort((a, b) => (a.cid < b.cid ? 1 : -1)).slice(0, 50);
  newest.forEach((bet, index) => {
    let item = drawnBets.get(bet.cid);
    if (!item) {
      item = make('li');
      const what = make('div', 'what');
      what.append(make('span'), make('span'));
      item.append(what, make('div', 'where'), make('ol', 'legs'), make('div', 'status'), make('div', 'acts'));
      drawnBets.set(bet.cid, item);
    }
    item.dataset.status = bet.status;
    setText(item.querySelector('.what').firstChild, betName(bet));
    setText(item.querySelector('.what').lastChild, !bet.legs ? `${bet.stake} @ ${asShown(bet.odds)}` : bet.lines > 1 ? `${bet.lines} × ${bet.unit} = ${bet.stake}` : bet.stake);
    drawLegs(item.querySelector('.legs'), bet);
    setText(item.querySelector('.where'), [bet.market_name, bet.teams?.join(' – '), bonusPart(bet.cid)].filter(Boolean).join(' · '));
    setText(item.querySelector('.status'), statusText(bet));
    drawActs(item.querySelector('.acts'), bet);
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
  for (const [cid, item] of drawnBets) if (!newest.some((bet) => bet.cid === cid)) { item.remove(); drawnBets.delete(cid); }
  countDown(newest.some((bet) => WAITS.includes(bet.status) || TICKS.includes(cashOuts.get(bet.cid)?.status)));
}

const showBet = (cid) => drawnBets.get(cid)?.scrollIntoView({ block: 'nearest' });

// The legs of a bet with how each ended, or what was wrong with it.
function drawLegs(list, bet) {
  const legs = bet.legs ?? [];
  list.hidden = !legs.length;
  while (list.children.length > legs.length) list.lastChild.remove();
  legs.forEach((leg, index) => {
    const line = list.children[index] ?? list.appendChild(make('li'));
    line.dataset.result = leg.result ?? 'open';
    const where = [leg.market_name, leg.teams?.join(' – ')].filter(Boolean).join(', ');
    const end = leg.result === 'refused' ? leg.text : RESULTS[leg.result] ?? '';
    setText(line, `${leg.banker ? 'Banker: ' : ''}${leg.selection_name ?? `Selection ${leg.selection}`} @ ${asShown(leg.odds)}${where ? `, ${where}` : ''}${end ? ` – ${end}` : ''}`);
  });
}

const WAITS = ['pending', 'referred', 'offered'];
let countdown = null;
function countDown(isNeeded) {
  if (isNeeded && !countdown) countdown = setInterval(drawBets, 100);
  if (!isNeeded && countdown) { clearInterval(countdown); countdown = null; }
}

// ---------------------------------------------------------------- what can be done

function actsOf(bet) {
  switch (bet.status) {
    case 'pending':
    case 'referred': return 'cancel';
    case 'offered': return 'offer';
    case 'accepted': return cashOuts.has(bet.cid) ? 'cash-out' : 'open';
    case 'refused': return canPickAgain(bet) ? 'again' : 'none';
    default: return 'none';
  }
}

function button(className, text, act) {
  const created = make('button', className, text);
  created.type = 'button';
  created.onclick = act;
  return created;
}

// Made anew only when something else can be done, so that the focus stays while clocks run.
function drawActs(acts, bet) {
  const { cid } = bet, kind = actsOf(bet);
  if (acts.dataset.kind !== kind) {
    acts.dataset.kind = kind;
    acts.replaceChildren(...{
      none: () => [],
      cancel: () => [button('cancel', 'Cancel', () => send({ type: 'cancel', cid }))],
      again: () => [button('again', 'Back to the slip', () => pickAgain(bets.get(cid)))],
      offer: () => [button('accept primary', 'Take it', () => answerOffer(cid, true)), button('decline', 'No, thank you', () => answerOffer(cid, false))],
      open: () => [button('cash-out', 'Cash out', () => quoteCashOut(cid, wholeOf(bets.get(cid))))],
      'cash-out': () => cashOutForm(cid),
    }[kind]());
  }
  if (kind === 'cash-out') drawCashOut(acts, bet);
}

// The number of an offer is the bet's own.
const answerOffer = (cid, accept) => send({ type: 'answer_offer', cid, offer: bets.get(cid).bet_id, accept });

// ---------------------------------------------------------------- cash-out

const cashOuts = new Map();  // client id → the question about a bet that is open on this page, and the last answer
const TICKS = ['quoted', 'pending'];
// What a part is a part of: the stake, or the stake on each line.
const wholeOf = (bet) => bet.unit ?? bet.stake;

function quoteCashOut(cid, text) {
  const all = wholeOf(bets.get(cid));
  const part = whole(text, places);
  if (!part || part > whole(all, places)) {
    cashOuts.set(cid, { status: 'refused', text: `Enter an amount up to ${all}.` });
  } else {
    const asked = part === whole(all, places) ? undefined : shown(part);
    cashOuts.set(cid, { status: 'asking', part: asked });
    if (!send({ type: 'quote_cash_out', cid, part: asked })) cashOuts.set(cid, { status: 'refused', text: 'Not connected.' });
  }
  drawBets();
}

function takeQuoted(cid) {
  const { status, quote, amount, part } = cashOuts.get(cid) ?? {};
  if (status !== 'quoted') return;
  cashOuts.set(cid, { ...cashOuts.get(cid), status: 'sent' });
  send({ type: 'cash_out', cid, quote, amount, part });
  drawBets();
}

function takeCashOut(message) {
  const open = cashOuts.get(message.cid);
  if (message.status === 'paid') say(`Cashed out for ${message.amount}`);
  // What another window asks is not this one's question, and a quote for another part answers nothing.
  if (!open || (message.status === 'quoted' && open.status !== 'asking')) return;
  cashOuts.set(message.cid, { ...open, ...message });
  drawBets();
}

// A question that never reached the engine.
function failCashOut({ cid, text }) {
  const open = cashOuts.get(cid);
  if (open?.status !== 'asking' && open?.status !== 'sent') return false;
  cashOuts.set(cid, { ...open, status: 'refused', text });
  drawBets();
  return true;
}

function cashOutForm(cid) {
  const form = make('form', 'cash-out-form');
  const label = make('label', '', bets.get(cid).unit ? 'Cash out so much of each line' : 'Cash out so much of your stake');
  const part = make('input', 'part');
  part.inputMode = 'decimal';
  part.autocomplete = 'off';
  part.value = wholeOf(bets.get(cid));
  label.append(part);
  const row = make('div', 'row');
  row.append(button('confirm primary', '', () => takeQuoted(cid)), button('requote', 'Quote', () => quoteCashOut(cid, part.value)), button('close quiet', 'Close', () => { cashOuts.delete(cid); drawBets(); }));
  const note = make('p', 'note');
  note.setAttribute('role', 'status');
  form.append(label, note, row);
  form.onsubmit = (event) => { event.preventDefault(); quoteCashOut(cid, part.value); };
  return [form];
}

function drawCashOut(acts, bet) {
  const open = cashOuts.get(bet.cid);
  // A quote that nobody took in time is over, whatever the page thinks of it.
  if (open.status === 'quoted' && open.expires < Date.now() + skew) Object.assign(open, { status: 'over' });
  const isBusy = open.status === 'asking' || open.status === 'sent' || open.status === 'pending';
  setText(acts.querySelector('.note'), {
    asking: 'Asking what it is worth…',
    quoted: `Worth ${open.amount} now, for ${secondsTo(open.expires)} s`,
    over: `The quote of ${open.amount} has run out.`,
    sent: 'Sending…',
    pending: `Waiting to be paid ${open.amount}, ${secondsTo(open.due)} s`,
    paid: `Cashed out for ${open.amount}. The rest goes on.`,
    refused: open.text,
  }[open.status] ?? '');
  const confirm = acts.querySelector('.confirm');
  confirm.hidden = open.status !== 'quoted';
  setText(confirm, `Cash out ${open.amount}`);
  acts.querySelector('.requote').disabled = isBusy;
  acts.querySelector('.part').disabled = isBusy;
}

