// Names that a server or the file of contexts knows, for completion: quick, or none. Nothing is said when it fails.
import { fromStruct } from '../../api/index.ts'
import { type AdminClient, createClient } from '../../client/index.ts'
import { chooseContext } from '../contexts/use-context.ts'
import { kindOf } from '../kind-names.ts'
import { actorOr } from '../options.ts'
import { servicesIn } from '../service-traffic.ts'
import { at } from '../views/kind-views.ts'

export type Sort =
  | 'services'
  | 'environments'
  | 'cohorts'
  | 'mirrors'
  | 'objects'
  | 'namespaces'
  | 'groups'
  | 'nodes'
  | 'pushes'
  | 'contexts'
/** Names of a sort; `of` is the service of environments, cohorts and mirrors, and the kind of objects. */
export type Names = (sort: Sort, of?: string) => Promise<readonly string[]>

/** Milliseconds for an answer: whoever pressed Tab is waiting. */
const patienceMs = 700

/** Asks where these options (by attribute name), the environment and the context say. */
export function liveNames(options: ReadonlyMap<string, string>): Names {
  return async (sort, of = '') => {
    const chosen = await chooseContext(
      { context: options.get('context'), configFile: options.get('configFile') },
      process.env,
    )
    if (!chosen.ok) return []
    if (sort === 'contexts') return chosen.value.file.contexts.map(({ name }) => name)
    const { context } = chosen.value
    const { env } = process
    const server = options.get('server') ?? env.VERDIGRIS_SERVER ?? context?.server ?? '127.0.0.1:18001'
    const ca = options.get('serverCa') ?? env.VERDIGRIS_SERVER_CA ?? context?.serverCa
    const cert = options.get('clientCert') ?? env.VERDIGRIS_CLIENT_CERT ?? context?.clientCert
    const key = options.get('clientKey') ?? env.VERDIGRIS_CLIENT_KEY ?? context?.clientKey
    const actor = actorOr(options.get('actor') ?? env.VERDIGRIS_ACTOR ?? context?.actor)
    const client = createClient({
      server,
      timeoutMs: patienceMs,
      ...(actor === undefined ? {} : { actor }),
      tls: {
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      },
    })
    if (!client.ok) return []
    const namespace = options.get('namespace') ?? env.VERDIGRIS_NAMESPACE ?? context?.namespace ?? 'default'
    try {
      return await namesOf(client.value, namespace, sort, of)
    } finally {
      client.value.close()
    }
  }
}

async function namesOf(
  client: AdminClient,
  namespace: string,
  sort: Exclude<Sort, 'contexts'>,
  of: string,
): Promise<readonly string[]> {
  switch (sort) {
    case 'services': {
      const found = await servicesIn(client, namespace, 'Service')
      return found.ok ? found.value.map(({ service }) => service) : []
    }
    case 'environments':
    case 'cohorts':
    case 'mirrors': {
      const found = await client.call('Traffic', 'Get', { namespace, service: of })
      if (!found.ok) return []
      const { environments, cohorts, mirrors } = found.value
      if (sort === 'environments') return environments.map(({ environment }) => environment)
      return sort === 'cohorts' ? cohorts.map(({ cohort }) => cohort) : mirrors.map(({ mirror }) => mirror)
    }
    case 'objects':
    case 'namespaces':
    case 'groups': {
      // The first page is enough to choose from.
      const kind = sort === 'groups' ? 'NodeGroup' : of === '' ? '' : (kindOf(of) ?? 'none')
      const found = await client.call('Config', 'List', {
        namespace: sort === 'objects' ? namespace : '',
        kind,
        pageSize: 200,
      })
      if (!found.ok) return []
      const { objects } = found.value
      if (sort === 'objects')
        return objects.map(({ key }) =>
          of === '' ? `${key?.kind.toLowerCase()}/${key?.name}` : (key?.name ?? ''),
        )
      if (sort === 'groups') return objects.map(({ key }) => `${key?.namespace}/${key?.name}`)
      const seen = objects.map(({ manifest }) =>
        at(manifest === null ? undefined : fromStruct(manifest), 'metadata', 'namespace'),
      )
      return [...new Set(seen.map((name) => (typeof name === 'string' ? name : 'default')))]
    }
    case 'nodes': {
      const found = await client.call('Nodes', 'List', { pageSize: 200 })
      return found.ok ? found.value.nodes.map(({ id }) => id) : []
    }
    case 'pushes': {
      const found = await client.call('Push', 'List', { limit: 20 })
      return found.ok ? found.value.pushes.map(({ id }) => id) : []
    }
  }
}
