// The key f follows what the page is about, or follows it no longer; never while something is typed.
const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

document.addEventListener("keydown", (event) => {
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing && !event.repeat;
  if (event.key === "f" && plain && !typing(event.target)) {
    document.querySelector("[data-follow]")?.click();
  }
});
