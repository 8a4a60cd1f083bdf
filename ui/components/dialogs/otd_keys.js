// The help for the keyboard, which `?` opens.
const EVERYWHERE = [
  [["Ctrl", "K"], "Go to a task or page"],
  [["/"], "Search"],
  [["n"], "New task"],
  [["?"], "Show these keys"],
];
const ROWS = [
  [["↓", "↑"], "From row to row; also j and k"],
  [["Enter"], "Open"],
  [["Space"], "Choose"],
  [["b"], "To the selection bar; Esc returns"],
];
const TASKS = [
  [["r"], "Run now; on a run: run it again"],
  [["p"], "Pause or resume"],
  [["e"], "Edit"],
  [["Ctrl", "Enter"], "Save a form, confirm a dialog"],
];

export default {
  data: () => ({ open: false }),
  mounted() {
    addEventListener("otd-keys", this.show);
  },
  unmounted() {
    removeEventListener("otd-keys", this.show);
  },
  methods: {
    show() {
      if (document.querySelector("dialog[open]")) return;
      this.open = true;
      this.$refs.dialog.showModal();
    },
    close() {
      this.open = false;
      this.$refs.dialog.close();
    },
    group(title, keys) {
      const h = Vue.h;
      return h("section", [
        h("h3", title),
        h(
          "dl",
          keys.map(([names, does]) =>
            h("div", [
              h(
                "dt",
                names.map((name) => h("kbd", name)),
              ),
              h("dd", does),
            ]),
          ),
        ),
      ]);
    },
    places() {
      return otd
        .places()
        .map(([letter, path]) => [
          ["g", letter],
          document.querySelector(`.nav a[href="${otd.href(path)}"]`).textContent.trim(),
        ]);
    },
  },
  render() {
    const h = Vue.h;
    return h(
      "dialog",
      {
        ref: "dialog",
        class: "modal wide",
        "aria-label": "Keys",
        onCancel: this.close,
        onMousedown: (event) => {
          if (event.target === this.$refs.dialog) this.close();
        },
      },
      this.open
        ? [
            h("div", { class: "inner keys-help" }, [
              h("h2", "Keys"),
              h("div", { class: "groups" }, [
                this.group("Everywhere", EVERYWHERE),
                this.group("Go to", this.places()),
                this.group("In a list", ROWS),
                this.group("On a task or its row", TASKS),
              ]),
              h("div", { class: "foot" }, [
                h("button", { class: "btn", type: "button", onClick: this.close }, "Close"),
              ]),
            ]),
          ]
        : [],
    );
  },
};
