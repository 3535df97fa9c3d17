// Seals a bid in the browser: the amount leaves it only in an envelope that is opened after the close.
// The format, octet by octet, stands in the documentation (concepts/sealed).

import { CURVE, base64url, joined, octets, unbase64url } from "./octets.js";

const SINGLE = "luochui.seal.v1"; // one key: the house's
const NESTED = "luochui.seal.v2"; // two: the operator's outside, the auditor's inside
const PLAIN = 64; // octets of every plaintext, so that its size tells nothing
const LIMIT_FEN = 1e15;

// WebCrypto is there in secure contexts only: https, or this machine.
export const canSeal = Boolean(globalThis.crypto?.subtle);

export function newSalt() {
  return base64url(crypto.getRandomValues(new Uint8Array(16)));
}

// The envelope of a bid of `amountFen` on `lot` under the code `bidder`, and its commitment. `keys` is the key of the
// house, or those of operator and auditor. Whoever keeps amount and salt can prove later what was sealed.
export async function seal(keys, lot, bidder, amountFen, salt = newSalt()) {
  if (!Number.isInteger(amountFen) || amountFen < 1 || amountFen > LIMIT_FEN) throw new RangeError("amount_fen");
  const plain = octets(JSON.stringify({ amount_fen: amountFen, salt }).padEnd(PLAIN));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", plain));
  return {
    envelope: base64url(await around([keys].flat(), lot, bidder, plain)),
    commitment: [...digest].map((octet) => octet.toString(16).padStart(2, "0")).join(""),
  };
}

async function around(keys, lot, bidder, plain) {
  if (keys.length === 1) return joined([1], await layer(SINGLE, keys[0], lot, bidder, plain));
  const [operator, auditor] = keys;
  const inner = await layer(`${NESTED}.inner`, auditor, lot, bidder, plain);
  return joined([2], await layer(`${NESTED}.outer`, operator, lot, bidder, inner));
}

// One layer of encryption to a key: ephemeral point, nonce, ciphertext and tag.
async function layer(name, recipient, lot, bidder, plain) {
  const { point, key } = await keyFor(name, unbase64url(recipient));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = octets([name, lot, bidder].join("\n"));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain);
  return joined(point, iv, new Uint8Array(sealed));
}

// A key that is used once, agreed between a pair made for this layer and the recipient's key.
async function keyFor(name, recipientPoint) {
  const recipient = await crypto.subtle.importKey("raw", recipientPoint, CURVE, false, []);
  const ephemeral = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", ephemeral.publicKey));
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: recipient }, ephemeral.privateKey, 256);
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: joined(point, recipientPoint), info: octets(name) };
  const key = await crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  return { point, key };
}
