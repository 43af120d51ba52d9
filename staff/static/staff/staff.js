"use strict";
// Copies a text, warns of lost edits, saves with Ctrl+Enter, shows the effect of an objective while it is typed, and
// removes the page that shows an API key from the browser's history.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  source.select();
  try {
    await navigator.clipboard.writeText(source.value);
  } catch {
    document.execCommand("copy"); // no clipboard over plain HTTP
  }
  button.textContent = "Copied";
});

// A page that shows errors begins with them: screen readers announce what has the focus, but not what a page has loaded.
// Django's own forms have no role.
const errors = document.querySelector("body:not(.login) #content :is([role=alert], .errornote):not(.notice, [hidden])");
if (errors) {
  errors.role = "alert";
  errors.tabIndex = -1;
  window.addEventListener("load", () => errors.focus());
}

const TYPING_MS = 300;

function showEffect(effect) {
  const form = effect.closest("form");
  let timer, request;
  const update = async () => {
    request?.abort();
    request = new AbortController();
    try {
      const response = await fetch(effect.dataset.steering, { method: "POST", body: new FormData(form), signal: request.signal });
      // After a logout, the response is the login page.
      if (response.ok && !response.redirected) effect.innerHTML = await response.text();
    } catch {
      // Aborted by the next input, or offline: the page shows the effect after saving.
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, TYPING_MS);
  });
  if (effect.querySelector("[data-unread]")) update();
}

const SAVE = ".submit-row .default[type=submit]";

function warnOfLostEdits(form) {
  const path = location.pathname;
  let isEdited = form.querySelector(".errorlist, [data-unsaved]") !== null; // a form that was not saved shows its edits
  window.addEventListener("beforeunload", (event) => isEdited && event.preventDefault());
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget !== "_blank") isEdited = false; // this page stays open
  });

  // Other tabs that show the same page: one that opens asks, one with edits tells.
  const tabs = new BroadcastChannel("staff");
  const tell = () => tabs.postMessage({ path, isEdited });
  tabs.onmessage = ({ data }) => {
    if (data.path !== path) return;
    if (data.isEdited) warnOfOtherTab(form);
    else if (isEdited) tell();
  };
  form.addEventListener("input", () => {
    if (isEdited) return;
    isEdited = true;
    tell();
  });
  tell();
}

function warnOfOtherTab(form) {
  if (form.querySelector(".other-tab")) return;
  const warning = document.createElement("p");
  warning.className = "errornote notice other-tab";
  warning.role = "alert";
  warning.textContent = "This page has unsaved edits in another tab.";
  form.prepend(warning);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const button = event.target.form?.querySelector(SAVE);
  if (!button) return;
  event.preventDefault(); // Chromium would submit into a new tab
  event.target.form.requestSubmit(button);
});

// Words that are selected in an answer are the quote of a new driver.
document.addEventListener("selectionchange", () => {
  const link = document.querySelector("[data-add-driver]");
  const selection = getSelection();
  if (!link || selection.isCollapsed) return;
  const [start, end] = [selection.anchorNode, selection.focusNode].map((node) => node.parentElement?.closest(".turn:not(.paige)"));
  const query = start && start === end ? `?${new URLSearchParams({ turn: start.id.replace("turn-", ""), quote: selection.toString().trim() })}` : "";
  link.search = query;
});

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-copy][hidden]").forEach((button) => (button.hidden = false));
  document.querySelectorAll(`form:has(${SAVE})`).forEach(warnOfLostEdits);
  document.querySelectorAll("form [data-steering]").forEach(showEffect);
  const page = document.querySelector("[data-leave-to]");
  // A reload opens that page instead of issuing a second key.
  if (page) history.replaceState(null, "", page.dataset.leaveTo);
});

// Django's SelectFilter2.js, which runs on `load` before this, names the fields of its search boxes by these pictures.
window.addEventListener("load", () => document.querySelectorAll("span.help-tooltip[aria-label]").forEach((picture) => (picture.role = "img")));
