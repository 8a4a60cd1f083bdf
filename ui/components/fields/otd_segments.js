// One of a few, all visible.
let next = 0;
export default {
  props: { value: String, options: Array, label: String, small: Boolean, field: String },
  emits: ["update:value"],
  data() {
    return { id: `segments-${next++}`, now: this.value };
  },
  watch: {
    value(value) {
      this.now = value;
    },
  },
  methods: {
    chose(value) {
      this.now = value;
      otd.drafts.set(this.field, value);
      this.$emit("update:value", value);
    },
  },
  render() {
    const h = Vue.h;
    return h("fieldset", { class: ["segments", { small: this.small }] }, [
      h("legend", { class: "sr" }, this.label),
      ...this.options.map((option) =>
        h("label", [
          h("input", {
            type: "radio",
            name: this.id,
            value: option.value,
            checked: option.value === this.now,
            onChange: () => this.chose(option.value),
          }),
          option.icon ? otd.icon(option.icon) : null,
          h("span", option.label),
        ]),
      ),
    ]);
  },
};
