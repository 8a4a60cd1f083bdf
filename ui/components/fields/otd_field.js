// One line of text or several, with a label, a hint, and an error.
let next = 0;
const PAUSE = 120; // milliseconds after a key that searches: whoever types on asks once
export default {
  props: {
    value: String,
    label: String,
    hint: String,
    good: Boolean,
    error: String,
    optional: Boolean,
    placeholder: String,
    mono: Boolean,
    rows: Number,
    kind: { type: String, default: "text" },
    list: Array,
    field: String,
    full: Boolean,
    hideLabel: Boolean,
    step: String,
    searching: Boolean,
  },
  emits: ["update:value", "enter"],
  data() {
    return { text: this.value ?? "", id: `field-${next++}` };
  },
  watch: {
    value(value) {
      if (value === this.text) return;
      this.text = value ?? "";
      otd.drafts.set(this.field, this.text);
    },
  },
  beforeUnmount() {
    if (this.waiting) this.say();
  },
  methods: {
    typed(event) {
      this.text = event.target.value;
      otd.drafts.set(this.field, this.text);
      clearTimeout(this.waiting);
      if (this.searching) this.waiting = setTimeout(this.say, PAUSE);
      else this.say();
    },
    say() {
      clearTimeout(this.waiting);
      this.waiting = 0;
      this.$emit("update:value", this.text);
    },
    keys(event) {
      if (event.key === "Enter" && this.searching) this.say();
      if (event.key === "Enter" && !this.rows) this.$emit("enter");
    },
  },
  render() {
    const h = Vue.h,
      about = [this.error ? `${this.id}-error` : null, this.hint ? `${this.id}-hint` : null]
        .filter(Boolean)
        .join(" ");
    const input = h(this.rows ? "textarea" : "input", {
      id: this.id,
      value: this.text,
      placeholder: this.placeholder,
      rows: this.rows,
      type: this.rows ? undefined : this.kind,
      step: this.step,
      class: { mono: this.mono },
      spellcheck: this.mono ? "false" : undefined,
      autocomplete: "off",
      autocapitalize: "off",
      list: this.list ? `${this.id}-list` : undefined,
      "aria-label": this.hideLabel ? this.label : undefined,
      "aria-invalid": this.error ? "true" : undefined,
      "aria-describedby": about || undefined,
      "data-search": this.searching ? "" : undefined,
      onInput: this.typed,
      onKeydown: this.keys,
    });
    return h(
      "div",
      { class: ["field", { bad: this.error, full: this.full }], "data-field": this.field },
      [
        this.hideLabel
          ? null
          : h("label", { for: this.id }, [
              this.label,
              this.optional ? h("span", { class: "optional" }, " · optional") : null,
            ]),
        input,
        this.list
          ? h(
              "datalist",
              { id: `${this.id}-list` },
              this.list.map((option) => h("option", { value: option })),
            )
          : null,
        otd.fieldError(this.error, this.id),
        this.hint
          ? h("div", { class: ["hint", { good: this.good }], id: `${this.id}-hint` }, this.hint)
          : null,
      ],
    );
  },
};
