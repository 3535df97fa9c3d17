// Keys for signing contracts: made and kept in this browser (WebCrypto, IndexedDB), never extractable.

const ALGORITHM = { name: "Ed25519" };
const STORE = "keys";

export const hex = (bytes) => [...new Uint8Array(bytes)].map((octet) => octet.toString(16).padStart(2, "0")).join("");

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(mode) {
  const opening = indexedDB.open("luochui-signing", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  return (await settled(opening)).transaction(STORE, mode).objectStore(STORE);
}

// The id that the register gives to a public key: it follows from the key.
async function idOf(publicKey) {
  return `k-${hex(await crypto.subtle.digest("SHA-256", publicKey)).slice(0, 20)}`;
}

// A new key of an account; its public half in hex. Throws where the browser has no Ed25519.
export async function make(account) {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const publicKey = await crypto.subtle.exportKey("raw", pair.publicKey);
  await settled((await store("readwrite")).put({ account, key: pair.privateKey }, await idOf(publicKey)));
  return hex(publicKey);
}

// The ids of the account's keys in this browser.
export async function kept(account) {
  const open = await store("readonly");
  const [ids, rows] = await Promise.all([settled(open.getAllKeys()), settled(open.getAll())]);
  return ids.filter((_, place) => rows[place].account === account);
}

// The signature (hex) under the text of a contract or an election, by one of the kept keys.
export async function sign(id, subject, digest, kind = "contract") {
  const row = await settled((await store("readonly")).get(id));
  const statement = new TextEncoder().encode(`luochui ${kind} v1\n${subject}\n${digest}`);
  return hex(await crypto.subtle.sign(ALGORITHM, row.key, statement));
}

function startMaking(section) {
  section.hidden = false;
  const form = section.querySelector("form");
  form.addEventListener("submit", async (event) => {
    if (form.elements.public_key.value) return;
    event.preventDefault();
    try {
      form.elements.public_key.value = await make(section.dataset.account);
      form.requestSubmit();
    } catch {
      form.querySelector("[data-failed]").hidden = false;
    }
  });
  kept(section.dataset.account).then((ids) => {
    for (const tag of document.querySelectorAll("[data-here]")) tag.hidden = !ids.includes(tag.dataset.here);
  });
}

// On the page of a contract or an election: those registered keys that are in this browser sign with one press.
async function startSigning(form) {
  const { account, contract, election } = form.dataset;
  const ids = await kept(account);
  const here = [...form.querySelectorAll("option")].filter((option) => ids.includes(option.value));
  if (!here.length) return;
  here[0].selected = true;
  const chosen = form.elements.key_id;
  const field = form.querySelector("[data-outside]");
  const show = () => {
    field.hidden = !chosen.value || ids.includes(chosen.value);
  };
  chosen.addEventListener("change", show);
  show();
  form.addEventListener("submit", async (event) => {
    if (!ids.includes(chosen.value) || form.elements.signature.value) return;
    event.preventDefault();
    form.elements.signature.value = election
      ? await sign(chosen.value, election, form.elements.digest.value, "election")
      : await sign(chosen.value, contract, form.elements.digest.value);
    form.requestSubmit();
  });
}

if (globalThis.crypto?.subtle && globalThis.indexedDB) {
  const making = document.getElementById("make");
  if (making) startMaking(making);
  for (const form of document.querySelectorAll("form[data-contract], form[data-election]")) startSigning(form);
}
