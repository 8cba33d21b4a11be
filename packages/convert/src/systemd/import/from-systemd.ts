/** Units of systemd as jobs. */
import { Report } from '../../report-builder.ts';
import type { SourceFile, TranslatedFile, Translation } from '../../translation.ts';
import type { InitKind } from '../milestones.ts';
import { parseName } from '../unit/names.ts';
import { parseUnit, type Unit, withDropIns } from '../unit/unit-file.ts';
import { jobOfService, jobOfTarget } from './service.ts';
import { type KnownUnit, UnitSet } from './unit-set.ts';

/** `web.service.d/limits.conf` belongs to `web.service`, `service.d/all.conf` to every service. */
const DROP_IN = /(?:^|\/)([^/]+)\.d\/([^/]+\.conf)$/;

export function fromSystemd(files: readonly SourceFile[], init: InitKind): Translation {
  const report = new Report();
  const set = new UnitSet(unitsIn(files, report), init, report);
  const translated: TranslatedFile[] = [];
  for (const own of set.units.values()) {
    if (own.type === 'service') translated.push(...jobOfService(own, set));
    else if (own.type === 'target') translated.push(jobOfTarget(own, set));
    else if (own.type === 'socket' || own.type === 'timer' || own.type === 'path') reportActivator(own, set);
    else report.refused(own.unit.name, `a ${own.type}: init does not manage them`);
  }
  return { files: translated, report: report.lines };
}

function unitsIn(files: readonly SourceFile[], report: Report): Unit[] {
  const units = new Map<string, Unit>();
  const dropIns: { of: string; file: string; unit: Unit }[] = [];
  for (const { name: path, text } of files) {
    const [, of, file] = DROP_IN.exec(path) ?? [];
    if (of !== undefined && file !== undefined) {
      dropIns.push({ of, file, unit: parseUnit(of, text, `${of}.d/${file}`) });
      continue;
    }
    const name = path.replace(/^.*\//, '');
    if (parseName(name) === null) report.refused(path, 'not the name of a unit');
    else units.set(name, parseUnit(name, text, name));
  }
  dropIns.sort((a, b) => (a.file < b.file ? -1 : 1));
  const used = new Set<unknown>();
  const all = [...units.values()].map((unit) => {
    const own = dropIns.filter(
      ({ of }) => of === unit.name || of === unit.name.split('.').at(-1) || of === unit.name.replace(/@[^.]+\./, '@.'),
    );
    for (const each of own) used.add(each);
    return own.length === 0
      ? unit
      : withDropIns(
          unit,
          own.map((each) => each.unit),
        );
  });
  for (const each of dropIns)
    if (!used.has(each)) report.refused(`${each.of}.d/${each.file}`, `${each.of} is not among the files`);
  return all;
}

/** The lines of its own section are reported where its service is translated. */
function reportActivator(own: KnownUnit, set: UnitSet): void {
  const service = set.activatedBy(own);
  if (set.units.has(service)) return;
  const accepts = own.unit.directives.some(({ key, value }) => key === 'Accept' && /^(?:yes|true|on|1)$/i.test(value));
  const why = accepts
    ? 'no process for each connection: the program has to accept connections itself'
    : `${service}, which it starts, is not among the files`;
  set.report.refused(own.unit.name, why);
}
