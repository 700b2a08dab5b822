// Small comforts on top of pages that work without them. Nothing here is needed to finish a task.

// A second submit of the same form in the same page load is swallowed, so that an impatient double click sends one order.
// Nothing is disabled: the button stays readable and focusable, a page taken back from the history starts afresh, and whoever stopped
// a slow answer may try again after a while. The server keeps its own watch; this only saves a puzzling page.
const sent = new WeakMap();
const patience = 15_000;

// Another button of the same form is another wish than the one before it.
const wishOf = (button) => [button?.name, button?.value, button?.getAttribute('formaction')].join('\n');

document.addEventListener('submit', (event) => {
  const { target: form, submitter, timeStamp } = event;
  if (event.defaultPrevented || form.getAttribute('method') !== 'post' || form.matches('[data-repeatable], [hx-post]')) return;
  const last = sent.get(form);
  const wish = wishOf(submitter);
  if (last?.wish === wish && timeStamp - last.at < patience) {
    event.preventDefault();
    return;
  }
  sent.set(form, { wish, at: timeStamp });
  submitter?.setAttribute('aria-busy', 'true');
});

window.addEventListener('pageshow', () => {
  for (const form of document.forms) sent.delete(form);
  for (const busy of document.querySelectorAll('form [aria-busy]')) busy.removeAttribute('aria-busy');
});

// Menus are <details>: they open and close without script. With script they also close on Escape and on a click elsewhere.
const openMenus = () => document.querySelectorAll('details.menu[open]');

document.addEventListener('click', (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});

// The chosen files are named beside the button, in the page's own words and font.
document.addEventListener('change', (event) => {
  const drop = event.target.closest?.('.drop');
  if (!drop || event.target.type !== 'file') return;
  const list = drop.querySelector('.drop-names');
  list.replaceChildren(...[...event.target.files].map((file) => Object.assign(document.createElement('li'), { textContent: file.name })));
});
