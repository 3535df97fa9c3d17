// The question for a second factor: a passkey answers it as well as a code does.

import { canPasskey, showPasskey } from "./passkey.js";

const form = document.getElementById("confirm");
const button = form?.querySelector("[data-passkey]");
if (button && canPasskey) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      await showPasskey(form.dataset.csrf);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}
