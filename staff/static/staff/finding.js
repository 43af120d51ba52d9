"use strict";
// The key / moves the focus to the search box. Menus close on Escape and on clicks elsewhere, and that of filters stays open
// for the next choice. Fields for an org suggest names.

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const box = document.getElementById("site-search-text");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

function closeMenus(but) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => (menu.open = menu.contains(but)));
}

document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.activeElement.closest("details.menu")?.querySelector("summary").focus();
  closeMenus(null);
});

function suggestOrgs(field) {
  const list = document.createElement("datalist");
  list.id = `${field.id}-orgs`;
  field.after(list);
  field.setAttribute("list", list.id);
  let timer, request, shown;
  const suggest = async () => {
    if (shown === field.value) return;
    request?.abort();
    request = new AbortController();
    const text = field.value;
    try {
      const response = await fetch(`${field.dataset.orgs}?q=${encodeURIComponent(text)}`, { signal: request.signal });
      // After a logout, the response is the login page.
      if (!response.ok || response.redirected) return;
      const { orgs } = await response.json();
      list.replaceChildren(...orgs.map((org) => new Option(org, org)));
      shown = text;
    } catch {
      // Aborted by the next input, or offline: the list of the filter shows which orgs match.
    }
  };
  // The browser opens the list on a click or the arrow key, so the first orgs are there before.
  for (const event of ["pointerenter", "focus"]) field.addEventListener(event, suggest);
  field.addEventListener("input", ({ inputType }) => {
    clearTimeout(timer);
    if (inputType === "insertReplacementText" && field.closest(".filters")) field.form.requestSubmit(); // one was chosen
    else timer = setTimeout(suggest, 200);
  });
}

const CHOSEN = "chosen-filter";

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-orgs]").forEach(suggestOrgs);
  const filters = document.querySelector(".filters");
  if (!filters) return;
  filters.open ||= sessionStorage.getItem(CHOSEN) === location.pathname;
  sessionStorage.removeItem(CHOSEN);
  const keepOpen = () => sessionStorage.setItem(CHOSEN, location.pathname);
  filters.querySelectorAll("a").forEach((link) => link.addEventListener("click", keepOpen));
  filters.addEventListener("submit", keepOpen);
});
