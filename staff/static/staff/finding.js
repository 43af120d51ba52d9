"use strict";
// The key / moves the focus to the search box.

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const box = document.getElementById("site-search-text");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});
