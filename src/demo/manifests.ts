// The example manifests as the demo applies them: read from examples/, with ports that are taken replaced by free ones.
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Document, isMap, isSeq, parseAllDocuments } from 'yaml'
import { z } from 'zod'

/** What the demo must know of the manifests; the rest passes through as it is. */
const known = z.union([
  z.looseObject({
    kind: z.literal('NodeGroup'),
    metadata: z.looseObject({ name: z.string() }),
    spec: z.looseObject({ selector: z.looseObject({ cluster: z.string() }) }),
  }),
  z.looseObject({
    kind: z.literal('Gateway'),
    metadata: z.looseObject({ name: z.string() }),
    spec: z.looseObject({
      nodeGroups: z.array(z.string()),
      listeners: z.array(z.looseObject({ name: z.string(), port: z.number() })).min(1),
    }),
  }),
  z.looseObject({
    kind: z.literal('Service'),
    metadata: z.looseObject({ name: z.string() }),
    spec: z.looseObject({
      environments: z.array(
        z.looseObject({
          name: z.string(),
          endpoints: z.looseObject({
            static: z.array(z.looseObject({ address: z.string(), port: z.number() })),
          }),
        }),
      ),
    }),
  }),
  z.looseObject({
    kind: z.literal('Route'),
    spec: z.looseObject({ hosts: z.array(z.string()).min(1) }),
  }),
])
type Known = z.infer<typeof known>

export interface ManifestFile {
  /** Path as a person would type it. */
  readonly name: string
  readonly text: string
}

export interface DemoGateway {
  readonly gateway: string
  /** node.cluster of the proxies that serve it. */
  readonly cluster: string
  readonly port: number
}

export interface DemoWorld {
  readonly files: readonly ManifestFile[]
  readonly gateways: readonly DemoGateway[]
  readonly service: string
  readonly environments: readonly {
    readonly name: string
    readonly endpoints: readonly { readonly address: string; readonly port: number }[]
  }[]
  /** A host name that the routes serve. */
  readonly host: string
  /** `8080 → 41233` for each port that was taken. */
  readonly moved: readonly string[]
}

/** The folder `examples/demo` beside `src` or `dist`. */
export const examplesFolder = (): string =>
  join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'examples', 'demo')

/** Reads the manifests; `portFor` answers with the same port when it is free, else with another. */
export async function readDemoWorld(
  folder: string,
  portFor: (wanted: number) => Promise<number>,
): Promise<DemoWorld> {
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort()
  if (names.length === 0) throw new Error(`there are no manifests in ${folder}`)
  const moved: string[] = []
  const files: ManifestFile[] = []
  const objects: Known[] = []
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8')
    const documents = parseAllDocuments(text)
    if (!Array.isArray(documents)) continue
    const before = moved.length
    for (const document of documents) {
      for (const [path, port] of portsOf(document)) {
        const free = await portFor(port)
        if (free === port) continue
        document.setIn(path, free)
        moved.push(`${port} → ${free}`)
      }
      const object = known.safeParse(document.toJS())
      if (object.success) objects.push(object.data)
    }
    const changed = moved.length > before
    files.push({
      name: join('examples', basename(folder), name),
      text: changed ? documents.map(String).join('---\n') : text,
    })
  }
  return { files, moved, ...worldOf(objects) }
}

/** Paths of every port of this machine in a manifest: where a gateway listens and where endpoints are. */
function portsOf(document: Document): [readonly (string | number)[], number][] {
  const found: [readonly (string | number)[], number][] = []
  const take = (path: readonly (string | number)[]): void => {
    const port = document.getIn(path)
    if (typeof port === 'number') found.push([path, port])
  }
  const each = (
    path: readonly (string | number)[],
    visit: (item: readonly (string | number)[]) => void,
  ): void => {
    const list = document.getIn(path)
    if (isSeq(list)) for (const index of list.items.keys()) visit([...path, index])
  }
  if (!isMap(document.contents)) return found
  if (document.get('kind') === 'Gateway') each(['spec', 'listeners'], (item) => take([...item, 'port']))
  if (document.get('kind') === 'Service') {
    each(['spec', 'environments'], (item) =>
      each([...item, 'endpoints', 'static'], (endpoint) => take([...endpoint, 'port'])),
    )
  }
  return found
}

function worldOf(objects: readonly Known[]): Omit<DemoWorld, 'files' | 'moved'> {
  const clusters = new Map<string, string>()
  for (const object of objects) {
    if (object.kind === 'NodeGroup') clusters.set(object.metadata.name, object.spec.selector.cluster)
  }
  const gateways = objects.flatMap((object): DemoGateway[] => {
    if (object.kind !== 'Gateway') return []
    const cluster = clusters.get(object.spec.nodeGroups[0] ?? '')
    const port = object.spec.listeners[0]?.port
    return cluster === undefined || port === undefined
      ? []
      : [{ gateway: object.metadata.name, cluster, port }]
  })
  const service = objects.find((object) => object.kind === 'Service')
  const route = objects.find((object) => object.kind === 'Route')
  if (gateways.length === 0 || service?.kind !== 'Service' || route?.kind !== 'Route') {
    throw new Error('the demo needs node groups, gateways, a service and a route among its manifests')
  }
  const host = route.spec.hosts[0] ?? '*'
  return {
    gateways,
    service: service.metadata.name,
    environments: service.spec.environments.map(({ name, endpoints }) => ({
      name,
      endpoints: endpoints.static,
    })),
    host: host.includes('*') ? 'demo.test' : host,
  }
}
