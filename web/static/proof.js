// Checks a signed receipt by nothing but itself: the row's hash, the decision, the keys, the signature, the tree.
// The rules are those of RFC 9162 (2.1) and of `luochui verify --receipt`; docs/concepts/trust.md says what they prove.

const OVERLAP = 300_000_000;
const REFUSALS = new Set(["BidRefused", "CommandRefused", "MarketRefused", "SettlementRefused"]);
const HASH = /^[0-9a-f]{64}$/;
const text = new TextEncoder();

export const hex = (bytes) => [...new Uint8Array(bytes)].map((octet) => octet.toString(16).padStart(2, "0")).join("");
export const bytes = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));

async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

const leafHash = (data) => sha256([0], data);
const nodeHash = (left, right) => sha256([1], left, right);
const same = (one, other) => hex(one) === hex(other);

// Whether this browser can check at all: null, or which word says why not.
export async function unable() {
  if (!globalThis.crypto?.subtle) return "insecure";
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32).fill(1), { name: "Ed25519" }, false, ["verify"]);
    return null;
  } catch (error) {
    return error.name === "NotSupportedError" ? "old" : null;
  }
}

async function signed(publicKey, message, signature) {
  try {
    const key = await crypto.subtle.importKey("raw", bytes(publicKey), { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, key, bytes(signature), text.encode(message));
  } catch {
    return false;
  }
}

// The tree

export async function includes(leaf, index, size, path, root) {
  if (!(index >= 0 && index < size)) return false;
  let [place, last, found] = [BigInt(index), BigInt(size - 1), leaf];
  for (const sibling of path) {
    if (last === 0n) return false;
    if (place & 1n || place === last) {
      found = await nodeHash(sibling, found);
      while (!(place & 1n) && place) [place, last] = [place >> 1n, last >> 1n];
    } else found = await nodeHash(found, sibling);
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n && same(found, root);
}

export async function leadsTo(first, firstRoot, second, secondRoot, path) {
  if (first === second) return path.length === 0 && same(firstRoot, secondRoot);
  const power = (BigInt(first) & (BigInt(first) - 1n)) === 0n;
  const hashes = power ? [firstRoot, ...path] : path;
  if (!(first > 0 && first < second) || !hashes.length) return false;
  let [place, last] = [BigInt(first) - 1n, BigInt(second) - 1n];
  while (place & 1n) [place, last] = [place >> 1n, last >> 1n];
  let [old, now] = [hashes[0], hashes[0]];
  for (const sibling of hashes.slice(1)) {
    if (last === 0n) return false;
    if (place & 1n || place === last) {
      [old, now] = [await nodeHash(sibling, old), await nodeHash(sibling, now)];
      while (!(place & 1n) && place) [place, last] = [place >> 1n, last >> 1n];
    } else now = await nodeHash(now, sibling);
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n && same(old, firstRoot) && same(now, secondRoot);
}

// Keys and heads

const keyId = async (publicKey) => `p-${hex(await sha256(bytes(publicKey))).slice(0, 20)}`;
const lines = (first, rest) => [first, ...rest].map((line) => `${line}\n`).join("");
const keyText = (k) => lines("luochui proof key v1", [k.house, k.number, k.key_id, k.public_key, k.since, k.previous]);
const headText = (h) => lines("luochui tree head v1", [h.house, h.size, h.root, h.at, h.key_id]);

// Whether each key is vouched for by one before it; the first one is believed unless there are trusted ones.
export async function keysHold(house, keys, trusted = []) {
  const known = new Map(trusted.map((key) => [key.key_id, key.public_key]));
  for (const [place, key] of keys.entries()) {
    const before = keys[place - 1];
    if (key.house !== house || (await keyId(key.public_key)) !== key.key_id) return false;
    if (before && (key.number !== before.number + 1 || key.since < before.since)) return false;
    if (known.get(key.key_id) !== key.public_key) {
      const anchor = !trusted.length && place === 0 && !key.previous;
      const by = anchor ? key.public_key : known.get(key.previous);
      if (!by || !(await signed(by, keyText(key), key.signature))) return false;
    }
    known.set(key.key_id, key.public_key);
  }
  return keys.length > 0;
}

export async function headHolds(head, keys) {
  const place = keys.findIndex((key) => key.key_id === head.key_id);
  const key = keys[place];
  if (!key || key.house !== head.house || head.at < key.since) return false;
  const next = keys[place + 1];
  if (next && head.at > next.since + OVERLAP) return false;
  return signed(key.public_key, headText(head), head.signature);
}

// The receipt

async function rowHolds(told) {
  if (told.body !== null && hex(await sha256(text.encode(told.body))) !== told.body_digest) return false;
  const fields = [told.house, told.seq, told.epoch, told.at, told.stream, told.stream_seq, told.command_id, told.part];
  fields.push(told.request, told.principal, told.causation, told.type, told.body_digest);
  return hex(await sha256(bytes(told.before), text.encode(JSON.stringify(fields)))) === told.receipt;
}

function decisionHolds(told) {
  const refused = REFUSALS.has(told.type);
  if (refused !== (told.decision === "refused") || refused !== (told.code !== null)) return false;
  if (!refused || told.body === null) return true;
  try {
    return JSON.parse(told.body).code === told.code;
  } catch {
    return false;
  }
}

async function rowIncluded(told) {
  const leaf = await leafHash(bytes(told.receipt));
  return includes(leaf, told.seq - 1, told.head.size, told.inclusion.map(bytes), bytes(told.head.root));
}

// Whether a file is a receipt at all, before anything of it is believed.
export function isReceipt(told) {
  return (
    told?.form === "luochui receipt v1" &&
    [told.receipt, told.before, told.body_digest, told.head?.root].every((one) => HASH.test(one)) &&
    Array.isArray(told.inclusion) &&
    told.inclusion.every((one) => HASH.test(one)) &&
    Array.isArray(told.keys) &&
    told.keys.every((one) => HASH.test(one?.public_key))
  );
}

// Step by step, each with its name and whether it holds.
export async function check(told) {
  return [
    ["row", await rowHolds(told)],
    ["decision", decisionHolds(told)],
    ["keys", await keysHold(told.house, told.keys)],
    ["signature", told.head.house === told.house && (await headHolds(told.head, told.keys))],
    ["inclusion", await rowIncluded(told)],
  ];
}

// Whether a later head, with the proof that leads to it, still holds the receipt's tree. Keys of later may be more.
export async function later(told, proof, keys) {
  const head = proof.head;
  const path = proof.path ?? [];
  if (!HASH.test(head?.root) || !path.every((one) => HASH.test(one))) return false;
  if (head.house !== told.house || proof.first !== told.head.size || proof.second !== head.size) return false;
  const begin = keys.findIndex((key) => key.key_id === told.keys[0].key_id);
  const all = begin < 0 ? told.keys : keys.slice(begin);
  const anchored = (await keysHold(told.house, all, told.keys)) && (await headHolds(head, all));
  return anchored && leadsTo(told.head.size, bytes(told.head.root), head.size, bytes(head.root), path.map(bytes));
}
