// Requests from the page of the interface: a form for an operation, made when it is opened, from the document itself.
//
// They are real, and act in the name of whoever is signed in. Nothing is asked of any other address.

import { newId } from "./ids.js";

const page = document.getElementById("try");
const words = page.dataset;
let known = null;
const about = () => (known ??= Promise.all([read("/api/openapi.json"), read("/api/v1/session").catch(() => null)]));

async function read(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function make(tag, facts = {}, ...children) {
  const made = Object.assign(document.createElement(tag), facts);
  made.append(...children);
  return made;
}

// A field under its label.
function field(id, name, needed, input) {
  input.id = id;
  const label = make("label", { htmlFor: id }, make("code", {}, name), needed ? " *" : "");
  return make("div", {}, label, input);
}

// A value that fits a schema, with nothing in it that need not be there.
function example(schema, schemas, depth = 0) {
  if (schema.$ref) return example(schemas[schema.$ref.split("/").pop()], schemas, depth + 1);
  if (depth > 8) return null;
  if ("const" in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  const several = schema.anyOf ?? schema.oneOf;
  if (several) return example(several.find((one) => one.type !== "null") ?? several[0], schemas, depth + 1);
  if (schema.type === "object") {
    const needed = schema.required ?? [];
    const rows = Object.entries(schema.properties ?? {}).filter(([name]) => needed.includes(name));
    return Object.fromEntries(rows.map(([name, one]) => [name, example(one, schemas, depth + 1)]));
  }
  if (schema.type === "array") return [];
  if (schema.type === "boolean") return false;
  if (schema.type === "integer" || schema.type === "number") return Math.max(schema.minimum ?? 0, 1);
  return schema.format === "date" ? "2026-01-01" : "";
}

function find(whole, id) {
  for (const [path, methods] of Object.entries(whole.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.operationId === id) return { path, method: method.toUpperCase(), operation };
    }
  }
  return null;
}

async function open(details) {
  const [whole, session] = await about();
  const found = find(whole, details.dataset.operation);
  if (!found || details.querySelector("form")) return;
  const name = details.dataset.operation;
  const inputs = new Map();
  const form = make("form", { className: "stack", noValidate: true });
  for (const one of found.operation.parameters.filter(({ name }) => name !== "X-CSRF-Token")) {
    const input = make("input", { name: one.name, required: Boolean(one.required), autocomplete: "off" });
    if (one.name === "Idempotency-Key") input.value = newId();
    inputs.set(one, input);
    form.append(field(`${name}-${one.name}`, one.name, one.required, input));
  }
  const schema = found.operation.requestBody?.content["application/json"]?.schema;
  const body = schema ? make("textarea", { rows: 6, spellcheck: false }) : null;
  if (body) {
    body.value = JSON.stringify(example(schema, whole.components.schemas), null, 2);
    form.append(field(`${name}-body`, "application/json", true, body));
  }
  const told = make("div", { className: "told" });
  told.setAttribute("role", "status");
  form.append(make("div", {}, make("button", {}, words.send)), told);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(found, inputs, body, session, told);
  });
  details.append(form);
}

async function send({ path, method }, inputs, body, session, told) {
  const query = new URLSearchParams();
  const headers = { Accept: "application/json" };
  for (const [one, { value }] of inputs) {
    if (one.in === "path") path = path.replace(`{${one.name}}`, encodeURIComponent(value));
    else if (value && one.in === "query") query.set(one.name, value);
    else if (value) headers[one.name] = value;
  }
  if (body) headers["Content-Type"] = "application/json";
  if (method !== "GET" && session?.csrf) headers["X-CSRF-Token"] = session.csrf;
  told.replaceChildren(words.wait);
  const began = performance.now();
  try {
    const answer = await fetch(`${path}${query.size ? `?${query}` : ""}`, { method, headers, body: body?.value });
    const took = Math.round(performance.now() - began);
    const line = make("p", { className: answer.ok ? "good" : "wrong" }, `${answer.status} · ${took} ms`);
    told.replaceChildren(line, make("pre", { tabIndex: 0 }, await shown(answer)));
  } catch (failed) {
    told.replaceChildren(make("p", { className: "wrong" }, String(failed)));
  }
}

async function shown(answer) {
  const kind = answer.headers.get("content-type") ?? "";
  const text = await answer.text();
  return kind.includes("json") ? JSON.stringify(JSON.parse(text), null, 2) : text.slice(0, 20_000);
}

for (const details of document.querySelectorAll("details[data-operation]")) {
  details.hidden = false;
  details.addEventListener("toggle", () => details.open && open(details));
}
