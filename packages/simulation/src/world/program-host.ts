import { join } from 'node:path/posix';
import { MemoryDisk, MemoryLevel, type CrashMode, type Disk, type StateLevel } from '@ledgermq/store';
import { TurnFlush, type NetPorts } from '@ledgermq/protocol/net';
import { DiskWork } from './disk-work.ts';
import { MachineClock, SimClock } from './machine-clock.ts';
import type { Machine } from './machine.ts';
import { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimNetwork } from './sim-network.ts';
import type { NodeState, WorldNode } from './world.ts';

/** A program that runs on a machine. */
export interface Program {
  start(): Promise<unknown>;
  stop(): Promise<unknown>;
}

/** What one life of a program gets from its machine. */
export interface Life {
  readonly process: Process;
  readonly clock: SimClock;
  readonly net: NetPorts;
  readonly random: SeededRandom;
  readonly disk: Disk;
  level(directory: string): StateLevel;
  /** The program must not go on; its process ends at once. */
  fail(error: Error): void;
}

export interface ProgramHostOptions {
  readonly id: string;
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  readonly machine: Machine;
  readonly random: SeededRandom;
  readonly syncMs: number;
  readonly launch: (life: Life) => Program;
  /** A life began, became ready, or ended. */
  readonly onChange: (host: ProgramHost) => void;
}

/** Mean time of a batch or a read of the state database, ms. */
const LEVEL_MS = 0.05;
/** A file that lies beside a state database for as long as that folder is its own. */
const LEVEL_COMPANION = 'queue-index.dat';

/** A machine with one program: disk, clock and network address stay; the lives of the program come and go. */
export class ProgramHost implements WorldNode {
  readonly id: string;
  readonly machine: Machine;
  readonly clock: MachineClock;
  readonly #options: ProgramHostOptions;
  readonly #diskWork: DiskWork;
  readonly #levelWork: DiskWork;
  #disk: MemoryDisk;
  #levels: Map<string, MemoryLevel> = new Map();
  #state: NodeState = 'down';
  #life = 0;
  #process: Process | null = null;
  #program: Program | null = null;
  #failure: Error | null = null;

  constructor(options: ProgramHostOptions) {
    const { id, scheduler, random, machine, syncMs } = options;
    this.id = id;
    this.machine = machine;
    this.#options = options;
    this.clock = new MachineClock(scheduler, random.stream('clock'));
    this.#diskWork = new DiskWork(scheduler, random.stream('disk'), syncMs, () => this.#process);
    this.#levelWork = new DiskWork(scheduler, random.stream('level'), LEVEL_MS, () => this.#process);
    this.#disk = this.#emptyDisk();
  }

  get state(): NodeState {
    return this.#state;
  }

  get paused(): boolean {
    return this.#process?.paused === true;
  }

  get life(): number {
    return this.#life;
  }

  get disk(): MemoryDisk {
    return this.#disk;
  }

  get failure(): Error | null {
    return this.#failure;
  }

  get process(): Process | null {
    return this.#process;
  }

  /** The state database of a folder; it goes where the folder goes. */
  level(directory: string): MemoryLevel {
    const held = this.#levels.get(directory);
    if (held !== undefined && this.#disk.exists(join(directory, '..', LEVEL_COMPANION))) return held;
    const fresh = new MemoryLevel(this.#levelWork.schedule);
    this.#levels.set(directory, fresh);
    return fresh;
  }

  start(): void {
    if (this.#process !== null) return;
    const { id, scheduler, network, random, launch } = this.#options;
    this.#life += 1;
    this.#failure = null;
    this.machine.restorePower();
    const process = new Process(id, this.#life);
    const clock = new SimClock(scheduler, this.clock, process);
    const disk = this.#disk.process();
    this.#process = process;
    this.#become('starting');
    const fail = (error: Error): void => this.#fail(process, error);
    const life: Life = {
      process,
      clock,
      net: { network: network.for(process), clock, turn: new TurnFlush(clock) },
      random: random.stream(`life ${this.#life}`),
      disk,
      level: (directory) => this.level(directory).connect(),
      fail,
    };
    scheduler.after(0, process, 'start', () => {
      const program = launch(life);
      this.#program = program;
      program.start().then(
        () => {
          if (this.#process === process && this.#state === 'starting') this.#become('up');
        },
        (error: unknown) => fail(error instanceof Error ? error : new Error(String(error))),
      );
    });
  }

  kill(mode: CrashMode): void {
    if (mode !== 'kill') this.machine.cutPower();
    this.#end(mode, 'down');
  }

  stop(): void {
    const process = this.#process;
    const program = this.#program;
    if (process === null || this.#state !== 'up') return;
    this.#become('stopping');
    this.#options.scheduler.after(0, process, 'stop', () => {
      program?.stop().then(
        () => {
          if (this.#process === process) this.#end('kill', 'down');
        },
        (error: unknown) => this.#fail(process, error instanceof Error ? error : new Error(String(error))),
      );
    });
  }

  pause(): void {
    this.#process?.setPaused(true);
  }

  resume(): void {
    if (this.#process?.paused === true) this.#options.scheduler.resume(this.#process);
  }

  wipe(): void {
    this.#end('kill', 'down');
    this.#disk = this.#emptyDisk();
    this.#levels = new Map();
  }

  setClockRate(rate: number): void {
    this.clock.setRate(rate);
  }

  jumpWallClock(ms: number): void {
    this.clock.jumpWall(ms);
  }

  setDiskLatency(meanMs: number | null): void {
    this.#diskWork.setMean(meanMs);
  }

  setDiskStalled(stalled: boolean): void {
    this.#diskWork.setStalled(stalled);
    this.#levelWork.setStalled(stalled);
  }

  /** The process ends itself, as after a failed disk. */
  fail(error: Error): void {
    if (this.#process !== null) this.#fail(this.#process, error);
  }

  #fail(process: Process, error: Error): void {
    if (this.#process !== process) return;
    this.#failure = error;
    this.#end('kill', 'failed');
  }

  #end(mode: CrashMode, state: NodeState): void {
    const process = this.#process;
    const crash = this.#options.random.stream(`crash ${this.#life} ${mode}`);
    this.#process = null;
    this.#program = null;
    if (process !== null) {
      process.end();
      this.#options.scheduler.ended(process);
    }
    this.#disk.crash(mode, crash);
    for (const level of this.#levels.values()) level.crash(crash);
    this.#become(state);
  }

  #become(state: NodeState): void {
    this.#state = state;
    this.#options.onChange(this);
  }

  #emptyDisk(): MemoryDisk {
    return new MemoryDisk({ schedule: this.#diskWork.schedule });
  }
}
