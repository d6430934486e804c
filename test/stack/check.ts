// The stack looked at as a person would: every query of the dashboard has data, nothing fires while all is well, and what goes
// wrong on purpose is noticed.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { httpGet, type Scope, until } from '../../src/demo/rig/index.ts'
import { alerts, panelQueries, recorded, root } from './deployed.ts'
import type { FoundPrometheus } from './find-prometheus.ts'
import { alerted, type Stack } from './stack.ts'

const run = promisify(execFile)

/** Panels that rightly have nothing to show here, and why; each of them has an alert that its unit test makes fire. */
export const emptyHere: Readonly<Record<string, string>> = {
  'Days left': 'no TLS, and no Secrets: there is no certificate that could end',
  Secrets: 'the control plane runs without --secrets-dir',
}

/** Series that this set-up does not have, for the same reasons, and the 5xx answers that come with a fault. */
export const absentHere: readonly string[] = [
  'verdigris_certificate_expiry_seconds',
  'verdigris_secret_expiry_seconds',
  'verdigris_secrets',
]

/** The rules are sound, and their unit tests hold. */
export async function checkRules({ promtool }: FoundPrometheus): Promise<void> {
  const folder = join(root, 'deploy', 'prometheus')
  await run(promtool, ['check', 'config', 'prometheus.yml'], { cwd: folder })
  await run(promtool, ['test', 'rules', 'rules.test.yml'], { cwd: folder })
}

export interface Health {
  readonly queries: number
  /** Panels with a query that gave nothing, without those that are expected to. */
  readonly empty: readonly string[]
  /** Panels of `emptyHere` that gave something after all. */
  readonly unexpected: readonly string[]
  /** Recording rules without a series. */
  readonly unrecorded: readonly string[]
  /** Alerts that fire. */
  readonly firing: readonly string[]
}

/** Moves traffic, and looks until every query has data or the time is over. */
export async function checkHealth(stack: Stack, timeoutMs = 40_000): Promise<Health> {
  for (const words of [
    ['switch', 'checkout', 'green'],
    ['split', 'checkout', 'blue=50', 'green=50'],
  ]) {
    const { code, said } = await stack.cli(...words, '--reason', 'look at it', '--wait')
    if (code !== 0) throw new Error(`${words.join(' ')}: ${said}`)
  }
  const { prometheus } = stack
  const queries = panelQueries()
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const silent: string[] = []
    for (const { panel, expr } of queries) if ((await prometheus.query(expr)).length === 0) silent.push(panel)
    const unrecorded: string[] = []
    for (const { record } of recorded())
      if ((await prometheus.query(record)).length === 0) unrecorded.push(record)
    for (const { expr } of alerts()) await prometheus.query(expr)
    const empty = silent.filter((panel) => emptyHere[panel] === undefined)
    if ((empty.length === 0 && unrecorded.length === 0) || performance.now() > deadline) {
      const active = await prometheus.alerts()
      return {
        queries: queries.length,
        empty,
        unexpected: Object.keys(emptyHere).filter((panel) => !silent.includes(panel)),
        unrecorded,
        firing: [...active].flatMap(([name, state]) => (state === 'firing' ? [name] : [])),
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** A fault made on purpose, and the alerts that have to notice it. */
export interface Provocation {
  readonly what: string
  readonly alerts: readonly string[]
  readonly make: (stack: Stack, scope: Scope) => Promise<void>
}

/** In this order: the later ones take away more. */
export const provocations: readonly Provocation[] = [
  {
    what: 'a change that both proxies refuse (its port is taken) is taken back',
    alerts: ['VerdigrisPushNotDone', 'VerdigrisRefusals'],
    make: refuseOnce,
  },
  {
    what: 'a proxy that no node group selects',
    alerts: ['VerdigrisProxyHeld'],
    make: async (stack) => {
      await stack.startProxy('stranger', 'nowhere')
    },
  },
  {
    what: 'one proxy and one environment die',
    alerts: [
      ...['VerdigrisProxyDown', 'VerdigrisProxyGone'],
      ...['VerdigrisEnvironmentEmpty', 'VerdigrisEnvironmentFails'],
    ],
    make: async (stack) => {
      await Promise.all([stack.edges[1]?.stop(), stack.backends.green.kill()])
    },
  },
  {
    what: 'the control plane goes away',
    alerts: ['VerdigrisDown', 'VerdigrisProxyCutOff'],
    make: async (stack) => stack.controlPlane.kill(),
  },
]

/** Makes it and waits until it was noticed. */
export async function provoke(stack: Stack, scope: Scope, provocation: Provocation): Promise<void> {
  await provocation.make(stack, scope)
  await alerted(stack, provocation.alerts)
}

async function refuseOnce(stack: Stack, scope: Scope): Promise<void> {
  const squatter = createServer()
  const port = await new Promise<number>((resolve, reject) => {
    squatter.once('error', reject)
    squatter.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
      const address = squatter.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  try {
    const file = join(await scope.folder(), 'taken.yaml')
    await writeFile(
      file,
      `apiVersion: verdigris.dev/v1alpha1
kind: Gateway
metadata: { name: taken }
spec:
  nodeGroups: [edge]
  listeners: [{ name: http, address: 127.0.0.1, port: ${port} }]
`,
    )
    const { code, said } = await stack.cli('apply', '-f', file, '--reason', 'a port that is taken', '--wait')
    if (code === 0) throw new Error(`a port that is taken was not refused: ${said}`)
  } finally {
    squatter.close()
  }
}

/** The proxies still answer, whatever else is away. */
export const stillServes = (stack: Stack): Promise<true> =>
  until('the proxy that is left answers', 10_000, async () => {
    const { status } = await httpGet(`http://127.0.0.1:${stack.port}/`, { timeoutMs: 2_000 })
    return status === 200 || undefined
  })
