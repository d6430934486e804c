// Names that are made of parts, and the parts back: keys of objects and Envoy clusters.
import { invariant } from '../base/index.ts'
import type { SecretSpec } from './kinds/secret.ts'
import { isKind } from './kinds.ts'
import type { ContentOf, Kind, ObjectKey } from './objects.ts'

/** The parts of `namespace/Kind/name`, or undefined when it is no key. */
export function parseKey(
  key: ObjectKey,
): { readonly namespace: string; readonly kind: Kind; readonly name: string } | undefined {
  const [namespace, kind, name, ...rest] = key.split('/')
  if (!namespace || kind === undefined || !name || rest.length > 0 || !isKind(kind)) return undefined
  return { namespace, kind, name }
}

/** Everything that identifies one Envoy cluster. */
export interface ClusterIdentity {
  readonly namespace: string
  readonly service: string
  readonly environment: string
  /** Counted up when the release of the environment changes. */
  readonly incarnation: number
  /** Only for a service with several ports. */
  readonly port?: string
}

/** `<namespace>/<service>/<environment>.<incarnation>[/<port>]`: a name whose meaning never changes. */
export function clusterName({ namespace, service, environment, incarnation, port }: ClusterIdentity): string {
  const name = `${namespace}/${service}/${environment}.${incarnation}`
  return port === undefined ? name : `${name}/${port}`
}

/** The Envoy cluster of an environment as it is now. `port` may be left out for a service with one port. */
export function clusterNameOf(service: ContentOf<'Service'>, environment: string, port?: string): string {
  const incarnation = service.incarnations[environment]
  const { ports } = service.spec
  invariant(incarnation !== undefined, `${service.name} has no environment ${environment}`)
  invariant(
    ports.length === 1 || ports.some(({ name }) => name === port),
    `${service.name} has no port ${port}`,
  )
  const identity = { namespace: service.namespace, service: service.name, environment, incarnation }
  return clusterName(ports.length === 1 || port === undefined ? identity : { ...identity, port })
}

/** What a cluster's name says, or undefined when it is not one of ours. */
export function parseClusterName(name: string): ClusterIdentity | undefined {
  const match = /^([^/]+)\/([^/]+)\/([^/.]+)\.(\d+)(?:\/([^/]+))?$/.exec(name)
  if (match === null) return undefined
  const [, namespace = '', service = '', environment = '', incarnation = '', port] = match
  const identity = { namespace, service, environment, incarnation: Number(incarnation) }
  return port === undefined ? identity : { ...identity, port }
}

/** SDS name of a Secret's certificate: `<namespace>/<name>`. */
export const secretName = (namespace: string, name: string): string => `${namespace}/${name}`

/** SDS name of a Secret's trusted authorities: a resource of its own, because Envoy has one kind in each. */
export const trustedCaName = (namespace: string, name: string): string => `${namespace}/${name}/ca`

/** Which files a Secret names, as one text: what was read of them is known by it. */
export const secretFilesKey = ({ certificate, trustedCa }: SecretSpec): string =>
  JSON.stringify([certificate?.chain, certificate?.key, trustedCa])

/** What stands before the mirror's name in the names of its clusters; no environment has it in its name. */
const mirrorMark = 'mirror~'

/** `<namespace>/<service>/mirror~<name>/<environment>.<n>[/<port>]` of the environment's own cluster name. */
export function mirrorClusterName(mirror: string, cluster: string): string {
  const [namespace = '', service = '', ...rest] = cluster.split('/')
  return [namespace, service, `${mirrorMark}${mirror}`, ...rest].join('/')
}

/** Whether a cluster gets copies only. */
export const isMirrorCluster = (name: string): boolean => name.split('/')[2]?.startsWith(mirrorMark) === true
