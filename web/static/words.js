// Texts and figures in the reader's language.

export const words = JSON.parse(document.getElementById("words").textContent);

export function say(name, values = {}) {
  return words.say[name].replace(/%\((\w+)\)s/g, (_, key) => values[key]);
}

// ¥1,650,000.00 for 165000000 fen.
export function money(fen) {
  if (fen === null || fen === undefined) return "—";
  const rest = Math.abs(fen) % 100;
  const yuan = (Math.abs(fen) - rest) / 100;
  return `${fen < 0 ? "-" : ""}¥${yuan.toLocaleString("en-US")}.${String(rest).padStart(2, "0")}`;
}

// "1650000.00", as forms take it.
export function plainYuan(fen) {
  const rest = fen % 100;
  return `${(fen - rest) / 100}.${String(rest).padStart(2, "0")}`;
}

// The fen of what a person typed, by the same rule as the house; null when it is no amount.
export function fenOf(text) {
  const match = /^(\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.(\d{1,2}))?$/.exec(text.trim());
  if (!match) return null;
  const fen = Number(match[1].replaceAll(",", "")) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return fen > 0 && fen <= 1e15 ? fen : null;
}

const stamp = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai",
  dateStyle: "short",
  timeStyle: "medium",
});

// "2026-11-22 22:00:00" in Beijing.
export function instant(ms) {
  return stamp.format(new Date(ms));
}

// "12:34:56", with tenths in the last ten seconds; days in front.
export function countdown(ms) {
  const left = Math.max(0, ms);
  const days = Math.floor(left / 86_400_000);
  const parts = [Math.floor(left / 3_600_000) % 24, Math.floor(left / 60_000) % 60, Math.floor(left / 1000) % 60];
  const clock = parts.map((part) => String(part).padStart(2, "0")).join(":");
  if (days) return `${say("day", { n: days })} ${clock}`;
  return left < 10_000 ? `${clock}.${Math.floor(left / 100) % 10}` : clock;
}
