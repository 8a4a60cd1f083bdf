// Form input stays in this tab until it is saved or discarded, even if the server restarts.
(() => {
  const LONGEST = 1_000_000;
  let place = "",
    fields = {};
  const store = (act) => {
    try {
      return act(sessionStorage);
    } catch {
      return null; // The form then lasts as long as its server.
    }
  };
  otd.drafts = {
    // The kept input of this form, or null.
    begin: (name) => {
      place = `onthedot-draft ${name}`;
      const kept = store((tab) => JSON.parse(tab.getItem(place)));
      fields = kept && typeof kept === "object" ? kept : {};
      return kept;
    },
    set: (field, value) => {
      if (!place || !field) return;
      fields[field] = value;
      const text = JSON.stringify(fields);
      if (text.length < LONGEST) store((tab) => tab.setItem(place, text));
    },
    end: () => {
      if (place) store((tab) => tab.removeItem(place));
      place = "";
      fields = {};
    },
  };
})();
