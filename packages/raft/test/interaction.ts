import {
  EntryKind,
  decodeConfiguration,
  entryBody,
  type ConfigurationState,
  type Entry,
  type LogFields,
  type Logger,
  type Message,
  type Ready,
} from '../src/index.ts';
import { Cluster } from './cluster.ts';
import { allEntries } from './simulated-disk.ts';

/**
 * Runs the commands of a script on a cluster and tells what happens, one line per event:
 *
 * - `cluster n1 n2 n3 [key=value ...]`: creates the members; keys are configuration, or `id.timeout=ticks` for
 *   the ticks added to the election timeout of a member. `joining=id,id` are processes that stand by outside of the
 *   group, `blank=id,id` members on whose disks nothing ever was.
 * - `tick id [count]`, `campaign id`, `hint id peer`, `propose id text ...`, `transfer id to`, `read id`
 * - `change id [voters=id,id] [learners=id,id]`: asks a leader to change the members; nothing behind `=` is nobody.
 * - `snapshot id`, `compact id [index]`, `install id`: the snapshot received becomes durable; `give-up id peer`: the
 *   sending of one ends.
 * - `ready id`: takes one Ready; `write id`: the disk completes its oldest write.
 * - `deliver [from->to] [count]`, `drop [from->to]`: the messages under way, all or those of one direction;
 *   `repeat from->to`: they are delivered, and delivered again later.
 * - `settle [quiet]`: everything until nothing moves; `cut id ...`, `heal`: who is unreachable in it.
 * - `crash id`, `lose id` (all its files), `restart id`, `status [id]`, `log [id]`, `network`.
 */
export class Interaction {
  #cluster: Cluster | null = null;
  #output: string[] = [];
  #quiet = false;
  readonly #cut = new Set<string>();
  readonly #timeouts = new Map<string, number>();
  /** The standing that was last shown, of those whose standing is not full. */
  readonly #standings = new Map<string, string>();

  /** Returns the lines that the command gives. */
  run(command: string): string[] {
    this.#output = [];
    this.#quiet = false;
    const [name = '', ...args] = command.split(/\s+/);
    this.#execute(name, args);
    this.#cluster?.checkInvariants();
    return this.#output.length === 0 ? ['nothing'] : this.#output;
  }

  get #running(): Cluster {
    if (this.#cluster === null) throw new Error('a script starts with `cluster`');
    return this.#cluster;
  }

  #execute(name: string, args: readonly string[]): void {
    const [first = '', second = ''] = args;
    switch (name) {
      case 'cluster':
        this.#create(args);
        return;
      case 'tick':
        for (let i = 0; i < Number(second || '1'); i++) this.#running.node(first).tick();
        return;
      case 'campaign':
        if (!this.#running.node(first).campaign()) this.#say(`${first} may not campaign`);
        return;
      case 'hint':
        this.#running.node(first).campaignHint(second);
        return;
      case 'propose':
        this.#propose(first, args.slice(1).join(' '));
        return;
      case 'transfer': {
        const result = this.#running.node(first).transferLeadership(second);
        this.#say(result.type === 'started' ? `${first} hands over` : `${first} refused: ${result.reason}`);
        return;
      }
      case 'change':
        this.#change(first, args.slice(1));
        return;
      case 'read': {
        const result = this.#running.node(first).readIndex();
        this.#say(
          result.type === 'asked' ? `${first} read ${result.id}` : `${first} refused: ${result.reason}`,
        );
        return;
      }
      case 'ready':
        this.#running.ready(first);
        return;
      case 'write':
        this.#running.completeWrite(first);
        return;
      case 'settle':
        this.#quiet = first === 'quiet';
        this.#running.settle((message) => this.#reaches(message));
        this.#quiet = false;
        if (first === 'quiet') this.#showStatus();
        return;
      case 'crash':
        this.#running.crash(first);
        return;
      case 'restart':
        this.#running.restart(first);
        return;
      case 'snapshot':
      case 'compact':
      case 'install':
      case 'lose':
        this.#executeStorage(name, first, second);
        return;
      case 'give-up':
        this.#running.node(first).snapshotFailed(second);
        return;
      default:
        this.#executeNetwork(name, args);
    }
  }

  #executeStorage(name: 'snapshot' | 'compact' | 'install' | 'lose', id: string, index: string): void {
    switch (name) {
      case 'snapshot':
        this.#running.snapshot(id);
        break;
      case 'compact':
        this.#running.compact(id, Number(index || 'Infinity'));
        break;
      case 'install':
        this.#running.completeInstall(id);
        return;
      case 'lose':
        this.#running.lose(id);
        return;
    }
    const { disk, machine } = this.#running.member(id);
    const kept = machine.snapshots.map(({ meta }) => meta.position.index).join(' ');
    this.#say(`${id} snapshots at ${kept}, log from ${disk.log.firstIndex()}`);
  }

  #executeNetwork(name: string, args: readonly string[]): void {
    const [first = '', second = ''] = args;
    switch (name) {
      case 'deliver':
        for (const message of this.#take(first, Number(second || 'Infinity'))) this.#running.receive(message);
        return;
      case 'repeat': {
        const messages = this.#take(first, Infinity);
        for (const message of messages) this.#running.receive(message);
        this.#running.network.push(...messages);
        return;
      }
      case 'drop':
        for (const message of this.#take(first, Infinity)) this.#say(`lost: ${describe(message)}`);
        return;
      case 'cut':
        for (const id of args) this.#cut.add(id);
        return;
      case 'heal':
        this.#cut.clear();
        return;
      case 'network':
        for (const message of this.#running.network) this.#say(describe(message));
        return;
      case 'status':
        this.#showStatus(first);
        return;
      case 'log':
        this.#showLogs(first);
        return;
      default:
        throw new Error(`no command ${name}`);
    }
  }

  #create(args: readonly string[]): void {
    const config: Record<string, number> = {};
    const lists = new Map<string, string[]>();
    for (const arg of args.filter((word) => word.includes('='))) {
      const [key = '', value = ''] = arg.split('=');
      if (key.endsWith('.timeout')) this.#timeouts.set(key.slice(0, -'.timeout'.length), Number(value));
      else if (key === 'joining' || key === 'blank') lists.set(key, value.split(','));
      else config[key] = Number(value);
    }
    const voters = args.filter((word) => !word.includes('='));
    const joining = lists.get('joining') ?? [];
    const blank = [...joining, ...(lists.get('blank') ?? [])];
    for (const id of blank) this.#standings.set(id, 'blank');
    this.#cluster = new Cluster({
      ids: [...voters, ...joining],
      voters,
      blank,
      config,
      random: (id) => ({ nextInt: (bound) => Math.min(this.#timeouts.get(id) ?? 0, bound - 1) }),
      logger: (id) => this.#logger(id),
      onReady: (id, ready) => this.#showReady(id, ready),
    });
  }

  #change(id: string, args: readonly string[]): void {
    const target: { voters?: string[]; learners?: string[] } = {};
    for (const arg of args) {
      const [key = '', value = ''] = arg.split('=');
      target[key as 'voters' | 'learners'] = value === '' ? [] : value.split(',');
    }
    const result = this.#running.node(id).proposeConfiguration(target);
    if (result.type === 'appended') this.#say(`${id} appended ${result.index}@${result.term}`);
    else this.#say(`${id} refused: ${result.reason}`);
  }

  #propose(id: string, text: string): void {
    const result = this.#running.propose(id, text);
    if (result.type === 'appended') this.#say(`${id} appended ${result.index}@${result.term}`);
    else this.#say(`${id} refused: ${result.reason}, leader ${result.leader ?? 'unknown'}`);
  }

  #reaches(message: Message): boolean {
    if (!this.#cut.has(message.from) && !this.#cut.has(message.to)) return true;
    this.#say(`cut off: ${describe(message)}`);
    return false;
  }

  #take(direction: string, count: number): Message[] {
    const taken: Message[] = [];
    this.#running.network = this.#running.network.filter((message) => {
      const fits = direction === '' || direction === `${message.from}->${message.to}`;
      if (!fits || taken.length >= count) return true;
      taken.push(message);
      return false;
    });
    return taken;
  }

  #showReady(id: string, ready: Ready): void {
    const { hardState, entries, messages, afterSync, committed } = ready;
    if (hardState !== null) {
      const { term, votedFor, standing } = hardState;
      const changed = standing !== (this.#standings.get(id) ?? 'full');
      this.#say(
        `${id} saves term ${term} vote ${votedFor ?? 'none'}${changed ? ` standing ${standing}` : ''}`,
      );
      this.#standings.set(id, standing);
    }
    if (entries.length > 0) this.#say(`${id} writes ${entries.map(named).join(' ')}`);
    for (const message of messages) this.#say(describe(message));
    for (const message of afterSync) this.#say(`${describe(message)} (after sync)`);
    if (committed.length > 0) this.#say(`${id} applies ${committed.map(named).join(' ')}`);
    for (const read of ready.reads) this.#say(`${id} read ${read.id} is current at ${read.index}`);
    for (const read of ready.readsLost) this.#say(`${id} read ${read} is lost`);
    for (const peer of ready.snapshotsDue) this.#say(`${id} sends a snapshot to ${peer}`);
    for (const { peer, index } of ready.fetches) this.#say(`${id} fetches ${index} for ${peer}`);
  }

  #showStatus(only: string = ''): void {
    for (const { id, up, node } of this.#running.members.values()) {
      if (only !== '' && only !== id) continue;
      if (!up) {
        this.#say(`${id} down`);
        continue;
      }
      const { role, term, leader, commitIndex, lastIndex, progress, standing, transferTarget } =
        node.status();
      const where = `term ${term} leader ${leader ?? 'unknown'} commit ${commitIndex} last ${lastIndex}`;
      const memory = standing === 'full' ? '' : ` ${standing}`;
      this.#say(`${id} ${role}${memory} ${where}${transferTarget === null ? '' : ` to ${transferTarget}`}`);
      for (const [peer, { match, next, state, learner }] of Object.entries(progress)) {
        if (peer !== id)
          this.#say(`  ${peer}${learner ? ' learner' : ''} ${state} match ${match} next ${next}`);
      }
    }
  }

  #showLogs(only: string): void {
    for (const { id, disk } of this.#running.members.values()) {
      if (only === '' || only === id) this.#say(`${id}: ${allEntries(disk.log).map(named).join(' ')}`);
    }
  }

  #logger(id: string): Logger {
    const say = (text: string, fields: LogFields = {}): void => {
      const rest = Object.entries(fields).map(([key, value]) => `${key}=${String(value)}`);
      this.#say(`${id} | ${[text, ...rest].join(' ')}`);
    };
    return { debug: say, info: say, warn: say, error: say };
  }

  #say(line: string): void {
    if (!this.#quiet) this.#output.push(line);
  }
}

/** `7@2:text`: index, term and body; an entry without a body has no text. */
function named(entry: Entry): string {
  const body = entryBody(entry);
  if (entry.kind === EntryKind.Membership) {
    return `${entry.index}@${entry.term}:{${membersOf(decodeConfiguration(body))}}`;
  }
  const text = body.length > 12 ? `${body.length}B` : body.toString();
  return `${entry.index}@${entry.term}${text === '' ? '' : `:${text}`}`;
}

function membersOf({ voters, votersOutgoing, learners, learnersNext }: ConfigurationState): string {
  const parts = [`voters ${voters.join(',')}`];
  if (votersOutgoing.length > 0) parts.push(`outgoing ${votersOutgoing.join(',')}`);
  if (learners.length > 0) parts.push(`learners ${learners.join(',')}`);
  if (learnersNext.length > 0) parts.push(`next ${learnersNext.join(',')}`);
  return parts.join(' ');
}

function describe(message: Message): string {
  const head = `${message.from}->${message.to} ${message.type} term ${message.term}`;
  switch (message.type) {
    case 'pre-vote-request':
      return `${head} last ${message.lastIndex}@${message.lastTerm}`;
    case 'vote-request': {
      const why = `${message.transfer ? ' transfer' : ''}${message.bootstrap ? ' bootstrap' : ''}`;
      return `${head} last ${message.lastIndex}@${message.lastTerm}${why}`;
    }
    case 'pre-vote-response':
      return `${head} ${message.granted ? 'granted' : 'refused'}${message.blank ? ' blank' : ''}`;
    case 'vote-response':
      return `${head} ${message.granted ? 'granted' : 'refused'}`;
    case 'append-request': {
      const entries = message.entries.map(named).join(' ');
      return `${head} prev ${message.prevIndex}@${message.prevTerm} commit ${message.commit} [${entries}]`;
    }
    case 'append-accepted':
      return `${head} index ${message.index}`;
    case 'append-rejected':
      return `${head} prev ${message.prevIndex} hint ${message.hintIndex}@${message.hintTerm}`;
    case 'heartbeat-request': {
      const target = message.repairTo === undefined ? '' : ` repair to ${message.repairTo}`;
      return `${head} commit ${message.commit} round ${message.round}${target}`;
    }
    case 'heartbeat-response':
      return `${head} round ${message.round}`;
    case 'timeout-now':
      return head;
    case 'snapshot-chunk':
      return `${head} snapshot ${message.snapshot.position.index}@${message.snapshot.position.term}`;
    case 'snapshot-answer':
      return `${head} snapshot ${message.index} ${message.status}`;
    case 'repair-request':
    case 'repair-answer':
      return `${head} ${message.firstIndex}..${message.lastIndex}`;
  }
}
