/** A machine of namespaces that systemd boots, see systemd-guest.sh, and what its units have come to. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeFolder } from '../remove-folder.ts';

const SCRIPT = fileURLToPath(new URL('systemd-guest.sh', import.meta.url));
const PLACES = ['/lib/systemd/systemd', '/usr/lib/systemd/systemd'];
const UNITS = 'etc/systemd/system';
/** A machine that takes longer hangs. */
const PATIENCE_MS = 600_000;

const STORY_UNIT = 'story.service';
/** Runs `/story` when the machine has booted, and switches it off. */
const STORY = `[Unit]
DefaultDependencies=no
After=multi-user.target

[Service]
Type=oneshot
TimeoutStartSec=infinity
ExecStart=-/bin/sh /story
ExecStopPost=/bin/systemctl poweroff -ff

[Install]
WantedBy=multi-user.target
`;

/** Why systemd cannot be booted here; null if it can. */
export function whyNoSystemd(): string | null {
  if (process.getuid?.() !== 0) return 'not root';
  if (!PLACES.some((path) => existsSync(path))) return 'no systemd';
  return spawnSync('unshare', ['--mount', 'sh', '-c', 'mount -t cgroup2 cgroup2 /mnt']).status === 0
    ? null
    : 'no control groups of version 2';
}

export type Properties = Readonly<Record<string, string>>;

export class SystemdGuest {
  readonly #root = mkdtempSync(join(tmpdir(), 'upstart-systemd-'));

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.#root, path)), { recursive: true });
    writeFileSync(join(this.#root, path), text, { mode });
  }

  read(path: string): string {
    return readFileSync(join(this.#root, path), 'utf8');
  }

  /** Boots with these units, runs the shell's lines of the story, and resolves when the machine is off. */
  async boot(units: Readonly<Record<string, string>>, story: readonly string[]): Promise<void> {
    for (const [name, text] of Object.entries({ ...units, [STORY_UNIT]: STORY })) this.write(join(UNITS, name), text);
    const enabling = [`--root=${this.#root}`, 'enable', STORY_UNIT];
    const enabled = spawnSync('systemctl', enabling, { encoding: 'utf8' });
    if (enabled.status !== 0) throw new Error(enabled.stderr);
    this.write('story', story.map((line) => `${line}\n`).join(''));
    const systemd = PLACES.find((path) => existsSync(path)) ?? '';
    const booted = spawn('unshare', ['--mount', 'bash', SCRIPT, this.#root, systemd], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    const timer = setTimeout(() => process.kill(-(booted.pid ?? 0), 'SIGKILL'), PATIENCE_MS);
    let said = '';
    booted.stderr.on('data', (data) => {
      said += data;
    });
    const status = await new Promise((resolve) => booted.once('close', resolve));
    clearTimeout(timer);
    if (status !== 0) throw new Error(`systemd-guest.sh: ${status}\n${said}`);
  }

  /** What `systemctl show > PATH` in the story has told, by the names of the units. */
  shown(path: string): Map<string, Properties> {
    const blocks = this.read(path).trim().split('\n\n');
    const all = blocks.map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/=(.*)/s, 2))));
    return new Map(all.map((properties) => [properties.Id ?? '', properties]));
  }

  remove(): void {
    removeFolder(this.#root);
  }
}
