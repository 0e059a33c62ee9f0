// The keyboard: / search, g s situation, g w warnings, g i incidents, j k through lists,
// c and a digit: what a post feels, ? help.
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

// What a post feels: the choices of the post at hand open, and a digit picks one.
function correct() {
  const sheets = [...document.querySelectorAll("details.correct")].filter((sheet) => sheet.checkVisibility());
  const here = document.activeElement.closest?.("[data-item]");
  const sheet = sheets.find((one) => here?.contains(one)) ?? sheets[0];
  if (sheet) sheet.open = !sheet.open;
  const choices = sheet ?? document.querySelector("[data-choices]");
  choices?.querySelector(sheet && !sheet.open ? "summary" : "button")?.focus();
}

// A digit acts where somebody is at the choices, or where the page is there for nothing else.
function pick(digit) {
  const choices = document.activeElement.closest?.("[data-choices]") ?? document.querySelector("[data-choices=alone]");
  choices?.querySelectorAll("button.chip")[(digit + 9) % 10]?.click();
}

const DOES = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
  j: () => step(1),
  k: () => step(-1),
  c: correct,
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
    if (/^[0-9]$/.test(event.key)) {
      pick(Number(event.key));
      return;
    }
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
