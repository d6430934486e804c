// The bootstraps that the repository ships in envoy/: file name → what they were rendered from.
import {
  type BootstrapInput,
  type BootstrapOptions,
  parseBootstrapOptions,
} from '../../../src/bootstrap/index.ts'

const identity = { nodeId: 'edge-1', nodeCluster: 'edge' }
const inputs: Readonly<Record<string, BootstrapInput>> = {
  'gateway-delta.yaml': { ...identity, variant: 'delta', role: 'gateway' },
  'gateway-sotw.yaml': { ...identity, variant: 'sotw', role: 'gateway' },
  'sidecar-delta.yaml': { nodeId: 'cart-1', nodeCluster: 'cart', variant: 'delta', role: 'sidecar' },
  'sidecar-sotw.yaml': { nodeId: 'cart-1', nodeCluster: 'cart', variant: 'sotw', role: 'sidecar' },
  'gateway-delta-mtls.yaml': {
    ...identity,
    variant: 'delta',
    role: 'gateway',
    xdsAddress: 'verdigris.internal',
    locality: { region: 'eu-west', zone: 'eu-west-1' },
    tls: {
      ca: '/etc/verdigris/tls/ca.crt',
      certificate: '/etc/verdigris/tls/edge-1.crt',
      key: '/etc/verdigris/tls/edge-1.key',
    },
  },
}

/** Checked options by the name of the file in envoy/. */
export const shippedBootstraps: ReadonlyMap<string, BootstrapOptions> = new Map(
  Object.entries(inputs).map(([name, input]) => {
    const parsed = parseBootstrapOptions(input)
    if (!parsed.ok) throw new Error(parsed.error.message)
    return [name, parsed.value]
  }),
)
