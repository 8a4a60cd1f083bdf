// A table of days by hours. The deeper a cell is tinted, the more starts; the number is in it for everybody.
export default {
  props: { rows: Array, label: String },
  computed: {
    most() {
      return Math.max(1, ...this.rows.flatMap((row) => row.counts));
    },
  },
  methods: {
    level(count) {
      return count ? 1 + Math.min(4, Math.floor((4.999 * count) / this.most)) : 0;
    },
  },
  render() {
    const h = Vue.h;
    const hours = Array.from({ length: 24 }, (_, hour) => hour);
    return h("div", { class: "heat-box", tabindex: 0, role: "region", "aria-label": this.label }, [
      h("table", { class: "heat" }, [
        h("thead", h("tr", [h("td"), ...hours.map((hour) => h("th", { scope: "col" }, hour))])),
        h(
          "tbody",
          this.rows.map((row) =>
            h("tr", [
              h("th", { scope: "row" }, row.day),
              ...row.counts.map((count, hour) =>
                h(
                  "td",
                  {
                    class: `level-${this.level(count)}`,
                    title: `${row.day}, ${String(hour).padStart(2, "0")}:00: ${count.toLocaleString()}`,
                  },
                  h("span", { class: "sr" }, count.toLocaleString()),
                ),
              ),
            ]),
          ),
        ),
      ]),
    ]);
  },
};
