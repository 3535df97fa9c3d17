// The officials' page: makes keys on this device, stores their files, and reads them again for the opening.

import { newKey, shareOf } from "./official.js";
import { say, words } from "./words.js";

const canMake = Boolean(globalThis.crypto?.subtle);

function store(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

async function make(form) {
  const { lot, role } = form.closest("[data-lot]").dataset;
  const said = form.querySelector("[data-said]");
  if (!canMake) {
    said.textContent = words.no_crypto;
    return;
  }
  const passphrase = form.querySelector("[data-passphrase]");
  const file = `luochui-${lot}-${role}.json`;
  const key = await newKey(lot, role, passphrase.value);
  store(file, `${JSON.stringify(key)}\n`);
  passphrase.value = "";
  form.elements.key.value = key.public_key;
  said.textContent = say("made", { file });
}

// The file and the passphrase stay here: the form carries the share alone.
async function give(form) {
  const { lot, key } = form.closest("[data-lot]").dataset;
  const said = form.querySelector("[data-said]");
  const [file] = form.querySelector("[data-file]").files;
  if (!canMake || !file) {
    said.textContent = canMake ? words.choose : words.no_crypto;
    return;
  }
  try {
    form.elements.share.value = await shareOf(await file.text(), lot, key, form.querySelector("[data-passphrase]").value);
    form.submit();
  } catch (wrong) {
    said.textContent = words[wrong.message] ?? words.file;
  }
}

for (const form of document.querySelectorAll("[data-make]")) {
  form.querySelector("[data-new]").addEventListener("click", () => make(form));
}
for (const form of document.querySelectorAll("[data-give]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    give(form);
  });
}
