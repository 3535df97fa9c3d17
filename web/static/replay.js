// The player of a lot's replay. The server computes every step with the engine; here they are only shown.

import { money, words } from "./words.js";

const player = document.getElementById("player");
const picture = document.getElementById("picture");
const slider = document.getElementById("slider");
const table = document.getElementById("steps");
const lot = player.dataset.lot;
const total = Number(player.dataset.total);
const LONGEST = 10_000;
const steps = [];
let current = 0;
let speed = 1;
let timer = null;
let loading = null;
let complete = false;

const time = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai",
  dateStyle: "short",
  timeStyle: "medium",
});
const stamp = (at) => `${time.format(at)}.${String(at % 1000).padStart(3, "0")} UTC+8`;
const price = (fen) => (fen === null ? "—" : money(fen));

function set(name, text) {
  document.querySelector(`[data-m="${name}"]`).textContent = text;
}

function said(step) {
  const parts = [];
  if (step.refused) parts.push(words.refusals[step.refused] ?? step.refused);
  if (step.least_fen !== null) parts.push(words.least.replace("{}", price(step.least_fen)));
  if (step.extended) parts.push(words.extended);
  if (step.secret) parts.push(words.secrets[step.secret] ?? step.secret);
  if (step.reason) parts.push(words.reasons[step.reason] ?? step.reason);
  return parts.join(" ") || "—";
}

const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
line.setAttribute("class", "now");
const chart = picture.querySelector("svg");
chart?.append(line);

function mark(at) {
  const { opens, until, left, right, top, bottom } = picture.dataset;
  const inside = Math.min(Math.max(at, Number(opens)), Number(until));
  const share = (inside - Number(opens)) / Math.max(1, Number(until) - Number(opens));
  const x = String(Number(left) + share * (Number(right) - Number(left)));
  for (const [name, value] of Object.entries({ x1: x, x2: x, y1: top, y2: bottom })) line.setAttribute(name, value);
}

function show(n) {
  const step = steps[n - 1];
  if (!step) return;
  current = n;
  slider.value = String(n);
  set("n", String(n));
  set("at", stamp(step.at));
  set("kind", words.events[step.kind] ?? step.kind);
  set("bidder", step.bidder ?? "");
  set("amount", step.amount_fen === null ? "" : price(step.amount_fen));
  set("said", said(step));
  set("knew", words.knew[step.knew] ?? step.knew);
  const hidden = step.lead_fen !== null && step.room_fen === null;
  set("room", hidden ? words.hidden : price(step.room_fen));
  set("leader", step.room_fen === null ? "—" : (step.leader ?? "—"));
  set("minimum", price(step.minimum_fen));
  set("closes", step.closes_at === null ? "—" : stamp(step.closes_at));
  set("state", words.states[step.state] ?? step.state);
  set("extensions", String(step.extensions));
  const row = document.querySelector('[data-m="row"]');
  row.textContent = String(step.seq);
  row.href = `/journal/${step.seq}`;
  slider.setAttribute("aria-valuetext", `${n} / ${total}: ${words.events[step.kind] ?? step.kind}, ${stamp(step.at)}`);
  mark(step.at);
  table.querySelector('tr[aria-current="true"]')?.removeAttribute("aria-current");
  const shown = table.querySelector(`tr[data-n="${n}"]`);
  if (shown) {
    shown.setAttribute("aria-current", "true");
    const box = shown.closest(".steps-box");
    box.scrollTop = shown.offsetTop - box.clientHeight / 2;
  }
}

async function load(until) {
  while (!complete && steps.length < until) {
    loading ??= fetch(`/auditor/replay/${encodeURIComponent(lot)}/steps?after=${steps.length}`).then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    });
    try {
      const found = await loading;
      if (loading !== null) {
        loading = null;
        steps.push(...found.steps);
        complete = found.after === null;
      }
    } catch {
      loading = null;
      await new Promise((again) => setTimeout(again, 2_000));
    }
    document.getElementById("loading").textContent = complete ? "" : words.loading.replace("{}", String(steps.length));
  }
}

async function to(n) {
  const wanted = Math.min(Math.max(1, n), total);
  await load(wanted);
  show(Math.min(wanted, steps.length));
}

function stop() {
  clearTimeout(timer);
  timer = null;
  document.getElementById("play").textContent = words.play;
}

function next() {
  const now = steps[current - 1];
  const following = steps[current];
  if (!following) {
    if (complete || current >= total) stop();
    else load(current + 1).then(() => timer !== null && next());
    return;
  }
  const gap = Math.max(0, following.at - now.at);
  const wait = speed === 0 ? 0 : Math.min(gap / speed, LONGEST);
  timer = setTimeout(() => {
    show(current + 1);
    next();
  }, wait);
  if (steps.length - current < words.page) load(Math.min(total, current + words.page));
}

function toggle() {
  if (timer !== null) return stop();
  if (current >= total) show(1);
  document.getElementById("play").textContent = words.pause;
  timer = setTimeout(next, 0);
}

function faster(value) {
  speed = value;
  for (const button of player.querySelectorAll("[data-speed]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === value));
  }
  if (timer !== null) {
    clearTimeout(timer);
    timer = setTimeout(next, 0);
  }
}

const jump = (n) => {
  stop();
  to(n);
};
const actions = {
  first: () => jump(1),
  back: () => jump(current - 1),
  forward: () => jump(current + 1),
  hammer: () => jump(Number(player.dataset.end)),
  play: toggle,
};
for (const [id, act] of Object.entries(actions)) document.getElementById(id).addEventListener("click", act);
for (const button of player.querySelectorAll("[data-speed]")) {
  button.addEventListener("click", () => faster(Number(button.dataset.speed)));
}
slider.addEventListener("input", () => jump(Number(slider.value)));

const keys = {
  " ": toggle,
  k: toggle,
  ArrowLeft: actions.back,
  ArrowRight: actions.forward,
  Home: actions.first,
  End: () => jump(total),
  h: actions.hammer,
  1: () => faster(1),
  2: () => faster(10),
  3: () => faster(100),
  4: () => faster(0),
};
document.addEventListener("keydown", (event) => {
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const typing = event.target.closest?.("input:not([type='range']), textarea, select");
  const pressing = event.key === " " && event.target.closest?.("button, a, summary");
  if (!act || typing || pressing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
});

player.hidden = false;
const wanted = Number(player.dataset.start);
if (wanted > 0) {
  load(total).then(() => show(Math.max(1, steps.findIndex((step) => step.seq >= wanted) + 1)));
} else {
  to(1);
}
