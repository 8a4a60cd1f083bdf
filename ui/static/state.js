// The theme, and the question before unsaved changes are discarded.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try {
      return localStorage.getItem("onthedot-theme") || "system";
    } catch {
      return "system";
    }
  };
  otd.theme = stored;
  otd.showTheme = () => {
    const dark = stored() === "dark" || (stored() === "system" && system.matches);
    document.documentElement.classList.toggle("dark", dark);
    window.Quasar?.Dark?.set(dark);
  };
  otd.setTheme = (name) => {
    try {
      localStorage.setItem("onthedot-theme", name);
    } catch {
      /* the page then follows the system */
    }
    otd.showTheme();
  };
  system.addEventListener("change", otd.showTheme);
  otd.showTheme();

  // The server knows whether there are unsaved changes; if so, leaving asks first.
  let unsaved = false,
    address = "",
    leaveTo = null;
  otd.setUnsaved = (value) => {
    unsaved = value;
    address = location.pathname + location.search;
  };
  otd.isUnsaved = () => unsaved;
  const ask = (path) => {
    leaveTo = path;
    dispatchEvent(new Event("otd-leave"));
  };
  otd.leave = () => {
    unsaved = false;
    otd.drafts.end();
    otd.go(leaveTo);
  };
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  addEventListener(
    "click",
    (event) => {
      if (!unsaved || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      const link = event.target.closest?.("a[href^='/']");
      if (!link || link.target === "_blank" || link.hasAttribute("download")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(link.getAttribute("href").slice(otd.href("").length) || "/");
    },
    true,
  );
  addEventListener("popstate", (event) => {
    if (!unsaved) return;
    event.stopImmediatePropagation();
    const wanted =
      event.state?.page ?? location.pathname.slice(otd.href("").length) + location.search;
    history.pushState({ page: address.slice(otd.href("").length) }, "", address);
    ask(wanted);
  });

  // Signing out in one tab signs out all tabs.
  const tabs = new BroadcastChannel("onthedot-signed-out");
  if (location.search === "?left") {
    tabs.postMessage("");
    history.replaceState(null, "", location.pathname);
  } else {
    tabs.addEventListener("message", () => {
      unsaved = false;
      location.reload();
    });
  }

  // Filters change the address without an entry in the browser's history for each letter.
  otd.address = (path) => history.replaceState({ page: path }, "", otd.href(path));
})();
