// The list of tasks: rows come from the server a page at a time; on a phone each is a card.
export default {
  props: { rows: Array, chosen: Array, filtered: Boolean, whyNot: Object, sort: String },
  emits: ["choose", "run", "act", "sort"],
  data: () => ({ menu: null, last: null }),
  mounted() {
    otd.comeBack(this.$el);
    addEventListener("click", this.dismiss, true);
    addEventListener("scroll", this.close, true);
  },
  unmounted() {
    removeEventListener("click", this.dismiss, true);
    removeEventListener("scroll", this.close, true);
  },
  methods: {
    dismiss(event) {
      if (this.menu && !event.target.closest(".menu")) this.close();
    },
    close() {
      this.menu = null;
    },
    path: (row) => `/tasks/${row.id}`,
    // With Shift all from the one chosen last up to here.
    toggle(id, event) {
      const ids = this.rows.map((row) => row.id),
        on = !this.chosen.includes(id);
      const from = event?.shiftKey ? ids.indexOf(this.last) : -1,
        to = ids.indexOf(id);
      this.last = id;
      const span = from < 0 ? [id] : ids.slice(Math.min(from, to), Math.max(from, to) + 1);
      this.$emit("choose", { ids: span, on });
    },
    toggleAll(event) {
      this.$emit("choose", { ids: this.rows.map((row) => row.id), on: event.target.checked });
    },
    open(row, event) {
      const place = event.currentTarget.getBoundingClientRect();
      this.menu =
        this.menu?.row.id === row.id
          ? null
          : {
              row,
              opener: event.currentTarget,
              style: {
                top: `${Math.min(place.bottom + 4, innerHeight - 250)}px`,
                right: `${document.documentElement.clientWidth - place.right}px`,
              },
            };
      this.$nextTick(() => this.$el.querySelector(".menu button:enabled, .menu a")?.focus());
    },
    act(name) {
      const { row, opener } = this.menu;
      this.close();
      opener.focus();
      this.$emit("act", { name, id: row.id });
    },
    menuKeys(event) {
      const entries = [...this.$el.querySelectorAll(".menu button:enabled, .menu a")];
      const at = entries.indexOf(document.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[
        event.key
      ];
      if (to !== undefined) {
        event.preventDefault();
        entries[(to + entries.length) % entries.length]?.focus();
      }
      if (event.key === "Escape" || event.key === "Tab") {
        const { opener } = this.menu;
        event.preventDefault();
        this.close();
        opener.focus();
      }
    },
    pauseEnd: (pause) =>
      pause.until
        ? ["until ", otd.when(pause.until, "brief")]
        : Vue.h("span", { class: "faint" }, "until resumed"),
    deletedBy: (deleted) =>
      Vue.h("span", { class: "under clip" }, deleted.by && `by ${deleted.by}`),
    pauseNote: (pause) =>
      Vue.h("span", { class: "under note clip", title: pause.note }, [
        otd.icon("pause"),
        pause.note,
      ]),
    keys(row) {
      const act = (name) => () => {
        if (!this.whyNot[name]) this.$emit("act", { name, id: row.id });
      };
      return {
        p: row.can_resume ? act("resume") : row.can_pause ? act("pause") : undefined,
        r: act("run"),
        e: () => {
          if (!this.whyNot.edit) otd.go(`/tasks/${row.id}/edit`);
        },
      };
    },
    row(row) {
      const h = Vue.h,
        path = this.path(row);
      return h(
        "tr",
        {
          key: row.id,
          tabindex: 0,
          class: { chosen: this.chosen.includes(row.id) },
          "data-task": row.id,
          onClick: (event) => otd.rowClick(event, path, row.id),
          onKeydown: (event) =>
            otd.rowKeys(
              event,
              () => {
                otd.opened(row.id);
                otd.go(path);
              },
              () => this.toggle(row.id),
              this.keys(row),
            ),
        },
        [
          h("td", { class: "check-cell" }, [
            h("input", {
              type: "checkbox",
              checked: this.chosen.includes(row.id),
              "aria-label": `Choose ${row.name}`,
              onClick: (event) => this.toggle(row.id, event),
            }),
          ]),
          h("td", { class: "c1" }, [
            h(
              "a",
              { class: "name", href: otd.href(path), tabindex: -1, title: row.name },
              row.name,
            ),
            row.what ? h("span", { class: "under clip", title: row.what }, row.what) : null,
          ]),
          h("td", { class: "c2" }, [
            h("span", { class: "wrap" }, row.words),
            row.expression
              ? h(
                  "span",
                  { class: "under mono clip wide-only", title: row.expression },
                  row.expression,
                )
              : null,
            row.paused?.note ? this.pauseNote(row.paused) : null,
          ]),
          h("td", { class: "c-status" }, [otd.pill(row.status)]),
          h("td", { class: "c-bars" }, [otd.bars(row.runs)]),
          h(
            "td",
            { class: "c-next" },
            row.deleted
              ? ["deleted ", otd.when(row.deleted.at, "relative"), this.deletedBy(row.deleted)]
              : row.paused
                ? this.pauseEnd(row.paused)
                : row.next
                  ? [otd.when(row.next, "relative", { zone: row.zone })]
                  : [h("span", { class: "faint" }, "–")],
          ),
          h(
            "td",
            { class: "tools wide-only" },
            row.deleted
              ? [this.restoreButton(row)]
              : [
                  h(
                    "button",
                    {
                      class: "btn ghost small icon-only",
                      "aria-label": `Run ${row.name} now`,
                      title: this.whyNot.run || "Run now",
                      disabled: !!this.whyNot.run,
                      onClick: () => this.$emit("run", row.id),
                    },
                    [otd.icon("play")],
                  ),
                  h(
                    "button",
                    {
                      class: "btn ghost small icon-only",
                      "aria-label": `More for ${row.name}`,
                      "aria-haspopup": "menu",
                      "aria-expanded": this.menu?.row.id === row.id,
                      onClick: (event) => this.open(row, event),
                    },
                    [otd.icon("ellipsis")],
                  ),
                ],
          ),
        ],
      );
    },
    restoreButton(row) {
      return Vue.h(
        "button",
        {
          class: "btn small",
          "aria-label": `Restore ${row.name}`,
          title: this.whyNot.restore || null,
          disabled: !!this.whyNot.restore,
          onClick: () => this.$emit("act", { name: "restore", id: row.id }),
        },
        "Restore",
      );
    },
    // A head that sorts; pressed again, the list is in its own order once more.
    sorter(text, order, way) {
      const on = this.sort === order;
      return Vue.h(
        "button",
        {
          type: "button",
          class: ["sorter", { on, up: way === "ascending" }],
          title: on ? "Back to the newest first" : `Sort by ${text.toLowerCase()}`,
          onClick: () => this.$emit("sort", order),
        },
        [text, otd.icon("chevron-down")],
      );
    },
    menuBox() {
      const h = Vue.h,
        { row, style } = this.menu;
      const entry = (name, icon, text, extra = "") =>
        h(
          "button",
          {
            role: "menuitem",
            class: extra,
            disabled: !!this.whyNot[name],
            title: this.whyNot[name] || null,
            onClick: () => this.act(name),
          },
          [otd.icon(icon), text],
        );
      const link = (path, icon, text) =>
        h("a", { role: "menuitem", href: otd.href(path), onClick: () => this.close() }, [
          otd.icon(icon),
          text,
        ]);
      return h(
        "div",
        { class: "menu", role: "menu", "aria-label": row.name, style, onKeydown: this.menuKeys },
        [
          entry("run", "play", "Run now"),
          row.can_pause ? entry("pause", "pause", "Pause…") : null,
          row.can_resume ? entry("resume", "circle-play", "Resume") : null,
          h("hr"),
          this.whyNot.edit ? null : link(`/tasks/${row.id}/edit`, "pencil", "Edit"),
          this.whyNot.edit ? null : link(`/new?from=${row.id}`, "copy", "Duplicate"),
          entry("text", "terminal", "Copy as…"),
          link(`/runs?task=${row.id}`, "history", "Its runs"),
          h("hr"),
          entry("delete", "trash-2", "Delete…", "danger"),
        ],
      );
    },
  },
  render() {
    const h = Vue.h,
      all = this.rows.length > 0 && this.rows.every((row) => this.chosen.includes(row.id));
    const columns = [
      ["Task", "c1", "name", "ascending"],
      ["Schedule", "c2"],
      ["Status", "c-status"],
      ["Last runs", "c-bars", "last_run", "descending"],
      ["Next run", "c-next", "next_run", "ascending"],
    ];
    const head = columns.map(([text, name, order, way]) =>
      h(
        "th",
        {
          scope: "col",
          class: name,
          "aria-sort": order && this.sort === order ? way : undefined,
        },
        order ? this.sorter(text, order, way) : text,
      ),
    );
    return h("div", { class: "card sheet cards fixed" }, [
      h("table", [
        h("thead", [
          h("tr", [
            h("th", { class: "check-cell" }, [
              h("input", {
                type: "checkbox",
                checked: all,
                "aria-label": "Choose all on this page",
                onChange: this.toggleAll,
              }),
            ]),
            ...head,
            h("th", { class: "tools" }, [h("span", { class: "sr" }, "Actions")]),
          ]),
        ]),
        h("tbody", this.rows.map(this.row)),
      ]),
      this.menu ? this.menuBox() : null,
    ]);
  },
};
