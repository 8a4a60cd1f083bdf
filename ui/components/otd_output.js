// The output of a run, while it is written. Text is always inserted as text, never as HTML.
// Lines are added to the DOM directly, in blocks: there may be very many, and they only grow.
const BLOCK = 200; // lines
const MOST = 4_000_000; // characters; of what is longer the oldest lines but the first blocks go
const FIRST = 4; // blocks
const FOLDED = 80; // characters of a line of JSON that is worth folding
const LONGEST = 100_000;

const make = (tag, className, text = "") =>
  Object.assign(document.createElement(tag), { className, textContent: text });

export default {
  props: { label: String, file: String, live: Boolean },
  emits: ["ready", "lost"],
  data: () => ({ query: "", hits: [], at: -1, pinned: true }),
  created() {
    this.end = 0;
    this.attempt = 0;
    this.size = 0;
    this.line = null;
    this.rewind = false;
  },
  mounted() {
    this.$emit("ready");
  },
  methods: {
    // pieces: {offset, end, attempt, stream, segments: [[text, classes]]}; offsets in bytes.
    append(since, pieces) {
      if (since > this.end) return this.$emit("lost", this.end);
      for (const piece of pieces) {
        if (piece.offset < this.end) continue;
        if (piece.offset > this.end)
          this.divide(`${(piece.offset - this.end).toLocaleString("en-US")} bytes left out`);
        if (piece.attempt > this.attempt && (this.attempt || piece.attempt > 1)) {
          this.divide(`Attempt ${piece.attempt}`);
        }
        this.attempt = piece.attempt;
        this.end = piece.end;
        for (const [text, classes] of piece.segments) this.write(text, classes, piece.stream);
      }
      this.shorten();
      if (this.query) this.search();
      // After layout: the first piece makes it visible.
      if (this.pinned) requestAnimationFrame(this.toEnd);
    },
    write(text, classes, stream) {
      for (const part of text.split(/(\r?\n|\r)/)) {
        if (part === "\r") this.rewind = true;
        else if (part.endsWith("\n")) this.endLine();
        else if (part) {
          if (!this.line) this.beginLine(stream);
          if (this.rewind) this.line.textContent = "";
          this.rewind = false;
          this.line.append(classes ? make("span", classes, part) : part);
          this.size += part.length;
        }
      }
    },
    beginLine(stream) {
      let block = this.$refs.body.lastElementChild;
      if (!block || block.childElementCount >= BLOCK) {
        block = make("div", "lines");
        this.$refs.body.append(block);
      }
      this.line = make("div", stream === "stderr" ? "err" : "");
      block.append(this.line);
    },
    endLine() {
      if (!this.line) this.beginLine("");
      else if (!this.line.childElementCount) this.fold(this.line);
      this.line = null;
      this.rewind = false;
    },
    // A long line of JSON expands to many.
    fold(line) {
      const text = line.textContent.trim();
      if (text.length < FOLDED || text.length > LONGEST || !/^[[{].*[\]}]$/s.test(text)) return;
      let value;
      try {
        value = JSON.parse(text);
      } catch {
        return;
      }
      const details = make("details", "");
      details.append(make("summary", "", text));
      details.addEventListener("toggle", () => {
        if (details.childElementCount === 1) {
          details.append(make("div", "pretty", JSON.stringify(value, null, 2)));
        }
      });
      line.replaceChildren(details);
    },
    divide(words) {
      this.line = null;
      this.beginLine("");
      this.line.className = "divide";
      this.line.textContent = words;
      this.line = null;
    },
    shorten() {
      const { body } = this.$refs;
      while (this.size > MOST && body.childElementCount > FIRST + 2) {
        const oldest = body.children[FIRST];
        this.size -= oldest.textContent.length;
        oldest.remove();
        const last = body.children[FIRST - 1].lastElementChild;
        if (!last.classList.contains("divide")) {
          body.children[FIRST - 1].append(make("div", "divide", "Older lines are not shown here"));
        }
      }
    },
    lines() {
      return [...this.$refs.body.querySelectorAll(".lines > div:not(.divide)")];
    },
    search() {
      const wanted = this.query.toLowerCase();
      for (const hit of this.hits) hit.classList.remove("hit", "now");
      this.hits = wanted
        ? this.lines().filter((line) => line.textContent.toLowerCase().includes(wanted))
        : [];
      for (const hit of this.hits) hit.classList.add("hit");
      this.at = Math.min(this.at, this.hits.length - 1);
    },
    typed(event) {
      this.query = event.target.value;
      this.at = -1;
      this.search();
      if (this.hits.length) this.step(1);
    },
    step(by) {
      const { length } = this.hits;
      if (!length) return;
      this.hits[this.at]?.classList.remove("now");
      this.at = (this.at + by + length) % length;
      this.hits[this.at].classList.add("now");
      this.pinned = false;
      this.hits[this.at].scrollIntoView({ block: "center" });
    },
    key(event) {
      if (event.key === "Enter") this.step(event.shiftKey ? -1 : 1);
    },
    scrolled() {
      const { scrollTop, scrollHeight, clientHeight } = this.$refs.body;
      this.pinned = scrollHeight - scrollTop - clientHeight < 24;
    },
    toEnd() {
      if (!this.$refs.body) return;
      this.pinned = true;
      this.$refs.body.scrollTop = this.$refs.body.scrollHeight;
    },
    download() {
      const text = [...this.$refs.body.querySelectorAll(".lines > div")]
        .map((line) => line.querySelector("summary")?.textContent ?? line.textContent)
        .join("\n");
      const url = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain" }));
      Object.assign(document.createElement("a"), { href: url, download: this.file }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    },
  },
  render() {
    const h = Vue.h;
    const small = (name, icon, onClick, extra = {}) =>
      h(
        "button",
        {
          class: "btn small icon-only",
          type: "button",
          "aria-label": name,
          title: name,
          onClick,
          ...extra,
        },
        [otd.icon(icon)],
      );
    const found = this.query && `${this.hits.length ? this.at + 1 : 0} of ${this.hits.length}`;
    return h("div", { class: "output" }, [
      h("div", { class: "bar" }, [
        h("label", { class: "seek" }, [
          otd.icon("search"),
          h("input", {
            type: "search",
            placeholder: "Find in the output",
            "aria-label": "Find in the output",
            value: this.query,
            onInput: this.typed,
            onKeydown: this.key,
          }),
        ]),
        h("span", { class: "muted small num", role: "status" }, found),
        h("span", { class: "grow" }),
        this.pinned || !this.live
          ? null
          : h("button", { class: "btn small", type: "button", onClick: this.toEnd }, "To the end"),
        small("Download the output", "download", this.download),
      ]),
      h("pre", {
        ref: "body",
        tabindex: 0,
        role: "region",
        "aria-label": this.label,
        onScrollPassive: this.scrolled,
      }),
    ]);
  },
};
