/** A network of namespaces on one bridge, whose links can be cut one way or both, lose packets, and be slow. All of it ends with the namespace around it. */
import { spawn } from 'node:child_process';
import { compile } from './compile.ts';
import { Wire, type WireKind } from './wire.ts';

/** Of the one that looks on: the namespace with the bridge. */
const PREFIX = '10.77';

const TABLE = `table inet faults {
  set from { type ipv4_addr; }
  set to { type ipv4_addr; }
  chain loss {
  }
  chain in {
    type filter hook input priority 0; policy accept;
    iif lo accept
    ip saddr @from drop
    jump loss
  }
  chain out {
    type filter hook output priority 0; policy accept;
    oif lo accept
    ip daddr @to drop
  }
}
`;

export interface Node {
  readonly name: string;
  readonly address: string;
  /** In front of a command that is to run there. */
  readonly within: readonly string[];
  readonly number: number;
}

export class Network {
  #nodes = 0;
  readonly #wire: string;
  /** Between the bridge and nodes, by their names. */
  readonly #wires = new Map<string, Wire>();

  private constructor(wire: string) {
    this.#wire = wire;
  }

  /** Its program is compiled into `folder`. */
  static async make(folder: string): Promise<Network> {
    await run(['mkdir', '-p', '/run/netns']);
    await run(['mount', '-t', 'tmpfs', 'none', '/run/netns']);
    await ip('link set lo up');
    await ip('link add upbr type bridge');
    await ip(`addr add ${PREFIX}.0.1/16 dev upbr`);
    await ip('link set upbr up');
    return new Network(compile('wire', folder));
  }

  async node(name: string): Promise<Node> {
    const number = ++this.#nodes;
    const address = `${PREFIX}.1.${number}`;
    const within = ['nsenter', `--net=/run/netns/${name}`, '--'];
    await ip(`netns add ${name}`);
    await ip(`link add port${number} type veth peer name eth0 netns ${name}`);
    await ip(`link set port${number} master upbr up`);
    await ip(`-n ${name} addr add ${address}/16 dev eth0`);
    await ip(`-n ${name} link set eth0 up`);
    await ip(`-n ${name} link set lo up`);
    await run([...within, 'nft', '-f', '-'], TABLE);
    return { name, address, within, number };
  }

  /** Drops what comes to the node from these others. */
  deafen(node: Node, others: readonly Node[]): Promise<void> {
    return this.#change(node, `add element inet faults from { ${addressesOf(others)} }`);
  }

  /** Drops what the node sends to these others. */
  mute(node: Node, others: readonly Node[]): Promise<void> {
    return this.#change(node, `add element inet faults to { ${addressesOf(others)} }`);
  }

  async cut(node: Node, others: readonly Node[]): Promise<void> {
    await this.deafen(node, others);
    await this.mute(node, others);
  }

  /** Loses a part of what comes: connections crawl, as they repeat what was lost after ever longer pauses. */
  lossy(node: Node, percent: number): Promise<void> {
    return this.#change(node, `add rule inet faults loss numgen random mod 100 < ${percent} drop`);
  }

  /** Puts a wire between the node and the bridge: what is on its way takes longer, or queues. */
  async stretch(node: Node, kind: WireKind): Promise<void> {
    const { name, number } = node;
    if (this.#wires.has(name)) return;
    await ip(`link add wire${number} type veth peer name far${number}`);
    // The namespace with the bridge must not answer in place of those behind the wire.
    await ip(`link set port${number} nomaster arp off`);
    await ip(`link set wire${number} arp off up`);
    await ip(`link set far${number} master upbr up`);
    this.#wires.set(name, await Wire.between(this.#wire, `port${number}`, `wire${number}`, kind));
  }

  async heal(node: Node): Promise<void> {
    const wire = this.#wires.get(node.name);
    if (wire) {
      this.#wires.delete(node.name);
      await wire.cut();
      await ip(`link del wire${node.number}`);
      await ip(`link set port${node.number} arp on master upbr`);
    }
    const tables = ['flush set inet faults from', 'flush set inet faults to', 'flush chain inet faults loss'];
    await this.#change(node, tables.join('\n'));
  }

  #change({ within }: Node, text: string): Promise<void> {
    return run([...within, 'nft', '-f', '-'], `${text}\n`);
  }
}

const addressesOf = (nodes: readonly Node[]): string => nodes.map(({ address }) => address).join(', ');

const ip = (words: string): Promise<void> => run(['ip', ...words.split(' ')]);

function run([program = '', ...args]: readonly string[], input = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (data) => {
      said += data;
    });
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`${program} ${args.join(' ')}: ${said.trim() || `status ${status}`}`));
    });
    // A program may end without reading it.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
