/** Directories of editors, packaging and version control hold no jobs (reference: job files §1.2). */
const NAMES = new Set([
  'RCS',
  'CVS',
  'CVS.adm',
  'SCCS',
  'BitKeeper',
  '{arch}',
  '_darcs', // all others of version control are hidden anyway
]);

const PATTERNS = [
  /^\./,
  /~$/,
  /\.(?:bak|BAK)$/,
  /^#.*#$/s,
  /\.sw[pon]$/,
  /,v$/,
  /\.dpkg-/,
  /\.rpm(?:save|orig|new)/,
  /;[0-9a-fA-F]{8}$/,
];

export function isIgnoredDirectory(name: string): boolean {
  return NAMES.has(name) || PATTERNS.some((pattern) => pattern.test(name));
}
