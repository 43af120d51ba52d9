"use strict";
// Copies a text, shows the effect of an objective while it is typed, and removes the page that shows an API key from the
// browser's history.

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
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("form [data-steering]").forEach(showEffect);
  const page = document.querySelector("[data-leave-to]");
  // A reload opens that page instead of issuing a second key.
  if (page) history.replaceState(null, "", page.dataset.leaveTo);
});
