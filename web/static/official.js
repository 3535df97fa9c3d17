// The key of an official for one lot: made, kept in a file and read again on the official's own device. Only the public
// half leaves it before the close. The file's format stands in the documentation (operating/officials).

import { CURVE, base64url, octets, unbase64url } from "./octets.js";

const FORMAT = "luochui.official-key.v1";
const ROUNDS = 600000; // of PBKDF2, for a file that is closed with a passphrase

// A new pair for a lot, as what stands in its file.
export async function newKey(lot, role, passphrase = "") {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const public_key = base64url(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  const { d: private_key } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const bare = { format: FORMAT, lot, role, public_key };
  return passphrase ? closed(bare, private_key, passphrase) : { ...bare, private_key };
}

async function closed(bare, private_key, passphrase) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await stretched(passphrase, salt);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: boundTo(bare) }, key, octets(private_key));
  return { ...bare, salt: base64url(salt), nonce: base64url(iv), sealed: base64url(new Uint8Array(sealed)) };
}

// The private half in a key file; an Error whose message says what is wrong: file, lot, key or passphrase.
export async function shareOf(text, lot, publicKey, passphrase = "") {
  const file = parsed(text);
  if (file.lot !== lot) throw new Error("lot");
  if (file.public_key !== publicKey) throw new Error("key");
  const share = file.sealed ? await opened(file, passphrase) : file.private_key;
  if (!(await belongs(share, publicKey))) throw new Error("file");
  return share;
}

function parsed(text) {
  try {
    const file = JSON.parse(text);
    if (file?.format === FORMAT) return file;
  } catch {
    // said below
  }
  throw new Error("file");
}

async function opened(file, passphrase) {
  try {
    const key = await stretched(passphrase, unbase64url(file.salt));
    const how = { name: "AES-GCM", iv: unbase64url(file.nonce), additionalData: boundTo(file) };
    return new TextDecoder().decode(await crypto.subtle.decrypt(how, key, unbase64url(file.sealed)));
  } catch {
    throw new Error("passphrase");
  }
}

// Whether a private half is that of a public one: the import of a pair that does not fit fails.
async function belongs(share, publicKey) {
  const point = unbase64url(publicKey);
  const [x, y] = [point.slice(1, 33), point.slice(33)].map(base64url);
  try {
    await crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", x, y, d: share }, CURVE, false, ["deriveBits"]);
    return true;
  } catch {
    return false;
  }
}

async function stretched(passphrase, salt) {
  const base = await crypto.subtle.importKey("raw", octets(passphrase), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function boundTo({ format, lot, role, public_key }) {
  return octets([format, lot, role, public_key].join("\n"));
}

export async function fingerprint(publicKey) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", unbase64url(publicKey)));
  return [...digest].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}
