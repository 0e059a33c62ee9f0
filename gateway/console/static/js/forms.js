// Forms are sent without leaving the page (htmx); what was typed stays until the house has it.
const sent = (event) => event.detail.ctx?.request?.method === "POST";

function say(words) {
  const toast = document.getElementById("unsent");
  toast.hidden = !words;
  toast.textContent = words ?? "";
}

// An answer that is no page of this frame (signed out, a service away) replaces nothing.
function keepPage(event) {
  const { text, response } = event.detail.ctx;
  if (text?.includes('id="page"')) return;
  event.preventDefault();
  const words = document.getElementById("unsent").dataset;
  if (sent(event)) say(response.raw.url.includes("/sign-in") ? words.signedOut : words.unsent);
}

// Where on the page somebody was at work: a place in a long list, say.
let place = null;

function settle(event) {
  const { ctx } = event.detail;
  if (!sent(event)) return;
  const page = document.getElementById("page");
  const { pathname } = new URL(ctx.response.raw.url);
  if (ctx.response.status < 400 && pathname !== location.pathname) {
    history.pushState(null, "", pathname);
    scrollTo(0, 0);
  }
  const line = page.querySelector("[data-notice]");
  line?.scrollIntoView({ block: "nearest" });
  const here = line ? null : document.getElementById(place);
  const field = line?.closest("form")?.querySelector("textarea, input:not([type=hidden]), select");
  (field ?? here ?? page).focus({ preventScroll: true });
}

// A form in which somebody is at work is left alone when the page refreshes itself.
function guard(event) {
  if (event.target.matches?.("input, textarea, select")) {
    event.target.closest("#page form, #page details")?.setAttribute("data-busy", "");
  }
}

export function keepForms() {
  document.addEventListener("htmx:before:request", (event) => {
    if (!sent(event)) return;
    say(null);
    place = document.activeElement?.closest("li[id]")?.id;
  });
  document.addEventListener("htmx:after:request", keepPage);
  document.addEventListener("htmx:after:swap", settle);
  document.addEventListener("htmx:error", (event) => sent(event) && say(document.getElementById("unsent").dataset.unsent));
  document.addEventListener("input", guard);
  document.addEventListener("focusin", guard);
  document.addEventListener("toggle", (event) => event.target.toggleAttribute("data-busy", event.target.open), true);
  addEventListener("popstate", () => location.reload());
  if (location.hash.startsWith("#act-")) document.querySelector(location.hash)?.setAttribute("open", "");
  if (new URLSearchParams(location.search).has("done")) history.replaceState(null, "", location.pathname + location.hash);
}
