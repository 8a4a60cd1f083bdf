// Says with the socket where the page is, so that any server can show it: see adoption.py.
(() => {
  const BUTTONS = "button, [role=menuitem], tr[data-task], tr[data-run]";
  let clicked = false;
  addEventListener(
    "click",
    (event) => {
      if (!window.did_handshake && event.target.closest?.(BUTTONS)) clicked = true;
    },
    true,
  );
  // Another server shows the page from here on, and does not know the buttons of the one before.
  otd.emptyPage = () => {
    mounted_app.elements = {};
    if (clicked) setTimeout(say, 50);
    clicked = false;
  };
  const say = () => {
    if (!document.querySelector(".toasts")) return setTimeout(say, 50);
    const said = "The page was not ready yet: that was not done. Try again.";
    dispatchEvent(new CustomEvent("otd-say", { detail: said }));
  };
  let open;
  const opened = (url, options) => {
    Object.defineProperty(options.query, "at", {
      enumerable: true,
      get: () =>
        otd.isUnsaved()
          ? ""
          : (location.pathname.slice(otd.href("").length) || "/") + location.search,
    });
    const socket = open(url, options);
    otd.onSocket(socket);
    return socket;
  };
  Object.defineProperty(window, "io", {
    get: () => open && opened,
    set: (value) => {
      open = value;
    },
  });
})();
