// What the pages do beyond plain HTML: everything works without this file, only less smoothly.
import htmx from 'htmx.org';

const root = document.documentElement;
const find = <T extends HTMLElement>(selector: string, within: ParentNode = document) =>
  [...within.querySelectorAll<T>(selector)];

// ── htmx: no eval, no inline styles; keys pressed while the input method composes never fire ──
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0;
let composing = false;
document.addEventListener('compositionstart', () => (composing = true));
document.addEventListener('compositionend', () => (composing = false));
document.addEventListener('htmx:confirm', e => { if (composing) e.preventDefault(); });
document.addEventListener('keydown', e => { if (e.key === 'Enter' && e.isComposing) e.preventDefault(); }, true);
// Live parts rest while the tab is hidden.
document.addEventListener('htmx:beforeRequest', e => {
  const from = (e as CustomEvent).detail.elt as HTMLElement;
  if (document.hidden && from.hasAttribute('data-live')) e.preventDefault();
});
document.addEventListener('htmx:sendError', () => root.classList.add('is-offline'));
document.addEventListener('htmx:afterRequest', e => {
  if ((e as CustomEvent).detail.successful) root.classList.remove('is-offline');
});
// What was opened stays open when its part is swapped.
const kept = new Set<string>();
document.addEventListener('htmx:beforeSwap', () => { kept.clear(); find<HTMLDetailsElement>('details[data-keep][open]').forEach(d => kept.add(d.id)); });
document.addEventListener('htmx:afterSettle', () => kept.forEach(id => document.getElementById(id)?.setAttribute('open', '')));
// A form that is refused comes back with its explanation (422) or with both versions (409): show it. Without its
// database the server still says at the foot of the menu that nothing is sent (503).
document.addEventListener('htmx:beforeSwap', e => {
  const detail = (e as CustomEvent).detail;
  const away = detail.xhr.status === 503 && detail.target.id === 'engine-now';
  if (detail.xhr.status === 422 || detail.xhr.status === 409 || away) { detail.shouldSwap = true; detail.isError = false; }
});

// ── gestures, one listener for the page ──
document.addEventListener('click', e => {
  const at = e.target as HTMLElement;
  const side = document.querySelector('.tk-shell');
  if (at.closest('.tk-menu')) side?.classList.toggle('open');
  else if (at === side) side.classList.remove('open');
  const opener = at.closest<HTMLElement>('[data-menu]');
  find('.menu.open').forEach(menu => { if (menu.id !== opener?.dataset.menu) menu.classList.remove('open'); });
  if (opener) openMenu(opener, document.getElementById(opener.dataset.menu!)!);
  const eye = at.closest<HTMLElement>('[data-reveal]');
  if (eye) reveal(eye, document.getElementById(eye.dataset.reveal!) as HTMLInputElement);
  const insert = at.closest<HTMLElement>('[data-insert]');
  if (insert) insertText(insert.dataset.insert!);
  const tab = at.closest<HTMLButtonElement>('[data-tab-of]');
  if (tab) {
    document.getElementById(tab.dataset.tabOf!)!.dataset.tab = tab.value;
    find('[data-tab-of]').forEach(other => other.setAttribute('aria-pressed', String(other === tab)));
  }
  const large = at.closest<HTMLElement>('[data-large]');
  if (large) enlarge(large, !large.parentElement!.classList.contains('tk-large'));
  const copy = at.closest<HTMLElement>('[data-copy]');
  if (copy) void navigator.clipboard.writeText(copy.dataset.copy!);
});

function openMenu(opener: HTMLElement, menu: HTMLElement) {
  document.body.append(menu);
  menu.classList.toggle('open');
  const at = opener.getBoundingClientRect();
  menu.style.top = `${at.bottom + scrollY + 6}px`;
  menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - menu.offsetWidth - 12)) + scrollX}px`;
}

// 大画面⇔小画面: the text has the window to itself.
function enlarge(button: HTMLElement, large: boolean) {
  button.parentElement!.classList.toggle('tk-large', large);
  button.setAttribute('aria-pressed', String(large));
  document.getElementById(button.dataset.large!)!.focus();
}

function reveal(button: HTMLElement, field: HTMLInputElement) {
  const shown = field.type === 'text';
  field.type = shown ? 'password' : 'text';
  button.setAttribute('aria-pressed', String(!shown));
}

// Merge fields go where the cursor was last.
let lastField: HTMLInputElement | HTMLTextAreaElement | null = null;
document.addEventListener('focusin', e => {
  const field = e.target as HTMLElement;
  if (field.matches('textarea[data-mergeable], input[data-mergeable]')) lastField = field as HTMLTextAreaElement;
});
function insertText(text: string) {
  const field = lastField?.isConnected ? lastField : find<HTMLTextAreaElement>('[data-mergeable]')[0];
  if (!field) return;
  field.focus();
  field.setRangeText(text, field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

// Typing into a field that belongs to a choice makes the choice.
document.addEventListener('input', e => {
  const field = (e.target as HTMLElement).closest<HTMLInputElement>('[data-picks]');
  if (field) find<HTMLInputElement>(`input[type=radio][name="${field.dataset.picks}"]`, field.form!).at(-1)!.checked = true;
});

// ── single letters press the button that names them; Ctrl+Enter presses the filled button; toasts leave by themselves ──
document.addEventListener('keydown', e => {
  if ((e.ctrlKey || e.metaKey) && e.key === 'Enter') document.querySelector<HTMLElement>('[data-main-button]')?.click();
  const typing = (e.target as HTMLElement).closest('input, textarea, select, [contenteditable]');
  if (!typing && !e.ctrlKey && !e.metaKey && !e.altKey && /^[a-z]$/.test(e.key)) document.querySelector<HTMLElement>(`[data-key="${e.key}"]`)?.click();
  if (e.key === 'Escape') find('.menu.open').forEach(menu => menu.classList.remove('open'));
  if (e.key === 'Escape') find('.tk-large > [data-large]').forEach(button => enlarge(button, false));
});
const TOAST_MS = 8000;
const leave = (toast: HTMLElement) => setTimeout(() => (toast.matches(':hover, :focus-within') ? leave(toast) : toast.remove()), TOAST_MS);

// ── after every load and every swapped part ──
// A table wider than the screen is scrolled by keys as well, from the moment it is there.
const reachTables = () => find('.tk-tw', document).forEach(table => { if (table.scrollWidth > table.clientWidth) table.tabIndex = 0; });
document.addEventListener('htmx:afterSwap', reachTables);
htmx.onLoad(part => {
  const within = part as HTMLElement;
  find('.tk-toast', document).forEach(toast => { if (!toast.dataset.timed) { toast.dataset.timed = '1'; leave(toast); } });
  reachTables();
  const charts = [...find('[data-chart]', within), ...(within.matches('[data-chart]') ? [within] : [])];
  if (charts.length) void import('./charts').then(({ draw }) => charts.forEach(draw));
});
if (document.getElementById('rule')) void import('./builder');
