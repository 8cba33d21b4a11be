/** "What if": an action on a copy of the state, or in earnest: an event. */
import { useState } from 'preact/hooks';
import { path, post, type Simulation } from './api.tsx';
import { live, useLive } from './live.tsx';
import { Dialog, Trouble } from './parts.tsx';

const TYPES = ['emit', 'start', 'stop', 'restart'] as const;

export function WhatIf() {
  const [type, setType] = useState<(typeof TYPES)[number]>('emit');
  const [words, setWords] = useState('');
  const [result, setResult] = useState('');
  const [error, setError] = useState('');
  const [asks, setAsks] = useState(false);
  const isReadOnly = useLive(() => live.version?.isReadOnly === true);
  const [subject = '', ...env] = words.trim().split(/\s+/);
  const attempt = async (work: () => Promise<string>): Promise<void> => {
    setError('');
    setResult('…');
    try {
      setResult(await work());
    } catch (thrown) {
      setResult('');
      setError((thrown as Error).message);
    }
  };
  const simulate = async (): Promise<string> => {
    const action = { type, env, ...(type === 'emit' ? { name: subject } : { job: subject }) };
    return (await post<Simulation>(path('/simulate'), { actions: [action] })).lines.join('\n');
  };
  const emit = async (): Promise<string> => {
    await post(path('/events'), { name: subject, env, wait: false });
    return `Emitted ${words.trim()}.`;
  };
  return (
    <>
      <h1>What if</h1>
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(simulate);
        }}
      >
        <label>
          Action{' '}
          <select value={type} onChange={(event) => setType(event.currentTarget.value as typeof type)}>
            {TYPES.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          {type === 'emit' ? 'Event' : 'Job'}{' '}
          <input
            required
            value={words}
            placeholder={type === 'emit' ? 'deploy KEY=VALUE' : 'web KEY=VALUE'}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          Simulate
        </button>
        {type === 'emit' && !isReadOnly && (
          <button type="button" disabled={subject === ''} onClick={() => setAsks(true)}>
            Emit it
          </button>
        )}
      </form>
      <Trouble text={error} />
      <pre class="wrap" role="status">
        {result}
      </pre>
      {asks && (
        <Dialog
          title={`Emit ${words.trim()}?`}
          confirm="Emit"
          onClose={(isConfirmed) => {
            setAsks(false);
            if (isConfirmed) void attempt(emit);
          }}
        >
          <p>Jobs that wait for this event start or stop.</p>
        </Dialog>
      )}
    </>
  );
}
