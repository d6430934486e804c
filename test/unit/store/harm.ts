// Every harm that can be done to the files of a small store, as plain data, so that a child process can do it and die of
// it. A child does one after the other to a working copy and says what came of each.
import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** One harm. Paths are relative to the store's folder. */
export type Harm =
  | { readonly kind: 'flip'; readonly file: string; readonly at: number; readonly bits: number }
  | { readonly kind: 'cut'; readonly file: string; readonly at: number }
  | { readonly kind: 'zero'; readonly file: string; readonly at: number; readonly length: number }
  | { readonly kind: 'append'; readonly file: string; readonly length: number }
  | {
      readonly kind: 'remove' | 'folder' | 'pipe' | 'unreadable' | 'dangling' | 'link'
      readonly file: string
    }
  /** Takes the file (of the same name, or the one named) from another folder. */
  | { readonly kind: 'swap'; readonly file: string; readonly from: string; readonly as?: string }

/** What came of it, by strict opening, by verifying, and by opening what is proven. */
export interface Outcome {
  readonly strict: 'same' | 'other' | { readonly refused: string }
  readonly verify: { readonly state: string; readonly faults: number } | { readonly refused: string }
  readonly proven:
    | { readonly refused: string }
    | {
        readonly groups: readonly {
          readonly group: string
          readonly newest: number | undefined
          readonly isNewest: boolean
        }[]
        readonly intent: string
        /** What is served and was never committed so. */
        readonly wrong: readonly string[]
      }
  readonly salvaged?: { readonly refused: string } | { readonly wrong: readonly string[] }
}

/** Files that hold what was committed; the engine's own text and its lock hold nothing. */
export const filesOf = (dir: string): readonly string[] =>
  (readdirSync(dir, { recursive: true, encoding: 'utf8' }) as string[])
    .filter(
      (name) => statSync(join(dir, name)).isFile() && !/(^|\/)(LOG|LOG\.old|LOCK|owner\.json)$/.test(name),
    )
    .sort()

/** Does each harm to a copy of `original`; rejects when the child dies, with the harm that killed it. */
export async function harmed(
  built: string,
  original: string,
  scratch: string,
  harms: readonly Harm[],
  { salvage = false, each = (_harm: Harm, _outcome: Outcome): void => undefined } = {},
): Promise<readonly Outcome[]> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'harm-child.mjs'), built, original, scratch, String(salvage)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const outcomes: Outcome[] = []
  child.stdin.on('error', () => undefined)
  child.stdin.end(harms.map((harm) => `${JSON.stringify(harm)}\n`).join(''))
  for await (const line of createInterface({ input: child.stdout })) {
    const outcome = JSON.parse(line) as Outcome
    const harm = harms[outcomes.length]
    if (harm !== undefined) each(harm, outcome)
    outcomes.push(outcome)
  }
  if (outcomes.length < harms.length) {
    const how = child.signalCode ?? child.exitCode
    throw new Error(`the process ended (${how}) at ${JSON.stringify(harms[outcomes.length])}`)
  }
  return outcomes
}
