// What the bare push loop sends: byte for byte what the product would. Compiled once, before anything is measured.
import type { Result } from '../../src/base/index.ts'
import { typeUrls } from '../../src/envoy-api/index.ts'
import {
  keyOf,
  type ObjectKey,
  type Plan,
  parseManifests,
  planApply,
  planTraffic,
  type StoredObject,
} from '../../src/model/index.ts'
import { type CompiledGroup, createCompiler } from '../../src/snapshot/index.ts'
import type { BareResource } from '../support/bare-ads.ts'

export interface BareWorld {
  /** type URL → resources, with all traffic of every service on its first environment. */
  readonly resources: ReadonlyMap<string, readonly BareResource[]>
  /** The route configurations with the moved service there. */
  readonly routes: Readonly<Record<'blue' | 'green', readonly BareResource[]>>
}

/** The manifests' resources for this node group (`namespace/name`), and its routes with `service` on blue and on green. */
export function bareWorld(text: string, group: string, service: string): BareWorld {
  const compiler = createCompiler()
  const objects = new Map<ObjectKey, StoredObject>()
  const take = ({ puts }: Plan): void => {
    for (const put of puts) objects.set(keyOf(put), { ...put, uid: 'bench', etag: 'bench', revision: 1 })
  }
  take(must(planApply(objects, must(parseManifests([{ file: 'bare.yaml', text }])))))
  const moved = (environment: string): CompiledGroup => {
    const weights = { [environment]: 10_000 }
    take(must(planTraffic(objects, { namespace: 'default', service, weights })))
    return must(compiler.compile(new Map(objects), group))
  }
  const [green, blue] = [moved('green'), moved('blue')]
  return {
    resources: new Map([...blue.types].map(([typeUrl, named]) => [typeUrl, [...named.values()]])),
    routes: { blue: routesOf(blue), green: routesOf(green) },
  }
}

const routesOf = ({ types }: CompiledGroup): readonly BareResource[] => [
  ...(types.get(typeUrls.rds)?.values() ?? []),
]

function must<T>(result: Result<T, { readonly message: string }>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}
