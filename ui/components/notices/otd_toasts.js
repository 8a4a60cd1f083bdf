// Short messages in the corner: some with an undo, some with progress.
// They disappear by themselves, but not under the pointer; those with an undo stay longer.
const SECONDS = { plain: 5, acting: 20 };

export default {
  props: { items: Array },
  emits: ["act", "close"],
  data: () => ({ timers: new Map(), held: false, own: [] }),
  watch: { items: { immediate: true, deep: true, handler: "arm" } },
  mounted() {
    addEventListener("otd-say", this.say);
  },
  unmounted() {
    removeEventListener("otd-say", this.say);
    this.timers.forEach(clearTimeout);
  },
  methods: {
    arm() {
      for (const item of this.items) {
        if (this.timers.has(item.id) || item.tone === "work") continue;
        this.leaveLater(item, () => this.$emit("close", item.id));
      }
    },
    leaveLater(item, close) {
      const leave = () => {
        this.held ? this.timers.set(item.id, setTimeout(leave, 1500)) : close();
      };
      const seconds = item.actions?.length ? SECONDS.acting : SECONDS.plain;
      this.timers.set(item.id, setTimeout(leave, 1000 * seconds));
    },
    // Messages from the browser itself, such as that the server cannot be reached.
    say(event) {
      const item = { id: `own-${event.detail}`, text: event.detail, tone: "red", own: true };
      this.dropOwn(item.id);
      this.own.push(item);
      this.leaveLater(item, () => this.dropOwn(item.id));
    },
    dropOwn(id) {
      clearTimeout(this.timers.get(id));
      this.own = this.own.filter((item) => item.id !== id);
    },
    icon: (item) => ({ red: "circle-alert", grey: "info", work: "timer" })[item.tone] || "check",
    toast(item) {
      const h = Vue.h;
      return h("div", { key: item.id, class: ["toast", item.tone] }, [
        otd.icon(this.icon(item)),
        h("span", [
          item.text,
          item.tone === "work"
            ? h("progress", { value: item.share, max: 1, "aria-label": item.text })
            : null,
        ]),
        (item.actions || []).map((name, at) =>
          h("button", { onClick: () => this.$emit("act", { id: item.id, at }) }, name),
        ),
        item.tone === "work"
          ? null
          : h(
              "button",
              {
                class: "close",
                "aria-label": "Dismiss",
                onClick: () => (item.own ? this.dropOwn(item.id) : this.$emit("close", item.id)),
              },
              [otd.icon("x")],
            ),
      ]);
    },
  },
  render() {
    return Vue.h(
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
      [...this.items, ...this.own].map(this.toast),
    );
  },
};
