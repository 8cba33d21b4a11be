import { expect, it } from 'vitest';
import { paletteFor } from './colour.ts';
import { simulationLines } from './simulation.ts';
import { statusTable } from './status.ts';

const PLAIN = paletteFor(false, {});

it('lines up names in scripts with wide characters, and tells a restart as such', () => {
  const goal = { instance: '', kind: 'goal', atMs: 0 } as const;
  const changes = [
    { ...goal, job: '中文', to: 'stop', cause: 'restarted by request' },
    { ...goal, job: 'web', to: 'start', cause: 'by `up`' },
  ] as const;
  const rest = { dropped: 0, ending: 'quiet', errors: [], never: [], restless: [], stuck: [], assumed: [] } as const;
  expect(simulationLines({ changes: [...changes], ...rest } as never, { all: false, colour: PLAIN })).toEqual([
    '   0.000s  中文  stops: restarted by request',
    '   0.000s  web   starts by `up`',
  ]);
  const stopped = ['中文', 'web'].map((job) => ({ job, instances: [] }));
  expect(statusTable(stopped, PLAIN)).toEqual(['web  stop/waiting', '中文 stop/waiting']);
});
