// What follows from how a lot stands: which instant counts, and the price of a descending clock.

// The name of the next instant and the instant itself, ms; null where there is none.
export function deadline(now) {
  if (now.state === "announced") return ["opens", now.opens_at];
  if (now.window_until) return ["window", now.window_until];
  return [now.state === "awaiting_opening" ? "closed" : "closes", now.closes_at];
}

// The price that a descending clock shows at `instant`; null where none runs.
export function clockPrice(terms, now, instant) {
  const dutch = terms?.dutch;
  if (!dutch || now.state === "announced" || now.lead_fen !== null) return null;
  const passed = (now.suspended_at ?? instant) - now.clock_from;
  const periods = Math.max(0, Math.floor(passed / dutch.every_ms));
  return Math.max(dutch.floor_fen, terms.opening_price_fen - periods * dutch.step_fen);
}

// How a bidder stands, from its entry and what happened to its bids.
export function standingOf(now, { code, entry, hasBid }) {
  if (!code || entry === "visitor") return entry;
  if (now?.closed_at) return now.winners.some((one) => one.bidder === code) ? "won" : hasBid ? "lost" : "ended";
  if (["not_admitted", "deposit_unpaid", "related", "not_entered", "sealed", "licensed"].includes(entry)) return entry;
  if (now?.leader === code) return "leading";
  return hasBid ? "outbid" : "admitted";
}
