// Both judges over a list of mutations: who takes what, and where they differ.

import { typeUrls } from '../../../src/envoy-api/index.ts'
import type { SupportedEnvoy } from '../../../src/envoy-binary/index.ts'
import { type Known, knownDifference } from './known.ts'
import { type EnvoyVerdict, startLiveEnvoy } from './live-envoy.ts'
import { type Mutation, type MutationClass, mutationClasses, mutationsOf } from './mutations.ts'
import { nameIn, ourVerdict } from './our-verdict.ts'
import { canBeStatic, staticVerdict } from './static-envoy.ts'
import { type BaseWorld, baseWorlds } from './world.ts'

export interface Judged {
  readonly mutation: Mutation
  readonly ours: 'taken' | 'refused'
  readonly theirs: 'taken' | 'refused'
  readonly difference?: {
    readonly alone: Known['alone']
    readonly known: Known | undefined
    /** What the one that refuses says. */
    readonly said: string
  }
}

/** Mutations of each world that can be put before an Envoy; always the same list. */
export function allMutations(): readonly {
  readonly world: BaseWorld
  readonly mutations: readonly Mutation[]
}[] {
  const seen = new Set<string>()
  return baseWorlds().map((world) => ({
    world,
    mutations: mutationsOf(world.resources, seen).filter((mutation) =>
      mutation.class === 'form' ? canBeStatic(mutation.resource) : !isUnasked(mutation),
    ),
  }))
}

/**
 * Envoy has no word on these: nobody has asked for the other name; it looks when a connection or a filter comes; or its workers do,
 * a moment after it was taken (an end of the slow start that is no duration ends the process then; it is refused here).
 */
const isUnasked = ({ resource, typeUrl, path, json }: Mutation): boolean =>
  (typeUrl !== typeUrls.cds && typeUrl !== typeUrls.lds && nameIn({ ...resource, json }) !== resource.name) ||
  (typeUrl === typeUrls.ecds && path.startsWith('typedConfig.weightedClusters.clusters')) ||
  /^loadBalancingPolicy\..*\.slowStartWindow$/.test(path) ||
  /^filterChains\[\d\]\.filters\[0\]\.(configDiscovery\.typeUrls|typedConfig\.cluster$)/.test(path)

/** Every `step`-th of them, judged; the two Envoys begin at different ones. */
export async function judgeAll(
  release: SupportedEnvoy,
  binary: string,
  step: number,
  formStep: number,
): Promise<readonly Judged[]> {
  const judged: Judged[] = []
  for (const { world, mutations } of allMutations()) {
    const chosen = (forms: boolean, each: number): readonly Mutation[] =>
      mutations
        .filter((one) => (one.class === 'form') === forms)
        .filter((_, index) => (index + (release === 'oldest' ? Math.floor(each / 2) : 0)) % each === 0)
    const live = chosen(false, step)
    if (live.length > 0) {
      const envoy = await startLiveEnvoy(binary, world.resources)
      try {
        for (const mutation of live) {
          const name = nameIn({ ...mutation.resource, json: mutation.json })
          const theirs = await envoy.judge(mutation.resource, name, mutation.json)
          judged.push(compared(world, mutation, theirs, release))
        }
      } finally {
        await envoy.close()
      }
    }
    const forms = [...chosen(true, formStep)]
    const next = async (): Promise<void> => {
      for (let mutation = forms.shift(); mutation !== undefined; mutation = forms.shift()) {
        const theirs = await staticVerdict(binary, mutation.typeUrl, mutation.json)
        judged.push(compared(world, mutation, theirs, release))
      }
    }
    await Promise.all([next(), next()])
  }
  return judged
}

function compared(
  world: BaseWorld,
  mutation: Mutation,
  envoy: EnvoyVerdict,
  release: SupportedEnvoy,
): Judged {
  const own = ourVerdict(world.resources, mutation.resource, { ...mutation.resource, json: mutation.json })
  const ours = own.kind
  const theirs = envoy.kind === 'taken' ? 'taken' : 'refused'
  if (ours === theirs) return { mutation, ours, theirs }
  const alone = ours === 'refused' ? 'we' : 'Envoy'
  const said = own.kind === 'refused' ? own.why : 'why' in envoy ? envoy.why : ''
  const known = knownDifference(mutation.id, alone, release)
  return { mutation, ours, theirs, difference: { alone, known, said } }
}

/** Per class: how many, refused by both, taken by both, refused by one alone. Fields that an Envoy does not know are apart. */
export function countsOf(judged: readonly Judged[]): ReadonlyMap<MutationClass | 'all', readonly number[]> {
  const rows = [...mutationClasses, 'all' as const].map((kind) => {
    const of = judged.filter(({ mutation }) => kind === 'all' || mutation.class === kind)
    const count = (test: (each: Judged) => boolean): number => of.filter(test).length
    const unknown = ({ difference }: Judged): boolean => difference?.known?.on !== undefined
    return [
      kind,
      [
        of.length,
        count(({ ours, theirs }) => ours === 'refused' && theirs === 'refused'),
        count(({ ours, theirs }) => ours === 'taken' && theirs === 'taken'),
        count((each) => each.difference?.alone === 'we' && !unknown(each)),
        count((each) => each.difference?.alone === 'Envoy'),
        count(unknown),
      ],
    ] as const
  })
  return new Map(rows)
}
