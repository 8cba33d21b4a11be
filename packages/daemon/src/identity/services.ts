/** The part of nsswitch.conf about a database that matters here: whether services besides the files know its names. */

/** True where it names another service than `files`; null: it says nothing about the database. */
export function hasOtherServices(text: string, database: string): boolean | null {
  for (const line of text.split('\n')) {
    const trimmed = line.replace(/^[ \t]+/, '');
    if (trimmed.startsWith(`${database}:`)) return namesOthers(trimmed.slice(database.length + 1));
  }
  return null;
}

/** In brackets stands what to do about an answer. */
function namesOthers(services: string): boolean {
  const [named = ''] = services.split('#', 1);
  const words = named.replace(/\[[^[\]]*(\]|\[|$)/g, ' ').split(/[ \t]+/);
  return words.some((word) => word !== '' && word !== ']' && word !== 'files');
}
