// Regularly asks whether the page's session is still valid, before the server's knowledge of it is too old.
(() => {
  const EVERY = 120_000;
  let last = Date.now();
  const renew = async () => {
    last = Date.now();
    let response;
    try {
      response = await fetch(otd.href("/renew"), { method: "POST" });
    } catch {
      return; // The server is away, and the page says so.
    }
    if (response.status === 401) location.reload();
    if (response.status !== 200) return;
    const ticket = await response.text();
    if (ticket && window.did_handshake) emitEvent("otd_renewed", ticket);
  };
  // One tab at a time: many providers accept a refresh token only once.
  otd.renew = () =>
    navigator.locks ? navigator.locks.request("onthedot-renewal", renew) : renew();
  setInterval(() => {
    if (Date.now() - last > EVERY) otd.renew();
  }, 5_000);
  // A server that refuses the socket may do so because the session is too old.
  otd.onSocket = (socket) =>
    socket.on("connect_error", () => {
      if (Date.now() - last > 5_000) otd.renew();
    });
})();

// A hidden tab is not updated until it is visible again.
(() => {
  const PATIENCE = 20_000;
  let resting = false,
    waiting = 0;
  const tell = (looked) => {
    if (resting === !looked || !window.did_handshake) return;
    resting = !looked;
    emitEvent("otd_looked", looked);
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(waiting);
    if (document.hidden) waiting = setTimeout(tell, PATIENCE, false);
    else tell(true);
  });
})();
