/**
 * All that a shell may ask of the world. Production gives the real one, the simulator a seeded one in which
 * hours pass in milliseconds: a shell that takes everything from here runs in both, unchanged.
 */
export interface Env {
  readonly clock: Clock
  readonly random: Random
  readonly network: Network
  readonly files: Files
  readonly processes: Processes
  readonly threads: Threads
}

/** Cancels what it stands for; a second call does nothing. */
export interface Cancellable {
  cancel(): void
  /** Whether it keeps the process alive, from now on. Absent: as it was made. */
  keepAlive?(does: boolean): void
}

export interface Clock {
  /** Monotonic milliseconds: the only time that decides anything. */
  now(): number
  /** Milliseconds since 1970: for display and names only. */
  wallTime(): number
  /** Calls once after `delayMs` (clamped to 0 … 2^31-1). Does not keep the process alive unless `keepAlive`. */
  after(delayMs: number, call: () => void, options?: { keepAlive?: boolean }): Cancellable
  /** Calls at every `periodMs`, each time after the sockets have been read (sweeps see the beats that lie unread). */
  every(periodMs: number, call: () => void): Cancellable
}

export interface Random {
  /** Unpredictable bytes (seeded in the simulator). */
  bytes(size: number): Uint8Array
  /** From 0 up to 1, without it: jitter, never secrets. */
  number(): number
}

// ── Network: messages of bytes over WebSockets; a text message is refused

export interface Network {
  /** Listens; resolves with the bound address, rejects with the operating system's error (code EADDRINUSE …). */
  listen(options: ListenOptions): Promise<Listener>
  /** Opens a socket; rejects with SimSparkError MASTER_UNREACHABLE, NOT_AUTHENTICATED, NOT_AUTHORIZED or VERSION_MISMATCH. */
  connect(address: Address, options: ConnectOptions): Promise<Socket>
}

export interface Address {
  /** An IP literal or a name. */
  readonly host: string
  readonly port: number
}

export interface ListenOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** The one gate: asked before anything of the application is parsed, for every request and upgrade. */
  readonly authorize: (request: GateRequest) => GateAnswer
  /** The largest message taken in, in bytes; a larger one closes the socket with 1009. */
  readonly messageBytesMax: number
  readonly onSocket: (socket: Socket, role: string, request: GateRequest) => void
  /** Plain HTTP behind the same gate; without it every such request gets 426. */
  readonly onRequest?: (request: HttpRequest, role: string) => HttpAnswer | Promise<HttpAnswer>
  /** TLS key and certificate, PEM; without them plain. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string } | undefined
}

/** What the gate sees of a request. `headers` holds every value of a header that came more than once. */
export interface GateRequest {
  readonly method: string
  readonly path: string
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly remoteAddress: string
}
export type GateAnswer =
  | { readonly kind: 'allow'; readonly role: string }
  | {
      readonly kind: 'refuse'
      readonly status: number
      readonly code: string
      readonly message: string
    }

export interface HttpRequest extends GateRequest {
  readonly body: Uint8Array
}
export interface HttpAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export interface Listener {
  readonly address: Address
  /** Closes the port and every socket of it. */
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly path: string
  /** Sent as `Authorization: Bearer …`; appears in no log and no error. */
  readonly token: string
  readonly headers?: Readonly<Record<string, string>>
  readonly messageBytesMax: number
  /** Gives up after so long. */
  readonly timeoutMs: number
  /** PEM of the authority to trust; its presence means TLS. */
  readonly ca?: string | undefined
}

/** A two-way stream of binary messages. Handlers are set in the turn in which the socket is handed over. */
export interface Socket {
  readonly remote: Address
  /** Bytes that wait to be written. */
  readonly bufferedBytes: number
  /** Sends one message made of the parts in order. Ignored once closed. */
  send(parts: readonly Uint8Array[]): void
  onMessage: ((bytes: Uint8Array) => void) | undefined
  /** Called once, however it ended; 1006 = without a goodbye. */
  onClose: ((code: number, reason: string) => void) | undefined
  /** Called when `bufferedBytes` has fallen to a low mark after `send` filled it. */
  onDrain: (() => void) | undefined
  /** Says goodbye; what was sent before still goes out. */
  close(code: number, reason: string): void
  /** Drops the socket at once. */
  terminate(): void
}

// ── Files

export interface Files {
  readFile(path: string): Promise<Uint8Array>
  /** Temp name in the same folder, fsync, rename, fsync of the folder: whole or not at all. Mode 0600. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>
  /** Appends and fsyncs before it resolves. Creates the file with mode 0600. */
  append(path: string, bytes: Uint8Array): Promise<void>
  truncate(path: string, size: number): Promise<void>
  /** Resolves to undefined where nothing is there. Does not follow a link at the last component. */
  stat(path: string): Promise<FileStat | undefined>
  list(folder: string): Promise<readonly string[]>
  /** With parents; mode 0700. */
  makeFolder(path: string): Promise<void>
  /** File or folder, with all in it; nothing there is no error. */
  remove(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Reads into `into` from `position`; resolves to the number of bytes read. */
  readRange(path: string, position: number, into: Uint8Array): Promise<number>
  /** The same for executor threads, which never wait for promises. */
  readonly sync: SyncFiles
}

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly size: number
  readonly modifiedMs: number
  readonly mode: number
  readonly uid: number
}

export interface SyncFiles {
  /** `mode` of a file that it makes; 0600 by default. */
  open(path: string, flags: 'r' | 'wx' | 'w', mode?: number): OpenFile
  readFile(path: string): Uint8Array
  /** Fails with EEXIST where `to` is there: the first one wins. */
  renameNoReplace(from: string, to: string): void
  remove(path: string): void
  makeFolder(path: string): void
  stat(path: string): FileStat | undefined
  list(folder: string): readonly string[]
}

export interface OpenFile {
  readonly size: number
  /** The number of bytes read; 0 at the end. */
  read(into: Uint8Array, position: number): number
  /** Writes all of it at the end. */
  write(bytes: Uint8Array): void
  close(): void
}

// ── Processes and threads

export interface Processes {
  /** Starts one of simSpark's own entries in a process group of its own, with an environment of the listed variables only. */
  fork(options: ForkOptions): ChildProcess
}

export interface ForkOptions {
  /** Path of a compiled module below dist/, as `worker/executor/main.js`. */
  readonly entry: string
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** V8 flags of the child. */
  readonly nodeFlags?: readonly string[]
  /** Its command line; never a secret. */
  readonly args?: readonly string[]
  /** False: does not keep this process running. */
  readonly keepAlive?: boolean
  /** Where its stdout and stderr go, capped at `logBytesMax`. */
  readonly logPath: string
  readonly logBytesMax: number
}

export interface ChildProcess {
  readonly pid: number
  /** Structured-clone data over the IPC channel. */
  send(message: unknown): void
  onMessage: ((message: unknown) => void) | undefined
  /** Called once, when it is gone and its output is read. */
  onExit: ((code: number | null, signal: string | null) => void) | undefined
  /** To its whole process group. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
}

export interface Threads {
  /** A thread alone does not keep the process alive. */
  start(options: ThreadOptions): Thread
}

export interface ThreadOptions {
  /** Path of a compiled module below dist/, as `publib/execution/executor-thread-main.js`. */
  readonly entry: string
  readonly name: string
  /** Structured-clone data, there from the first line on. */
  readonly data: unknown
  /** Old-generation heap limit in MiB; undefined: the process's own. */
  readonly heapMiB?: number | undefined
}

export interface Thread {
  /** `transfer` moves buffers and ports instead of copying them. */
  post(message: unknown, transfer?: readonly unknown[]): void
  onMessage: ((message: unknown) => void) | undefined
  /** Called once; `error` is what nobody caught, `code` what process.exit gave. */
  onExit: ((code: number, error: unknown) => void) | undefined
  /** Resolves when the thread is gone. May take as long as a native call that blocks. */
  terminate(): Promise<void>
}
