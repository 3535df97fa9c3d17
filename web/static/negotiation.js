// A negotiation table: its forms go over the socket, and what moves is asked for again when the table has moved.

import { newId } from "./ids.js";
import { Line } from "./line.js";
import { stepUp } from "./step_up.js";
import { countdown, fenOf, say, words } from "./words.js";

const place = document.getElementById("negotiation");
const table = place.dataset.table;
const at = (name) => document.querySelector(`[data-f="${name}"]`);
const terms = place.querySelector("form.terms");
let typed = false; // what a person has begun to write is never overwritten

const line = new Line(words.csrf);

line.addEventListener("state", ({ detail }) => {
  at("line").textContent = words.line[detail] ?? detail;
});
line.addEventListener("repeat", () => answer(say("repeat"), "wait"));
line.addEventListener("events", () => refresh());
line.addEventListener("snap", () => refresh());

// What moved

let refreshing = null;
let again = false;

function refresh() {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = fetchLive().finally(() => {
    refreshing = null;
    if (again) {
      again = false;
      refresh();
    }
  });
}

async function fetchLive() {
  const response = await fetch(`/negotiations/${encodeURIComponent(table)}/live${location.search}`).catch(() => null);
  if (!response?.ok) return;
  const live = new DOMParser().parseFromString(await response.text(), "text/html");
  const focus = document.activeElement?.id;
  const reason = document.getElementById("reason")?.value;
  const log = at("live").querySelector(".moves");
  const fresh = live.querySelector(".moves");
  // The log stays the same element, so that a screen reader is told only of the lines that are new.
  if (log && fresh) {
    log.append(...[...fresh.children].slice(log.children.length));
    fresh.replaceWith(log);
  }
  at("live").replaceChildren(...live.body.children);
  if (reason && document.getElementById("reason")) document.getElementById("reason").value = reason;
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  wire(at("live"));
  showTurn();
  tick();
}

function showTurn() {
  const turn = at("turn");
  if (!terms || !turn) return;
  at("offering").hidden = !["offer", "answer"].includes(turn.dataset.turn);
  terms.elements.move.value = turn.dataset.turn === "answer" ? "counter" : "offer";
  terms.elements.answers.value = turn.dataset.answers;
  if (!typed) {
    for (const [name, value] of Object.entries(JSON.parse(turn.dataset.values))) terms.elements[name].value = value;
  }
  showPayment();
}

function showPayment() {
  for (const part of terms.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(terms.elements.payment.value);
  }
  terms.elements.licence.closest("div").hidden = terms.elements.kind.value !== "licence";
}

function tick() {
  const clock = at("countdown");
  if (!clock) return;
  const left = Number(clock.dataset.ends) - line.clock.now();
  clock.textContent = left > 0 ? countdown(left) : say("lapsed");
}

setInterval(tick, 250);

// What is said

function answer(text, mood) {
  const note = at("answer");
  note.textContent = text;
  note.className = `note small ${mood}`;
  note.hidden = !text;
}

function wrong(form, field, text) {
  const note = form.querySelector(`#wrong-${field}`);
  const input = form.elements[field];
  if (!note || !input) return false;
  note.textContent = text;
  input.setAttribute("aria-invalid", "true");
  input.focus();
  return true;
}

function clear(form) {
  for (const note of form.querySelectorAll(".wrong")) note.textContent = "";
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

const whole = (text) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : null);

// The sheet of the form; null when something in it is wrong, which is then said beside the field.
function sheet(form) {
  const f = form.elements;
  const bad = (field, code = "BAD_VALUE") => wrong(form, field, words.refusal[code]) && null;
  const price_fen = fenOf(f.price.value);
  if (price_fen === null) return bad("price", "BAD_AMOUNT");
  const payment = { form: f.payment.value };
  if (payment.form === "instalments") {
    const parts = f.instalments.value.split("\n").filter((one) => one.trim());
    payment.instalments = parts.map((one) => {
      const [percent, days, more] = one.trim().split(/\s+/).map(whole);
      return { share_bp: (percent ?? 0) * 100, days: more === undefined ? days : null };
    });
    if (payment.instalments.some((one) => !one.share_bp || (one.days ?? null) === null)) return bad("instalments");
  }
  if (["royalty", "entry_fee_royalty"].includes(payment.form)) {
    payment.royalty = { basis: f.basis.value, rates: f.rates.value.trim().split(/\s+/) };
  }
  const made = { price_fen, kind: f.kind.value, form: f.form.value, licence: f.licence.value, payment };
  const months = f.term_months.value.trim();
  if (months) {
    made.term_months = whole(months);
    if (!made.term_months) return bad("term_months");
  }
  return { ...made, territory: f.territory.value.trim(), further: f.further.value.trim() };
}

function messageOf(form, button) {
  const f = form.elements;
  const t = f.move.value;
  const message = { t, table, id: f.command.value };
  if (t === "join") return { ...message, accept: button.value === "yes" };
  if (t === "break") return { ...message, reason: f.reason.value.trim() };
  if (t !== "offer") message.answers = Number(f.answers.value);
  if (t === "withdraw") return message;
  if (t === "agree") return { ...message, digest: f.digest.value };
  const made = sheet(form);
  const hours = whole(f.hours.value);
  if (!made) return null;
  if (!hours) return wrong(form, "hours", words.refusal.BAD_VALUE) && null;
  return { ...message, terms: made, minutes: hours * 60, firm: f.firm.checked };
}

async function submit(form, button) {
  clear(form);
  const message = messageOf(form, button);
  if (!message) return;
  const buttons = document.querySelectorAll("[data-move] button");
  for (const one of buttons) one.disabled = true;
  answer(say("sending"), "");
  let answered = await line.ask(message);
  if (answered.code === "STEP_UP_REQUIRED" && (await stepUp(words.csrf, words.refusal))) answered = await line.ask(message);
  for (const one of buttons) one.disabled = false;
  form.elements.command.value = newId();
  if (answered.t === "ack") {
    if (form === terms) typed = false;
    answer(say("accepted", { seq: answered.seq, receipt: answered.receipt.slice(0, 16) }), "good");
    refresh();
    return;
  }
  const detail = answered.code === "TERMS_INVALID" || answered.code === "BAD_VALUE" ? ` ${answered.detail ?? ""}` : "";
  answer(`${words.refusal[answered.code] ?? answered.code}${detail}`, "bad");
  refresh();
}

function wire(part) {
  for (const form of part.querySelectorAll("form[data-move]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit(form, event.submitter);
    });
  }
}

wire(document);
if (terms) {
  terms.addEventListener("input", () => {
    typed = true;
    showPayment();
  });
  showPayment();
}
if (at("turn") && place.dataset.seq !== "0") {
  line.follow(table, { epoch: Number(place.dataset.epoch), seq: Number(place.dataset.seq) });
}
tick();
