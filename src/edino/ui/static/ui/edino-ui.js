// What a keyboard, a scanner and a clock do on every page. Everything else is plain HTML and htmx.
(() => {
  "use strict";
  const doc = document, root = doc.documentElement;
  const all = (selector, from = doc) => [...from.querySelectorAll(selector)];
  const on = (type, selector, act) => doc.addEventListener(type, (event) => {
    const found = event.target.closest?.(selector);
    if (found) act(found, event);
  });
  const isTyping = (element) => element?.matches?.("input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select, [contenteditable]");

  // Times, in the reader's own zone and language; "ago" keeps itself fresh.
  const language = root.lang === "en" ? "en-GB" : root.lang;
  const formats = {
    time: new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    date: new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" }),
    day: new Intl.DateTimeFormat(language, { day: "numeric", month: "short" }),
    full: new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  };
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const ago = (at) => {
    const minutes = Math.round((at - Date.now()) / 60000), size = Math.abs(minutes);
    if (size < 60) return relative.format(minutes, "minute");
    if (size < 60 * 22) return relative.format(Math.round(minutes / 60), "hour");
    if (size < 60 * 24 * 7) return relative.format(Math.round(minutes / 1440), "day");
    return at.getFullYear() === new Date().getFullYear() ? formats.day.format(at) : formats.date.format(at);
  };
  const showTimes = (from = doc) => {
    for (const element of all("time[data-local]", from)) {
      const at = new Date(element.dateTime), style = element.dataset.local;
      element.textContent = (style === "ago" ? ago(at) : formats[style].format(at)).replace("\u00a0г.", "").replace(" г.", "");
      element.title = formats.full.format(at);
    }
  };

  // Toasts: say it, offer to undo it, leave by themselves unless it was a failure.
  const leave = (toast) => {
    if (toast.dataset.stay === undefined) {
      setTimeout(() => (toast.matches(":hover, :focus-within") ? leave(toast) : toast.remove()), toast.dataset.long === undefined ? 6000 : 20000);
    }
  };
  const say = (text, tone = "good", undo = "") => {
    const toast = doc.getElementById("toast")?.content.firstElementChild.cloneNode(true);
    if (!toast) return;
    toast.classList.add(`tone-${tone}`);
    all("[data-tone]", toast).forEach((mark) => mark.dataset.tone === tone ? mark.replaceWith(...mark.childNodes) : mark.remove());
    toast.querySelector("[data-text]").textContent = text;
    const button = toast.querySelector("[data-undo]");
    if (undo) { button.setAttribute("hx-post", undo); toast.dataset.long = ""; } else button.remove();
    if (tone === "bad") { toast.dataset.stay = ""; navigator.vibrate?.(200); }
    doc.getElementById("toasts").append(toast);
    if (undo) htmx.process(toast);
    leave(toast);
  };
  doc.addEventListener("toast", (event) => say(event.detail.text, event.detail.tone, event.detail.undo));
  on("click", "[data-dismiss]", (button) => setTimeout(() => button.closest(".toast").remove()));
  // Not before the answer: what it says is heard on the button.
  doc.addEventListener("htmx:afterRequest", (event) => event.target.closest?.(".toast")?.remove());
  doc.addEventListener("htmx:responseError", () => say(doc.body.dataset.failed, "bad"));
  doc.addEventListener("htmx:sendError", () => say(doc.body.dataset.offline, "bad"));

  // Opening and closing.
  on("click", "[data-open]", (button) => doc.getElementById(button.dataset.open)?.showModal());
  on("click", "[data-close]", (button) => button.closest("dialog").close());
  on("click", "dialog", (dialog, event) => { if (event.target === dialog) dialog.close(); });
  on("click", "[data-toggle]", (button) => button.setAttribute("aria-expanded", button.ariaExpanded !== "true"));
  on("click", "[data-copy]", (button) => navigator.clipboard.writeText(button.dataset.copy).then(() => say(button.dataset.done)));
  doc.addEventListener("click", (event) => all("details.account[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));

  // Lists: choose many, and see how many.
  on("change", ".row-check", (box) => {
    const list = box.closest(".list"), boxes = all(".row-check[name=ids]", list);
    if (box.dataset.all !== undefined) boxes.forEach((one) => { one.checked = box.checked; });
    const chosen = boxes.filter((one) => one.checked).length, whole = list.querySelector("[data-all]");
    if (whole) { whole.checked = chosen === boxes.length; whole.indeterminate = chosen > 0 && chosen < boxes.length; }
    all(".bulk output", list).forEach((output) => { output.textContent = chosen; });
  });

  // Forms: not twice, not lost, and Back never asks to send again. A form is sent from within its page: a redirect is
  // followed, a page (what is wrong, with everything typed) takes the place of this one under the same address.
  const go = (to) => {
    if (to.hash && to.href.split("#")[0] === location.href.split("#")[0]) {
      history.replaceState(history.state, "", to);
      location.reload();
    } else location.assign(to);
  };
  const send = async (form, button) => {
    const told = (name) => button?.getAttribute(`form${name}`) ?? form.getAttribute(name);
    const body = new FormData(form), url = new URL(told("action") || self.answered || location.href, location.href);
    if (button?.name) body.append(button.name, button.value);
    const answer = await fetch(url, {
      method: "POST",
      headers: { "X-Sent-From": "page" },
      body: told("enctype") === "multipart/form-data" ? body : new URLSearchParams(body),
    }).catch(() => null);
    if (!answer || answer.status >= 500) {
      delete form.dataset.sent;
      return say(answer ? doc.body.dataset.failed : doc.body.dataset.offline, "bad");
    }
    const to = answer.headers.get("Location");
    if (to) return go(new URL(to, url));
    const page = await answer.text();
    if (answer.ok && url.pathname !== location.pathname) {
      // A place of its own (what was found): Back leads to where one was, each drawn anew when one comes to it.
      history.replaceState({ ...history.state, anew: true }, "");
      history.pushState({ anew: true }, "", url);
    }
    self.answered = url.href;  // a form without an address belongs to the page that drew it
    for (let timer = setTimeout(() => null); timer; timer -= 1) clearTimeout(timer);
    doc.open();
    doc.write(page);
    return doc.close();
  };
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method") !== "post" || event.defaultPrevented) return;
    event.preventDefault();
    if (form.dataset.sent !== undefined) return;
    form.dataset.sent = "";
    setTimeout(send, 0, form, event.submitter);  // whoever else hears of it may still fill a field
  });
  addEventListener("popstate", ({ state }) => { if (state?.anew) location.reload(); });
  // What is typed or chosen while an answer is on its way outlives that answer.
  const said = (region) => new Map([
    ...all("input[id]:not([type=checkbox],[type=radio],[type=hidden],[type=file]), textarea[id]", region).map((one) => [`#${CSS.escape(one.id)}`, one.value]),
    ...all("input[type=radio]:checked", region).map((one) => [`[type=radio][name="${CSS.escape(one.name)}"]`, one.value]),
  ]);
  const sent = new WeakMap();
  doc.addEventListener("htmx:beforeRequest", ({ detail: { target, xhr } }) => { if (target && target !== doc.body) sent.set(xhr, said(target)); });
  doc.addEventListener("htmx:beforeSwap", ({ detail: { target, xhr } }) => {
    const before = sent.get(xhr);
    if (before) sent.set(xhr, new Map([...said(target)].filter(([key, value]) => before.get(key) !== value)));
  });
  doc.addEventListener("htmx:afterSwap", ({ detail: { target, xhr } }) => sent.get(xhr)?.forEach((value, key) => {
    for (const one of all(key, target)) {
      if (one.type === "radio") one.checked = one.value === value;
      else one.value = value;
    }
  }));
  // Who works with the keyboard stays on what was pressed, though the answer has drawn it anew.
  const spoken = (one) => one.getAttribute("aria-label") || one.textContent.trim() || one.value;
  const alike = (one, region) => all(one.tagName, region).filter((other) => other.name === one.name && spoken(other) === spoken(one));
  // Who types on while an answer is on its way has typed more than it knows: what he typed stays, and is asked for.
  let pressed = null, asked = null, typed = null;
  doc.addEventListener("htmx:beforeRequest", () => {
    const one = doc.activeElement;
    asked = one?.id && isTyping(one) ? { id: one.id, value: one.value } : null;
  });
  doc.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
    const one = doc.activeElement;
    const more = asked && one.id === asked.id && one.value?.startsWith(asked.value) ? one.value.slice(asked.value.length) : "";
    typed = more && target?.contains(one) ? { id: one.id, more } : null;
    pressed = target?.id && one !== target && target.contains(one) ? { id: target.id, one, place: alike(one, target).indexOf(one) } : null;
  });
  doc.addEventListener("htmx:afterSettle", () => {
    const field = typed && doc.getElementById(typed.id);
    if (field && field === doc.activeElement && field.value.startsWith(field.defaultValue)) {
      field.value = field.defaultValue + typed.more + field.value.slice(field.defaultValue.length);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    typed = null;
    const region = pressed && doc.activeElement === doc.body && doc.getElementById(pressed.id);
    if (region) alike(pressed.one, region)[pressed.place]?.focus({ preventScroll: true });
    pressed = null;
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));
  on("input", "form[data-keep]", (form) => { form.dataset.changed = ""; });
  addEventListener("beforeunload", (event) => { if (doc.querySelector("form[data-changed]:not([data-sent])")) event.preventDefault(); });

  // A scanner types faster than any hand and ends with Enter: what it read goes to the search, wherever the cursor is.
  // It types by key position, so on a Russian layout letters are read from the position too.
  const burst = { text: "", at: 0, field: null, before: "" };
  let scans = Promise.resolve();
  const letter = ({ key, code, shiftKey }) => /^Key[A-Z]$/.test(code) && key > "\u007f" ? (shiftKey ? code[3] : code[3].toLowerCase()) : key;
  const scan = (event) => {
    const gap = event.timeStamp - burst.at, url = doc.body.dataset.scanUrl;
    burst.at = event.timeStamp;
    if (event.key === "Enter") {
      const { text, field, before } = burst;
      burst.text = "";
      if (!url || text.length < 6 || gap > 50) return false;
      event.preventDefault();
      if (field) { field.value = before; field.dispatchEvent(new Event("input", { bubbles: true })); }
      const name = doc.body.dataset.scanParameter || "q", form = doc.querySelector("[data-search]")?.form;
      const target = doc.body.dataset.scanTarget;
      if (target) {
        // The page takes what is scanned in place; one after the other, so that a quick hand loses nothing.
        scans = scans.then(() => htmx.ajax("POST", url, { target, values: { [name]: text, scan: "1" } })).catch(() => null);
      } else if (doc.body.dataset.scanMethod !== "post" || !form) {
        location.assign(`${url}?${new URLSearchParams({ [name]: text, scan: "1" })}`);
      } else {
        form.elements[name].value = text;
        form.append(Object.assign(doc.createElement("input"), { type: "hidden", name: "scan", value: "1" }));
        form.requestSubmit();
      }
      return true;
    }
    if (event.key.length !== 1) { if (event.key !== "Shift") burst.text = ""; return false; }
    if (gap > 50 || !burst.text) {
      burst.text = "";
      burst.field = isTyping(event.target) && "value" in event.target ? event.target : null;
      burst.before = burst.field?.value;
    }
    burst.text += letter(event);
    return false;
  };

  const move = (step) => {
    const rows = all(".row-link").filter((row) => row.checkVisibility()), here = rows.indexOf(doc.activeElement);
    const next = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    return Boolean(next);
  };
  doc.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || scan(event)) return;
    const { key, target } = event;
    if (key === "Escape") {
      all("details.account[open], details.why[open]").forEach((open) => { open.open = false; });
      all("[data-toggle][aria-expanded=true]").forEach((button) => button.setAttribute("aria-expanded", "false"));
      if (isTyping(target)) target.blur();
    } else if (key === "ArrowDown" || key === "ArrowUp") {
      const inSearch = target.matches?.("input[type=search]");
      if ((!isTyping(target) || inSearch) && !doc.querySelector("dialog[open]") && move(key === "ArrowDown" ? 1 : -1)) event.preventDefault();
    } else if (!isTyping(target) && key === "/") {
      const field = doc.querySelector("[data-search]");
      burst.text = "";
      if (field) { event.preventDefault(); field.focus(); field.select(); }
    } else if (!isTyping(target) && !event.repeat && /^[\w]$/.test(key) && event.timeStamp - burst.at < 1 && burst.text.length === 1) {
      // A lone key, not the first of a burst: wait a moment to be sure.
      const scope = doc.querySelector("dialog[open]") || doc, button = scope.querySelector(`[data-key="${CSS.escape(key)}"]`);
      if (button) setTimeout(() => { if (burst.text === letter(event)) button.click(); }, 60);
    }
  });

  // Live regions: new content waits behind a button while the old is being read.
  const reading = (region) => region.getBoundingClientRect().top < 0 || region.contains(doc.activeElement)
    || region.querySelector("details[open], input:checked") || (getSelection().rangeCount && !getSelection().isCollapsed && region.contains(getSelection().anchorNode));
  const poll = async (region) => {
    if (doc.hidden || !region.isConnected) return;
    const answer = await fetch(region.dataset.live, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const fresh = doc.createElement("template");
    fresh.innerHTML = await answer.text();
    const text = fresh.innerHTML.trim();
    if (text === region.shown) return;
    const show = () => { region.shown = text; region.innerHTML = text; htmx.process(region); showTimes(region); };
    if (!reading(region)) return show();
    region.querySelector(":scope > .fresh")?.remove();
    const button = Object.assign(doc.createElement("button"), { type: "button", className: "button fresh", textContent: doc.body.dataset.fresh, onclick: show });
    region.prepend(button);
  };

  const arrive = (from) => {
    showTimes(from);
    if (matchMedia("(min-width: 46.01rem)").matches) all(".filters-more", from).forEach((one) => { one.open = true; });
    // A document is asked for its autofocus by the browser once; one that took another's place has to see to it.
    const first = self.answered && from === doc ? "[data-focus], [autofocus]" : "[data-focus]";
    from.querySelector?.(first)?.focus();
  };
  doc.addEventListener("htmx:load", (event) => arrive(event.detail.elt));
  // An address says what is filtered, not what is not.
  doc.addEventListener("htmx:configRequest", ({ detail: { verb, parameters } }) => {
    if (verb === "get") Object.keys(parameters).forEach((name) => { if (parameters[name] === "") delete parameters[name]; });
  });
  doc.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.matches?.(".list") && event.detail.target.setAttribute("aria-busy", "true"));
  doc.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.dataset.remote !== undefined) event.detail.target.closest("dialog").showModal();
  });
  doc.addEventListener("DOMContentLoaded", () => {
    all("[data-live]").forEach((region) => { region.shown = region.innerHTML.trim(); });
    arrive(doc);
    all(".toast").forEach(leave);
    doc.querySelector(".nav-link[aria-current]")?.scrollIntoView({ block: "nearest" });
    setInterval(showTimes, 60000);
    all("[data-live]").forEach((region) => setInterval(poll, Number(region.dataset.every) * 1000, region));
  });
})();
