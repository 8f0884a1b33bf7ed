// Before the page is drawn: the theme that was chosen, or the system's.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = root.dataset.themeChoice;
    const dark = chosen === "dark" || (chosen === "auto" && system.matches);
    root.setAttribute("data-bs-theme", dark ? "dark" : "light");
  };
  root.classList.add("js");
  system.addEventListener("change", apply);
  apply();
  window.applyTheme = apply;
})();
