// Regular expressions are RE2: what passes here compiles on a real Envoy, on each with the program size that was foreseen or a
// smaller one.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/base/index.ts'
import { regexFault } from '../../../src/base/regex.ts'
import { programSize } from '../../../src/base/regex-size.ts'
import { typeUrls } from '../../../src/envoy-api/index.ts'
import { describeWithBothEnvoys, envoyBinary, supportedEnvoys } from '../../support/with-envoy.ts'
import { type LiveEnvoy, startLiveEnvoy } from './live-envoy.ts'
import { regexes } from './regexes.ts'
import { baseWorlds, type Resource } from './world.ts'

/** Taken by both Envoys and refused here, each for the reason in docs/decisions/validation.md. */
const refusedByUsAlone: readonly string[] = [
  'a{99999999999}',
  '(?P<n>a)(?P<n>b)',
  '\\p{Greek}',
  '\\P{Greek}',
  '\\p{^Greek}',
  '\\p{Han}',
  '\\p{Cyrillic}',
  '\\p{Kawi}',
  '\\C',
  '\\C+',
  'a*'.repeat(500),
]

describe('the regular expressions', () => {
  it('are many, each once', () => {
    expect(regexes.length).toBeGreaterThan(300)
    expect(new Set(regexes).size).toBe(regexes.length)
  })

  it('that only we refuse stand in the decisions', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/decisions/validation.md'), 'utf8')
    for (const regex of refusedByUsAlone) expect(page).toContain(`\`${regex.slice(0, 20)}`)
  })
})

describeWithBothEnvoys('a real Envoy', () => {
  it('takes every expression that passes here, oldest and newest, and refuses the others but for a few', {
    timeout: 600_000,
  }, async () => {
    const verdicts = new Map<string, boolean[]>()
    for (const release of supportedEnvoys) {
      await withRoutes(
        release,
        (yaml) => yaml,
        async (sends) => {
          for (const regex of regexes) {
            const verdict = await sends(regex)
            verdicts.set(regex, [...(verdicts.get(regex) ?? []), verdict === undefined])
          }
        },
      )
    }
    const passing = regexes.filter((regex) => regexFault(regex) === undefined)
    expect(passing.length).toBeGreaterThan(120)
    expect(passing.filter((regex) => verdicts.get(regex)?.includes(false))).toEqual([])
    const alone = regexes.filter(
      (regex) => regexFault(regex) !== undefined && verdicts.get(regex)?.every((taken) => taken),
    )
    expect(alone.sort()).toEqual([...refusedByUsAlone].sort())
  })
})

describeWithBothEnvoys('the size of a program', () => {
  it.each(supportedEnvoys)(
    'is never larger than was foreseen, and mostly as foreseen (%s)',
    { timeout: 600_000 },
    async (release) => {
      const passing = regexes.filter((regex) => regexFault(regex) === undefined)
      const sizes: { readonly regex: string; readonly real: number; readonly foreseen: number }[] = []
      // Nothing is small enough then, and Envoy says how large it is.
      await withRoutes(release, withStaticLayer('re2.max_program_size.error_level: 0'), async (sends) => {
        for (const regex of passing) {
          const real = Number(/program size of (\d+) /.exec((await sends(regex)) ?? '')?.[1])
          const read = release === 'oldest' ? regex : Buffer.from(regex, 'utf8').toString('latin1')
          const foreseen = programSize(RE2JS.compile(read), release === 'oldest' ? 'utf8' : 'bytes')
          sizes.push({ regex, real, foreseen })
        }
      })
      expect(sizes.filter(({ real, foreseen }) => !(real <= foreseen))).toEqual([])
      expect(
        sizes.filter(({ real, foreseen }) => foreseen - real <= 1).length / sizes.length,
      ).toBeGreaterThan(0.9)
    },
  )
})

const withStaticLayer =
  (entry: string) =>
  (yaml: string): string =>
    yaml.replace(
      /layered_runtime:\n( +)layers:\n/,
      `$&$1  - name: sizes\n$1    static_layer:\n$1      ${entry}\n`,
    )

/** Runs `use` with a function that sends a route with the expression: undefined, or why Envoy refused it. */
async function withRoutes(
  release: (typeof supportedEnvoys)[number],
  rewrite: (yaml: string) => string,
  use: (sends: (regex: string) => Promise<string | undefined>) => Promise<void>,
): Promise<void> {
  const resources = baseWorlds()[0]?.resources ?? []
  const routes = resources.find(({ typeUrl }) => typeUrl === typeUrls.rds)
  if (routes === undefined) throw new Error('the world has no routes')
  const live = await startLiveEnvoy(envoyBinary(release), resources, rewrite)
  try {
    await use((regex) => send(live, routes, regex))
  } finally {
    await live.close()
  }
}

async function send(live: LiveEnvoy, routes: Resource, regex: string): Promise<string | undefined> {
  const route: Json = { match: { safeRegex: { regex } }, directResponse: { status: 200 } }
  const json: Json = { name: routes.name, virtualHosts: [{ name: 'v', domains: ['*'], routes: [route] }] }
  const verdict = await live.judge(routes, routes.name, json)
  return verdict.kind === 'taken' ? undefined : verdict.why
}
