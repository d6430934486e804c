// Tells a control plane at which step to die (test/support/crash-points.mjs).
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A step at which to die: its name, and which of that name since the counting began. */
export interface Point {
  readonly at: string
  readonly nth: number
}

export interface Plan {
  /** Steps count from the commit of the change with this reason on, or from the `start`. */
  readonly from: string
  readonly point?: Point
  /** A node group whose next new cluster no Envoy takes. */
  readonly spoils?: string | undefined
  /** The state is not loaded until the file `go` is there. */
  readonly holds?: boolean
}

/** `verdigris serve` that looks into a folder for its plan. */
export const trialScript = join(import.meta.dirname, '..', 'support', 'trial-serve.mjs')

export const crashArguments = (folder: string, more: readonly string[]): readonly string[] => [
  ...['--crash', folder],
  ...more,
]

export async function writePlan(folder: string, plan: Plan): Promise<void> {
  const { point, ...rest } = plan
  const text = JSON.stringify({ ...rest, at: point?.at ?? null, nth: point?.nth ?? 0 })
  await writeFile(join(folder, 'plan.json'), text)
  await rm(join(folder, 'points'), { force: true })
}

/** A folder with a plan that kills nobody. */
export async function planFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  await writePlan(folder, { from: 'nothing' })
  return folder
}

/** The steps since the plan was written, in their order. */
export async function passedPoints(folder: string): Promise<readonly Point[]> {
  const seen = new Map<string, number>()
  const text = await readFile(join(folder, 'points'), 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((at) => at !== '')
    .map((at) => {
      const nth = seen.get(at) ?? 0
      seen.set(at, nth + 1)
      return { at, nth }
    })
}
