// One of several, in the system's own list, which every phone and screen reader supports.
let next = 0;
export default {
  props: {
    value: String,
    options: Array,
    label: String,
    error: String,
    field: String,
    plain: Boolean,
  },
  emits: ["update:value"],
  data() {
    return { id: `choice-${next++}`, now: this.value };
  },
  watch: {
    value(value) {
      this.now = value;
    },
  },
  methods: {
    chose(event) {
      this.now = event.target.value;
      otd.drafts.set(this.field, this.now);
      this.$emit("update:value", this.now);
    },
  },
  render() {
    const h = Vue.h;
    const select = h(
      "select",
      {
        id: this.id,
        value: this.now,
        onChange: this.chose,
        "aria-label": this.plain ? this.label : undefined,
        "aria-invalid": this.error ? "true" : undefined,
        "aria-describedby": this.error ? `${this.id}-error` : undefined,
      },
      this.options.map((option) =>
        h("option", { value: option.value, selected: option.value === this.now }, option.label),
      ),
    );
    if (this.plain) return select;
    return h("div", { class: ["field", { bad: this.error }], "data-field": this.field }, [
      h("label", { for: this.id }, this.label),
      select,
      otd.fieldError(this.error, this.id),
    ]);
  },
};
