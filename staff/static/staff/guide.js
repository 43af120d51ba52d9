"use strict";
// The editor of a guide: its buttons work without a new page, topics and follow-ups can be dragged by their grips, and
// a text is shown as the contact reads it while it is typed. The server arranges the form; without JavaScript the same
// buttons load the page again. Links of the list show one part, which is the target of the address.

const guideForm = document.getElementById("guide_form");
const READ_BY_CONTACTS = "[name$=-question], [name$=-rephrasing], [name$=-reason], [name$=-bridge], [name$=-text]";

async function arrange(button, fail) {
  const data = new FormData(guideForm);
  data.set("do", button);
  guideForm.inert = true; // what is typed until the response comes would be lost
  try {
    const response = await fetch(location.href, { method: "POST", body: data });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const arranged = page.getElementById("guide_form");
    if (!response.ok || !arranged) throw new Error(`status ${response.status}`); // such as after a logout
    show(arranged);
  } catch {
    guideForm.inert = false;
    fail();
  }
}

function show(arranged) {
  const target = arranged.querySelector("[autofocus]");
  target?.removeAttribute("autofocus"); // browsers log that they ignore it
  guideForm.replaceChildren(...arranged.childNodes);
  guideForm.inert = false;
  addGrips();
  const part = target?.closest(".guide-part");
  if (part || location.hash) location.replace(part ? `#${part.id}` : location.hash); // the old target is gone
  target?.focus();
  markCurrent();
  guideForm.dispatchEvent(new Event("input", { bubbles: true })); // the page has unsaved edits
}

function markCurrent() {
  const shown = [...guideForm.querySelectorAll(".guide-part")].find((part) => part.checkVisibility());
  for (const link of guideForm.querySelectorAll("#parts a")) link.ariaCurrent = link.hash === `#${shown?.id}` ? "true" : null;
}

guideForm.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  if (!button || button.dataset.isSent) return;
  event.preventDefault();
  arrange(button.value, () => {
    button.dataset.isSent = "true";
    button.click();
  });
});

function preview({ target }) {
  const shown = target.closest(".guide-part")?.querySelector("[data-vendor]");
  if (!shown || !target.matches(READ_BY_CONTACTS)) return;
  shown.textContent = target.value.replaceAll("{vendor}", shown.dataset.vendor).replaceAll("{quote}", "…");
}
guideForm.addEventListener("input", preview);
guideForm.addEventListener("focusin", preview);

function addGrips() {
  for (const item of guideForm.querySelectorAll("[data-drag]")) {
    const grip = document.createElement("span");
    grip.className = "guide-grip";
    grip.title = "Drag to another place";
    item.prepend(grip);
  }
}

guideForm.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest(".guide-grip");
  if (!grip) return;
  event.preventDefault();
  const item = grip.parentElement;
  const items = [...item.parentElement.children];
  const others = items.filter((other) => other !== item);
  const placeAt = (y) => {
    const below = others.findIndex((other) => {
      const box = other.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
    return below < 0 ? others.length : below;
  };
  const unmark = () => items.forEach((other) => other.classList.remove("drop-before", "drop-after"));
  const mark = (place) => {
    unmark();
    if (place < others.length) others[place].classList.add("drop-before");
    else others.at(-1)?.classList.add("drop-after");
  };
  const stop = () => {
    item.classList.remove("dragged");
    unmark();
    grip.removeEventListener("pointermove", move);
    grip.removeEventListener("pointerup", drop);
    grip.removeEventListener("pointercancel", stop);
  };
  const move = ({ clientY }) => mark(placeAt(clientY));
  const drop = ({ clientY }) => {
    stop();
    const place = placeAt(clientY);
    if (place !== items.indexOf(item)) arrange(`${item.dataset.drag}:to-${place}`, () => {});
  };
  item.classList.add("dragged");
  grip.setPointerCapture(event.pointerId);
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", drop);
  grip.addEventListener("pointercancel", stop);
});

window.addEventListener("hashchange", markCurrent);
window.addEventListener("load", markCurrent); // the target of the address is known after deferred scripts
addGrips();
