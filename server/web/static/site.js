// Optional comforts: keys for reviewers, and a button that prints. Everything works without.
"use strict";
const OFF = "keys-off";
const typing = (place) => place.closest("input, textarea, select, [contenteditable]");
let chosen = null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && chosen && event.target.id === "reason") {
    event.preventDefault();
    if (event.target.value.trim()) chosen.click();
    return;
  }
  if (typing(event.target) || !document.querySelector("[data-key]")) return;
  if (event.key === "?") {
    if (localStorage.getItem(OFF)) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    return;
  }
  const aim = localStorage.getItem(OFF) ? null : document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!aim) return;
  event.preventDefault();
  const reason = document.getElementById("reason");
  if (aim.hasAttribute("data-reason") && !reason.value.trim()) {
    chosen = aim;
    reason.focus();
  } else aim.click();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
