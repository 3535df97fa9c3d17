// The live room of one lot: keeps the page current and carries its forms over the socket.

import { Alerts, news } from "./alerts.js";
import { newId } from "./ids.js";
import { Line } from "./line.js";
import { clockPrice, deadline, standingOf } from "./lot.js";
import { canSeal } from "./seal.js";
import { sealedTo, showKeys } from "./sealing.js";
import { stepUp } from "./step_up.js";
import { countdown, fenOf, instant, money, plainYuan, say, words } from "./words.js";

const HISTORY_MAX = 50;
const CHART_EVERY = 2500;
const TAGS = { open: "live", suspended: "halt", hammered: "sold", awaiting_opening: "wait", priority_window: "wait" };
const STEPS = new Set([...Object.keys(words.step), "SealsOpened"]);
const CAN_BID = new Set(["admitted", "leading", "outbid"]);

const room = document.getElementById("room");
const lot = room.dataset.lot;
const at = (name) => room.querySelector(`[data-f="${name}"]`);
const set = (name, text) => {
  const place = at(name);
  if (place && place.textContent !== text) place.textContent = text;
};

let terms = null; // the lot as the last snapshot had it: rules that do not change
let now = null; // how it stands
let code = room.dataset.code || null;
let entry = at("standing").closest("[data-standing]").dataset.standing;
let hasBid = room.dataset.bid === "yes";

const line = new Line(words.csrf);
const alerts = new Alerts(at("told"), at("sound"));

// What the house tells

line.addEventListener("state", ({ detail }) => {
  set("line", words.line[detail] ?? detail);
  if (detail !== "live") set("watchers", "");
});
line.addEventListener("presence", ({ detail }) => set("watchers", `· ${say("watchers", { n: detail.watchers })}`));
line.addEventListener("repeat", () => answer(say("repeat"), "wait"));

// Where the receipts of own steps are, by their place: the page was drawn with those so far.
const receipts = new Map();
for (const link of room.querySelectorAll('[data-f="history"] a[download]')) {
  receipts.set(Number(link.closest("tr").dataset.seq), link.getAttribute("href"));
}

line.addEventListener("snap", ({ detail }) => {
  terms = detail.state;
  stand(detail.state);
  at("history").replaceChildren();
  detail.state.recent.forEach(record);
  drawChart();
});

line.addEventListener("events", ({ detail }) => {
  for (const event of detail.events) {
    if (STEPS.has(event.kind)) record(event);
    if (event.kind === "LotSuspended") set("suspended-why", words.reason[event.reason] ?? event.reason);
  }
  if (detail.now) stand(detail.now);
  if (detail.events.some((event) => STEPS.has(event.kind) || event.kind === "Hammered")) drawChart();
});

line.addEventListener("you", ({ detail }) => {
  if (detail.lot !== lot) return;
  code = detail.code;
  entry = detail.entry ?? entry;
  set("standing-code", code ? say("code", { code }) : "");
  set("standing-max", detail.max_fen ? say("maximum", { max: money(detail.max_fen) }) : "");
  if (entry === "admitted" && !at("forms")) location.reload();
  showStanding();
});

function record(event) {
  if (event.kind === "SealsOpened") return recordOpenings(event);
  const bidder = event.bidder ?? event.leader;
  if (bidder === code) hasBid = true;
  const row = document.getElementById("row").content.firstElementChild.cloneNode(true);
  const [who, kind, amount, time] = row.children;
  who.textContent = bidder;
  kind.textContent = words.step[event.kind];
  if (event.extended) {
    const tag = document.createElement("span");
    tag.className = "tag wait";
    tag.textContent = say("extended");
    kind.append(" ", tag);
  }
  amount.textContent = money(event.amount_fen);
  const when = instant(event.at);
  time.firstElementChild.dateTime = new Date(event.at).toISOString();
  time.firstElementChild.firstElementChild.textContent = `${when.slice(5, 10)} `;
  time.firstElementChild.append(when.slice(11));
  row.classList.toggle("mine", bidder === code);
  row.dataset.seq = event.seq;
  linkReceipt(row);
  const history = at("history");
  history.prepend(row);
  while (history.children.length > HISTORY_MAX) history.lastElementChild.remove();
  at("no-bids").hidden = true;
}

// Every envelope is a line of its own, the best last, for the newest line stands on top.
function recordOpenings(event) {
  const openings = [...event.openings].sort((a, b) => (a.amount_fen ?? 0) - (b.amount_fen ?? 0));
  for (const { bidder, amount_fen } of openings) {
    const kind = event.void.includes(bidder) ? "void" : "opened";
    record({ kind, bidder, amount_fen, at: event.at });
  }
}

// How the lot stands

function stand(standing) {
  const [before, was] = [now, now && kind()];
  now = standing;
  showPrice();
  showState();
  showForms();
  showStanding();
  tick();
  if (before) alerts.tell(news(before, now, was, kind()));
  alerts.entitle(kind(), now.winners[0]?.price_fen ?? now.lead_fen);
}

function showPrice() {
  const won = now.winners.length > 0;
  const fen = won ? now.winners[0].price_fen : now.lead_fen;
  const price = at("price");
  if (fen !== null && price.textContent !== money(fen)) {
    price.textContent = money(fen);
    price.classList.remove("changed");
    void price.offsetWidth; // lets the animation start again
    price.classList.add("changed");
  }
  if (fen !== null) set("price-name", words.price[won ? "hammer" : "lead"]);
  const parts = [];
  if (now.leader && !now.closed_at) parts.push(say("leads", { code: now.leader }));
  if (now.bids) parts.push(say("bids", { n: now.bids.toLocaleString() }));
  if (now.extensions) parts.push(say("extensions", { n: now.extensions }));
  set("bids", parts.join(" · "));
}

function showState() {
  const tag = at("state");
  tag.textContent = words.lot[now.state] ?? now.state;
  tag.className = `tag ${TAGS[now.state] ?? ""}`;
  at("suspended").hidden = now.state !== "suspended";
  at("clock").hidden = now.closed_at !== null;
  const ended = now.closed_at !== null;
  at("ended").hidden = !ended;
  if (!ended) return;
  if (at("way-in")) at("way-in").hidden = true;
  set("ended-word", words.lot[now.state]);
  const awards = now.winners.map((one) => say("award", { price: money(one.price_fen), code: one.bidder }));
  set("ended-text", awards.join("; ") || (words.reason[now.reason] ?? now.reason ?? ""));
  showTrades();
}

// The winner and the seller go on to the trade.
function showTrades() {
  const seller = room.dataset.seller === "yes";
  const links = now.winners
    .map((one, n) => ({ one, id: `T-${lot}-${n + 1}` }))
    .filter(({ one }) => seller || one.bidder === code)
    .map(({ id }) => {
      const link = document.createElement("a");
      link.className = "button";
      link.href = `/trades/${id}`;
      link.textContent = say("trade", { trade: id });
      return link;
    });
  if (links.length) at("trades").replaceChildren(...links);
}

const kind = () => standingOf(now, { code, entry, hasBid });

function showStanding() {
  const own = kind();
  const yours = at("standing").closest("[data-standing]");
  yours.dataset.standing = own;
  yours.hidden = Boolean(now?.closed_at) && ["visitor", "staff"].includes(own);
  set("standing-word", words.standing[own] ?? own);
  if (own !== "leading") set("standing-max", "");
  at("deposit").hidden = own !== "deposit_unpaid";
  const forms = at("forms");
  if (forms) forms.hidden = !(CAN_BID.has(own) && now && ["open", "priority_window", "suspended"].includes(now.state));
}

function showForms() {
  const minimum = now.minimum_fen;
  const buys = terms?.direction === "buy";
  set("least", minimum === null ? "" : say(buys ? "most" : "least", { minimum: money(minimum) }));
  const amount = document.getElementById("amount");
  if (amount && minimum !== null) amount.placeholder = plainYuan(minimum);
  for (const button of room.querySelectorAll("[data-steps]")) {
    if (minimum === null || !now.step_fen) continue;
    const fen = minimum + (buys ? -1 : 1) * (Number(button.dataset.steps) - 1) * now.step_fen;
    button.value = plainYuan(fen);
    button.querySelector("[data-amount]").textContent = money(fen);
  }
}

// Time

function tick() {
  if (!now || now.closed_at !== null) return;
  const [name, ends] = deadline(now);
  set("clock-name", words.until[name]);
  const place = at("countdown");
  if (ends === null) return set("countdown", "—");
  // A stopped clock shows what was left when it stopped.
  const left = ends - (now.suspended_at ?? line.clock.now());
  set("countdown", countdown(left));
  place.classList.toggle("near", left < 60_000 && name === "closes");
  if (name === "closes" && now.state === "open") alerts.remind(lot, left);
  set("ends", `${instant(ends)} UTC+8`);
  if (line.clock.error !== null) set("error", say("error", { n: line.clock.error }));
  showClockPrice();
}

let clockFen = null;

// The price of a descending clock, by the clock of the house; the chart goes on with it.
function showClockPrice() {
  const fen = clockPrice(terms, now, line.clock.now());
  if (fen === null) return;
  set("price-name", words.price.clock);
  set("price", money(fen));
  if (clockFen !== null && fen !== clockFen) drawChart();
  clockFen = fen;
  const take = at("take");
  if (take) {
    set("take", words.take.replace("%(price)s", money(fen)));
    at("take-amount").value = plainYuan(fen);
  }
}

setInterval(tick, 100);

// The chart is drawn by the house; a busy lot asks for it now and then only.

let charted = 0;
let charting = null;

function drawChart() {
  if (charting || !at("chart")) return;
  charting = setTimeout(fetchChart, Math.max(0, charted + CHART_EVERY - Date.now()));
}

async function fetchChart() {
  charting = null;
  charted = Date.now();
  const response = await fetch(`/lots/${encodeURIComponent(lot)}/chart`).catch(() => null);
  if (!response?.ok) return;
  const drawn = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("svg");
  if (drawn) at("chart").replaceChildren(document.importNode(drawn, true));
}

// Forms over the socket

function answer(text, mood) {
  const place = at("answer");
  place.textContent = text;
  place.className = `note small ${mood}`;
  place.hidden = !text;
  const done = at("done");
  if (done) done.remove();
}

function wrong(form, field, text) {
  const place = form.querySelector(`#wrong-${field}`);
  const input = form.elements[field];
  if (place) place.textContent = text;
  if (input instanceof HTMLElement) input.toggleAttribute("aria-invalid", Boolean(text));
  if (text && input instanceof HTMLElement) {
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }
  return Boolean(place);
}

function clear(form) {
  for (const place of form.querySelectorAll(".wrong")) place.textContent = "";
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

// The message of a form; null when something in it is wrong, which is then said beside the field.
function messageOf(form, button) {
  const message = { t: form.dataset.ask, lot, id: form.elements.command.value };
  if (message.t === "match") return message;
  const typed = button?.name === "amount" ? button.value : form.elements.amount.value;
  message.amount_fen = fenOf(typed);
  if (message.amount_fen === null) return wrong(form, "amount", words.refusal.BAD_AMOUNT) && null;
  const maximum = form.elements.max?.value.trim();
  if (maximum) {
    message.max_fen = fenOf(maximum);
    if (message.max_fen === null) return wrong(form, "max", words.refusal.BAD_AMOUNT) && null;
    if (message.max_fen < message.amount_fen) return wrong(form, "max", words.refusal.MAX_BELOW_BID) && null;
  }
  if (form.elements.confirm?.checked) message.confirm = true;
  const seen = line.lots.get(lot)?.seq;
  if (message.t === "bid" && seen) message.seen = seen;
  return message;
}

// A sealed bid leaves the browser as an envelope only.
async function sealed(message) {
  const { amount_fen, ...rest } = message;
  if (!canSeal || !code) return null;
  const made = await sealedTo(lot, code, amount_fen);
  return made && { ...rest, ...made };
}

async function submit(form, button) {
  clear(form);
  let message = messageOf(form, button);
  if (message?.t === "seal") {
    message = await sealed(message);
    if (!message) return answer(say("no_seal"), "bad");
  }
  if (!message) return;
  const buttons = room.querySelectorAll("[data-ask] button");
  for (const one of buttons) one.disabled = true;
  answer(say("sending"), "");
  let answered = await line.ask(message);
  if (answered.code === "STEP_UP_REQUIRED" && (await stepUp(words.csrf, words.refusal))) answered = await line.ask(message);
  for (const one of buttons) one.disabled = false;
  form.elements.command.value = newId();
  if (answered.t === "ack") accepted(form, answered, message);
  else refused(form, answered);
}

// What the house decided can be kept with its proof, a refusal too.
function offerReceipt(id, seq) {
  at("save").hidden = !id;
  if (!id) return;
  const link = at("save-link");
  link.href = `/api/v1/commands/${encodeURIComponent(id)}/receipt`;
  if (seq === undefined) return;
  receipts.set(seq, link.getAttribute("href"));
  const row = at("history").querySelector(`[data-seq="${seq}"].mine`);
  if (row) linkReceipt(row);
}

function linkReceipt(row) {
  const href = receipts.get(Number(row.dataset.seq));
  if (!href || row.querySelector("a")) return;
  const link = document.createElement("a");
  link.className = "small";
  link.href = href;
  link.download = "";
  link.textContent = say("receipt");
  row.children[1].append(" ", link);
}

function accepted(form, { seq, receipt, kind: what, id }, { commitment }) {
  offerReceipt(id, what === "MaximumRaised" ? undefined : seq);
  at("enrol").hidden = true;
  const proof = { seq, receipt: receipt.slice(0, 16), commitment: commitment?.slice(0, 16) };
  answer(say(commitment ? "sealed" : "accepted", proof), "good");
  if (commitment) entry = "sealed";
  if (what !== "MaximumRaised") hasBid = true;
  if (what === "LicenceAccepted" && !terms?.dutch) entry = "licensed";
  const confirm = at("confirm");
  if (form.elements.amount?.type === "text") form.elements.amount.value = "";
  if (form.elements.max) form.elements.max.value = "";
  if (confirm) confirm.hidden = true;
  if (form.elements.confirm) form.elements.confirm.checked = false;
  showStanding();
}

function refused(form, { code: why, minimum_fen: minimum, field, detail, seq, id }) {
  offerReceipt(seq === undefined || seq === null ? null : id);
  const sentence = words.refusal[why] ?? `${why}: ${detail ?? ""}`;
  const text = minimum ? `${sentence} ${say("minimum", { minimum: money(minimum) })}` : sentence;
  answer("", "");
  at("enrol").hidden = why !== "SECOND_FACTOR_REQUIRED";
  if (why === "BID_UNCONFIRMED" && at("confirm") && form.elements.confirm) at("confirm").hidden = false;
  const place = field ?? (form.dataset.ask === "match" ? "match" : "amount");
  if (!wrong(form, place, text)) answer(text, "bad");
}

if (room.querySelector('[data-ask="seal"]')) showKeys(lot, at("seal-keys"));

for (const form of room.querySelectorAll("[data-ask]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form, event.submitter);
  });
  for (const button of form.querySelectorAll("button")) button.disabled = false;
}

// From a snapshot, for it brings the rules that the page was drawn from.
line.follow(lot, null);
