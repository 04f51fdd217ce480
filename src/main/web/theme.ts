// Light or dark: what the person chose, else what the device says. The page waits for this script before it paints, so
// that nobody who works in the dark sees white first.
{
  const root = document.documentElement;
  const key = 'todoku-theme';
  root.dataset.bsTheme = localStorage.getItem(key) ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  document.addEventListener('click', e => {
    if (!(e.target as HTMLElement).closest('[data-theme-switch]')) return;
    root.dataset.bsTheme = root.dataset.bsTheme === 'dark' ? 'light' : 'dark';
    localStorage.setItem(key, root.dataset.bsTheme);
    document.dispatchEvent(new Event('todoku:theme'));
  });
}
