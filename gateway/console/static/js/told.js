// Reports: what somebody typed and chose stays on this device until the house has it, and pictures
// are made smaller before they are sent. Without this the forms work as forms do.
const KEPT_MS = 24 * 3600 * 1000;
// A screenshot of less is sent as it is.
const LIGHT = 1_500_000;
// Canvases of telephones end at 16.7 million pixels.
const MOST_PIXELS = 16_000_000;
// Nobody reads more off a photograph; a stitched screenshot keeps its width.
const PHOTOGRAPH = 2560;
const TALL = 2.5;

const FORM = "form[data-told]";
const nameOf = (form) => `${form.action} ${form.elements.sheet.value} ${form.dataset.told}`;
const fields = (form) => [...form.elements].filter((field) => field.name && field.type !== "hidden" && field.tabIndex >= 0);

let opened = null;

function house() {
  opened ??= new Promise((done, fail) => {
    const asked = indexedDB.open("groundswell-told", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("drafts");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  return opened;
}

// Answers undefined where the browser keeps nothing: in a private window, say.
async function drafts(mode, act) {
  try {
    const asked = act((await house()).transaction("drafts", mode).objectStore("drafts"));
    return await new Promise((done, fail) => {
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
    });
  } catch {
    return undefined;
  }
}

const forget = (name) => drafts("readwrite", (store) => store.delete(name));

async function forgetOld() {
  const [names, kept] = await Promise.all([
    drafts("readonly", (store) => store.getAllKeys()), drafts("readonly", (store) => store.getAll()),
  ]);
  for (const [index, draft] of (kept ?? []).entries()) {
    if (Date.now() - draft.at > KEPT_MS) await forget(names[index]);
  }
}

function keep(form, tried = false) {
  const draft = { at: Date.now(), key: form.elements.key.value, tried, typed: {}, files: [] };
  for (const field of fields(form)) {
    if (field.type === "file") draft.files = [...field.files];
    else if (field.type !== "radio" || field.checked) draft.typed[field.name] = field.value;
  }
  return drafts("readwrite", (store) => store.put(draft, nameOf(form)));
}

async function restore(form) {
  const draft = await drafts("readonly", (store) => store.get(nameOf(form)));
  const begun = fields(form).some((field) => field.type !== "radio" && field.value);
  if (!draft || begun) return;
  // The same key: if the house has it already, this is sent once all the same.
  form.elements.key.value = draft.key;
  form.toggleAttribute("data-tried", draft.tried);
  for (const field of fields(form)) {
    if (field.type === "radio") field.checked = draft.typed[field.name] === field.value;
    else if (field.type === "file") choose(field, draft.files);
    else field.value = draft.typed[field.name] ?? "";
  }
  form.querySelector("[data-kept]").hidden = false;
  form.setAttribute("data-busy", "");
  form.closest("details")?.setAttribute("open", "");
}

function choose(field, files) {
  const chosen = new DataTransfer();
  for (const file of files) chosen.items.add(file);
  field.files = chosen.files;
}

async function smaller(file) {
  if (file.size < LIGHT) return file;
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return file;
  const { width, height } = picture;
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const photograph = file.type !== "image/png" && long < TALL * short;
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)), photograph ? PHOTOGRAPH / long : 1);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return drawn && drawn.size < file.size ? new File([drawn], "picture.jpg", { type: "image/jpeg" }) : file;
}

async function onChange(form, field) {
  if (field.type === "file") {
    const wait = form.smaller = Promise.all([...field.files].map(smaller));
    choose(field, await wait);
  }
  onInput(form);
}

function onInput(form) {
  if (form.hasAttribute("data-tried")) {
    // What changed since is something else than what the house may have.
    form.elements.key.value = `${form.elements.key.value.split(" ")[0]} ${Date.now()}`;
    form.removeAttribute("data-tried");
  }
  form.querySelector("[data-say]").hidden = true;
  keep(form);
}

function say(form, words) {
  const line = form.querySelector("[data-say]");
  line.textContent = words;
  line.hidden = false;
  line.scrollIntoView({ block: "nearest" });
}

function post(form, tell) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.responseType = "document";
    request.upload.onprogress = (event) => event.lengthComputable && tell(event.loaded / event.total);
    request.onload = () => done(request);
    request.onerror = request.onabort = () => done(null);
    request.send(new FormData(form));
  });
}

// A refusal: what the page would have said, said here; everything stays as it was.
function show(form, page) {
  const alert = page?.querySelector(`${FORM}[action="${form.getAttribute("action")}"] [role=alert]:not([hidden]), main [role=alert]:not([hidden])`);
  const trouble = alert ?? page?.querySelector("main h1");
  say(form, trouble ? trouble.textContent.trim().replaceAll(/\s+/g, " ") : form.dataset.unsent);
  const key = page?.querySelector(`${FORM} [name=key]`)?.value;
  if (key) form.elements.key.value = key;
}

async function send(form) {
  if (form.ariaBusy === "true") return;
  const button = form.querySelector("button:not([type])");
  const verb = button.textContent;
  form.ariaBusy = "true";
  button.setAttribute("aria-disabled", "true");
  button.textContent = form.dataset.sending;
  await form.smaller;
  await keep(form, true);
  form.setAttribute("data-tried", "");
  const answer = await post(form, (part) => {
    button.textContent = `${form.dataset.sending} ${Math.round(part * 100)} %`;
  });
  if (answer && answer.status < 400 && !answer.responseURL.includes("/sign-in")) {
    await forget(nameOf(form));
    const here = location.href.split("#")[0];
    location.assign(answer.responseURL + (form.dataset.back ?? ""));
    // An address that differs in its place alone loads nothing.
    if (answer.responseURL === here) location.reload();
    return;
  }
  form.ariaBusy = "false";
  button.removeAttribute("aria-disabled");
  button.textContent = verb;
  if (!answer) say(form, form.dataset.unsent);
  else if (answer.status < 400) say(form, form.dataset.signedOut);
  else show(form, answer.response);
}

function restoreAll() {
  for (const form of document.querySelectorAll(FORM)) restore(form);
}

export function keepTold() {
  const near = (event) => event.target.closest?.(FORM);
  document.addEventListener("input", (event) => near(event) && event.target.type !== "file" && onInput(near(event)));
  document.addEventListener("change", (event) => near(event) && onChange(near(event), event.target));
  document.addEventListener("submit", (event) => {
    if (!near(event)) return;
    event.preventDefault();
    send(near(event));
  });
  document.addEventListener("click", async (event) => {
    if (!event.target.matches("[data-discard]")) return;
    const form = near(event);
    await forget(nameOf(form));
    form.reset();
    form.querySelector("[data-kept]").hidden = true;
  });
  document.addEventListener("htmx:after:swap", restoreAll);
  forgetOld().then(restoreAll);
}
