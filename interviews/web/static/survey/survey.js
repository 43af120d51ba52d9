// Optional: without this file, the forms reload the page. With it, steps replace the content in place, texts are kept
// until they are stored, a second click on a button does nothing, and screen readers announce the progress.

// In the language of the page.
const messages = document.body.dataset;

const setStatus = (text, thinking = false) => {
  const status = document.getElementById("status");
  status.textContent = text;
  status.classList.toggle("thinking", thinking);
};

// Drafts survive a reload, in this tab only. sessionStorage throws if the browser blocks storage.
const draftKey = (box) => `draft ${location.search} ${box.id}`;
const saveDraft = (box) => { try { sessionStorage.setItem(draftKey(box), box.value); } catch {} };
const removeDraft = (box) => { try { sessionStorage.removeItem(draftKey(box)); } catch {} };
const restoreDraft = (box) => { try { box.value = sessionStorage.getItem(draftKey(box)) ?? box.value; } catch {} };

const textBoxes = (root) => [...root.querySelectorAll("textarea[name]")];

const setBusy = (form, busy) => {
  form.setAttribute("aria-busy", busy);
  textBoxes(form).forEach((box) => { box.readOnly = busy; });
};

// The first match gets the focus.
const FOCUS_SELECTORS = [".notice", "[aria-invalid]", "[autofocus]", "h1"];

const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

const showPage = (html) => {
  const next = parsed(html);
  const focusTarget = FOCUS_SELECTORS.map((selector) => next.querySelector(selector)).find(Boolean);
  const keepsScroll = focusTarget.matches("[autofocus], h1");
  next.querySelector("[autofocus]")?.removeAttribute("autofocus"); // the browser would move the focus later
  document.title = next.title;
  for (const part of ["main", "footer"]) document.querySelector(part).replaceWith(next.querySelector(part));
  textBoxes(document).forEach(restoreDraft);
  scrollTo(0, 0);
  focusTarget.focus({ preventScroll: keepsScroll });
};

// Responses of a proxy have no such paragraph.
const refusal = (html) => parsed(html).querySelector(".lead")?.textContent;

const busyMessage = (seconds) =>
  seconds ? messages.tooManyRequestsFor.replace("{seconds}", seconds) : messages.tooManyRequests;

const errorMessage = (response, html) => {
  if (response.status === 429) return busyMessage(response.headers.get("Retry-After"));
  if (response.status === 400) return refusal(html) ?? messages.unreadable;
  if (response.status === 413) return refusal(html) ?? messages.tooLarge;
  return response.status >= 500 ? messages.failed : "";
};

const send = async (form, step) => {
  const body = new FormData(form);
  body.append("step", step);
  try {
    const headers = { "Accept-Language": document.documentElement.lang };
    const response = await fetch(form.action, { method: "POST", body, headers, signal: AbortSignal.timeout(60_000) });
    const html = await response.text();
    return { error: errorMessage(response, html), stored: response.status !== 422, html };
  } catch {
    return { error: messages.unreachable };
  }
};

const takeStep = async (form, button) => {
  setBusy(form, true);
  setStatus(button.dataset.wait, true);
  const { error, stored, html } = await send(form, button.value);
  if (error) {
    setBusy(form, false);
    return setStatus(`${error} ${messages.stillHere}`);
  }
  if (stored) textBoxes(form).forEach(removeDraft);
  setStatus("");
  showPage(html);
};

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.method !== "post") return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") !== "true") takeStep(form, submitter);
});

document.addEventListener("input", (event) => saveDraft(event.target));

// A page restored from the back/forward cache may be out of date.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

textBoxes(document).forEach(restoreDraft);
