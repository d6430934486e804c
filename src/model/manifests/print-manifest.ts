// Objects back to what people write: what is printed can be applied again and changes nothing.
import { stringify } from 'yaml'
import { z } from 'zod'
import type { Json } from '../../base/index.ts'
import { kinds } from '../kinds.ts'
import type { ContentByKind, Kind, ObjectContent, StoredObject, TrafficContent } from '../objects.ts'
import { apiVersion } from './read-object.ts'

type Fields = { readonly [key: string]: Json }

/**
 * The manifest of an object: durations as text, defaults written out. What the control plane gave stands in
 * `metadata.etag` (a later apply of the text is refused when somebody was faster) and `status` (ignored when read).
 * For a TrafficPolicy, give the service's Traffic to have both parts.
 */
export function printManifest(object: ObjectContent | StoredObject, traffic?: TrafficContent): Fields {
  const status = statusOf(object)
  return {
    apiVersion,
    kind: object.kind,
    metadata: {
      namespace: object.namespace,
      name: object.name,
      ...(Object.keys(object.labels).length === 0 ? {} : { labels: object.labels }),
      ...('etag' in object ? { etag: object.etag } : {}),
    },
    spec: printSpec(object),
    ...(object.kind === 'TrafficPolicy' && traffic !== undefined ? { traffic: printLive(traffic.spec) } : {}),
    ...(Object.keys(status).length === 0 ? {} : { status }),
  }
}

/** What is live, without what only we need to know of it. */
function printLive({ weights, cohorts, mirrors }: TrafficContent['spec']): Fields {
  return {
    weights,
    ...(cohorts === undefined ? {} : { cohorts }),
    ...(mirrors === undefined ? {} : { mirrors }),
  }
}

/** Printed manifests as one text: YAML documents, or a JSON list (an object when there is one). */
export function manifestText(manifests: readonly Json[], format: 'yaml' | 'json'): string {
  if (format === 'json') {
    return `${JSON.stringify(manifests.length === 1 ? manifests[0] : manifests, undefined, 2)}\n`
  }
  // Quotes what YAML 1.1 readers would take for something else (on, yes, 1:30).
  const options = { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const
  return manifests.map((manifest) => stringify(manifest, options)).join('---\n')
}

/** A spec in the form that people write. */
export function printSpec(object: ObjectContent): Fields {
  return encodeSpec(object.kind, object)
}

function encodeSpec<K extends Kind>(kind: K, object: ContentByKind[K]): Fields {
  // Through JSON text, so that fields without a value are gone.
  return JSON.parse(JSON.stringify(z.encode(kinds[kind].spec, object.spec))) as Fields
}

function statusOf(object: ObjectContent | StoredObject): Fields {
  return {
    ...('uid' in object ? { uid: object.uid, revision: object.revision } : {}),
    ...(object.kind === 'Service' ? { incarnations: object.incarnations } : {}),
  }
}
