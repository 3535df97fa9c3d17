// One's account: adding a passkey.

import { addPasskey, canPasskey } from "./passkey.js";

const form = document.getElementById("add-passkey");
if (form && canPasskey) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      showCodes(await addPasskey(form.dataset.csrf, form.elements.label.value));
    } catch (error) {
      if (error.code === "STEP_UP_REQUIRED") location.assign(form.dataset.confirm);
      else failed.hidden = false;
    }
  });
}

function showCodes(codes) {
  if (!codes.length) return location.reload();
  const place = document.getElementById("new-codes");
  const items = codes.map((code) => {
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("code"), { textContent: code }));
    return item;
  });
  place.querySelector("ol").replaceChildren(...items);
  place.hidden = false;
  form.parentElement.hidden = true;
  place.querySelector("a").focus();
}
