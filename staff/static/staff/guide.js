"use strict";
// The form of a guide: its buttons work without a new page, and topics and follow-ups can be dragged by their grips.
// The server arranges the form; without JavaScript the same buttons load the page again.

const guideForm = document.getElementById("guide_form");
const titleOf = (topic) => topic.querySelector("input[name$='-title']").value;

async function arrange(button, fail) {
  const data = new FormData(guideForm);
  data.set("do", button);
  const topics = [...guideForm.querySelectorAll(".guide-topic")];
  const opened = new Set(topics.filter((topic) => topic.querySelector("details").open).map(titleOf));
  guideForm.inert = true; // what is typed until the response comes would be lost
  try {
    const response = await fetch(location.href, { method: "POST", body: data });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const arranged = page.getElementById("guide_form");
    if (!response.ok || !arranged) throw new Error(`status ${response.status}`); // such as after a logout
    show(arranged, opened);
  } catch {
    guideForm.inert = false;
    fail();
  }
}

function show(arranged, opened) {
  const target = arranged.querySelector("[autofocus]");
  target?.removeAttribute("autofocus"); // browsers log that they ignore it
  guideForm.replaceChildren(...arranged.childNodes);
  for (const topic of guideForm.querySelectorAll(".guide-topic")) {
    if (opened.has(titleOf(topic))) topic.querySelector("details").open = true;
  }
  addGrips();
  guideForm.inert = false;
  target?.focus();
  guideForm.dispatchEvent(new Event("input", { bubbles: true })); // the page has unsaved edits
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
  const placeAt = (y) => {
    const below = items.filter((other) => other !== item).findIndex((other) => {
      const box = other.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
    return below < 0 ? items.length - 1 : below;
  };
  const mark = (place) => {
    items.forEach((other) => other.classList.remove("drop-before", "drop-after"));
    const others = items.filter((other) => other !== item);
    if (place < others.length) others[place].classList.add("drop-before");
    else others.at(-1)?.classList.add("drop-after");
  };
  const stop = () => {
    item.classList.remove("dragged");
    items.forEach((other) => other.classList.remove("drop-before", "drop-after"));
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

addGrips();
