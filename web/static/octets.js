// Octets and texts, as the formats of sealed bids write them.

export const CURVE = { name: "ECDH", namedCurve: "P-256" };

export const octets = (text) => new TextEncoder().encode(text);

export function joined(...parts) {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function unbase64url(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
