// Several lots at once: one socket keeps every card current and carries the bids that were confirmed.

import { Alerts, news } from "./alerts.js";
import { newId } from "./ids.js";
import { Line } from "./line.js";
import { clockPrice, deadline, standingOf } from "./lot.js";
import { stepUp } from "./step_up.js";
import { countdown, fenOf, money, say, words } from "./words.js";

const TAGS = { open: "live", suspended: "halt", hammered: "sold", awaiting_opening: "wait", priority_window: "wait" };
const NEAR = 60_000;
const find = (name, root = document) => root.querySelector(`[data-f="${name}"]`);
const write = (place, text) => {
  if (place && place.textContent !== text) place.textContent = text;
};

const line = new Line(words.csrf);
const alerts = new Alerts(find("told"), find("sound"));
const dialog = document.getElementById("confirm");

class Card {
  constructor(root) {
    this.root = root;
    this.lot = root.dataset.lot;
    this.title = root.querySelector("h3").textContent;
    this.mine = { code: root.dataset.code || null, entry: root.dataset.standing, hasBid: root.dataset.bid === "yes" };
    this.terms = this.now = null;
    find("next", root)?.addEventListener("click", () => this.propose());
  }

  get standing() {
    return standingOf(this.now, this.mine);
  }

  stand(now) {
    const [before, was] = [this.now, this.now && this.standing];
    this.now = now;
    this.show();
    if (before) alerts.tell(news(before, now, was, this.standing), this.title);
  }

  show() {
    const { root, now, standing } = this;
    root.dataset.standing = standing;
    write(find("standing", root), words.standing[standing] ?? standing);
    if (standing !== "leading") write(find("max", root), "");
    const tag = find("state", root);
    write(tag, words.lot[now.state] ?? now.state);
    tag.className = `tag ${TAGS[now.state] ?? ""}`;
    const won = now.winners[0]?.price_fen;
    if ((won ?? now.lead_fen) !== null) this.price(won === undefined ? "lead" : "hammer", won ?? now.lead_fen);
    this.showNext();
    this.tick();
  }

  price(name, fen) {
    write(find("price-name", this.root), words.price[name]);
    write(find("price", this.root), money(fen));
  }

  showNext() {
    const next = find("next", this.root);
    if (!next) return;
    const proxies = this.terms?.mechanism === "english" || this.now.phase === "competition";
    const mayBid = this.now.state === "open" && ["admitted", "outbid"].includes(this.standing);
    next.hidden = !mayBid || this.now.minimum_fen === null;
    find("proxy", this.root).hidden = next.hidden || !proxies;
    write(next, say("next", { amount: money(this.now.minimum_fen) }));
  }

  tick() {
    if (!this.now) return;
    const falling = clockPrice(this.terms, this.now, line.clock.now());
    if (falling !== null && !this.now.closed_at) this.price("clock", falling);
    const [name, ends] = this.now.closed_at ? ["ended", null] : deadline(this.now);
    write(find("clock-name", this.root), words.until[name]);
    const left = ends === null ? null : ends - (this.now.suspended_at ?? line.clock.now());
    const clock = find("clock", this.root);
    write(clock, left === null ? "—" : countdown(left));
    clock.classList.toggle("near", left !== null && name === "closes" && left < NEAR);
    if (name === "closes" && ends !== null && this.now.state === "open") alerts.remind(this.lot, left, this.title);
  }

  wrong(text) {
    write(find("wrong", this.root), text);
  }

  // The amount of the button, and a maximum where one was typed; asked back before it is sent.
  async propose() {
    this.wrong("");
    const message = { t: "bid", lot: this.lot, id: newId(), amount_fen: this.now.minimum_fen };
    const field = find("maximum", this.root);
    const typed = find("proxy", this.root).hidden ? "" : (field?.value.trim() ?? "");
    field?.removeAttribute("aria-invalid");
    if (typed) {
      message.max_fen = fenOf(typed);
      const fault = message.max_fen === null ? "BAD_AMOUNT" : message.max_fen < message.amount_fen ? "MAX_BELOW_BID" : null;
      if (fault) {
        field.setAttribute("aria-invalid", "true");
        field.focus();
        return this.wrong(words.refusal[fault]);
      }
    }
    const seen = line.lots.get(this.lot)?.seq;
    if (seen) message.seen = seen;
    if (await confirmed(this.title, message)) await this.send(message, field);
  }

  async send(message, field) {
    const next = find("next", this.root);
    next.disabled = true;
    let answered = await line.ask(message);
    if (answered.code === "STEP_UP_REQUIRED" && (await stepUp(words.csrf, words.refusal))) answered = await line.ask(message);
    next.disabled = false;
    find("enrol", this.root).hidden = answered.code !== "SECOND_FACTOR_REQUIRED";
    if (answered.t === "ack") {
      this.mine.hasBid = true;
      if (field) field.value = "";
      return this.show();
    }
    const sentence = words.refusal[answered.code] ?? answered.code;
    this.wrong(answered.minimum_fen ? `${sentence} ${say("minimum", { minimum: money(answered.minimum_fen) })}` : sentence);
  }
}

function confirmed(title, { amount_fen, max_fen }) {
  const question = say("confirm_bid", { amount: money(amount_fen), title });
  write(document.getElementById("confirm-text"), max_fen ? `${question} ${say("confirm_max", { max: money(max_fen) })}` : question);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
  });
}

const cards = new Map([...document.querySelectorAll(".card")].map((root) => [root.dataset.lot, new Card(root)]));

line.addEventListener("state", ({ detail }) => write(find("line"), words.line[detail] ?? detail));
line.addEventListener("snap", ({ detail }) => {
  const card = cards.get(detail.lot);
  if (!card) return;
  card.terms = detail.state;
  card.stand(detail.state);
});
line.addEventListener("events", ({ detail }) => {
  const card = cards.get(detail.lot);
  if (!card) return;
  if (detail.events.some((event) => event.bidder && event.bidder === card.mine.code)) card.mine.hasBid = true;
  if (detail.now) card.stand(detail.now);
});
line.addEventListener("you", ({ detail }) => {
  const card = cards.get(detail.lot);
  if (!card) return;
  card.mine.code = detail.code;
  card.mine.entry = detail.entry ?? card.mine.entry;
  write(find("max", card.root), detail.max_fen ? say("maximum", { max: money(detail.max_fen) }) : "");
  if (card.now) card.show();
});

for (const lot of cards.keys()) line.follow(lot, null);
setInterval(() => cards.forEach((card) => card.tick()), 200);
