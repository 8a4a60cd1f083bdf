// Actions on the selected rows: above the table, and at the bottom of a phone.
// `b` goes here from anywhere, arrows move along it, Escape returns to the rows.
const PATIENCE = 2000; // milliseconds

export default {
  props: {
    label: String,
    count: { type: Number, default: 0 },
    elsewhere: { type: Number, default: 0 },
    total: { type: Number, default: 0 },
    actions: Array,
  },
  emits: ["act", "all", "none"],
  watch: {
    // The user was faster than the server, which has not processed the selection yet.
    count() {
      if (performance.now() - this.wanted < PATIENCE) this.$nextTick(this.focus);
    },
  },
  created() {
    this.wanted = Number.NEGATIVE_INFINITY;
  },
  mounted() {
    addEventListener("otd-bar", this.focus);
  },
  unmounted() {
    removeEventListener("otd-bar", this.focus);
  },
  methods: {
    buttons() {
      return [...this.$el.querySelectorAll("button:enabled")];
    },
    focus() {
      this.wanted = this.count ? Number.NEGATIVE_INFINITY : performance.now();
      if (this.count) this.$el.querySelector("[data-act]:enabled")?.focus();
    },
    action(action) {
      const h = Vue.h;
      return h(
        "button",
        {
          key: action.name,
          type: "button",
          class: ["btn small", { danger: action.danger }],
          "data-act": action.name,
          disabled: !!action.whyNot,
          title: action.whyNot || null,
          onClick: () => this.$emit("act", action.name),
        },
        [otd.icon(action.icon), h("span", action.label)],
      );
    },
    keys(event) {
      const all = this.buttons(),
        at = all.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
      if (to !== undefined) {
        event.preventDefault();
        all[(to + all.length) % all.length]?.focus();
      } else if (event.key === "Escape") {
        event.preventDefault();
        document.querySelector(".sheet tbody tr.chosen, .sheet tbody tr[tabindex]")?.focus();
      }
    },
  },
  render() {
    const h = Vue.h;
    if (!this.count) return h("div", { class: "chosen-place" });
    const more = this.elsewhere ? `, ${this.elsewhere.toLocaleString()} on other pages` : "";
    return h("div", { class: "chosen-place" }, [
      h(
        "div",
        { class: "chosen-bar", role: "toolbar", "aria-label": this.label, onKeydown: this.keys },
        [
          h("span", { class: "strong nowrap", role: "status" }, [
            `${this.count.toLocaleString()} chosen`,
            more ? h("span", { class: "muted wide-only" }, more) : null,
          ]),
          this.count < this.total
            ? h(
                "button",
                { class: "btn small ghost", type: "button", onClick: () => this.$emit("all") },
                `Choose all ${this.total.toLocaleString()}`,
              )
            : null,
          h("span", { class: "grow" }),
          h("div", { class: "acts" }, this.actions.map(this.action)),
          h(
            "button",
            {
              class: "btn small ghost icon-only",
              type: "button",
              "aria-label": "Choose none",
              title: "Choose none",
              onClick: () => this.$emit("none"),
            },
            [otd.icon("x")],
          ),
        ],
      ),
    ]);
  },
};
