// Any number of several, all visible. The value lists the chosen ones in the order of the options, separated by commas.
let next = 0;
export default {
  props: {
    value: String,
    options: Array,
    label: String,
    hint: String,
    error: String,
    field: String,
  },
  emits: ["update:value"],
  data() {
    return { id: `checks-${next++}`, now: this.split(this.value) };
  },
  watch: {
    value(value) {
      this.now = this.split(value);
    },
  },
  methods: {
    split(value) {
      return new Set((value || "").split(",").filter(Boolean));
    },
    chose(value, checked) {
      if (checked) this.now.add(value);
      else this.now.delete(value);
      const chosen = this.options.map((option) => option.value).filter((key) => this.now.has(key));
      otd.drafts.set(this.field, chosen.join(","));
      this.$emit("update:value", chosen.join(","));
    },
  },
  render() {
    const h = Vue.h;
    return h("div", { class: ["field full", { bad: this.error }], "data-field": this.field }, [
      h(
        "fieldset",
        {
          class: "segments small checks",
          "aria-describedby":
            this.error || this.hint ? `${this.id}-${this.error ? "error" : "hint"}` : undefined,
        },
        [
          h("legend", this.label),
          ...this.options.map((option) =>
            h("label", [
              h("input", {
                type: "checkbox",
                value: option.value,
                checked: this.now.has(option.value),
                onChange: (event) => this.chose(option.value, event.target.checked),
              }),
              h("span", option.label),
            ]),
          ),
        ],
      ),
      otd.fieldError(this.error, this.id),
      this.hint && !this.error
        ? h("div", { class: "hint", id: `${this.id}-hint` }, this.hint)
        : null,
    ]);
  },
};
