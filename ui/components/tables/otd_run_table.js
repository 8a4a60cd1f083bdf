// The execution log; new rows are highlighted for a moment.
export default {
  // Rows can be selected if `chosen` is given.
  props: { rows: Array, chosen: Array, task: { type: Boolean, default: true }, caption: String },
  mixins: [otd.rows],
  data: () => ({ known: null, fresh: new Set() }),
  watch: {
    rows: {
      immediate: true,
      handler(rows) {
        const ids = rows.map((row) => row.id + row.status.label);
        if (this.known) this.fresh = new Set(ids.filter((id) => !this.known.has(id)));
        this.known = new Set(ids);
      },
    },
  },
  methods: {
    row(row) {
      const h = Vue.h,
        path = `/runs/${row.id}`,
        chosen = !!this.chosen?.includes(row.id);
      const first = this.task
        ? [
            h(
              "a",
              { class: "name", href: otd.href(path), tabindex: -1, title: row.task },
              row.task,
            ),
            h("span", { class: "under" }, row.cause),
          ]
        : [
            h("a", { class: "name", href: otd.href(path), tabindex: -1 }, [
              otd.when(row.due, "near"),
            ]),
            h(
              "span",
              { class: "under" },
              row.error ? [h("span", { class: "clip", title: row.error }, row.error)] : row.cause,
            ),
          ];
      return h(
        "tr",
        {
          key: row.id,
          tabindex: 0,
          "data-run": row.id,
          class: { chosen, fresh: this.fresh.has(row.id + row.status.label) },
          ...this.rowEvents(row, path),
        },
        [
          this.chosen
            ? h("td", { class: "check-cell" }, [
                this.check(`Choose the run of ${row.task}, ${row.due}`, chosen, (event) =>
                  this.toggle(row.id, event),
                ),
              ])
            : null,
          h("td", { class: "c1" }, first),
          h("td", { class: "c-status" }, [otd.pill(row.status)]),
          this.task ? h("td", { class: "c2" }, [otd.when(row.due, "near")]) : null,
          h("td", { class: "num", "data-label": "late by " }, [
            h(
              "span",
              {
                title: row.late > 10 ? "More than ten seconds late" : undefined,
                class: row.late > 10 ? "strong" : "muted",
              },
              row.late == null ? "–" : otd.duration(row.late),
            ),
          ]),
          h(
            "td",
            { class: "num wide-only" },
            row.live && row.started ? this.since(row) : otd.duration(row.took),
          ),
          h("td", { class: "num wide-only roomy" }, row.attempts || "–"),
          this.task
            ? h(
                "td",
                { class: "c2 c-error" },
                row.error ? [h("span", { class: "clip muted", title: row.error }, row.error)] : [],
              )
            : null,
        ],
      );
    },
    since: (row) =>
      otd.duration(Math.max(0, Math.round((otd.now() - new Date(row.started)) / 1000))),
  },
  render() {
    const h = Vue.h,
      th = (text, name) => h("th", { scope: "col", class: name }, text);
    return h("div", { class: "card sheet cards" }, [
      h("table", [
        h("caption", { class: "sr" }, this.caption),
        h("thead", [
          h("tr", [
            this.chosen ? h("th", { class: "check-cell" }, [this.checkAll()]) : null,
            th(this.task ? "Task" : "Due"),
            th("Status"),
            this.task ? th("Due") : null,
            th("Late by", "num"),
            th("Took", "num"),
            th("Attempts", "num roomy"),
            this.task ? th("Error") : null,
          ]),
        ]),
        h("tbody", this.rows.map(this.row)),
      ]),
    ]);
  },
};
