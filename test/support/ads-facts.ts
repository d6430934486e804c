// What a bare server sends so that an Envoy with our bootstrap becomes ready, and resources that hold a name and nothing else.
import protobuf from 'protobufjs'
import { names } from '../../src/base/index.ts'
import { anyBytes, type BareResource } from './bare-ads.ts'

const prefix = 'type.googleapis.com/envoy.'
export const bareTypes = {
  cds: `${prefix}config.cluster.v3.Cluster`,
  eds: `${prefix}config.endpoint.v3.ClusterLoadAssignment`,
  lds: `${prefix}config.listener.v3.Listener`,
  rtds: `${prefix}service.runtime.v3.Runtime`,
} as const

/** A resource whose first field is its name, and that has no other. */
export function nameOnly(typeUrl: string, name: string): BareResource {
  return { name, body: anyBytes(typeUrl, protobuf.Writer.create().uint32(10).string(name).finish()) }
}

/** What every bootstrap asks for at the start, empty. */
export function leastState(clusters: readonly BareResource[]): ReadonlyMap<string, readonly BareResource[]> {
  return new Map([
    [bareTypes.eds, [nameOnly(bareTypes.eds, names.localCluster)]],
    [
      bareTypes.rtds,
      [nameOnly(bareTypes.rtds, names.flagsLayer), nameOnly(bareTypes.rtds, names.temporaryLayer)],
    ],
    [bareTypes.cds, clusters],
    [bareTypes.lds, []],
  ])
}
