import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { definitionsOf } from '../testing/definitions.ts';
import { toKubernetes } from './to-kubernetes.ts';

// biome-ignore lint/suspicious/noExplicitAny: data of a foreign format
type Data = any;

function exported(jobs: Record<string, string>) {
  const { files, report } = toKubernetes(
    definitionsOf(jobs).map((definition) => ({ definition, comments: [] })),
    { image: 'shop:1' },
  );
  const objects: Record<string, Data[]> = Object.fromEntries(
    files.map(({ name, text }) => [name, parseAllDocuments(text).map((document) => document.toJS() as Data)]),
  );
  return {
    objects,
    refused: report.flatMap(({ kind, place, text }) => (kind === 'refused' ? [`${place}: ${text}`] : [])),
  };
}

it('makes a Deployment and a Service of a service', () => {
  const { objects } = exported({
    my_Web:
      'description "web"\nstart on startup\nrespawn\nkill timeout 20\nenv A=$(x)\nready http http://localhost:8080/up\nready timeout 30\ncheck tcp 8080\ncheck action restart\nready tcp 8080\nchdir /srv\nexec web --x',
  });
  const [deployment, service] = objects['my-web.yaml'] as [Data, Data];
  expect(deployment).toMatchObject({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'my-web' },
    spec: { replicas: 1, strategy: { type: 'Recreate' } },
  });
  const pod = deployment.spec.template.spec;
  expect(pod.terminationGracePeriodSeconds).toBe(20);
  expect(pod.containers[0]).toMatchObject({
    ...{
      image: 'shop:1',
      command: ['web', '--x'],
      workingDir: '/srv',
      env: [{ name: 'A', value: '$$(x)' }],
      ports: [{ containerPort: 8080 }],
    },
    startupProbe: { httpGet: { path: '/up', port: 8080 }, periodSeconds: 1, failureThreshold: 30 },
    livenessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 },
  });
  expect(service).toMatchObject({ kind: 'Service', spec: { ports: [{ port: 8080 }] } });
});

it('gives two jobs one name only once', () => {
  const { objects, refused } = exported({
    'a-b': 'start on socket PROTO=inet PORT=53 TYPE=dgram\nexec sh -c "echo $$ $(x) $Y"',
    a_b: 'exec b',
  });
  const [deployment, service] = objects['a-b.yaml'] as [Data, Data];
  // Kubernetes makes `$$` a `$`, and expands `$(x)`.
  const [container] = deployment.spec.template.spec.containers;
  expect(container.command[3]).toBe('exec sh -c "echo $$$ $$(x) $Y"');
  expect(container.ports).toEqual([{ containerPort: 53, protocol: 'UDP' }]);
  expect(service.spec.ports).toEqual([{ name: 'port-53-udp', port: 53, protocol: 'UDP' }]);
  expect(refused).toContain('a_b: name: another job has the objects a-b');
});

it('makes a Job of a task, and a CronJob of what a timer starts', () => {
  const { objects, refused } = exported({
    once: 'start on startup\ntask\nexec once',
    nightly: 'start on timer AT=03:05 ZONE=Europe/Rome or timer EVERY=2h\ntask\nexec nightly',
    odd: 'start on timer EVERY=7s\ntask\nexec odd',
    state: 'start on startup',
    user: 'start on startup\nsetuid web\nenv-file /x\nexpect fork\nexec user',
  });
  expect(objects['once.yaml']?.[0]).toMatchObject({
    kind: 'Job',
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never' } } },
  });
  expect(objects['nightly.yaml']?.map(({ spec, metadata }) => [metadata.name, spec.schedule, spec.timeZone])).toEqual([
    ['nightly', '5 3 * * *', 'Europe/Rome'],
    ['nightly-2', '0 */2 * * *', undefined],
  ]);
  expect(refused).toEqual(
    expect.arrayContaining([
      'odd: start on: timer EVERY=7s: a schedule has minutes, hours and days only',
      'state: exec: without a main process there is no container',
      'user: setuid: runAsUser takes numbers: set it, or USER of the image',
    ]),
  );
});
