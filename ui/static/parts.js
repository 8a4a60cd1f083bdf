// Small Vue parts shared by several components. Text is always inserted as text, never as HTML.
(() => {
  const { base, icons } = document.currentScript.dataset;
  otd.href = (path) => base + path;
  // While another server rebuilds the page, nothing on it works yet.
  otd.go = (path) => {
    if (window.did_handshake && window.socket?.connected === false) return otd.sayAway();
    if (document.getElementById("c0")) emitEvent("sub_pages_navigate", path);
    else setTimeout(otd.go, 20, path);
  };

  otd.Icon = {
    props: { name: String },
    render() {
      return Vue.h("svg", { class: "icon", "aria-hidden": "true" }, [
        Vue.h("use", { href: `${otd.href(icons)}#${this.name}` }),
      ]);
    },
  };
  otd.icon = (name) => Vue.h(otd.Icon, { name });

  // An instant. form: relative (exact in the tooltip), near, brief (seconds only if not zero), clock, or there: in the task's zone,
  // relative if that is the reader's own.
  otd.When = {
    props: {
      at: String,
      form: { type: String, default: "relative" },
      zone: String,
      none: { type: String, default: "–" },
    },
    render() {
      if (!this.at) return Vue.h("span", { class: "faint" }, this.none);
      const now = ["relative", "near", "brief", "there"].includes(this.form) ? otd.now() : 0;
      const zone = this.zone || otd.zone;
      const text = {
        relative: () => otd.relative(this.at, now),
        near: () => otd.near(this.at, zone, now),
        brief: () => otd.near(this.at, zone, now).replace(/(\d\d:\d\d):00$/, "$1"),
        clock: () => otd.clock(this.at),
        there: () => (zone === otd.zone ? otd.relative(this.at, now) : otd.there(this.at, zone)),
      }[this.form]();
      return Vue.h(
        "time",
        { datetime: this.at, title: otd.full(this.at, zone), class: "nowrap" },
        text,
      );
    },
  };
  otd.when = (at, form = "relative", extra = {}) => Vue.h(otd.When, { at, form, ...extra });

  otd.pill = (status) =>
    Vue.h("span", { class: ["pill", status.tone, { live: status.live }] }, status.label);

  // The error of a field.
  otd.fieldError = (error, id) =>
    error
      ? Vue.h("div", { class: "error", id: id && `${id}-error` }, [
          otd.icon("circle-alert"),
          Vue.h("span", error),
        ])
      : null;

  // The last runs as small bars, oldest first: the height is the duration, red means failed.
  const BARS = 14;
  otd.bars = (runs) => {
    const longest = Math.max(0.001, ...runs.map((run) => run.seconds));
    const bars = runs.slice(-BARS).map((run) =>
      Vue.h("i", {
        class: run.tone,
        style: { height: `${6 + 14 * Math.sqrt(run.seconds / longest)}px` },
      }),
    );
    const blank = Array.from({ length: Math.max(0, BARS - bars.length) }, () =>
      Vue.h("i", { class: "none" }),
    );
    const failed = runs.filter((run) => run.tone === "red").length;
    const label = runs.length ? `Last ${runs.length} runs, ${failed} failed` : "No runs yet";
    return Vue.h(
      "span",
      { class: ["bars", { blank: !runs.length }], role: "img", "aria-label": label, title: label },
      [...blank, ...bars],
    );
  };

  otd.copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
})();
