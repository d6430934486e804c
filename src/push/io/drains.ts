// Connections that end by a change: said before, and wanted by name. Envoy drains a listener that changed or went; nothing that
// we do afterwards brings a cut WebSocket back.
import type { Problem, Result } from '../../base/index.ts'
import { err, limits, ok } from '../../base/index.ts'
import { inventoryOf } from '../../fleet/index.ts'
import { keyOf, type ObjectKey, type Plan, type PlannedDiff, type StoredObject } from '../../model/index.ts'
import { worldWith } from '../overlay-world.ts'
import { touchedGroups } from '../touched-groups.ts'
import type { ChangeCommand } from '../types.ts'
import type { Engine } from './engine.ts'
import { nowOf } from './engine.ts'

/** What drains on proxies that are there, a sentence each; a problem unless the command allows it or only asks. */
export function drainsOf(
  engine: Engine,
  command: ChangeCommand,
  { diffs, puts }: Plan,
): Result<readonly string[], Problem> {
  const sentences = diffs.flatMap((diff) => sentencesOf(engine, diff, puts))
  const isAllowed = command.dryRun === true || ('allowDrain' in command && command.allowDrain === true)
  if (sentences.length === 0 || isAllowed) return ok(sentences)
  const more = sentences.length - limits.nodesNamed
  const said = sentences.slice(0, limits.nodesNamed).join('; ')
  const message = `${said}${more > 0 ? `; and ${more} more` : ''}. Say so with --allow-drain (allow_drain)`
  return err({ kind: 'precondition', message })
}

function sentencesOf(
  engine: Engine,
  { key, drains = [] }: PlannedDiff,
  puts: Plan['puts'],
): readonly string[] {
  if (drains.length === 0) return []
  const { applied } = engine.store.view()
  const [namespace, kind, name] = key.split('/')
  const now = nowOf(engine)
  // What is new is in no world yet.
  const made = puts
    .filter((each) => keyOf(each) === key)
    .map((each): [ObjectKey, StoredObject] => [key, { ...each, uid: '', etag: '', revision: 0 }])
  const after = worldWith(applied, made)
  const places = touchedGroups({ before: applied, after }, [key]).flatMap((group) => {
    const proxies = inventoryOf(engine.fleet, group, now).length
    return proxies === 0 ? [] : [`${proxies} ${proxies === 1 ? 'proxy' : 'proxies'} of ${group}`]
  })
  if (places.length === 0) return []
  const listeners = `${drains.length === 1 ? 'listener' : 'listeners'} ${drains.join(', ')}`
  return [
    `${kind} ${namespace}/${name}: ${listeners} ${drains.length === 1 ? 'drains' : 'drain'} on ${places.join(', ')}: connections are asked to end, and what is still open after the proxy's --drain-time-s is cut`,
  ]
}
