/** A linear memory, of pages of 64 KiB. */
export interface WebMemory {
  readonly buffer: ArrayBuffer
}

/** The part of WebAssembly that is used here. The types of Node name none, and those of browsers would bring all of theirs. */
export interface WebAssemblyFace {
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => WebMemory
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: unknown }
  readonly CompileError: new () => Error
}

/** Undefined where the engine was told to make no code. */
export const webAssembly = (globalThis as { readonly WebAssembly?: WebAssemblyFace }).WebAssembly
