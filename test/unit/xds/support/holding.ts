// Where many of the rules begin: a proxy that has taken the clusters of the first generation.
import type { VariantName } from '../../../../src/xds/machine.ts'
import type { Spec } from './content.ts'
import { type Client, createRig, type Rig } from './rig.ts'

/** A rig with this as generation 1, and a client that asked for CDS and ACKed it; what it got of that is still to be read. */
export function holding(variant: VariantName, spec: Spec): { readonly rig: Rig; readonly client: Client } {
  const rig = createRig()
  rig.publish(1, spec)
  const client = rig.client(variant)
  client.send('cds')
  client.ack('cds')
  return { rig, client }
}
