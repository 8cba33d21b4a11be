// The search of the site, in the browser. The index is loaded when somebody begins to search.
const MAX_FOUND = 12;
const top_ = document.documentElement.dataset.top ?? '';
const field = /** @type {HTMLInputElement} */ (document.querySelector('#search'));
const found = /** @type {HTMLElement} */ (document.querySelector('#found'));

/** @type {Promise<any> | undefined} */
let loading;

const load = () => {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = `${top_}search-index.js`;
    script.onload = () => {
      const { options, index } = /** @type {any} */ (window).searchIndex;
      resolve(/** @type {any} */ (window).MiniSearch.loadJSON(index, options));
    };
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
};

const rowOf = ({ title, page, place, excerpt }) => {
  const link = document.createElement('a');
  link.href = top_ + place;
  const name = document.createElement('strong');
  name.textContent = title;
  const text = document.createElement('small');
  text.textContent = excerpt;
  link.append(name, title === page ? '' : ` – ${page}`, text);
  return link;
};

const show = async () => {
  const words = field.value.trim();
  if (words === '') return hide();
  const index = await load();
  // Another letter was typed while the index was loaded.
  if (field.value.trim() !== words) return;
  const boost = { title: 4, page: 2 };
  const rows = index.search(words, { prefix: true, fuzzy: 0.15, combineWith: 'AND', boost }).slice(0, MAX_FOUND);
  const nothing = document.createElement('p');
  nothing.textContent = `Nothing found for “${words}”.`;
  found.replaceChildren(...(rows.length > 0 ? rows.map(rowOf) : [nothing]));
  found.hidden = false;
};

const hide = () => {
  found.hidden = true;
};

field.addEventListener('focus', load, { once: true });
field.addEventListener('input', show);
field.form?.addEventListener('submit', (event) => event.preventDefault());
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') hide();
  if (event.key !== '/' || document.activeElement === field) return;
  event.preventDefault();
  field.focus();
});
document.addEventListener('click', ({ target }) => {
  if (!field.parentElement?.contains(/** @type {Node} */ (target))) hide();
});
