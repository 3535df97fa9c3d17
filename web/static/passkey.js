// Passkeys: the browser's side of adding one and of showing one.

export const canPasskey = Boolean(window.PublicKeyCredential && navigator.credentials);

const octets = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

// Sends JSON and gives the answer; an Error with the problem's code otherwise.
export async function send(csrf, path, body) {
  const headers = { "content-type": "application/json", "x-csrf-token": csrf };
  const response = await fetch(`/api/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(answer.detail ?? response.statusText), { code: answer.code });
  return answer;
}

async function options(csrf, purpose) {
  const { options: found } = await send(csrf, "factors/passkey-options", { purpose });
  found.challenge = octets(found.challenge);
  if (found.user) found.user.id = octets(found.user.id);
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    found[list] = (found[list] ?? []).map((one) => ({ ...one, id: octets(one.id) }));
  }
  return found;
}

// Makes a passkey and enters it; the recovery codes, if it is the first factor.
export async function addPasskey(csrf, label) {
  const made = await navigator.credentials.create({ publicKey: await options(csrf, "add") });
  const { clientDataJSON, attestationObject } = made.response;
  const passkey = { id: made.id, client_data: text(clientDataJSON), attestation: text(attestationObject) };
  return (await send(csrf, "factors/passkeys", { passkey, label })).recovery_codes;
}

// Lets a passkey sign: the session has stepped up then.
export async function showPasskey(csrf) {
  const signed = await navigator.credentials.get({ publicKey: await options(csrf, "confirm") });
  const { clientDataJSON, authenticatorData, signature } = signed.response;
  const passkey = {
    id: signed.id,
    client_data: text(clientDataJSON),
    authenticator_data: text(authenticatorData),
    signature: text(signature),
  };
  await send(csrf, "session/step-up", { passkey });
}
