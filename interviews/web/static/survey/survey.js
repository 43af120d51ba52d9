// Optional: without scripts, the forms reload the page. With them, steps replace the content in place, texts are kept
// until they are stored, a second click on a button does nothing, and screen readers announce the progress.

// In milliseconds.
const TIMEOUT = 60_000;
const POLL = 2_000;

let questionTimer;

let shownAddress = location.search;

// In the language of the page.
const messages = document.body.dataset;

const setBusy = (form, busy) => {
  form.setAttribute("aria-busy", busy);
  textBoxes(form).forEach((box) => { box.readOnly = busy; });
};

// The first match gets the focus.
const FOCUS_SELECTORS = [".notice", ".asks", "[aria-invalid]", "[autofocus]", "h1"];

// The confirmation of a step that does not change the stage, such as a rating or a correction.
const confirmation = (page, button) => {
  const { id } = button.closest(".told") ?? {};
  return id && page.querySelector(`#${id} .done, #${id} .said`);
};

const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

const showPage = (page, done) => {
  const focusTarget = done ?? FOCUS_SELECTORS.map((selector) => page.querySelector(selector)).find(Boolean);
  page.querySelector("[autofocus]")?.removeAttribute("autofocus"); // the browser would move the focus later
  document.title = page.title;
  shownAddress = location.search;
  for (const part of ["main", "footer"]) document.querySelector(part).replaceWith(page.querySelector(part));
  preparePage();
  scrollTo(0, 0);
  focusTarget.focus({ preventScroll: true });
  if (done) keepInView(done);
  const error = document.querySelector(".error, .asks");
  if (error) keepInView(error, error.parentElement.querySelector(".buttons") ?? focusTarget);
};

const preparePage = () => {
  addStatuses();
  restoreDrafts();
  offerDrafts();
  for (const element of document.querySelectorAll("[data-print], [data-keys], [data-discard]")) element.hidden = false;
  if (isThinking(document)) awaitQuestion();
};

// Paige's question is computed for another request of this interview. Without scripts, the browser reloads the page.
const isThinking = (page) => page.querySelector("[data-thinking]");

const awaitQuestion = () => {
  clearTimeout(questionTimer);
  questionTimer = setTimeout(async () => {
    const { page } = await load(location.href);
    if (!page || !isThinking(document)) return; // the button remains
    if (isThinking(page)) awaitQuestion();
    else showPage(page);
  }, POLL);
};

const busyMessage = (seconds) =>
  seconds ? messages.tooManyRequestsFor.replace("{seconds}", seconds) : messages.tooManyRequests;

// Responses of a proxy have no paragraph with this class.
const errorMessage = (response, page) => {
  if (response.status === 429) return busyMessage(response.headers.get("Retry-After"));
  const defaults = { 400: messages.unreadable, 413: messages.tooLarge };
  return page.querySelector(".lead")?.textContent ?? defaults[response.status] ?? messages.failed;
};

// Only a page of this interview shows that the server has the text: 409 and 422 show texts that are not stored.
const load = async (url, options) => {
  try {
    const headers = { "Accept-Language": [document.documentElement.lang, ...navigator.languages].join(", ") };
    const response = await fetch(url, { ...options, headers, signal: AbortSignal.timeout?.(TIMEOUT) });
    const page = parsed(await response.text());
    const isOfInterview = page.querySelector("main")?.dataset.interview === interview();
    if (!isOfInterview || ![200, 409, 422].includes(response.status)) return { error: errorMessage(response, page) };
    return { page, isClean: response.ok, url: response.redirected ? response.url : location.href };
  } catch {
    return { error: messages.unreachable };
  }
};

const takeStep = async (form, button) => {
  const body = new FormData(form);
  body.append(button.name, button.value);
  const boxes = textBoxes(form);
  setBusy(form, true);
  boxes.forEach(saveDraft);
  button.focus(); // closes the keyboard of a phone
  setStatus(button, button.dataset.wait, true);
  const { error, page, isClean, url } = await load(form.action, { method: "POST", body });
  if (error) {
    setBusy(form, false);
    return setStatus(button, boxes.some((box) => box.value.trim()) ? `${error} ${messages.stillHere}` : error);
  }
  if (isClean) removeStoredDrafts(boxes);
  if (url !== location.href) history.pushState(null, "", url);
  showPage(page, isClean ? confirmation(page, button) : null);
};

// The change of an answer in the recap.
const edit = (editor) => {
  const box = editor.querySelector("textarea");
  editor.open = true;
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
};

const discard = (editor) => {
  const box = editor.querySelector("textarea");
  box.value = editor.parentElement.querySelector(".said:not(.hint)")?.textContent ?? "";
  removeDraft(box.id);
  editor.open = false;
  editor.querySelector("summary").focus();
};

// The page of the address, such as after Back. A page from the back/forward cache may be out of date.
const refresh = async () => {
  const { error, page } = await load(location.href);
  if (page) return showPage(page);
  const button = document.querySelector("form[method=post] .buttons:not(details *) button");
  if (button) setStatus(button, error);
};

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.method !== "post") return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") !== "true") takeStep(form, submitter);
});

document.addEventListener("input", ({ target }) => { if (target.matches("textarea[name]")) saveDraft(target); });
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || !event.target.matches("[name=text]")) return;
  event.target.form.requestSubmit(event.target.form.querySelector("[value=answer]"));
});
document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.matches("[data-print]")) print();
  if (target.matches(".edit summary")) {
    event.preventDefault();
    edit(target.parentElement);
  }
  if (target.matches("[data-discard]")) discard(target.closest("details"));
});

// A link within the page changes only the hash.
addEventListener("popstate", () => { if (location.search !== shownAddress) refresh(); });
addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });

// The paper shows texts that are not stored yet.
addEventListener("beforeprint", () => {
  for (const box of textBoxes(document)) {
    const printed = document.getElementById(`printed-${box.id}`);
    if (printed) printed.textContent = box.value;
  }
});

removeOldDrafts();
preparePage();
