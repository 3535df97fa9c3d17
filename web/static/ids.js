// Command ids: a UUID of version 7 (RFC 9562, 5.7). Nobody guesses it, and ids of one moment lie side by side in the
// journal's index: random ones would make an embedded database write a page for each command.

export function newId() {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  const now = BigInt(Date.now());
  for (let n = 0; n < 6; n += 1) octets[n] = Number((now >> BigInt(40 - 8 * n)) & 0xffn);
  octets[6] = 0x70 | (octets[6] & 0x0f);
  octets[8] = 0x80 | (octets[8] & 0x3f);
  const hex = [...octets].map((one) => one.toString(16).padStart(2, "0")).join("");
  return [0, 8, 12, 16, 20].map((from, n, cuts) => hex.slice(from, cuts[n + 1])).join("-");
}
