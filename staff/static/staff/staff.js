"use strict";
// What staff's pages do beyond HTML: copy a text, and forget a page that shows a secret.

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
  // A reload goes there, and so does not issue a second key.
  if (page) history.replaceState(null, "", page.dataset.leaveTo);
});
