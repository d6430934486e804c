// What `get` shows of each kind in a table: columns and cells from the manifest.
import type { Json } from '../../base/index.ts'
import type { Kind } from '../../model/index.ts'
import type { Column } from '../output/table.ts'
import { shares, shareText } from '../output/words.ts'

/** An object as `get` has it. `beside` gives the manifest of another object of the same namespace. */
export interface Shown {
  readonly name: string
  readonly spec: Json | undefined
  /** What the server says beside it. */
  readonly status: Json | undefined
  readonly beside: (kind: Kind, name: string) => Json | undefined
}
export interface KindView {
  readonly columns: readonly Column[]
  readonly cells: (object: Shown) => readonly string[]
}

/** The view of a kind; kinds without one show their name only. */
export const kindViews: Readonly<Partial<Record<Kind, KindView>>> = {
  NodeGroup: {
    columns: [
      { title: 'SELECTOR', shrinks: true },
      { title: 'EXPECTED', alignRight: true },
    ],
    cells: ({ spec }) => [
      pairs(at(spec, 'selector')).join(', '),
      text(at(spec, 'expected', 'size')) || 'seen',
    ],
  },
  Secret: {
    columns: [
      { title: 'CERTIFICATE', shrinks: true },
      { title: 'TRUSTED CA', shrinks: true },
      { title: 'FILES' },
      { title: 'UNTIL' },
    ],
    cells: ({ spec, status }) => [
      text(at(spec, 'certificate', 'chain')),
      text(at(spec, 'trustedCa')),
      text(at(status, 'files')),
      list(at(status, 'served'))
        .map((one) => text(at(one, 'notAfter')).slice(0, 10))
        .sort()[0] ?? '',
    ],
  },
  Gateway: {
    columns: [
      { title: 'LISTENERS', shrinks: true },
      { title: 'NODE GROUPS', shrinks: true },
    ],
    cells: ({ spec }) => [
      list(at(spec, 'listeners'))
        .map((listener) => `${text(at(listener, 'name'))}:${text(at(listener, 'port'))}`)
        .join(', '),
      list(at(spec, 'nodeGroups')).map(text).join(', '),
    ],
  },
  Service: {
    columns: [
      { title: 'ENVIRONMENTS', shrinks: true },
      { title: 'TRAFFIC', shrinks: true },
    ],
    cells: ({ name, spec, beside }) => [
      list(at(spec, 'environments'))
        .map((one) => `${text(at(one, 'name'))} ${text(at(one, 'release', 'version'))}`)
        .join(', '),
      trafficText(at(beside('Traffic', name), 'spec')),
    ],
  },
  Sidecar: {
    columns: [
      { title: 'INBOUND', shrinks: true },
      { title: 'OUTBOUND', shrinks: true },
      { title: 'NODE GROUPS', shrinks: true },
    ],
    cells: ({ spec }) => [
      list(at(spec, 'inbound'))
        .map(
          (each) =>
            `${text(at(each, 'port'))} → ${text(at(each, 'service', 'name'))} ${text(at(each, 'environment'))}`,
        )
        .join(', '),
      list(at(spec, 'outbound'))
        .map((each) => {
          const services = list(at(each, 'services')).map((service) => text(at(service, 'name')))
          return `${text(at(each, 'port'))} → ${services.join(' ')}`
        })
        .join(', '),
      list(at(spec, 'nodeGroups')).map(text).join(', '),
    ],
  },
  Route: {
    columns: [
      { title: 'HOSTS', shrinks: true },
      { title: 'GATEWAYS', shrinks: true },
      { title: 'SERVICES', shrinks: true },
    ],
    cells: ({ spec }) => [
      list(at(spec, 'hosts')).map(text).join(', '),
      list(at(spec, 'gateways'))
        .map((gateway) =>
          [text(at(gateway, 'name')), text(at(gateway, 'listener'))].filter((part) => part !== '').join('/'),
        )
        .join(', '),
      [...new Set(list(at(spec, 'rules')).map((rule) => text(at(rule, 'service', 'name'))))].join(', '),
    ],
  },
  TrafficPolicy: {
    columns: [{ title: 'SERVICE' }, { title: 'MANAGED BY' }],
    cells: ({ spec }) => [text(at(spec, 'service')), text(at(spec, 'managedBy'))],
  },
  RawSnapshot: {
    columns: [
      { title: 'RESOURCES', shrinks: true },
      { title: 'NODE GROUPS', shrinks: true },
    ],
    cells: ({ spec }) => [
      list(at(spec, 'resources')).map(resourceText).join(', '),
      list(at(spec, 'nodeGroups')).map(text).join(', '),
    ],
  },
  Patch: {
    columns: [
      { title: 'TARGET', shrinks: true },
      { title: 'NODE GROUPS', shrinks: true },
    ],
    cells: ({ spec }) => [
      [
        text(at(spec, 'target', 'type')),
        ...['name', 'service', 'environment', 'port'].map((part) => text(at(spec, 'target', part))),
      ]
        .filter((part) => part !== '')
        .join(' '),
      list(at(spec, 'nodeGroups')).map(text).join(', '),
    ],
  },
  Traffic: {
    columns: [{ title: 'SHARES', shrinks: true }],
    cells: ({ spec }) => [trafficText(spec)],
  },
}

/** The member at a path, or undefined. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let here: Json | undefined = value
  for (const step of path) here = isFields(here) && Object.hasOwn(here, step) ? here[step] : undefined
  return here
}

const isFields = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

/** `Cluster payments`; of one that is given in bytes, that it is. */
function resourceText(resource: Json): string {
  const type = text(at(resource, '@type'))
  if (type === '') return 'bytes'
  const name =
    text(at(resource, 'name')) || text(at(resource, 'clusterName')) || text(at(resource, 'cluster_name'))
  return `${type.slice(type.lastIndexOf('.') + 1)} ${name}`
}

/** `cluster=edge, zone=a`: the strings of an object, nested ones too. */
function pairs(value: Json | undefined): string[] {
  if (!isFields(value)) return []
  return Object.entries(value).flatMap(([key, member]) =>
    typeof member === 'string' ? [`${key}=${member}`] : pairs(member),
  )
}

/** `green 100%`, with what is on besides: `blue 90%, green 10%, cohort testers, mirror reads 25%`. */
export function trafficText(spec: Json | undefined): string {
  const weights = numbers(at(spec, 'weights'))
  const mirrors = Object.entries(numbers(at(spec, 'mirrors')))
  return [
    shares(weights),
    ...list(at(spec, 'cohorts')).map((name) => `cohort ${text(name)}`),
    ...mirrors.map(([name, share]) => `mirror ${name} ${shareText(share)}`),
    ...list(at(spec, 'fences')).map((fence) => `fence ${text(at(fence, 'id'))}`),
  ]
    .filter((part) => part !== '')
    .join(', ')
}

const numbers = (value: Json | undefined): Readonly<Record<string, number>> =>
  isFields(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, each]) => (typeof each === 'number' ? [[name, each]] : [])),
      )
    : {}
