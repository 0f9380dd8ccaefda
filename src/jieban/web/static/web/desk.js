// The desks' keyboard, and focus that stays where the hands are. Every page works without it.
// data-key="u"      this link or button is meant by that key (none while somebody types)
// data-into="q"     after opening, the field with this id gets the focus
// data-focus        gets the focus when the page opens and when its main part was exchanged
// data-focus-after  gets it only when the main part was exchanged
// data-row          a row that j and k walk through

(() => {
  "use strict";

  const typing = (element) =>
    element instanceof HTMLElement && element.closest("input:not([type=radio]):not([type=checkbox]), textarea, select") !== null;

  const rows = () => [...document.querySelectorAll("[data-row]")];

  const choose = (step) => {
    const all = rows();
    if (!all.length) return false;
    const now = all.findIndex((row) => row.classList.contains("is-chosen"));
    const next = Math.min(Math.max(now + step, 0), all.length - 1);
    all.forEach((row, index) => row.classList.toggle("is-chosen", index === next));
    const link = all[next].querySelector("a");
    link.focus();
    all[next].scrollIntoView({ block: "nearest" });
    return true;
  };

  const press = (key) => {
    const element = document.querySelector(`#main [data-key="${CSS.escape(key)}"]`);
    if (!element) return false;
    const details = element.closest("details");
    if (element.matches("summary") && details) {
      details.open = true;
      const field = element.dataset.into
        ? document.getElementById(element.dataset.into)
        : details.querySelector("input:not([type=hidden]), textarea, select, button");
      (field || element).focus();
      details.scrollIntoView({ block: "nearest" });
    } else {
      element.click();
    }
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && typing(event.target)) {
      event.target.blur();
      focusMain();
      return;
    }
    if (typing(event.target)) return;
    if (event.repeat && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault(); // a key held down must not agree to the next ticket too
      return;
    }
    const done =
      event.key === "j" ? choose(1) : event.key === "k" ? choose(-1) : event.key.length === 1 && event.key !== " " && press(event.key.toLowerCase());
    if (done) event.preventDefault();
  });

  // One form open at a time. (The attribute name of <details> would close those of an exchanged page.)
  document.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.open || !event.target.matches("details.verb")) return;
      document.querySelectorAll("details.verb[open]").forEach((one) => {
        if (one !== event.target) one.open = false;
      });
    },
    true,
  );

  // A list of rooms in the bar closes by a click elsewhere and by Escape.
  const closeRooms = (but) => {
    document.querySelectorAll("details.rooms[open]").forEach((one) => {
      if (!one.contains(but)) one.open = false;
    });
  };
  document.addEventListener("click", (event) => closeRooms(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeRooms(null);
  });

  // Choosing a branch of Art. 11 puts its standard words into the field, unless somebody wrote there.
  document.addEventListener("change", (event) => {
    if (event.target.name !== "branch") return;
    const words = document.querySelector(`#branch-words [data-branch="${CSS.escape(event.target.value)}"]`);
    const field = event.target.form.elements.explanation;
    if (words && (field.value === "" || field.value === field.dataset.filled)) {
      field.value = words.textContent;
      field.dataset.filled = field.value;
    }
  });

  const focusMain = (selector) => {
    const found = [...document.querySelectorAll(selector || "#main [data-focus]")];
    const element = found.find((one) => one.closest(".error-summary")) || found[0];
    if (element) element.focus({ preventScroll: !element.closest(".error-summary") });
  };

  let main = document.getElementById("main");

  const exchanged = () => {
    const now = document.getElementById("main");
    if (!now || now === main) return;
    main = now;
    document.querySelectorAll(".lost").forEach((one) => one.remove());
    window.scrollTo(0, 0);
    now.focus({ preventScroll: true });
    focusMain("#main [data-focus], #main [data-focus-after]");
  };

  document.addEventListener("htmx:after:swap", exchanged);
  document.addEventListener("htmx:after:settle", exchanged);

  document.addEventListener("htmx:error", () => {
    const lost = document.createElement("div");
    lost.className = "lost notice notice--danger";
    lost.setAttribute("role", "alert");
    lost.textContent = document.body.dataset.lost;
    document.body.append(lost);
    setTimeout(() => lost.remove(), 8000);
  });

  focusMain();
})();
