// Tags, separated by blanks; the one being typed is completed from the existing ones.
let next = 0;
export default {
  props: { value: String, label: String, tags: Array },
  emits: ["update:value", "ask"],
  data() {
    return { text: this.value ?? "", open: false, at: -1, id: `tags-${next++}` };
  },
  watch: {
    value(value) {
      if (value !== this.text.trim()) this.text = value ?? "";
    },
  },
  computed: {
    typing() {
      return /[^\s,]*$/.exec(this.text)[0];
    },
    before() {
      return this.text.slice(0, this.text.length - this.typing.length);
    },
    found() {
      const taken = new Set(this.before.split(/[\s,]+/)),
        part = this.typing.toLowerCase();
      return (this.tags || [])
        .filter((each) => !taken.has(each.tag) && each.tag.toLowerCase().includes(part))
        .sort((a, b) => b.tasks - a.tasks)
        .slice(0, 50);
    },
  },
  methods: {
    show() {
      this.$emit("ask");
      this.open = true;
      this.at = -1;
    },
    hide() {
      this.open = false;
      this.said();
    },
    typed(event) {
      this.text = event.target.value;
      this.open = true;
      this.at = -1;
      // A half-typed tag does not filter: the list is updated once the tag is complete or removed.
      if (!this.typing || (this.tags || []).some((each) => each.tag === this.typing)) this.said();
    },
    said() {
      this.$emit("update:value", this.text.trim());
    },
    take(tag) {
      this.text = `${this.before}${tag} `;
      this.at = -1;
      // It would cover the result; typing reopens it.
      this.open = false;
      this.said();
      this.$refs.input.focus();
    },
    keys(event) {
      const last = this.found.length - 1;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!this.open) return this.show();
        const to = this.at + (event.key === "ArrowDown" ? 1 : -1);
        this.at = to < 0 ? last : to > last ? 0 : to;
        this.$nextTick(() =>
          this.$el.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }),
        );
      } else if (event.key === "Enter") {
        event.preventDefault();
        if (this.open && this.found[this.at]) this.take(this.found[this.at].tag);
        else this.hide();
      } else if (event.key === "Escape" && this.open) {
        event.preventDefault();
        this.open = false;
      }
    },
    option(each, index) {
      const h = Vue.h;
      const notes = [
        each.failing ? h("span", { class: "red" }, `${each.failing} failing`) : null,
        each.paused ? h("span", { class: "amber" }, `${each.paused} paused`) : null,
        h("span", each.tasks.toLocaleString()),
      ];
      return h(
        "li",
        {
          key: each.tag,
          id: `${this.id}-${index}`,
          role: "option",
          "aria-selected": index === this.at ? "true" : "false",
          onMousedown: (event) => {
            event.preventDefault();
            this.take(each.tag);
          },
        },
        [h("b", each.tag), h("span", { class: "counts" }, notes)],
      );
    },
  },
  render() {
    const h = Vue.h,
      open = this.open && this.found.length > 0;
    return h("div", { class: "tag-field" }, [
      h("input", {
        ref: "input",
        value: this.text,
        placeholder: "Tags",
        role: "combobox",
        "aria-label": this.label,
        "aria-expanded": open ? "true" : "false",
        "aria-controls": `${this.id}-list`,
        "aria-autocomplete": "list",
        "aria-activedescendant": open && this.at >= 0 ? `${this.id}-${this.at}` : undefined,
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
        onFocus: this.show,
        onBlur: this.hide,
        onInput: this.typed,
        onKeydown: this.keys,
      }),
      h(
        "ul",
        { id: `${this.id}-list`, role: "listbox", "aria-label": "Tags", hidden: !open },
        open ? this.found.map(this.option) : [],
      ),
    ]);
  },
};
