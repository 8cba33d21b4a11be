import { describe, expect, it } from 'vitest';
import { complaintsAbout, sectionsOf, wanted } from '../../scripts/references.mjs';

describe('marks of the behaviour reference', () => {
  it.each([
    ['control §2.1, system §4', ['control §2.1', 'system §4']],
    ['job files §1, §5', ['job files §1', 'job files §5']],
    ['jobs §2–3', ['jobs §2', 'jobs §3']],
    ['jobs 8.2, steps 15 to 20', ['jobs §8.2', 'jobs §8.2 step 15', 'jobs §8.2 step 20']],
    ['jobs §8.2, in that order. Any of 3 may take long', ['jobs §8.2']],
  ])('reads %s', (mark, sections) => expect(wanted(mark)).toEqual(sections));

  it('finds headings and numbered rows', () => {
    const markdown = '# Jobs\n## 8. Spawning\n### 8.2 Steps\n| 15 | look up |\n## Notes\n1. first\n';
    expect([...sectionsOf('jobs', markdown)]).toEqual([
      'jobs §8',
      'jobs §8.2',
      'jobs §8.2 step 15',
      'jobs §8.2 step 1',
    ]);
  });

  it('complains of a section that does not exist, with file and line', () => {
    const text = '/**\n * Something (reference: jobs §4.1; events §2).\n */';
    expect(complaintsAbout('a.ts', text, new Set(['events §2']))).toEqual(['a.ts:2: docs/reference has no jobs §4.1']);
    expect(complaintsAbout('a.ts', '// the reference of nothing', new Set())).toEqual([]);
  });
});
