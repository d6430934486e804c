// code: what Envoy's code asks of a message beyond its constraints, found by changing one field after another of what is
// emitted and asking Envoy (docs/decisions/validation.md). In comes a message in proto3 JSON, out come its faults.
import { addressChecks } from './addresses.ts'
import { clusterChecks } from './clusters.ts'
import { durationChecks } from './durations.ts'
import { extensionChecks } from './extensions.ts'
import { type Check, type Fault, isFields } from './fault.ts'
import { listenerChecks } from './listeners.ts'
import { regexChecks } from './regexes.ts'
import { routeActionChecks } from './route-actions.ts'
import { routeChecks } from './routes.ts'
import { secretChecks } from './secrets.ts'
import { sourceChecks } from './sources.ts'

const checks = new Map<string, Check[]>()
for (const table of [
  addressChecks,
  clusterChecks,
  durationChecks,
  extensionChecks,
  listenerChecks,
  regexChecks,
  routeActionChecks,
  routeChecks,
  secretChecks,
  sourceChecks,
]) {
  for (const [message, check] of Object.entries(table)) {
    const known = checks.get(message)
    if (known === undefined) checks.set(message, [check])
    else known.push(check)
  }
}

/** What Envoy's code would refuse of one message, without those inside it. `root`: it is the resource itself. */
export function* codeFaults(messageName: string, value: unknown, root: boolean): Iterable<Fault> {
  const found = checks.get(messageName)
  if (found === undefined) return
  const message = isFields(value) ? value : { value }
  for (const check of found) yield* check(message, root)
}
