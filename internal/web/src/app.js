// Small comforts on top of pages that work without them. Nothing here is needed to finish a task.

// A second submit of the same form in the same page load is swallowed, so that an impatient double click sends one order.
// Nothing is disabled: the button stays readable and focusable, and a page taken back from the history starts afresh.
const sent = new WeakMap();

// A submit button named on the form (for instance "save draft" beside "send") is a different wish than the one before it.
const wish = (event) => event.submitter?.name + '=' + event.submitter?.value;

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.hasAttribute('data-repeatable') || event.defaultPrevented) return;
  if (form.method === 'post' && !form.hasAttribute('hx-post')) {
    if (sent.get(form) === wish(event)) {
      event.preventDefault();
      return;
    }
    sent.set(form, wish(event));
    event.submitter?.setAttribute('aria-busy', 'true');
  }
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

// Filters send themselves when a choice is made; the button is there for those without script.
document.addEventListener('change', (event) => {
  const form = event.target.form;
  if (form?.hasAttribute('data-autosubmit') && event.target.matches('select, [type=radio], [type=checkbox]')) form.requestSubmit();
});
