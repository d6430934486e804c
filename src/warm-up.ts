// The first compile of a process loads Envoy's descriptors and runs cold code. It is done with a made-up world before the
// server is ready, so that the first command does not pay for it. Nothing of it is kept or served.
import { keyOf, type ObjectKey, parseManifests, planApply, type StoredObject } from './model/index.ts'
import { createCompiler } from './snapshot/index.ts'

const head = (kind: string): string =>
  `apiVersion: verdigris.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: warm-up }\nspec:\n`

const manifests = [
  `${head('NodeGroup')}  selector: { cluster: warm-up }\n`,
  `${head('Gateway')}  nodeGroups: [warm-up]\n  listeners: [{ name: http, address: 127.0.0.1, port: 1 }]\n`,
  `${head('Service')}  ports: [{ name: http }]
  environments:
    - name: blue
      release: { version: "1" }
      endpoints: { static: [{ address: 127.0.0.1, port: 1 }] }
`,
  `${head('Route')}  gateways: [{ name: warm-up }]\n  hosts: [warm-up.test]\n  rules: [{ service: { name: warm-up } }]\n`,
].join('---\n')

/** Reads, plans, translates, checks and encodes one small world; says whether all of that worked. */
export function warmUp(): boolean {
  const read = parseManifests([{ file: 'warm-up', text: manifests }])
  const plan = read.ok ? planApply(new Map(), read.value) : read
  if (!plan.ok) return false
  const world = new Map<ObjectKey, StoredObject>()
  for (const put of plan.value.puts) world.set(keyOf(put), { ...put, uid: '', etag: '', revision: 1 })
  return createCompiler().compile(world, 'default/warm-up').ok
}
