// What it costs to take in a large world: read, plan, translate, validate, encode, make durable, each apart; and that a change
// of one endpoint encodes one resource.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Result } from '../../src/base/index.ts'
import { keyOf, type Plan, parseManifests, planApply } from '../../src/model/index.ts'
import { type CompilePart, composeTypes, createCompiler } from '../../src/snapshot/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { edgeText, manyServices, serviceText } from './manifests.ts'
import { type Section, timed, timedAsync } from './report.ts'

/** The node group of the manifests. */
const group = 'default/edge'

export interface BigCommitOptions {
  readonly services: number
  /** Per environment; there are two. */
  readonly endpoints: number
  readonly runs: number
}

export async function benchBigCommit(options: BigCommitOptions): Promise<Section> {
  const { services, endpoints, runs } = options
  const times: Record<string, number[]> = {}
  const note = (part: string, ms: number): void => {
    const series = times[part] ?? []
    series.push(ms)
    times[part] = series
  }
  let counts: Record<string, number> = {}
  for (let run = 0; run < runs; run++) counts = await oneCommit(services, endpoints, note)
  return {
    title: `A commit of ${services} services × 2 environments × ${endpoints} endpoints (ms)`,
    times,
    counts,
    goals: [
      {
        text: 'resources encoded after a change of one endpoint',
        value: counts['resources encoded after a change of one endpoint'] ?? Number.NaN,
        atMost: 1,
      },
    ],
  }
}

async function oneCommit(
  services: number,
  endpoints: number,
  note: (part: string, ms: number) => void,
): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'verdigris-bench-'))
  const store = must(await openStore({ dir: folder }))
  const parts = new Map<CompilePart, number>()
  const compiler = createCompiler({
    measure: (part, run) => {
      const [ms, value] = timed(run)
      parts.set(part, (parts.get(part) ?? 0) + ms)
      return value
    },
  })
  try {
    const shapes = manyServices(services, ['blue', 'green'], endpoints)
    const text = [edgeText(10_000), ...shapes.map(serviceText)].join('---\n')
    const [parseMs, manifests] = timed(() => must(parseManifests([{ file: 'bench.yaml', text }])))
    const [planMs, plan] = timed(() => must(planApply(store.view().heads, manifests)))
    const [intentMs] = await timedAsync(() => commitPlan(store, plan))
    const compiled = must(compiler.compile(store.view().heads, group))
    const resources = [...compiled.types.values()].flatMap((type) => [...type.values()])
    const [composeMs, { types }] = timed(() => composeTypes({ routes: compiled, warm: [], retiring: [] }))
    const [snapshotMs] = await timedAsync(async () =>
      must(
        await store.commit({
          applied: plan.puts.map((put) => ({ key: keyOf(put), to: 'head' })),
          generations: [{ group, number: 1, types, cause: 'bench' }],
          resources: new Map(resources.map(({ hash, body }) => [hash, body])),
        }),
      ),
    )
    note('read (YAML, schema)', parseMs)
    note('plan (references, diffs)', planMs)
    note('translate', parts.get('translate') ?? Number.NaN)
    note('validate', parts.get('validate') ?? Number.NaN)
    note('encode and hash', parts.get('encode') ?? Number.NaN)
    note('versions', composeMs)
    note('durable: objects', intentMs)
    note('durable: generation and encoded resources', snapshotMs)

    const first = shapes[0]
    if (first === undefined) throw new Error('there is no service')
    const changed = serviceText({
      ...first,
      environments: { ...first.environments, green: [...(first.environments.green ?? []), 19_999] },
    })
    const before = compiler.encodeCounts()
    const replan = must(
      planApply(store.view().heads, must(parseManifests([{ file: 'one.yaml', text: changed }]))),
    )
    await commitPlan(store, replan)
    const [oneMs] = timed(() => must(compiler.compile(store.view().heads, group)))
    const after = compiler.encodeCounts()
    note('compile after a change of one endpoint', oneMs)
    return {
      'objects written': plan.puts.length,
      'resources encoded': before.resources,
      'bytes encoded': resources.reduce((sum, { body }) => sum + body.length, 0),
      'resources encoded after a change of one endpoint': after.resources - before.resources,
      'virtual hosts encoded after a change of one endpoint': after.virtualHosts - before.virtualHosts,
    }
  } finally {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function commitPlan(store: Store, { puts, deletes, expects }: Plan): Promise<void> {
  const revision = { actor: 'bench', reason: 'bench', verb: 'apply', puts, deletes }
  must(await store.commit({ expects, revision }))
}

function must<T>(result: Result<T, { readonly message: string }>): T {
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}
