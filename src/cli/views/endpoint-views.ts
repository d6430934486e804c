// How `verdigris endpoints list` shows endpoints.
import type { Duration, EndpointStatus } from '../../api/index.ts'
import { printDuration } from '../../base/index.ts'
import { endpointText } from '../../model/index.ts'
import type { Listing } from '../output/listing.ts'
import { plain } from '../output/plain.ts'

/** A row for each endpoint. */
export const endpointListing = (isWide: boolean): Listing<EndpointStatus> => ({
  columns: [
    { title: 'ENVIRONMENT', shrinks: true },
    { title: 'ADDRESS' },
    { title: 'STATE' },
    { title: 'OWNER', shrinks: true },
    { title: 'LEASE', alignRight: true },
    ...(isWide
      ? [
          { title: 'RELEASE' },
          { title: 'WEIGHT', alignRight: true },
          { title: 'PRIORITY', alignRight: true },
          { title: 'LOCALITY' },
        ]
      : []),
  ],
  rows: (each) => [rowOf(each, isWide)],
  name: (each) => `${placeOf(each)} ${addressOf(each)}`,
  data: (each) => plain(dataOf(each)),
})

/** Which endpoint it is, whoever registered it. */
export const endpointId = (each: EndpointStatus): string =>
  `${each.namespace}/${placeOf(each)} ${addressOf(each)} ${each.owner}`

/** What counts as a change: a lease runs all the time, and only its renewal or end is news. */
export const endpointState = ({ left: _left, ...each }: EndpointStatus): string => JSON.stringify(plain(each))

function rowOf(each: EndpointStatus, isWide: boolean): readonly string[] {
  const { owner, endpoint, release } = each
  const { region = '', zone = '', subZone = '' } = endpoint?.locality ?? {}
  return [
    placeOf(each),
    addressOf(each),
    stateOf(each),
    owner === '' ? '(static)' : owner,
    each.left === null ? '-' : leaseText(each.left),
    ...(isWide
      ? [
          release === '' ? '-' : release,
          String(endpoint?.weight ?? 1),
          String(endpoint?.priority ?? 0),
          [region, zone, subZone].filter((part) => part !== '').join('/') || '-',
        ]
      : []),
  ]
}

const placeOf = ({ service, environment, incarnation }: EndpointStatus): string =>
  `${service}/${environment}.${incarnation}`

const addressOf = ({ endpoint }: EndpointStatus): string =>
  endpoint === null ? '-' : endpointText({ address: endpoint.address, ports: endpoint.ports })

function stateOf({ state, drained, release }: EndpointStatus): string {
  if (release === '') return 'gone'
  if (state === 'DRAINING') return drained ? 'drained' : 'draining'
  return state === 'LAPSED' ? 'lapsed, kept' : 'in use'
}

const msOf = ({ seconds, nanos }: Duration): number => seconds * 1_000 + Math.round(nanos / 1_000_000)

/** Whole seconds: `27s`, `-2m`. */
function leaseText(left: Duration): string {
  const ms = Math.round(msOf(left) / 1_000) * 1_000
  return `${ms < 0 ? '-' : ''}${printDuration(Math.abs(ms))}`
}

/** Durations as text, and the endpoint's fields beside the others. */
function dataOf(each: EndpointStatus): object {
  const { ttl, left, endpoint, source, state, drained, ...rest } = each
  return {
    ...rest,
    source: source.toLowerCase(),
    state: state.toLowerCase().replace('_', ' '),
    ...(drained ? { drained } : {}),
    ...endpoint,
    ...(ttl === null ? {} : { ttl: printDuration(msOf(ttl)) }),
    ...(left === null ? {} : { left: leaseText(left) }),
  }
}
