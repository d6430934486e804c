// What a service has besides: where its traffic goes, wanted and applied, and the endpoints of its environments.
import type { EndpointStatus, ServiceTraffic } from '../../api/index.ts'
import { ok, type Result } from '../../base/index.ts'
import type { AdminClient, Failure } from '../../client/index.ts'
import { isoTime, msOf } from '../output/plain.ts'
import type { Terminal } from '../output/terminal.ts'
import { age, shareText } from '../output/words.ts'
import { wrapped } from '../output/wrap.ts'
import { type Description, roomIn, type Section, tableSection } from './section.ts'

/** What a kind adds to the description of its objects. */
export type Part = Description

const endpointsShown = 20

export async function servicePart(
  client: AdminClient,
  terminal: Terminal,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<Result<Part, Failure>> {
  const traffic = await client.call('Traffic', 'Get', { namespace, service: name })
  if (!traffic.ok) return traffic
  const endpoints: EndpointStatus[] = []
  let pageToken = ''
  do {
    const answer = await client.call('Endpoints', 'List', { namespace, service: name, pageToken })
    if (!answer.ok) return answer
    endpoints.push(...answer.value.endpoints)
    pageToken = answer.value.nextPageToken
  } while (pageToken !== '')
  return ok({
    data: { traffic: traffic.value, endpoints },
    facts: [
      ['Managed by', traffic.value.managedBy],
      ['Traffic', setBy(traffic.value)],
    ],
    sections: [
      environments(traffic.value, terminal),
      ...cohorts(traffic.value, terminal),
      ...mirrors(traffic.value, terminal),
      ...fences(traffic.value, terminal),
      endpointsSection(endpoints, terminal),
    ],
  })
}

/** `set by lena in r12 (push 41), 5m ago: release 2`. */
function setBy({ actor, revision, push, at, reason }: ServiceTraffic): string {
  if (revision === 0) return 'not set: it has no policy'
  const ago = at === null ? '' : `, ${age(Date.now() - msOf(at))} ago`
  const pushed = push === '' ? '' : ` (push ${push})`
  return `set by ${actor} in r${revision}${pushed}${ago}${reason === '' ? '' : `: ${reason}`}`
}

/** Where both differ, a push is under way or did not arrive. */
function environments(traffic: ServiceTraffic, terminal: Terminal): Section {
  const rows = traffic.environments.map((each) => [
    each.environment,
    shareText(each.wanted),
    shareText(each.applied),
    each.release,
    String(each.incarnation),
    String(each.endpoints),
  ])
  const columns = [
    ...[{ title: 'NAME' }, { title: 'WANTED', alignRight: true }, { title: 'APPLIED', alignRight: true }],
    ...[
      { title: 'RELEASE', shrinks: true },
      { title: 'INCARNATION', alignRight: true },
    ],
    { title: 'ENDPOINTS', alignRight: true },
  ]
  return tableSection('Environments', terminal, columns, rows)
}

const onOff = (isOn: boolean): string => (isOn ? 'on' : 'off')

function cohorts({ cohorts: all }: ServiceTraffic, terminal: Terminal): readonly Section[] {
  const rows = all.map(({ cohort, environment, wanted, applied }) => [
    ...[cohort, environment, onOff(wanted), onOff(applied)],
  ])
  const columns = [{ title: 'NAME' }, { title: 'ENVIRONMENT' }, { title: 'WANTED' }, { title: 'APPLIED' }]
  return rows.length === 0 ? [] : [tableSection('Cohorts', terminal, columns, rows)]
}

function mirrors({ mirrors: all }: ServiceTraffic, terminal: Terminal): readonly Section[] {
  const rows = all.map(({ mirror, from, to, wanted, applied }) => [
    ...[mirror, `${from} → ${to}`, shareText(wanted), shareText(applied)],
  ])
  const columns = [
    ...[{ title: 'NAME' }, { title: 'COPIES' }],
    ...[
      { title: 'WANTED', alignRight: true },
      { title: 'APPLIED', alignRight: true },
    ],
  ]
  return rows.length === 0 ? [] : [tableSection('Mirrors', terminal, columns, rows)]
}

function fences({ fences: all }: ServiceTraffic, terminal: Terminal): readonly Section[] {
  const lines = all.flatMap((fence) => {
    const when = fence.at === null ? '' : ` ${isoTime(fence.at)}`
    const text = `${fence.id}: ${fence.text} (${fence.actor}${when})`
    const [first = '', ...more] = wrapped(text, roomIn(terminal) - 2, 4)
    return [first, ...more.map((line) => `  ${line}`)]
  })
  return lines.length === 0 ? [] : [{ title: 'Fences', lines }]
}

function endpointsSection(endpoints: readonly EndpointStatus[], terminal: Terminal): Section {
  const rows = endpoints.map(({ environment, incarnation, endpoint, owner, state }) => [
    `${environment}.${incarnation}`,
    placeOf(endpoint),
    state.toLowerCase().replace('_', ' '),
    owner,
  ])
  const columns = [
    ...[{ title: 'ENVIRONMENT' }, { title: 'ADDRESS', shrinks: true }, { title: 'STATE' }],
    { title: 'OWNER', shrinks: true },
  ]
  return tableSection('Endpoints', terminal, columns, rows, endpointsShown)
}

function placeOf(endpoint: EndpointStatus['endpoint']): string {
  if (endpoint === null) return ''
  const { address, port, ports } = endpoint
  const host = address.includes(':') ? `[${address}]` : address
  if (port !== undefined) return `${host}:${port}`
  return `${host} ${Object.entries(ports)
    .map(([name, number]) => `${name}=${number}`)
    .join(',')}`
}
