// The clock of the house as this browser knows it.
//
// Each probe gives an offset, ((s1 − c0) + (s2 − c3)) / 2, that is wrong by at most half its round trip. Of the
// last eight the one with the shortest round trip is believed. What is shown slews towards it, so that a
// countdown never jumps; only a first reading, or one that is wrong by more than a second, is taken at once.

const KEPT = 8;
const SLEW = 0.05;
const JUMP = 1000;

export class ServerClock {
  constructor(local = () => performance.timeOrigin + performance.now()) {
    this.local = local;
    this.samples = [];
    this.offset = 0;
    this.slewedAt = local();
  }

  // Take in a probe: sent at c0, received at s1, answered at s2, back at c3; all in ms.
  take(c0, s1, s2, c3) {
    const rtt = Math.max(0, c3 - c0 - (s2 - s1));
    this.samples.push({ offset: (s1 - c0 + (s2 - c3)) / 2, rtt });
    if (this.samples.length > KEPT) this.samples.shift();
    if (this.samples.length === 1) this.offset = this.best.offset;
  }

  // A rough reading before the first probe: nobody believes it when there is a better one.
  guess(now) {
    if (!this.samples.length) this.offset = now - this.local();
  }

  get best() {
    return this.samples.reduce((a, b) => (b.rtt < a.rtt ? b : a));
  }

  // Half the round trip of the believed probe, in ms; null before the first.
  get error() {
    return this.samples.length ? Math.max(1, Math.ceil(this.best.rtt / 2)) : null;
  }

  // The time of the house now, in ms.
  now() {
    const local = this.local();
    if (this.samples.length) {
      const missing = this.best.offset - this.offset;
      const most = (local - this.slewedAt) * SLEW;
      const step = Math.abs(missing) > JUMP ? missing : Math.max(-most, Math.min(most, missing));
      this.offset += step;
    }
    this.slewedAt = local;
    return local + this.offset;
  }
}
