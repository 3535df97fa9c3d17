// The question for a second factor in a dialog: true once one was shown, false when it was put aside.

import { canPasskey, send, showPasskey } from "./passkey.js";

export function stepUp(csrf, words) {
  const dialog = document.getElementById("step-up");
  const code = document.getElementById("step-up-code");
  const wrong = document.getElementById("step-up-wrong");
  const passkey = dialog.querySelector("[data-passkey]");
  passkey.hidden = !canPasskey;
  code.value = "";
  wrong.textContent = "";
  return new Promise((done) => {
    const listening = new AbortController();
    const finish = (shown) => {
      listening.abort();
      dialog.close();
      done(shown);
    };
    const attempt = async (show) => {
      wrong.textContent = "";
      try {
        await show();
        finish(true);
      } catch (error) {
        wrong.textContent = words[error.code] ?? words.BAD_CODE;
        code.select();
      }
    };
    const on = (place, event, action) =>
      place.addEventListener(
        event,
        (happened) => {
          happened.preventDefault();
          action();
        },
        { signal: listening.signal },
      );
    on(dialog.querySelector("form"), "submit", () => attempt(() => send(csrf, "session/step-up", { code: code.value.trim() })));
    on(passkey, "click", () => attempt(() => showPasskey(csrf)));
    on(dialog.querySelector("[data-cancel]"), "click", () => finish(false));
    on(dialog, "cancel", () => finish(false));
    dialog.showModal();
    code.focus();
  });
}
