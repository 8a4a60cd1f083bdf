// What tables share: keys and clicks on a row, the selection of rows, and the menu of a row.
(() => {
  // When the user returns to a list, it begins at the row that was opened.
  let opened = "";
  const comeBack = (table) => {
    const row =
      opened &&
      table.querySelector(
        `tr[data-task="${CSS.escape(opened)}"], tr[data-run="${CSS.escape(opened)}"]`,
      );
    if (!row) return;
    opened = "";
    if (!document.querySelector("dialog[open]")) row.focus({ preventScroll: true });
  };

  otd.rows = {
    emits: ["choose"],
    data: () => ({ last: null }),
    mounted() {
      comeBack(this.$el);
    },
    methods: {
      // What a row that opens `path` listens to; `acts` are more keys and what they do.
      rowEvents(row, path, acts = {}) {
        return {
          onClick: (event) => this.clicked(event, path, row.id),
          onKeydown: (event) => this.pressed(event, path, row.id, acts),
        };
      },
      // A click anywhere in a row opens it, except on something clickable or while text is selected.
      clicked(event, path, id) {
        opened = id;
        if (event.target.closest("a, button, input, label") || String(getSelection())) return;
        if (event.metaKey || event.ctrlKey) window.open(otd.href(path), "_blank");
        else otd.go(path);
      },
      // Arrow keys move through rows, Enter opens one, Space chooses it where rows can be chosen.
      pressed(event, path, id, acts) {
        const row = event.currentTarget;
        if (event.target !== row) return;
        const next = {
          ArrowDown: row.nextElementSibling,
          ArrowUp: row.previousElementSibling,
          j: row.nextElementSibling,
          k: row.previousElementSibling,
        }[event.key];
        if (next) next.focus();
        else if (event.key === "Enter") {
          opened = id;
          otd.go(path);
        } else if (event.key === " " && this.chosen) this.toggle(id);
        else if (acts[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey)
          acts[event.key]();
        else return;
        event.preventDefault();
      },
      // With Shift, everything from the last selected row to this one.
      toggle(id, event) {
        const ids = this.rows.map((row) => row.id),
          on = !this.chosen.includes(id);
        const from = event?.shiftKey ? ids.indexOf(this.last) : -1,
          to = ids.indexOf(id);
        this.last = id;
        const span = from < 0 ? [id] : ids.slice(Math.min(from, to), Math.max(from, to) + 1);
        this.$emit("choose", { ids: span, on });
      },
      toggleAll(event) {
        this.$emit("choose", { ids: this.rows.map((row) => row.id), on: event.target.checked });
      },
      check(label, checked, onClick) {
        return Vue.h("input", { type: "checkbox", checked, "aria-label": label, onClick });
      },
      checkAll() {
        const all = this.rows.length > 0 && this.rows.every((row) => this.chosen.includes(row.id));
        return this.check("Choose all on this page", all, this.toggleAll);
      },
    },
  };

  // `whyNot` gives the reason why an entry is unavailable, if it is.
  otd.rowMenu = {
    data: () => ({ menu: null }),
    mounted() {
      addEventListener("click", this.dismiss, true);
      addEventListener("scroll", this.close, true);
    },
    unmounted() {
      removeEventListener("click", this.dismiss, true);
      removeEventListener("scroll", this.close, true);
    },
    methods: {
      dismiss(event) {
        if (this.menu && !event.target.closest(".menu")) this.close();
      },
      close() {
        this.menu = null;
      },
      open(row, event) {
        const place = event.currentTarget.getBoundingClientRect();
        this.menu =
          this.menu?.row.id === row.id
            ? null
            : {
                row,
                opener: event.currentTarget,
                style: {
                  top: `${Math.min(place.bottom + 4, innerHeight - 250)}px`,
                  right: `${document.documentElement.clientWidth - place.right}px`,
                },
              };
        this.$nextTick(() => this.$el.querySelector(".menu button:enabled, .menu a")?.focus());
      },
      act(name) {
        const { row, opener } = this.menu;
        this.close();
        opener.focus();
        this.$emit("act", { name, id: row.id });
      },
      menuKeys(event) {
        const entries = [...this.$el.querySelectorAll(".menu button:enabled, .menu a")];
        const at = entries.indexOf(document.activeElement);
        const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[
          event.key
        ];
        if (to !== undefined) {
          event.preventDefault();
          entries[(to + entries.length) % entries.length]?.focus();
        }
        if (event.key === "Escape" || event.key === "Tab") {
          const { opener } = this.menu;
          event.preventDefault();
          this.close();
          opener.focus();
        }
      },
      menuBox() {
        const h = Vue.h,
          { row, style } = this.menu;
        const entry = (name, icon, text, extra = "") =>
          h(
            "button",
            {
              role: "menuitem",
              class: extra,
              disabled: !!this.whyNot[name],
              title: this.whyNot[name] || null,
              onClick: () => this.act(name),
            },
            [otd.icon(icon), text],
          );
        const link = (path, icon, text) =>
          h("a", { role: "menuitem", href: otd.href(path), onClick: () => this.close() }, [
            otd.icon(icon),
            text,
          ]);
        return h(
          "div",
          { class: "menu", role: "menu", "aria-label": row.name, style, onKeydown: this.menuKeys },
          [
            entry("run", "play", "Run now"),
            row.can_pause ? entry("pause", "pause", "Pause…") : null,
            row.can_resume ? entry("resume", "circle-play", "Resume") : null,
            h("hr"),
            this.whyNot.edit ? null : link(`/tasks/${row.id}/edit`, "pencil", "Edit"),
            this.whyNot.edit ? null : link(`/new?from=${row.id}`, "copy", "Duplicate"),
            entry("text", "terminal", "Copy as…"),
            link(`/runs?task=${row.id}`, "history", "Its runs"),
            h("hr"),
            entry("delete", "trash-2", "Delete…", "danger"),
          ],
        );
      },
    },
  };
})();
