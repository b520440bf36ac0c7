/**
 * What the page does beyond reading: copies commands, opens and filters the map, opens everything to be printed. It
 * holds nothing of the report, so that its hash is the same in every one.
 */
export const SCRIPT = `
(() => {
'use strict';
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
for (const pre of all('.cmd pre, .banner pre')) {
  const code = pre.querySelector('code');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  pre.before(button);
}
const tree = document.getElementById('tree');
const find = document.getElementById('find');
const only = document.getElementById('only');
const items = all('li', tree);
const foldable = all('details', tree);
const name = (item) => item.querySelector('.p').textContent;
const paths = new Map();
for (const item of items) {
  const parent = item.parentElement.closest('li');
  paths.set(item, (parent ? paths.get(parent) : '') + name(item).toLowerCase());
}
const filter = () => {
  const text = find.value.trim().toLowerCase();
  const bad = only.getAttribute('aria-pressed') === 'true';
  let matches = 0;
  const seen = new Set();
  for (const item of items) {
    if (item.classList.contains('rest')) continue;
    if (!paths.get(item).includes(text) || (bad && !item.classList.contains('bad'))) continue;
    matches += 1;
    for (let one = item; one; one = one.parentElement.closest('li')) {
      seen.add(one);
      if (text && one !== item) one.querySelector('details').open = true;
    }
  }
  const filtered = text !== '' || bad;
  for (const item of items) item.hidden = filtered && !seen.has(item);
  document.getElementById('matches').textContent = filtered ? matches + (matches === 1 ? ' prefix' : ' prefixes') : '';
};
if (find) {
  find.closest('.tools').hidden = false;
  only.setAttribute('aria-pressed', 'false');
  find.addEventListener('input', filter);
  only.addEventListener('click', () => {
    only.setAttribute('aria-pressed', String(only.getAttribute('aria-pressed') !== 'true'));
    filter();
  });
  document.getElementById('open').addEventListener('click', () => { for (const one of foldable) one.open = true; });
  document.getElementById('close').addEventListener('click', () => { for (const one of foldable) one.open = false; });
}
let opened = [];
addEventListener('beforeprint', () => {
  opened = all('details:not([open])');
  for (const one of opened) one.open = true;
});
addEventListener('afterprint', () => { for (const one of opened) one.open = false; });
})();
`;
