// The gate in front of the API by HTTP: with a client CA nobody comes in without its certificate, and the certificate is who
// one is.
import { request as httpsRequest } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Call, createGate, loadTls } from '../../../src/access/index.ts'
import { apiPackage, loadDescriptors } from '../../../src/admin/index.ts'
import { ok } from '../../../src/base/index.ts'
import type { ChangeCommand } from '../../../src/push/index.ts'
import { type Certificates, makeCertificates, opensslMissing, type Pair } from '../access/certificates.ts'
import { answer } from '../admin/per-test.ts'
import { scripted } from '../admin/rig.ts'
import { type HttpRig, startHttpRig } from './rig.ts'

const ways = loadDescriptors()
  .filter((file) => file.package === apiPackage)
  .flatMap(({ service }) => service)
  .flatMap(({ name, method }) =>
    method.flatMap((one) => one.http.map(({ verb, path }) => [`${name}/${one.name}`, verb, path] as const)),
  )
const others = ['/v1alpha1/openapi.json', '/v1alpha1/absent', '/v1alpha1'].map(
  (path) => [path, 'GET', path] as const,
)

describe.skipIf(opensslMissing !== undefined)('the API by HTTP, with a client CA', () => {
  let tls: Certificates
  let rig: HttpRig
  const commands: ChangeCommand[] = []
  let refused: Call[] = []
  let handled = 0
  beforeAll(async () => {
    tls = makeCertificates()
    const files = { cert: tls.server.certFile, key: tls.server.keyFile, clientCa: tls.ca.certFile }
    const material = loadTls(files)
    if (!material.ok) throw new Error(material.error.message)
    const script = scripted(async (command) => {
      commands.push(command)
      return ok(answer)
    })
    rig = await startHttpRig({
      gate: createGate({ tls: material.value, refused: (call) => refused.push(call) }),
      delivery: script.delivery,
      seen: () => {
        handled += 1
      },
    })
  })
  afterAll(async () => {
    await rig?.close()
    tls?.remove()
  })

  /** The status; -1: no connection came about. */
  const ask = (
    pair: Pair | undefined,
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number> =>
    new Promise((resolve) => {
      const options = { port: rig.httpPort, path, method, agent: false as const, ca: tls.ca.cert }
      const sent = { 'content-type': 'application/json', ...headers }
      const asked = httpsRequest(
        { ...options, cert: pair?.cert, key: pair?.key, headers: sent },
        (response) => {
          resolve(response.statusCode ?? 0)
          asked.destroy()
        },
      )
      asked.on('error', () => resolve(-1))
      asked.end(method === 'POST' ? '{}' : undefined)
    })

  it.each([...ways, ...others])(
    '%s is not reached without a usable certificate (%s %s)',
    async (name, verb, path) => {
      handled = 0
      refused = []
      expect(await ask(undefined, verb, path)).toBe(-1)
      expect(await ask(tls.wrong, verb, path)).toBe(-1)
      expect(await ask(tls.twoSpiffe, verb, path)).toBe(401)
      expect(handled).toBe(0)
      // The same name at the gate as over gRPC, so that roles mean the same.
      expect(refused).toMatchObject([
        { port: 'http', method: name.startsWith('/') ? `GET ${path}` : `/${apiPackage}.${name}` },
      ])
    },
  )

  it('records the name of the certificate, whatever a header claims', async () => {
    const path = '/v1alpha1/namespaces/default/services/cart:switch'
    const claimed = { 'x-verdigris-actor': 'somebody-else' }
    expect(await ask(tls.byDns, 'POST', path, claimed)).toBe(400)
    expect(await ask(tls.byDns, 'POST', path.replace('switch', 'rollback'), claimed)).toBe(200)
    expect(commands.map(({ actor }) => actor)).toEqual([expect.not.stringMatching(/somebody|unverified/)])
  })
})
