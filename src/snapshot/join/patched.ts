// One generated resource, merged with the patches that mean it. What comes out is whole: of a route configuration too, whose
// bytes are otherwise put together from those of its routes.
import {
  canonicalJson,
  err,
  type Json,
  mergePatch,
  ok,
  type Result,
  type Violation,
} from '../../base/index.ts'
import { decodeJson, EnvoyApiError, encodeJson, formatPath, messageOfTypeUrl } from '../../envoy-api/index.ts'
import { codecFault, keyMaterialIn, keyOf, type StoredOf, shortType, titleOf } from '../../model/index.ts'
import type { Draft, DraftJson, DraftRouteConfiguration } from '../../translate/index.ts'
import { factsOf } from '../facts.ts'
import type { JoinNote } from './raw-drafts.ts'

export type Generated = Draft | DraftRouteConfiguration

export interface Patched {
  readonly draft: Draft
  readonly notes: readonly JoinNote[]
}

/** The resource with all patches merged in this order; the violation names the patch after which it is no such message. */
export function patched(
  target: Generated,
  patches: readonly StoredOf<'Patch'>[],
): Result<Patched, Violation> {
  const message = messageOfTypeUrl(target.typeUrl)
  const notes: JoinNote[] = []
  const effective: StoredOf<'Patch'>[] = []
  let json = canonical(message, wholeJson(target))
  for (const patch of patches) {
    const merged = attempt(patch, () => canonical(message, mergePatch(json, patch.spec.merge)))
    if (!merged.ok) return merged
    const [key] = keyMaterialIn(message, merged.value)
    if (key !== undefined) {
      return err({ object: keyOf(patch), path: `spec.merge.${formatPath(key.path)}`, message: key.message })
    }
    if (canonicalJson(merged.value) === canonicalJson(json)) {
      const text = `${titleOf(patch)} changes nothing: ${shortType(target.typeUrl)} "${target.name}" is so already`
      notes.push({ origin: keyOf(patch), text })
    } else effective.push(patch)
    json = merged.value
  }
  const own = target.kind === 'whole' ? target.origins : originsOf(target)
  const origins = [...[...effective].reverse().map(keyOf), ...own]
  const draft: Draft = {
    kind: 'whole',
    typeUrl: target.typeUrl,
    name: target.name,
    // Here JSON became a type: it was read with the schema of this very message.
    json: json as DraftJson,
    facts: factsOf(target.typeUrl, json),
    origins,
    ...(effective.length === 0 ? {} : { written: { path: 'spec.merge' } }),
  }
  return ok({ draft, notes })
}

/** The resource in proto3 JSON. */
function wholeJson(target: Generated): Json {
  // Drafts are JSON; their types are those of Envoy's messages, in which a member may be undefined.
  if (target.kind === 'whole') return target.json as Json
  const { front, virtualHosts, back } = target
  const hosts = virtualHosts.map((host) => ({
    ...host.front,
    routes: host.routes.map((route) => route.json),
  }))
  return { ...front, virtualHosts: hosts, ...back } as Json
}

const originsOf = ({ origin, virtualHosts }: DraftRouteConfiguration): readonly string[] => [
  ...new Set([origin, ...virtualHosts.flatMap((host) => host.origins)]),
]

/** The same message in one form, so that two can be compared. Throws EnvoyApiError. */
const canonical = (message: string, json: Json): Json => decodeJson(message, encodeJson(message, json))

function attempt<T>(patch: StoredOf<'Patch'>, run: () => T): Result<T, Violation> {
  try {
    return ok(run())
  } catch (error) {
    if (!(error instanceof EnvoyApiError)) throw error
    const fault = codecFault(error)
    const path = formatPath(['spec', 'merge', ...fault.path])
    return err({ object: keyOf(patch), path, message: fault.message })
  }
}
