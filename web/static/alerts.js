// What happened, for those who do not look: said in a live region, sounded, and marked in the title of the window.
//
// The texts are the page's own (words.told). Sound is asked of the browser only when there is something to hear,
// and whether it is wanted is remembered on this device.

import { countdown, instant, money, say, words } from "./words.js";

const REMEMBERED = "luochui.sound";
const SAY_AFTER = 120; // lets a burst of events become one sentence
const LAST_MINUTE = 60_000;
// Frequencies in Hz and the length of each in seconds: down for a loss, up for a gain, a knock for the hammer.
const TONES = {
  outbid: [[660, 0.14], [440, 0.22]],
  extended: [[520, 0.12], [520, 0.12]],
  minute: [[740, 0.12]],
  won: [[180, 0.08], [523, 0.14], [784, 0.3]],
  lost: [[180, 0.08], [392, 0.3]],
};
const MARKS = { leading: "▲ ", won: "▲ ", outbid: "▼ ", lost: "▼ " };

// What a standing tells that the one before it did not: [kind, sentence], the weightiest last.
export function news(before, now, was, is) {
  const lead = now.lead_fen !== null && (now.lead_fen !== before.lead_fen || now.leader !== before.leader);
  const facts = { price: money(now.lead_fen), code: now.leader, minimum: money(now.minimum_fen) };
  const found = [];
  if (now.extensions > before.extensions) found.push(["extended", say("told_extended", { time: instant(now.closes_at) })]);
  if (now.state === "suspended" && before.state !== "suspended") found.push(["suspended", say("told_suspended")]);
  if (now.state === "open" && before.state === "suspended") found.push(["resumed", say("told_resumed")]);
  if (now.state === "open" && before.state === "announced") found.push(["opened", say("told_opened")]);
  if (now.closed_at !== null && before.closed_at === null) found.push(ended(now, is));
  else if (lead && is === "leading") found.push(["leading", say("told_leading", facts)]);
  else if (lead && is === "outbid") found.push([was === "leading" ? "outbid" : "lead", say("told_outbid", facts)]);
  else if (lead && now.leader) found.push(["lead", say("told_lead", facts)]);
  return found;
}

function ended(now, is) {
  const awards = now.winners.map((one) => say("award", { price: money(one.price_fen), code: one.bidder })).join("; ");
  const word = words.lot[now.state] ?? now.state;
  if (is === "won") return ["won", say("told_won", { awards })];
  return [is === "lost" ? "lost" : "ended", say("told_ended", { word, awards: awards || (words.reason[now.reason] ?? "") })];
}

export class Alerts {
  // `place` is the live region, `toggle` the button that turns sound on and off.
  constructor(place, toggle) {
    this.place = place;
    this.toggle = toggle;
    this.waiting = [];
    this.minutes = new Map();
    this.title = document.title;
    this.on = remembered() !== "off";
    toggle?.addEventListener("click", () => this.turn(!this.on));
    if (toggle) this.turn(this.on);
  }

  turn(on) {
    this.on = on;
    remember(on ? "on" : "off");
    this.toggle.hidden = false;
    this.toggle.setAttribute("aria-pressed", String(on));
  }

  // Say and sound what `news` found; `name` tells one lot of several apart.
  tell(found, name = "") {
    if (!found.length) return;
    this.waiting.push(...found.map(([, text]) => (name ? `${name}: ${text}` : text)));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.speak(), SAY_AFTER);
    const heard = found.findLast(([kind]) => TONES[kind]);
    if (heard) this.sound(heard[0]);
  }

  speak() {
    this.place.textContent = this.waiting.slice(-3).join(" ");
    this.waiting = [];
  }

  // The last minute of a lot is told once; when the close moves away, once more.
  remind(lot, left, name = "") {
    const near = left > 0 && left <= LAST_MINUTE;
    if (near && this.minutes.get(lot) === false) this.tell([["minute", say("told_minute", { left: countdown(left) })]], name);
    this.minutes.set(lot, near);
  }

  // The window's title: how the reader stands, and the price.
  entitle(standing, fen) {
    const price = fen === null ? "" : `${money(fen)} · `;
    const title = `${MARKS[standing] ?? ""}${price}${this.title}`;
    if (document.title !== title) document.title = title;
  }

  sound(kind) {
    if (!this.on || !window.AudioContext) return;
    this.audio ??= new AudioContext();
    if (this.audio.state === "suspended") this.audio.resume().catch(() => {});
    let begin = this.audio.currentTime + 0.02;
    for (const [frequency, length] of TONES[kind]) {
      this.tone(frequency, begin, length);
      begin += length;
    }
    this.place.dataset.sounded = kind;
  }

  tone(frequency, begin, length) {
    const source = new OscillatorNode(this.audio, { frequency });
    const volume = new GainNode(this.audio, { gain: 0 });
    volume.gain.setValueAtTime(0.12, begin);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + length);
    source.connect(volume).connect(this.audio.destination);
    source.start(begin);
    source.stop(begin + length);
  }
}

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null; // a browser that keeps nothing
  }
}

function remember(value) {
  try {
    localStorage.setItem(REMEMBERED, value);
  } catch {
    // It is asked again next time.
  }
}
