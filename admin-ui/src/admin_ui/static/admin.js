// Comfort on top of pages that work without it: copying, the theme, menus, focus.
"use strict";

const announce = (text) => {
  const place = document.createElement("span");
  place.className = "visually-hidden";
  place.setAttribute("role", "status");
  document.body.append(place);
  setTimeout(() => { place.textContent = text; }, 50);
  setTimeout(() => place.remove(), 3000);
};

const showCopyButtons = (root) => {
  for (const button of root.querySelectorAll("button[data-copy][hidden]")) button.hidden = !navigator.clipboard;
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  } catch {
    return announce("The browser does not allow copying");
  }
  button.classList.add("copied");
  announce("Copied");
  setTimeout(() => button.classList.remove("copied"), 1500);
});

// The theme changes at once; the answer of the server only keeps the choice.
document.addEventListener("submit", async (event) => {
  if (!event.target.matches(".theme-form")) return;
  event.preventDefault();
  const root = document.documentElement;
  const button = event.target.querySelector("button");
  const order = ["auto", "light", "dark"];
  const names = { auto: "as the system", light: "light", dark: "dark" };
  const chosen = button.value;
  const body = new URLSearchParams(new FormData(event.target));
  body.set("theme", chosen);
  root.dataset.themeChoice = chosen;
  window.applyTheme();
  button.value = order[(order.indexOf(chosen) + 1) % order.length];
  button.title = `Theme: ${names[chosen]}`;
  button.setAttribute("aria-label", `Theme: ${names[chosen]}. Change it.`);
  announce(`Theme: ${names[chosen]}`);
  await fetch(event.target.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
});

// The account menu closes on a click elsewhere and on Escape, which gives the focus back.
document.addEventListener("click", (event) => {
  const menu = document.querySelector(".person-menu[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector(".person-menu[open]");
  if (menu && event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// The button that destroys stays off until the name is typed; the server checks it again.
const asSeen = (name) => name.replace(/[\u200c\u200d]/g, "").trim().replace(/\s+/g, " ");
for (const input of document.querySelectorAll("input[data-must-equal]")) {
  const button = input.form.querySelector("button:not([type=button])");
  const check = () => { button.disabled = asSeen(input.value) !== asSeen(input.dataset.mustEqual); };
  input.addEventListener("input", check);
  check();
}

// A page that shows a secret once is not asked for a second time by a reload.
const replacement = document.querySelector("[data-replace-address]");
if (replacement) history.replaceState(null, "", replacement.dataset.replaceAddress);

document.getElementById("error-summary")?.focus();
document.querySelector(".places [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
showCopyButtons(document);
document.addEventListener("htmx:before:request", () => document.getElementById("messages").replaceChildren());
document.addEventListener("htmx:after:swap", () => showCopyButtons(document));
