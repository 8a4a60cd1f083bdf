// A text to read and to copy.
export default {
  props: { text: String, label: String },
  data: () => ({ copied: false }),
  methods: {
    async copy() {
      await otd.copy(this.text);
      this.copied = true;
      setTimeout(() => {
        this.copied = false;
      }, 1600);
    },
  },
  render() {
    const h = Vue.h;
    return h("div", { class: "code" }, [
      h(
        "button",
        {
          class: "btn small copy",
          type: "button",
          "aria-label": `Copy ${this.label}`,
          onClick: this.copy,
        },
        [otd.icon(this.copied ? "check" : "copy"), this.copied ? "Copied" : "Copy"],
      ),
      h("pre", { tabindex: 0, "aria-label": this.label, role: "region" }, this.text),
    ]);
  },
};
