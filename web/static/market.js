// Keeps the open lots of a list current.

import { Line } from "./line.js";
import { money, words } from "./words.js";

const ROWS_MAX = 60;
const TAGS = { open: "live", suspended: "halt", hammered: "sold", awaiting_opening: "wait", priority_window: "wait" };

const rows = new Map([...document.querySelectorAll("tr[data-live]")].slice(0, ROWS_MAX).map((row) => [row.dataset.lot, row]));

function show(lot, now) {
  const row = rows.get(lot);
  if (!row || !now) return;
  const price = now.winners?.[0]?.price_fen ?? now.lead_fen;
  if (price !== null && price !== undefined) {
    row.querySelector('[data-f="price"]').textContent = money(price);
    const name = words.price[now.winners?.length ? "hammer" : "lead"];
    const what = row.querySelector('[data-f="what"]');
    if (what) what.textContent = what.parentElement.dataset.name = name;
  }
  const bids = row.querySelector('[data-f="bids"]');
  if (bids) bids.textContent = now.bids ?? "—";
  const tag = row.querySelector('[data-f="state"]');
  tag.textContent = words.lot[now.state] ?? now.state;
  tag.className = `tag ${TAGS[now.state] ?? ""}`;
}

if (rows.size) {
  const line = new Line(null);
  line.addEventListener("snap", ({ detail }) => show(detail.lot, detail.state));
  line.addEventListener("events", ({ detail }) => show(detail.lot, detail.now));
  for (const [lot, row] of rows) line.follow(lot, { epoch: Number(row.dataset.epoch), seq: Number(row.dataset.seq) });
}
