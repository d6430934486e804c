// Writes objects from a program: the same manifests as in YAML, as plain objects, all or none, as one revision.
import { connect, VerdigrisError } from 'verdigris/client'

const verdigris = connect({ server: process.env.VERDIGRIS_SERVER ?? '127.0.0.1:18001', actor: 'provisioner' })
const apiVersion = 'verdigris.dev/v1alpha1'
const objects = [
  {
    apiVersion,
    kind: 'Service',
    metadata: { name: 'catalog', labels: { team: 'shop' } },
    spec: {
      ports: [{ name: 'http', protocol: 'HTTP' }],
      environments: [
        {
          name: 'blue',
          release: { version: 'v1' },
          endpoints: { static: [{ address: '127.0.0.1', port: 9301 }] },
        },
      ],
    },
  },
]

try {
  const check = await verdigris.config.diff({ objects })
  for (const { key, change } of check.objects) console.log(`${key?.kind} ${key?.name}: ${change}`)
  await verdigris.arrived(await verdigris.config.apply({ objects, options: { reason: 'catalog is new' } }))
} catch (error) {
  if (!(error instanceof VerdigrisError)) throw error
  console.error(error.message)
  for (const { path, message } of error.violations) console.error(`  ${path}: ${message}`)
  process.exitCode = 1
} finally {
  verdigris.close()
}
