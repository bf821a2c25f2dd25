/** The parts of the untyped package that the interop program uses. */
declare module 'ali-ons' {
  interface Logger {
    debug(...args: unknown[]): void;
    info(...args: unknown[]): void;
    warn(...args: unknown[]): void;
    error(...args: unknown[]): void;
  }
  interface Options {
    readonly nameSrv: string;
    readonly httpclient: object;
    readonly producerGroup?: string;
    readonly consumerGroup?: string;
    readonly logger?: Logger;
  }
  interface StoredMessage {
    readonly msgId: string;
    readonly body: Buffer;
    readonly queueId: number;
    readonly queueOffset: number;
  }
  export class Message {
    constructor(topic: string, tags: string, body: string);
  }
  export class Producer {
    constructor(options: Options);
    ready(): Promise<void>;
    send(message: Message): Promise<{ readonly sendStatus: string; readonly msgId: string }>;
    on(event: 'error', listener: (error: Error) => void): this;
  }
  export class Consumer {
    constructor(options: Options);
    ready(): Promise<void>;
    subscribe(topic: string, expression: string, handler: (message: StoredMessage) => Promise<void>): void;
    on(event: 'error', listener: (error: Error) => void): this;
  }
}
