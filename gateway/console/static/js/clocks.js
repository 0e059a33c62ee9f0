// Clocks that run and times that grow old, in place and without motion.
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

const two = (number) => String(number).padStart(2, "0");
const span = (seconds) =>
  `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;

function write(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

function tick() {
  const now = Date.now();
  for (const clock of document.querySelectorAll("[data-clock]")) {
    const left = Math.trunc((Date.parse(clock.dateTime) - now) / 1000);
    const over = left < 0;
    write(clock.querySelector("b"), span(Math.abs(left)));
    write(clock.querySelector("span"), over ? clock.dataset.over : clock.dataset.left);
    clock.classList.toggle("over", over);
  }
  for (const bar of document.querySelectorAll("progress[data-to]")) {
    const from = Date.parse(bar.dataset.from);
    const to = Date.parse(bar.dataset.to);
    bar.value = Math.max(0, Math.min(1000, Math.round(((now - from) / (to - from)) * 1000)));
    bar.classList.toggle("over", now > to);
  }
}

function age() {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang);
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
    const many = Math.max(1, Math.trunc(Math.abs(seconds) / size));
    write(time, words.format(seconds < 0 ? -many : many, unit));
  }
}

export function keepClocks() {
  tick();
  setInterval(tick, 1000);
  setInterval(age, 20000);
}
