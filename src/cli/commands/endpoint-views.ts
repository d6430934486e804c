// How `verdigris endpoints list` shows endpoints.
import type { Duration, EndpointStatus } from '../../api/index.ts'
import { printDuration } from '../../base/index.ts'
import type { Failure } from '../../client/index.ts'
import { endpointText } from '../../model/index.ts'
import type { Exit } from '../exit-codes.ts'
import type { NamespaceOptions, OutputOptions } from '../options.ts'
import { printData } from '../output/data.ts'
import { table } from '../output/table.ts'
import type { Session } from '../session.ts'

export async function printEndpoints(
  { client, terminal }: Session,
  service: string | undefined,
  environment: string | undefined,
  { namespace, owner, output }: NamespaceOptions & OutputOptions & { readonly owner?: string },
): Promise<Exit | Failure> {
  const found: EndpointStatus[] = []
  let pageToken = ''
  do {
    const answer = await client.call('Endpoints', 'List', {
      namespace,
      service: service ?? '',
      environment: environment ?? '',
      owner: owner ?? '',
      pageToken,
    })
    if (!answer.ok) return answer.error
    found.push(...answer.value.endpoints)
    pageToken = answer.value.nextPageToken
  } while (pageToken !== '')
  switch (output) {
    case 'json':
    case 'yaml':
      printData(terminal, output, found.map(dataOf))
      return 'ok'
    case 'name':
      for (const each of found) terminal.out(`${placeOf(each)} ${addressOf(each)}`)
      return 'ok'
    default: {
      const isWide = output === 'wide'
      const rows = found.map((each) => rowOf(each, isWide))
      const columns = [
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
      ]
      for (const line of table(columns, rows, isWide ? 1_000 : terminal.width, terminal.color.bold))
        terminal.out(line)
      if (found.length === 0) terminal.say('no endpoint is declared or registered there')
      return 'ok'
    }
  }
}

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
