// Instants and durations as the reader sees them: in the reader's zone and language.
window.otd = { zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC" };
document.cookie = `onthedot_zone=${encodeURIComponent(otd.zone)}; path=/; max-age=31536000; samesite=lax`;

(() => {
  const formats = new Map();
  const format = (options, zone) => {
    const key = JSON.stringify(options) + zone;
    if (!formats.has(key))
      formats.set(
        key,
        new Intl.DateTimeFormat(undefined, { ...options, timeZone: zone, hourCycle: "h23" }),
      );
    return formats.get(key);
  };
  const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  const DAY = { weekday: "short", day: "numeric", month: "short" };

  const dayOf = (date, zone) =>
    format({ year: "numeric", month: "numeric", day: "numeric" }, zone).format(date);

  otd.exact = (iso, zone = otd.zone) => {
    const date = new Date(iso);
    const year = date.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
    return format({ ...DAY, ...year, ...CLOCK }, zone).format(date);
  };
  otd.full = (iso, zone = otd.zone) => {
    const own = `${format({ ...DAY, year: "numeric", ...CLOCK }, otd.zone).format(new Date(iso))} ${otd.zone}`;
    return zone === otd.zone
      ? own
      : `${own}\n${format({ ...DAY, year: "numeric", ...CLOCK }, zone).format(new Date(iso))} ${zone}`;
  };
  // "today 14:05:00", "tomorrow 09:00:00", "Mon, 3 Nov, 09:00:00"
  otd.near = (iso, zone = otd.zone, now = Date.now()) => {
    const date = new Date(iso);
    const clock = format(CLOCK, zone).format(date);
    for (const [shift, word] of [
      [0, "today"],
      [1, "tomorrow"],
      [-1, "yesterday"],
    ]) {
      if (dayOf(date, zone) === dayOf(new Date(now + shift * 864e5), zone))
        return `${word} ${clock}`;
    }
    return otd.exact(iso, zone);
  };
  // "09:00 Tokyo", with the day if it differs there.
  otd.there = (iso, zone) => {
    const date = new Date(iso),
      place = zone.split("/").at(-1).replaceAll("_", " ");
    const day =
      dayOf(date, zone) === dayOf(date, otd.zone)
        ? ""
        : `${format({ weekday: "short" }, zone).format(date)} `;
    return `${day}${format({ hour: "2-digit", minute: "2-digit" }, zone).format(date)} ${place}`;
  };
  otd.clock = (iso) =>
    format({ hour: "2-digit", minute: "2-digit" }, otd.zone).format(new Date(iso));

  const STEPS = [
    [60, 1, "second"],
    [3600, 60, "minute"],
    [86400, 3600, "hour"],
    [2592000, 86400, "day"],
    [31536000, 2592000, "month"],
    [Infinity, 31536000, "year"],
  ];
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "always", style: "long" });
  otd.relative = (iso, now = Date.now()) => {
    const seconds = (new Date(iso) - now) / 1000;
    if (Math.abs(seconds) < 1) return seconds >= 0 ? "due now" : "just now";
    const [, unit, name] = STEPS.find(([limit]) => Math.abs(seconds) < limit);
    const count = unit >= 3600 ? Math.round(seconds / unit) : Math.trunc(seconds / unit);
    return words.format(count || Math.sign(seconds), name);
  };
  otd.duration = (seconds) => {
    if (seconds == null) return "–";
    if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
    if (seconds < 9.95) return `${seconds.toFixed(2)} s`;
    if (seconds < 60) return `${seconds.toFixed(1)} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
    if (seconds < 86400)
      return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
    return `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
  };

  // One reactive second for all relative times; paused while the page is hidden.
  let second = null;
  otd.now = () => {
    if (!second) {
      second = Vue.ref(Date.now());
      setInterval(() => {
        if (!document.hidden) second.value = Date.now();
      }, 1000);
      document.addEventListener("visibilitychange", () => {
        second.value = Date.now();
      });
    }
    return second.value;
  };
})();
