'use strict';
// The player's session, for whoever limits his time or is reminded of it: it begins with the sign-in, says
// now and then that somebody is still there, and shows the reminder of how long he has played. The engine
// decides when; the page only shows it and passes his word on.

const ALIVE_MS = 60000;
let lastTouch = Date.now();  // the last sign of a person, and not only of an open page
for (const kind of ['pointerdown', 'keydown', 'scroll']) {
  addEventListener(kind, () => { lastTouch = Date.now(); }, { passive: true });
}

let needsSession = false;    // whether the engine speaks of sessions at all
const isThere = () => signedIn && needsSession && Date.now() - lastTouch < ALIVE_MS;
const sayOfSession = (step) => send({ type: 'session', step });
setInterval(() => { if (isThere()) sayOfSession('open'); }, ALIVE_MS);

function inWords(seconds) {
  const minutes = Math.max(1, Math.round(seconds / 60));
  const hours = Math.floor(minutes / 60), rest = minutes % 60;
  const of = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;
  return [hours ? of(hours, 'hour') : '', rest ? of(rest, 'minute') : ''].filter(Boolean).join(' ');
}

function takeSession({ session }) {
  needsSession = true;
  if (!session && isThere()) sayOfSession('open');
  const dialog = byId('check');
  if (!session?.must_confirm) { if (dialog.open) dialog.close(); return; }
  setText(byId('check-time'), inWords(session.played_s));
  setText(byId('check-staked'), session.staked);
  const won = session.spent.startsWith('-');
  setText(byId('check-spent-label'), won ? 'Won' : 'Spent');
  setText(byId('check-spent'), session.spent.replace('-', ''));
  if (!dialog.open) dialog.showModal();
}

// What the page is made of is named by the script after this one.
addEventListener('DOMContentLoaded', () => {
  byId('check-confirm').onclick = () => sayOfSession('confirm');
  // Escape is no answer: what closes it is the engine's word that it was seen.
  byId('check').addEventListener('cancel', (event) => event.preventDefault());
});
