// Text to read and copy; in indented JSON, the contents of long objects and lists fold.
const SHORT = 40; // lines that are shown whole

// Lines, each with what lies between an opening line and its closing one. Numbers stay as
// written: nothing is parsed.
const nested = (lines) => {
  const root = { kids: [], size: 0 },
    open = [root];
  lines.forEach((text, at) => {
    if (/^\s*[\]}],?$/.test(text) && open.length > 1) open.pop().close = text;
    else {
      const node = { text, at, kids: [], size: 0 };
      open[open.length - 1].kids.push(node);
      if (/[[{]$/.test(text)) open.push(node);
    }
  });
  const measure = (node) => {
    node.size = node.kids.reduce((sum, kid) => sum + measure(kid), 0);
    return node.size + (node.close === undefined ? 1 : 2);
  };
  measure(root);
  return open.length === 1 ? root.kids : null;
};

export default {
  props: { text: String, label: String, fold: Boolean },
  data: () => ({ copied: false, turned: {} }),
  computed: {
    nodes() {
      const lines = (this.text ?? "").split("\n");
      return this.fold && lines.length > SHORT ? nested(lines) : null;
    },
  },
  watch: {
    text() {
      this.turned = {};
    },
  },
  methods: {
    async copy() {
      await otd.copy(this.text);
      this.copied = true;
      setTimeout(() => {
        this.copied = false;
      }, 1600);
    },
    isOpen(node, depth) {
      return this.turned[node.at] ?? (depth < 2 || node.size <= SHORT / 4);
    },
    node(node, depth) {
      const h = Vue.h;
      if (node.close === undefined) return `${node.text}\n`;
      const open = this.isOpen(node, depth),
        indent = node.text.match(/^ */)[0];
      const entries = node.kids.length.toLocaleString("en-US");
      return h("span", { key: node.at }, [
        h(
          "button",
          {
            type: "button",
            class: ["fold", { open }],
            "aria-expanded": open ? "true" : "false",
            onClick: () => {
              this.turned[node.at] = !open;
            },
          },
          [
            node.text,
            open
              ? null
              : [
                  h(
                    "span",
                    { class: "muted" },
                    ` ${entries} ${entries === "1" ? "entry" : "entries"} `,
                  ),
                  node.close.trim(),
                ],
          ],
        ),
        "\n",
        open
          ? [
              ...node.kids.map((kid) => this.node(kid, depth + 1)),
              `${indent}${node.close.trim()}\n`,
            ]
          : null,
      ]);
    },
    all(open) {
      const turn = (node) => {
        if (node.close !== undefined) this.turned[node.at] = open;
        node.kids.forEach(turn);
      };
      for (const root of this.nodes) {
        turn(root);
        this.turned[root.at] = true;
      }
    },
  },
  render() {
    const h = Vue.h,
      { nodes } = this;
    const small = (text, onClick) =>
      h("button", { class: "btn small", type: "button", onClick }, text);
    return h("div", { class: "code" }, [
      h("div", { class: "copy" }, [
        nodes ? small("Unfold all", () => this.all(true)) : null,
        nodes ? small("Fold all", () => this.all(false)) : null,
        h(
          "button",
          {
            class: "btn small",
            type: "button",
            "aria-label": `Copy ${this.label}`,
            onClick: this.copy,
          },
          [otd.icon(this.copied ? "check" : "copy"), this.copied ? "Copied" : "Copy"],
        ),
      ]),
      h(
        "pre",
        { tabindex: 0, "aria-label": this.label, role: "region" },
        nodes ? nodes.map((node) => this.node(node, 0)) : this.text,
      ),
    ]);
  },
};
