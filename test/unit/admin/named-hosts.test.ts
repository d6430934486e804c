import { expect, it } from 'vitest'
import { lookUpName } from '../../../src/admin/index.ts'
import { unresolvedNotes } from '../../../src/admin/named-hosts.ts'
import { limits } from '../../../src/base/index.ts'
import { parseManifests } from '../../../src/model/index.ts'
import { startDnsServer } from '../../support/dns-server.ts'

const manifests = (hosts: readonly string[]) => {
  const parsed = parseManifests([
    {
      file: 'test.yaml',
      text: `apiVersion: verdigris.dev/v1alpha1
kind: Service
metadata: { name: cart }
spec:
  ports: [{ name: http }]
  environments:
    - name: blue
      release: { version: "1" }
      endpoints: { dns: { hosts: [${hosts.map((host) => `{ host: ${host}, port: 80 }`).join(', ')}] } }
`,
    },
  ])
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.value
}

it('says which names do not resolve, where they stand, and why', async () => {
  const notes = await unresolvedNotes(manifests(['good.test', 'bad.test']), async ({ host }) =>
    host === 'bad.test' ? 'ENOTFOUND' : undefined,
  )
  expect(notes).toEqual(['default/cart, environment "blue": bad.test does not resolve from here (ENOTFOUND)'])
})

it('asks for a bounded number of names', async () => {
  let asked = 0
  const hosts = Array.from({ length: limits.namesLookedUp + 10 }, (_, index) => `host-${index}.test`)
  await unresolvedNotes(manifests(hosts), async () => {
    asked += 1
    return undefined
  })
  expect(asked).toBe(limits.namesLookedUp)
})

it('asks the name servers that the manifest names', async () => {
  const server = await startDnsServer()
  server.records.set('here.test', ['127.0.0.2'])
  const resolvers = [{ address: '127.0.0.1', port: server.port }]
  expect(await lookUpName({ host: 'here.test', resolvers })).toBeUndefined()
  expect(await lookUpName({ host: 'nowhere.test', resolvers })).toBe('ENOTFOUND')
  expect(server.asked.get('nowhere.test')).toBeGreaterThan(0)
  server.close()
})
