// The traffic of one service, or of all services of a namespace; and the lists that cohort, mirror and fence show of it.
import { fromStruct, type ServiceTraffic } from '../api/index.ts'
import { ok, type Result } from '../base/index.ts'
import type { AdminClient, Failure } from '../client/index.ts'
import type { NamespaceOptions, OutputOptions, ServerOptions } from './options.ts'
import { printData } from './output/data.ts'
import { type Column, table } from './output/table.ts'
import { printable } from './output/words.ts'
import { withSession } from './session.ts'
import { at } from './views/kind-views.ts'

interface ServiceName {
  readonly namespace: string
  readonly service: string
}

/** Of one service, or of those with a policy: the others have neither cohorts nor mirrors nor fences. */
async function readTraffic(
  client: AdminClient,
  namespace: string,
  service: string | undefined,
): Promise<Result<readonly ServiceTraffic[], Failure>> {
  const names =
    service === undefined
      ? await servicesIn(client, namespace, 'TrafficPolicy')
      : ok([{ namespace, service }])
  return names.ok ? trafficOf(client, names.value) : names
}

export async function trafficOf(
  client: AdminClient,
  names: readonly ServiceName[],
): Promise<Result<readonly ServiceTraffic[], Failure>> {
  const found: ServiceTraffic[] = []
  for (const name of names) {
    const one = await client.call('Traffic', 'Get', name)
    if (!one.ok) return one
    found.push(one.value)
  }
  return ok(found)
}

/** All services, or those with a policy; of every namespace when `namespace` is empty. */
export async function servicesIn(
  client: AdminClient,
  namespace: string,
  kind: 'TrafficPolicy' | 'Service',
): Promise<Result<readonly ServiceName[], Failure>> {
  const services = new Map<string, ServiceName>()
  let pageToken = ''
  do {
    const request = { kind, namespace, pageToken, view: 'VIEW_HEAD' as const }
    const answer = await client.call('Config', 'List', request)
    if (!answer.ok) return answer
    for (const { key, manifest } of answer.value.objects) {
      const named = manifest === null ? undefined : at(fromStruct(manifest), 'spec', 'service')
      const service = kind === 'Service' ? key?.name : named
      if (key !== null && typeof service === 'string')
        services.set(`${key.namespace}/${service}`, { namespace: key.namespace, service })
    }
    pageToken = answer.value.nextPageToken
  } while (pageToken !== '')
  return ok([...services].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name))
}

/** What a list shows of each service's traffic. */
export interface TrafficList<Item> {
  readonly items: (traffic: ServiceTraffic) => readonly Item[]
  readonly columns: readonly Column[]
  /** After the service. */
  readonly cells: (item: Item) => readonly string[]
  /** What the same verb takes after the service. */
  readonly name: (item: Item) => string
}

/** Prints that list, of one service or of all that have a policy. */
export const listTraffic = <Item extends object>(
  service: string | undefined,
  options: NamespaceOptions & OutputOptions & ServerOptions,
  { items, columns, cells, name }: TrafficList<Item>,
): Promise<void> =>
  withSession(options, async ({ client, terminal }) => {
    const found = await readTraffic(client, options.namespace, service)
    if (!found.ok) return found.error
    const rows = found.value.flatMap((traffic) =>
      items(traffic).map((item) => ({ of: traffic.service, item })),
    )
    if (options.output === 'name')
      for (const { of, item } of rows) terminal.out(printable(`service/${of} ${name(item)}`))
    else if (options.output !== 'table')
      printData(
        terminal,
        options.output,
        rows.map(({ of, item }) => ({ of, ...item })),
      )
    else {
      const all = [{ title: 'SERVICE', shrinks: true }, ...columns]
      const lines = rows.map(({ of, item }) => [of, ...cells(item)].map(printable))
      for (const line of table(all, lines, terminal.width, terminal.color.bold)) terminal.out(line)
    }
    return 'ok'
  })
