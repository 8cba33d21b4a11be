/** Whether services besides the files know the names of a database, by nsswitch.conf. */

/** True if the file names another service than `files`; null: it does not mention the database. */
export function hasOtherServices(text: string, database: string): boolean | null {
  for (const line of text.split('\n')) {
    const trimmed = line.replace(/^[ \t]+/, '');
    if (trimmed.startsWith(`${database}:`)) return namesOthers(trimmed.slice(database.length + 1));
  }
  return null;
}

/** Skips the actions in brackets. */
function namesOthers(services: string): boolean {
  const [named = ''] = services.split('#', 1);
  const words = named.replace(/\[[^[\]]*(\]|\[|$)/g, ' ').split(/[ \t]+/);
  return words.some((word) => word !== '' && word !== ']' && word !== 'files');
}
