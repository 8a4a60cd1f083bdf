// Light, dark, or the system's theme.
export default {
  data: () => ({ now: otd.theme() }),
  mounted() {
    otd.showTheme();
    document.getElementById("boot")?.remove();
    addEventListener("otd-theme", this.look);
  },
  unmounted() {
    removeEventListener("otd-theme", this.look);
  },
  methods: {
    look() {
      this.now = otd.theme();
    },
    set(name) {
      otd.setTheme(name);
      dispatchEvent(new Event("otd-theme"));
    },
  },
  render() {
    const h = Vue.h,
      options = [
        ["light", "sun", "Light"],
        ["dark", "moon", "Dark"],
        ["system", "monitor", "As the system"],
      ];
    return h(
      "div",
      { class: "theme", role: "radiogroup", "aria-label": "Theme" },
      options.map(([name, icon, label]) =>
        h(
          "button",
          {
            type: "button",
            role: "radio",
            "aria-checked": this.now === name ? "true" : "false",
            "aria-label": label,
            title: label,
            onClick: () => this.set(name),
          },
          [otd.icon(icon)],
        ),
      ),
    );
  },
};
