// Seals a bid in the browser: the amount leaves it only in an envelope that the house opens after the close.
// The format, octet by octet, stands in the documentation (concepts/sealed).

const FORMAT = "luochui.seal.v1";
const VERSION = 1;
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const PLAIN = 64; // octets of every plaintext, so that its size tells nothing
const LIMIT_FEN = 1e15;

const octets = (text) => new TextEncoder().encode(text);

function joined(...parts) {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function unbase64url(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

// WebCrypto is there in secure contexts only: https, or this machine.
export const canSeal = Boolean(globalThis.crypto?.subtle);

export function newSalt() {
  return base64url(crypto.getRandomValues(new Uint8Array(16)));
}

// The envelope of a bid of `amountFen` on `lot` under the code `bidder`, and its commitment. Whoever keeps amount
// and salt can prove later what was sealed.
export async function seal(publicKey, lot, bidder, amountFen, salt = newSalt()) {
  if (!Number.isInteger(amountFen) || amountFen < 1 || amountFen > LIMIT_FEN) throw new RangeError("amount_fen");
  const plain = octets(JSON.stringify({ amount_fen: amountFen, salt }).padEnd(PLAIN));
  const { point, key } = await keyFor(unbase64url(publicKey));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = octets([FORMAT, lot, bidder].join("\n"));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, plain);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", plain));
  return {
    envelope: base64url(joined([VERSION], point, iv, new Uint8Array(sealed))),
    commitment: [...digest].map((octet) => octet.toString(16).padStart(2, "0")).join(""),
  };
}

// A key that is used once, agreed between a pair made for this envelope and the lot's key.
async function keyFor(recipientPoint) {
  const recipient = await crypto.subtle.importKey("raw", recipientPoint, CURVE, false, []);
  const ephemeral = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", ephemeral.publicKey));
  const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: recipient }, ephemeral.privateKey, 256);
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: joined(point, recipientPoint), info: octets(FORMAT) };
  const key = await crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  return { point, key };
}
