// code: what Envoy's code asks of a message beyond its constraints, found by changing one field after another of what is
// emitted and asking Envoy (docs/decisions/validation.md). In comes a message in proto3 JSON, out come its faults.
import { addressChecks } from './addresses.ts'
import { clusterTypeChecks } from './cluster-types.ts'
import { clusterChecks } from './clusters.ts'
import { durationChecks } from './durations.ts'
import { extensionChecks } from './extensions.ts'
import { type Check, type Fault, isFields } from './fault.ts'
import { jwtChecks } from './jwt.ts'
import { listenerChecks } from './listeners.ts'
import { regexChecks } from './regexes.ts'
import { routeActionChecks } from './route-actions.ts'
import { routeChecks } from './routes.ts'
import { secretChecks } from './secrets.ts'
import { sourceChecks } from './sources.ts'
import { tlsChecks } from './tls.ts'

const tables = [
  addressChecks,
  clusterChecks,
  clusterTypeChecks,
  durationChecks,
  extensionChecks,
  jwtChecks,
  listenerChecks,
  regexChecks,
  routeActionChecks,
  routeChecks,
  secretChecks,
  sourceChecks,
  tlsChecks,
]

const checksOf = (
  from: readonly Readonly<Record<string, Check>>[],
): ReadonlyMap<string, readonly Check[]> => {
  const checks = new Map<string, Check[]>()
  for (const table of from) {
    for (const [message, check] of Object.entries(table)) {
      const known = checks.get(message)
      if (known === undefined) checks.set(message, [check])
      else known.push(check)
    }
  }
  return checks
}

const checks = checksOf(tables)
/** Without those that ask for more than Envoy does: that something is among what is emitted. */
const checksOfWritten = checksOf([durationChecks, regexChecks, routeChecks, sourceChecks])

/** What Envoy's code would refuse of one message, without those inside it. `root`: it is the resource itself. */
export const codeFaults = (messageName: string, value: unknown, root: boolean): Iterable<Fault> =>
  faultsOf(checks.get(messageName), value, root)

/** The same of what is in Envoy's own words, and may be more than what is emitted. */
export const writtenFaults = (messageName: string, value: unknown, root: boolean): Iterable<Fault> =>
  faultsOf(checksOfWritten.get(messageName), value, root)

function* faultsOf(found: readonly Check[] | undefined, value: unknown, root: boolean): Iterable<Fault> {
  if (found === undefined) return
  const message = isFields(value) ? value : { value }
  for (const check of found) yield* check(message, root)
}
