// The line to the house: one socket that comes back by itself.
//
// It follows lots and tells their frames in order, each seq once: what was missed is asked for by seq. A command
// keeps its id and is sent again until the house has answered it, over however many sockets that takes.

import { ServerClock } from "./clock.js";

const PROBE_EVERY = 60_000;
const PROBES_FIRST = 4;
const REPEAT_AFTER = 4_000;
const RETRY_AFTER = 1_500;
const WAIT_MIN = 500;
const WAIT_MAX = 30_000;

// A socket takes ten messages a second: subscriptions leave room for bids and for the clock.
const SUBSCRIBED_AT_ONCE = 8;
const SUBSCRIBED_EVERY = 200;

// Tables of negotiation are followed like lots; their ids begin with N-, which no lot's does.
const kindOf = (id) => (id.startsWith("N-") ? "table" : "lot");

export class Line extends EventTarget {
  constructor(csrf) {
    super();
    this.csrf = csrf;
    this.clock = new ServerClock();
    this.lots = new Map(); // lot → {epoch, seq}
    this.pending = new Map(); // command id → {message, answer, timer}
    this.subscribing = new Map(); // request → lot
    this.waiting = new Set(); // lots to subscribe to, the first asked for first
    this.allowed = SUBSCRIBED_AT_ONCE;
    this.tries = 0;
    this.requests = 0;
    this.open = false;
    this.ended = false;
    this.connect();
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.hurry());
  }

  // Follow a lot from a place that is known; null: from a snapshot.
  follow(lot, place) {
    this.lots.set(lot, place);
    this.want(lot);
  }

  // Put a command to the house; the promise is kept once it is decided, for or against.
  ask(message) {
    return new Promise((answer) => {
      this.pending.set(message.id, { message, answer, timer: 0 });
      this.submit(message.id);
    });
  }

  say(event, detail) {
    this.dispatchEvent(new CustomEvent(event, { detail }));
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  async connect() {
    if (this.ended) return;
    this.say("state", "connecting");
    clearTimeout(this.timer);
    this.timer = 0;
    let ticket = null;
    try {
      ticket = await this.ticket();
    } catch {
      this.later();
      return;
    }
    const url = new URL("/ws", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = (this.socket = new WebSocket(url, "luochui.v1"));
    socket.onopen = () => this.send(ticket ? { t: "hello", v: 1, ticket } : { t: "hello", v: 1 });
    socket.onmessage = ({ data }) => socket === this.socket && this.hear(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.socket && this.lost(code);
  }

  // A one-use ticket, for those who are signed in.
  async ticket() {
    if (!this.csrf) return null;
    const response = await fetch("/api/v1/tickets", {
      method: "POST",
      headers: { "X-CSRF-Token": this.csrf, "Content-Type": "application/json" },
    });
    if (response.status === 401 || response.status === 403) {
      this.csrf = null;
      return null;
    }
    if (!response.ok) throw new Error(String(response.status));
    return (await response.json()).ticket;
  }

  lost(code) {
    this.open = false;
    clearInterval(this.probing);
    clearInterval(this.allowing);
    this.subscribing.clear();
    this.waiting.clear();
    for (const asked of this.pending.values()) clearTimeout(asked.timer);
    if (code >= 4400 && code < 4408) return this.end("signed_out");
    if (code === 4409) return this.end("gone");
    if (code >= 4200 && code < 4300) return this.connect();
    this.later();
  }

  end(why) {
    this.ended = true;
    this.say("state", why);
  }

  // Come back after a while: longer each time, and never all at once.
  later() {
    const most = Math.min(WAIT_MAX, WAIT_MIN * 2 ** Math.min(this.tries++, 6));
    this.say("state", "waiting");
    this.timer = setTimeout(() => this.connect(), WAIT_MIN + Math.random() * most);
  }

  hurry() {
    if (!this.open && !this.ended && this.timer && !(this.socket?.readyState === WebSocket.CONNECTING)) {
      this.connect();
    }
  }

  hear(message) {
    const hearing = {
      welcome: () => this.welcome(message),
      snap: () => this.snap(message),
      delta: () => this.delta(message),
      ev: () => this.ev(message),
      ack: () => this.answered(message),
      rej: () => this.rejected(message),
      time: () => this.clock.take(message.c0, message.s1, message.s2, this.clock.local()),
      you: () => this.say("you", message),
      presence: () => this.say("presence", message),
      ping: () => this.send({ t: "pong" }),
    }[message.t];
    hearing?.();
  }

  welcome(message) {
    this.open = true;
    this.tries = 0;
    this.clock.guess(message.now);
    this.say("state", "live");
    this.allowed = SUBSCRIBED_AT_ONCE;
    for (const lot of this.lots.keys()) this.want(lot);
    this.allowing = setInterval(() => this.allow(), SUBSCRIBED_EVERY);
    for (const id of this.pending.keys()) this.submit(id);
    for (let n = 0; n < PROBES_FIRST; n++) setTimeout(() => this.probe(), n * 400);
    this.probing = setInterval(() => this.probe(), PROBE_EVERY);
  }

  probe() {
    this.send({ t: "time", i: ++this.requests, c0: this.clock.local() });
  }

  // Subscribe as soon as the pace allows it.
  want(lot) {
    if (!this.open) return;
    this.waiting.add(lot);
    this.drain();
  }

  allow() {
    this.allowed = Math.min(SUBSCRIBED_AT_ONCE, this.allowed + 1);
    this.drain();
  }

  drain() {
    for (const lot of this.waiting) {
      if (this.allowed < 1) return;
      this.allowed -= 1;
      this.waiting.delete(lot);
      this.subscribe(lot);
    }
  }

  subscribe(lot) {
    const place = this.lots.get(lot);
    const message = { t: "sub", i: ++this.requests, [kindOf(lot)]: lot };
    this.subscribing.set(message.i, lot);
    if (place) message.since = [place.epoch, place.seq];
    this.send(message);
  }

  snap({ i, table, lot = table, epoch, seq, state }) {
    this.subscribing.delete(i);
    this.lots.set(lot, { epoch, seq });
    this.say("snap", { lot, state });
  }

  delta({ i, table, lot = table, epoch, seq, events, now }) {
    this.subscribing.delete(i);
    this.lots.set(lot, { epoch, seq });
    this.say("events", { lot, events, now });
  }

  ev(message) {
    const { table, lot = table, epoch, seq } = message;
    const place = this.lots.get(lot);
    if (!place || seq <= place.seq) return;
    if (message.from > place.seq + 1) return this.want(lot);
    this.lots.set(lot, { epoch, seq });
    if (message.kind === "state") return this.say("snap", { lot, state: message.state });
    const events = (message.kind === "many" || table ? message.events : [message]).filter((one) => one.seq > place.seq);
    this.say("events", { lot, events, now: message.now });
  }

  submit(id) {
    const asked = this.pending.get(id);
    if (!asked || !this.open) return;
    clearTimeout(asked.timer);
    this.send({ ...asked.message, i: ++this.requests });
    asked.timer = setTimeout(() => this.repeat(id), REPEAT_AFTER);
  }

  repeat(id) {
    if (!this.pending.has(id)) return;
    this.say("repeat", id);
    this.submit(id);
  }

  answered(message) {
    const asked = this.pending.get(message.id);
    if (!asked) return;
    clearTimeout(asked.timer);
    this.pending.delete(message.id);
    asked.answer(message);
  }

  rejected(message) {
    const lot = this.subscribing.get(message.i);
    if (lot && message.retry) setTimeout(() => this.want(lot), RETRY_AFTER);
    const asked = this.pending.get(message.id);
    if (!asked) return;
    if (!message.retry) return this.answered(message);
    clearTimeout(asked.timer);
    asked.timer = setTimeout(() => this.repeat(message.id), RETRY_AFTER);
  }
}
