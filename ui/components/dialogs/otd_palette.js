// Ctrl-K: any page, tag or task, with the keyboard alone. The server searches.
export default {
  props: { hits: Array, answered: String, pages: Array },
  emits: ["ask"],
  data: () => ({ open: false, text: "", at: 0, timer: 0, eager: false }),
  mounted() {
    addEventListener("otd-palette", this.show);
  },
  unmounted() {
    removeEventListener("otd-palette", this.show);
  },
  computed: {
    found() {
      const text = this.text.trim().toLowerCase();
      const pages = this.pages.filter((page) => !text || page.label.toLowerCase().includes(text));
      // Until the response arrives, the earlier hits that still contain every word.
      const words = text.split(/\s+/),
        known = this.answered === this.text.trim();
      const hits = this.hits.filter((hit) => {
        const said = `${hit.label} ${hit.under}`.toLowerCase();
        return known || words.every((word) => said.includes(word));
      });
      return text ? [...hits, ...pages] : [...pages, ...hits];
    },
  },
  watch: {
    // An Enter before the response applies to the response.
    answered() {
      if (this.eager && this.answered === this.text.trim() && this.found[this.at])
        this.go(this.found[this.at]);
    },
    found() {
      this.at = Math.min(this.at, Math.max(0, this.found.length - 1));
    },
  },
  methods: {
    show() {
      this.open = true;
      this.text = "";
      this.at = 0;
      this.eager = false;
      if (!this.$refs.dialog.open) this.$refs.dialog.showModal();
      this.$emit("ask", "");
      this.$nextTick(() => this.$refs.dialog.querySelector("input").focus());
    },
    close() {
      this.open = false;
      this.$refs.dialog.close();
    },
    typed(event) {
      this.text = event.target.value;
      this.at = 0;
      this.eager = false;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.$emit("ask", this.text.trim()), 100);
    },
    go(hit) {
      this.close();
      otd.go(hit.path);
    },
    keys(event) {
      const last = this.found.length - 1;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const next = this.at + (event.key === "ArrowDown" ? 1 : -1);
        this.at = next < 0 ? last : next > last ? 0 : next;
        this.$nextTick(() =>
          this.$el.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }),
        );
      }
      if (event.key === "Enter") {
        event.preventDefault();
        if (this.answered !== this.text.trim()) this.eager = true;
        else if (this.found[this.at]) this.go(this.found[this.at]);
      }
    },
    hit(hit, index) {
      const h = Vue.h;
      return h(
        "li",
        {
          key: hit.path,
          id: `hit-${index}`,
          class: "hit",
          role: "option",
          "aria-selected": index === this.at ? "true" : "false",
          onClick: () => this.go(hit),
          onMousemove: () => {
            this.at = index;
          },
        },
        [
          otd.icon(hit.icon),
          h("b", { title: hit.label }, hit.label),
          hit.under ? h("span", { class: "under" }, hit.under) : null,
          hit.key ? h("kbd", { class: "under" }, hit.key) : null,
        ],
      );
    },
  },
  render() {
    const h = Vue.h;
    return h(
      "dialog",
      {
        ref: "dialog",
        class: "palette",
        "aria-label": "Go to",
        onCancel: this.close,
        onMousedown: (event) => {
          if (event.target === this.$refs.dialog) this.close();
        },
      },
      this.open
        ? [
            h("div", { class: "ask" }, [
              otd.icon("search"),
              h("input", {
                value: this.text,
                placeholder: "Go to a task or page…",
                role: "combobox",
                "aria-label": "Go to a task or page",
                "aria-expanded": "true",
                "aria-controls": "hits",
                "aria-activedescendant": this.found.length ? `hit-${this.at}` : undefined,
                autocomplete: "off",
                spellcheck: "false",
                autofocus: true,
                onInput: this.typed,
                onKeydown: this.keys,
              }),
            ]),
            this.found.length
              ? h(
                  "ul",
                  { id: "hits", role: "listbox", "aria-label": "Found" },
                  this.found.map(this.hit),
                )
              : h(
                  "p",
                  { class: "none" },
                  "Nothing found. Search finds whole words, and beginnings of words in a name.",
                ),
            h("div", { class: "keys" }, [
              h("span", [h("kbd", "↑↓"), " choose"]),
              h("span", [h("kbd", "Enter"), " open"]),
              h("span", [h("kbd", "Esc"), " close"]),
            ]),
          ]
        : [],
    );
  },
};
