// The time elapsed, updated every second.
export default {
  props: { since: String },
  render() {
    const seconds = Math.max(0, Math.floor((otd.now() - Date.parse(this.since)) / 1000));
    const part = (value) => String(value).padStart(2, "0");
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    const text = `${hours ? `${hours}:${part(minutes)}` : minutes}:${part(seconds % 60)}`;
    return Vue.h("span", { class: "num nowrap", role: "timer", "aria-label": "Elapsed" }, text);
  },
};
