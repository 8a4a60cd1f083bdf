// The list of tasks: rows come from the server a page at a time; on a phone each is a card.
export default {
  props: { rows: Array, chosen: Array, whyNot: Object, sort: String },
  mixins: [otd.rows, otd.rowMenu],
  emits: ["act", "sort"],
  methods: {
    path: (row) => `/tasks/${row.id}`,
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
          ...this.rowEvents(row, path, this.keys(row)),
        },
        [
          h("td", { class: "check-cell" }, [
            this.check(`Choose ${row.name}`, this.chosen.includes(row.id), (event) =>
              this.toggle(row.id, event),
            ),
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
                      onClick: () => this.$emit("act", { name: "run", id: row.id }),
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
    // A heading that sorts; pressed again, it restores the default order.
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
  },
  render() {
    const h = Vue.h;
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
            h("th", { class: "check-cell" }, [this.checkAll()]),
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
