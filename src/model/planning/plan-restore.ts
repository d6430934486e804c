// Restore: objects back to earlier contents, as a push does that takes its change back. What was given stays given:
// incarnations that the change counted up are not handed out again.
import { err, ok, type Problem, type Result } from '../../base/index.ts'
import { type ContentOf, keyOf, type ObjectContent, type ObjectKey, type World } from '../objects.ts'
import { checkReferences } from '../references/check-references.ts'
import { viewAfter, viewOf } from '../references/world-view.ts'
import { maxNumbers } from './incarnations.ts'
import { contentOf, type Plan, planOf, refused, sameContent } from './plan.ts'
import { tombstoneOf } from './plan-delete.ts'

/** An object as it was; `undefined`: it was not there. */
export interface Earlier {
  readonly key: ObjectKey
  readonly content: ObjectContent | undefined
}

/** Refused when what is restored does not fit to what stays; a plan without puts when all is as it was. */
export function planRestore(heads: World, earlier: readonly Earlier[]): Result<Plan, Problem> {
  const puts: ObjectContent[] = []
  const deletes: ObjectKey[] = []
  for (const { key, content } of earlier) {
    const head = heads.get(key)
    if (content === undefined) {
      if (head === undefined || head.kind === 'Tombstone') continue
      deletes.push(key)
      if (head.kind !== 'Service') continue
      puts.push(tombstoneOf(head))
      const traffic = keyOf({ ...head, kind: 'Traffic' })
      if (heads.has(traffic) && !earlier.some((each) => each.key === traffic)) deletes.push(traffic)
      continue
    }
    const tombstone = heads.get(keyOf({ ...content, kind: 'Tombstone' }))
    const restored = content.kind === 'Service' ? keepNumbers(heads, content) : contentOf(content)
    if (restored.kind === 'Tombstone') continue
    if (restored.kind === 'Service' && tombstone !== undefined) deletes.push(keyOf(tombstone))
    if (head === undefined || !sameContent(head, restored)) puts.push(restored)
  }
  const touched = [...puts.map(keyOf), ...deletes]
  const violations = checkReferences(viewAfter(viewOf(heads), puts, deletes), touched)
  if (violations.length > 0) {
    return err(
      refused(violations.map(({ object, path, message }) => `${object ?? ''} ${path}: ${message}`.trim())),
    )
  }
  return ok(planOf(heads, { puts, deletes }))
}

/** The earlier Service with every number that was given since. */
function keepNumbers(heads: World, content: ContentOf<'Service'>): ContentOf<'Service'> {
  const head = heads.get(keyOf(content))
  const tombstone = heads.get(keyOf({ ...content, kind: 'Tombstone' }))
  const given = [
    head?.kind === 'Service' ? head.incarnationsEver : {},
    tombstone?.kind === 'Tombstone' ? tombstone.spec.incarnationsEver : {},
  ]
  const { kind, namespace, name, labels, spec, incarnations } = content
  return {
    kind,
    namespace,
    name,
    labels,
    spec,
    incarnations,
    incarnationsEver: given.reduce<ContentOf<'Service'>['incarnationsEver']>(
      maxNumbers,
      content.incarnationsEver,
    ),
  }
}
