// Comforts. Every page works without them: the buttons are hidden until this script shows them.

for (const button of document.querySelectorAll("[data-show-password]")) {
  const input = document.getElementById(button.dataset.showPassword);
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.textContent = show ? "Hide" : "Show";
    button.setAttribute("aria-pressed", String(show));
    input.focus();
  });
  // Password managers remember the field only if it is one when the form is sent.
  input.form.addEventListener("submit", () => { input.type = "password"; });
}

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }
}

// A second click, while what the first one brings is on its way, would cancel that and find the form used up.
const PATIENCE = 5000; // milliseconds, after which it is worth another try
for (const form of document.forms) {
  let sent = -PATIENCE;
  form.addEventListener("submit", (event) => {
    if (event.timeStamp - sent < PATIENCE) event.preventDefault();
    else sent = event.timeStamp;
  });
  addEventListener("pageshow", () => { sent = -PATIENCE; }); // one has come back to it
}
