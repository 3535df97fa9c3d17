// The sealed form of a room: fetches the published keys, shows what they come to, and seals to them.

import { fingerprint } from "./official.js";
import { seal } from "./seal.js";

async function published(lot) {
  const answer = await fetch(`/api/v1/lots/${encodeURIComponent(lot)}/seal-key`, { headers: { accept: "application/json" } });
  return answer.ok ? (await answer.json()).keys : [];
}

// The envelope and commitment of a bid; null while the keys are not there.
export async function sealedTo(lot, code, amountFen) {
  const keys = await published(lot);
  return keys.length ? seal(keys.map((one) => one.key), lot, code, amountFen) : null;
}

// Work out the fingerprints of the keys here, and mark what is not the one that the page shows.
export async function showKeys(lot, place) {
  if (!place || !globalThis.crypto?.subtle) return;
  for (const { role, key } of await published(lot)) {
    const shown = place.querySelector(`[data-role="${role}"]`);
    if (!shown) continue;
    const own = await fingerprint(key);
    shown.classList.toggle("wrong", shown.textContent.trim() !== own);
    shown.textContent = own;
  }
}
