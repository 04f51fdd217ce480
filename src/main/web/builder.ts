// The condition builder: undo and redo, rows moved by dragging and by keys. Whatever is done, the rows of the form are
// posted and come back as the server shows them; without this file the menus of the rows do the same.
import htmx from 'htmx.org';

type Rows = [string, string][];

const rule = () => document.getElementById('rule') as HTMLElement;
const rowOf = (at: Element | null | undefined) => at?.closest<HTMLElement>('#rule [data-path]') ?? null;
const NAMES = /^(whole$|[0-9]+\.)/;

// ── the state of the rows, and posting it ──
function typed() {
  const rows = [...new FormData(rule().closest('form')!)].filter(([name]) => NAMES.test(name));
  return JSON.stringify(rows);
}

let shown: (() => void) | undefined;
let queue = Promise.resolve();
// One after the other: a key pressed twice moves twice.
const later = (work: () => Promise<void> | void) => { queue = queue.then(work, work); };

function post(state: string, act?: string) {
  const values: Record<string, string[]> = {};
  for (const [name, value] of JSON.parse(state) as Rows) (values[name] ??= []).push(value);
  const page = rule().closest('form')!.querySelector<HTMLInputElement>('input[name=page]');
  if (page) values.page = [page.value];
  if (act) values.act = [act];
  const done = new Promise<void>(resolve => { shown = resolve; setTimeout(resolve, 3000); });
  void htmx.ajax('post', '/segments/rows', { target: '#rule', swap: 'outerHTML settle:0ms', source: document.body, values });
  return done;
}

// ── undo and redo, since the page was opened ──
const past: string[] = [], future: string[] = [];
let now = typed(), restoring = false;

function note() {
  const state = typed();
  if (state === now) return;
  past.push(now);
  now = state;
  future.length = 0;
}
function step(from: string[], to: string[]) {
  note();
  const state = from.pop();
  if (state === undefined) return buttons();
  to.push(now);
  restoring = true;
  return post(state);
}
function buttons() {
  for (const [name, states] of [['undo', past], ['redo', future]] as const) {
    const button = document.querySelector<HTMLElement>(`[data-${name}]`);
    if (!button) continue;
    button.setAttribute('aria-disabled', String(!states.length));
    button.title = (states.length ? button.dataset.some : button.dataset.none)!;
  }
}
const undo = () => later(() => step(past, future));
const redo = () => later(() => step(future, past));

let focused: string | null = null;
document.addEventListener('htmx:beforeSwap', e => {
  if ((e as CustomEvent).detail.target?.id !== 'rule') return;
  focused = rule().contains(document.activeElement) ? document.activeElement!.getAttribute('name') : null;
});
// At once, so that no key is lost that is pressed meanwhile; and whoever went on to something else is left there.
document.addEventListener('htmx:afterSwap', e => {
  if ((e.target as HTMLElement).id !== 'rule') return;
  if (restoring) now = typed();
  else note();
  restoring = false;
  buttons();
  const touched = rule().querySelector<HTMLElement>('[data-touched]')!.dataset.touched;
  if (document.activeElement !== document.body) focused = null;
  else if (touched) touch(rule().querySelector(`[data-path="${touched}"]`)!);
  else if (focused && focused !== 'act') rule().querySelector<HTMLElement>(`[name="${focused}"]`)?.focus();
  shown?.();
});
function touch(row: HTMLElement) {
  row.classList.add('moved');
  const places = [...row.querySelectorAll<HTMLElement>('select[name$=".what"], [data-grip], .tk-more > summary')].filter(each => each.offsetParent);
  const choice = places.find(each => each instanceof HTMLSelectElement && !each.value);
  (choice ?? places.find(each => !(each instanceof HTMLSelectElement)))?.focus();
}

// A number that may not hold any more is dimmed until the new one is there.
function changed(e: Event) {
  const at = e.target as HTMLElement;
  if (!at.closest('#rule')) return;
  for (let row = rowOf(at); row; row = rowOf(row.parentElement)) document.getElementById('n-' + row.dataset.path!.replaceAll('.', '-'))?.classList.add('old');
  document.getElementById('n-whole')?.classList.add('old');
  if (e.type === 'change' && !at.hasAttribute('hx-post')) { note(); buttons(); }
}
document.addEventListener('input', changed);
document.addEventListener('change', changed);

document.addEventListener('click', e => {
  const at = e.target as HTMLElement;
  if (at.closest('[data-undo]')) undo();
  if (at.closest('[data-redo]')) redo();
  document.querySelectorAll<HTMLDetailsElement>('.tk-more[open]').forEach(menu => { if (!menu.contains(at)) menu.open = false; });
});

document.addEventListener('keydown', e => {
  if (e.isComposing) return;
  const at = e.target as HTMLElement, key = e.key.toLowerCase();
  const writing = at.matches('textarea, input:not([type=checkbox], [type=radio])');
  if ((e.ctrlKey || e.metaKey) && !e.altKey && !writing && (key === 'z' || key === 'y')) {
    e.preventDefault();
    if (key === 'y' || e.shiftKey) redo();
    else undo();
  }
  const by = e.altKey && !e.ctrlKey && !at.matches('select, textarea') ? { arrowup: 'up', arrowdown: 'down' }[key] : undefined;
  if (by && rowOf(at)) {
    e.preventDefault();
    later(() => { const row = rowOf(document.activeElement); return row ? post(typed(), `${by}:${row.dataset.path}`) : undefined; });
  }
  if (key === 'escape') { document.querySelectorAll<HTMLDetailsElement>('.tk-more[open]').forEach(menu => (menu.open = false)); drop(false); }
});

// ── dragging by the handle ──
const START_PX = 4, EDGE_PX = 60;
let drag: { row: HTMLElement; y: number; moving: boolean; over?: HTMLElement; how?: string } | null = null;

document.addEventListener('pointerdown', e => {
  const grip = (e.target as HTMLElement).closest<HTMLElement>('[data-grip]');
  if (!grip || e.button !== 0) return;
  e.preventDefault();
  grip.focus();
  grip.setPointerCapture(e.pointerId);
  drag = { row: rowOf(grip)!, y: e.clientY, moving: false };
});
document.addEventListener('pointermove', e => {
  if (!drag) return;
  drag.moving ||= Math.abs(e.clientY - drag.y) > START_PX;
  if (!drag.moving) return;
  drag.row.classList.add('dragged');
  drag.over?.classList.remove('drop-before', 'drop-after', 'drop-onto');
  [drag.over, drag.how] = place(e.clientX, e.clientY, drag.row);
  drag.over?.classList.add(`drop-${drag.how}`);
  if (e.clientY < EDGE_PX) scrollBy(0, -EDGE_PX / 4);
  if (e.clientY > innerHeight - EDGE_PX) scrollBy(0, EDGE_PX / 4);
});
document.addEventListener('pointerup', () => drop(true));
document.addEventListener('pointercancel', () => drop(false));

// Where a row would go: the outer parts of another row are before and behind it, its middle makes a group of both.
function place(x: number, y: number, row: HTMLElement): [HTMLElement?, string?] {
  const at = document.elementFromPoint(x, y);
  const between = at?.closest<HTMLElement>('#rule .and:not(.no)')?.nextElementSibling as HTMLElement | undefined;
  const over = between ?? rowOf(at);
  if (!over || row.contains(over)) return [];
  if (between) return [between, 'before'];
  const { top, bottom, height } = over.getBoundingClientRect();
  const edge = over.matches('.tk-group') ? 10 : height * 0.3;
  return [over, y < top + edge ? 'before' : y > bottom - edge ? 'after' : 'onto'];
}
function drop(really: boolean) {
  if (!drag) return;
  const { row, over, how } = drag;
  drag = null;
  row.classList.remove('dragged');
  over?.classList.remove('drop-before', 'drop-after', 'drop-onto');
  if (really && over) later(() => post(typed(), `drop:${row.dataset.path}:${how}:${over.dataset.path}`));
}
