// What a patch means: the generated resources of a node group that its target names.
import { limits } from '../../base/index.ts'
import { typeUrls } from '../../envoy-api/index.ts'
import {
  keyOf,
  type PatchTarget,
  parseClusterName,
  patchedTypeUrl,
  type StoredOf,
} from '../../model/index.ts'
import type { Draft, DraftGroup, DraftService } from '../../translate/index.ts'
import type { Generated } from './patched.ts'

/** The resources, or what to say when there is none. */
export type Targets =
  | { readonly found: readonly Generated[] }
  | { readonly path: string; readonly message: string }

export function targetsOf(drafts: DraftGroup, { namespace, spec }: StoredOf<'Patch'>): Targets {
  const { target } = spec
  const typeUrl = patchedTypeUrl(target.type)
  const found =
    target.service === undefined
      ? generated(drafts, typeUrl).filter(({ name }) => name === target.name)
      : ofService(drafts, keyOf({ kind: 'Service', namespace, name: target.service }), typeUrl, target)
  if (found.length > 0) return { found }
  const names = generated(drafts, typeUrl)
    .map(({ name }) => name)
    .sort()
  const more = names.length - limits.nodesNamed
  const there =
    names.length === 0
      ? 'there is none'
      : `there are ${names.slice(0, limits.nodesNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  const wanted =
    target.service === undefined
      ? `"${target.name}"`
      : `of service "${target.service}"${target.environment === undefined ? '' : `, environment "${target.environment}"`}${target.port === undefined ? '' : `, port "${target.port}"`}`
  return {
    path: target.service === undefined ? 'spec.target.name' : 'spec.target.service',
    message: `no ${target.type} ${wanted} is generated for node group ${drafts.group}; ${there}`,
  }
}

/** Every generated resource of a type. */
export function generated(drafts: DraftGroup, typeUrl: string): readonly Generated[] {
  const fixed = drafts.fixed.filter((draft) => draft.typeUrl === typeUrl)
  switch (typeUrl) {
    case typeUrls.cds:
    case typeUrls.eds:
      return [...drafts.services.flatMap((service) => listOf(service, typeUrl)), ...fixed]
    case typeUrls.lds:
      return drafts.listeners
    case typeUrls.rds:
      return drafts.routeConfigurations
    case typeUrls.ecds:
      return [...drafts.extensions, ...fixed]
    case typeUrls.sds:
      return drafts.secrets
    default:
      return fixed
  }
}

const listOf = ({ clusters, assignments }: DraftService, typeUrl: string): readonly Draft[] =>
  typeUrl === typeUrls.cds ? clusters : assignments

/** Whatever the incarnation: so a patch outlives a release. Clusters of mirrors are named by name. */
function ofService(
  drafts: DraftGroup,
  key: string,
  typeUrl: string,
  { environment, port }: PatchTarget,
): readonly Draft[] {
  const service = drafts.services.find((each) => keyOf(each.service) === key)
  if (service === undefined) return []
  const declared = new Set(service.service.spec.environments.map(({ name }) => name))
  const only = service.service.spec.ports.length === 1 ? service.service.spec.ports[0]?.name : undefined
  return listOf(service, typeUrl).filter(({ name }) => {
    const identity = parseClusterName(name)
    if (identity === undefined || !declared.has(identity.environment)) return false
    if (environment !== undefined && identity.environment !== environment) return false
    return port === undefined || (identity.port ?? only) === port
  })
}
