// The page refreshes itself in place when the house says that something happened.
const EVENTS = "/api/v1/events";
// At most one refresh in this many milliseconds, however much happens.
const PAUSE = 3000;
// Numbers of the last hour grow old even when nothing happens.
const AT_LEAST = 60000;

let waiting = null;
let lastTime = Date.now();

function refresh() {
  waiting = null;
  if (document.hidden) return;
  lastTime = Date.now();
  htmx.ajax("GET", location.pathname + location.search, { target: "#page", select: "#page", swap: "outerMorph" });
}

function soon() {
  if (waiting) return;
  waiting = setTimeout(refresh, Math.max(250, PAUSE - (Date.now() - lastTime)));
}

function tell(state) {
  const line = document.getElementById("connection");
  const words = { there: line.dataset.there, lost: line.dataset.lost }[state];
  line.classList.toggle("there", state === "there");
  line.classList.toggle("lost", state === "lost");
  if (line.lastElementChild.textContent !== words) line.lastElementChild.textContent = words;
}

function connect() {
  const source = new EventSource(EVENTS);
  let missed = false;
  source.onopen = () => {
    tell("there");
    if (missed) soon();
    missed = false;
  };
  source.onerror = () => {
    missed = true;
    tell("lost");
    // The browser tries again by itself, unless the house answered with an error.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
  };
  source.onmessage = soon;
  for (const name of document.body.dataset.live.split(" ")) source.addEventListener(name, soon);
}

export function listenToHouse() {
  connect();
  setInterval(() => Date.now() - lastTime > AT_LEAST && soon(), 5000);
  document.addEventListener("visibilitychange", () => !document.hidden && Date.now() - lastTime > PAUSE && soon());
}
