// Functions that run inside the page under test. Each answers at once with {Problem} or with what it found; the caller asks
// again while there is a problem. They only read and point: clicks and typing come from the browser itself.
({
  tidy: s => (s || "").replace(/\s+/g, " ").trim(),

  shown(el) {
    const r = el.getBoundingClientRect();
    return r.width > 0 && r.height > 0 && el.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  },

  // names are the words a visitor could call an element by.
  names(el) {
    return [el.innerText, el.getAttribute("aria-label"), el.getAttribute("title"), el.matches("input") ? el.value : ""].map(this.tidy);
  },

  // middle scrolls an element into the window and makes sure that a click would hit it.
  middle(el) {
    el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const r = [...el.getClientRects()].find(r => r.width > 0 && r.height > 0) || el.getBoundingClientRect();
    const X = r.left + r.width / 2, Y = r.top + r.height / 2;
    const top = document.elementFromPoint(X, Y);
    if (top && (el.contains(top) || top.contains(el) || top.closest("label")?.control === el)) {
      window.webtestMissed = true;
      document.addEventListener("click", () => { window.webtestMissed = false; }, { capture: true, once: true });
      return { X, Y };
    }
    return { Problem: "it is covered by " + (top ? top.outerHTML.slice(0, 120) : "the edge of the window") };
  },

  // missed reports that no click has come since middle pointed at something: the browser's picture was older than the page,
  // and a frame that has moved on got it. A page that was left has missed nothing.
  missed() { return { Done: window.webtestMissed === true }; },

  clickable(what) {
    const want = this.tidy(what);
    const all = [...document.querySelectorAll(
      "a[href], button, summary, label, input[type=submit], input[type=button], input[type=radio], input[type=checkbox], [role=button], [role=tab], [role=menuitem]")].filter(el => this.shown(el));
    let hits = all.filter(el => this.names(el).includes(want));
    if (!hits.length) hits = all.filter(el => this.names(el).some(n => n.includes(want)));
    if (!hits.length) {
      try { hits = [...document.querySelectorAll(what)].filter(el => this.shown(el)); } catch { /* no selector either */ }
      if (hits.length) return this.middle(hits[0]);
      const known = [...new Set(all.map(el => this.names(el).find(n => n)).filter(n => n))];
      return { Problem: "nothing to click is called that. There is: " + known.map(n => n.slice(0, 60)).join(" | ") };
    }
    // Page before menus, what acts before what labels, and one link given twice counts once.
    const prefer = f => { const some = hits.filter(f); if (some.length) hits = some; };
    prefer(el => el.closest("main, dialog[open]"));
    prefer(el => !el.matches("label"));
    prefer(el => !el.disabled);
    const ways = new Set(hits.map((el, i) => el.href || i));
    if (ways.size > 1) return { Problem: hits.length + " things are called that; use a selector: " + hits.map(el => el.outerHTML.slice(0, 120)).join(" | ") };
    if (hits[0].disabled) return { Problem: "it is disabled" };
    return this.middle(hits[0]);
  },

  // fields are all controls with a name or, failing that, with a label.
  fields(name) {
    const all = [...document.querySelectorAll("input:not([type=hidden]), select, textarea")];
    const named = all.filter(el => el.name === name);
    if (named.length) return named;
    return all.filter(el => [...(el.labels || [])].some(l => this.label(l).startsWith(this.tidy(name))));
  },

  label(l) { return this.tidy(l.innerText); },

  field(name) {
    const hits = this.fields(name);
    const el = hits.find(el => this.shown(el)) || hits[0];
    if (el) return { el };
    const known = new Set([...document.querySelectorAll("input:not([type=hidden]), select, textarea")].map(el => el.name || el.id));
    return { Problem: "there is no such field. There is: " + [...known].join(" | ") };
  },

  kind(el) {
    if (el.matches("select")) return "select";
    if (el.matches("textarea")) return "text";
    if (["radio", "checkbox", "file"].includes(el.type)) return el.type;
    return ["date", "time", "datetime-local", "month", "week", "color", "range"].includes(el.type) ? "set" : "text";
  },

  focus(name) {
    const { el, Problem } = this.field(name);
    if (Problem) return { Problem };
    if (!this.shown(el) && this.kind(el) === "text") return { Problem: "the field is hidden" };
    if (el.disabled || el.readOnly) return { Problem: "the field cannot be written in" };
    const Kind = this.kind(el);
    if (Kind === "text") { el.scrollIntoView({ block: "center", behavior: "instant" }); el.focus(); el.select(); }
    return { Kind };
  },

  tell(el) {
    el.dispatchEvent(new Event("input", { bubbles: true }));
    el.dispatchEvent(new Event("change", { bubbles: true }));
    return { Done: true };
  },

  set(name, value) {
    const { el, Problem } = this.field(name);
    if (Problem) return { Problem };
    el.value = value;
    return this.tell(el);
  },

  value(name) {
    const hits = this.fields(name);
    if (!hits.length) return this.field(name);
    if (["radio", "checkbox"].includes(hits[0].type)) return { Value: hits.find(el => el.checked)?.value || "" };
    return { Value: (hits.find(el => this.shown(el)) || hits[0]).value };
  },

  choice(name, value) {
    const hits = this.fields(name);
    if (!hits.length) return this.field(name);
    if (hits[0].matches("select")) {
      const options = [...hits[0].options];
      const o = options.find(o => o.value === value) || options.find(o => this.tidy(o.text) === this.tidy(value));
      if (!o) return { Problem: "the list has only: " + options.map(o => this.tidy(o.text)).join(" | ") };
      hits[0].value = o.value;
      return this.tell(hits[0]);
    }
    const called = (el, f) => [...(el.labels || [])].some(l => f(this.label(l)));
    const want = this.tidy(value);
    const el = hits.find(el => el.value === value) || hits.find(el => called(el, n => n === want)) || hits.find(el => called(el, n => n.startsWith(want)));
    if (!el) return { Problem: "there is only: " + hits.map(el => el.value).join(" | ") };
    return this.tap(el);
  },

  // tap points at a control or, where the control itself is hidden behind a picture, at its label.
  tap(el) {
    const target = this.shown(el) ? el : [...(el.labels || [])].find(l => this.shown(l));
    return target ? this.middle(target) : { Problem: "neither it nor its label can be seen" };
  },

  box(name) {
    const { el, Problem } = this.field(name);
    if (Problem) return { Problem };
    if (el.type !== "checkbox") return { Problem: "it is no checkbox" };
    return { ...this.tap(el), Value: el.checked ? "on" : "" };
  },

  file(name) {
    const { el, Problem } = this.field(name);
    if (Problem) return { Problem };
    return el.type === "file" ? {} : { Problem: "it is no file field" };
  },
})
