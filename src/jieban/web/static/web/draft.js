// Keeps what a person writes in his browser until the city has it. The pages work without this script.
"use strict";

(() => {
  const KEY = "jieban-draft";
  const HOURS = 12;

  const read = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) || "null");
      return kept && Date.now() - kept.at < HOURS * 3600e3 ? kept : { at: 0, fields: {} };
    } catch {
      return { at: 0, fields: {} };
    }
  };
  const write = (fields) => {
    try {
      localStorage.setItem(KEY, JSON.stringify({ at: Date.now(), fields }));
    } catch {
      /* a browser that keeps nothing: the session on the server still does */
    }
  };
  const forget = () => {
    try {
      localStorage.removeItem(KEY);
    } catch {
      /* nothing was kept */
    }
  };

  if (document.querySelector("[data-draft-done]")) forget();

  for (const form of document.querySelectorAll("form[data-forget]")) form.addEventListener("submit", forget);

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  const frame = document.querySelector("[data-draft]");
  if (!frame) return;

  const note = document.getElementById("draft-note");
  const say = (words, kind) => {
    if (!note) return;
    note.textContent = words;
    note.className = `notice ${kind}`;
    note.hidden = false;
  };

  const kept = read();
  let restored = false;
  for (const field of frame.querySelectorAll("[data-keep]")) {
    const before = kept.fields[field.name];
    if (before && !field.value.trim()) {
      field.value = before;
      restored = restored || field.tagName === "TEXTAREA";
    }
    field.addEventListener("input", () => write({ ...read().fields, [field.name]: field.value }));
  }
  if (restored) say(frame.dataset.restored, "notice--done");

  for (const form of frame.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => {
      for (const field of form.querySelectorAll("[data-keep]")) {
        write({ ...read().fields, [field.name]: field.value });
      }
      if (!navigator.onLine) {
        event.preventDefault();
        say(frame.dataset.offline, "notice--soon");
        note?.scrollIntoView({ block: "nearest" });
        return;
      }
      if (form.hasAttribute("data-once")) {
        if (form.dataset.sent) event.preventDefault();
        form.dataset.sent = "1";
        setTimeout(() => delete form.dataset.sent, 8000);
      }
    });
  }
  window.addEventListener("online", () => {
    if (note && note.classList.contains("notice--soon")) note.hidden = true;
  });

  const summary = document.getElementById("error-summary");
  if (summary) summary.focus();
})();
