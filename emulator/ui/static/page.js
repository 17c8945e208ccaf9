// What HTML alone cannot do: unread marks, copying, keys. The page works without.
(() => {
  "use strict";
  const all = (selector, under = document) => [...under.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);

  // Unread marks. Kept by sandbox: its world (a reset makes a new one), up to where everything is read, what else is.
  const marks = {
    load(world) {
      const [sandbox] = world.split(":");
      try {
        const kept = JSON.parse(localStorage.getItem("read:" + sandbox)) || {};
        if (kept.world === world) return kept;
      } catch { /* a private window, or not ours */ }
      return { world, upto: 0, read: [] };
    },
    save(kept) {
      kept.read = kept.read.filter((id) => id > kept.upto).slice(-500);
      try { localStorage.setItem("read:" + kept.world.split(":")[0], JSON.stringify(kept)); } catch { /* full */ }
    },
  };

  // Messages are numbered from 1 on: however few are shown, those behind the last one read are known.
  const newest = () => Number(one("#list [data-newest]")?.dataset.newest || 0);

  function mark() {
    const list = one("#list[data-world]");
    if (!list) return;
    const kept = marks.load(list.dataset.world);
    for (const row of all("li[data-id]", list)) {
      const id = Number(row.dataset.id);
      row.classList.toggle("unread", id > kept.upto && !kept.read.includes(id));
    }
    const unread = Math.max(0, newest() - kept.upto - kept.read.filter((id) => id > kept.upto).length);
    const button = one("[data-all-read]");
    if (button) button.hidden = !unread;
    document.title = document.title.replace(/^(\(\d+\) )?/, unread ? `(${unread}) ` : "");
  }

  function opened() {
    const message = one("[data-open]");
    if (!message) return;
    const kept = marks.load(message.dataset.world);
    const id = Number(message.dataset.open);
    if (!kept.read.includes(id)) kept.read.push(id);
    marks.save(kept);
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch { // no clipboard without https: the old way
      const box = document.createElement("textarea");
      box.value = button.dataset.copy;
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1500);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.copy !== undefined) copy(button);
    if (button.dataset.allRead !== undefined) {
      const kept = marks.load(one("#list").dataset.world);
      kept.upto = Math.max(kept.upto, newest());
      marks.save(kept);
      mark();
    }
  });
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    if (event.target.dataset.submit !== undefined) event.target.form.requestSubmit();
  });

  const rows = () => all("#list li > a, #requests li > a:first-child");
  function walk(step) {
    const every = rows();
    const to = every[every.indexOf(document.activeElement) + step] || every[step > 0 ? 0 : every.length - 1];
    if (to) to.focus();
    return Boolean(to);
  }
  const pages = { i: 'nav a[href^="/?"], nav a[href="/"]:not(.brand)', s: 'nav a[href$="/send"]', d: 'nav a[href$="/desk"]' };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const key = event.key;
    const there = one(`[data-key="${CSS.escape(key)}"]`) || (pages[key] && one(pages[key]));
    if (there) {
      event.preventDefault();
      if (there.matches("input")) there.focus(); else there.click();
    } else if ((key === "j" && walk(1)) || (key === "k" && walk(-1))) {
      event.preventDefault();
    }
  });

  // Parts that the server draws again lose their marks.
  const changes = { childList: true, subtree: true, characterData: true, attributeFilter: ["class"] };
  for (const part of all("#list")) new MutationObserver(mark).observe(part, changes);
  const out = one("[data-out]");
  if (out) out.hidden = !document.cookie.includes("sms_emulator_in=1");
  // A server that is gone is told within seconds, whatever is open.
  async function alive() {
    let there = true;
    if (!document.hidden) {
      try { await fetch("/_emulator/health", { cache: "no-store", signal: AbortSignal.timeout(2000) }); } catch { there = false; }
      one("[data-gone]").hidden = there;
    }
    setTimeout(alive, there ? 3000 : 1000);
  }
  setTimeout(alive, 1000);
  // So is what can be had no more, though the server is there: a sandbox that was deleted.
  addEventListener("htmx:sse:error", (event) => { if (event.detail.status === 404) one("[data-no-more]").hidden = false; });

  opened();
  mark();
  addEventListener("pageshow", mark);
  addEventListener("storage", mark);
})();
