"use strict";
// The key / moves the focus to the search box. Menus close on Escape and on clicks elsewhere. Fields for an org suggest names.

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
  let timer, request;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      request?.abort();
      request = new AbortController();
      try {
        const response = await fetch(`${field.dataset.orgs}?q=${encodeURIComponent(field.value)}`, { signal: request.signal });
        // After a logout, the response is the login page.
        if (!response.ok || response.redirected) return;
        const { orgs } = await response.json();
        list.replaceChildren(...orgs.map((org) => new Option(org, org)));
      } catch {
        // Aborted by the next input, or offline: the list of the filter shows which orgs match.
      }
    }, 200);
  });
}

document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-orgs]").forEach(suggestOrgs));
