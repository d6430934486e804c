// `verdigris store verify`: what is in a store and what is wrong with it, as plain data. Reads and changes nothing.
import { resolve } from 'node:path'
import type { Problem, Result } from '../../base/index.ts'
import { err, ok } from '../../base/index.ts'
import type { GroupKey } from '../../model/index.ts'
import { formatVersion } from '../record.ts'
import { provableOf } from '../salvage/provable.ts'
import type { Proof } from '../salvage/proven.ts'
import type { StoreFault } from '../types.ts'
import { processWith } from './in-use.ts'
import { surveyStore } from './survey.ts'

export interface StoreReport {
  readonly dir: string
  readonly state: 'fine' | 'damaged' | 'newer'
  readonly id: string | undefined
  readonly commits: number | undefined
  readonly revisions: { readonly count: number; readonly newest: number }
  readonly objects: number
  readonly records: number
  readonly resources: { readonly count: number; readonly bytes: number }
  readonly files: { readonly count: number; readonly bytes: number }
  readonly groups: readonly {
    readonly group: GroupKey
    readonly generations: number
    readonly newest: number | undefined
    readonly highest: number
    readonly newerMayBeLost: boolean
  }[]
  readonly faults: readonly StoreFault[]
  readonly notes: readonly string[]
}

/** Verifies the store of a folder that nobody has open. */
export async function reportStore(folder: string, proof: Proof): Promise<Result<StoreReport, Problem>> {
  const dir = resolve(folder)
  const pid = await processWith(dir)
  if (pid !== undefined)
    return err({
      kind: 'precondition',
      message: `the store in ${dir} is open in process ${pid}: stop it first, or verify a copy of the folder`,
    })
  const survey = await surveyStore(dir, proof)
  if (!survey.ok) return err({ kind: 'notFound', message: survey.error })
  const { visible, earlier, lost, identity, files, faults, notes, isNewer } = survey.value
  const provable = provableOf(visible, earlier, lost)
  const resources = [...visible.records].filter(([key]) => key.startsWith('res/'))
  return ok({
    dir,
    state: isNewer ? 'newer' : faults.length > 0 ? 'damaged' : 'fine',
    id: identity.kind === 'known' ? identity.id : visible.root?.id,
    commits: visible.root?.sequence,
    revisions: { count: provable.revisions.length, newest: provable.view.revision },
    objects: provable.view.heads.size,
    records: visible.records.size,
    resources: {
      count: resources.length,
      bytes: resources.reduce((sum, [, content]) => sum + content.length, 0),
    },
    files,
    groups: provable.groups.map(({ group, proven, highest, isNewest }) => ({
      group,
      generations: proven.length,
      newest: proven.at(-1)?.number,
      highest,
      newerMayBeLost: !isNewest,
    })),
    faults,
    notes: isNewer ? [`this version knows formats up to ${formatVersion}`, ...notes] : notes,
  })
}
