// Small Vue parts shared by several components. Text is always inserted as text, never as HTML.
(() => {
  const { base, icons } = document.currentScript.dataset;
  otd.href = (path) => base + path;
  // While another server rebuilds the page, nothing on it works yet.
  otd.go = (path) => {
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

  // An instant. form: relative (exact in the tooltip), near, brief (seconds only if not zero), exact, clock, or there: in the task's zone,
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
        exact: () => otd.exact(this.at, zone),
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
    Vue.h(
      "span",
      { class: ["pill", status.tone, { live: status.live }], title: status.title },
      status.label,
    );

  // The last runs as small bars, oldest first: the height is the duration, red means failed.
  otd.bars = (runs, slots = 14) => {
    const longest = Math.max(0.001, ...runs.map((run) => run.seconds ?? 0));
    const bars = runs.slice(-slots).map((run) =>
      Vue.h("i", {
        class: run.tone,
        style: { height: `${6 + 14 * Math.sqrt((run.seconds ?? 0) / longest)}px` },
      }),
    );
    const blank = Array.from({ length: Math.max(0, slots - bars.length) }, () =>
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

  // Arrow keys move through rows, Enter opens one; `acts` are more keys and what they do.
  otd.rowKeys = (event, open, choose, acts = {}) => {
    const row = event.currentTarget;
    if (event.target !== row) return;
    const next = {
      ArrowDown: row.nextElementSibling,
      ArrowUp: row.previousElementSibling,
      j: row.nextElementSibling,
      k: row.previousElementSibling,
    }[event.key];
    if (next) {
      event.preventDefault();
      next.focus();
    } else if (event.key === "Enter") {
      event.preventDefault();
      open();
    } else if (event.key === " " && choose) {
      event.preventDefault();
      choose();
    } else if (acts[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      acts[event.key]();
    }
  };

  // When the user returns to a list, it begins at the row that was opened.
  let opened = "";
  otd.opened = (id) => {
    opened = id;
  };
  otd.comeBack = (table) => {
    const row =
      opened &&
      table.querySelector(
        `tr[data-task="${CSS.escape(opened)}"], tr[data-run="${CSS.escape(opened)}"]`,
      );
    if (!row) return;
    opened = "";
    if (!document.querySelector("dialog[open]")) row.focus({ preventScroll: true });
  };

  // A click anywhere in a row opens it, except on something clickable or while text is selected.
  otd.rowClick = (event, path, id) => {
    otd.opened(id);
    if (event.target.closest("a, button, input, label") || String(getSelection())) return;
    if (event.metaKey || event.ctrlKey) window.open(otd.href(path), "_blank");
    else otd.go(path);
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
