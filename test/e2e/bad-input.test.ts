// Bad input over the real command against a real server: each gets a clear error, and nothing is changed.
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, open, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AdminClient,
  adminClient,
  type ControlPlane,
  freePorts,
  openScope,
  type Scope,
  startControlPlane,
} from '../../src/demo/rig/index.ts'
import { type CliResult, runCli } from '../support/run-cli.ts'

const examples = join(import.meta.dirname, '..', '..', 'examples')
const brokenFiles = readdirSync(join(examples, 'broken')).sort()

let scope: Scope
let controlPlane: ControlPlane
let admin: AdminClient
let folder: string
const cli = (...args: string[]): Promise<CliResult> =>
  runCli([...args, '--server', `127.0.0.1:${controlPlane.ports.admin}`])
const revisionOf = async (client: AdminClient): Promise<number> =>
  (await client.call('Config', 'List', { kind: 'Service' })).revision
const revision = (): Promise<number> => revisionOf(admin)
const startServer = async (): Promise<ControlPlane> => {
  const [xds = 0, adminPort = 0, http = 0] = await freePorts(3)
  return startControlPlane(scope, { ports: { xds, admin: adminPort, http } })
}

beforeAll(async () => {
  scope = await openScope('bad-input')
  controlPlane = await startServer()
  admin = adminClient(`127.0.0.1:${controlPlane.ports.admin}`)
  folder = await scope.folder()
  const applied = await cli('apply', '-f', join(examples, 'single'), '--reason', 'something to lose')
  expect(applied).toMatchObject({ status: 0 })
})
afterAll(async () => {
  admin.close()
  await scope.close()
})

/** Runs it, expects a refusal with this text on stderr, no stack trace, and the world as it was. */
async function refused(args: readonly string[], ...texts: readonly string[]): Promise<CliResult> {
  const before = await revision()
  const result = await cli(...args)
  expect(result.status, result.stderr).not.toBe(0)
  for (const text of texts) expect(result.stderr).toContain(text)
  expect(result.stderr).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)/m)
  expect(await revision()).toBe(before)
  return result
}

describe('the broken examples, on an empty server', () => {
  let server: string
  beforeAll(async () => {
    server = `127.0.0.1:${(await startServer()).ports.admin}`
  })

  it.each(brokenFiles)('refuses %s with the place and the wanted form', async (file) => {
    const path = join(examples, 'broken', file)
    const { status, stderr } = await runCli(['apply', '-f', path, '--server', server])
    expect(status, stderr).not.toBe(0)
    // The head of each file says what is expected: `line:column path: message`, or `kind: message` where it is of no line.
    const expected = [...readFileSync(path, 'utf8').matchAll(/^# {3}(?:(\d+:\d+) )?(?:(\S+): )?(.+)$/gm)]
    expect(expected).not.toEqual([])
    for (const [, place, field, text = ''] of expected) {
      expect(stderr).toContain(text.replace(`in ${file}`, `in ${path}`))
      if (place === undefined) continue
      expect(stderr).toContain(`${file}:${place}`)
      if (field !== undefined) expect(stderr).toContain(field)
    }
  })

  it('changed nothing by any of them', async () => {
    const client = adminClient(server)
    expect(await revisionOf(client)).toBe(0)
    client.close()
  })
})

describe('manifests', () => {
  it('refuses 100 MB before parsing it, within seconds', async () => {
    const path = join(folder, 'huge.yaml')
    const file = await open(path, 'w')
    const block = Buffer.alloc(1_048_576, '# nothing but comments, a hundred megabytes of it\n')
    for (let written = 0; written < 100; written++) await file.write(block)
    await file.close()
    const began = performance.now()
    await refused(['apply', '-f', path], '16 MiB')
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('refuses 100 MB sent past the command too, and goes on serving', async () => {
    const before = await revision()
    const sources = [{ name: 'huge.yaml', text: '# nothing but comments\n'.repeat(4_600_000) }]
    await expect(admin.call('Config', 'Apply', { sources })).rejects.toThrow(/larger|limit|MiB/i)
    expect(await revision()).toBe(before)
  })

  it('refuses an empty set: no object in the file, no file in the folder, no source in the call', async () => {
    const empty = join(folder, 'empty.yaml')
    await writeFile(empty, '---\n# nothing\n')
    await refused(['apply', '-f', empty], 'found no object', 'empty.yaml')
    const emptyFolder = join(folder, 'empty')
    await mkdir(emptyFolder)
    await refused(['apply', '-f', emptyFolder], 'no *.yaml', emptyFolder)
    const before = await revision()
    await expect(admin.call('Config', 'Apply', {})).rejects.toThrow(/no object|at least one/)
    await expect(admin.call('Config', 'Delete', {})).rejects.toThrow(/at least one/)
    expect(await revision()).toBe(before)
  })

  it('refuses a file that is not there', async () => {
    await refused(['apply', '-f', join(folder, 'gone.yaml')], 'gone.yaml')
  })

  it('refuses a release changed under traffic, and says which flag accepts it', async () => {
    const text = readFileSync(join(examples, 'single', 'checkout.yaml'), 'utf8').replace(
      'version: v1',
      'version: v9',
    )
    const path = join(folder, 'under-traffic.yaml')
    await writeFile(path, text)
    await refused(['apply', '-f', path], 'blue', '--in-place')
  })

  it('refuses a stale etag and names the revision that won', async () => {
    const { etag } = await admin.call('Config', 'Get', {
      key: { namespace: 'default', kind: 'Service', name: 'checkout' },
    })
    expect(etag).not.toBe('')
    const text = readFileSync(join(examples, 'single', 'checkout.yaml'), 'utf8')
    const path = join(folder, 'stale.yaml')
    await writeFile(path, text.replace('  name: checkout\n', '  name: checkout\n  etag: stale\n'))
    await refused(['apply', '-f', path], 'etag')
  })

  it('refuses to take away what is still referred to', async () => {
    await refused(['delete', 'service', 'checkout'], 'checkout')
  })
})

describe('traffic', () => {
  it('refuses an unknown environment and says which there are', async () => {
    await refused(['switch', 'checkout', 'grene'], 'grene', 'blue', 'green')
  })
  it('refuses an unknown service', async () => {
    await refused(['switch', 'chekout', 'green'], 'chekout')
  })
  it.each([
    [['switch', 'checkout', '__proto__'], 'there is no environment "__proto__"'],
    [['split', 'checkout', 'blue=50', '__proto__=50'], 'there is no environment "__proto__"'],
    [['switch', '__proto__', 'green'], 'there is no Service "__proto__"'],
    [['switch', '../checkout', 'green'], "No kind '..'"],
    [['rollback', 'constructor'], 'there is no Service "constructor"'],
    [['get', 'service', '__proto__'], 'no Service default/__proto__'],
    [['delete', 'route', 'toString'], 'there is no Route default/toString'],
    [['switch', 'checkout', 'green', '-n', '__proto__'], 'in namespace "__proto__"'],
  ])('refuses names such as in %j', async (args, text) => {
    await refused(args, text)
  })
  it.each([
    ['blue=0', 'green=100'],
    ['blue=-10', 'green=110'],
    ['blue=50'],
    ['blue=abc', 'green=1'],
    ['__proto__=100'],
  ])('refuses shares such as %s %s', async (...shares) => {
    await refused(['split', 'checkout', ...shares])
  })
  it('refuses a rollback when nothing was moved', async () => {
    await refused(['rollback', 'checkout'], 'checkout')
  })
  it('takes only the first of two commands with one request id and different bodies', async () => {
    const first = await cli('switch', 'checkout', 'green', '--request-id', 'once')
    expect(first.status, first.stderr).toBe(0)
    await refused(['switch', 'checkout', 'blue', '--request-id', 'once'], 'once')
    expect((await cli('switch', 'checkout', 'green', '--request-id', 'once')).status).toBe(0)
  })
})

describe('serve', () => {
  /** Starts a second server that cannot start; what it says. */
  async function cannotServe(...args: string[]): Promise<CliResult> {
    const [xds = 0, adminPort = 0, http = 0] = await freePorts(3)
    const ports = ['--xds-port', String(xds), '--admin-port', String(adminPort), '--http-port', String(http)]
    const wanted = args.includes('--xds-port') ? args : [...ports, ...args]
    const result = await runCli(['serve', ...wanted], { timeoutMs: 30_000 })
    expect(result.status, result.stderr).toBeGreaterThan(0)
    expect(result.stderr).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)/m)
    return result
  }

  it('refuses a store folder that cannot be written', async () => {
    await writeFile(join(folder, 'file'), '')
    const { stderr } = await cannotServe('--data-dir', join(folder, 'file', 'data'))
    expect(stderr).toContain(join(folder, 'file', 'data'))
    // Not even root may write here.
    expect((await cannotServe('--data-dir', '/proc/verdigris-data')).stderr).toContain('/proc/verdigris-data')
  })

  it('refuses a second process on one store, and the first goes on', async () => {
    const { stderr } = await cannotServe('--data-dir', controlPlane.dataDir)
    expect(stderr).toContain(controlPlane.dataDir)
    expect(stderr).toMatch(/another|lock|in use/i)
    expect(await revision()).toBeGreaterThan(0)
  })

  it.each(['--xds-port', '--admin-port', '--http-port'])(
    'refuses a port that is taken, and names %s, which moves it',
    async (flag) => {
      const taken = createServer()
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
      const address = taken.address()
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0
      const free = await freePorts(3)
      const ports = ['--xds-port', '--admin-port', '--http-port'].flatMap((name, index) => [
        name,
        String(name === flag ? port : free[index]),
      ])
      const { stderr } = await cannotServe('--data-dir', join(folder, `other${flag}`), ...ports)
      taken.close()
      expect(stderr).toContain(String(port))
      expect(stderr).toContain(flag)
    },
  )

  it('refuses flags that do not exist and values that are wrong', async () => {
    expect((await cannotServe('--xds-prot', '1')).stderr).toContain('--xds-prot')
    expect((await cannotServe('--xds-port', 'many')).stderr).toContain('many')
  })

  it('refuses plaintext off loopback', async () => {
    const { stderr } = await cannotServe('--data-dir', join(folder, 'open'), '--xds-address', '0.0.0.0')
    expect(stderr).toContain('--insecure-plaintext')
  })
})
