"use strict";
// Follows an export or import until it is finished.

const POLL_MS = 1000;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const parse = async (response) => new DOMParser().parseFromString(await response.text(), "text/html");

async function follow(progress) {
  const status = document.querySelector("[role=status]");
  while (progress.querySelector("[data-unfinished]")) {
    await wait(POLL_MS);
    let next;
    try {
      next = (await parse(await fetch(location.href))).querySelector("[data-progress]");
    } catch {
      continue; // offline
    }
    if (!next) return location.reload(); // logged out
    progress.replaceChildren(...next.childNodes);
    const { state } = progress.firstElementChild.dataset;
    if (status.textContent !== state) status.textContent = state; // screen readers read each change
  }
}

document.querySelectorAll("[data-progress]").forEach(follow);
