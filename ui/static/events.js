// Handles events that the current server does not know, or that reach no server. See adoption.py.
(() => {
  const PATIENCE = 10_000;
  // Events that components send by themselves; no user waits for them.
  const QUIET = new Set(["ready", "lost", "ask", "close"]);
  const EARLY = "The page was not ready yet, so nothing was done. Try again.";
  const AWAY = "The server cannot be reached, so nothing was done. Try again shortly.";
  const CLOSED = "Another server took over this page: dialogs were closed and selections cleared.";

  // The targets of listeners on pages that another server has since rebuilt, by the listener's id.
  const gone = new Map();
  let focused = null;
  const listeners = function* () {
    for (const [id, element] of Object.entries(mounted_app.elements))
      if (id !== "0")
        for (const event of element.events ?? [])
          yield [event.listener_id, { ...event, id, element }];
  };
  // From here on another server shows the page. It knows neither the earlier listeners nor open dialogs.
  otd.emptyPage = () => {
    if (document.querySelector("dialog[open], .chosen-bar")) say(CLOSED);
    for (const [id, listener] of listeners()) gone.set(id, listener);
    focused = document.activeElement?.closest("[id^=c]")?.id;
    mounted_app.elements = {};
  };

  // Not immediately: the message would be part of the page that is being emptied.
  const say = (words) =>
    setTimeout(() => {
      if (!document.querySelector(".toasts")) return say(words);
      dispatchEvent(new CustomEvent("otd-say", { detail: words }));
    }, 50);
  otd.sayAway = () => say(AWAY);

  // The same field on the rebuilt page, where its id may differ.
  const again = ({ element }) => {
    const same = Object.entries(mounted_app.elements).filter(
      ([, now]) =>
        now.tag === element.tag &&
        ["label", "field"].every((prop) => now.props[prop] === element.props[prop]),
    );
    return same.length === 1 ? same[0] : [];
  };
  // The last text of each field, by its listener: an earlier one that still waits is out of date.
  const newest = new Map();
  // Typed text is typed again; for a button, a message says that nothing was done.
  const carry = (event, from, since = Date.now()) => {
    if (from.type !== "update:value") return QUIET.has(from.type) || say(EARLY);
    if (newest.get(event.listener_id) !== event) return;
    const [id, now] = again(from);
    const listener = now?.events.find(({ type }) => type === "update:value");
    if (!listener)
      return Date.now() - since < PATIENCE ? setTimeout(carry, 50, event, from, since) : say(EARLY);
    now.props.value = JSON.parse(event.args[0]);
    socket.emit("event", { ...event, id: Number(id), listener_id: listener.listener_id });
    if (focused === `c${from.id}`)
      setTimeout(() => document.querySelector(`#c${id} :is(input, textarea)`)?.focus(), 50);
  };

  let socket,
    waiting = [];
  otd.watchEvents = (opened) => {
    socket = opened;
    const emit = socket.emit;
    const send = (event) => {
      const from = gone.get(event.listener_id);
      if (from) {
        newest.set(event.listener_id, event);
        carry(event, from);
      } else emit.call(socket, "event", event);
    };
    socket.emit = (name, ...rest) => {
      if (name !== "event") return emit.call(socket, name, ...rest);
      if (socket.connected) return send(rest[0]);
      const type = [...listeners()].find(([id]) => id === rest[0].listener_id)?.[1].type;
      if (!type || type === "update:value" || QUIET.has(type)) waiting.push(rest[0]);
      else otd.sayAway();
    };
    socket.on("connect", () => {
      const events = waiting;
      waiting = [];
      for (const event of events) send(event);
    });
  };
})();
