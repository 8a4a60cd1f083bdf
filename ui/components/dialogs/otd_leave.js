// Asks before discarding unsaved changes.
export default {
  data: () => ({ open: false }),
  mounted() {
    addEventListener("otd-leave", this.show);
  },
  unmounted() {
    removeEventListener("otd-leave", this.show);
    otd.setUnsaved(false);
  },
  methods: {
    show() {
      this.open = true;
      this.$refs.dialog.showModal();
    },
    stay() {
      this.open = false;
      this.$refs.dialog.close();
    },
    leave() {
      this.stay();
      otd.leave();
    },
  },
  template: `<dialog ref="dialog" class="modal" aria-label="Leave without saving?" @cancel.prevent="stay"><div v-if="open" class="inner">
    <h2>Leave without saving?</h2><p class="muted">What you changed here will be lost.</p>
    <div class="foot"><button class="btn" autofocus @click="stay">Keep editing</button><button class="btn danger solid" @click="leave">Leave</button></div></div></dialog>`,
};
