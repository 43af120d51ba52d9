const status = document.querySelector("#status");

// Puts the text that `read` returns on the clipboard.
async function copy(button, read) {
  const label = button.textContent;
  await navigator.clipboard.writeText(await read());
  status.textContent = button.textContent = "Copied";
  setTimeout(() => (button.textContent = label, status.textContent = ""), 2000);
}

// A section that has moved to another page: its earlier address leads to its link among the contents.
function followMoved() {
  const target = document.getElementById(location.hash.slice(1));
  if (target?.matches(".contents a")) location.replace(target.href);
}

addEventListener("hashchange", followMoved);
followMoved();

// data-copy is the URL of a text. Without access to the clipboard, the text is opened instead.
for (const button of document.querySelectorAll("[data-copy]")) {
  const read = async () => (await fetch(button.dataset.copy)).text();
  button.addEventListener("click", () => copy(button, read).catch(() => location.assign(button.dataset.copy)));
}

if (navigator.clipboard) {
  for (const block of document.querySelectorAll(".code:not(.json)")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", () => copy(button, () => block.querySelector("code").textContent.trimEnd()));
    block.append(button);
  }
  // The n-th section of the page is the n-th of its Markdown, which begins with the title.
  const markdown = document.querySelector("header [data-copy]")?.dataset.copy;
  document.querySelectorAll("main h2[id]").forEach((heading, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy-section";
    button.textContent = "Copy for AI";
    button.setAttribute("aria-describedby", heading.id);
    const read = async () => (await (await fetch(markdown)).text()).split(/^(?=## )/m)[index + 1].trimEnd();
    button.addEventListener("click", () => copy(button, read));
    heading.after(button);
  });
}

// A choice of language is for all samples. The sample that was clicked keeps its place on the screen.
document.addEventListener("change", ({target}) => {
  if (!target.name?.startsWith("language-")) return;
  const before = target.getBoundingClientRect().top;
  for (const radio of document.querySelectorAll(".samples input")) {
    if (radio.value === target.value) radio.checked = true;
  }
  scrollBy({top: target.getBoundingClientRect().top - before, behavior: "instant"});
});
