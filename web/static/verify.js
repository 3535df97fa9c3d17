// The page that checks a receipt: everything happens in this browser, and the receipt is sent nowhere.

import { check, isReceipt, later, unable } from "/static/proof.js";

const words = JSON.parse(document.getElementById("words").textContent);
const page = document.getElementById("verify");
const at = (name) => page.querySelector(`[data-f="${name}"]`);
const fill = (sentence, places) => sentence.replace(/%\((\w+)\)s/g, (_, name) => places[name] ?? "");
const SIZE_MAX = 1_000_000;

let receipt = null;
let kept = null;
let turn = 0;

function say(name, places = {}) {
  at("verdict").textContent = fill(words.say[name] ?? name, places);
}

function mood(kind) {
  at("verdict-note").className = `note ${kind}`;
  at("verdict-note").hidden = false;
}

// A step: true, false, or why it could not be asked.
function show(name, holds, places = {}) {
  const item = document.createElement("li");
  const tag = document.createElement("span");
  const word = holds === true ? "yes" : holds === false ? "no" : "unknown";
  tag.className = `tag ${{ yes: "good", no: "bad", unknown: "wait" }[word]}`;
  tag.textContent = words.say[word];
  const sentence = document.createElement("span");
  sentence.textContent = fill(words.step[name], places);
  item.append(tag, " ", sentence);
  item.dataset.step = name;
  item.dataset.holds = word;
  if (typeof holds === "string") {
    const why = document.createElement("span");
    why.className = "soft small";
    why.textContent = ` ${words.say[holds] ?? holds}`;
    item.append(why);
  }
  at("steps").append(item);
}

async function read(file) {
  if (!file || file.size > SIZE_MAX) return null;
  try {
    return JSON.parse(await file.text());
  } catch {
    return null;
  }
}

async function ask(path) {
  const response = await fetch(`/api/v1/proof/${path}`).catch(() => null);
  return response?.ok ? response.json() : null;
}

// Against the head that this server shows now.
async function byServer(told) {
  if (told.house !== page.dataset.house) return "other_house";
  const [list, proof] = await Promise.all([ask("keys"), ask(`consistency?first=${told.head.size}`)]);
  if (!list) return "no_server";
  if (!proof) return false; // The server shows a smaller tree than it once signed.
  return later(told, proof, list.keys);
}

// Against a head that its holder kept: with its own proof, or with one of this server.
async function byFile(told, file) {
  const list = await ask("keys");
  const keys = list?.keys ?? told.keys;
  if (Array.isArray(file.path)) return later(told, file, keys);
  if (typeof file.size !== "number" || typeof file.root !== "string") return "no_head";
  if (file.size === told.head.size) return later(told, { first: file.size, second: file.size, path: [], head: file }, keys);
  if (file.size < told.head.size) return "older_head";
  const proof = await ask(`consistency?first=${told.head.size}&second=${file.size}`);
  return proof ? later(told, { ...proof, head: file }, keys) : "no_server";
}

function facts(told) {
  const china = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: "Asia/Shanghai" });
  const values = {
    house: told.house,
    seq: told.seq,
    at: `${china.format(told.at / 1000)} UTC+8`,
    command: told.command_id,
    principal: told.principal,
    decision: words.decision[told.decision] + (told.code ? ` ${words.refusal[told.code] ?? told.code}` : ""),
    event: words.event[told.type] ?? told.type,
    head: `${told.head.size} · ${told.head.root}`,
    key: told.keys.map((one) => one.key_id).join(" → "),
  };
  for (const [name, value] of Object.entries(values)) at(`fact-${name}`).textContent = value;
}

async function run() {
  const mine = ++turn;
  at("steps").replaceChildren();
  at("facts").hidden = true;
  const why = await unable();
  if (why) return mood("bad"), say(why);
  if (!isReceipt(receipt)) return mood("bad"), say("no_receipt");
  mood("");
  say("checking");
  const steps = await check(receipt).catch(() => null);
  if (!steps) return mood("bad"), say("no_receipt");
  steps.push(["server", await byServer(receipt).catch(() => false)]);
  if (kept) steps.push(["file", await byFile(receipt, kept).catch(() => "no_head")]);
  if (mine !== turn) return;
  facts(receipt);
  at("facts").hidden = false;
  const places = { seq: receipt.seq, house: receipt.house, size: receipt.head.size, key: receipt.head.key_id };
  for (const [name, holds] of steps) show(name, holds, places);
  const bad = steps.some(([, holds]) => holds === false);
  const open = steps.some(([, holds]) => typeof holds === "string");
  mood(bad ? "bad" : open ? "" : "good");
  say(bad ? "broken" : open ? "holds_alone" : "holds");
  page.dataset.checked = turn;
}

async function take(file) {
  at("facts").hidden = true;
  receipt = await read(file);
  at("name").textContent = file?.name ?? "";
  await run();
}

at("receipt").addEventListener("change", (event) => take(event.target.files[0]));
at("head").addEventListener("change", async (event) => {
  at("facts").hidden = true;
  kept = await read(event.target.files[0]);
  if (receipt) await run();
});

const drop = at("drop");
for (const kind of ["dragover", "dragenter"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.dataset.over = "yes";
  });
}
drop.addEventListener("dragleave", () => delete drop.dataset.over);
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  delete drop.dataset.over;
  take(event.dataTransfer.files[0]);
});
at("live").hidden = false;
