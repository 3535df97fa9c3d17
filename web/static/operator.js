// Keeps the figures of the operator's desk current.

const EVERY = 2000;
const figures = document.querySelector('[data-f="figures"]');

async function refresh() {
  if (document.visibilityState !== "visible") return;
  const response = await fetch("/operator/figures").catch(() => null);
  if (!response?.ok) return;
  for (const [name, value] of Object.entries(await response.json())) {
    const place = figures.querySelector(`[data-f="${name}"]`);
    if (place && place.textContent !== value) place.textContent = value;
  }
}

setInterval(refresh, EVERY);
