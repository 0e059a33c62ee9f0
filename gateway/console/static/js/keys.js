// The keyboard: / search, g s situation, g w warnings, g i incidents, j k through lists, ? help.
const PLACES = { s: "/", w: "/warnings", i: "/incidents" };

let going = false;

function step(by) {
  const items = [...document.querySelectorAll("[data-item]")].filter((item) => item.checkVisibility());
  if (!items.length) return;
  const here = items.findIndex((item) => item.contains(document.activeElement));
  const next = here < 0 ? (by > 0 ? 0 : items.length - 1) : Math.max(0, Math.min(items.length - 1, here + by));
  items[next].focus();
  items[next].scrollIntoView({ block: "nearest" });
}

const DOES = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
  j: () => step(1),
  k: () => step(-1),
  Enter: () => document.activeElement.matches?.("[data-item]") && document.activeElement.querySelector("a")?.click(),
};

export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches("input, textarea, select, [contenteditable]")) return;
    if (going && PLACES[event.key]) {
      location.assign(PLACES[event.key]);
      return;
    }
    going = event.key === "g";
    const does = DOES[event.key];
    if (!does) return;
    if (event.key !== "Enter") event.preventDefault();
    does();
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.me[open]")) {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    }
  });
}
