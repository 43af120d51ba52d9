// The page works without this file. With it a step is taken in place: what was written stays until it is stored,
// a second press of a button does nothing, and a screen reader is told what happens.

const say = (text, thinking = false) => {
  const status = document.getElementById("status");
  status.textContent = text;
  status.classList.toggle("thinking", thinking);
};

// Unsent text outlives a reload, in this tab alone. Where the browser keeps nothing, it does not.
const draftOf = (box) => `draft ${location.search} ${box.id}`;
const keep = (box) => { try { sessionStorage.setItem(draftOf(box), box.value); } catch {} };
const forget = (box) => { try { sessionStorage.removeItem(draftOf(box)); } catch {} };
const recall = (box) => { try { box.value = sessionStorage.getItem(draftOf(box)) ?? box.value; } catch {} };

const boxes = (root) => [...root.querySelectorAll("textarea[name]")];

const setBusy = (form, busy) => {
  form.setAttribute("aria-busy", busy);
  boxes(form).forEach((box) => { box.readOnly = busy; });
};

const PLACES = [".notice", "[aria-invalid]", "[autofocus]", "h1"];

const show = (html) => {
  const next = new DOMParser().parseFromString(html, "text/html");
  const place = PLACES.map((one) => next.querySelector(one)).find(Boolean);
  const isSmall = place.matches("[autofocus], h1");
  next.querySelector("[autofocus]")?.removeAttribute("autofocus"); // the browser would try for itself, too late
  document.title = next.title;
  for (const part of ["main", "footer"]) document.querySelector(part).replaceWith(next.querySelector(part));
  boxes(document).forEach(recall);
  scrollTo(0, 0);
  place.focus({ preventScroll: isSmall });
};

const problem = (response) => {
  const seconds = response.headers.get("Retry-After") ?? "a few";
  if (response.status === 429) return `Too many visits from your network right now. Try again in ${seconds} seconds.`;
  if (response.status === 400 || response.status === 413) return "This is too large to send. Please shorten it.";
  return response.status >= 500 ? "Something went wrong on our side. Please try again." : "";
};

const send = async (form, step) => {
  const body = new FormData(form);
  body.append("step", step);
  try {
    const response = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(60_000) });
    return { trouble: problem(response), stored: response.status !== 422, html: await response.text() };
  } catch {
    return { trouble: "We could not be reached. Please check your connection and try again." };
  }
};

const take = async (form, button) => {
  setBusy(form, true);
  say(button.dataset.wait, true);
  const { trouble, stored, html } = await send(form, button.value);
  if (trouble) {
    setBusy(form, false);
    return say(`${trouble} Your text is still here.`);
  }
  if (stored) boxes(form).forEach(forget);
  say("");
  show(html);
};

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.method !== "post") return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") !== "true") take(form, submitter);
});

document.addEventListener("input", (event) => keep(event.target));

// A page that the browser had put aside may be long out of date.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

boxes(document).forEach(recall);
