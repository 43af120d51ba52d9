// Buttons with data-copy="URL" put the text at that address on the clipboard.
for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    try {
      const answer = await fetch(button.dataset.copy);
      await navigator.clipboard.writeText(await answer.text());
      button.textContent = "Copied";
    } catch {
      location.assign(button.dataset.copy);
    }
    setTimeout(() => (button.textContent = label), 2000);
  });
}
