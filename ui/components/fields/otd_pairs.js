// Names and values, each value plain or the name of a secret that the worker knows.
export default {
  props: {
    value: Array,
    label: String,
    name: String,
    add: String,
    errors: { type: Object, default: () => ({}) },
    field: String,
  },
  emits: ["update:value"],
  data() {
    return { pairs: this.value.map((pair) => ({ ...pair })) };
  },
  watch: {
    // The server may send back an older value while the user types: only a new value counts.
    value(value, before) {
      if (JSON.stringify(value) !== JSON.stringify(before))
        this.pairs = value.map((pair) => ({ ...pair }));
    },
  },
  methods: {
    tell() {
      const pairs = this.pairs.map((pair) => ({ ...pair }));
      otd.drafts.set(this.field, pairs);
      this.$emit("update:value", pairs);
    },
    set(index, part, value) {
      this.pairs[index][part] = value;
      this.tell();
    },
    more() {
      this.pairs.push({ name: "", value: "", secret: false });
      this.tell();
      this.$nextTick(() =>
        [...this.$el.querySelectorAll(".pair")].at(-1)?.querySelector("input").focus(),
      );
    },
    drop(index) {
      this.pairs.splice(index, 1);
      this.tell();
    },
    pair(pair, index) {
      const h = Vue.h,
        number = index + 1,
        error = this.errors[pair.name];
      return h("div", { key: index, class: { field: true, bad: error } }, [
        h("div", { class: "pair" }, [
          h("input", {
            class: "mono",
            value: pair.name,
            placeholder: this.name,
            "aria-label": `${this.label} ${number}: name`,
            autocomplete: "off",
            spellcheck: "false",
            onInput: (event) => this.set(index, "name", event.target.value),
          }),
          h("input", {
            class: "mono",
            value: pair.value,
            placeholder: pair.secret ? "NAME_OF_SECRET" : "Value",
            "aria-label": `${this.label} ${number}: value`,
            autocomplete: "off",
            spellcheck: "false",
            onInput: (event) => this.set(index, "value", event.target.value),
          }),
          h(
            "select",
            {
              value: pair.secret ? "secret" : "text",
              "aria-label": `${this.label} ${number}: kind`,
              onChange: (event) => this.set(index, "secret", event.target.value === "secret"),
            },
            [h("option", { value: "text" }, "Text"), h("option", { value: "secret" }, "Secret")],
          ),
          h(
            "button",
            {
              class: "btn ghost icon-only",
              type: "button",
              "aria-label": `Remove ${this.label.toLowerCase()} ${number}`,
              onClick: () => this.drop(index),
            },
            [otd.icon("x")],
          ),
        ]),
        otd.fieldError(error),
      ]);
    },
  },
  render() {
    const h = Vue.h;
    return h("div", { class: "field full", "data-field": this.field }, [
      h("span", { class: "label" }, [
        `${this.label}s`,
        h("span", { class: "optional" }, " · optional"),
      ]),
      h("div", { class: "pairs" }, this.pairs.map(this.pair)),
      h("div", [
        h("button", { class: "btn small", type: "button", onClick: this.more }, [
          otd.icon("plus"),
          this.add,
        ]),
      ]),
    ]);
  },
};
