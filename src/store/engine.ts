// What the store asks of an engine: bytes under keys, written in batches that are atomic and durable. The embedded
// engine stands in io/; one for several replicas will stand beside it, behind the same interface and the same suite.
import type { Result } from '../base/index.ts'

/** One key of a batch: its new bytes, or `undefined` to take it away. Keys are printable ASCII, sorted bytewise. */
export interface EngineWrite {
  readonly key: string
  readonly value: Uint8Array | undefined
}

/** Why an engine could not do what it was asked. */
export interface EngineFault {
  readonly kind: /** Another process (or another store of this process) has it open. */
    | 'locked'
    /** The engine itself found its files damaged. */
    | 'damaged'
    /** No space left, or a quota. */
    | 'full'
    /** The folder or a file may not be read or written. */
    | 'denied'
    /** Any other I/O error. */
    | 'failed'
  readonly message: string
}

export interface Engine {
  /** What one batch may hold; larger changes are staged. */
  readonly batch: { readonly writes: number; readonly bytes: number }
  get(key: string): Promise<Result<Uint8Array | undefined, EngineFault>>
  /** Every key that starts with the prefix, in order. Ends early with a fault where the engine cannot read on. */
  entries(prefix: string): AsyncIterable<Result<readonly [string, Uint8Array], EngineFault>>
  /** All or nothing; resolves when flushed to disk. Never called twice at once. */
  write(batch: readonly EngineWrite[]): Promise<Result<void, EngineFault>>
  close(): Promise<void>
}
