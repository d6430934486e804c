// Which Secrets there are, and whose files are looked after.
import type { StoredOf } from '../../model/index.ts'
import type { Change } from '../../store/index.ts'
import type { Engine } from './engine.ts'

/** Every Secret of intent and of what is applied; one that differs is there twice. */
export function secretObjects({ store }: Engine): readonly StoredOf<'Secret'>[] {
  const { heads, applied } = store.view()
  const found = new Set<StoredOf<'Secret'>>()
  for (const world of [heads, applied])
    for (const object of world.values()) if (object.kind === 'Secret') found.add(object)
  return [...found]
}

/** Tells which files to look after. */
export const keepSecrets = (engine: Engine): void =>
  engine.secrets.keep(secretObjects(engine).map(({ spec }) => spec))

/** Whether a commit moves any of them. */
export const movesSecrets = ({ revision, applied }: Change): boolean =>
  revision?.puts.some(({ kind }) => kind === 'Secret') === true ||
  [...(revision?.deletes ?? []), ...(applied ?? []).map(({ key }) => key)].some(
    (key) => key.split('/')[1] === 'Secret',
  )
