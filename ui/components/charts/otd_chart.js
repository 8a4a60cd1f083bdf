// Bars, stacked from coloured parts. Drawn as SVG; a hidden table has the same for screen readers.
export default {
  props: {
    bars: Array,
    height: { type: Number, default: 120 },
    label: String,
    unit: { type: String, default: "" },
    ends: Array,
    slots: { type: Number, default: 0 },
    shades: { type: Array, default: () => [] },
  },
  data: () => ({ at: null }),
  computed: {
    top() {
      return Math.max(
        1e-9,
        ...this.bars.map((bar) => bar.parts.reduce((sum, part) => sum + part.value, 0)),
      );
    },
  },
  methods: {
    say(value) {
      return this.unit === "s" ? otd.duration(value) : value.toLocaleString();
    },
    title(bar) {
      const when = bar.to ? `${otd.clock(bar.from)}–${otd.clock(bar.to)}` : otd.exact(bar.from);
      return [
        when,
        ...bar.parts
          .filter((part) => part.value || this.unit)
          .map((part) => `${part.name} ${this.say(part.value)}`),
        bar.note,
        bar.frozen,
      ]
        .filter(Boolean)
        .join("\n");
    },
    column(bar, index) {
      const h = Vue.h,
        count = Math.max(this.bars.length, this.slots),
        width = 1000 / count,
        gap = Math.min(8, width * 0.22);
      const place = index + count - this.bars.length;
      let y = this.height;
      const parts = bar.parts
        .filter((part) => part.value > 0)
        .map((part) => {
          const tall = Math.max(3, (part.value / this.top) * (this.height - 6));
          y -= tall;
          return h("rect", {
            class: part.tone,
            x: place * width + gap / 2,
            y,
            width: width - gap,
            height: Math.max(1, tall - 1),
            rx: 2,
          });
        });
      const none = parts.length
        ? []
        : [
            h("rect", {
              class: "soft",
              x: place * width + gap / 2,
              y: this.height - 2,
              width: width - gap,
              height: 2,
            }),
          ];
      const open = bar.path ? () => otd.go(bar.path) : undefined;
      return [
        ...parts,
        ...none,
        h("rect", {
          class: "hit",
          x: place * width,
          y: 0,
          width,
          height: this.height,
          style: open ? { cursor: "pointer" } : {},
          onClick: open,
          onMouseenter: () => {
            this.at = index;
          },
          onMouseleave: () => {
            this.at = null;
          },
        }),
      ];
    },
    tip() {
      const bar = this.bars[this.at];
      const left = Math.min(
        92,
        Math.max(
          8,
          ((this.at + 0.5 + Math.max(0, this.slots - this.bars.length)) /
            Math.max(this.slots, this.bars.length)) *
            100,
        ),
      );
      return bar
        ? Vue.h("div", { class: "tip", style: { left: `${left}%`, top: "-4px" } }, this.title(bar))
        : null;
    },
  },
  render() {
    const h = Vue.h;
    return h("figure", { class: "chart" }, [
      h(
        "svg",
        {
          viewBox: `0 0 1000 ${this.height}`,
          preserveAspectRatio: "none",
          style: { height: `${this.height}px` },
          role: "img",
          "aria-label": this.label,
        },
        [
          ...this.shades.map((shade) =>
            h("rect", {
              class: "shade",
              x: shade.left * 1000,
              y: 0,
              width: Math.max(2, (shade.right - shade.left) * 1000),
              height: this.height,
            }),
          ),
          h("line", {
            x1: 0,
            x2: 1000,
            y1: this.height,
            y2: this.height,
            "vector-effect": "non-scaling-stroke",
          }),
          ...this.bars.flatMap(this.column),
        ],
      ),
      this.ends
        ? h(
            "div",
            { class: "axis", "aria-hidden": "true" },
            this.ends.map((text) =>
              h("span", text.startsWith("@") ? [otd.when(text.slice(1), "clock")] : text),
            ),
          )
        : null,
      this.at === null ? null : this.tip(),
    ]);
  },
};
