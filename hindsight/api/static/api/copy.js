// A button with data-copy="URL" copies the text at that URL to the clipboard.
for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    try {
      const response = await fetch(button.dataset.copy);
      await navigator.clipboard.writeText(await response.text());
      button.textContent = "Copied";
    } catch {
      location.assign(button.dataset.copy);
    }
    setTimeout(() => (button.textContent = label), 2000);
  });
}
