// Kinds as people type them: plural, singular, short, any case.
import type { Kind } from '../model/index.ts'

/** Kind → plural and short names; the first is the one shown. */
export const kindNames: Readonly<Partial<Record<Kind, readonly [plural: string, ...short: string[]]>>> = {
  NodeGroup: ['nodegroups', 'ng'],
  Secret: ['secrets', 'sec'],
  Gateway: ['gateways', 'gw'],
  Service: ['services', 'svc'],
  Sidecar: ['sidecars', 'sc'],
  Route: ['routes', 'rt'],
  TrafficPolicy: ['trafficpolicies', 'tp'],
  RawSnapshot: ['rawsnapshots', 'raw'],
  Patch: ['patches', 'pt'],
  Traffic: ['traffic', 'tr'],
}

/** The kind behind `svc`, `services`, `Service`, `service`; undefined when there is none. */
export function kindOf(text: string): Kind | undefined {
  const wanted = text.toLowerCase()
  for (const [kind, names] of Object.entries(kindNames)) {
    if (kind.toLowerCase() === wanted || names.includes(wanted)) return isListed(kind) ? kind : undefined
  }
  return undefined
}
const isListed = (kind: string): kind is Kind => Object.hasOwn(kindNames, kind)

/** `svc, services`: for messages. */
export const kindList = (): string =>
  Object.values(kindNames)
    .map(([plural, short]) => (short === undefined ? plural : `${plural} (${short})`))
    .join(', ')
