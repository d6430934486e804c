// Certificates that change while connections are made: in 100 rotations no handshake fails; a file that is bad changes nothing and is said; what the files hold at a start is what is served.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts, httpGet, until } from '../../src/demo/rig/index.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { createTrust, type Pair, type Trust } from '../support/trust.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

let fleet: Fleet
let trust: Trust
let dir: string
let ports: readonly number[] = []
/** Number of the newest rotation; each certificate has its own as a name. */
let newest = 0

const object = (kind: string, name: string, spec: object): string =>
  `${JSON.stringify({ apiVersion: 'verdigris.dev/v1alpha1', kind, metadata: { name }, spec })}\n---\n`
const issue = (): Pair => {
  newest += 1
  return trust.issue(['shop.test', `n${newest}.test`])
}

/** As an orchestrator's volumes do it: a folder of data behind a link, and the link is turned. */
function turnLink({ cert, key }: Pair): void {
  const data = `..data-${newest}`
  mkdirSync(join(dir, 'shop', data))
  writeFileSync(join(dir, 'shop', data, 'tls.crt'), cert)
  writeFileSync(join(dir, 'shop', data, 'tls.key'), key)
  symlinkSync(data, join(dir, 'shop', '..tmp'))
  renameSync(join(dir, 'shop', '..tmp'), join(dir, 'shop', '..data'))
}

beforeAll(async () => {
  trust = createTrust()
  dir = mkdtempSync(join(tmpdir(), 'verdigris-secrets-'))
  mkdirSync(join(dir, 'shop'))
  turnLink(issue())
  symlinkSync('..data/tls.crt', join(dir, 'shop', 'tls.crt'))
  symlinkSync('..data/tls.key', join(dir, 'shop', 'tls.key'))
  fleet = await startFleet({ variants: ['sotw', 'delta'], delayMs: 0, serveArgs: ['--secrets-dir', dir] })
  ports = await freePorts(2)
  const gateways = fleet.edges.map(({ name }, edge) =>
    object('Gateway', `${name}-tls`, {
      nodeGroups: [name],
      listeners: [
        {
          name: 'https',
          address: '127.0.0.1',
          port: ports[edge],
          protocol: 'HTTPS',
          tls: { secrets: ['shop'] },
        },
      ],
    }),
  )
  const secret = object('Secret', 'shop', { certificate: { chain: 'shop/tls.crt', key: 'shop/tls.key' } })
  await fleet.done(fleet.apply(`${fleet.manifests()}---\n${secret}${gateways.join('')}`))
  await fleet.ready()
  for (const port of ports) await until('a first handshake', 5_000, () => shake(port).catch(() => undefined))
}, 60_000)
afterAll(async () => {
  await fleet.close()
  rmSync(dir, { recursive: true, force: true })
})

/** The number of the certificate that a new connection is shown. */
function shake(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ host: '127.0.0.1', port, ca: trust.ca, servername: 'shop.test' })
    socket.setTimeout(5_000, () => socket.destroy(new Error('no handshake within 5 s')))
    socket.once('secureConnect', () => {
      const { subjectaltname = '' } = socket.getPeerCertificate()
      socket.destroy()
      resolve(Number(/n(\d+)\.test/.exec(subjectaltname)?.[1] ?? -1))
    })
    socket.once('error', reject)
  })
}

const shown = (number: number): Promise<unknown> =>
  Promise.all(
    ports.map((port) =>
      until(`certificate ${number} is shown`, 10_000, async () =>
        (await shake(port)) === number ? true : undefined,
      ),
    ),
  )

/** Handshakes without a pause, several at once, until it is ended. */
function shakeOn(port: number) {
  const seen = { count: 0, failures: [] as string[], numbers: new Set<number>() }
  let on = true
  const one = async (): Promise<void> => {
    while (on) {
      try {
        seen.numbers.add(await shake(port))
        seen.count += 1
      } catch (error) {
        seen.failures.push(String(error))
      }
    }
  }
  const all = Promise.all(Array.from({ length: 4 }, one))
  return {
    seen,
    end: async () => {
      on = false
      await all
      return seen
    },
  }
}

/** A few more handshakes on each proxy. */
async function more(crowds: readonly ReturnType<typeof shakeOn>[]): Promise<void> {
  const before = crowds.map(({ seen }) => seen.count)
  await until('more handshakes', 10_000, async () =>
    crowds.every(({ seen }, at) => seen.count >= (before[at] ?? 0) + 3) ? true : undefined,
  )
}

const metric = async (name: string): Promise<number> => {
  const { body } = await httpGet(`http://127.0.0.1:${fleet.controlPlane.ports.http}/metrics`)
  return Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(body)?.[1] ?? Number.NaN)
}

describeWithEnvoy('certificates that rotate', () => {
  it('are shown to new connections; 100 of them fail no handshake', async () => {
    const pairs = Array.from({ length: 100 }, issue)
    const first = newest - pairs.length
    const crowds = ports.map(shakeOn)
    const counts: number[] = []
    for (const [at, pair] of pairs.entries()) {
      newest = first + at + 1
      turnLink(pair)
      // Every tenth is waited for; of the others some come while the one before is on its way.
      if (at % 10 === 9) await shown(newest)
      else await more(crowds)
    }
    await shown(newest)
    for (const crowd of crowds) {
      const { count, failures, numbers } = await crowd.end()
      expect(failures).toEqual([])
      expect(numbers.size).toBeGreaterThanOrEqual(10)
      counts.push(count)
    }
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(270)
    expect(await metric('verdigris_secrets{state="good"}')).toBe(1)
  }, 60_000)

  it('stay as they were while a file is bad, and that is said; the next good one is taken', async () => {
    const before = newest
    const file = join(dir, 'shop', '..data', 'tls.key')
    const good = readFileSync(file, 'utf8')
    writeFileSync(file, 'garbage')
    await until('it is said', 10_000, async () =>
      (await metric('verdigris_secrets{state="stale"}')) === 1 ? true : undefined,
    )
    for (const port of ports) expect(await shake(port)).toBe(before)
    const log = readFileSync(fleet.controlPlane.logFile, 'utf8')
    expect(log).toContain('"event":"secret_refused"')
    expect(log).toContain('spec.certificate.key: shop/tls.key: wanted a private key in PEM')
    writeFileSync(file, good)
    await until('it is good again', 10_000, async () =>
      (await metric('verdigris_secrets{state="good"}')) === 1 ? true : undefined,
    )
    turnLink(issue())
    await shown(newest)
  }, 30_000)

  it('are what the files hold after a start, and what proxies have stays when the files are gone', async () => {
    await fleet.controlPlane.kill()
    turnLink(issue())
    await fleet.controlPlane.start()
    await shown(newest)
    await fleet.controlPlane.kill()
    rmSync(join(dir, 'shop', '..data'))
    await fleet.controlPlane.start()
    await until('the proxies are back', 20_000, async () =>
      (await metric('verdigris_nodes{state="connected"}')) === 2 ? true : undefined,
    )
    expect(await metric('verdigris_secrets{state="missing"}')).toBe(1)
    for (const port of ports) expect(await shake(port)).toBe(newest)
    // Traffic moves all the same.
    await fleet.done(fleet.switchTo('green'))
    for (const port of ports) expect(await shake(port)).toBe(newest)
    // One that starts now serves the rest, and this when the files are back, as they were.
    const [sotw = 0, delta = 0] = ports
    await fleet.edges[1]?.envoy.stop()
    await (await fleet.startEdge(1)).ready(20_000)
    await expect(shake(delta)).rejects.toThrow()
    expect(await shake(sotw)).toBe(newest)
    symlinkSync(`..data-${newest}`, join(dir, 'shop', '..data'))
    await shown(newest)
    turnLink(issue())
    await shown(newest)
  }, 60_000)

  it('are nowhere in the store or the log, neither the key nor the certificate', async () => {
    const key = readFileSync(join(dir, 'shop', '..data', 'tls.key'), 'utf8').split('\n')[1] ?? 'none'
    const cert = readFileSync(join(dir, 'shop', '..data', 'tls.crt'), 'utf8').split('\n')[3] ?? 'none'
    await fleet.controlPlane.stop()
    const found = (text: string): string =>
      execFileSync('sh', [
        '-c',
        `grep -rlaF -- "$1" "$2" "$3" || true`,
        'sh',
        text,
        fleet.controlPlane.dataDir,
        fleet.controlPlane.logFile,
      ]).toString()
    expect(found('shop/tls.key')).not.toBe('')
    expect(found(key)).toBe('')
    expect(found(cert)).toBe('')
  }, 30_000)
})
