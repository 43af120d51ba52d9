"use strict";
// Copies a text, and removes the page that shows an API key from the browser's history.

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

document.addEventListener("DOMContentLoaded", () => {
  const page = document.querySelector("[data-leave-to]");
  // A reload opens that page instead of issuing a second key.
  if (page) history.replaceState(null, "", page.dataset.leaveTo);
});
