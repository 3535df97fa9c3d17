// The operator's desk: rows follow their lots over the socket, figures and alerts are asked for, keys choose a row.

import { Line } from "./line.js";
import { deadline } from "./lot.js";
import { countdown, money, say, words } from "./words.js";

const EVERY = 2000;
const FOLLOWED_MAX = 60;
const SOON = 5 * 60_000;
const TAGS = { open: "live", suspended: "halt", hammered: "sold", awaiting_opening: "wait", priority_window: "wait" };

const line = new Line(words.csrf);
const part = (name, root = document) => root.querySelector(`[data-f="${name}"]`);
const rows = () => [...document.querySelectorAll("tr[data-lot]")];
const row = (lot) => document.querySelector(`tr[data-lot="${CSS.escape(lot)}"]`);

function put(place, text) {
  if (place && place.textContent !== String(text)) place.textContent = text;
}

// One lot as the socket tells it.
function show(lot, now) {
  const one = row(lot);
  if (!one || !now) return;
  if (now.lead_fen !== null && now.lead_fen !== undefined) put(part("price", one), money(now.lead_fen));
  put(part("leader", one), now.leader ?? "—");
  put(part("bids", one), now.bids ?? "—");
  put(part("extensions", one), now.extensions);
  const tag = part("state", one);
  put(tag, words.lot[now.state] ?? now.state);
  tag.className = `tag ${TAGS[now.state] ?? ""}`;
  one.dataset.state = now.state;
  one.dataset.ends = now.closed_at ? "" : (deadline(now)[1] ?? "");
  one.toggleAttribute("data-still", now.state === "suspended");
  if (now.closed_at) put(part("left", one), "—");
}

line.addEventListener("snap", ({ detail }) => show(detail.lot, detail.state));
line.addEventListener("events", ({ detail }) => show(detail.lot, detail.now));
line.addEventListener("presence", ({ detail }) => row(detail.lot) && put(part("watchers", row(detail.lot)), detail.watchers));
line.addEventListener("state", ({ detail }) => put(part("line"), words.say.line[detail] ?? detail));

// The next to close are followed first; the line paces them.
function follow() {
  for (const one of rows().slice(0, FOLLOWED_MAX).filter((one) => !line.lots.has(one.dataset.lot))) {
    line.follow(one.dataset.lot, { epoch: Number(one.dataset.epoch), seq: Number(one.dataset.seq) });
  }
}

// What is left of each lot, by the clock of the house; the next to close stand first.
function tick() {
  const now = line.clock.now();
  for (const one of rows()) {
    if (one.dataset.ends && !one.hasAttribute("data-still")) {
      const left = Number(one.dataset.ends) - now;
      put(part("left", one), countdown(left));
      one.toggleAttribute("data-soon", left < SOON && one.dataset.state !== "announced");
    }
  }
}

function sort() {
  const body = part("rooms");
  if (!body || document.activeElement?.closest("details[open]")) return;
  const key = (one) => [one.dataset.state === "announced" ? 1 : 0, Number(one.dataset.ends || Infinity)];
  const wanted = rows().sort((a, b) => key(a)[0] - key(b)[0] || key(a)[1] - key(b)[1]);
  if (wanted.some((one, place) => body.children[place] !== one)) {
    const at = document.activeElement;
    body.append(...wanted);
    if (body.contains(at)) at.focus();
  }
}

const FITS = {
  all: () => true,
  open: (one) => ["open", "priority_window"].includes(one.dataset.state),
  soon: (one) => one.hasAttribute("data-soon"),
  suspended: (one) => one.dataset.state === "suspended",
  hinted: (one) => Number(one.dataset.hints) > 0,
  announced: (one) => one.dataset.state === "announced",
};

function filter() {
  const find = document.getElementById("find").value.trim().toLowerCase();
  const fits = FITS[document.getElementById("only").value];
  const all = rows();
  for (const one of all) one.hidden = !(fits(one) && one.querySelector("th").textContent.toLowerCase().includes(find));
  put(part("shown"), say("shown", { n: all.filter((one) => !one.hidden).length, all: all.length }));
}

// The alarm: two short tones, unless muted. Browsers allow it once a key or button was used.
let context = null;
const muted = () => localStorage.getItem("desk-muted") === "yes";

function ring() {
  if (muted() || !navigator.userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  for (const [n, pitch] of [880, 660].entries()) {
    const tone = new OscillatorNode(context, { frequency: pitch });
    const volume = new GainNode(context, { gain: 0.15 });
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + n * 0.25);
    tone.stop(context.currentTime + n * 0.25 + 0.2);
  }
}

const mute = part("mute");
function showMute() {
  mute.hidden = false;
  mute.textContent = muted() ? words.say.unmute : words.say.mute;
}
mute.addEventListener("click", () => {
  localStorage.setItem("desk-muted", muted() ? "no" : "yes");
  showMute();
});

// Alerts, proposals and hints that were not there before ring once.
const known = new Set();
let heardBefore = false;

function notice(names) {
  const fresh = names.filter((name) => !known.has(name));
  known.clear();
  for (const name of names) known.add(name);
  if (fresh.length && heardBefore) ring();
  heardBefore = true;
}

function showAlerts(alerts) {
  const place = part("alerts");
  const shown = [...place.children].map((one) => one.dataset.alert).join();
  if (shown === alerts.map((one) => one.name).join()) return;
  place.replaceChildren(
    ...alerts.map((alert) => {
      const note = Object.assign(document.createElement("p"), { className: "note bad" });
      note.dataset.alert = alert.name;
      const text = Object.assign(document.createElement("strong"), { textContent: alert.text });
      const more = Object.assign(document.createElement("span"), { className: "small" });
      more.textContent = ` ${alert.name} · ${alert.since}`;
      note.append(text, more);
      return note;
    }),
  );
}

function showLots(lots) {
  for (const [lot, now] of Object.entries(lots)) {
    const one = row(lot);
    if (!one) continue;
    put(part("pace", one), now.pace ?? "—");
    put(part("watchers", one), now.watchers);
    if (now.clock_fen !== null && part("leader", one).textContent === "—") put(part("price", one), money(now.clock_fen));
    one.dataset.hints = now.hints ?? 0;
    const hints = part("hints", one);
    hints.hidden = !now.hints;
    put(hints, say("hints", { n: now.hints ?? 0 }));
  }
}

// Rows and proposals changed: the page is read again, unless somebody is typing in it.
async function renew(version) {
  const body = part("body");
  if (body.dataset.version === version || body.querySelector("details[open]")) return;
  const response = await fetch("/operator").catch(() => null);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const chosen = document.activeElement?.closest("tr[data-lot]")?.dataset.lot;
  const find = document.getElementById("find").value;
  const only = document.getElementById("only").value;
  body.replaceWith(part("body", page));
  document.getElementById("find").value = find;
  document.getElementById("only").value = only;
  listen();
  follow();
  if (chosen) row(chosen)?.focus();
}

async function refresh() {
  if (document.visibilityState !== "visible" && muted()) return;
  const response = await fetch("/operator/figures").catch(() => null);
  if (!response?.ok) return;
  const { lots, alerts, version, ...figures } = await response.json();
  for (const [name, value] of Object.entries(figures)) put(part(name, part("figures")), value);
  showLots(lots);
  showAlerts(alerts);
  await renew(version);
  const proposals = [...document.querySelectorAll("[data-stop]")].map((one) => one.dataset.stop);
  const hinted = rows().filter((one) => Number(one.dataset.hints)).map((one) => `${one.dataset.lot}:${one.dataset.hints}`);
  notice([...alerts.map((one) => one.name), ...proposals, ...hinted]);
  sort();
  filter();
}

// Keys: j and k choose, Enter opens, s suspends, / searches, Escape leaves a form.
function choose(step) {
  const shown = rows().filter((one) => !one.hidden);
  const place = shown.indexOf(document.activeElement?.closest("tr[data-lot]"));
  const next = shown[Math.max(0, Math.min(shown.length - 1, place + step))];
  next?.focus();
}

const KEYS = {
  j: () => choose(1),
  k: () => choose(-1),
  "/": () => document.getElementById("find").focus(),
  s: () => {
    const details = document.activeElement?.closest("tr[data-lot]")?.querySelector("details");
    if (!details) return;
    details.open = true;
    details.querySelector("input[name=reason]").focus();
  },
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "Escape" && typing) {
    const details = typing.closest("details");
    if (details) details.open = false;
    (typing.closest("tr") ?? document.body).focus?.();
    typing.blur();
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.target.matches("tr[data-lot]")) location.assign(event.target.querySelector("a").href);
  else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

function listen() {
  part("filters").addEventListener("input", filter);
  part("filters").addEventListener("submit", (event) => event.preventDefault());
}

listen();
showMute();
follow();
filter();
refresh();
setInterval(refresh, EVERY);
setInterval(tick, 250);
