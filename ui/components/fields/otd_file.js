// A file to choose or to drop here, sent as text.
const MOST = 500_000;
export default {
  props: { label: String, accept: { type: String, default: ".yaml,.yml,.json" } },
  emits: ["file"],
  data: () => ({ name: "", wrong: "", over: false }),
  methods: {
    async take(file) {
      this.wrong = "";
      this.name = file?.name ?? "";
      if (!file) return;
      if (file.size > MOST) {
        this.wrong = `It is larger than ${MOST / 1000} kB. Use onthedot apply for it.`;
        return;
      }
      this.$emit("file", { name: file.name, text: await file.text() });
    },
    dropped(event) {
      event.preventDefault();
      this.over = false;
      this.take(event.dataTransfer.files[0]);
    },
  },
  render() {
    const h = Vue.h;
    return h(
      "label",
      {
        class: ["file-drop", { over: this.over }],
        onDragover: (event) => {
          event.preventDefault();
          this.over = true;
        },
        onDragleave: () => {
          this.over = false;
        },
        onDrop: this.dropped,
      },
      [
        h("input", {
          type: "file",
          class: "sr",
          accept: this.accept,
          "aria-label": this.label,
          onChange: (event) => {
            this.take(event.target.files[0]);
            // The same file may have been corrected meanwhile.
            event.target.value = "";
          },
        }),
        otd.icon("upload"),
        h("span", this.name || "Choose a file, or drop it here"),
        this.wrong ? h("span", { class: "red", role: "alert" }, this.wrong) : null,
      ],
    );
  },
};
