// A dialog that holds the focus and returns it; Escape and a click outside close it.
export default {
  props: { open: Boolean, label: String, wide: Boolean },
  emits: ["close"],
  watch: { open: { handler: "sync" } },
  mounted() {
    this.sync();
  },
  methods: {
    sync() {
      const dialog = this.$refs.dialog;
      if (this.open && !dialog.open) {
        dialog.showModal();
        this.$nextTick(() =>
          dialog.querySelector("[autofocus], input, select, textarea, button")?.focus(),
        );
      }
      if (!this.open && dialog.open) dialog.close();
    },
    beside(event) {
      if (event.target === this.$refs.dialog) this.$emit("close");
    },
  },
  template: `<dialog ref="dialog" class="modal" :class="{ wide }" :aria-label="label" @mousedown="beside"
    @cancel.prevent="$emit('close')"><div v-if="open" class="inner"><slot /></div></dialog>`,
};
