// The keyboard: the keys on every page, in a row, and on the page of a task or run.
(() => {
  const typing = (target) =>
    target.closest?.(
      "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open]",
    );
  const shown = (element) => element && element.offsetParent !== null;
  const PLACES = {
    o: "/",
    t: "/tasks",
    r: "/runs",
    i: "/incidents",
    c: "/calendars",
    f: "/forecast",
    z: "/freezes",
    s: "/settings",
  };
  const places = () =>
    Object.entries(PLACES).filter(([, path]) =>
      document.querySelector(`.nav a[href="${otd.href(path)}"]`),
    );
  let going = 0;

  // Buttons of a page name their own keys: <button data-key="p">.
  const press = (key) => {
    const found = [...document.querySelectorAll(`[data-key="${key}"]`)].find(
      (each) => shown(each) && !each.disabled,
    );
    found?.click();
    return !!found;
  };

  const plain = (event) => {
    const key = event.key;
    // The time of the key press, not when a busy page processed it.
    if (going && event.timeStamp - going < 1500) {
      going = 0;
      const place = places().find(([letter]) => letter === key);
      if (place) otd.go(place[1]);
      return !!place;
    }
    going = key === "g" ? event.timeStamp : 0;
    if (key === "g") return true;
    if (key === "?") return dispatchEvent(new Event("otd-keys"));
    if (key === "n") return press("n");
    if (key === "b") return dispatchEvent(new Event("otd-bar"));
    if (key === "/") {
      const search = document.querySelector("[data-search]");
      if (shown(search)) search.focus();
      else dispatchEvent(new Event("otd-palette"));
      return true;
    }
    if (
      key === "ArrowDown" &&
      [document.body, document.getElementById("main")].includes(event.target)
    ) {
      const row = document.querySelector(".sheet tbody tr[tabindex]");
      row?.focus();
      return !!row;
    }
    return ["p", "r", "e"].includes(key) && press(key);
  };

  addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "k") {
      event.preventDefault();
      dispatchEvent(new Event("otd-palette"));
    } else if (command && event.key === "Enter") {
      const save = [...document.querySelectorAll("[data-save]")].filter(shown).at(-1);
      if (save) {
        event.preventDefault();
        save.click();
      }
    } else if (!command && !event.altKey && !event.defaultPrevented && !typing(event.target)) {
      if (plain(event)) event.preventDefault();
    }
  });
  otd.places = places;

  // After a change of page, the focus is at its top, or at the row that was left.
  otd.arrived = () => {
    setTimeout(() => {
      const main = document.getElementById("main");
      if (main && !main.contains(document.activeElement) && !document.querySelector("dialog[open]"))
        main.focus({ preventScroll: true });
    }, 60);
  };
})();
