// Before encoding: what Envoy would refuse of every draft, said in terms of the object it was made of, and listeners that
// want the same address. What passed once is not looked at again.
import type { Violation } from '../base/index.ts'
import { messageOfTypeUrl, typeUrls } from '../envoy-api/index.ts'
import { shortType } from '../model/index.ts'
import {
  type Draft,
  type DraftGroup,
  type DraftRoute,
  type DraftVirtualHost,
  withoutRepeats,
} from '../translate/index.ts'
import { fieldOf } from './fields.ts'
import { refusalsOf, refusalsOfWritten } from './refusals.ts'
import { unsafeFaults } from './unsafe/unsafe-faults.ts'

export interface DraftCheckOptions {
  /** Lets through what runs code, uses files and so on, in resources in Envoy's own words. Default: refused. */
  readonly allowUnsafe?: boolean
}

/** Makes the checks; their memory lives as long as the drafts. */
export function createDraftChecks({
  allowUnsafe = false,
}: DraftCheckOptions = {}): (drafts: DraftGroup) => readonly Violation[] {
  const wholeViolations = (draft: Draft): readonly Violation[] =>
    draft.written === undefined ? generatedViolations(draft) : writtenViolations(draft, allowUnsafe)

  const known = new WeakMap<object, readonly Violation[]>()
  function once<Item extends object>(
    item: Item,
    check: (item: Item) => readonly Violation[],
  ): readonly Violation[] {
    const found = known.get(item)
    if (found !== undefined) return found
    const made = check(item)
    known.set(item, made)
    return made
  }
  return (drafts) => {
    const violations: Violation[] = []
    const look = <Item extends object>(item: Item, check: (item: Item) => readonly Violation[]): void => {
      violations.push(...once(item, check))
    }
    for (const draft of drafts.listeners) look(draft, wholeViolations)
    for (const draft of drafts.extensions) look(draft, wholeViolations)
    for (const draft of drafts.fixed) look(draft, wholeViolations)
    for (const service of drafts.services) {
      look(service, (each) => [...each.clusters, ...each.assignments].flatMap(wholeViolations))
    }
    for (const configuration of drafts.routeConfigurations) {
      look(configuration, (each) => [
        ...constraintsOf(routeMessages.configuration, { ...each.front, ...each.back }, each.origin),
        ...each.virtualHosts.flatMap((host) => once(host, hostViolations)),
      ])
    }
    for (const draft of drafts.joined ?? []) look(draft, wholeViolations)
    violations.push(...sharedAddresses(listenersOf(drafts)))
    return withoutRepeats(violations)
  }

  function hostViolations(host: DraftVirtualHost): readonly Violation[] {
    return [
      ...constraintsOf(routeMessages.virtualHost, host.front, host.origins[0]),
      ...host.routes.flatMap((route) => once(route, routeViolations)),
    ]
  }
}

const routeMessages = {
  configuration: 'envoy.config.route.v3.RouteConfiguration',
  virtualHost: 'envoy.config.route.v3.VirtualHost',
  route: 'envoy.config.route.v3.Route',
} as const

const generatedViolations = (draft: Draft): readonly Violation[] =>
  constraintsOf(messageOfTypeUrl(draft.typeUrl), draft.json, draft.origins[0])

const routeViolations = (route: DraftRoute): readonly Violation[] =>
  constraintsOf(routeMessages.route, route.json, route.origin, route.path)

/** Listeners of RawSnapshots too. */
const listenersOf = ({ listeners, joined = [] }: DraftGroup): readonly Draft[] =>
  joined.length === 0
    ? listeners
    : [...listeners, ...joined.filter(({ typeUrl }) => typeUrl === typeUrls.lds)]

/** Envoy's complaints about a resource in its own words, and ours, at the place where it was written. */
function writtenViolations(draft: Draft, allowUnsafe: boolean): readonly Violation[] {
  const message = messageOfTypeUrl(draft.typeUrl)
  const object = draft.origins[0]
  const at = draft.written?.path ?? 'spec'
  const refused = refusalsOfWritten(message, draft.json).map((found) => ({
    ...found,
    message: `Envoy would refuse it: ${found.message}`,
  }))
  return [...(allowUnsafe ? [] : unsafeFaults(message, draft.json)), ...refused].map(
    ({ path, message: text }) => ({
      ...(object === undefined ? {} : { object }),
      path: path === '' ? at : `${at}.${path}`,
      message: `${shortType(draft.typeUrl)} "${draft.name}": ${text}`,
    }),
  )
}

/** Envoy's complaints about one message, as complaints about the object that it came from. */
function constraintsOf(
  message: string,
  json: object,
  origin: string | undefined,
  inside?: string,
): readonly Violation[] {
  return refusalsOf(message, json).map((found) => ({
    ...(origin === undefined ? {} : { object: origin }),
    path: inside ?? fieldOf(message, found.path),
    message: `Envoy would refuse it: ${message.slice(message.lastIndexOf('.') + 1)} ${found.path}: ${found.message}`,
  }))
}

/** Listeners of one group on one address: the second would fail to bind, on every proxy. */
function sharedAddresses(listeners: readonly Draft[]): readonly Violation[] {
  const taken = new Map<string, Draft>()
  const violations: Violation[] = []
  for (const draft of listeners) {
    const address = addressOf(draft)
    const first = taken.get(address)
    if (first === undefined) taken.set(address, draft)
    else {
      violations.push({
        ...(draft.origins[0] === undefined ? {} : { object: draft.origins[0] }),
        path: 'spec.listeners',
        message: `listener ${draft.name} wants ${address}, which listener ${first.name} of the same node group has`,
      })
    }
  }
  return violations
}

function addressOf(draft: Draft): string {
  const socket = 'address' in draft.json ? draft.json.address?.socketAddress : undefined
  if (socket === undefined) return draft.name
  const { protocol, address, portValue } = socket
  return `${address}:${portValue}${protocol === 'UDP' ? ' of UDP' : ''}`
}
