// Sends the page's address with the socket, so that any server can show the page: see adoption.py.
(() => {
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
    otd.watchEvents(socket);
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
