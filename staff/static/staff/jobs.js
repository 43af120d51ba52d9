"use strict";
// Follows an export or import until it is finished. Uploads a large file in pieces, because a request is limited.

const POLL_MS = 1000;
const PIECE_BYTES = 512 * 1024;
const ATTEMPTS = 3;

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

async function send(url, body) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetch(url, { method: "POST", body });
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await wait(POLL_MS);
    }
  }
}

async function upload(form, file) {
  const first = new FormData(form);
  first.set("file", file.slice(0, PIECE_BYTES), file.name);
  first.set("size", file.size);
  const response = await send(location.href, first);
  const page = await parse(response);
  const url = page.querySelector("[data-upload]")?.dataset.upload;
  if (!url) {
    form.replaceWith(page.querySelector("[data-pieces]"));
    return listen();
  }
  for (let offset = PIECE_BYTES; offset < file.size; offset += PIECE_BYTES) {
    show(form, `Uploaded: ${Math.round((100 * offset) / file.size)}%`);
    const piece = new FormData();
    piece.set("csrfmiddlewaretoken", first.get("csrfmiddlewaretoken"));
    piece.set("offset", offset);
    piece.set("file", file.slice(offset, offset + PIECE_BYTES), file.name);
    const answer = await send(url, piece);
    if (answer.status === 409) return show(form, await answer.text());
    if (!answer.ok) throw new Error(answer.statusText);
  }
  location.assign(response.url);
}

function show(form, text) {
  form.querySelector("[role=status]").textContent = text;
}

function listen() {
  document.querySelector("[data-pieces]")?.addEventListener("submit", async (event) => {
    const form = event.target;
    const [file] = form.querySelector("[type=file]").files;
    if (!file || file.size <= PIECE_BYTES) return;
    event.preventDefault();
    try {
      await upload(form, file);
    } catch {
      show(form, "The upload failed. Try again.");
    }
  });
}

document.querySelectorAll("[data-progress]").forEach(follow);
listen();
