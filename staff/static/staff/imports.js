"use strict";
// Checks a file without a new page, so that the browser still has the file when the person imports it.

const parse = async (response) => new DOMParser().parseFromString(await response.text(), "text/html");

async function check(form) {
  const response = await fetch(location.href, { method: "POST", body: new FormData(form) });
  const next = response.ok && (await parse(response)).querySelector("[data-import]");
  if (!next) throw new Error(response.statusText);
  next.querySelector("[type=file]").replaceWith(form.querySelector("[type=file]"));
  form.replaceWith(next);
  next.querySelector("[data-found]")?.focus();
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-import]");
  if (!form || event.submitter?.name === "import") return;
  event.preventDefault();
  const status = form.querySelector("[role=status]");
  const [file] = form.querySelector("[type=file]").files;
  if (file && file.size > Number(form.dataset.import)) {
    status.textContent = form.dataset.tooLarge;
    return;
  }
  status.textContent = "Checking …";
  try {
    await check(form);
  } catch {
    status.textContent = "The file could not be checked. Try again.";
  }
});
