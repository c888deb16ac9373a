// Says so when the page cannot renew itself, and stops saying so when it can again.
"use strict";
(() => {
  const line = document.getElementById("offline");
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const lost = !event.detail.successful;
    if (line.hidden === !lost) return;
    line.textContent = lost ? line.dataset.text : "";
    line.hidden = !lost;
  });
})();
