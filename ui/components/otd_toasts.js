// Short messages in the corner, some with a way back. They leave by themselves, but wait under the pointer.
export default {
  props: { items: Array },
  emits: ["act", "close"],
  data: () => ({ timers: new Map(), held: false }),
  watch: { items: { immediate: true, deep: true, handler: "arm" } },
  unmounted() {
    this.timers.forEach(clearTimeout);
  },
  methods: {
    arm() {
      for (const item of this.items) {
        if (this.timers.has(item.id)) continue;
        const leave = () => {
          this.held
            ? this.timers.set(item.id, setTimeout(leave, 1500))
            : this.$emit("close", item.id);
        };
        this.timers.set(item.id, setTimeout(leave, item.action ? 9000 : 5000));
      }
    },
    icon: (item) => ({ red: "circle-alert", grey: "info" })[item.tone] || "check",
  },
  render() {
    const h = Vue.h;
    return h(
      "div",
      {
        class: "toasts",
        role: "status",
        "aria-live": "polite",
        onMouseenter: () => {
          this.held = true;
        },
        onMouseleave: () => {
          this.held = false;
        },
      },
      this.items.map((item) =>
        h("div", { key: item.id, class: ["toast", item.tone] }, [
          otd.icon(this.icon(item)),
          h("span", item.text),
          item.action
            ? h("button", { onClick: () => this.$emit("act", item.id) }, item.action)
            : null,
          h(
            "button",
            {
              class: "close",
              "aria-label": "Dismiss",
              onClick: () => this.$emit("close", item.id),
            },
            [otd.icon("x")],
          ),
        ]),
      ),
    );
  },
};
