// A table of days by hours. The deeper the tint of a cell, the more starts; each cell contains its number.
// A cell leads to its tasks; arrows move between cells.
export default {
  props: { rows: Array, label: String },
  data: () => ({ at: [0, 0] }),
  computed: {
    most() {
      return Math.max(1, ...this.rows.flatMap((row) => row.counts.map((count) => count ?? 0)));
    },
    // The cell that Tab focuses: the one that last had the focus, or the first.
    stop() {
      const [row, hour] = this.at;
      if (this.rows[row]?.paths[hour]) return this.at;
      return [0, Math.max(0, this.rows[0]?.paths.findIndex(Boolean) ?? 0)];
    },
  },
  methods: {
    level(count) {
      return count ? 1 + Math.min(4, Math.floor((4.999 * count) / this.most)) : 0;
    },
    title(row, hour) {
      const count = row.counts[hour];
      const starts = `${count.toLocaleString()} ${count === 1 ? "start" : "starts"}`;
      const frozen = row.frozen[hour] ? `frozen by ${row.frozen[hour]}` : "";
      const day = row.note ? `${row.day} (${row.note})` : row.day;
      return [`${day}, ${String(hour).padStart(2, "0")}:00: ${starts}`, frozen]
        .filter(Boolean)
        .join(", ");
    },
    keys(event, row, hour) {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[
        event.key
      ];
      if (!step) return;
      const next = this.$el.querySelector(`[data-cell="${row + step[0]}-${hour + step[1]}"]`);
      if (!next) return;
      event.preventDefault();
      this.at = [row + step[0], hour + step[1]];
      next.focus();
    },
    cell(row, number, hour) {
      const h = Vue.h;
      const count = row.counts[hour];
      if (count == null) return h("td", { class: "none" });
      const title = this.title(row, hour);
      const [stopRow, stopHour] = this.stop;
      return h("td", { class: [`level-${this.level(count)}`, { frozen: row.frozen[hour] }] }, [
        h(
          "a",
          {
            href: otd.href(row.paths[hour]),
            title,
            tabindex: number === stopRow && hour === stopHour ? 0 : -1,
            "data-cell": `${number}-${hour}`,
            onKeydown: (event) => this.keys(event, number, hour),
            onClick: (event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              otd.go(row.paths[hour]);
            },
          },
          h("span", { class: "sr" }, title),
        ),
      ]);
    },
  },
  render() {
    const h = Vue.h;
    const hours = Array.from({ length: 24 }, (_, hour) => hour);
    const notes = this.rows.some((row) => row.note);
    return h("div", { class: "heat-box", role: "region", "aria-label": this.label }, [
      h("table", { class: ["heat", { notes }] }, [
        h("thead", h("tr", [h("td"), ...hours.map((hour) => h("th", { scope: "col" }, hour))])),
        h(
          "tbody",
          this.rows.map((row, number) =>
            h("tr", [
              h("th", { scope: "row", class: { named: row.note }, title: row.note }, [
                row.day,
                row.note ? h("span", { class: "day-note" }, row.note) : null,
              ]),
              ...hours.map((hour) => this.cell(row, number, hour)),
            ]),
          ),
        ),
      ]),
    ]);
  },
};
