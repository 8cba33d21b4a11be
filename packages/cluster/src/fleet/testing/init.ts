/** An init for agents: questions are answered when the test says so. */
import type { FleetInit, FleetStream, StreamSink } from '../ports.ts';

export class TestInit implements FleetInit {
  readonly calls: { method: string; params: unknown; by: string }[] = [];
  /** Answers the calls, in their order; without it they are answered at once, by their parameters. */
  readonly waiting: ((value: unknown) => void)[] = [];
  isSlow = false;
  sink: StreamSink | null = null;
  stops = 0;
  drains = 0;

  kindOf(method: string): ReturnType<FleetInit['kindOf']> {
    if (method === 'list') return { access: 'read', isStream: false };
    if (method === 'start') return { access: 'control', isStream: false };
    return method === 'watch' ? { access: 'read', isStream: true } : null;
  }

  call(method: string, params: unknown, by: string): Promise<unknown> {
    this.calls.push({ method, params, by });
    if (params === 'fail') return Promise.reject(new Error('it has failed'));
    if (!this.isSlow) return Promise.resolve(params);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  stream(_method: string, _params: unknown, sink: StreamSink): Promise<FleetStream> {
    this.sink = sink;
    return Promise.resolve({ stop: () => void this.stops++, drained: () => void this.drains++ });
  }

  faultOf(error: unknown): ReturnType<FleetInit['faultOf']> {
    return { fault: 'init', text: (error as Error).message, code: 'internal' };
  }
}
